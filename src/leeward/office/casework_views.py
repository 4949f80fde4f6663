"""Looking at cases: everything a page shows about them, gathered in one reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from leeward.domain.cases import due as dues
from leeward.domain.cases.case import Case, Person, SafetyPlan
from leeward.domain.cases.checkins import CheckIn, next_due
from leeward.domain.cases.due import Due
from leeward.domain.cases.words import RISK_WEIGHT
from leeward.domain.cases.work import Need, Task
from leeward.domain.relocation.beds import Apart, Stay, must_not_meet, where
from leeward.domain.relocation.journeys import Leg, due_of_leg, risk_days
from leeward.domain.relocation.papers import (
    MedicalAppointment,
    Medication,
    TravelDocument,
    VisaApplication,
    due_of_appointment,
    due_of_medication,
    due_of_paper,
    due_of_visa,
    noon,
)
from leeward.domain.relocation.places import Place
from leeward.office.around import members
from leeward.office.casework_base import today, tonight
from leeward.office.session import Session


class CaseLine(msgspec.Struct, frozen=True):
    """One case as a list shows it."""

    case: Case
    due: Due | None  # what is late, or else next
    late: int  # how many things are late
    place: Place | None
    beds_known: bool  # this desk holds the keys of the beds
    risk_days: float
    next_check_in: CheckIn | None
    check_in_missed: bool


class Facts(msgspec.Struct, frozen=True):
    """The side of a case's page: who else is in it, whom they must not meet, what is late or next."""

    line: CaseLine
    dues: tuple[Due, ...]
    people: tuple[Person, ...]
    kept_from: tuple[Case, ...]
    kept_from_unknown: int  # others that this desk cannot name


def names(session: Session) -> dict[str, str]:
    """Return every colleague's name by member id."""
    return {one.id: one.name for one in members(session)}


def all_dues(session: Session, **of_case: str) -> dict[str, list[Due]]:
    """Return what is late or comes, of every kind, by case id; the tasks of the team under "".

    `case_id=...` looks at one case only.
    """
    now, day = session.now(), today(session)
    found: dict[str, list[Due | None]] = defaultdict(list)
    for task in session.find(Task, **of_case):
        found[task.case_id].append(dues.of_task(task, now))
    for check_in in session.find(CheckIn, **of_case):
        found[check_in.case_id].append(dues.of_check_in(check_in, now))
    for need in session.find(Need, **of_case):
        found[need.case_id].append(dues.of_need(need, now))
    for leg in session.find(Leg, **of_case):
        found[leg.case_id].extend(due_of_leg(leg, now))
    for visa in session.find(VisaApplication, **of_case):
        found[visa.case_id].extend(due_of_visa(visa, now, day))
    for paper in session.find(TravelDocument, **of_case):
        found[paper.case_id].append(due_of_paper(paper, day))
    for visit in session.find(MedicalAppointment, **of_case):
        found[visit.case_id].append(due_of_appointment(visit, now))
    for medicine in session.find(Medication, **of_case):
        found[medicine.case_id].append(due_of_medication(medicine, day))
    for case_id, due in _of_themselves(session, day, **of_case):
        found[case_id].append(due)
    return {case_id: dues.in_order(those) for case_id, those in found.items()}


def _of_themselves(session: Session, day: str, **of_case: str) -> Iterator[tuple[str, Due | None]]:
    """Yield the day of the threat, and that on which the safety plan is gone through again."""
    for plan in session.find(SafetyPlan, **of_case):
        yield plan.case_id, dues.of_plan(plan, noon(plan.review_by), late=plan.review_by < day)
    for case in session.find(Case) if not of_case else [session.get(Case, of_case["case_id"])]:
        if case is not None and case.living:
            yield case.id, dues.of_danger(case, noon(case.danger_by), late=case.danger_by < day)


def case_lines(session: Session, *, closed: bool = False) -> list[CaseLine]:
    """Return the cases this desk can read: in danger first, then by risk and days of waiting."""
    cases = [case for case in session.find(Case) if case.living != closed]
    shown = lines_of(session, cases)

    def first(one: CaseLine) -> tuple[bool, bool, float, int, str, str]:
        exposed = one.place is not None and one.place.exposure == "exposed"
        weight = RISK_WEIGHT.get(one.case.risk, 0)
        return (
            not one.check_in_missed,
            not exposed,
            -one.risk_days,
            -weight,
            one.case.pseudonym,
            one.case.id,
        )

    return sorted(shown, key=first)


def lines_of(session: Session, cases: Iterable[Case], **of_case: str) -> list[CaseLine]:
    """Return each case as a list shows it; `case_id=...` if it is only one."""
    now, night = session.now(), tonight(session)
    by_case = all_dues(session, **of_case)
    places = {place.id: place for place in session.find(Place)}
    stays = session.find(Stay, **of_case)
    beds_known = bool(session.vault.compartments("beds"))
    waiting: Mapping[str, list[CheckIn]] = _by_case(session.find(CheckIn, **of_case))
    found = []
    for case in cases:
        due = by_case.get(case.id, [])
        bed = where(case.id, night, stays)
        upcoming = next_due(waiting.get(case.id, []), now)
        found.append(
            CaseLine(
                case=case,
                due=due[0] if due else None,
                late=sum(one.late for one in due),
                place=places.get(bed.place_id) if bed else None,
                beds_known=beds_known,
                risk_days=risk_days(case.risk, case.stage_since or case.opened_at or case.created_at, now),
                next_check_in=upcoming,
                check_in_missed=upcoming is not None and upcoming.state(now).value in {"missed", "forced"},
            )
        )
    return found


def _by_case(check_ins: Iterable[CheckIn]) -> dict[str, list[CheckIn]]:
    found: dict[str, list[CheckIn]] = defaultdict(list)
    for one in check_ins:
        found[one.case_id].append(one)
    return found


def facts_of(session: Session, case: Case) -> Facts:
    """Return what stands beside a case on all its tabs."""
    (line,) = lines_of(session, [case], case_id=case.id)
    people = [one for one in session.find(Person, case_id=case.id) if not one.struck_at]
    others = must_not_meet(case.id, session.find(Apart))
    named = [found for found in (session.get(Case, other) for other in sorted(others)) if found is not None]
    return Facts(
        line=line,
        dues=tuple(all_dues(session, case_id=case.id).get(case.id, [])),
        people=tuple(sorted(people, key=lambda one: (one.relation != "self", one.created_at, one.id))),
        kept_from=tuple(named),
        kept_from_unknown=len(others) - len(named),
    )
