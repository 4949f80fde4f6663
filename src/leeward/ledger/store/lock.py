"""One process a vault: an operating system's lock on a file, which ends with the process however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from leeward.base.say import say
from leeward.ledger.errors import VaultInUse
from leeward.ledger.store.second import forget_second

LOCK_NAME = "lock"


class FolderLock:
    """Holds the lock until `release`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._file)
        except OSError as error:
            os.close(self._file)
            raise VaultInUse(
                say("This vault is open in another window or program."),
                kept=say("Nothing is lost: it is safe there."),
                next_step=say("Go on working there, or close it there first."),
            ) from error

    def release(self) -> None:
        """Give the lock back."""
        if self._file >= 0:
            forget_second(self._folder)
            os.close(self._file)
            self._file = -1


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
