"""The second half of a folder's slots: what this process knows of it while it holds the folder's lock.

1. `slots/keys.json` says which security keys there are; its form is seal/second_half.py's.
2. A wrapped slot is read and written through here. Nothing is asked, and nothing known, of a folder without one.
3. It is learnt once, after the lock was taken and before any slot is tried, and forgotten with the lock.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from leeward.base.say import say
from leeward.ledger.errors import LedgerError, VaultDamaged
from leeward.ledger.store.disk import overwrite, write_durably
from leeward.seal.errors import EnvelopeMalformed, NoKeyFits, SealError
from leeward.seal.second_half import (
    Credential,
    Inside,
    KeyFile,
    is_wrapped,
    open_file,
    parse_file,
    unwrap,
    wrap,
)

KEYS = "keys.json"
WAS = ".was"  # ends the name of what put_in_place replaces
_SLOTS = "slots"
Touch: TypeAlias = Callable[[list[Credential], bytes], bytes]
"""Gives a security key's answer (32 bytes), for these credentials and this salt."""

_known: dict[Path, Inside] = {}  # by the folder; the folder's lock says that there is one at a time


class SecurityKeyNeeded(LedgerError):
    """A vault opens with a security key, and nobody can be asked for it."""

    code = "vault.security-key-needed"


class WrongSecurityKey(LedgerError):
    """A security key answered, but not as one of this vault's."""

    code = "vault.wrong-security-key"


def keys_file(folder: Path) -> Path:
    """Return where it is written which security keys there are."""
    return folder / _SLOTS / KEYS


def read_keys(folder: Path) -> KeyFile | None:
    """Return what is readable without a key; None if there are none. VaultDamaged."""
    try:
        return parse_file(keys_file(folder).read_bytes())
    except FileNotFoundError:
        return None
    except EnvelopeMalformed as error:
        raise _damaged() from error


def is_needed(folder: Path) -> bool:
    """Tell whether a slot of a folder opens only with a security key."""
    return any(is_wrapped(file.read_bytes()) for file in (folder / _SLOTS).glob("*.age"))


def learn(folder: Path, touch: Touch | None) -> None:
    """Have a security key answer, if one is needed (3). SecurityKeyNeeded, WrongSecurityKey, VaultDamaged."""
    forget_second(folder)
    if not is_needed(folder):
        return
    file = read_keys(folder)
    if file is None:
        raise _damaged()
    if touch is None:
        raise SecurityKeyNeeded(
            say("This vault opens with a security key, and there is nobody to ask for it here."),
            kept=say("Nothing was changed."),
            next_step=say("Use a command that asks for the passphrase."),
        )
    try:
        _known[_name(folder)] = open_file(file, touch(file.keys, file.salt))
    except NoKeyFits as error:
        raise WrongSecurityKey(
            say("The security key gave an answer that does not fit this vault."),
            kept=say("Nothing was changed."),
            next_step=say("Plug in the key that you enrolled here; one that was reset has forgotten it."),
        ) from error
    except SealError as error:
        raise _damaged() from error


def known(folder: Path) -> Inside | None:
    """Return what a security key opened; None if there is none."""
    return _known.get(_name(folder))


def know(folder: Path, inside: Inside | None) -> None:
    """Take note of another half."""
    if inside is None:
        forget_second(folder)
    else:
        _known[_name(folder)] = inside


def forget_second(folder: Path) -> None:
    """Forget it: the folder's lock is given back."""
    _known.pop(_name(folder), None)


def read_slot(file: Path) -> bytes:
    """Return a slot as its passphrase opens it (2). SealError; SecurityKeyNeeded if it is wrapped and nothing known."""
    return unwrapped(file.parent.parent, file.read_bytes())


def unwrapped(folder: Path, slot: bytes) -> bytes:
    """Return a slot without its wrapping, if it has any. As `read_slot`."""
    if not is_wrapped(slot):
        return slot
    inside = known(folder)
    if inside is None:
        raise EnvelopeMalformed("a wrapped slot, and no half")
    return unwrap(slot, inside.identities())


def wrapped(folder: Path, slot: bytes) -> bytes:
    """Return a slot as it lies in this folder (2)."""
    inside = known(folder)
    return wrap(slot, inside.identities()[0]) if inside is not None else slot


def put_in_place(file: Path, content: bytes) -> None:
    """Replace a small file in one step, durably, and then overwrite what it was."""
    if os.name == "nt":
        write_durably(file, content)
        return
    clear_what_was(file)
    os.link(file, file.with_name(f"{file.name}{WAS}"))
    write_durably(file, content)
    clear_what_was(file)


def clear_what_was(file: Path) -> None:
    """Destroy what a file was before it was replaced; never the file itself, which a crash may have left as both."""
    was = file.with_name(f"{file.name}{WAS}")
    if was.exists():
        if not file.exists() or not was.samefile(file):
            overwrite(was)
        was.unlink()


def _name(folder: Path) -> Path:
    return folder.resolve()


def _damaged() -> VaultDamaged:
    return VaultDamaged(
        say("What a security key needs to open this vault is missing or damaged."),
        kept=say("Nothing was changed."),
        next_step=say("Restore the whole folder `slots` from a backup, with all that is in it."),
    )
