"""Key slots: each is an age file, sealed to one passphrase, that holds the key of the database.

The stock age tool opens a slot too. Destroying the slots destroys the vault.
"""

from __future__ import annotations

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
    return sorted((folder / SLOTS).glob("*.age"))


def write_slot(folder: Path, name: str, key: bytes, passphrase: Passphrase) -> None:
    """Write a slot that the passphrase opens."""
    (folder / SLOTS).mkdir(mode=0o700, exist_ok=True)
    write_durably(folder / SLOTS / f"{name}.age", seal(Kind.SLOT, key, passphrase))


def open_slots(folder: Path, passphrase: str) -> bytes:
    """Return the database key from the first slot that opens."""
    files = slot_files(folder)
    if not files:
        raise NoVault(
            say("There is no vault in this folder, or its key slots are gone."),
            next_step=say("Check the folder's name; `leeward init` makes a new vault."),
        )
    broken: Exception | None = None
    for file in files:
        try:
            key = open_sealed(Kind.SLOT, file.read_bytes(), _passphrase(passphrase))
        except seal_errors.WrongPassphrase:
            continue
        except (seal_errors.SealError, OSError) as error:
            broken = error
            continue
        if len(key) == KEY_BYTES:
            return key
    if broken is not None:
        raise VaultDamaged(
            say("A key slot of this vault was damaged after it was written."),
            kept=say("Nothing was changed."),
            next_step=say("Restore the folder `slots` from a backup; the passphrase stays the same."),
        ) from broken
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
