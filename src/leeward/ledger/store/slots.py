"""Key slots: each is an age file, sealed to one passphrase, that holds the key of the database.

The stock age tool opens a slot too. Destroying the slots destroys the vault.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from leeward.base.say import say
from leeward.ledger.errors import NoVault, VaultDamaged, WrongPassphrase
from leeward.ledger.store.database import KEY_BYTES
from leeward.ledger.store.disk import write_durably
from leeward.seal import errors as seal_errors
from leeward.seal.envelope import open_sealed, seal
from leeward.seal.keys import Passphrase
from leeward.seal.kinds import Kind

SLOTS = "slots"


def slot_files(folder: Path) -> list[Path]:
    """Return the slots of a vault."""
    return sorted((folder / SLOTS).glob("*.age"), key=slot_number)


def slot_number(file: Path) -> int:
    """Return the number in a slot's name; a later slot has a higher one."""
    return int(file.stem) if file.stem.isdecimal() else 0


def slot_hashes(folder: Path) -> dict[str, bytes]:
    """Return the SHA-256 of every slot by its name."""
    return {file.name: hashlib.sha256(file.read_bytes()).digest() for file in slot_files(folder)}


def write_slot(folder: Path, number: int, key: bytes, passphrase: Passphrase) -> Path:
    """Write a slot that the passphrase opens. Its folder must be there: a burnt vault gets no new one."""
    file = folder / SLOTS / f"{number}.age"
    write_durably(file, seal(Kind.SLOT, key, passphrase))
    return file


def open_slots(folder: Path, passphrase: str) -> bytes:
    """Return the database key from the first slot that opens."""
    return find_slot(folder, passphrase)[0]


def find_slot(folder: Path, passphrase: str) -> tuple[bytes, Path]:
    """Return the database key from the first slot that opens, and that slot."""
    files = slot_files(folder)
    if not files:
        raise NoVault(
            say("There is no vault in this folder, or its key slots are gone."),
            next_step=say("Check the folder's name; `leeward init` makes a new vault."),
        )
    broken: list[Exception] = []
    for file in files:
        try:
            key = open_sealed(Kind.SLOT, file.read_bytes(), _passphrase(passphrase))
        except seal_errors.WrongPassphrase:
            continue
        except (seal_errors.SealError, OSError) as error:
            broken.append(error)
            continue
        if len(key) == KEY_BYTES:
            return key, file
    if len(broken) == len(files):  # beside a whole one, a broken one is what an interrupted change left
        raise VaultDamaged(
            say("A key slot of this vault was damaged after it was written."),
            kept=say("Nothing was changed."),
            next_step=say("Restore the folder `slots` from a backup; the passphrase stays the same."),
        ) from broken[0]
    raise wrong_passphrase()


def wrong_passphrase() -> WrongPassphrase:
    """Return the error for a passphrase that opens no slot."""
    return WrongPassphrase(
        say("The passphrase is not right."),
        kept=say("Nothing was changed."),
        next_step=say("Type it again; look at the keyboard's language and at Caps Lock."),
    )


def _passphrase(text: str) -> Passphrase:
    try:
        return Passphrase(text)
    except seal_errors.KeyMalformed as error:
        raise wrong_passphrase() from error
