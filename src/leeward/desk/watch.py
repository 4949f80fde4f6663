"""What looks after an open desk while nobody does: a thread that locks it when there is reason to.

 1. The key slots are gone: somebody burnt the vault.
 2. The computer slept: the wall clock ran ahead of the monotonic one, or no look happened for long.
 3. The computer says that its screen is locked, or that it goes to sleep.
 4. Nobody did anything for as long as is set.
For 2 to 4 the open pages are told a moment before, so that they hand over what was typed (office/computer.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from leeward.base.errors import LeewardError
from leeward.desk.screenlock import ScreenLock
from leeward.desk.state import DeskState
from leeward.desk.sticks import StickWatch
from leeward.office.computer import is_gone, lock_after

_LOOK_SECONDS = 0.25
_SLEPT_SECONDS = 20.0
_HAND_OVER_SECONDS = 1.5


class Watch:
    """Looks four times a second; `look` is one of them."""

    def __init__(
        self,
        desk: DeskState,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        patience: float = _HAND_OVER_SECONDS,
    ) -> None:
        self._desk = desk
        self._monotonic = monotonic
        self._wall = wall
        self._patience = patience
        self._last = (monotonic(), wall())
        self._sticks = StickWatch(desk)
        self._told = threading.Event()
        self._screen = ScreenLock(self._told.set)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()
        self._sticks.start()
        self._screen.start()

    def stop(self) -> None:
        """End."""
        self._sticks.stop()
        self._screen.stop()
        self._ending.set()
        self._thread.join()

    def look(self) -> bool:
        """Lock the desk if there is reason to; tell whether there was."""
        slept = self._slept()  # asked at every look: it compares with the last one
        if is_gone(self._desk.session):  # 1
            self._lock()
        elif slept or self._told.is_set() or self._deserted():  # 2 3 4
            self._desk.bell.leave()
            self._ending.wait(self._patience)
            self._lock()
        else:
            return False
        return True

    def _slept(self) -> bool:
        before, self._last = self._last, (self._monotonic(), self._wall())
        monotonic, wall = self._last[0] - before[0], self._last[1] - before[1]
        return max(wall - monotonic, monotonic) > _SLEPT_SECONDS

    def _deserted(self) -> bool:
        idle = self._monotonic() - self._desk.person_at
        if idle < 60:
            return False
        try:
            return idle > 60 * (self._desk.lock_after or lock_after(self._desk.session))
        except LeewardError:  # it is being closed already
            return False

    def _lock(self) -> None:
        self._desk.hurried = True
        self._desk.bell.close()
        self._desk.lock()

    def _run(self) -> None:
        try:
            while not self._ending.wait(_LOOK_SECONDS):
                if self.look():
                    return
        except Exception:  # noqa: BLE001 - whatever broke, nobody else would lock this desk
            self._lock()
