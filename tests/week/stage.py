"""The stage of the week: the practice operation at eight people, a relay with its page, two desks, one clock for all.

The desks are served as in life, each with its sync and its tending, but in this process, because their clock is set:
a week of theirs passes in a minute and a half of ours. Between two settings it runs as any clock does.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from leeward.desk.app import make_desk
from leeward.desk.security import open_socket
from leeward.desk.serve import DeskServer
from leeward.domain.cases.checkins import CheckIn, CheckInState
from leeward.front.app import make_front
from leeward.office import casework_checkins
from leeward.office.intake import take_in
from leeward.office.relay import relay_of
from leeward.office.session import Session
from leeward.office.sync import Syncer
from leeward.office.tending import Tending
from leeward.practice.team import PracticeTeam
from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.sync.client import RelayClient

MONDAY = dt.datetime(2026, 4, 6, 9, 30).astimezone()
ROLES = ("operator", "coordinator", "documenter")
PEOPLE, SEED = 8, 2017
STEP_SECONDS = 20.0


class WeekClock:
    """Runs from the moment it was last set to."""

    def __init__(self, at: dt.datetime) -> None:
        self.to(at)

    def to(self, at: dt.datetime) -> None:
        """Set it."""
        self._set, self._since = int(at.timestamp() * 1000), time.monotonic()

    def now_ms(self) -> int:
        return self._set + int((time.monotonic() - self._since) * 1000)

    def now(self) -> dt.datetime:
        """Return what it shows, as the people of the week read it."""
        return dt.datetime.fromtimestamp(self.now_ms() / 1000).astimezone()


class OpenDesk:
    """One desk on a port of its own, in step with the relay."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.syncer = Syncer(session, relay_of(session), take_in=take_in)
        self._tending = Tending(session, look_seconds=0.5)  # the clock jumps; nights come without a change
        self._socket = open_socket(0)
        self.port: int = self._socket.getsockname()[1]
        self.desk = make_desk(session, self.syncer, port=self.port, language="ru")
        self.troubles: list[Exception] = []
        self.desk.state.on_trouble = self.troubles.append
        ready = threading.Event()
        self._server = DeskServer(self.desk, ready.set)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()
        assert ready.wait(10)
        self.syncer.start()
        self._tending.start()

    def stop(self) -> None:
        self._tending.stop()
        self.syncer.stop()
        self._server.stop()
        self._thread.join()
        self._socket.close()


@dataclass
class Stage:
    """Everything that runs."""

    page: str  # the intake page's address
    clock: WeekClock
    desks: dict[str, OpenDesk]

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait until something is so on a desk; nobody sees this waiting."""
        end = time.monotonic() + STEP_SECONDS
        while not true():
            assert time.monotonic() < end, what
            time.sleep(0.05)

    def night_falls(self, until: dt.datetime, keep: str = "") -> None:
        """Let the clock go on; whatever signs of life come due, colleagues answer, save those of case `keep`.

        They are answered when they are due, an hour at a time, as a night's watch does; then both desks have it.
        """
        while self.clock.now() < until:
            self.clock.to(min(until, self.clock.now() + dt.timedelta(hours=1)))
            self._answer(keep)
        self.until(lambda: self._answer(keep), "the night's watch never came to an end")

    def _answer(self, keep: str) -> bool:
        """Answer what the first desk knows of; tell whether nothing is due on any desk."""
        sessions = [one.session for one in self.desks.values()]
        for one in _of_others(sessions[0], keep):
            casework_checkins.answer_check_in(sessions[0], one)
        return not any(_of_others(one, keep) for one in sessions)


def _of_others(session: Session, keep: str) -> list[str]:
    """Return the signs of life that are due now, save of one case."""
    now, awaited = session.now(), {CheckInState.DUE, CheckInState.MISSED}
    return [one.id for one in session.find(CheckIn) if one.case_id != keep and one.state(now) in awaited]


@contextlib.contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """Make the practice operation and open it; whatever was started is stopped afterwards."""
    clock = WeekClock(MONDAY)
    passphrases = {role: f"{role} on a Monday" for role in ROLES}
    store = open_store(str(folder / "relay"))
    with contextlib.ExitStack() as stack:
        stack.callback(store.close)
        team = stack.enter_context(PracticeTeam(folder, passphrases, work_factor=2, clock=clock))
        relay_app = make_app(store, pages=make_front(team.card(), store))
        serving = stack.enter_context(Serving(relay_app))
        team.set_relay(serving.address)
        with contextlib.closing(RelayClient(serving.address)) as relay:
            team.play(relay, seed=SEED, people=PEOPLE, language="ru", progress=lambda *_: None)
        desks = {}
        for role in ("operator", "coordinator"):
            desks[role] = OpenDesk(team.desks[role])
            stack.callback(desks[role].stop)
        yield Stage(serving.address, clock, desks)
