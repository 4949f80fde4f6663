"""Another passphrase for a vault: a new key slot, and the old one destroyed. Killed at any moment, one of them opens.

 1. The old passphrase opens a slot, whose key is the database's.
 2. The new slot is written beside it, durably, and opened again with the new passphrase.
 3. Its hash replaces the old one's in the database: this decides.
 4. The old slot is overwritten, then unlinked, and the new one takes its name.
The next opening finishes what was interrupted, by `settle_slots`. A vault touches no slot but its own; the other one
may belong to what lies beside it (store/beside.py).
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import apsw
import msgspec

from leeward.base.say import say
from leeward.ledger.errors import LedgerError, WrongPassphrase
from leeward.ledger.store.database import Database
from leeward.ledger.store.disk import destroy, sync_folder
from leeward.ledger.store.keyring import get_meta, put_meta
from leeward.ledger.store.second import read_slot
from leeward.ledger.store.slots import (
    PLACES,
    find_slot,
    fresh_file,
    other_place,
    place_of,
    slot_file,
    slot_files,
    slot_hash,
    write_slot,
    wrong_passphrase,
)
from leeward.seal.envelope import open_sealed
from leeward.seal.keys import Passphrase
from leeward.seal.kinds import Kind


class PassphraseTaken(LedgerError):
    """A passphrase opens a slot of this folder already."""

    code = "vault.passphrase-taken"


def change_passphrase(folder: Path, database: Database, old: str, new: Passphrase) -> None:
    """Give a vault that is open another passphrase. WrongPassphrase if the old one is not right; PassphraseTaken."""
    key, file = find_slot(folder, old)  # 1
    if not database.has_key(key):
        raise wrong_passphrase()
    place = place_of(file)
    if place_of_words(folder, new) not in {"", place}:
        raise taken()
    fresh = write_slot(folder, f"{place}.new", key, new)  # 2
    if not database.has_key(open_sealed(Kind.SLOT, read_slot(fresh), new)):
        raise RuntimeError("the new slot does not hold the key")
    _remember(database, place, slot_hash(fresh))  # 3
    _replace(folder, place)  # 4
    touch_slots(folder)


def place_of_words(folder: Path, words: Passphrase) -> str:
    """Return the place of the slot that a passphrase opens; "" if it opens none."""
    try:
        return place_of(find_slot(folder, words.hazmat_bytes().decode())[1])
    except WrongPassphrase:
        return ""


def taken() -> PassphraseTaken:
    """Return the error for a passphrase that cannot be chosen."""
    return PassphraseTaken(
        say("This passphrase cannot be taken: something here opens with it already."),
        kept=say("Nothing was changed."),
        next_step=say("Choose another one."),
    )


def settle_slots(folder: Path, database: Database, used: Path) -> str:
    """Finish what was interrupted, once a slot has opened the database; return the place of its slot.

    WrongPassphrase if the slot was replaced for good.
    """
    place = place_of(used)
    if not place:
        place, used = _name(folder, used)
    file, fresh = slot_file(folder, place), fresh_file(folder, place)
    with database.reading() as connection:
        remembered = remembered_slots(connection).get(file.name)
    if file.exists() and fresh.exists():
        decided = remembered == slot_hash(fresh)
        if used == file and not decided:
            _destroy(fresh)
        else:
            if not decided:  # they use the new one
                _remember(database, place, slot_hash(fresh))
            _replace(folder, place)
            if used == file:
                raise wrong_passphrase()
    elif fresh.exists():
        fresh.replace(file)
        sync_folder(file.parent)
    if remembered != slot_hash(file):  # also slots that came back from a backup
        _remember(database, place, slot_hash(file))
    return place


def remember_slots(writer: apsw.Connection, hashes: dict[str, bytes]) -> None:
    """Note the hashes of the key slots inside the database, so that a check finds a damaged one."""
    put_meta(writer, "slots", msgspec.msgpack.encode(hashes))


def remembered_slots(connection: apsw.Connection) -> dict[str, bytes]:
    """Return the hashes of the key slots that were noted."""
    return msgspec.msgpack.decode(get_meta(connection, "slots"), type=dict[str, bytes])


def touch_slots(folder: Path) -> None:
    """Give all slots the same time: which of them was changed is nobody's business."""
    files = slot_files(folder)
    newest = max((file.stat().st_mtime_ns for file in files), default=0)
    for file in files:
        os.utime(file, ns=(newest, newest))


def _name(folder: Path, used: Path) -> tuple[str, Path]:
    """Give a slot of an older vault its place, drawn from those that are free."""
    free = [place for place in PLACES if not slot_file(folder, place).exists()]
    place = secrets.choice(free or PLACES)
    named = slot_file(folder, place)
    used.replace(named)
    sync_folder(named.parent)
    return place, named


def _remember(database: Database, place: str, digest: bytes) -> None:
    with database.writing() as writer:
        names = {slot_file(Path(), one).name for one in PLACES}
        kept = {name: one for name, one in remembered_slots(writer).items() if name in names}
        remember_slots(writer, {**kept, slot_file(Path(), place).name: digest})


def _replace(folder: Path, place: str) -> None:
    file, fresh = slot_file(folder, place), fresh_file(folder, place)
    _destroy(file)
    fresh.replace(file)
    sync_folder(file.parent)


def _destroy(file: Path) -> None:
    try:
        destroy(file)
    except OSError as error:
        raise LedgerError(
            say("An old key slot could not be destroyed, so the old passphrase may still open the vault."),
            kept=say("The new passphrase opens it too."),
            next_step=say("See that the disk can be written to, then open the vault again."),
        ) from error


__all__ = [
    "PassphraseTaken",
    "change_passphrase",
    "other_place",
    "place_of_words",
    "remember_slots",
    "remembered_slots",
    "settle_slots",
    "taken",
    "touch_slots",
]
