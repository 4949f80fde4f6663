"""What a closed case would leave behind, and the second person who looks at it."""

from __future__ import annotations

import pytest
from tests.support.clocks import HandClock

from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import HOUR, CheckIn
from leeward.domain.cases.work import Need, Task
from leeward.domain.errors import RuleBroken
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.ledger.model import put
from leeward.office import (
    casework,
    casework_checkins,
    casework_closing,
    casework_tasks,
    relocation,
    relocation_journeys,
)
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.rhythms import agree_on_nights, rhythm_of
from leeward.office.session import Session
from leeward.office.today import gather


def full(session: Session, clock: HandClock) -> str:
    """Return a case in which a bed, signs of life, a journey, a task and a need are open."""
    case = open_case(session, "", pseudonym="Larch").case_id
    place = relocation.add_place(session, "Harbour 1", 3)
    relocation.place_in(session, case, place, tonight(session))
    agree_on_nights(session, case, [21 * 60])
    casework_checkins.schedule_check_ins(session, case, clock.now_ms() + HOUR)
    leg = Leg(id="", to_town="B", departs=clock.now_ms() + 30 * HOUR, arrives=clock.now_ms() + 40 * HOUR)
    relocation_journeys.book_journey(session, case, "Norland", [leg])
    casework_tasks.add_task(session, case, "Fetch the letter")
    casework_tasks.add_need(session, case, "medical", "A doctor")
    return case


def keys(session: Session, case: str) -> list[str]:
    return [one.key for one in casework_closing.still_open(session, case)]


def test_each_press_settles_one_kind_and_nothing_else(session: Session, clock: HandClock) -> None:
    case = full(session, clock)
    assert keys(session, case) == ["beds", "checks", "journeys", "tasks", "needs"]
    casework.close_case(session, case, "safe-abroad", "It went well.")
    assert keys(session, case) == ["beds", "checks", "journeys", "tasks", "needs"], (
        "closing settles nothing by itself"
    )
    for number, key in enumerate(("beds", "checks", "journeys", "tasks", "needs"), start=1):
        casework_closing.settle(session, case, key)
        assert keys(session, case) == ["beds", "checks", "journeys", "tasks", "needs"][number:]
    assert relocation.beds_held(session, case) == []
    assert rhythm_of(session, case, "stay") is None
    assert not any(one.waiting(clock.now_ms()) for one in session.find(CheckIn, case_id=case))
    assert [one.state for one in session.find(Journey)] == ["aborted"]
    assert [one.state for one in session.find(Leg)] == ["aborted"]
    assert not any(one.open for one in session.find(Task))
    assert [one.status for one in session.find(Need)] == ["impossible"]


def test_a_sign_of_life_that_is_missing_is_never_called_off(session: Session, clock: HandClock) -> None:
    case = open_case(session, "", pseudonym="Larch").case_id
    casework_checkins.schedule_check_ins(session, case, clock.now_ms() + HOUR, grace=HOUR)
    clock.ms += 3 * HOUR
    assert keys(session, case) == ["missing"]
    casework_closing.settle(session, case, "checks")
    casework_closing.settle(session, case, "missing")
    assert keys(session, case) == ["missing"]


def test_whoever_closed_it_does_not_check_it_and_a_second_person_does(
    session: Session, clock: HandClock
) -> None:
    case = open_case(session, "", pseudonym="Larch").case_id
    with pytest.raises(RuleBroken):
        casework_closing.check_closing(session, case)  # it lives
    casework.close_case(session, case, "returned", "")
    with pytest.raises(RuleBroken):
        casework_closing.check_closing(session, case, "I looked myself.")
    assert list(casework_closing.needs_now(session)) == []
    found = session.get(Case, case)
    assert found is not None
    session.commit(found.compartment, put("case", case, closed_by_id=session.make_id()))
    (need,) = casework_closing.needs_now(session)
    assert need.href.startswith(f"/people/{case}")
    assert need in gather(session).needs
    casework_closing.check_closing(session, case, "Nothing was left.")
    assert list(casework_closing.needs_now(session)) == []
    casework.reopen_case(session, case)
    casework.close_case(session, case, "safe-here", "")
    closed = session.get(Case, case)
    assert closed is not None
    assert not closed.close_checked_at, "closed again, it is looked at again"
