"""When a message without a script goes wrong: nothing of it stays, the page says so, and nobody is kept out."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.hotline import CHANCE, Hotline, make_card
from tests.support.plain import TYPE, Attached, Person, alert_in, form_body, ticket_in

from leeward.front.app import make_front
from leeward.front.errors import RelayAway, Trouble
from leeward.front.pages import load_texts
from leeward.front.plain import body as body_module
from leeward.front.plain import sealer
from leeward.front.plain.body import Body, ClientGone
from leeward.front.plain.room import Room
from leeward.relay.open_store import open_store
from leeward.relay.sqlite_store import SqliteStore
from leeward.relay.store import Page
from leeward.seal.keys import make_identity
from leeward.wire.errors import Busy, NoRoom
from leeward.wire.turn import Turn

EN = load_texts("plain_texts", "en")
LARGE = 5_000_000


@pytest.fixture
def person(hotline: Hotline) -> Iterator[Person]:
    somebody = Person(hotline.url)
    yield somebody
    somebody.close()


def stored_blobs(folder: Path) -> list[Path]:
    """Return the relay's files that are sealed pieces."""
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("relay")]


def wait_for_no_blobs(folder: Path) -> None:
    end = time.monotonic() + 10
    while stored_blobs(folder):
        assert time.monotonic() < end, stored_blobs(folder)
        time.sleep(0.02)


def start_sending(url: str, body: bytes, length: int) -> socket.socket:
    """Begin to send a form of `length` bytes, and send only `body` of it."""
    host, _, port = url.removeprefix("http://").partition(":")
    line = socket.create_connection((host, int(port)))
    head = f"POST /plain/send HTTP/1.1\r\nHost: x\r\nContent-Type: {TYPE}\r\nContent-Length: {length}\r\n\r\n"
    line.sendall(head.encode() + body)
    return line


def test_an_upload_that_was_cut_leaves_nothing(hotline: Hotline) -> None:
    body = form_body({"text": "x"}, [Attached("a.bin", CHANCE.draw(LARGE))])
    line = start_sending(hotline.url, body[: LARGE - 1000], len(body))
    end = time.monotonic() + 10
    while len(stored_blobs(hotline.folder)) < 3:
        assert time.monotonic() < end
        time.sleep(0.02)
    line.close()
    wait_for_no_blobs(hotline.folder)
    assert hotline.reports() == []


def test_an_upload_that_stands_still_is_dropped(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "PATIENCE", 0.3)
    body = form_body({"text": "x"}, [Attached("a.bin", CHANCE.draw(1000))])
    with start_sending(hotline.url, body[:100], len(body)) as line:
        line.settimeout(10)
        assert b"200" not in line.recv(4096).split(b"\r\n")[0]
    assert hotline.reports() == []


@pytest.mark.parametrize(
    ("fields", "files", "status", "key"),
    [
        ({"text": "  \r\n "}, 0, 422, "trouble_empty"),
        ({"text": "x" * 100_001}, 2, 413, "trouble_long"),
        ({"text": "keep me", "where": "x" * 501}, 2, 413, "trouble_field"),
        ({"text": "keep me"}, 101, 413, "trouble_many"),
    ],
)
def test_what_cannot_be_taken_is_refused_kindly_and_nothing_stays(
    hotline: Hotline, person: Person, fields: dict[str, str], files: int, status: int, key: str
) -> None:
    attached = [Attached(f"{n}.bin", CHANCE.draw(300_000 if n < 2 else 10)) for n in range(files)]
    answer = person.post("/plain/send", fields, attached)
    assert answer.status_code == status
    assert EN[key].split("{")[0] in alert_in(answer)
    assert EN["trouble_nothing"] in alert_in(answer)
    assert fields["text"].strip()[:50] in answer.text
    wait_for_no_blobs(hotline.folder)
    assert hotline.reports() == []


def test_only_a_form_with_its_length_is_read(hotline: Hotline, person: Person) -> None:
    def parts() -> Iterator[bytes]:
        yield form_body({"text": "x"})

    chunked = person.http.post("/plain/send", content=parts(), headers={"Content-Type": TYPE})
    assert chunked.status_code == 411
    huge = {"Content-Type": TYPE, "Content-Length": str(10**13)}
    with start_sending(hotline.url, b"", 10**13) as line:
        line.settimeout(30)
        assert b" 413 " in line.recv(100)
    urlencoded = person.http.post("/plain/send", data={"text": "x"})
    assert urlencoded.status_code == 400
    assert huge
    for path in ("/plain/send", "/plain/open", "/plain/write", "/plain/end"):
        assert person.http.get(path).status_code == 404
    assert hotline.reports() == []


def test_a_closed_gate_is_told_and_known_words_pass(hotline: Hotline, person: Person) -> None:
    code = person.send("before")
    way = next(way for way in hotline.reports()[0]["ways"] if not way["alarm"])
    hotline.answer(way, "Hello.", 1)
    asked = httpx.put(
        f"{hotline.url}/v1/boxes/{hotline.box}/gate",
        content=b"known",
        headers={"Authorization": f"Bearer {hotline.read}"},
    )
    assert asked.status_code == 204
    refused = person.post("/plain/send", {"text": "new"}, [Attached("a.bin", CHANCE.draw(LARGE))])
    assert refused.status_code == 403
    assert EN["trouble_known_only"] in alert_in(refused)
    wait_for_no_blobs(hotline.folder)
    page = person.open(" ".join(code.words("en")))
    assert page.status_code == 200
    later = person.post("/plain/write", {"ticket": ticket_in(page), "text": "I am here"})
    assert EN["talk_sent"] in later.text


class _Failing(SqliteStore):
    """The relay's store, on a bad day: the pieces or turns after `good` ones fail with `error`."""

    error: Exception | None = None
    good = 0
    turns = 0

    async def put_blob(self, blob: bytes, erase_hash: bytes, sealed: bytes, *, mail: bool = False) -> bool:
        if self.error is not None and not self.turns:
            self.good -= 1
            if self.good < 0:
                raise self.error
        return await super().put_blob(blob, erase_hash, sealed, mail=mail)

    async def take_turn(self, turn: Turn) -> tuple[Page, ...]:
        if self.error is not None and self.turns:
            raise self.error
        return await super().take_turn(turn)


@contextlib.asynccontextmanager
async def failing(folder: Path) -> AsyncIterator[tuple[_Failing, httpx.AsyncClient]]:
    """Serve a front whose relay can be made to fail."""
    store = open_store(str(folder))
    store.__class__ = _Failing
    assert isinstance(store, _Failing)
    box, write = CHANCE.draw(16), CHANCE.draw(32)
    await store.make_box(box, CHANCE.draw(32), hashlib.sha256(write).digest())
    front = make_front(make_card(make_identity(CHANCE), box.hex(), write.hex()), store)
    transport = httpx.ASGITransport(front)
    async with httpx.AsyncClient(transport=transport, base_url="http://front") as session:
        yield store, session
    store.close()


def send(session: httpx.AsyncClient, size: int) -> Any:
    body = form_body({"lang": "en", "text": "keep me"}, [Attached("a.bin", CHANCE.draw(size))])
    return session.post("/plain/send", content=body, headers={"Content-Type": TYPE})


@pytest.mark.parametrize(
    ("error", "turns", "status", "key", "stays"),
    [
        (NoRoom(), 0, 507, "trouble_room", 0),
        (Busy(), 0, 503, "trouble_busy", 0),
        (OSError("disk"), 0, 503, "trouble_away", 0),
        (NoRoom(), 1, 507, "trouble_room", 0),
        (RelayAway(), 1, 503, "trouble_server", 5),  # perhaps it was taken: its pieces must stay
    ],
)
def test_whatever_fails_the_page_says_what_happened_and_nothing_certain_stays(
    tmp_path: Path, error: Exception, turns: int, status: int, key: str, stays: int
) -> None:
    async def story() -> None:
        async with failing(tmp_path / "relay") as (store, session):
            store.error, store.good, store.turns = error, 2, turns
            answer = await send(session, LARGE)
            assert answer.status_code == status
            assert EN[key] in alert_in(answer)
            assert (EN["trouble_nothing"] in alert_in(answer)) is (stays == 0)
            assert ">\nkeep me</textarea>" in answer.text
            assert len(stored_blobs(tmp_path / "relay")) == stays
            store.error = None
            assert (await send(session, LARGE)).status_code == 200

    asyncio.run(story())


async def silence() -> dict[str, Any]:
    await asyncio.sleep(3600)
    raise AssertionError("nobody waits that long")


async def read_on(body: Body) -> None:
    async for _ in body.parts():
        raise AssertionError("nothing comes")


async def ready_body(length: int) -> Body:
    body = Body(silence, str(length), 1 << 30)
    body.read = length
    return body


def test_memory_is_shared_and_the_slowest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        room = Room(1000, wait=0.3)
        slow = Body(silence, "5000", 1 << 30)
        held_slow = room.enter(slow)
        await held_slow.grow(900)
        fast = await ready_body(10_000)
        held_fast = room.enter(fast)
        with pytest.raises(Trouble) as told:
            await held_fast.grow(200)
        assert told.value.key == "trouble_busy"
        await held_slow.grow(-500)
        await held_fast.grow(600)
        slow._start -= 60  # it has had its time, and sent nothing
        waiting = asyncio.create_task(read_on(slow))
        await asyncio.sleep(0)
        await held_fast.grow(300)
        with pytest.raises(ClientGone):
            await waiting
        with pytest.raises(ClientGone):
            await held_slow.grow(1)
        room.leave(held_slow)
        room.leave(held_fast)
        last = room.enter(fast)
        await last.grow(1000)

    asyncio.run(story())


def test_many_at_once_share_few_pieces_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most = 0

    async def story() -> None:
        nonlocal most
        async with failing(tmp_path / "relay") as (_, session):
            original = sealer.Sealer._work
            under_way = 0

            async def counted(self: sealer.Sealer, *given: Any) -> None:
                nonlocal most, under_way
                under_way += 1
                most = max(most, under_way)
                await original(self, *given)
                under_way -= 1

            monkeypatch.setattr(sealer.Sealer, "_work", counted)
            answers = await asyncio.gather(*(send(session, LARGE) for _ in range(6)))
            assert [answer.status_code for answer in answers] == [200] * 6

    asyncio.run(story())
    assert 1 <= most <= sealer.IN_FLIGHT
