"""Burning a vault: its key slots are overwritten and removed. Needs no passphrase, and no vault that is closed.

 1. The folder of the slots is moved aside in one step: a change of passphrase under way finds no place to write to.
 2. Every file in it is overwritten with random bytes, durably; only then do their names go.
 3. One that fails does not keep the others from being burnt; what could not be is told.
A burn that was cut off is finished by whoever comes to the folder next.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from leeward.base.say import say
from leeward.ledger.errors import LedgerError, NoVault
from leeward.ledger.store.disk import overwrite, sync_folder
from leeward.ledger.store.slots import SLOTS, slot_files

_ASIDE = "slots.burnt"


class NotBurnt(LedgerError):
    """A key slot could not be overwritten or removed."""

    code = "vault.not-burnt"


def burn(folder: Path) -> None:
    """Destroy the key slots of a vault. NoVault if there are none; NotBurnt if one resisted, after all the others."""
    finish_burn(folder)
    slots, aside = folder / SLOTS, folder / _ASIDE
    if not slot_files(folder):  # also a folder of something else that has one called slots
        raise NoVault(
            say("There is no vault in this folder, or its key slots are gone."),
            next_step=say("Check the folder's name."),
        )
    try:
        slots.rename(aside)  # 1
    except OSError:  # on a system that holds on to folders in use
        aside = slots
    _destroy_in(aside)


def finish_burn(folder: Path) -> None:
    """Go on where a burn was cut off; nothing happens otherwise."""
    if (folder / _ASIDE).exists():
        _destroy_in(folder / _ASIDE)


def is_burnt(folder: Path) -> bool:
    """Tell whether the slots of a vault that was there are gone, for whatever reason."""
    return not slot_files(folder)


def _destroy_in(slots: Path) -> None:
    trouble: OSError | None = None
    files = [file for file in slots.iterdir() if not file.is_dir()]
    for step in (_overwrite, Path.unlink):  # 2
        for file in files:
            try:
                step(file)
            except OSError as error:  # 3
                trouble = error
    with contextlib.suppress(OSError):
        slots.rmdir()
    with contextlib.suppress(OSError):
        sync_folder(slots.parent)
    if trouble is not None:
        raise NotBurnt(
            say("A key slot could not be overwritten or removed."),
            kept=say("All others are destroyed."),
            next_step=say(
                "Destroy the disk, or get its folder “{folder}” away from them.", folder=str(slots)
            ),
        ) from trouble


def _overwrite(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.chmod(0o600)
    overwrite(file)
