"""How much somebody carries, when it is too much, and who is asked then."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.clocks import HandClock

from leeward.base.say import Message
from leeward.desk.language import Speech
from leeward.domain.intake.records import Shift
from leeward.domain.money import Hours, hours_id
from leeward.domain.team import Member
from leeward.domain.travel import Away
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.office import caseload, casework, casework_tasks
from leeward.office.casework_open import open_case
from leeward.office.session import Session
from leeward.office.today import gather

HOUR = 3_600_000
DAY = 24 * HOUR


def colleague(session: Session, name: str = "Timur") -> str:
    one = Member(id=session.make_id(), name=name, role="coordinator")
    session.save_new(session.compartment_of("team"), one)
    return one.id


def cases(session: Session, holder: str, *risks: str) -> None:
    for number, risk in enumerate(risks):
        case = open_case(session, "", pseudonym=f"P{number}", risk=risk).case_id
        casework.set_holders(session, case, holder, "")


def said(message: Message) -> str:
    return Speech("en").message(message, 0)


def test_where_a_case_is_given_it_says_how_many_of_how_many_and_how_dangerous(session: Session) -> None:
    timur = colleague(session)
    cases(session, timur, "extreme", "low", "extreme", "medium")
    load = caseload.loads(session)[timur]
    assert said(load.words).startswith("4 of 12, extreme: 2")
    assert load.weight == (8 + 1 + 8 + 2) / 2
    assert not load.too_much
    assert load.room


def test_closed_cases_and_done_tasks_weigh_nothing(session: Session) -> None:
    me = session.member_id
    case = open_case(session, "", pseudonym="Larch", risk="extreme").case_id
    task = casework_tasks.add_task(session, case, "Fetch it", owner_id=me)
    assert caseload.loads(session)[me].weight == pytest.approx(4 + 1 / 8)
    casework_tasks.finish_task(session, task)
    casework.close_case(session, case, "safe-abroad", "")
    assert caseload.loads(session)[me].weight == 0


def test_more_than_one_said_one_can_hold_asks_who_could_take_one(session: Session) -> None:
    cases(session, session.member_id, "low", "low", "medium")
    assert list(caseload.needs_now(session)) == []
    caseload.set_most(session, 2)
    (need,) = caseload.needs_now(session)
    assert said(need.what) == "You hold 3: who could take one?"
    assert need in gather(session).needs
    caseload.set_most(session, 3)
    assert list(caseload.needs_now(session)) == []
    assert session.get(Hours, hours_id(session.member_id)) is not None


def test_few_cases_can_be_too_much_danger(session: Session) -> None:
    timur = colleague(session)
    caseload.set_most(session, 12)
    cases(session, timur, *["extreme"] * 7)
    load = caseload.loads(session)[timur]
    assert (load.too_many, load.too_heavy, load.room) == (False, True, False)
    (need,) = caseload.needs_now(session)
    assert said(need.what) == "Timur holds 7: who could take one?"


def test_what_a_colleague_carries_is_shown_to_coordinators_only(session: Session) -> None:
    timur = colleague(session)
    cases(session, timur, *["low"] * 13)
    assert len(list(caseload.needs_now(session))) == 1
    session.commit(session.compartment_of("team"), put("member", session.member_id, role="documenter"))
    assert list(caseload.needs_now(session)) == []


def test_hours_on_duty_are_those_of_seven_days_that_have_passed(session: Session, clock: HandClock) -> None:
    team, me = session.compartment_of("team"), session.member_id
    now = dt.datetime.fromtimestamp(clock.ms / 1000, dt.UTC).astimezone()
    daily = [Shift(id=session.make_id(), member_id=me, weekday=day, begins=0, ends=0) for day in range(7)]
    session.commit(team, *(write_new(one) for one in daily))
    assert caseload.hours_on_duty(session).get(me, 0.0) == pytest.approx(0, abs=0.1), (
        "nothing before it was agreed"
    )
    clock.ms += 2 * DAY
    assert caseload.hours_on_duty(session)[me] == pytest.approx(48, abs=1.1)
    clock.ms += 8 * DAY
    assert caseload.hours_on_duty(session)[me] == pytest.approx(168, abs=1.1)
    load = caseload.loads(session)[me]
    assert load.too_long
    assert "h on duty this week" in said(load.words)
    for one in daily:
        session.commit(team, put("shift", one.id, retired_at=clock.ms))
    clock.ms += 8 * DAY
    once = Shift(id=session.make_id(), member_id=me, day=now.date().isoformat(), begins=0, ends=60)
    session.save_new(team, once)
    assert caseload.hours_on_duty(session).get(me, 0.0) == pytest.approx(0, abs=0.1)


def test_the_second_has_the_task_of_somebody_who_is_away(session: Session, clock: HandClock) -> None:
    timur, team = colleague(session), session.compartment_of("team")
    case = open_case(session, "", pseudonym="Larch").case_id
    casework.set_holders(session, case, timur, "")
    session.commit(team, put("member", timur, on_duty_until=clock.ms + DAY))
    session.commit(team, put("member", session.member_id, on_duty_until=clock.ms + DAY))
    casework_tasks.add_task(
        session, case, "Letter", owner_id=timur, second_id=session.member_id, due=clock.ms + HOUR
    )
    assert not [need for need in gather(session).needs if "Letter" in said(need.what)], "he has it in hand"
    session.save_new(team, Away(id=session.make_id(), member_id=timur, since=clock.ms))
    (need,) = [need for need in gather(session).needs if "Letter" in said(need.what)]
    assert "stand in" in said(need.why)


def test_a_task_that_waits_is_not_asked_for_but_what_it_waits_for_is(
    session: Session, clock: HandClock
) -> None:
    case = open_case(session, "", pseudonym="Larch").case_id
    me = session.member_id
    letter = casework_tasks.add_task(session, case, "Letter", owner_id=me)
    casework_tasks.add_task(session, case, "Visit", owner_id=me, due=clock.ms + HOUR, depends_on=[letter])
    titles = [said(need.what) for need in gather(session).needs]
    assert any("Letter" in one for one in titles)
    assert not any("Visit" in one for one in titles)
    casework_tasks.finish_task(session, letter)
    assert any("Visit" in said(need.what) for need in gather(session).needs)
