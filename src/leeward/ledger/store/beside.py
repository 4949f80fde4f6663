"""What lies beside a vault: a second, small one, always; whether anybody can open it, only its own key tells (ADR 24).

1. Every vault's folder has `beside/vault.db` and a second slot. If nobody set one up, the database is drawn bytes in
the form of one, drawn anew at each opening, and the slot opens for nobody (slots.py, 3).
2. One that was set up is a whole vault of a device of its own. The vault keeps its key; it keeps nothing of the vault.
3. What decides is one value in the vault's database: before it was written, the next opening draws both anew.
4. Opened by its own slot it is left where it is, and touches nothing of the vault; unless it was told to stay alone.
Then, before the opening returns: the vault's slot is overwritten, its database goes, and its place is taken.
5. Killed at any moment of that, the next opening goes on. What decides is the slot: while it is whole nothing happened.
6. That it was opened by its own slot is noted in it until somebody took note (`Opened.beside`).
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from pathlib import Path
from secrets import token_bytes

import apsw

from leeward.base.ports import Chance
from leeward.ledger.errors import LedgerError
from leeward.ledger.store.blobs import BLOBS
from leeward.ledger.store.database import KEY_BYTES, PAGE_BYTES, Database
from leeward.ledger.store.disk import overwrite, sync_folder, write_durably
from leeward.ledger.store.keyring import Keyring, get_meta, put_meta
from leeward.ledger.store.pages import page_is_whole
from leeward.ledger.store.passphrase import (
    place_of_words,
    remember_slots,
    remembered_slots,
    settle_slots,
    taken,
    touch_slots,
)
from leeward.ledger.store.schema import upgrade
from leeward.ledger.store.second import keys_file, read_slot, wrapped
from leeward.ledger.store.slots import (
    fresh_file,
    make_blind,
    other_place,
    place_of,
    slot_file,
    slot_files,
    slot_hash,
    work_factor_of,
)
from leeward.seal.envelope import open_sealed, seal
from leeward.seal.keys import Passphrase
from leeward.seal.kinds import Kind

BESIDE = "beside"
DATABASE_NAME = "vault.db"
_MAKING = "beside.making"
_GONE = "blobs.gone"
_KEY = "beside"  # in the vault's database: the key of the one beside; empty if nobody set it up (3)
_ALONE = "alone"  # in the one beside: whether it is to stay alone
_NOTED = "opened"  # in the one beside: whether nobody has taken note yet (6)
_YES, _NO = b"\1", b"\0"
_PLACE = "place"  # of a vault's own slot
_PLAIN = slice(16, 24)  # of the first page: the cipher leaves these bytes of SQLite's header in clear
_LEAST_PAGES = 72  # of a vault with a small team's part
_TAILS = ("", "-wal", "-shm")


def home_of(folder: Path, key: bytes) -> Path:
    """Return where the database lies that a key opens: the vault's folder or the one beside; both are looked at."""
    fits = [_fits(home, key) for home in (folder, folder / BESIDE)]
    if not any(fits) and (folder / BESIDE / f"{DATABASE_NAME}-wal").exists():
        with contextlib.suppress(
            LedgerError
        ):  # a first page that a crash tore is mended from the write-ahead file
            Database(folder / BESIDE / DATABASE_NAME, key).close()
            return folder / BESIDE
    return folder / BESIDE if fits == [False, True] else folder


def come_in(folder: Path, home: Path, key: bytes, slot: Path) -> Path:
    """Do what comes before an opening by this slot (4, 6); return where the database lies now."""
    _sweep(folder)
    if home != folder:
        database = Database(home / DATABASE_NAME, key)
        try:
            with database.writing() as writer:
                upgrade(writer)
                put_meta(writer, _NOTED, _YES)
                alone = get_meta(writer, _ALONE) == _YES
            if not alone:
                return home
            settle_slots(folder, database, slot)
        finally:
            database.close()
        _take_place(folder, place_of(slot))
    elif (folder / BESIDE / BLOBS).exists() and not (folder / BESIDE / DATABASE_NAME).exists():
        _move_blobs(folder)  # 5
    return folder


def tidy(folder: Path, home: Path, database: Database, place: str) -> None:
    """Leave the folder of an opened vault as every such folder is (1)."""
    with database.writing() as writer:
        if get_meta(writer, _PLACE) != place.encode():
            put_meta(writer, _PLACE, place.encode())
        if home == folder and get_meta(writer, _ALONE) != _NO:
            put_meta(writer, _ALONE, _NO)
        held = _held_key(folder, writer) is not None
    if home == folder and not held:
        _draw_slot(folder, database, place)
        _draw_database(folder, database)
    touch_slots(folder)


def mark_new(writer: apsw.Connection) -> None:
    """Write what every vault has from its making on."""
    for name, value in ((_KEY, b""), (_ALONE, _NO), (_NOTED, _NO)):
        put_meta(writer, name, value)


def was_opened(database: Database) -> bool:
    """Tell whether this vault was opened by a slot beside another vault's, and nobody took note yet (6)."""
    with database.reading() as connection:
        return get_meta(connection, _NOTED) == _YES


def take_note(database: Database) -> None:
    """Write down that somebody did; every opening does, whatever there was to note."""
    with database.writing() as writer:
        put_meta(writer, _NOTED, _NO)


def beside_key(folder: Path, database: Database) -> bytes | None:
    """Return the key of what lies beside a vault; None if nobody set it up."""
    with database.reading() as connection:
        return _held_key(folder, connection)


def set_up(
    folder: Path, database: Database, passphrase: str, member_id: str, chance: Chance, *, alone: bool
) -> bytes:
    """Set up a vault of a new device beside a vault, opened by a passphrase; return its key. PassphraseTaken."""
    place, words = _own(database), _words_like(folder, passphrase)
    if place_of_words(folder, words) == place:
        raise taken()
    key = chance.draw(KEY_BYTES)
    file = slot_file(folder, other_place(place))
    slot = _sealed_slot(key, words)
    forget(folder, database)
    making = folder / _MAKING
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    made = Database(making / DATABASE_NAME, key)
    try:
        with made.writing() as writer:
            upgrade(writer)
            Keyring.make(writer, chance)
            put_meta(writer, "member", member_id.encode())
            mark_new(writer)
            put_meta(writer, _ALONE, _YES if alone else _NO)
    finally:
        made.close()
    shutil.rmtree(folder / BESIDE, ignore_errors=True)
    making.rename(folder / BESIDE)
    sync_folder(folder)
    _put_slot(file, slot)
    _remember_own(folder / BESIDE, key, file)
    with database.writing() as writer:
        put_meta(writer, _KEY, key)  # 3
        _forget_slot(writer, file)
    touch_slots(folder)
    return key


def change_words(folder: Path, database: Database, passphrase: str, *, alone: bool) -> None:
    """Let another passphrase open what was set up, and say anew whether it is to stay alone. PassphraseTaken."""
    place, words = _own(database), _words_like(folder, passphrase)
    if place_of_words(folder, words) == place:
        raise taken()
    key = beside_key(folder, database)
    if key is None:
        raise RuntimeError("nothing was set up")
    file = slot_file(folder, other_place(place))
    fresh_file(folder, other_place(place)).unlink(missing_ok=True)
    _put_slot(file, _sealed_slot(key, words))
    _remember_own(folder / BESIDE, key, file)
    stay_alone(folder, key, alone=alone)
    touch_slots(folder)


def stay_alone(folder: Path, key: bytes, *, alone: bool) -> None:
    """Say whether what was set up is to stay alone when it is opened."""
    with _opened(folder / BESIDE, key) as database, database.writing() as writer:
        put_meta(writer, _ALONE, _YES if alone else _NO)


def stays_alone(folder: Path, key: bytes) -> bool:
    """Tell what was said."""
    with _opened(folder / BESIDE, key) as database, database.reading() as connection:
        return get_meta(connection, _ALONE) == _YES


def forget(folder: Path, database: Database) -> None:
    """Let nobody open what lies beside any more: it is drawn anew."""
    place = _own(database)
    with database.writing() as writer:
        put_meta(writer, _KEY, b"")  # 3
        _forget_slot(writer, slot_file(folder, other_place(place)))
    tidy(folder, folder, database, place)


def remember_beside(folder: Path, database: Database) -> None:
    """Let what was set up beside a vault remember its slot as it is now."""
    key = beside_key(folder, database)
    if key is not None:
        _remember_own(folder / BESIDE, key, slot_file(folder, other_place(_own(database))))


# the folder ---------------------------------------------------------------------------------------------------------


def _take_place(folder: Path, place: str) -> None:
    """Rule 4; the database beside is closed. Each step may find itself done already (5)."""
    own, other = slot_file(folder, place), slot_file(folder, other_place(place))
    _blind(other, own)
    for file in slot_files(folder):
        if file not in {own, other}:
            overwrite(file)
            file.unlink()
    sync_folder(own.parent)
    for tail in _TAILS:
        (folder / f"{DATABASE_NAME}{tail}").unlink(missing_ok=True)
    if (folder / BLOBS).exists():
        (folder / BLOBS).rename(folder / _GONE)
    sync_folder(folder)
    (folder / BESIDE / DATABASE_NAME).rename(folder / DATABASE_NAME)
    _move_blobs(folder)
    _sweep(folder)


def _move_blobs(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        (folder / BESIDE / BLOBS).rename(folder / BLOBS)
    sync_folder(folder)


def _sweep(folder: Path) -> None:
    """Take away files that no key opens any more, without keeping anybody waiting."""
    shutil.rmtree(folder / _MAKING, ignore_errors=True)
    gone = folder / _GONE
    if gone.exists():
        threading.Thread(target=shutil.rmtree, args=(gone,), kwargs={"ignore_errors": True}).start()


def _draw_slot(folder: Path, database: Database, place: str) -> None:
    """See that the other slot is one that opens for nobody, and that there are no more than two."""
    own, other = slot_file(folder, place), slot_file(folder, other_place(place))
    with database.reading() as connection:
        remembered = remembered_slots(connection)
    ours = {own, other, keys_file(folder)}
    strangers = [one for one in (folder / "slots").iterdir() if one not in ours and one.is_file()]
    for file in strangers:
        overwrite(file)
        file.unlink()
    if not other.exists() or remembered.get(other.name) != slot_hash(other):
        _blind(other, own)
        with database.writing() as writer:
            remember_slots(writer, {file.name: slot_hash(file) for file in (own, other)})


def _blind(file: Path, like: Path) -> None:
    """Put a slot that nobody opens in a slot's place: over its very bytes, if it has the same size."""
    blind = wrapped(file.parent.parent, make_blind(read_slot(like)))
    if file.exists() and file.stat().st_size == len(blind):
        overwrite(file, blind)
    else:
        if file.exists():
            overwrite(file)
        write_durably(file, blind)


def _put_slot(file: Path, slot: bytes) -> None:
    with contextlib.suppress(FileNotFoundError):
        overwrite(file)
    write_durably(file, wrapped(file.parent.parent, slot))


def _draw_database(folder: Path, database: Database) -> None:
    """Draw a file in the form of a database that holds what everybody in the team holds."""
    making = folder / _MAKING
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    with (folder / DATABASE_NAME).open("rb") as file:
        plain = file.read(_PLAIN.stop)[_PLAIN]
    content = token_bytes(PAGE_BYTES * _likely_pages(database))
    (making / DATABASE_NAME).write_bytes(content[: _PLAIN.start] + plain + content[_PLAIN.stop :])
    (making / DATABASE_NAME).chmod((folder / DATABASE_NAME).stat().st_mode & 0o777)
    shutil.rmtree(folder / BESIDE, ignore_errors=True)
    making.rename(folder / BESIDE)


def _likely_pages(database: Database) -> int:
    """Return how large a vault with the team's part alone would be."""
    row = database.ask(
        "SELECT (SELECT coalesce(sum(length(h.body)), 0) FROM chunk h JOIN compartment c ON c.no=h.compartment"
        " WHERE c.kind='team'), (SELECT coalesce(sum(length(s.head) + length(s.signature)), 0) FROM segment s"
        " JOIN compartment c ON c.no=s.compartment WHERE c.kind='team')"
    )[0]
    held = int(row[0]) + int(row[1])
    return (
        _LEAST_PAGES + held * 23 // 20 // PAGE_BYTES
    )  # measured: less than a tenth off, from 5 to 300 entries


# small parts --------------------------------------------------------------------------------------------------------


def _fits(home: Path, key: bytes) -> bool:
    try:
        with (home / DATABASE_NAME).open("rb") as file:
            page = file.read(PAGE_BYTES)
    except FileNotFoundError:
        return False
    return len(page) == PAGE_BYTES and len(key) == KEY_BYTES and page_is_whole(key, 1, page)


def _held_key(folder: Path, connection: apsw.Connection) -> bytes | None:
    key = get_meta(connection, _KEY)
    there = _fits(folder / BESIDE, key) or (folder / BESIDE / f"{DATABASE_NAME}-wal").exists()
    return key if len(key) == KEY_BYTES and there else None


def _own(database: Database) -> str:
    """Return the place of an open vault's slot."""
    with database.reading() as connection:
        return get_meta(connection, _PLACE).decode()


def _opened(home: Path, key: bytes) -> contextlib.closing[Database]:
    return contextlib.closing(Database(home / DATABASE_NAME, key))


def _sealed_slot(key: bytes, words: Passphrase) -> bytes:
    slot = seal(Kind.SLOT, key, words)
    if open_sealed(Kind.SLOT, slot, words) != key:
        raise RuntimeError("the new slot does not hold the key")
    return slot


def _words_like(folder: Path, passphrase: str) -> Passphrase:
    """Return a passphrase whose slot is as hard to try as those that are there."""
    return Passphrase(passphrase, work_factor_of(read_slot(slot_files(folder)[0])))


def _remember_own(home: Path, key: bytes, file: Path) -> None:
    with contextlib.closing(Database(home / DATABASE_NAME, key)) as database, database.writing() as writer:
        remember_slots(writer, {file.name: slot_hash(file)})


def _forget_slot(writer: apsw.Connection, file: Path) -> None:
    remember_slots(writer, {name: one for name, one in remembered_slots(writer).items() if name != file.name})
