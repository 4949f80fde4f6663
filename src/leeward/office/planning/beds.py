"""The beds of accepted lines, all together: who moves out makes room for who moves in on the same night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import msgspec

from leeward.base.say import Message, say
from leeward.domain.errors import RuleBroken
from leeward.domain.relocation.beds import FAR, Apart, Stay, check_stay
from leeward.domain.typed import Change, write_new
from leeward.ledger.model import put
from leeward.office.planning.gather import Question
from leeward.office.session import Session
from leeward.plan.answer import PartyPlan


class Beds(msgspec.Struct, frozen=True):
    """What is written for the lines that hold, and why the others do not."""

    changes: tuple[Change, ...]
    refused: dict[str, Message]


class _Line(msgspec.Struct):
    """One party: its stays as they are now, as they would be, and the changes between."""

    case_id: str
    risk: int
    now: list[Stay]
    then: list[Stay]
    new: list[Stay]
    changes: list[Change]


def beds_of(session: Session, question: Question, lines: Iterable[PartyPlan]) -> Beds:
    """Return the changes for all lines that can hold together; the least urgent of those that clash is left out."""
    stays = session.find(Stay)
    risks = {one.id: sum(person.risk for person in one.people) for one in question.instance.parties}
    made = [
        _line_of(session, question, one, [s for s in stays if s.case_id == one.id], risks[one.id])
        for one in lines
    ]
    made.sort(key=lambda one: (-one.risk, one.case_id))
    apart = session.find(Apart)
    refused: dict[str, Message] = {}
    while True:
        planned = {one.case_id for one in made}
        then = [one for one in stays if one.case_id not in planned] + [s for one in made for s in one.then]
        broken = [(one, why) for one in made if (why := _broken(one, question, then, apart))]
        if not broken:
            return Beds(tuple(change for one in made for change in one.changes), refused)
        worst, why = broken[-1]
        refused[worst.case_id] = why
        made.remove(worst)


def _line_of(session: Session, question: Question, line: PartyPlan, now: Sequence[Stay], risk: int) -> _Line:
    days = question.calendar.days
    people = len(next(one.people for one in question.instance.parties if one.id == line.id))
    wanted = [(stay.place, days[stay.first], days[stay.last]) for stay in line.stays]
    if line.departure is None and wanted:  # until further notice, or as long as it is paid for
        place, first, _ = wanted[-1]
        wanted[-1] = (place, first, question.places[place].rent_until)
    ends = _bed_until(question, line)
    then: list[Stay] = []
    changes: list[Change] = []
    for one in sorted(now, key=lambda one: (one.first_night, one.id)):
        if not one.takes_bed or (one.last_night and one.last_night < days[0]):
            then.append(one)
            continue
        match = next(
            (w for w in wanted if w[0] == one.place_id and w[1] == max(one.first_night, days[0])), None
        )
        if match is not None:
            wanted.remove(match)
            then.append(msgspec.structs.replace(one, last_night=match[2]))
            if match[2] != one.last_night:
                changes += put("stay", one.id, last_night=match[2])
        elif (
            one.covers(days[0]) and ends > days[0] and _may_stay(question, one)
        ):  # nobody loses a bed by a plan
            last = (dt.date.fromisoformat(ends) - dt.timedelta(days=1)).isoformat() if ends < FAR else ""
            last = min(filter(None, (last, one.last_night)), default="")
            then.append(msgspec.structs.replace(one, last_night=last))
            if last != one.last_night:
                changes += put("stay", one.id, last_night=last)
        elif one.first_night < days[0]:
            last = (dt.date.fromisoformat(days[0]) - dt.timedelta(days=1)).isoformat()
            then.append(msgspec.structs.replace(one, last_night=last))
            changes += put("stay", one.id, last_night=last)
        else:
            then.append(msgspec.structs.replace(one, state="called-off"))
            changes += put("stay", one.id, state="called-off")
    new = [
        Stay(
            id=session.make_id(),
            place_id=place,
            case_id=line.id,
            first_night=first,
            last_night=last,
            beds=people,
        )
        for place, first, last in wanted
    ]
    for one in new:
        changes += write_new(one)
    return _Line(line.id, risk, list(now), [*then, *new], new, changes)


def _bed_until(question: Question, line: PartyPlan) -> str:
    """Return the day from which a plan has a bed for them, or on which they leave; FAR if neither."""
    way = question.ways.get(line.departure or "")
    known = [question.calendar.days[stay.first] for stay in line.stays[:1]]
    return min([*known, *([way.day] if way is not None else [])], default=FAR)


def _may_stay(question: Question, stay: Stay) -> bool:
    place = question.places.get(stay.place_id)
    return place is not None and place.exposure != "exposed"


def _broken(line: _Line, question: Question, then: list[Stay], apart: list[Apart]) -> Message | None:
    """Return which rule a changed line would break, if it breaks one."""
    before = {one.id: one for one in line.now}
    for stay in line.then:
        old = before.get(stay.id)
        if not stay.takes_bed or (old is not None and _within(stay, old)):
            continue
        place = question.places.get(stay.place_id)
        if place is None:
            continue
        try:
            others = [one for one in then if one.id != stay.id]
            check_stay(
                stay, place, [*others, *([old] if old else [])], apart, today=question.calendar.days[0]
            )
        except RuleBroken as error:
            return (
                error.happened if isinstance(error.happened, Message) else say("{what}", what=error.happened)
            )
    return None


def _within(stay: Stay, old: Stay) -> bool:
    """Tell whether a stay has no night that it had not before: leaving earlier breaks no rule."""
    return stay.first_night >= old.first_night and (stay.last_night or FAR) <= (old.last_night or FAR)
