"""What casework asks of whoever sits here: lines for Today, and the small facts beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from leeward.base.say import Code, Day, Message, Moment, Span, say, say_count
from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import DAY, HOUR
from leeward.domain.cases.due import Due, Weight
from leeward.domain.cases.work import Pressing, Task, pressing
from leeward.domain.relocation.beds import Stay, crowded, free_on, in_exposed
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.places import Place, in_order
from leeward.domain.today import Need, Urgency
from leeward.office import signs_now
from leeward.office.casework_base import tonight
from leeward.office.casework_views import CaseLine, all_dues, case_lines
from leeward.office.duty import Duty, duty_of
from leeward.office.session import Session

AHEAD = 2 * DAY  # what comes within it is worth knowing
_WHERE = {
    "case": "?change=fold-danger",
    "safety_plan": "?tab=story&change=fold-plan#fold-plan",
    "medication": "?tab=work#health",
    "medical_appointment": "?tab=work#health",
}
"""Where on a case's page a date is changed; the others are on its journey."""


class PlaceTonight(msgspec.Struct, frozen=True):
    """A place this night: how many sleep there, how many beds can be given."""

    place: Place
    people: int
    free: int


class Departure(msgspec.Struct, frozen=True):
    """A leg that begins within the next day and a half."""

    leg: Leg
    case: Case


def in_words(names: list[Code]) -> Message:
    """Return names in a row, each in the reader's language."""
    if not names:
        return say("nobody")
    row = say("{name}", name=names[0])
    for name in names[1:]:
        row = say("{names}, {name}", names=row, name=name)
    return row


def needs_now(session: Session) -> list[Need]:
    """Return what of casework needs somebody now."""
    cases = {case.id: case for case in session.find(Case) if case.living}
    duty = duty_of(session)
    return [
        *signs_now.needs(session),
        *_exposed(session, cases, duty),
        *_crowded(session, duty),
        *_tasks(session, cases, duty),
        *_dates(session, cases, duty),
    ]


def _exposed(session: Session, cases: dict[str, Case], duty: Duty) -> Iterator[Need]:
    places = {place.id: place for place in session.find(Place)}
    for place_id, stays in in_exposed(places.values(), tonight(session), session.find(Stay)).items():
        place = places[place_id]
        known = [cases[one.case_id] for one in stays if one.case_id in cases]
        others = len(stays) - len(known)
        who = in_words([case.called for case in known])
        why = (
            say_count("{who} and {n} more", "{who} and {n} more", others, who=who)
            if known and others
            else say("{who}", who=who)
            if known
            else say("Their cases are not on this desk; the coordinators know them.")
        )
        people = sum(one.beds for one in stays)
        yield Need(
            Urgency.EXPOSED,
            say("Exposed place"),
            say_count(
                "{n} person still sleeps in {place}, which is exposed",
                "{n} people still sleep in {place}, which is exposed",
                people,
                place=place.code_name,
            ),
            why,
            place.exposed_since,
            say("Move them"),
            f"/places/{place_id}",
            holder_id=duty.of_danger("coordinator"),
        )


def _crowded(session: Session, duty: Duty) -> Iterator[Need]:
    places = {place.id: place for place in session.find(Place) if not place.retired_at}
    for one in crowded(places, [tonight(session)], session.find(Stay)):
        place = places[one.place_id]
        yield Need(
            Urgency.LATE,
            say("Too few beds"),
            say_count(
                "{n} person more than beds in {place} tonight",
                "{n} people more than beds in {place} tonight",
                one.people - one.beds,
                place=place.code_name,
            ),
            say("Two desks may have given the same bed, or the rent has run out."),
            place.changed_at,
            say("Find a bed"),
            f"/places/{place.id}",
            holder_id=duty.holder("coordinator"),
        )


def _tasks(session: Session, cases: dict[str, Case], duty: Duty) -> Iterator[Need]:
    tasks = {task.id: task for task in session.find(Task)}
    presses = pressing(tasks)
    for task in tasks.values():
        case = cases.get(task.case_id)
        if not task.open or (task.case_id and case is None) or task.step:
            continue  # those of a list that is worked on tonight come from office/taken_tasks
        press = presses.get(task.id)
        if press is None:
            continue  # it waits for another task, on which its day presses
        need = _task(task, case, duty, press)
        theirs = task.owner_id and (need.holder_id or press.due > duty.now + AHEAD)
        if not (need.later and theirs):
            yield need


def _task(task: Task, case: Case | None, duty: Duty, press: Pressing) -> Need:
    due = press.due
    late = max(0, duty.now - due) if due else 0
    coordinator = case.coordinator_id if case else ""
    if late:
        urgency, tag = Urgency.LATE, say("{span} late", span=Span(late))
    else:
        urgency = Urgency.SOON
        tag = say("No day set")
    if not task.owner_id:
        why = say("Nobody has taken it.")
    elif task.owner_id == duty.me:
        why = say("You took it.")
    elif task.owner_id in duty.away and task.second_id == duty.me:
        why = say("You stand in for whoever took it: they are away.")
    elif late and press.of is None:
        why = say("Promised for {time}.", time=Moment(due))
    else:
        why = say("It was promised.")
    if press.of is not None:
        why = say("“{task}” waits for it, and is promised for {time}.", task=press.of.title, time=Moment(due))
    soon = duty.soon(due) if due else not task.owner_id and task.priority == "now"
    if due and not late:
        tag = say("Due {time}", time=Moment(due)) if soon else say("{time}", time=Moment(due))
    return Need(
        urgency,
        tag,
        say("{task}, for {who}", task=task.title, who=case.called)
        if case
        else say("{task}", task=task.title),
        why,
        due or task.created_at,
        say("Do it") if task.owner_id else say("Take it"),
        f"/people/{case.id}?tab=work#task-{task.id}" if case else "/people",
        holder_id=duty.holder("coordinator", task.owner_id, task.second_id, coordinator),
        later=not soon,
    )


def _dates(session: Session, cases: dict[str, Case], duty: Duty) -> Iterator[Need]:
    """Yield visas, tickets, papers, doctors and arrivals; tasks and check-ins have lines of their own."""
    for case_id, found in all_dues(session).items():
        case = cases.get(case_id)
        for due in found if case else ():
            if due.kind in {"task", "check_in", "need"} or (not due.late and due.at > duty.now + AHEAD):
                continue
            assert case is not None
            yield _date(due, case, duty)


def _date(due: Due, case: Case, duty: Duty) -> Need:
    """Return a date's line. What is only planned asks for nobody until it has passed, but for who goes with them."""
    time = Day(due.at) if due.whole_day else Moment(due.at)
    urgency = Urgency.SOON
    danger = due.late and due.weight == Weight.DANGER
    holders = (due.owner_id, case.coordinator_id, case.deputy_id)
    if due.late:
        urgency = Urgency.MISSED if danger else Urgency.LATE
    mine = duty.me == due.owner_id
    asks = due.late or ((due.weight != Weight.PLAN or mine) and duty.soon(due.at, whole_day=due.whole_day))
    if danger and due.kind == "leg":
        tag = say("Not arrived")
    elif due.late and due.whole_day:
        tag = say_count("{n} day late", "{n} days late", duty.days_since(due.at))
    elif due.late:
        tag = say("{span} late", span=Span(duty.now - due.at))
    else:
        tag = say("Due {time}", time=time) if asks else say("{time}", time=time)
    return Need(
        urgency,
        tag,
        say("{who}: {what}", who=case.called, what=due.what),
        due.why or (say("You go with them.") if mine else say("It is on {day}.", day=Day(due.at))),
        due.at,
        say("Find out") if danger else say("Open"),
        f"/people/{case.id}{_WHERE.get(due.kind, '?tab=journey')}",
        holder_id=(duty.of_danger if danger else duty.holder)("coordinator", *holders),
        later=not asks,
    )


def beds_tonight(session: Session) -> list[PlaceTonight]:
    """Return each place tonight; empty if this desk does not hold the beds."""
    if not session.vault.compartments("beds"):
        return []
    night, stays = tonight(session), session.find(Stay)
    return [
        PlaceTonight(
            place,
            sum(one.beds for one in stays if one.place_id == place.id and one.covers(night)),
            free_on(place, night, stays),
        )
        for place in in_order(session.find(Place))
    ]


def departures(session: Session, within: int = 36 * HOUR) -> list[Departure]:
    """Return the legs that begin within that time, soonest first."""
    now = session.now()
    soon = [leg for leg in session.find(Leg) if leg.ahead and now <= leg.departs <= now + within]
    found = [
        (leg, session.get(Case, leg.case_id)) for leg in sorted(soon, key=lambda leg: (leg.departs, leg.id))
    ]
    return [Departure(leg, case) for leg, case in found if case is not None]


def waiting_longest(session: Session, count: int = 5) -> list[CaseLine]:
    """Return who has waited longest against their risk, of those not yet on the way."""
    return _longest(case_lines(session))[:count]


def _longest(lines: Iterable[CaseLine]) -> list[CaseLine]:
    still = [one for one in lines if one.case.stage not in {"on-the-way", "arrived"}]
    return sorted(still, key=lambda one: (-one.risk_days, one.case.id))
