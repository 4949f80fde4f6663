"""A flood of twenty times the honest rate: nobody honest is refused for good, and everybody is heard within seconds.

A real relay on loopback, whose quota is used up so that work is asked. One part of the flood ignores what is asked; the
other does it with the processor of ten honest devices. Honest devices are slow phones: they try DEVICE nonces a second.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.support.flooding import post_turn, tries_of

from leeward.sync.client import RelayClient
from leeward.wire.turn import Look, Make, Post, Put, Turn, parse_turn_answer, print_turn
from leeward.wire.work import parse_asked, print_done, solve

ROOT = Path(__file__).resolve().parents[2]
DEVICE = 40_000.0  # nonces that an honest device tries a second
FLOODERS = 10  # devices that the flood has to work with
FLOOD_RATE = 20  # times the honest rate
ATTEMPTS = 6


@dataclass
class Told:
    """What became of the honest ones: seconds until the message was taken, and which were asked for work."""

    strangers: list[float] = field(default_factory=list)
    known: list[float] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=lambda: {"strangers": 0, "known": 0})
    items: list[bytes] = field(default_factory=list)


@contextmanager
def relay(folder: Path, quota_mb: int) -> Iterator[int]:
    """Run `leeward relay` with a small quota; give its port."""
    words = [
        "-m",
        "leeward.cli.main",
        "relay",
        str(folder),
        "--quota-mb",
        str(quota_mb),
        "--until-stdin-ends",
    ]
    process = subprocess.Popen(
        [sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT / "src", text=True
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.search(r"127\.0\.0\.1:(\d+)", said)
    assert found is not None, said
    try:
        yield int(found[1])
    finally:
        process.communicate("", timeout=30)
    assert process.returncode == 0


class Honest:
    """People who write at a low rate: every second of them for the first time, the others with words of before."""

    def __init__(self, port: int, hotline: Any, mailboxes: list[tuple[Look, Look]]) -> None:
        self.port = port
        self.hotline = hotline
        self.mailboxes = mailboxes
        self.told = Told()
        self._chance = random.Random(5)

    async def live(self, seconds: float, rate: float) -> None:
        """Come at random, `rate` a second."""
        end = time.monotonic() + seconds
        people: list[asyncio.Task[None]] = []
        while time.monotonic() < end:
            people.append(asyncio.create_task(self._write(known=len(people) % 2 == 1)))
            await asyncio.sleep(self._chance.expovariate(rate))
        await asyncio.gather(*people)

    async def _write(self, *, known: bool) -> None:
        item = os.urandom(16)
        post = Post(self.hotline.box, self.hotline.write, item, os.urandom(18_000))
        if known:
            turn = Turn(post=post, looks=self._chance.choice(self.mailboxes))
        else:
            ways = tuple(Make(os.urandom(16), os.urandom(32), os.urandom(32)) for _ in range(2))
            turn = Turn(ways, (Put(os.urandom(32), bytes(32), os.urandom(5_000)),), post)
        kind, body, begun = "known" if known else "strangers", print_turn(turn), time.monotonic()
        work: str | None = None
        for _ in range(ATTEMPTS):
            reply = await post_turn(self.port, body, work)
            if reply.status == 200:
                parse_turn_answer(reply.body, len(turn.looks))
                getattr(self.told, kind).append(time.monotonic() - begun)
                self.told.items.append(item)
                return
            if reply.status == 429:
                self.told.asked[kind] += 1
                work = await self._work(*parse_asked(reply.asked), item)
            else:
                assert reply.status == 503, reply
                await asyncio.sleep(reply.pause)
        raise AssertionError(f"refused for good: {kind}, {reply}")

    async def _work(self, salt: bytes, bits: int, subject: bytes) -> str:
        """Work as long as a slow phone does."""
        begun = time.monotonic()
        nonce = await asyncio.to_thread(solve, salt, subject, bits)
        await asyncio.sleep(max(0.0, begun + tries_of(nonce) / DEVICE - time.monotonic()))
        return print_done(salt, nonce)


async def _mailboxes(port: int, client: RelayClient, count: int) -> list[tuple[Look, Look]]:
    """Make pairs of mailboxes that were answered."""
    pairs = []
    for _ in range(count):
        ways = sorted((os.urandom(16), os.urandom(32), os.urandom(32)) for _ in range(2))
        makes = tuple(Make(box, sha256(read).digest(), sha256(write).digest()) for box, read, write in ways)
        assert (await post_turn(port, print_turn(Turn(makes)))).status == 200
        for box, _, write in ways:
            client.append(box.hex(), write.hex(), os.urandom(16).hex(), os.urandom(5755))
        one, two = (Look(box, read) for box, read, _ in ways)
        pairs.append((one, two))
    return pairs


async def _flooded(
    port: int, hotline: Any, client: RelayClient, quota_mb: int, seconds: float, rate: float
) -> Told:
    honest = Honest(port, hotline, await _mailboxes(port, client, 20))
    full = 0
    while full < quota_mb * 1_000_000:  # a day's mail that nobody has read yet
        put = Put(os.urandom(32), bytes(32), os.urandom(100_000))
        turn = Turn((), (put, another(put)), Post(hotline.box, hotline.write, os.urandom(16), b"x"))
        assert (await post_turn(port, print_turn(turn))).status == 200
        full += 200_001
    await asyncio.sleep(0.6)  # the relay counts twice a second
    words = [port, hotline.box.hex(), hotline.write.hex(), seconds, rate * FLOOD_RATE, DEVICE * FLOODERS]
    command = [sys.executable, "-m", "tests.support.flooding", *map(str, words)]
    flood = asyncio.create_task(
        asyncio.to_thread(subprocess.run, command, stdout=subprocess.PIPE, cwd=ROOT, check=True)
    )
    await asyncio.sleep(1)
    await honest.live(seconds - 2, rate)
    counts = json.loads((await flood).stdout)
    told = honest.told
    print(  # noqa: T201 - shown with -s
        f"flood: {counts}; honest: {len(told.strangers)} strangers, worst {max(told.strangers):.2f} s, "
        f"{len(told.known)} known, worst {max(told.known):.2f} s, asked {told.asked}"
    )
    assert sum(counts.values()) > FLOOD_RATE / 2 * len(told.items), "this machine cannot make a flood"
    assert counts.get("ignored 200", 0) == 0
    assert counts.get("worked 200", 0) > 0
    return told


def another(put: Put) -> Put:
    """Return another piece of the same bytes."""
    return Put(os.urandom(32), put.erase_hash, put.sealed)


def hundredth(values: list[float]) -> float:
    """Return the 99th hundredth."""
    return sorted(values)[len(values) * 99 // 100]


def flood(tmp_path: Path, new_box: Any, quota_mb: int, seconds: float, rate: float) -> None:
    hotline = new_box()
    with relay(tmp_path / "store", quota_mb) as port:
        client = RelayClient(f"http://127.0.0.1:{port}")
        client.make_box(hotline.box.hex(), hotline.read.hex(), hotline.write.hex())
        told = asyncio.run(_flooded(port, hotline, client, quota_mb, seconds, rate))
        held: set[str] = set()
        after = 0
        while items := client.list_items(hotline.box.hex(), hotline.read.hex(), after=after).items:
            held |= {one.id for one in items}
            after = items[-1].number
        client.close()
    assert {item.hex() for item in told.items} <= held
    assert told.asked["strangers"] > 0
    assert told.asked["known"] == 0, "known words are asked for nothing"
    assert hundredth(told.strangers + told.known) < 10
    assert hundredth(told.known) < 3
    assert sorted(told.known)[len(told.known) // 2] < sorted(told.strangers)[len(told.strangers) // 2]


def test_a_flood_of_twenty_times_the_honest_rate_refuses_nobody(tmp_path: Path, new_box: Any) -> None:
    flood(tmp_path, new_box, 5, 12, 4)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_flood_of_twenty_times_the_honest_rate_refuses_nobody_long(tmp_path: Path, new_box: Any) -> None:
    flood(tmp_path, new_box, 20, 120, 5)
