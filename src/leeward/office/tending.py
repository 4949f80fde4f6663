"""What an open desk does by itself for signs of life: connect those that came, and keep the rhythms written ahead.

1. It does only what every desk with the same keys would do alike, so any number of desks may do it at once.
2. It rests until something changes, and looks now and then because nights come without a change.
3. Whatever goes wrong in one round is tried again in the next; nothing of it stops the desk.
"""

from __future__ import annotations

import threading

from leeward.base.errors import LeewardError
from leeward.ledger.errors import VaultClosed
from leeward.office.rhythms import keep_up
from leeward.office.session import Session
from leeward.office.signs import take_signs

_LOOK_SECONDS = 30.0
_OURS = frozenset(
    {"message", "contact", "case", "check_in", "rhythm", "stay", "leg", "journey", "safety_plan"}
)
_GATHER_SECONDS = 0.3


def tend(session: Session) -> int:
    """Do one round; return how much was written."""
    return take_signs(session) + keep_up(session)


class Tending:
    """Does it on a thread of its own until stopped."""

    def __init__(self, session: Session, *, look_seconds: float = _LOOK_SECONDS) -> None:
        self._session = session
        self._look_seconds = look_seconds
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tending", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._session.vault.on_change(self._changed)
        self._thread.start()

    def stop(self) -> None:
        """End; returns when nothing is written any more."""
        self._stopping.set()
        self._wake.set()
        self._thread.join()

    def _changed(self, kinds: frozenset[str]) -> None:
        if kinds & _OURS:
            self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                tend(self._session)
            except VaultClosed:
                return
            except LeewardError:
                pass  # 3: an erasure or a lost key came in between
            self._wake.wait(self._look_seconds)  # 2
            self._stopping.wait(_GATHER_SECONDS)
            self._wake.clear()
