"""Lists and Today ask the vault once for each kind, however many people there are: a bound on queries, not on time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.clocks import HandClock

from leeward.domain.cases.case import Case, SafetyPlan
from leeward.domain.cases.checkins import CheckIn
from leeward.domain.cases.work import Need, Task
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.typed import write_new
from leeward.office import caseload, today
from leeward.office.casework_open import open_case
from leeward.office.casework_views import case_lines
from leeward.office.relocation_journeys import by_stage
from leeward.office.session import Session

HOUR = 3_600_000


def more(session: Session, clock: HandClock, count: int) -> None:
    """Write so many cases with something of each kind, in one circle: it is only about counting."""
    circle = session.get(Case, open_case(session, "", pseudonym="Larch").case_id)
    assert circle is not None
    changes = []
    for number in range(count):
        case = Case(id=session.make_id(), pseudonym=f"P{number}", code=str(number), stage_since=clock.ms)
        journey = Journey(id=session.make_id(), case_id=case.id)
        changes += [
            *write_new(case),
            *write_new(Task(id=session.make_id(), title="T", due=clock.ms + HOUR, case_id=case.id)),
            *write_new(Need(id=session.make_id(), case_id=case.id)),
            *write_new(CheckIn(id=session.make_id(), due=clock.ms + HOUR, case_id=case.id)),
            *write_new(SafetyPlan(id=session.make_id(), review_by="2017-01-01", case_id=case.id)),
            *write_new(journey),
            *write_new(
                Leg(id=session.make_id(), journey_id=journey.id, arrives=1, state="arrived", case_id=case.id)
            ),
        ]
    session.commit(circle.compartment, changes)


def asked(session: Session, look: Callable[[Session], object]) -> int:
    """Return how many queries a look at the vault takes."""
    count = 0
    database: Any = session.vault.database
    plain = database.ask

    def counting(*args: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        return plain(*args, **named)

    database.ask = counting
    try:
        look(session)
    finally:
        database.ask = plain
    return count


def test_ten_times_as_many_people_are_not_one_query_more(session: Session, clock: HandClock) -> None:
    looks = (case_lines, by_stage, today.gather, caseload.loads)
    more(session, clock, 5)
    few = [asked(session, look) for look in looks]
    more(session, clock, 50)
    many = [asked(session, look) for look in looks]
    assert len(case_lines(session)) == 57
    for look, before, after in zip(looks, few, many, strict=True):
        assert after <= before + 3, look  # a circle more was made, with its keys


def test_what_is_read_once_for_a_page_is_read_anew_after_a_change(session: Session, clock: HandClock) -> None:
    more(session, clock, 2)
    with session.reading():
        before = len(session.find(Task))
        session.find(Task).clear()
        assert len(session.find(Task)) == before, "nobody can take something out of what is kept"
        more(session, clock, 1)
        assert len(session.find(Task)) == before + 1
        with session.reading():
            pass
        assert len(session.find(Task)) == before + 1
