"""Nothing is asked at rest; in a flood work is, of strangers; known words and more work are heard first."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import Any, cast

import pytest

from leeward.relay import lanes
from leeward.relay.app import make_app
from leeward.relay.fresh_mail import WINDOW, FreshMail
from leeward.relay.front_door import FrontDoor
from leeward.relay.lanes import BITS_FIRST, BITS_MOST, GRACE, KNOWN_PER_HOUR, Lanes
from leeward.relay.sqlite_store import SqliteStore
from leeward.relay.store import BoxStore
from leeward.wire.errors import BadRequest, WorkNeeded
from leeward.wire.turn import Look, Make, Post, Put, Turn, print_turn
from leeward.wire.work import parse_asked, print_done, solve

MINUTE = 60_000
KNOWN = Look(b"k" * 16, b"r" * 32)


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


class Clock:
    def __init__(self) -> None:
        self.ms = 1_800_000_000_000

    def now_ms(self) -> int:
        return self.ms


class Store:
    """What Lanes asks of a store."""

    def __init__(self) -> None:
        self.unread = 0

    async def unread_mail(self) -> int:
        return self.unread

    async def is_known(self, box: bytes, read_token: bytes) -> bool:
        return box[:1] == b"k" and read_token == KNOWN.read_token


class Desk:
    """Lanes over such a store, with a clock."""

    def __init__(self, quota: int = 1000) -> None:
        self.clock = Clock()
        self.store = Store()
        self.lanes = Lanes(cast("BoxStore", self.store), quota, clock=self.clock)

    async def asked(
        self, subject: bytes | None = b"s" * 16, work: str | None = None, looks: tuple[Look, ...] = ()
    ) -> int:
        """Return how many bits are asked; -1 if it was let in."""
        self.clock.ms += 1000
        try:
            async with self.lanes.admit(subject, work, looks):
                return -1
        except WorkNeeded as needed:
            return needed.bits


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_words_are_known_if_either_mailbox_is_and_each_is_counted(desk: Desk) -> None:
    desk.store.unread = 5000
    stranger, other = Look(b"x" * 16, bytes(32)), Look(b"k" * 15 + b"3", KNOWN.read_token)
    assert asyncio.run(desk.asked(looks=(KNOWN, stranger))) == -1
    assert asyncio.run(desk.asked(looks=(stranger, KNOWN))) == -1
    assert asyncio.run(desk.asked(looks=(stranger, stranger))) > 0

    async def play() -> list[int]:
        return [await desk.asked(looks=(KNOWN, other)) for _ in range(KNOWN_PER_HOUR + 5)]

    bits = asyncio.run(play())
    assert bits[:KNOWN_PER_HOUR] == [-1] * KNOWN_PER_HOUR  # the other's last two
    assert all(one > 0 for one in bits[KNOWN_PER_HOUR:])


def test_at_rest_nothing_is_asked(desk: Desk) -> None:
    desk.store.unread = 999
    assert asyncio.run(desk.asked()) == -1
    assert asyncio.run(desk.asked(work="nonsense")) == -1


def test_bits_rise_with_the_flood_and_end(desk: Desk) -> None:
    bits = []
    for unread in (1000, 1999, 2000, 4000, 8000, 10**9):
        desk.store.unread = unread
        bits.append(asyncio.run(desk.asked()))
    assert bits == [BITS_FIRST, BITS_FIRST, BITS_FIRST + 2, BITS_FIRST + 4, BITS_FIRST + 6, BITS_MOST]


def test_known_words_and_looks_are_asked_for_nothing(desk: Desk) -> None:
    desk.store.unread = 5000
    assert asyncio.run(desk.asked(looks=(KNOWN,))) == -1
    assert asyncio.run(desk.asked(None)) == -1
    assert asyncio.run(desk.asked(None, looks=(Look(b"x" * 16, bytes(32)),))) == -1
    assert asyncio.run(desk.asked(looks=(Look(b"x" * 16, bytes(32)),))) > 0
    assert asyncio.run(desk.asked(looks=(Look(KNOWN.box, bytes(32)),))) > 0


def test_one_known_mailbox_is_no_door_for_a_flood(desk: Desk) -> None:
    desk.store.unread = 5000
    desk.clock.ms -= desk.clock.ms % (60 * MINUTE)

    async def flood() -> list[int]:
        return [await desk.asked(looks=(KNOWN,)) for _ in range(KNOWN_PER_HOUR + 5)]

    told = asyncio.run(flood())
    assert told[:KNOWN_PER_HOUR] == [-1] * KNOWN_PER_HOUR
    assert all(bits > 0 for bits in told[KNOWN_PER_HOUR:])
    assert asyncio.run(desk.asked(looks=(Look(b"k" * 15 + b"2", KNOWN.read_token),))) == -1
    desk.clock.ms += 60 * MINUTE
    assert asyncio.run(desk.asked(looks=(KNOWN,))) == -1


async def _demand(desk: Desk, subject: bytes) -> WorkNeeded:
    with pytest.raises(WorkNeeded) as raised:
        async with desk.lanes.admit(subject, None):
            pass
    return raised.value


def test_work_is_good_for_its_subject_and_its_time(desk: Desk) -> None:
    async def play() -> None:
        desk.store.unread = 1500
        subject = os.urandom(16)
        needed = await _demand(desk, subject)
        done = print_done(needed.salt, solve(needed.salt, subject, needed.bits))
        assert await desk.asked(subject, done) == -1
        assert await desk.asked(os.urandom(16), done) > 0
        foreign = print_done(bytes(16), solve(bytes(16), subject, needed.bits))
        assert await desk.asked(subject, foreign) > 0
        with pytest.raises(BadRequest):
            await desk.asked(subject, "nonsense")
        desk.clock.ms += 9 * MINUTE
        assert await desk.asked(subject, done) == -1
        desk.clock.ms += 11 * MINUTE
        assert await desk.asked(subject, done) > 0

    asyncio.run(play())


def test_a_demand_that_rose_meanwhile_is_forgiven_a_little(desk: Desk) -> None:
    async def play() -> None:
        desk.store.unread = 1500
        subject = os.urandom(16)
        needed = await _demand(desk, subject)
        nonce = solve(needed.salt, subject, needed.bits)
        done = print_done(needed.salt, nonce)
        desk.store.unread = 3000
        assert GRACE == 2
        assert await desk.asked(subject, done) == -1

    asyncio.run(play())


def test_processes_with_one_secret_take_each_others_work() -> None:
    async def play() -> None:
        secret, clock = os.urandom(32), Clock()
        store: Any = Store()
        store.unread = 10**6
        one, two = (Lanes(store, 10**6, secret=secret, clock=clock) for _ in range(2))
        subject = os.urandom(32)
        with pytest.raises(WorkNeeded) as raised:
            async with one.admit(subject, None):
                pass
        work = print_done(raised.value.salt, solve(raised.value.salt, subject, raised.value.bits))
        async with two.admit(subject, work):
            pass

    asyncio.run(play())


def test_who_waits_is_called_in_order_of_words_work_and_arrival(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "SLOTS", 1)
    desk = Desk()
    done = {b"a" * 16: 3, b"b" * 16: 9, b"c" * 16: 6, b"d" * 16: 3}
    monkeypatch.setattr(desk.lanes, "_done", lambda subject, _: done[subject])
    order: list[str] = []

    async def ask(name: str, looks: tuple[Look, ...] = ()) -> None:
        async with desk.lanes.admit(
            b"z" * 16 if looks else name.encode() * 16, None if looks else "work", looks
        ):
            order.append(name)

    async def play() -> None:
        async with desk.lanes.admit(b"x" * 16, None):
            waiting = [asyncio.ensure_future(ask(name)) for name in "abcd"]
            await asyncio.sleep(0.01)
            waiting.append(asyncio.ensure_future(ask("known", (KNOWN,))))
            given_up = asyncio.ensure_future(ask("b"))
            await asyncio.sleep(0.01)
            given_up.cancel()
            assert order == []
        await asyncio.gather(*waiting)
        async with desk.lanes.admit(b"y" * 16, None):
            order.append("later")

    asyncio.run(play())
    assert order == ["known", "b", "c", "a", "d", "later"]


def test_who_leaves_when_called_gives_the_place_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "SLOTS", 1)
    desk = Desk()

    async def play() -> None:
        async def ask() -> None:
            async with desk.lanes.admit(b"s" * 16, None):
                await asyncio.sleep(0)

        held = desk.lanes.admit(b"x" * 16, None)
        await held.__aenter__()
        waiting = [asyncio.ensure_future(ask()) for _ in range(3)]
        await asyncio.sleep(0.01)
        await held.__aexit__(None, None, None)
        waiting[0].cancel()  # it was called a moment ago
        await asyncio.wait_for(asyncio.gather(*waiting[1:]), 2)
        async with asyncio.timeout(2), desk.lanes.admit(b"s" * 16, None):
            pass

    asyncio.run(play())


def test_fresh_mail_counts_an_hour_and_forgets_what_is_read() -> None:
    fresh, now = FreshMail(), 1000 * MINUTE
    fresh.came(now, b"a", 1, 100)
    fresh.came(now, b"a", 2, 50)
    fresh.came(now + MINUTE, b"b", 1, 7)
    fresh.blob_came(now + MINUTE, b"blob", 1000)
    assert fresh.size(now + MINUTE) == 1157
    fresh.read(b"a", 1)
    fresh.read(b"a", 1)
    fresh.read(b"nobody", 5)
    fresh.blob_read(b"blob")
    fresh.blob_read(b"blob")
    assert fresh.size(now + 2 * MINUTE) == 57
    assert fresh.size(now + WINDOW * MINUTE) == 7
    assert fresh.size(now + (WINDOW + 1) * MINUTE) == 0
    assert not fresh._items
    assert not fresh._blobs
    assert fresh._apart == 0


def test_fresh_mail_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leeward.relay.fresh_mail.APART_MOST", 100)
    fresh = FreshMail()
    for number in range(1, 1001):
        fresh.came(0, b"box", number, 1)
        fresh.blob_came(0, number.to_bytes(32, "big"), 1)
    assert fresh.size(0) == 2000
    assert fresh._apart == 100
    fresh.read(b"box", 1000)
    assert fresh.size(0) == 1950
    assert fresh.size(WINDOW * MINUTE) == 0
    fresh.came(WINDOW * MINUTE, b"box", 1001, 3)
    fresh.read(b"box", 1001)
    assert fresh.size(WINDOW * MINUTE) == 0


def _flooded(store: SqliteStore, quota: int) -> Any:
    return make_app(store, lanes=Lanes(store, quota))


def test_over_http_a_flood_is_asked_for_work_and_its_answer_is_taken(
    store: SqliteStore, run_app: Any, new_box: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "_LOOK_MS", 0)
    monkeypatch.setattr(lanes, "BITS_FIRST", 6)
    hotline, mine = new_box(), new_box()
    with run_app(_flooded(store, 20_000)) as ask:
        ask.make_box(hotline)

        def turn() -> Turn:
            return Turn(
                (Make(mine.box, sha256(mine.read), sha256(mine.write)),),
                (Put(os.urandom(32), bytes(32), bytes(10_000)),),
                Post(hotline.box, hotline.write, os.urandom(16), b"x"),
                (Look(mine.box, mine.read),),
            )

        for _ in range(2):
            assert ask("POST", "/v1/turns", print_turn(turn())).status == 200
        refused = turn()
        assert refused.post is not None
        answer = ask("POST", "/v1/turns", print_turn(refused))
        assert (answer.status, answer.body) == (429, b"work-needed\n")
        salt, bits = parse_asked(answer.header("Leeward-Work"))
        assert bits == 6
        work = print_done(salt, solve(salt, refused.post.item, bits))
        assert ask("POST", "/v1/turns", print_turn(refused), Leeward_Work="x").status == 400
        assert ask("POST", "/v1/turns", print_turn(refused), Leeward_Work=work).status == 200
        blob = os.urandom(32)
        sent = {"Leeward_Erase": bytes(32).hex(), "Leeward_Class": "mail"}
        asked = ask("PUT", f"/v1/blobs/{blob.hex()}", b"piece", **sent)
        assert asked.status == 429
        salt, bits = parse_asked(asked.header("Leeward-Work"))
        sent["Leeward_Work"] = print_done(salt, solve(salt, blob, bits))
        assert ask("PUT", f"/v1/blobs/{blob.hex()}", b"piece", **sent).status == 201
        assert ask.put_blob(os.urandom(32), b"the team's", bytes(32)).status == 201
        ask.append(mine, b"answer")
        known = Turn(
            post=Post(hotline.box, hotline.write, os.urandom(16), b"x"), looks=(Look(mine.box, mine.read),)
        )
        assert ask("POST", "/v1/turns", print_turn(known)).status == 200
        ask.items(hotline)
        assert ask("POST", "/v1/turns", print_turn(turn())).status == 200


def test_forms_of_the_front_stand_in_the_same_queue(
    store: SqliteStore, new_box: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one process, what people without a script send takes its place among the turns of pages."""
    monkeypatch.setattr(lanes, "SLOTS", 1)
    order: list[str] = []

    async def play() -> None:
        hotline = new_box()
        await store.make_box(hotline.box, sha256(hotline.read), sha256(hotline.write))
        shared = Lanes(store)
        door = FrontDoor(store, shared)

        async def send(name: str) -> None:
            await door.take_turn(Turn(post=Post(hotline.box, hotline.write, os.urandom(16), b"x")))
            order.append(name)

        async def upload() -> None:
            await door.put_blob(os.urandom(32), bytes(32), b"piece", mail=True)
            order.append("piece")

        async with shared.admit(b"s" * 16, None):
            waiting = [asyncio.ensure_future(send("form")), asyncio.ensure_future(upload())]
            await asyncio.sleep(0.05)
            assert order == []
            assert await door.unread_mail() == 0  # reading and erasing wait for nobody
        await asyncio.gather(*waiting)
        assert sorted(order) == ["form", "piece"]
        assert await door.unread_mail() == 6

    asyncio.run(play())
