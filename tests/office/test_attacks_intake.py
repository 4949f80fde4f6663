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

from leeward.base.ids import derive_id
from leeward.domain.cases.case import Case
from leeward.domain.intake import Contact, Letter
from leeward.domain.typed import T
from leeward.ledger.model import note, put
from leeward.office import intake
from leeward.office.casework_open import open_case
from leeward.office.session import Session
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


# ---- who is free, and who was heard ----


def forced(desk: Desk, text: str = "Тест") -> tuple[Reporter, str]:
    """Let somebody write who is then made to write; return them and their contact's id."""
    before = {one.id for one in desk.session.find(Contact)}
    reporter = Reporter(desk.session)
    take(desk, reporter.first(text))
    [new] = {one.id for one in desk.session.find(Contact)} - before
    take(desk, reporter.again("Под диктовку.", alarm=True))
    return reporter, new


def free(desk: Desk, text: str = "Тест") -> str:
    before = {one.id for one in desk.session.find(Contact)}
    take(desk, Reporter(desk.session).first(text))
    [new] = {one.id for one in desk.session.find(Contact)} - before
    return new


def lifted(desk: Desk, contact_id: str) -> None:
    desk.session.commit(
        desk.session.compartment_of("intake"),
        note("contact", contact_id, "captures", {"does": "lift", "text": "Свободен."}),
    )


def test_joining_somebody_who_was_freed_frees_nobody_else(anna: Desk) -> None:
    _, freed = forced(anna)
    _, held = forced(anna)
    intake.take_up_alarm(anna.session, freed)
    intake.take_up_alarm(anna.session, held)
    lifted(anna, freed)
    assert not intake.line_for(anna.session, freed).captured_since
    intake.merge(anna.session, freed, held)
    assert intake.line_for(anna.session, freed).captured_since
    intake.unmerge(anna.session, held)
    assert intake.line_for(anna.session, held).captured_since
    assert not intake.line_for(anna.session, freed).captured_since


def test_what_was_marked_together_stays_with_each_when_taken_apart(anna: Desk) -> None:
    one, other = free(anna), free(anna)
    intake.merge(anna.session, one, other)
    intake.mark_captured(anna.session, one, "Их видели в участке.")
    intake.unmerge(anna.session, other)
    assert intake.line_for(anna.session, one).captured_since
    assert intake.line_for(anna.session, other).captured_since


def test_an_alarm_that_nobody_took_up_is_not_lost_in_a_merge(anna: Desk) -> None:
    _, first = forced(anna)
    _, second = forced(anna)
    intake.take_up_alarm(anna.session, first)
    intake.merge(anna.session, first, second)
    assert intake.line_for(anna.session, first).alarm_at
    intake.take_up_alarm(anna.session, first)
    assert not intake.line_for(anna.session, first).alarm_at
    intake.unmerge(anna.session, second)
    assert not intake.line_for(anna.session, second).alarm_at


def test_a_clock_set_ahead_silences_neither_alarm_nor_call(anna: Desk, clock: StillClock) -> None:
    session, circle = anna.session, anna.session.compartment_of("intake")
    reporter, contact = forced(anna)
    now, clock.now = clock.now, clock.now + 365 * 24 * 3_600_000  # a turned member's clock
    intake.take_up_alarm(session, contact)
    intake.settle(session, contact)
    lifted(anna, contact)
    intake.take(session, contact)
    session.commit(circle, put("look", derive_id("look", session.member_id), at=clock.now))
    clock.now = now + 1000
    take(anna, reporter.again("Помогите."))
    clock.now += 24 * 3_600_000
    line = intake.line_for(session, contact)
    assert line.alarm_at
    assert line.captured_since
    assert line.waiting_since
    assert intake.holder_of(session, line) == ""
    called = intake.called(session)
    assert called is not None
    assert called.level == 3


@pytest.mark.parametrize("minutes", [0, -5, 10**9])
def test_times_that_nobody_could_set_are_not_kept(anna: Desk, clock: StillClock, minutes: int) -> None:
    session, team = anna.session, anna.session.compartment_of("team")
    session.commit(team, put("watch", derive_id("watch", team), minutes_day=minutes, minutes_night=minutes))
    free(anna)
    clock.now += 24 * 3_600_000
    assert intake.called(session) is not None


def test_a_case_of_somebody_in_other_hands_says_so_from_its_first_line(anna: Desk) -> None:
    contact = free(anna)
    intake.mark_captured(anna.session, contact, "Их видели в участке.")
    opened = open_case(anna.session, contact, risk="high")
    case = anna.session.get(Case, opened.case_id)
    assert case is not None
    assert case.seized


def test_junk_under_the_id_of_a_report_does_not_take_its_place(anna: Desk) -> None:
    item = item_id()
    intake.take_in(anna.session, item, b"junk that the relay made up")
    intake.take_in(anna.session, item, Reporter(anna.session).first("Настоящее письмо."))
    assert [one.text for one in anna.session.find(Letter)] == ["Настоящее письмо."]
    intake.take_in(anna.session, item, b"junk that the relay made up")
    assert len(intake.damaged(anna.session)) == 1


def test_a_flood_of_strangers_does_not_cost_each_of_them_a_look_at_all_the_others(
    anna: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[type] = []
    find = Session.find

    def counting(session: Session, kind: type[T], **rest: str) -> list[T]:
        asked.append(kind)
        return find(session, kind, **rest)

    monkeypatch.setattr(Session, "find", counting)
    for _ in range(20):
        take(anna, Reporter(anna.session).sealed(voice=item_id() * 2, event="opened"))
    assert asked.count(Contact) <= 1
    names = [contact.pseudonym for contact in find(anna.session, Contact)]
    assert len(set(names)) == len(names) == 20
