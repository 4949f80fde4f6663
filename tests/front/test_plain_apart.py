"""The front in a place of its own, the relay in another; and who goes first when too much comes."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.hotline import CHANCE, Hotline, make_card
from tests.support.plain import Attached, Person, alert_in, answers_in, ticket_in, words_in

from leeward.front.app import make_front
from leeward.front.errors import RelayAway, Trouble
from leeward.front.pages import load_texts
from leeward.front.plain.lane import Lane
from leeward.front.plain.mail import looks_of
from leeward.front.remote import RemoteRelay
from leeward.relay.app import make_app
from leeward.relay.lanes import Lanes
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.relay.store import BoxStore
from leeward.seal.codes import Code, derive_way, make_code
from leeward.seal.envelope import seal
from leeward.seal.keys import Identity, make_identity
from leeward.seal.kinds import Kind
from leeward.sync.client import RelayClient
from leeward.wire.turn import Make, Post, Turn

EN = load_texts("plain_texts", "en")


@contextlib.contextmanager
def apart(folder: Path, lanes: Lanes | None = None, store: BoxStore | None = None) -> Iterator[Hotline]:
    """Run a relay, and a front that knows nothing of it but its address; the hotline's url is the front's."""
    identity: Identity = make_identity(CHANCE)
    box, read, write = (CHANCE.draw(size).hex() for size in (16, 32, 32))
    store = store or open_store(str(folder))
    with (
        Serving(make_app(store, lanes=lanes)) as relay,
        contextlib.closing(RelayClient(relay.address)) as client,
        Serving(make_front(make_card(identity, box, write), RemoteRelay(relay.address))) as front,
    ):
        client.make_box(box, read, write)
        yield Hotline(front.address, folder, client, identity, box, read)
    store.close()


def test_the_whole_story_with_the_relay_elsewhere(tmp_path: Path) -> None:
    with apart(tmp_path) as hotline, contextlib.closing(Person(hotline.url)) as person:
        large = CHANCE.draw(3_000_000)
        code = person.send("Далеко", [Attached("a.bin", large), Attached("b.txt", b"small")])
        report = hotline.reports()[0]
        assert b"".join(hotline.piece(piece["blob"]) for piece in report["files"][0]["pieces"]) == large
        assert hotline.piece(report["files"][1]["pieces"][0]["blob"]) == b"small"
        hotline.answer(next(way for way in report["ways"] if not way["alarm"]), "Слышим.", 1)
        page = person.open(" ".join(code.words("ru")))
        assert answers_in(page) == ["Слышим."]
        later = person.post("/plain/write", {"ticket": ticket_in(page), "text": "Спасибо"})
        assert EN["talk_sent"] in later.text
        assert EN["ended_heading"] in person.post("/plain/end", {"ticket": ticket_in(page), "sure": "1"}).text
        assert answers_in(person.open(" ".join(code.words("ru")))) == []
        card = httpx.get(f"{hotline.relay.url}/v1/boxes/{hotline.box}/notice")
        assert card.status_code == 404
        too_long = person.post("/plain/send", {"text": "x" * 100_001}, [Attached("a.bin", large)])
        assert too_long.status_code == 413
        blobs = [path for path in tmp_path.rglob("*") if path.is_file() and not path.name.startswith("relay")]
        assert len(blobs) == len(report["files"][0]["pieces"])


def test_the_command_serves_the_front_alone(tmp_path: Path) -> None:
    with apart(tmp_path / "relay") as hotline:
        card = make_card(hotline.identity, hotline.box, CHANCE.draw(32).hex())
        (tmp_path / "card.json").write_text(json.dumps(card))
        start = "import sys; from leeward.cli.main import main; sys.exit(main(sys.argv[1:]))"
        where = ["--front-of", hotline.relay.url, "--card", str(tmp_path / "card.json")]
        child = subprocess.Popen(
            [sys.executable, "-c", start, "relay", *where], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert child.stdout is not None
        try:
            with contextlib.closing(Person(child.stdout.readline().decode().split()[-1])) as person:
                assert EN["form_heading"] in person.http.get("/plain?lang=en").text
                looked = person.open(" ".join(make_code(CHANCE).words("en")))
                assert looked.status_code == 503  # this card's token is not the box's: the relay says no
        finally:
            child.terminate()
            assert child.communicate(timeout=20) == (b"", b"")


def test_work_is_done_for_those_who_cannot(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    with (
        apart(tmp_path, Lanes(store, quota=1), store) as hotline,
        contextlib.closing(Person(hotline.url)) as person,
    ):
        person.send("first")
        for number in range(3):
            assert person.send(f"again {number}", [Attached("a.bin", CHANCE.draw(500_000))])
        assert len(hotline.reports()) == 4


def test_a_relay_that_is_away_is_told_and_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leeward.front.remote._FIRST_PAUSE", 0.001)
    card = make_card(make_identity(CHANCE), CHANCE.draw(16).hex(), CHANCE.draw(32).hex())
    with (
        Serving(make_front(card, RemoteRelay("http://127.0.0.1:9", seconds=2))) as front,
        contextlib.closing(Person(front.address)) as person,
    ):
        assert person.http.get("/plain?lang=en").status_code == 200
        answer = person.post("/plain/send", {"text": "keep me"})
        assert answer.status_code == 503
        assert EN["trouble_server"] in alert_in(answer)
        assert EN["trouble_nothing"] not in alert_in(answer)
        large = person.post("/plain/send", {"text": "keep me"}, [Attached("a.bin", CHANCE.draw(500_000))])
        assert EN["trouble_away"] in alert_in(large)
        assert EN["trouble_nothing"] in alert_in(large)
        looked = person.open(" ".join(make_code(CHANCE).words("en")))
        assert EN["trouble_look"] in alert_in(looked)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nwhat",
        b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n" + b"\0" * 20_000_000,
        b"HTTP/1.1 302 Found\r\nlocation: http://elsewhere\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 429 Too Many\r\nleeward-work: zz\r\ncontent-length: 12\r\n\r\nwork-needed\n",
        b"HTTP/1.1 429 Too Many\r\ncontent-length: 12\r\n\r\nwork-needed\n",
        b"not http at all\r\n\r\n",
        b"",
    ],
)
def test_an_answer_that_is_none_is_a_relay_that_is_away(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leeward.front.remote._FIRST_PAUSE", 0.001)

    async def story() -> None:
        async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            with contextlib.suppress(OSError):
                writer.write(answer)
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(say, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        relay = RemoteRelay(f"http://127.0.0.1:{port}", seconds=2)
        with pytest.raises(RelayAway):
            await relay.take_turn(Turn(looks=looks_of(make_code(CHANCE))))
        await relay.close()
        server.close()
        await server.wait_closed()

    asyncio.run(story())


async def make_known(store: BoxStore) -> Code:
    """Make a mailbox that somebody has written into."""
    code = make_code(CHANCE)
    way = derive_way(code)
    box, read, write = (bytes.fromhex(one) for one in (way.box, way.read, way.write))
    hashed = [hashlib.sha256(token).digest() for token in (read, write)]
    sealed = seal(Kind.REPLY, json.dumps({"v": 1}).encode(), way.identity.recipient())
    await store.take_turn(Turn((Make(box, *hashed),)))
    await store.append(box, write, CHANCE.draw(16), sealed)
    return code


def test_at_rest_nobody_waits_and_under_a_flood_known_words_go_first(tmp_path: Path) -> None:
    async def story() -> None:
        store = open_store(str(tmp_path))
        code = await make_known(store)
        calm = Lane(store, CHANCE)
        started = time.monotonic()
        for _ in range(200):
            await calm.admit()
        assert time.monotonic() - started < 1
        box, write = CHANCE.draw(16), CHANCE.draw(32)
        await store.make_box(box, bytes(32), hashlib.sha256(write).digest())
        await store.take_turn(Turn(post=Post(box, write, CHANCE.draw(16), b"x" * 1000)))
        lane = Lane(store, CHANCE, quota=100, rate=50, wait=0.5)
        order: list[str] = []

        async def come(name: str, *, known: bool = False) -> None:
            await lane.admit(looks_of(code if known else make_code(CHANCE)))
            order.append(name)

        flood = [asyncio.create_task(come(f"stranger {n}")) for n in range(60)]
        await asyncio.sleep(0.05)
        await come("known", known=True)
        assert len(order) <= 8
        ends = await asyncio.gather(*flood, return_exceptions=True)
        refused = [end for end in ends if isinstance(end, Trouble)]
        assert {trouble.key for trouble in refused} <= {"trouble_busy"}
        assert 15 <= len(order) <= 31  # fifty a second for half a second
        strangers = [int(name.split()[1]) for name in order if name != "known"]
        assert strangers != sorted(strangers)  # chance decides, not who came first
        store.close()

    asyncio.run(story())


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_ten_thousand_wrong_codes_tell_nothing(hotline: Hotline, count: int) -> None:
    """What is no code never reaches the relay; what is one gets an empty conversation."""
    person = Person(hotline.url)
    code = words_in(person.post("/plain/send", {"text": "x"}))
    words = list(code.words("en"))
    lengths = set()
    for number in range(count):
        if number % 5 == 0:
            page = person.open(" ".join(make_code(CHANCE).words("en")))
            assert (page.status_code, answers_in(page)) == (200, [])
            lengths.add(len(page.content))
        else:
            wrong = [*words[: number % 8], "zebra", *words[number % 8 + 1 :]]
            assert person.open(" ".join(wrong)).status_code == 422
    assert len(lengths) == 1
    last = hotline.relay.list_items(hotline.box, hotline.read, after=0, limit=1, wait=0).last
    assert last == 1 + count // 5
    person.close()
