"""A server that dies while people without a script are sending: whoever was shown words has a message that is whole."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.support.hotline import CHANCE
from tests.support.plain import Attached, Person
from tests.support.plain_child import Child, run_child

from leeward.relay.open_store import open_store
from leeward.seal.codes import Code, derive_way
from leeward.seal.envelope import open_sealed
from leeward.seal.kinds import Kind

AT_ONCE = 6


def keep_sending(child: Child, told: dict[str, str]) -> None:
    """Send until the server is gone; note the mailbox of each message whose words were shown, and its file's hash."""
    person = Person(child.url)
    with contextlib.suppress(httpx.TransportError, AssertionError):
        while True:
            content = CHANCE.draw(random.choice([10, 90_000, 1_500_000]))
            code: Code = person.send(hashlib.sha256(content).hexdigest(), [Attached("a.bin", content)])
            told[derive_way(code).box] = hashlib.sha256(content).hexdigest()
    person.close()


async def read_all(child: Child) -> dict[str, list[str]]:
    """Return the hash of the file that each first message carries, by its true mailbox; every byte is read."""
    store = open_store(str(child.folder / "relay"))
    found: dict[str, list[str]] = {}
    after = 0
    while True:
        page = await store.list_items(bytes.fromhex(child.box), bytes.fromhex(child.read), after, 100)
        if not page.items:
            break
        after = page.items[-1].number
        for item in page.items:
            report = json.loads(open_sealed(Kind.REPORT, item.sealed, [child.identity]))
            content = hashlib.sha256()
            for piece in report["files"][0]["pieces"]:
                sealed = await store.get_blob(bytes.fromhex(piece["blob"]))
                content.update(open_sealed(Kind.PIECE, sealed, [child.identity]))
            assert content.hexdigest() == report["text"]
            way = next(way for way in report["ways"] if not way["alarm"])
            found.setdefault(way["box"], []).append(content.hexdigest())
    store.close()
    return found


def die_once(folder: Path, seconds: float) -> None:
    folder.mkdir()
    told: dict[str, str] = {}
    with run_child(folder) as child:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            sending = [pool.submit(keep_sending, child, told) for _ in range(AT_ONCE)]
            end = time.monotonic() + 20
            while len(told) < 3 and time.monotonic() < end:
                time.sleep(0.02)
            time.sleep(seconds)
            child.process.kill()
        for one in sending:
            one.result()
    found = asyncio.run(read_all(child))
    assert len(told) >= 3
    assert {box: [told[box]] for box in told} == {box: found.get(box) for box in told}


@pytest.mark.parametrize(
    "deaths",
    [3, pytest.param(60, marks=[pytest.mark.slow, pytest.mark.timeout(3000)])],
)
def test_every_message_whose_words_were_shown_is_there_whole_and_once(tmp_path: Path, deaths: int) -> None:
    for number in range(deaths):
        die_once(tmp_path / str(number), random.uniform(0, 0.5))
