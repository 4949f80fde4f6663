"""Making and opening a vault's folder: lock, key slot, database, in this order."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from pathlib import Path

import apsw
import msgspec

from leeward.base.ports import Chance
from leeward.base.say import say
from leeward.ledger.errors import NoVault, VaultExists
from leeward.ledger.store.beside import BESIDE, DATABASE_NAME, come_in, home_of, mark_new, tidy
from leeward.ledger.store.burn import finish_burn
from leeward.ledger.store.database import KEY_BYTES, Database, damaged, refuse_plaintext
from leeward.ledger.store.disk import sync_folder
from leeward.ledger.store.enrolling import settle_keys
from leeward.ledger.store.keyring import Keyring, get_meta, put_meta
from leeward.ledger.store.lock import FolderLock
from leeward.ledger.store.pages import frames_after_damage
from leeward.ledger.store.passphrase import remember_slots, settle_slots
from leeward.ledger.store.schema import upgrade
from leeward.ledger.store.second import Touch, learn
from leeward.ledger.store.slots import PLACES, SLOTS, find_slot, slot_files, slot_hashes, write_slot
from leeward.seal.errors import SealError
from leeward.seal.keys import Passphrase
from leeward.seal.signing import SigningKey

__all__ = [
    "DATABASE_NAME",
    "Opened",
    "make_vault",
    "open_beside",
    "open_by_key",
    "open_database",
    "open_vault",
    "require_vault",
]


class Opened:
    """What an open vault holds on to. `home` is where its database and blobs lie; slots and lock are in `folder`."""

    def __init__(
        self,
        folder: Path,
        home: Path,
        lock: FolderLock | None,
        database: Database,
        ring: Keyring,
        member: str,
        lost: int,
    ) -> None:
        self.folder = folder
        self.home = home
        self.lock = lock
        self.database = database
        self.ring = ring
        self.member_id = member
        self.lost_frames = lost  # of the write-ahead file, damaged since a crash


def make_vault(
    folder: Path,
    passphrase: str,
    member_id: str,
    chance: Chance,
    work_factor: int,
    signing_key: SigningKey | None = None,
) -> Opened:
    """Make a vault beside its place and move it there whole, so that half a vault is never found."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise VaultExists(
            say("There is something in this folder already."),
            kept=say("Nothing was changed."),
            next_step=say("Open it if it is your vault, or choose an empty folder."),
        )
    words = Passphrase(passphrase, work_factor)
    key = chance.draw(KEY_BYTES)
    making = folder.with_name(folder.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        making.mkdir(mode=0o700)
        refuse_plaintext(making / DATABASE_NAME)
        (making / SLOTS).mkdir(mode=0o700)
        place = secrets.choice(PLACES)
        slot = write_slot(making, place, key, words)
        database = Database(making / DATABASE_NAME, key)
        with database.writing() as writer:
            upgrade(writer)
            Keyring.make(writer, chance, signing_key)
            put_meta(writer, "member", member_id.encode())
            mark_new(writer)
            remember_slots(writer, slot_hashes(making))
        database.close()
        refuse_plaintext(making / DATABASE_NAME)
        sync_folder(making)
        with contextlib.suppress(FileNotFoundError):
            folder.rmdir()
        making.rename(folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise
    return _open(folder, folder, FolderLock(folder), key, folder / SLOTS / slot.name)


def open_vault(folder: Path, passphrase: str, touch: Touch | None = None) -> Opened:
    """Open the vault that a passphrase opens: the folder's, or the one beside it. A security key is asked first."""
    require_vault(folder)
    lock = FolderLock(folder)
    try:
        refuse_plaintext(folder / DATABASE_NAME)
        learn(folder, touch)
        key, slot = find_slot(folder, passphrase)
        home = home_of(folder, key)
        _require_database(home)
        lost = frames_after_damage(_journal(home))  # asked first: opening folds the file in and drops them
        home = come_in(folder, home, key, slot)
    except BaseException:
        lock.release()
        raise
    return _open(folder, home, lock, key, slot, lost)


def open_beside(folder: Path, key: bytes) -> Opened:
    """Open what lies beside a vault that this program has open: the lock is held already."""
    home = folder / BESIDE
    return _open(folder, home, None, key, None, frames_after_damage(_journal(home)))


def open_by_key(folder: Path, key: bytes, known: Keyring | None = None) -> Opened:
    """Open a vault whose key this program holds already; its slots, and what lies beside it, are left as they are.

    `known`: keys that this program holds; if they are those in it, they are not made ready again.
    """
    lost = frames_after_damage(_journal(folder))
    return _open(folder, folder, FolderLock(folder), key, None, lost, known)


def require_vault(folder: Path) -> None:
    """Raise NoVault unless the folder has key slots; a burn that was cut off is finished first."""
    finish_burn(folder)
    if not slot_files(folder):
        raise NoVault(
            say("There is no vault in this folder, or its key slots are gone."),
            next_step=say("Check the folder's name; `leeward init` makes a new vault."),
        )


def open_database(path: Path, key: bytes) -> Database:
    """Open a database and bring its tables up to date."""
    database = Database(path, key)
    try:
        with database.writing() as writer:
            upgrade(writer)
    except BaseException:
        database.close()
        raise
    return database


def _open(
    folder: Path,
    home: Path,
    lock: FolderLock | None,
    key: bytes,
    slot: Path | None,
    lost: int = 0,
    known: Keyring | None = None,
) -> Opened:
    try:
        database = open_database(home / DATABASE_NAME, key)
    except BaseException:
        _release(lock)
        raise
    try:
        if slot is not None:
            place = settle_slots(folder, database, slot)
            settle_keys(folder, database)
            tidy(folder, home, database, place)
        with database.reading(brief=True) as connection:
            ring = _load_ring(connection, known)
            member = get_meta(connection, "member").decode()
    except BaseException:
        database.close()
        _release(lock)
        raise
    return Opened(folder, home, lock, database, ring, member, lost)


def _release(lock: FolderLock | None) -> None:
    if lock is not None:
        lock.release()


def _journal(home: Path) -> Path:
    return home / f"{DATABASE_NAME}-wal"


def _load_ring(connection: apsw.Connection, known: Keyring | None) -> Keyring:
    try:
        return Keyring.load(connection, known)
    except (msgspec.MsgspecError, SealError, TypeError, ValueError) as error:
        raise damaged(say("The keys in this vault cannot be read.")) from error


def _require_database(home: Path) -> None:
    if not (home / DATABASE_NAME).exists():
        raise damaged(say("The vault's database is missing from its folder."))
