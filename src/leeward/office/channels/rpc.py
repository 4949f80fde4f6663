"""JSON-RPC 2.0 in lines over a unix socket or a TCP port of this computer, as signal-cli's daemon speaks it.

What comes is bounded: lines, and how many notifications wait. A daemon that speaks nonsense is a daemon that is away.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections import deque
from typing import Any

from leeward.base.say import say
from leeward.office.channels.dial import is_here
from leeward.office.channels.errors import NotPrivate

_LINE_MOST = 96 * 1024 * 1024  # an attachment comes in one line
_WAITING_MOST = 10_000
_CHUNK = 1 << 16


class Refusal(Exception):
    """The daemon's error: its number, its words, and what it says besides."""

    def __init__(self, code: int, why: str, data: object) -> None:
        super().__init__(why)
        self.code = code
        self.why = " ".join(why.split())[:300]
        self.data = data


class Rpc:
    """One connection. Raises OSError when it is of no more use."""

    def __init__(self, where: str, *, timeout: float) -> None:
        self._timeout = timeout
        self._connection = _connect(where, timeout)
        self._held = bytearray()
        self._searched = 0
        self._notified: deque[dict[str, Any]] = deque()
        self._last = 0

    def call(self, method: str, params: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever JSON the method answers
        """Ask, and return the result; Refusal if the daemon answers with an error. What comes meanwhile is kept."""
        self._last += 1
        asked = {"jsonrpc": "2.0", "method": method, "id": str(self._last), "params": params}
        self._connection.settimeout(self._timeout)
        self._connection.sendall(json.dumps(asked).encode() + b"\n")
        end = time.monotonic() + self._timeout
        while True:
            line = self._line(end)
            if line is None:
                raise TimeoutError("no answer")
            told = self._read(line)
            if told is None or told.get("id") != str(self._last):
                continue
            error = told.get("error")
            if isinstance(error, dict):
                code = error.get("code")
                raise Refusal(
                    code if isinstance(code, int) else 0, str(error.get("message")), error.get("data")
                )
            return told.get("result")

    def next_notification(self, wait: float) -> dict[str, Any] | None:
        """Return the parameters of the next `receive`, None if nothing came within so many seconds."""
        end = time.monotonic() + wait
        while not self._notified:
            line = self._line(end)
            if line is None:
                return None
            self._read(line)
        return self._notified.popleft()

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._connection.close()

    def _read(self, line: bytes) -> dict[str, Any] | None:
        """Return a response; keep a notification."""
        try:
            told = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise OSError("it does not speak JSON-RPC") from error
        if not isinstance(told, dict):
            raise OSError("it does not speak JSON-RPC")
        if told.get("method") != "receive":
            return told
        params = told.get("params")
        if isinstance(params, dict):
            if len(self._notified) >= _WAITING_MOST:
                raise OSError("more messages at once than anybody sends")
            self._notified.append(params)
        return None

    def _line(self, end: float) -> bytes | None:
        """Return the next line, None if it has not come by then."""
        while (at := self._held.find(b"\n", self._searched)) < 0:
            self._searched = len(self._held)
            if len(self._held) > _LINE_MOST:
                raise OSError("a line without an end")
            self._connection.settimeout(max(0.001, end - time.monotonic()))
            try:
                more = self._connection.recv(_CHUNK)
            except TimeoutError:
                return None
            if not more:
                raise ConnectionResetError("it hung up")
            self._held += more
        line = bytes(self._held[:at])
        del self._held[: at + 1]
        self._searched = 0
        return line


def _connect(where: str, timeout: float) -> socket.socket:
    host, colon, port = where.rpartition(":")
    if not colon or not port.isdigit():
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(timeout)
        try:
            connection.connect(where)
        except BaseException:
            connection.close()
            raise
        return connection
    if not is_here(host):
        raise NotPrivate(
            say("signal-cli's connection is not sealed: it must run on this computer."),
            kept=say("Nothing was sent."),
            next_step=say("Give the path of its socket, or a port of 127.0.0.1."),
        )
    return socket.create_connection((host.strip("[]"), int(port)), timeout)
