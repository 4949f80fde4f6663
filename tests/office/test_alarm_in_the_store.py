"""Who holds the relay's disk cannot tell a person's alarm mailbox from the true one, whatever the desk answered.

The pages' requests are in web/tests/alarm.test.mjs; here the true desk answers, and rows of the true store are read.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.reporter import Reporter, item_id
from tests.support.teams import Desk, found, real_relay

from leeward.office import intake
from leeward.sync.client import RelayClient

PEOPLE = 12
TEXTS = ("Да", "Мы прочитали.", "Дом с синей дверью, в шесть. " * 20, "ы" * 1990, "ы" * 2010, "х" * 9000)
COVERS = ("", "Держитесь.", "Мы рядом. " * 300)


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[tuple[Path, Desk]]:
    with real_relay(tmp_path / "relay") as address, closing(RelayClient(address)) as relay:
        desk = found(tmp_path / "desk", relay)
        yield tmp_path / "relay", desk
        desk.close()


def rows_of(folder: Path, box: str) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Return what the store says of a mailbox but for what clients drew: its row, and its items'."""
    file = folder / "relay.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        whole = connection.execute(
            "SELECT last, gone, seen, mail, gate, day, rang, looked, length(seal) FROM boxes WHERE box = ?",
            (bytes.fromhex(box),),
        )
        items = connection.execute(
            "SELECT number, day, mail, length(sealed), length(seal) FROM items WHERE box = ? ORDER BY number",
            (bytes.fromhex(box),),
        )
        return whole.fetchall(), items.fetchall()


def test_both_mailboxes_hold_as_many_items_of_the_same_sizes(stored: tuple[Path, Desk]) -> None:
    folder, desk = stored
    chance = random.Random(7)
    people = [Reporter(desk.session) for _ in range(PEOPLE)]
    known: set[str] = set()
    for person in people:
        for way in (person.way, person.alarm_way):
            desk.relay.make_box(way.box, way.read, way.write)
        intake.take_in(desk.session, item_id(), person.first("раз"))
        [contact] = {one.contact.id for one in intake.queue(desk.session)} - known
        known.add(contact)
        for _ in range(chance.randrange(1, 4)):
            sensitive = chance.random() < 0.6
            cover = chance.choice(COVERS) if sensitive else ""
            intake.answer(desk.session, contact, chance.choice(TEXTS), sensitive=sensitive, cover=cover)
    desk.sync()
    held = [[rows_of(folder, way.box) for way in (one.way, one.alarm_way)] for one in people]
    assert all(len(true[1]) >= 1 for true, _ in held)
    assert all(true == alarm for true, alarm in held)
    assert len({row[3] for true, _ in held for row in true[1]}) > 1, "the answers should differ in size"


def test_the_order_in_which_both_are_written_follows_the_addresses(stored: tuple[Path, Desk]) -> None:
    folder, desk = stored
    people = [Reporter(desk.session) for _ in range(PEOPLE)]
    for person in people:
        for way in (person.way, person.alarm_way):
            desk.relay.make_box(way.box, way.read, way.write)
        intake.take_in(desk.session, item_id(), person.first("раз"))
    for line in intake.queue(desk.session):
        intake.answer(desk.session, line.contact.id, "Да", sensitive=True)
    desk.sync()
    file = folder / "relay.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        order = [box.hex() for (box,) in connection.execute("SELECT box FROM items ORDER BY row")]
    for person in people:
        pair = [box for box in order if box in {person.way.box, person.alarm_way.box}]
        assert pair == sorted(pair)
