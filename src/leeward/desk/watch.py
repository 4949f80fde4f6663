"""What looks after an open desk while nobody does: a thread that locks it when there is reason to."""

from __future__ import annotations

import threading

from leeward.desk.state import DeskState
from leeward.desk.sticks import StickWatch
from leeward.ledger.store.burn import is_burnt

_LOOK_SECONDS = 0.25


class Watch:
    """Looks four times a second; `look` is one of them."""

    def __init__(self, desk: DeskState) -> None:
        self._desk = desk
        self._sticks = StickWatch(desk)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()
        self._sticks.start()

    def stop(self) -> None:
        """End."""
        self._sticks.stop()
        self._ending.set()
        self._thread.join()

    def look(self) -> bool:
        """Lock the desk if there is reason to; tell whether there was."""
        if not is_burnt(self._desk.session.vault.folder):
            return False
        self._desk.bell.close()
        self._desk.lock()
        return True

    def _run(self) -> None:
        while not self._ending.wait(_LOOK_SECONDS):
            if self.look():
                return
