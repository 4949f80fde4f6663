"""Another passphrase for a vault: a new key slot, and the old one destroyed. Killed at any moment, one of them opens.

 1. The old passphrase opens a slot, whose key is the database's.
 2. The new slot is written beside it, durably, and opened again with the new passphrase.
 3. Its hash replaces the old one's in the database: this decides.
 4. The old slot is overwritten, then unlinked.
The next opening finishes what was interrupted, by `settle_slots`.
"""

from __future__ import annotations

from pathlib import Path

import apsw
import msgspec

from leeward.base.say import say
from leeward.ledger.errors import LedgerError
from leeward.ledger.store.database import Database
from leeward.ledger.store.disk import destroy
from leeward.ledger.store.keyring import get_meta, put_meta
from leeward.ledger.store.slots import (
    SLOTS,
    find_slot,
    slot_files,
    slot_hashes,
    slot_number,
    write_slot,
    wrong_passphrase,
)
from leeward.seal.envelope import open_sealed
from leeward.seal.keys import Passphrase
from leeward.seal.kinds import Kind


def change_passphrase(folder: Path, database: Database, old: str, new: Passphrase) -> None:
    """Give a vault that is open another passphrase. WrongPassphrase if the old one is not right."""
    key, _ = find_slot(folder, old)  # 1
    if not database.has_key(key):
        raise wrong_passphrase()
    fresh = write_slot(folder, max(map(slot_number, slot_files(folder))) + 1, key, new)  # 2
    if not database.has_key(open_sealed(Kind.SLOT, fresh.read_bytes(), new)):
        raise RuntimeError("the new slot does not hold the key")
    _keep_only(folder, database, {fresh.name})  # 3 4


def settle_slots(folder: Path, database: Database, used: Path) -> None:
    """Finish what was interrupted, once a slot has opened the database; WrongPassphrase if it was replaced for good."""
    with database.reading() as connection:
        remembered = remembered_slots(connection)
    sound = {name for name, content in slot_hashes(folder).items() if remembered.get(name) == content}
    replaced = any(slot_number(Path(name)) > slot_number(used) for name in sound)
    if used.name in sound or replaced:  # it was decided already, or nothing happened
        _destroy_others(folder, sound)
    else:  # the change was not decided, and they use the new one; or slots came back from a backup
        _keep_only(folder, database, {used.name})
    if replaced and used.name not in sound:
        raise wrong_passphrase()


def remember_slots(writer: apsw.Connection, hashes: dict[str, bytes]) -> None:
    """Note the hashes of the key slots inside the database, so that a check finds a damaged one."""
    put_meta(writer, "slots", msgspec.msgpack.encode(hashes))


def remembered_slots(connection: apsw.Connection) -> dict[str, bytes]:
    """Return the hashes of the key slots that were noted."""
    return msgspec.msgpack.decode(get_meta(connection, "slots"), type=dict[str, bytes])


def _keep_only(folder: Path, database: Database, names: set[str]) -> None:
    hashes = {name: content for name, content in slot_hashes(folder).items() if name in names}
    with database.writing() as writer:
        remember_slots(writer, hashes)
    _destroy_others(folder, names)


def _destroy_others(folder: Path, names: set[str]) -> None:
    try:
        for file in sorted((folder / SLOTS).iterdir()):
            if file.name not in names:
                destroy(file)
    except OSError as error:
        raise LedgerError(
            say("An old key slot could not be destroyed, so the old passphrase may still open the vault."),
            kept=say("The new passphrase opens it too."),
            next_step=say("See that the disk can be written to, then open the vault again."),
        ) from error
