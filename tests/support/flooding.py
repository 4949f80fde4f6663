"""Who floods a relay, as a process of its own: PORT BOX WRITE SECONDS RATE HASHES.

RATE turns a second that ignore what work is asked, from as many connections as it takes; and as many turns as a
processor of HASHES tries a second can work for. Prints what became of them: a JSON object of statuses and counts.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass

from leeward.wire.turn import Post, Turn, print_turn
from leeward.wire.work import WORK_HEADER, parse_asked, print_done, solve

PATIENCE = 60.0  # seconds for one answer


@dataclass(frozen=True)
class Reply:
    """Status, work that is asked, the moment to try again, and body of an answer."""

    status: int
    asked: str
    pause: float
    body: bytes


async def post_turn(port: int, body: bytes, work: str | None = None) -> Reply:
    """Send a turn over a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    try:
        extra = "" if work is None else f"{WORK_HEADER}: {work}\r\n"
        head = f"POST /v1/turns HTTP/1.1\r\nHost: relay\r\nContent-Length: {len(body)}\r\n{extra}"
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        answer = await asyncio.wait_for(reader.read(-1), PATIENCE)
    finally:
        writer.close()
    said, _, rest = answer.partition(b"\r\n\r\n")
    lines = said.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    status = int(lines[0].split()[1])
    return Reply(status, headers.get(WORK_HEADER.lower(), ""), float(headers.get("retry-after", "1")), rest)


def tries_of(nonce: bytes) -> int:
    """Return how many tries it took to find this nonce."""
    return int.from_bytes(nonce) + 1


class Flood:
    """Floods one hotline until its time is over."""

    def __init__(self, port: int, box: bytes, write: bytes, seconds: float) -> None:
        self._port, self._box, self._write = port, box, write
        self._end = time.monotonic() + seconds
        self.counts: Counter[str] = Counter()

    def _turn(self) -> tuple[bytes, bytes]:
        item = os.urandom(16)
        return item, print_turn(Turn(post=Post(self._box, self._write, item, os.urandom(18_000))))

    async def ignore_work(self, rate: float) -> None:
        """Send at a rate, whatever is answered."""
        under_way: set[asyncio.Task[None]] = set()
        begun, sent = time.monotonic(), 0
        while (now := time.monotonic()) < self._end:
            while sent < (now - begun) * rate:  # a machine with other work sends later, not less
                task = asyncio.create_task(self._once())
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                sent += 1
            await asyncio.sleep(1 / rate)
        await asyncio.gather(*under_way)

    async def do_work(self, speed: float) -> None:
        """Send what one processor can work for, one turn after the other."""
        begun, tried = time.monotonic(), 0
        while time.monotonic() < self._end:
            item, body = self._turn()
            reply = await post_turn(self._port, body)
            if reply.status == 429:
                salt, bits = parse_asked(reply.asked)
                nonce = await asyncio.to_thread(solve, salt, item, bits)
                tried += tries_of(nonce)
                await asyncio.sleep(max(0.0, begun + tried / speed - time.monotonic()))
                reply = await post_turn(self._port, body, print_done(salt, nonce))
            self.counts[f"worked {reply.status}"] += 1

    async def _once(self) -> None:
        try:
            reply = await post_turn(self._port, self._turn()[1])
        except (OSError, TimeoutError, IndexError, ValueError):
            self.counts["ignored cut"] += 1
        else:
            self.counts[f"ignored {reply.status}"] += 1


async def _main(words: list[str]) -> None:
    port, seconds, rate, speed = int(words[0]), float(words[3]), float(words[4]), float(words[5])
    flood = Flood(port, bytes.fromhex(words[1]), bytes.fromhex(words[2]), seconds)
    await asyncio.gather(flood.ignore_work(rate), flood.do_work(speed))
    sys.stdout.write(json.dumps(flood.counts) + "\n")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1:]))
