"""What a desk does for its hotline in the background, beside the sync: two threads, started and stopped with the desk.

1. What the relay must hear (the newest card, the gate) and get (envelopes it lacks) goes as soon as it answers.
2. Looks at the page come at random: waits are exponential, so that nobody can foresee the next look from the last;
   never in the same moment as a request of the sync, so that the two cannot be laid beside each other.
3. Nothing ends the threads but `stop`; trouble is tried again, later.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable
from weakref import WeakKeyDictionary

from leeward.base.errors import LeewardError
from leeward.base.ports import Chance
from leeward.ledger.errors import VaultClosed
from leeward.ledger.store.vault import Vault
from leeward.office.hotline_page import arrive, gate, questionnaire, renewal, watch
from leeward.office.hotline_page.visit import Visit
from leeward.office.relay import relay_address
from leeward.office.session import Session
from leeward.sync.errors import SyncError
from leeward.sync.port import Relay

MEAN_MINUTES = 40
_MEAN = "hotline.watch.mean"  # device-only: minutes, as the member set it
_FIRST_SECONDS = (60.0, 600.0)  # the first look, after the desk was opened
_TRY_SECONDS = 30.0
_QUIET_SECONDS = (2.0, 6.0)  # so long must the sync have asked nothing
_QUIET_TRIES = 200

_running: WeakKeyDictionary[Vault, Keeper] = WeakKeyDictionary()


class Keeper:
    """Looks after one session's hotline until stopped. `relay` None: a desk without one only waits."""

    def __init__(self, session: Session, relay: Relay | None) -> None:
        self._session = session
        self._relay = relay
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._look = threading.Event()
        self._everything = False
        self._threads = [
            threading.Thread(target=self._work, name="hotline", daemon=True),
            threading.Thread(target=self._watch, name="hotline-watch", daemon=True),
        ]

    def start(self) -> None:
        """Begin. Returns at once."""
        _running[self._session.vault] = self
        self._session.vault.on_change(lambda _kinds: self._wake.set())
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """End, before the vault is closed."""
        self._stopping.set()
        self._wake.set()
        self._look.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout)

    def look_now(self) -> None:
        """Compare everything now; returns at once."""
        self._everything = True
        self._look.set()

    @property
    def looking(self) -> bool:
        """Tell whether a comparison that was asked for is still under way."""
        return self._everything

    # what the relay must hear

    def _work(self) -> None:
        noted = False
        while not self._stopping.is_set():
            self._wake.clear()
            pause: float | None = None
            try:
                if not noted and self._session.vault.compartments("team"):
                    watch.note_build(self._session)
                    noted = True
                if self._relay is not None:
                    tend(self._session, self._relay)
                    if arrive.waiting(self._session) or arrive.expected(self._session):
                        pause = _TRY_SECONDS
            except VaultClosed:
                return
            except Exception:  # noqa: BLE001 - rule 3; what is due stays due, and the page of the hotline says so
                pause = _TRY_SECONDS
            self._wake.wait(pause)
            self._stopping.wait(0.2)  # changes come in bursts

    # looks at the page

    def _watch(self) -> None:
        least, most = _FIRST_SECONDS
        seconds = least + (most - least) * fraction(self._session.chance)
        while not self._stopping.is_set():
            self._look.wait(seconds)
            self._look.clear()
            if self._stopping.is_set():
                return
            with contextlib.suppress(LeewardError, OSError):
                self._look_once()
            self._everything = False
            if self._stopping.is_set():
                return
            seconds = exponential(self._session.chance, mean_minutes(self._session) * 60.0)

    def _look_once(self) -> None:
        if not watch.page_address(self._session):
            return
        if self._everything:
            watch.look_at_everything(self._session, self._open)
        elif self._quiet():
            watch.look(self._session, self._open, self._pause)

    def _open(self, language: str) -> Visit:
        return open_visit(self._session, language)

    def _pause(self) -> None:
        """Wait as long as somebody reads before the next press."""
        self._stopping.wait(exponential(self._session.chance, 8.0))

    def _quiet(self) -> bool:
        """Wait for a moment in which the sync asks nothing (2); False if there is none."""
        least, most = _QUIET_SECONDS
        wanted = least + (most - least) * fraction(self._session.chance)
        for _ in range(_QUIET_TRIES):
            if time.monotonic() - getattr(self._relay, "asked_at", 0.0) > wanted:
                return True
            if self._stopping.wait(0.5):
                return False
        return False


def tend(session: Session, relay: Relay) -> None:
    """Bring the relay everything that is due (1). Raises SyncError after trying all of it."""
    renewal.mend(session)
    trouble: SyncError | None = None
    tasks: tuple[Callable[[Session, Relay], object], ...] = (
        gate.tell_gate,
        questionnaire.put_notice,
        arrive.hand_over,
    )
    for task in tasks:
        try:
            task(session, relay)
        except SyncError as error:
            trouble = error
    if trouble is not None:
        raise trouble


def keeper_of(session: Session) -> Keeper | None:
    """Return what runs for this vault, if anything does."""
    return _running.get(session.vault)


def open_visit(session: Session, language: str) -> Visit:
    """Open a visit at the page's address, on a circuit of its own."""
    _, proxy = relay_address(session.vault)
    return Visit(watch.page_address(session), proxy=proxy, chance=session.chance, language=language)


def mean_minutes(session: Session) -> int:
    """Return how many minutes lie between two looks on average."""
    return int(session.vault.local_get(_MEAN) or MEAN_MINUTES)


def set_mean_minutes(session: Session, minutes: int) -> None:
    """Look about this often; used from the next wait on."""
    session.vault.local_put(_MEAN, minutes)


def fraction(chance: Chance) -> float:
    """Return a number from 0 to 1, without 1; all are equally likely."""
    return int.from_bytes(chance.draw(7)) / (1 << 56)


def exponential(chance: Chance, mean: float) -> float:
    """Return a random wait: how long it has lasted says nothing about how long it will last."""
    return -mean * math.log(1.0 - fraction(chance))
