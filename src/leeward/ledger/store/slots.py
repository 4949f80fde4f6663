"""Key slots: each is an age file, sealed to one passphrase, that holds the key of a database.

The stock age tool opens a slot too. Destroying the slots destroys the vault.

1. A vault's folder has two slots, `1.age` and `2.age`, of one form and size, always: one of the vault, and one of what
   lies beside it (store/beside.py). Which is which was drawn.
2. Every slot is tried at every opening, whichever opens: the time tells nothing.
3. A slot that nobody's passphrase opens looks like one, because all of it but its work factor is drawn bytes anyway.
4. With security keys (store/second.py), each slot lies in a wrapping, both of one form again.
`1.new.age` and `2.new.age` are there while a passphrase is being changed (store/passphrase.py).
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from leeward.base.say import say
from leeward.ledger.errors import LedgerError, NoVault, VaultDamaged, WrongPassphrase
from leeward.ledger.store.database import KEY_BYTES
from leeward.ledger.store.disk import write_durably
from leeward.ledger.store.second import read_slot, wrapped
from leeward.seal import errors as seal_errors
from leeward.seal.envelope import open_sealed, seal
from leeward.seal.keys import Passphrase
from leeward.seal.kinds import Kind

SLOTS = "slots"
PLACES = ("1", "2")
_AT_ONCE = 2  # tried side by side: 256 MiB each while the passphrase is stretched
_NAME = re.compile(r"([12])(?:\.new)?\.age")
_HEADER = re.compile(
    rb"(age-encryption\.org/v1\n-> scrypt )([A-Za-z0-9+/]{22})( (\d{1,2})\n)([A-Za-z0-9+/]{43})(\n--- )"
    rb"([A-Za-z0-9+/]{43})\n"
)


def slot_files(folder: Path) -> list[Path]:
    """Return the slots in a vault's folder."""
    return sorted((folder / SLOTS).glob("*.age"))


def slot_file(folder: Path, place: str) -> Path:
    """Return the slot of a place, "1" or "2"."""
    return folder / SLOTS / f"{place}.age"


def fresh_file(folder: Path, place: str) -> Path:
    """Return where the new slot of a place lies until the old one is gone."""
    return folder / SLOTS / f"{place}.new.age"


def place_of(file: Path) -> str:
    """Return a slot's place; "" for a file of another name, as older vaults have it."""
    named = _NAME.fullmatch(file.name)
    return named[1] if named else ""


def is_slot(name: str) -> bool:
    """Tell whether a file's name is that of a slot that stays."""
    return name in {f"{place}.age" for place in PLACES}


def other_place(place: str) -> str:
    """Return the place of the other slot."""
    return PLACES[1 - PLACES.index(place)]


def slot_hash(file: Path) -> bytes:
    """Return the SHA-256 of a slot."""
    return hashlib.sha256(file.read_bytes()).digest()


def slot_hashes(folder: Path) -> dict[str, bytes]:
    """Return the SHA-256 of every slot by its name."""
    return {file.name: slot_hash(file) for file in slot_files(folder)}


def write_slot(folder: Path, name: int | str, key: bytes, passphrase: Passphrase) -> Path:
    """Write a slot that the passphrase opens. Its folder must be there: a burnt vault gets no new one."""
    file = folder / SLOTS / f"{name}.age"
    write_durably(file, wrapped(folder, seal(Kind.SLOT, key, passphrase)))
    return file


def work_factor_of(slot: bytes) -> int:
    """Return how hard it is to try a passphrase at a slot; VaultDamaged if it is none."""
    return int(_parse(slot)[4])


def make_blind(slot: bytes) -> bytes:
    """Return a slot of the same form, size and work factor that no passphrase opens (3). VaultDamaged."""
    header = _parse(slot)
    parts = [header[1], _drawn(16), header[3], _drawn(32), header[6], _drawn(32), b"\n"]
    made = b"".join(parts)
    return made + secrets.token_bytes(len(slot) - len(made))


def _parse(slot: bytes) -> re.Match[bytes]:
    header = _HEADER.match(slot)
    if header is None:
        raise _damaged()
    return header


def _drawn(size: int) -> bytes:
    return base64.b64encode(secrets.token_bytes(size)).rstrip(b"=")


def open_slots(folder: Path, passphrase: str) -> bytes:
    """Return the database key from the slot that opens."""
    return find_slot(folder, passphrase)[0]


def find_slot(folder: Path, passphrase: str) -> tuple[bytes, Path]:
    """Return the database key from the slot that opens, and that slot; all are tried (2)."""
    files = slot_files(folder)
    if not files:
        raise NoVault(
            say("There is no vault in this folder, or its key slots are gone."),
            next_step=say("Check the folder's name; `leeward init` makes a new vault."),
        )
    words = _passphrase(passphrase)
    with ThreadPoolExecutor(_AT_ONCE, "slots") as threads:
        tried = list(threads.map(lambda file: _try(file, words), files))
    found = [(key, file) for key, file in zip(tried, files, strict=True) if isinstance(key, bytes)]
    if found:
        return found[0]
    places: dict[str, list[Exception | None]] = {}
    for file, trouble in zip(files, tried, strict=True):
        places.setdefault(place_of(file) or file.name, []).append(
            trouble if isinstance(trouble, Exception) else None
        )
    for troubles in places.values():
        if all(troubles):  # beside a whole one, a broken one is what an interrupted change left
            raise _damaged() from troubles[0]
    raise wrong_passphrase()


def _try(file: Path, words: Passphrase) -> bytes | Exception | None:
    """Return the key in a slot; None if the passphrase is not its own; what is wrong with it if it is broken."""
    try:
        key = open_sealed(Kind.SLOT, read_slot(file), words)
    except seal_errors.WrongPassphrase:
        return None
    except (seal_errors.SealError, OSError) as error:
        return error
    return key if len(key) == KEY_BYTES else LedgerError(say("A key has another length."))


def wrong_passphrase() -> WrongPassphrase:
    """Return the error for a passphrase that opens no slot."""
    return WrongPassphrase(
        say("The passphrase is not right."),
        kept=say("Nothing was changed."),
        next_step=say("Type it again; look at the keyboard's language and at Caps Lock."),
    )


def _damaged() -> VaultDamaged:
    return VaultDamaged(
        say("A key slot of this vault was damaged after it was written."),
        kept=say("Nothing was changed."),
        next_step=say("Restore the folder `slots` from a backup; the passphrase stays the same."),
    )


def _passphrase(text: str) -> Passphrase:
    try:
        return Passphrase(text)
    except seal_errors.KeyMalformed as error:
        raise wrong_passphrase() from error
