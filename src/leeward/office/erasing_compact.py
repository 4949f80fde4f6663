"""When the vault is written anew after an erasure, so that nobody waits for it who works.

Erasing takes milliseconds; writing every page anew takes seconds, and others wait to write meanwhile.

1. Whatever was erased is counted (`owe`), durably, after it is erased and before anything says so. What was erased
   while everything was being written anew is counted as not written.
2. Without a desk in front of it (commands, tests, the vault beside) it is done at once (`settle`).
3. A desk puts it off: until nobody did anything for 45 seconds, which is less than any desk takes to lock; when it is
   closed, if it takes a moment only and nobody is in a hurry to have the keys gone; when it is opened next; when
   somebody presses the button; and after 24 hours in any case.
4. Whoever comes back while it goes on does not wait for it, as far as SQLite can be broken off; only the button and the
   24 hours give way to nobody.
5. Only then does this device say that the erasure is done (erasing_work.py 4).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from weakref import WeakSet

import msgspec

from leeward.base.errors import LeewardError
from leeward.ledger.errors import VaultClosed
from leeward.ledger.store.vault import Vault
from leeward.office.computer import is_gone
from leeward.office.session import Session

IDLE_SECONDS = 45.0
AT_THE_LATEST_MS = 24 * 3_600_000
CLOSING_SECONDS = 2.0  # so long, at most, the keys stay in memory for it when a desk is closed
CLOSING_BYTES = 32 << 20  # about a second on an old laptop
_LOOK_SECONDS = 2.0
_AGAIN_SECONDS = 30.0  # after it could not be done
_KEPT = "erasing.anew"
_guard = threading.Lock()
_put_off: WeakSet[Vault] = WeakSet()
"""Vaults in front of which a desk stands."""


class Owed(msgspec.Struct, array_like=True, frozen=True):
    """How often something was erased in a vault, up to which of these all was written anew, and since when not."""

    marked: int = 0
    written: int = 0
    since: int = 0


def owed(session: Session) -> Owed:
    """Return what stands."""
    kept = session.vault.local_get(_KEPT)
    return msgspec.convert(kept, Owed) if kept else Owed()


def owed_since(session: Session) -> int:
    """Return since when something erased waits for all to be written anew, milliseconds; 0 if nothing does."""
    there = owed(session)
    return there.since if there.marked > there.written else 0


def owe(session: Session) -> int:
    """Count that something was erased (1); return its number."""
    with _guard:
        there = owed(session)
        since = there.since if there.marked > there.written else session.now()
        _keep(session, Owed(there.marked + 1, there.written, since))
        return there.marked + 1


def is_written(session: Session, number: int) -> bool:
    """Tell whether all was written anew since what has this number was erased."""
    return owed(session).written >= number


def settle(session: Session) -> None:
    """Write all anew if that is owed and no desk puts it off (2). LedgerError."""
    if session.vault not in _put_off:
        write_anew(session)


def write_anew(session: Session, stop: Callable[[], bool] = lambda: False) -> bool:
    """Write all anew if that is owed; False if it was broken off, since somebody came. LedgerError."""
    there = owed(session)
    if there.marked <= there.written:
        return True
    if not session.vault.compact(stop=stop).done:
        return False
    with _guard:
        now = owed(session)
        _keep(session, Owed(now.marked, max(now.written, there.marked), session.now()))
    return True


def _keep(session: Session, there: Owed) -> None:
    session.vault.local_put(_KEPT, msgspec.to_builtins(there))


class Compactor:
    """Puts writing anew off for one desk, and does it when nobody is there. Start before all, stop after all."""

    def __init__(
        self,
        session: Session,
        *,
        idle: Callable[[], float],
        hurried: Callable[[], bool] = lambda: False,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        """`idle` gives the seconds without anybody; `after` is called when all was written anew."""
        self._session = session
        self._idle = idle
        self._hurried = hurried
        self._after = after
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._may_give_way = False
        self._not_before = 0.0
        self._thread = threading.Thread(target=self._work, name="compactor", daemon=True)

    def start(self) -> None:
        """Write anew what an earlier desk left (3), before anybody looks at this one; then wait for quiet."""
        try:
            self._write(gives_way=False)
        except LeewardError:  # the disk is full, say: this is tried again, and Safety says that it is owed
            self._not_before = time.monotonic() + _AGAIN_SECONDS
        _put_off.add(self._session.vault)
        self._thread.start()

    def stop(self) -> None:
        """End, before the vault is closed. What takes a moment only is still done, if nobody is in a hurry (3)."""
        self._stopping.set()
        self._session.vault.give_way()
        self._thread.join()
        vault = self._session.vault
        if self._hurried() or is_gone(self._session) or vault.database.size() > CLOSING_BYTES:
            return
        timer = threading.Timer(CLOSING_SECONDS, vault.give_way)
        timer.start()
        try:
            write_anew(self._session)
        except LeewardError:
            return
        finally:
            timer.cancel()
            _put_off.discard(vault)

    def give_way(self) -> None:
        """Somebody is there (4). From any thread; returns at once."""
        if self._may_give_way:
            self._session.vault.give_way()

    def write_now(self) -> None:
        """Do it at once, whoever waits: somebody pressed the button. LedgerError."""
        self._write(gives_way=False)

    def look(self) -> bool:
        """Do it if it is time (3); tell whether it was done."""
        since = owed_since(self._session)
        if not since or time.monotonic() < self._not_before:
            return False
        overdue = not 0 <= self._session.now() - since < AT_THE_LATEST_MS
        if not overdue and self._idle() < IDLE_SECONDS:
            return False
        return self._write(gives_way=not overdue)

    def _write(self, *, gives_way: bool) -> bool:
        with self._lock:
            if not owed_since(self._session):
                return False
            self._may_give_way = gives_way
            try:
                done = write_anew(self._session, self._is_wanted if gives_way else lambda: False)
            finally:
                self._may_give_way = False
        if done:
            self._after()
        return done

    def _is_wanted(self) -> bool:
        return self._stopping.is_set() or self._idle() < IDLE_SECONDS

    def _work(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            try:
                self.look()
            except VaultClosed:
                return
            except Exception:  # noqa: BLE001 - a full disk, a long reader: tried again; Safety says that it is owed
                self._not_before = time.monotonic() + _AGAIN_SECONDS
