"""The client side of the relay's benchmark: a process of its own that sends appends as fast as they are answered.

Run as `python -m leeward.bench.relay_load SOCKET BOX TOKEN CONNECTIONS SECONDS`; prints one JSON line with the number
of answers, the rate of the middle one of WINDOWS equal parts of the time, and the 50th and 99th hundredth and the
longest of all answers' times in milliseconds. It ends by itself. It shares the processor with the relay, so it parses
nothing but the status and the end of an answer. Ids are spread like random ones, so that the store's indexes are worked
as by clients.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import cast

import uvloop

ITEM_SIZE = 4096
REQUESTS_MOST = 2_000_000
WINDOWS = 5
_SPREAD = 0x9E3779B97F4A7C15F39CC0605CEDC835  # odd: no two of its multiples are the same id
_IDS = 1 << 128
_END = b"\r\n\r\n"


class Load:
    """What all connections share: the request without its item's id, the end of the run, and the counts."""

    def __init__(self, box: str, token: str, seconds: float) -> None:
        self.head = f"POST /v1/boxes/{box}/items/".encode()
        self.tail = (
            f" HTTP/1.1\r\nHost: relay\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Length: {ITEM_SIZE}\r\n\r\n"
        ).encode() + os.urandom(ITEM_SIZE)
        self.begun = time.perf_counter()
        self.end = self.begun + seconds
        self.window = seconds / WINDOWS
        self.counts = [0] * WINDOWS
        self.first = int.from_bytes(os.urandom(16))
        self.sent = 0
        self.times: list[float] = []

    def next_request(self) -> bytes:
        """Return the next request, with an id of its own."""
        self.sent += 1
        return b"%b%032x%b" % (self.head, (self.first + self.sent * _SPREAD) % _IDS, self.tail)

    def answered(self, begun: float) -> bool:
        """Count an answer to a request of that moment; tell whether another is to be sent."""
        now = time.perf_counter()
        self.times.append(now - begun)
        window = int((now - self.begun) / self.window)
        if window < WINDOWS:
            self.counts[window] += 1
        return now < self.end and self.sent < REQUESTS_MOST

    def is_over(self) -> bool:
        """Tell whether nothing more is to be sent."""
        return time.perf_counter() >= self.end or self.sent >= REQUESTS_MOST


class Connection(asyncio.Protocol):
    """One connection: one request after the other."""

    def __init__(self, load: Load, done: asyncio.Future[None]) -> None:
        self._load = load
        self._done = done
        self._begun = 0.0
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        """Count an answer once its head and its short body are here, and go on."""
        self._answer += data
        at = self._answer.find(_END)
        if at < 0 or len(self._answer) == at + len(_END):
            return
        if not self._answer.startswith(b"HTTP/1.1 201"):
            self._fail(f"unexpected answer: {self._answer[:60]!r}")
            return
        self._answer = b""
        if self._load.answered(self._begun):
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that this connection is through."""
        if not self._done.done():
            if exc is None and self._load.is_over():
                self._done.set_result(None)
            else:
                self._done.set_exception(exc or ConnectionError("the relay closed the connection"))

    def _send(self) -> None:
        self._begun = time.perf_counter()
        self._transport.write(self._load.next_request())

    def _fail(self, why: str) -> None:
        if not self._done.done():
            self._done.set_exception(RuntimeError(why))
        self._transport.close()


async def drive(socket: str, box: str, token: str, connections: int, seconds: float) -> dict[str, float]:
    """Run the load and return its figures."""
    loop = asyncio.get_running_loop()
    load = Load(box, token, seconds)
    finished: list[asyncio.Future[None]] = []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        finished.append(done)
        await loop.create_unix_connection(lambda done=done: Connection(load, done), socket)  # type: ignore[misc]
    await asyncio.wait_for(asyncio.gather(*finished), seconds + 60)
    times = sorted(load.times)
    return {
        "answers": len(times),
        "per_s": sorted(load.counts)[WINDOWS // 2] / load.window,
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[len(times) * 99 // 100] * 1000,
        "longest_ms": times[-1] * 1000,
    }


def main() -> None:
    """Run the load that the command line names."""
    socket, box, token, connections, seconds = sys.argv[1:6]
    figures = uvloop.run(drive(socket, box, token, int(connections), float(seconds)))
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
