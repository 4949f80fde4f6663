"""What a relay keeps of somebody who comes back again and again does not tell when which form of the words was typed.

The front's own asking (the way without a script; the page's is in web/tests/alarm.test.mjs) meets a relay's store day
by day: once with the shown words always, once with the exchanged form on some days. Every row of every table is the
same, and every listing that the store gave.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.hotline import make_card

from leeward.base.ports import SystemChance
from leeward.front.card import check_card
from leeward.front.plain.letter import Letter
from leeward.front.plain.mail import Mail
from leeward.front.port import MailPort
from leeward.relay.open_store import open_store
from leeward.relay.store import BoxStore, Keep, Page
from leeward.seal.codes import Code, derive_way, make_code
from leeward.seal.keys import make_identity
from leeward.wire.turn import Make, Turn

CHANCE = SystemChance()
BOX, READ, WRITE = b"h" * 16, b"r" * 32, b"w" * 32
CARD = check_card(make_card(make_identity(CHANCE), BOX.hex(), WRITE.hex()))
DAY_MS = 24 * 60 * 60 * 1000
STEPS = st.lists(
    st.tuples(
        st.booleans(), st.sampled_from(["visit", "visit", "further", "write", "answer", "day", "ended"])
    ),
    min_size=1,
    max_size=10,
)


class Clock:
    day = 20_000

    def now_ms(self) -> int:
        return self.day * DAY_MS


class Recorded:
    """The store as the front's port; what is sealed by chance is replaced by as many other bytes."""

    def __init__(self, store: BoxStore) -> None:
        self.store = store
        self.asked: list[Turn] = []
        self.found: list[Any] = []

    async def take_turn(self, turn: Turn) -> tuple[Page, ...]:
        assert turn.post is not None
        item, size = len(self.asked).to_bytes(16), len(turn.post.sealed)
        turn = replace(turn, post=replace(turn.post, item=item, sealed=b"s" * size))
        self.asked.append(turn)
        found = await self.store.take_turn(turn)
        self.found.append(found)
        return found

    async def delete_box(self, box: bytes, read_token: bytes) -> None:
        self.found.append(box)
        await self.store.delete_box(box, read_token)


async def _live(folder: Path, code: Code, story: list[tuple[bool, str]], *, forced: bool) -> list[Any]:
    """Play one person's story; return all that the relay saw and said."""
    clock = Clock()
    store = open_store(str(folder), clock=clock)
    port = Recorded(store)
    mail = Mail(CARD, cast("MailPort", port), CHANCE)
    ways = [derive_way(code), derive_way(code.alarm_form())]
    await store.make_box(BOX, sha256(READ).digest(), sha256(WRITE).digest())
    tokens = [[bytes.fromhex(one) for one in (way.box, way.read, way.write)] for way in ways]
    makes = [Make(box, sha256(read).digest(), sha256(write).digest()) for box, read, write in tokens]
    await store.take_turn(Turn(tuple(sorted(makes, key=lambda make: make.box))))
    for number, (alarmed, step) in enumerate(story):
        form = code.alarm_form() if alarmed and forced else code
        match step:
            case "visit" | "further":
                await mail.visit(form, 0 if step == "visit" else 1)
            case "write":
                await mail.send_later(form, Letter("en", "x"), [], [])
            case "answer":
                for box, _, write in tokens:
                    await store.append(box, write, number.to_bytes(16), b"a" * 5755)
            case "day":
                clock.day += 20
                await store.expire(Keep())
            case _:
                await mail.end(form)
                break
    await store.waiting(100)  # marks of reading are written by now
    store.close()
    return [*port.asked, *port.found]


@settings(max_examples=30, deadline=None)
@given(STEPS)
def test_every_row_is_the_same_whichever_forms_were_typed(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[bool, str]]
) -> None:
    code = make_code(CHANCE)
    lives = []
    for forced in (False, True):
        folder = tmp_path_factory.mktemp("relay")
        seen = asyncio.run(_live(folder, code, story, forced=forced))
        with closing(sqlite3.connect(folder / "relay.sqlite")) as connection:
            tables = [
                name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            ]
            rows = {name: sorted(connection.execute(f"SELECT * FROM {name}")) for name in tables}
        lives.append((seen, rows))
    (seen, rows), (seen_forced, rows_forced) = lives
    assert rows["boxes"]
    assert rows == rows_forced
    assert seen == seen_forced


def test_the_rows_are_compared_in_earnest(tmp_path: Path) -> None:
    """A visit more, or an answer that went to one mailbox alone, is seen."""
    code = make_code(CHANCE)
    kept = []
    for name, story in (("one", [(False, "answer"), (True, "visit")]), ("two", [(False, "answer")])):
        asyncio.run(_live(tmp_path / name, code, story, forced=True))
        with closing(sqlite3.connect(tmp_path / name / "relay.sqlite")) as connection:
            kept.append(
                [sorted(connection.execute(f"SELECT * FROM {table}")) for table in ("boxes", "reads")]
            )
    assert kept[0] != kept[1]
    assert len(kept[0][1]) == 2  # both mailboxes are marked as read
