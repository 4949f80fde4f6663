"""Mail goes when its time is over, the team's things never; and thirty days of traffic leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import pytest

from leeward.relay import daily
from leeward.relay.app import make_app
from leeward.relay.check import check_store
from leeward.relay.daily import expire_daily
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.relay.sqlite_store import SqliteStore
from leeward.relay.store import Expired, Keep
from leeward.wire.errors import NoSuchBlob, NoSuchBox
from leeward.wire.turn import Look, Make, Post, Put, Turn

DAY = 24 * 60 * 60 * 1000
KEEP = Keep(unread=20, read=5, blobs=10)


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


class Clock:
    def __init__(self) -> None:
        self.ms = 20_000 * DAY

    def now_ms(self) -> int:
        return self.ms

    def forward(self, days: int) -> None:
        self.ms += days * DAY


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(folder: Path, clock: Clock) -> Iterator[SqliteStore]:
    store = open_store(str(folder), clock=clock)
    assert isinstance(store, SqliteStore)
    yield store
    store.close()
    assert check_store(str(folder)) == []


async def make_team(store: SqliteStore, box: Any) -> None:
    await store.make_box(box.box, sha256(box.read), sha256(box.write))


def report(hotline: Any, mine: Any, piece: bytes | None = None, blob: bytes = b"b" * 32) -> Turn:
    puts = () if piece is None else (Put(blob, sha256(b"erase"), piece),)
    made = Make(mine.box, sha256(mine.read), sha256(mine.write))
    post = Post(hotline.box, hotline.write, os.urandom(16), b"report")
    return Turn((made,), puts, post, (Look(mine.box, mine.read),))


def test_unread_mail_goes_later_than_read_mail(timed: SqliteStore, clock: Clock, new_box: Any) -> None:
    async def play() -> None:
        hotline = new_box()
        await make_team(timed, hotline)
        for _ in range(3):
            await timed.take_turn(report(hotline, new_box()))
        assert len((await timed.list_items(hotline.box, hotline.read, 0, 2)).items) == 2
        await timed.expire(KEEP)
        clock.forward(4)
        assert await timed.expire(KEEP) == Expired()
        clock.forward(1)
        assert await timed.expire(KEEP) == Expired(items=2)
        page = await timed.list_items(hotline.box, hotline.read, 0, 10)
        assert ([one.number for one in page.items], page.last) == ([3], 3)
        clock.forward(5)
        assert await timed.expire(KEEP) == Expired(items=1)
        page = await timed.list_items(hotline.box, hotline.read, 0, 10)
        assert (page.items, page.last) == ([], 3)
        clock.forward(10)
        assert await timed.expire(KEEP) == Expired(boxes=3)
        await timed.take_turn(Turn(post=Post(hotline.box, hotline.write, bytes(16), b"x")))
        assert (await timed.list_items(hotline.box, hotline.read, 0, 10)).last == 4

    asyncio.run(play())


def test_mail_that_nobody_reads_goes_in_the_end(timed: SqliteStore, clock: Clock, new_box: Any) -> None:
    async def play() -> None:
        hotline = new_box()
        await make_team(timed, hotline)
        await timed.take_turn(report(hotline, new_box()))
        clock.forward(19)
        assert await timed.expire(KEEP) == Expired()
        clock.forward(1)
        assert await timed.expire(KEEP) == Expired(items=1, boxes=1)

    asyncio.run(play())


def test_a_mailbox_that_is_looked_into_stays(timed: SqliteStore, clock: Clock, new_box: Any) -> None:
    async def play() -> None:
        hotline, visited, left, answered = new_box(), new_box(), new_box(), new_box()
        await make_team(timed, hotline)
        for box in (visited, left, answered):
            await timed.take_turn(report(hotline, box))
        clock.forward(15)
        await timed.take_turn(Turn(looks=(Look(visited.box, visited.read),)))
        await timed.append(answered.box, answered.write, bytes(16), b"answer")
        await timed.expire(KEEP)
        clock.forward(5)
        assert (await timed.expire(KEEP)).boxes == 1
        with pytest.raises(NoSuchBox):
            await timed.append(left.box, left.write, bytes(16), b"too late")
        await timed.append(visited.box, visited.write, bytes(16), b"in time")
        (page,) = await timed.take_turn(Turn(looks=(Look(answered.box, answered.read),)))
        assert [one.sealed for one in page.items] == [b"answer"]

    asyncio.run(play())


def test_what_is_the_teams_never_goes(timed: SqliteStore, clock: Clock, new_box: Any) -> None:
    async def play() -> None:
        hotline, segments = new_box(), new_box()
        for box in (hotline, segments):
            await make_team(timed, box)
            await timed.append(box.box, box.write, bytes(16), b"segment")
        await timed.put_notice(hotline.box, hotline.read, b"card")
        await timed.put_blob(b"t" * 32, bytes(32), b"the team's")
        await timed.put_blob(b"m" * 32, bytes(32), b"mail", mail=True)
        await timed.take_turn(report(hotline, new_box(), b"piece"))
        await timed.list_items(hotline.box, hotline.read, 0, 10)
        clock.forward(10_000)
        assert await timed.expire(KEEP) == Expired(items=1, boxes=1, blobs=2)
        assert await timed.get_blob(b"t" * 32) == b"the team's"
        for gone in (b"m" * 32, b"b" * 32):
            with pytest.raises(NoSuchBlob):
                await timed.get_blob(gone)
        assert len(list((timed.path.parent / "blobs").rglob("*.*"))) == 1
        for box in (hotline, segments):
            page = await timed.list_items(box.box, box.read, 0, 10)
            assert [one.sealed for one in page.items] == [b"segment"]
        assert await timed.get_notice(hotline.box) == b"card"

    asyncio.run(play())


def test_what_expired_is_gone_from_the_files(timed: SqliteStore, clock: Clock, new_box: Any) -> None:
    mark = os.urandom(24)

    async def play() -> None:
        hotline, mine = new_box(), new_box()
        await make_team(timed, hotline)
        turn = report(hotline, mine, mark * 1000)
        assert turn.post is not None
        await timed.take_turn(turn)
        await timed.append(mine.box, mine.write, bytes(16), mark * 200)
        await timed.put_blob(b"m" * 32, bytes(32), mark * 300, mail=True)
        await timed.take_turn(Turn(looks=(Look(mine.box, mine.read),)))
        clock.forward(100)
        await timed.expire(KEEP)
        for path in timed.path.parent.rglob("*"):
            if path.is_file():
                raw = path.read_bytes()
                for secret in (mark, mine.box, turn.post.item):
                    assert secret not in raw, path

    asyncio.run(play())


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _rows(store: SqliteStore) -> dict[str, int]:
    return {
        table: store._reader().execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("boxes", "items", "pieces", "blobs", "reads", "notices")
    }


async def _one_day(
    store: SqliteStore, hotline: Any, new_box: Any, chance: random.Random, read_upto: int
) -> int:
    """New people write, some come back, the team reads on and answers, some end it; return how far it read."""
    mine = [new_box() for _ in range(12)]
    pieces = [(chance.randbytes(chance.choice((3000, 20_000, 60_000))), chance.randbytes(32)) for _ in mine]
    asked = [store.take_turn(report(hotline, box, *piece)) for box, piece in zip(mine, pieces, strict=True)]
    await asyncio.gather(*asked)
    for _ in range(2):
        await store.put_blob(chance.randbytes(32), sha256(b"e"), chance.randbytes(100_000), mail=True)
    read_upto = (await store.list_items(hotline.box, hotline.read, read_upto, 500)).last
    answers = [chance.randbytes(4000) for _ in range(8)]
    await asyncio.gather(
        *(
            store.append(box.box, box.write, sealed[:16], sealed)
            for box, sealed in zip(mine, answers, strict=False)
        )
    )
    for box in mine[:6]:
        await store.take_turn(
            Turn(
                post=Post(hotline.box, hotline.write, chance.randbytes(16), b"v"),
                looks=(Look(box.box, box.read),),
            )
        )
    for box in mine[:2]:
        await store.delete_box(box.box, box.read)
    await store.waiting(8192)
    return read_upto


def test_thirty_days_of_traffic_leave_nothing_behind(timed: SqliteStore, clock: Clock, new_box: Any) -> None:
    chance, keep = random.Random(7), Keep(unread=4, read=2, blobs=3)
    folder = timed.path.parent
    sizes: list[int] = []
    counts: list[dict[str, int]] = []
    memory: list[int] = []
    files: list[int] = []

    async def play() -> None:
        hotline = new_box()
        await make_team(timed, hotline)
        await timed.append(hotline.box, hotline.write, bytes(16), b"the team's")
        await timed.expire(keep)
        empty = _size(folder)
        read_upto = 0
        for _ in range(30):
            read_upto = await _one_day(timed, hotline, new_box, chance, read_upto)
            await timed.expire(keep)
            gc.collect()
            sizes.append(_size(folder))
            counts.append(_rows(timed))
            memory.append(len(gc.get_objects()))
            files.append(psutil.Process().num_fds())
            clock.forward(1)
        clock.forward(10)
        await timed.expire(keep)
        assert _rows(timed) == {"boxes": 1, "items": 1, "pieces": 0, "blobs": 0, "reads": 0, "notices": 0}
        assert _size(folder) <= empty + 64 * 1024

    asyncio.run(play())
    assert max(sizes[-10:]) <= max(sizes[5:15]) * 1.15
    for table in counts[0]:
        assert max(day[table] for day in counts[-10:]) <= max(day[table] for day in counts[5:15])
    assert memory[-1] <= memory[9] + 500  # objects
    assert files[-1] <= files[9]
    assert not timed._marks
    assert timed._fresh.size(clock.ms) == 0


def test_it_runs_once_a_day_and_goes_on_after_a_failure(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(daily, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(daily, "STEP_SECONDS", 0.001)
    calls: list[int] = []

    class Store:
        async def expire(self, keep: Keep) -> Expired:
            assert keep == KEEP
            calls.append(clock.ms)
            if len(calls) == 1:
                raise OSError("the disk is away")
            return Expired()

    async def play() -> None:
        store: Any = Store()
        task = asyncio.ensure_future(expire_daily(store, KEEP, clock))
        await asyncio.sleep(0.05)
        assert len(calls) == 2
        clock.forward(1)
        await asyncio.sleep(0.05)
        assert len(calls) == 3
        task.cancel()

    asyncio.run(play())


def test_a_served_relay_expires_by_itself(
    timed: SqliteStore, clock: Clock, new_box: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily, "FIRST_SECONDS", 0.05)
    asyncio.run(timed.take_turn(Turn(puts=(Put(b"b" * 32, bytes(32), b"x"),))))
    clock.forward(1000)
    with Serving(make_app(timed, keep=KEEP, clock=clock), uds=tmp_path / "s"):
        for _ in range(100):
            if not asyncio.run(timed.has_blob(b"b" * 32)):
                break
            asyncio.run(asyncio.sleep(0.05))
    assert not asyncio.run(timed.has_blob(b"b" * 32))
