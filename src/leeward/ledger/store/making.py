"""Making and opening a vault's folder: lock, key slot, database, in this order."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import apsw
import msgspec

from leeward.base.ports import Chance
from leeward.base.say import say
from leeward.ledger.errors import NoVault, VaultExists
from leeward.ledger.store.burn import finish_burn
from leeward.ledger.store.database import KEY_BYTES, Database, damaged, refuse_plaintext
from leeward.ledger.store.disk import sync_folder
from leeward.ledger.store.keyring import Keyring, get_meta, put_meta
from leeward.ledger.store.lock import FolderLock
from leeward.ledger.store.pages import frames_after_damage
from leeward.ledger.store.passphrase import remember_slots, settle_slots
from leeward.ledger.store.schema import upgrade
from leeward.ledger.store.slots import SLOTS, find_slot, slot_files, slot_hashes, write_slot
from leeward.seal.errors import SealError
from leeward.seal.keys import Passphrase

DATABASE_NAME = "vault.db"


class Opened:
    """What an open vault holds on to."""

    def __init__(
        self, folder: Path, lock: FolderLock, database: Database, ring: Keyring, member: str, lost: int
    ) -> None:
        self.folder = folder
        self.lock = lock
        self.database = database
        self.ring = ring
        self.member_id = member
        self.lost_frames = lost  # of the write-ahead file, damaged since a crash


def make_vault(folder: Path, passphrase: str, member_id: str, chance: Chance, work_factor: int) -> Opened:
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
        write_slot(making, 1, key, words)
        database = Database(making / DATABASE_NAME, key)
        with database.writing() as writer:
            upgrade(writer)
            Keyring.make(writer, chance)
            put_meta(writer, "member", member_id.encode())
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
    return _open(folder, FolderLock(folder), key)


def open_vault(folder: Path, passphrase: str) -> Opened:
    """Open a vault with a passphrase."""
    require_vault(folder)
    lock = FolderLock(folder)
    try:
        _require_database(folder)
        refuse_plaintext(folder / DATABASE_NAME)
        key, slot = find_slot(folder, passphrase)
    except BaseException:
        lock.release()
        raise
    return _open(folder, lock, key, slot)


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


def _open(folder: Path, lock: FolderLock, key: bytes, slot: Path | None = None) -> Opened:
    path = folder / DATABASE_NAME
    journal = path.with_name(path.name + "-wal")
    try:
        lost = frames_after_damage(journal)  # asked first: opening folds the file in and drops them
        database = open_database(path, key)
    except BaseException:
        lock.release()
        raise
    try:
        if slot is not None:
            settle_slots(folder, database, slot)
        with database.reading() as connection:
            ring = _load_ring(connection)
            member = get_meta(connection, "member").decode()
    except BaseException:
        database.close()
        lock.release()
        raise
    return Opened(folder, lock, database, ring, member, lost)


def _load_ring(connection: apsw.Connection) -> Keyring:
    try:
        return Keyring.load(connection)
    except (msgspec.MsgspecError, SealError, TypeError, ValueError) as error:
        raise damaged(say("The keys in this vault cannot be read.")) from error


def _require_database(folder: Path) -> None:
    if not (folder / DATABASE_NAME).exists():
        raise damaged(say("The vault's database is missing from its folder."))
