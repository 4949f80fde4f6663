"""A real S3-speaking server for tests: moto in a process of its own on loopback, which survives kill -9.

moto keeps its objects in memory, so a killed one would forget. Here every request that changes something is done one at
a time, and written to a journal and synced before it is answered; a new start does the journal's requests again. So
what it has answered outlives a kill, and what it has not answered may be there or not: what a real store promises, too.
It is not a real store in its speed, its sharing out over machines, or its own ways of failing.

Run as a program: PORT JOURNAL. Port 0 draws one; the port is printed.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

KEY, SECRET = "AKIATESTTESTTESTTEST", "not-a-secret/but+in+its/form"
BUCKET = "pieces"
_CHANGES = {"PUT", "DELETE", "POST"}
_LENGTH = struct.Struct(">II")


class S3Server:
    """The server as a child process: started, killed, and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        from tests.support.ports import free_port  # noqa: PLC0415 - this file is a program as well

        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start, and wait until it listens and has its bucket."""
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(self.port), str(self.folder / "journal")],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "MOTO_ALLOW_NONEXISTENT_REGION": "1"},
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it; SIGKILL is a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.communicate(timeout=30)
            self.process = None

    def url(self, prefix: str) -> str:
        """Return the address of a folder of the bucket, for relay/s3_blobs.py."""
        return (
            f"s3://{BUCKET}/{prefix}?endpoint=http://127.0.0.1:{self.port}&http=yes"
            f"&credentials={self.credentials()}"
        )

    def credentials(self) -> Path:
        """Return a file that holds the key."""
        path = self.folder / "credentials"
        path.write_text(f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
        return path


@contextmanager
def running_s3(folder: Path) -> Iterator[S3Server]:
    """Give a new server that runs, and is gone afterwards."""
    server = S3Server(folder)
    server.start()
    try:
        yield server
    finally:
        server.end()


Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Journal:
    """WSGI in front of moto: what changes something is written down before it is answered."""

    def __init__(self, app: Wsgi, path: Path) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._again(path)
        self._file = path.open("ab", buffering=0)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in _CHANGES:
            return self._app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        with self._lock:
            status, headers, answer = self._do(environ, body)
            if status.startswith("2"):
                kept = {name: value for name, value in environ.items() if isinstance(value, str)}
                head = json.dumps(kept).encode()
                record = _LENGTH.pack(len(head), len(body)) + head + body
                self._file.write(record)
                os.fsync(self._file.fileno())
        start_response(status, headers)
        return [answer]

    def _do(self, environ: dict[str, Any], body: bytes) -> tuple[str, list[tuple[str, str]], bytes]:
        told: list[Any] = []
        asked = {**environ, "wsgi.input": BytesIO(body), "wsgi.input_terminated": True}
        answer = b"".join(self._app(asked, lambda status, headers, _=None: told.append((status, headers))))
        status, headers = told[0]
        return status, headers, answer

    def _again(self, path: Path) -> None:
        """Do all that was written down; a record cut short by a kill was never answered."""
        raw = path.read_bytes() if path.exists() else b""
        at = 0
        while at + _LENGTH.size <= len(raw):
            head, body = _LENGTH.unpack_from(raw, at)
            start = at + _LENGTH.size
            if start + head + body > len(raw):
                break
            environ = json.loads(raw[start : start + head])
            errors = {"wsgi.errors": sys.stderr, "wsgi.url_scheme": "http", "wsgi.multithread": True}
            self._do({**environ, **errors}, raw[start + head : start + head + body])
            at = start + head + body
        if at < len(raw):
            os.truncate(path, at)


def _serve(port: int, journal: Path) -> None:
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415 - slow, and only here
        DomainDispatcherApplication,
        create_backend_app,
    )
    from werkzeug.serving import WSGIRequestHandler, make_server  # noqa: PLC0415

    class Keeping(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"

    app = _Journal(DomainDispatcherApplication(create_backend_app), journal)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Keeping)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    bucket = Request(f"http://127.0.0.1:{server.port}/{BUCKET}", method="PUT")  # there already: as good
    urlopen(bucket, timeout=10).close()
    sys.stdout.write(f"{server.port}\n")
    sys.stdout.flush()
    thread.join()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    _serve(int(sys.argv[1]), Path(sys.argv[2]))
