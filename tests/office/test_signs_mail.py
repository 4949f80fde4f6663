"""A sign of life that came by the words: from whichever desk took it in, to the check-in that waited for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.clocks import HandClock
from tests.support.relay_simulator import RelaySimulator
from tests.support.reporter import Reporter, item_id
from tests.support.teams import Desk, found, newcomer, settle

from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import CheckIn, CheckInState
from leeward.domain.errors import RuleBroken
from leeward.domain.intake import Contact, Letter, ReportMalformed, read_report, reply_bodies
from leeward.domain.today import Urgency
from leeward.office import casework, casework_checkins, intake, today
from leeward.office.casework_open import open_case
from leeward.office.intake import take_in
from leeward.office.session import Session
from leeward.office.signs import take_signs
from leeward.office.tending import Tending, tend

MINUTE, HOUR = 60_000, 3_600_000


def known(session: Session) -> tuple[Reporter, str]:
    """Return somebody with words, and their case."""
    person = Reporter(session)
    take_in(session, item_id(), person.first("Помогите."))
    (contact,) = session.find(Contact)
    return person, open_case(session, contact.id, pseudonym="Juniper").case_id


def state(session: Session, check: str) -> CheckInState:
    one = session.get(CheckIn, check)
    assert one is not None
    return one.state(session.now())


def test_yes_answers_what_was_missed_and_what_is_due_but_not_tomorrows(
    session: Session, clock: HandClock
) -> None:
    person, case = known(session)
    ids = casework_checkins.schedule_check_ins(
        session, case, clock.ms + HOUR, every=24 * HOUR, until=clock.ms + 50 * HOUR, grace=15 * MINUTE
    )
    clock.ms += 26 * HOUR  # one missed, the next missed, too
    take_in(session, item_id(), person.again("Я в порядке", sign="safe"))
    assert take_signs(session) == 2
    assert [state(session, one) for one in ids] == [
        CheckInState.ANSWERED,
        CheckInState.ANSWERED,
        CheckInState.AHEAD,
    ]
    assert take_signs(session) == 0
    found = session.get(CheckIn, ids[0])
    assert found is not None
    assert found.last_sign is not None
    assert (found.last_sign.how, found.last_sign.text) == ("page", "Я в порядке")


@pytest.mark.parametrize(
    ("text", "alarm", "sign", "expected"),
    [
        ("", True, "safe", CheckInState.FORCED),
        ("Всё хорошо, пью зелёный чай", False, "safe", CheckInState.FORCED),
        ("они внизу", False, "help", CheckInState.HELP),
        ("зелёный чай", False, "help", CheckInState.FORCED),
    ],
)
def test_the_alarm_form_and_the_agreed_word_are_louder_than_the_button(
    session: Session, clock: HandClock, text: str, *, alarm: bool, sign: str, expected: CheckInState
) -> None:
    person, case = known(session)
    casework.set_plan(session, case, forced="зеленый чай")
    (check,) = casework_checkins.schedule_check_ins(session, case, clock.ms + 20 * HOUR)
    clock.ms += HOUR
    take_in(session, item_id(), person.again(text, alarm=alarm, sign=sign))
    tend(session)
    assert state(session, check) == expected
    day = today.gather(session)
    top = day.alarms if expected == CheckInState.FORCED else day.needs
    assert top
    assert top[0].urgency == (Urgency.ALARM if expected == CheckInState.FORCED else Urgency.MISSED)


def test_the_agreed_word_is_heard_even_if_no_sign_of_life_was_agreed(session: Session) -> None:
    person, case = known(session)
    casework.set_plan(session, case, forced="чайник")
    take_in(session, item_id(), person.again("купил чайник", sign="safe"))
    tend(session)
    kept = session.get(Case, case)
    assert kept is not None
    assert kept.seized
    (line,) = [one for one in intake.queue(session) if one.contact.case_id == case]
    assert line.captured_since


def test_a_bare_yes_asks_nobody_for_an_answer_and_a_call_for_help_is_urgent(
    session: Session, clock: HandClock
) -> None:
    person, _ = known(session)
    contact = session.find(Contact)[0]
    intake.settle(session, contact.id)
    clock.ms += MINUTE
    take_in(session, item_id(), person.again("", sign="safe"))
    assert not intake.line_for(session, contact.id).waiting_since
    take_in(session, item_id(), person.again("", sign="help"))
    assert intake.line_for(session, contact.id).urgent_at


def test_a_sign_that_answers_nothing_is_not_kept_for_later(session: Session, clock: HandClock) -> None:
    person, case = known(session)
    take_in(session, item_id(), person.again("", sign="safe"))
    clock.ms += MINUTE
    (check,) = casework_checkins.schedule_check_ins(session, case, clock.ms + HOUR)
    clock.ms += MINUTE
    tend(session)
    assert state(session, check) == CheckInState.AHEAD


def test_a_call_is_a_sign_of_life_of_whom_it_names(session: Session, clock: HandClock) -> None:
    _, case = known(session)
    (check,) = casework_checkins.schedule_check_ins(session, case, clock.ms + HOUR)
    clock.ms += HOUR
    contact = session.find(Contact)[0].id
    intake.log_call(session, "", contact_id=contact, sign="safe")
    tend(session)
    found = session.get(CheckIn, check)
    assert found is not None
    assert found.last_sign is not None
    assert (found.state(clock.ms), found.last_sign.how) == (CheckInState.ANSWERED, "call")


def test_the_question_is_the_same_for_both_forms_of_the_words(session: Session) -> None:
    known(session)
    contact = session.find(Contact)[0].id
    asked = intake.ask_for_sign(session, contact, 5_000)
    true, other = reply_bodies(asked.report, asked.created_at, asked.text, sign=asked.asks_until)
    assert true == other
    assert b'"sign":5000' in true
    hidden = reply_bodies("a" * 32, 5, "secret place", sensitive=True, sign=7)
    assert len(hidden[0]) == len(hidden[1])
    assert b'"sign":7' in hidden[1]
    called = intake.log_call(session, "a stranger calls")
    with pytest.raises(RuleBroken):
        intake.ask_for_sign(session, called, 5_000)


def test_marks_that_are_none_cost_nobody_the_message() -> None:
    body = b'{"v":1,"id":"%s","voice":"%s","text":"x","sign":"forced"}' % (b"a" * 32, b"b" * 64)
    assert read_report(body).sign == ""  # what the alarm is, a stranger's page does not say
    with pytest.raises(ReportMalformed):
        read_report(body.replace(b'"forced"', b"5"))


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door(), name="Anna", role="coordinator")
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="operator")
    settle(anna, boris)
    yield anna, boris
    anna.close()
    boris.close()


def test_a_desk_without_the_case_takes_it_in_and_one_with_it_writes_it_down(desks: tuple[Desk, Desk]) -> None:
    anna, boris = desks
    person, case = known(anna.session)
    (check,) = casework_checkins.schedule_check_ins(anna.session, case, anna.session.now() - HOUR, grace=0)
    settle(anna, boris)
    assert boris.session.get(Case, case) is None
    take_in(boris.session, item_id(), person.again("жив", sign="safe"))
    assert tend(boris.session) == 0
    assert [one.sign for one in boris.session.find(Letter) if one.sign] == ["safe"]
    assert state(anna.session, check) == CheckInState.MISSED
    settle(boris, anna)
    tend(anna.session)
    assert state(anna.session, check) == CheckInState.ANSWERED


def test_two_desks_that_settle_at_once_lose_no_alarm_and_make_no_conflict(desks: tuple[Desk, Desk]) -> None:
    anna, boris = desks
    person = Reporter(anna.session)
    take_in(anna.session, item_id(), person.first("Помогите."))
    contact = anna.session.find(Contact)[0].id
    opened = open_case(anna.session, contact, pseudonym="Juniper", member_ids=[boris.session.member_id])
    (check,) = casework_checkins.schedule_check_ins(
        anna.session, opened.case_id, anna.session.now() - HOUR, grace=0
    )
    settle(anna, boris)
    casework_checkins.settle_check_in(anna.session, check, "The battery, says a friend.")
    item, alarm = item_id(), person.again("всё хорошо", alarm=True, sign="safe")
    take_in(boris.session, item, alarm)
    tend(boris.session)
    casework_checkins.try_step(boris.session, check, "no-answer")
    settle(anna, boris)
    for desk in (anna, boris):
        take_in(desk.session, item, alarm)
        tend(desk.session)
        found = desk.session.get(CheckIn, check)
        assert found is not None
        assert found.state(desk.session.now()) == CheckInState.FORCED
        assert not found.conflicts
    settle(anna, boris)
    casework_checkins.settle_check_in(boris.session, check, "Free. Seen with our own eyes.")
    settle(boris, anna)
    assert state(anna.session, check) == CheckInState.SETTLED  # settled on one, gone from all


def test_an_open_desk_does_it_by_itself(session: Session, clock: HandClock) -> None:
    person, case = known(session)
    (check,) = casework_checkins.schedule_check_ins(session, case, clock.ms - HOUR, grace=0)
    clock.ms += 1
    seen = []
    session.vault.on_change(lambda _kinds: seen.append(state(session, check)))
    tending = Tending(session, look_seconds=60)
    tending.start()
    try:
        take_in(session, item_id(), person.again("", sign="safe"))
        for _ in range(200):
            if state(session, check) == CheckInState.ANSWERED:
                break
            tending._stopping.wait(0.05)
    finally:
        tending.stop()
    assert state(session, check) == CheckInState.ANSWERED
