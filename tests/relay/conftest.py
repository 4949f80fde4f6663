"""A real relay on a unix socket, and a plain client that sees every byte of an answer."""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.relay.sqlite_store import SqliteStore


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


@dataclass(frozen=True)
class Box:
    """A box's address and tokens, as a client draws them."""

    box: bytes = field(default_factory=lambda: os.urandom(16))
    read: bytes = field(default_factory=lambda: os.urandom(32))
    write: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def path(self) -> str:
        return f"/v1/boxes/{self.box.hex()}"

    @property
    def hashes(self) -> bytes:
        return sha256(self.read) + sha256(self.write)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: list[tuple[str, str]]

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("relay", timeout=30)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self._path))


class Client:
    """Asks a relay at a unix socket, one connection for each request."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        token: bytes | None = None,
        **headers: str,
    ) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token.hex()}"
        connection = _UnixConnection(self.path)
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), answer.getheaders())
        finally:
            connection.close()

    def make_box(self, box: Box) -> Answer:
        return self("PUT", box.path, box.hashes)

    def append(self, box: Box, sealed: bytes, item: bytes | None = None) -> Answer:
        return self("POST", f"{box.path}/items/{(item or os.urandom(16)).hex()}", sealed, box.write)

    def items(self, box: Box, **query: int) -> Answer:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return self("GET", f"{box.path}/items?{asked}" if asked else f"{box.path}/items", token=box.read)

    def put_blob(self, blob: bytes, sealed: bytes, erase: bytes) -> Answer:
        return self("PUT", f"/v1/blobs/{blob.hex()}", sealed, Leeward_Erase=sha256(erase).hex())

    def raw(self, sent: bytes, seconds: float = 5) -> bytes:
        """Send these bytes and return all that comes, the first within `seconds`, until nothing more comes."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            connection.connect(str(self.path))
            parts: list[bytes] = []
            try:
                connection.sendall(sent)
                while part := connection.recv(65536):
                    parts.append(part)
                    connection.settimeout(0.2)
            except (TimeoutError, BrokenPipeError, ConnectionResetError):
                pass
            return b"".join(parts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[SqliteStore]:
    opened = open_store(str(folder))
    assert isinstance(opened, SqliteStore)
    yield opened
    opened.close()


@pytest.fixture
def ask(store: SqliteStore, tmp_path: Path) -> Iterator[Client]:
    """A client of a relay that runs over `store`."""
    with serving(make_app(store), tmp_path) as client:
        yield client


@pytest.fixture
def new_box() -> Callable[[], Box]:
    return Box


@pytest.fixture
def run_app(tmp_path: Path) -> Callable[[Any], Any]:
    """Serve an app of the test's own."""
    return lambda app: serving(app, tmp_path)


@pytest.fixture
def store_client() -> type[Client]:
    """A client for a socket of the test's own."""
    return Client


class serving:  # noqa: N801 - used as a word in a `with`
    def __init__(self, app: Any, folder: Path) -> None:
        self._serving = Serving(app, uds=folder / f"{os.urandom(4).hex()}.sock")
        self._path = Path(self._serving.address.removeprefix("unix:"))

    def __enter__(self) -> Client:
        self._serving.__enter__()
        return Client(self._path)

    def __exit__(self, *_: object) -> None:
        self._serving.stop()
