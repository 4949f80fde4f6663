"""What somebody can try who writes to us with ill will: stolen words, another order, texts made to harm."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.reporter import Reporter, item_id
from tests.support.teams import Desk, StillClock, found

from leeward.domain.intake import Contact, Letter
from leeward.office import intake
from leeward.office.team import hotline_of
from leeward.seal.codes import Code, derive_way
from leeward.seal.envelope import open_sealed
from leeward.seal.kinds import Kind


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator, clock: StillClock) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", relay.door(), clock=clock)
    with desk.session.vault:
        yield desk


def take(desk: Desk, sealed: bytes) -> None:
    intake.take_in(desk.session, item_id(), sealed)


def who(desk: Desk) -> Contact:
    """Return the one contact that the queue shows."""
    [line] = intake.queue(desk.session)
    return line.contact


def with_words(desk: Desk, code: Code) -> Reporter:
    """Return somebody who was given these words and takes them for the right ones."""
    thief = Reporter(desk.session)
    thief.code = code
    thief.way, thief.alarm_way = derive_way(code), derive_way(code.alarm_form())
    return thief


# ---- whose voice it is ----


def test_whoever_was_given_the_alarm_words_cannot_say_that_they_are_the_true_ones(anna: Desk) -> None:
    victim = Reporter(anna.session)
    take(anna, victim.first("Я в гараже на окраине."))
    contact = who(anna)
    coercer = with_words(anna, victim.code.alarm_form())
    take(anna, coercer.first("Это я, всё хорошо. Где встретимся?"))
    line = intake.line_for(anna.session, contact.id)
    assert line.alarm_at, "it is itself an alarm: only whoever was given the words could write it"
    assert line.captured_since
    assert len(intake.queue(anna.session)) == 1, "nobody new is believed to have come"
    assert intake.require_contact(anna.session, contact.id).ways == contact.ways
    intake.take_up_alarm(anna.session, contact.id)
    take(anna, coercer.again("Пишите сюда."))
    assert intake.line_for(anna.session, contact.id).alarm_at, "the alarm form is the alarm form still"
    before = intake.line_for(anna.session, contact.id).alarm_at
    take(anna, victim.again("Меня отпустили."))
    assert intake.line_for(anna.session, contact.id).alarm_at == before
    [true] = [one for one in anna.session.find(Letter) if one.text == "Меня отпустили."]
    assert not true.alarm
    assert true.contact_id == contact.id


def test_the_same_first_message_with_the_same_words_is_no_alarm(anna: Desk) -> None:
    reporter = Reporter(anna.session)
    take(anna, reporter.first("Один раз."))
    take(anna, reporter.first("И ещё раз, теми же словами."))
    contact = who(anna)
    assert not contact.alarmed
    assert len(intake.conversation(anna.session, contact.id).letters) == 2


@pytest.mark.parametrize("early", [(), ("true",), ("alarm",), ("true", "alarm")])
def test_a_relay_that_keeps_the_first_message_back_does_not_make_the_alarm_form_a_stranger(
    anna: Desk, early: tuple[str, ...]
) -> None:
    reporter = Reporter(anna.session)
    first = reporter.first("Первое письмо.")
    if "true" in early:
        take(anna, reporter.again("Второе письмо."))
    if "alarm" in early:
        take(anna, reporter.again("Второе письмо под диктовку.", alarm=True))
    take(anna, first)
    contact = who(anna)
    assert len(contact.ways) == 2, "they can be answered"
    assert bool(intake.line_for(anna.session, contact.id).alarm_at) == ("alarm" in early)
    take(anna, reporter.again("Ещё письмо под диктовку.", alarm=True))
    assert who(anna).id == contact.id
    line = intake.line_for(anna.session, contact.id)
    assert line.alarm_at
    assert line.captured_since
    assert line.way_id == contact.id
    assert len(intake.conversation(anna.session, contact.id).letters) == 2 + len(early)


def test_a_report_cannot_lead_our_answers_into_our_own_box(anna: Desk) -> None:
    reporter = Reporter(anna.session)
    report = json.loads(open_report(anna, reporter.first("Ответьте сюда.")))
    report["ways"][1]["box"] = hotline_of(anna.session).box
    take(anna, reporter.sealed(**report))
    assert not anna.session.find(Contact)
    assert intake.damaged(anna.session)


def open_report(desk: Desk, sealed: bytes) -> bytes:
    circle = desk.session.compartment_of("intake")
    return open_sealed(Kind.REPORT, sealed, desk.vault.identities_of(circle))


# ---- texts that cost ----


def test_a_heap_of_accents_holds_nobody_up(anna: Desk) -> None:
    text = "е" + "\u0315\u0300" * 900_000
    start = time.process_time()
    take(anna, Reporter(anna.session).first(text))
    assert time.process_time() - start < 10, "it took hours"
    assert len(intake.conversation(anna.session, who(anna).id).letters[0].text) < 40
