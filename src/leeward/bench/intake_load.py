"""The client side of the intake benchmark: a process of its own that sends requests as fast as they are answered.

Run as `python -m leeward.bench.intake_load` with a JSON object on its standard input:

    socket       path of the relay's unix socket
    connections  how many requests at once
    seconds      how long (or `most` requests, whichever ends first)
    head         the request's head up to and without the empty line, latin-1
    body         path of a file with the request's body
    holes        [[start, length], …] places of the body that get fresh random bytes in every request
    rows         path of a file of fixed rows, one of which is put into `row_holes` in turn ("" for none)
    row_holes    [[start, length], …] which together take one row
    wanted       text that every good answer holds, latin-1

It prints one JSON line: answers, errors (with the first one's words), the rate of the middle one of WINDOWS equal parts
of the time, and the 50th and 99th hundredth of the answers' times in milliseconds. It ends by itself. It shares the
processor with the relay, so it parses nothing but status, length and the wanted text.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

WINDOWS = 5
PATIENCE = 60.0  # seconds beyond the end in which the last answers must come
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_END = b"\r\n\r\n"


class Load:
    """The request with its holes, the end of the run, and what was counted."""

    def __init__(self, spec: dict[str, Any]) -> None:
        body = Path(spec["body"]).read_bytes()
        head = f"{spec['head']}\r\nContent-Length: {len(body)}\r\n\r\n".encode("latin-1")
        self._request = bytearray(head + body)
        self._holes = [(start + len(head), length) for start, length in spec["holes"]]
        self._row_holes = [(start + len(head), length) for start, length in spec["row_holes"]]
        self._rows = Path(spec["rows"]).read_bytes() if spec["rows"] else b""
        self._row_size = sum(length for _, length in self._row_holes)
        self.wanted = spec["wanted"].encode("latin-1")
        self.most = int(spec["most"])
        self.begun = time.perf_counter()
        self.seconds = float(spec["seconds"])
        self.counts = [0] * WINDOWS
        self.sent = 0
        self.times: list[float] = []
        self.errors: list[str] = []

    def next_request(self) -> bytes:
        """Return the next request, with its own random bytes and row."""
        request = self._request
        fresh = os.urandom(sum(length for _, length in self._holes))
        at = 0
        for start, length in self._holes:
            request[start : start + length] = fresh[at : at + length]
            at += length
        if self._row_size:
            at = self.sent * self._row_size % len(self._rows)
            for start, length in self._row_holes:
                request[start : start + length] = self._rows[at : at + length]
                at += length
        self.sent += 1
        return bytes(request)

    def goes_on(self) -> bool:
        """Tell whether more is to be sent."""
        return self.sent < self.most and time.perf_counter() - self.begun < self.seconds

    def answered(self, begun: float, answer: bytes) -> None:
        """Count an answer to a request of that moment."""
        now = time.perf_counter()
        if not answer.startswith(b"HTTP/1.1 20") or self.wanted not in answer:
            self.errors.append(answer[:120].decode("latin-1"))
            return
        self.times.append(now - begun)
        window = int((now - self.begun) / self.seconds * WINDOWS)
        if window < WINDOWS:
            self.counts[window] += 1


async def _converse(load: Load, socket: str) -> None:
    """Send one request after the other over one connection; open another if the relay closes it."""
    while load.goes_on():
        reader, writer = await asyncio.open_unix_connection(socket, limit=1 << 22)
        try:
            while load.goes_on():
                begun = time.perf_counter()
                writer.write(load.next_request())
                await writer.drain()
                head = await reader.readuntil(_END)
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                load.answered(begun, head + body)
                if b"connection: close" in head.lower():
                    break
        except (OSError, asyncio.IncompleteReadError) as error:
            load.errors.append(f"{type(error).__name__}: {error}")
        finally:
            writer.close()


async def drive(spec: dict[str, Any]) -> dict[str, Any]:
    """Run the load and return its figures."""
    load = Load(spec)
    talks = [_converse(load, spec["socket"]) for _ in range(spec["connections"])]
    await asyncio.wait_for(asyncio.gather(*talks), load.seconds + PATIENCE)
    took = time.perf_counter() - load.begun
    times = sorted(load.times) or [0.0]
    in_windows = took >= load.seconds
    rate = sorted(load.counts)[WINDOWS // 2] * WINDOWS / load.seconds
    return {
        "answers": len(load.times),
        "errors": len(load.errors),
        "first_error": load.errors[0] if load.errors else "",
        "per_s": rate if in_windows else len(load.times) / took,
        "p50_ms": times[len(times) // 2] * 1000,
        "p99_ms": times[len(times) * 99 // 100] * 1000,
        "seconds": took,
    }


def main() -> None:
    """Run the load that the standard input names."""
    figures = uvloop.run(drive(json.load(sys.stdin)))
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
