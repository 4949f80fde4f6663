"""Several relays on one store: numbers stay consecutive, an item is there once, and bells ring across."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.store_clients import Keys, Piece, sha256

from leeward.relay.open_store import work_secret
from leeward.relay.store import BoxStore
from leeward.wire.errors import BlobTaken, BoxTaken
from leeward.wire.turn import Turn

CHILD = Path(__file__).with_name("store_process.py")


@pytest.mark.parametrize("kind", ["sqlite+folder", "postgres+folder"])
def test_processes_that_append_to_one_box_share_its_numbers(
    place_of: Callable[[str], Any], kind: str
) -> None:
    place = place_of(kind)

    async def make(store: BoxStore) -> Keys:
        return await Keys().made(store)

    keys = place.play(make)
    count = 60
    children = [
        subprocess.Popen(
            [
                sys.executable,
                CHILD,
                place.url,
                place.blobs_url,
                keys.box.hex(),
                keys.write.hex(),
                seed,
                str(count),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2", "3")
    ]
    told = [line.split() for child in children for line in child.communicate(timeout=120)[0].splitlines()]
    assert [child.returncode for child in children] == [0, 0, 0]
    assert len(told) == 3 * (count + count // 4)

    async def read(store: BoxStore) -> None:
        page = await store.list_items(keys.box, keys.read, 0, 500)
        held = {one.item: (one.number, one.sealed) for one in page.items}
        assert len(held) == len(page.items) == 3 * count + count // 4
        assert [one.number for one in page.items] == list(range(1, page.last + 1))
        for item, sealed, number, _ in told:
            assert held[bytes.fromhex(item)] == (int(number), bytes.fromhex(sealed))
        made = [item for item, _, _, is_made in told if is_made == "1"]
        assert sorted(made) == sorted(item.hex() for item in held)  # each was told as new exactly once

    place.play(read)


@pytest.mark.parametrize("kind", ["sqlite+folder", "postgres+folder", "postgres+s3"])
def test_two_relays_race_for_the_same_addresses(place_of: Callable[[str], Any], kind: str) -> None:
    place = place_of(kind)
    stores = [place.open(), place.open()]

    async def race() -> None:
        one, two = stores
        intake = await Keys().made(one)
        for _ in range(6):
            way, thief, piece = Keys(), Keys(), Piece()
            turn = Turn(makes=(way.make,), puts=(piece.put,), post=intake.post(os.urandom(200)))
            hashed = sha256(thief.read)
            ended = await asyncio.gather(
                one.take_turn(turn),
                two.take_turn(turn),
                two.make_box(way.box, hashed, hashed),
                one.put_blob(piece.blob, hashed, piece.sealed),
                return_exceptions=True,
            )
            got: list[Any] = list(ended)
            turned = [end for end in got[:2] if not isinstance(end, BaseException)]
            if turned:
                assert len(turned) == 2
                assert isinstance(got[2], BoxTaken)
                assert isinstance(got[3], BlobTaken)
                assert await two.get_blob(piece.blob) == piece.sealed
            else:
                assert {type(end) for end in got[:2]} <= {BoxTaken, BlobTaken}
                assert True in got[2:]
        page = await two.list_items(intake.box, intake.read, 0, 100)
        assert [one.number for one in page.items] == list(range(1, page.last + 1))

    asyncio.run(race())
    for store in stores:
        store.close()


@pytest.mark.parametrize("kind", ["sqlite+folder", "postgres+folder"])
def test_a_long_poll_at_one_relay_wakes_for_an_append_at_another(
    place_of: Callable[[str], Any], kind: str
) -> None:
    place = place_of(kind)
    stores = [place.open(), place.open()]

    async def listen() -> list[float]:
        here, there = stores
        keys, took = await Keys().made(here), []
        for number in range(4):
            waiting = asyncio.create_task(here.wait_for_item(keys.box, keys.read, number, 20))
            await asyncio.sleep(0.4)
            began = time.monotonic()
            await there.append(keys.box, keys.write, os.urandom(16), b"sealed")
            await asyncio.wait_for(waiting, 10)
            took.append(time.monotonic() - began)
        return took

    took = asyncio.run(listen())
    for store in stores:
        store.close()
    if kind.startswith("postgres"):
        assert min(took) < 0.8  # by a bell: PostgreSQL's stores look by themselves only every five seconds


def test_relays_of_one_database_ask_for_the_same_work_and_see_what_any_of_them_read(
    place_of: Callable[[str], Any],
) -> None:
    place = place_of("postgres+folder")
    stores = [place.open(), place.open()]
    assert work_secret(stores[0]) == work_secret(stores[1])
    assert len(work_secret(stores[0]) or b"") == 32

    async def read() -> None:
        here, there = stores
        intake = await Keys().made(here)
        await here.take_turn(Turn(post=intake.post(bytes(1000))))
        assert (await here.unread_mail(), await there.unread_mail()) == (1000, 0)
        await there.list_items(intake.box, intake.read, 0, 5)
        await there.waiting(1)  # the mark is written down now at the latest
        assert await here.unread_mail() == 0

    asyncio.run(read())
    for store in stores:
        store.close()
