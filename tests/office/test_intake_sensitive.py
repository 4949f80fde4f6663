"""What is sent where: sensitive text reaches the true words alone, and both boxes look alike."""

from __future__ import annotations

import contextlib
import math
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.office.intake_scene import anna, boris, clock, open_boxes, relay, writes
from tests.support.relay_simulator import RelaySimulator
from tests.support.reporter import Reporter, item_id
from tests.support.teams import Desk, found, real_relay

from leeward.domain.errors import DomainError, RuleBroken
from leeward.domain.intake import Letter
from leeward.ledger.store.blobs import Blobs
from leeward.office import intake
from leeward.sync.client import RelayClient
from leeward.sync.outbox import Outbox

__all__ = ["anna", "boris", "clock", "relay"]

MINUTE = 60_000
HOUR = 60 * MINUTE


def test_what_is_sensitive_reaches_the_true_words_alone_and_both_boxes_get_one_item_of_one_size(
    anna: Desk,
) -> None:
    session = anna.session
    reporter, contact = writes(session, "раз")
    open_boxes(anna, reporter)
    for text, cover in (
        ("В девять у моста с зелёной сумкой.", "Спасибо."),
        ("да", ""),
        ("x", "длинное " * 900),
    ):
        sent = intake.answer(session, contact, text, sensitive=True, cover=cover)
        anna.sync()
        true = anna.relay.list_items(reporter.way.box, reporter.way.read, after=0).items[-1]
        other = anna.relay.list_items(reporter.alarm_way.box, reporter.alarm_way.read, after=0).items[-1]
        assert len(true.untrusted_sealed) == len(other.untrusted_sealed)
        assert reporter.read(true.untrusted_sealed)["text"] == text
        shown = reporter.read(other.untrusted_sealed, alarm=True)
        assert shown["text"] == cover.strip()
        assert shown.get("hidden", False) is (not cover)
        kept = session.get(Letter, sent.id)
        assert kept is not None
        assert (kept.sensitive, kept.cover) == (True, cover.strip())


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=3000), st.text(max_size=3000), st.booleans()), max_size=4)
)
def test_both_boxes_hold_as_many_items_of_the_same_sizes_whatever_was_written(
    tmp_path_factory: pytest.TempPathFactory, answers: list[tuple[str, str, bool]]
) -> None:
    relay = RelaySimulator()
    desk = found(tmp_path_factory.mktemp("v") / "anna", relay.door())
    with desk.session.vault:
        reporter, contact = writes(desk.session, "раз")
        open_boxes(desk, reporter)
        for text, cover, sensitive in answers:
            try:
                intake.answer(desk.session, contact, text, sensitive=sensitive, cover=cover)
            except DomainError:  # nothing but blanks
                continue
        desk.sync()
        sizes = [
            [len(item.untrusted_sealed) for item in desk.relay.list_items(way.box, way.read, after=0).items]
            for way in (reporter.way, reporter.alarm_way)
        ]
        assert sizes[0] == sizes[1]
        assert len(sizes[0]) == sum(letter.direction == "out" for letter in desk.session.find(Letter))


def test_whoever_sees_the_relays_rows_cannot_tell_which_box_is_the_alarm(tmp_path: Path) -> None:
    """An observer of the store guesses by order, by number and by size of rows; none does better than chance."""
    alarms, others = set(), set()
    with (
        real_relay(tmp_path / "relay") as address,
        contextlib.closing(RelayClient(address)) as client,
    ):
        desk = found(tmp_path / "anna", client)
        with desk.session.vault:
            for number in range(_PAIRS):
                reporter, contact = writes(desk.session, f"раз {number}")
                alarms.add(reporter.alarm_way.box)
                others.add(reporter.way.box)
                for way in sorted((reporter.way, reporter.alarm_way), key=lambda one: one.box):
                    desk.relay.make_box(way.box, way.read, way.write)
                hushed = number % 2 == 0
                intake.answer(desk.session, contact, "В девять.", sensitive=hushed, cover="Спасибо." * hushed)
            desk.sync()
        rows = [row for row in _rows(tmp_path / "relay") if row[0] in alarms | others]
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    assert len(pairs) == _PAIRS
    for first, second in pairs:
        assert first[1] == second[1]  # of one size
        assert (first[0] in alarms) != (second[0] in alarms)  # one item each
        assert first[0] < second[0]  # in the order of the addresses, which are drawn at random
    guesses = sum(first[0] in alarms for first, _ in pairs)
    assert abs(guesses - _PAIRS / 2) < 4 * math.sqrt(_PAIRS / 4)


_PAIRS = 32


def _rows(folder: Path) -> list[tuple[str, int]]:
    """Return box and size of every item, in the order in which the relay's store got them."""
    [file] = [path for path in folder.rglob("*") if path.is_file() and path.read_bytes()[:6] == b"SQLite"]
    with contextlib.closing(sqlite3.connect(file)) as connection:
        kept = connection.execute("SELECT box, length(sealed) FROM items ORDER BY rowid").fetchall()
    return [(bytes(box).hex(), size) for box, size in kept]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_desk_that_dies_while_queueing_has_queued_both_or_none(
    anna: Desk, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """It dies before the two lie in the database, and then when both do and neither is noted as waiting yet."""
    _, contact = writes(anna.session, "раз")
    real = Blobs.keep

    def dies(*given: Any) -> None:
        if when == "after":
            real(*given)
        raise OSError("out")

    before = Outbox(anna.session.vault, anna.session.chance).waiting()
    monkeypatch.setattr(Blobs, "keep", dies)
    with pytest.raises(OSError, match="out"):
        intake.answer(anna.session, contact, "да")
    monkeypatch.setattr(Blobs, "keep", real)
    assert Outbox(anna.session.vault, anna.session.chance).waiting() == before
    assert intake.resume_answers(anna.session) == 1
    assert Outbox(anna.session.vault, anna.session.chance).waiting() == before + 2


def test_only_whoever_has_two_ways_can_get_something_sensitive(anna: Desk) -> None:
    intake.take_in(anna.session, item_id(), Reporter(anna.session).again("кто-нибудь?"))
    [line] = intake.queue(anna.session)
    with pytest.raises(RuleBroken):
        intake.answer(anna.session, line.contact.id, "в девять", sensitive=True)
