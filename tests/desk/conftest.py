"""A desk on a real vault, and a small browser that speaks to it over HTTP, for all tests of pages."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from leeward.base.ports import SystemChance
from leeward.desk.app import make_desk
from leeward.desk.security import open_socket
from leeward.desk.serve import DeskServer
from leeward.office.session import Session
from leeward.office.sync import Syncer
from leeward.office.team import found_team

Fields = dict[str, str] | Sequence[tuple[str, str]]
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # plain HTTP: no list of authorities is read for each test
START = int(dt.datetime(2026, 4, 7, 18, 17, tzinfo=dt.UTC).timestamp() * 1000)  # 21:17 at UTC+3


class TestClock:
    """A clock that moves when told."""

    __test__ = False

    def __init__(self) -> None:
        self.ms = START

    def now_ms(self) -> int:
        return self.ms

    def pass_minutes(self, minutes: float) -> None:
        self.ms += int(minutes * 60_000)


class Browser:
    """A browser let in by the launch address."""

    def __init__(self, server: Served) -> None:
        self.server = server
        self.origin = f"http://127.0.0.1:{server.port}"
        self.client = httpx.Client(base_url=self.origin, trust_env=False, verify=PLAIN)
        assert self.client.get(server.desk.address()).status_code == 303

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._sound(self.client.get(path, headers=headers))

    def _sound(self, answer: httpx.Response) -> httpx.Response:
        """Raise a fault of our own, which the page told without a trace."""
        if self.server.troubles:
            raise self.server.troubles.pop()
        return answer

    def post(self, path: str, fields: Fields = ()) -> httpx.Response:
        """Post a form as our own page would, and follow to the next page."""
        answer = self.client.post(
            path,
            content=urlencode(list(fields.items()) if isinstance(fields, dict) else list(fields)),
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "origin": self.origin,
                "sec-fetch-site": "same-origin",
            },
        )
        self._sound(answer)
        return self.get(answer.headers["location"]) if answer.status_code == 303 else answer


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def session(tmp_path: Path, clock: TestClock) -> Iterator[Session]:
    """A founded team of one operator."""
    session = found_team(
        tmp_path / "vault",
        "test words",
        team_name="Harbour",
        member_name="Mila",
        role="coordinator",
        clock=clock,
        chance=SystemChance(),
        work_factor=4,
    )
    with session.vault:
        yield session


class Served:
    """A desk on a port of its own, served as it is in life."""

    def __init__(self, session: Session, syncer: Syncer | None = None, language: str = "en") -> None:
        self._socket = open_socket(0)
        self.port: int = self._socket.getsockname()[1]
        zone = dt.timezone(dt.timedelta(hours=3))
        self.desk = make_desk(
            session, syncer, port=self.port, lock=self.note_lock, language=language, zone=zone
        )
        self.locked = threading.Event()
        self.troubles: list[Exception] = []
        self.desk.state.on_trouble = self.troubles.append
        ready = threading.Event()
        self._server = DeskServer(self.desk, ready.set)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self._thread.start()
        assert ready.wait(10)

    def note_lock(self) -> None:
        self.locked.set()
        self._server.stop()

    def stop(self) -> None:
        self._server.stop()
        self._thread.join()
        self._socket.close()


@pytest.fixture
def server(session: Session) -> Iterator[Served]:
    served = Served(session)
    yield served
    served.stop()


@pytest.fixture
def browser(server: Served) -> Iterator[Browser]:
    opened = Browser(server)
    yield opened
    opened.client.close()
