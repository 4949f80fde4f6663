"""A day on one sheet, by code names only; and days ahead as a calendar that other programs read (RFC 5545).

1. A sheet of paper and a telephone's calendar are read by whoever finds them. So neither has a legal name, an
   address, a town or country, a telephone number, or free text; only a sheet of paper may have the words of tasks,
   if somebody asks for them.
2. A calendar says still less: a neutral word and the number of the case. No pseudonym, no place, no colleague.
3. Only what this desk can read, and only open work.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec
from icalendar import Calendar, Event
from icalendar.enums import CLASS

from leeward.base.ids import derive_id
from leeward.domain.cases.case import Case
from leeward.domain.cases.due import Due
from leeward.domain.cases.outside import OUTSIDE
from leeward.domain.cases.work import Task
from leeward.domain.relocation.beds import Stay, check_day
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.places import Place
from leeward.office.casework_views import all_dues, names
from leeward.office.session import Session

AHEAD_DAYS = 14
_HALF_HOUR = dt.timedelta(minutes=30)


class SheetLine(msgspec.Struct, frozen=True):
    """One thing of a day. `at` is 0 where the hour means nothing; `words` is free text, only if asked for."""

    at: int
    kind: str  # cases.outside.OUTSIDE
    case: Case | None
    place: str = ""  # a code name
    who: str = ""  # colleagues, as the team calls them
    late: bool = False
    words: str = ""
    day: str = ""  # its own, where the sheet is another day's


class Sheet(msgspec.Struct, frozen=True):
    """A day: what is late from before, what has an hour, what has none."""

    day: str
    late: tuple[SheetLine, ...]
    timed: tuple[SheetLine, ...]
    untimed: tuple[SheetLine, ...]


def day_sheet(session: Session, day: str, *, mine: bool = False, words: bool = False) -> Sheet:
    """Return the sheet of an ISO day: everyone's, or only what is in this member's hands. OutOfRange for no day."""
    check_day(day)
    cases = {case.id: case for case in session.find(Case) if case.living}
    called = names(session)
    titles = {task.id: task.title for task in session.find(Task)} if words else {}
    companions = {leg.id: leg.companion_id for leg in session.find(Leg)}
    late: list[SheetLine] = []
    timed: list[SheetLine] = []
    untimed: list[SheetLine] = []
    for case_id, dues in all_dues(session).items():
        case = cases.get(case_id)
        if case_id and case is None:
            continue
        for due in dues:
            owner = due.owner_id or companions.get(due.record_id, "")
            if mine and not _is_mine(session, owner, case):
                continue
            line = SheetLine(
                at=0 if due.whole_day else due.at,
                kind=due.kind,
                case=case,
                who=called.get(owner, ""),
                late=due.late,
                words=titles.get(due.record_id, ""),
            )
            its_day = _day_of(due.at)
            if due.late and its_day < day:
                late.append(msgspec.structs.replace(line, day=its_day))
            elif its_day == day:
                (untimed if due.whole_day else timed).append(line)
    untimed += [line for line in _moves(session, cases, day) if not mine or _is_mine(session, "", line.case)]
    return Sheet(
        day,
        tuple(sorted(late, key=lambda one: (one.day, *_order(one)))),
        tuple(sorted(timed, key=_order)),
        tuple(sorted(untimed, key=_order)),
    )


def calendar_file(session: Session, language: str, *, days: int = AHEAD_DAYS) -> bytes:
    """Return what is in this member's hands in the days ahead, as an iCalendar file. Rule 2."""
    first = _day_of(session.now())
    last = (dt.date.fromisoformat(first) + dt.timedelta(days=days)).isoformat()
    cases = {case.id: case for case in session.find(Case) if case.living}
    stamp = dt.datetime.combine(dt.date.fromisoformat(first), dt.time(), dt.UTC)
    made = Calendar.new(prodid="-//calendar//", subcomponents=())
    for case_id, dues in sorted(all_dues(session).items()):
        case = cases.get(case_id)
        for due in dues:
            if (case_id and case is None) or not first <= _day_of(due.at) <= last:
                continue
            if _is_mine(session, due.owner_id, case):
                made.add_component(_event(due, case, language, stamp))
    return bytes(made.to_ical())


def _event(due: Due, case: Case | None, language: str, stamp: dt.datetime) -> Event:
    start = dt.datetime.fromtimestamp(due.at / 1000, tz=dt.UTC)
    word = OUTSIDE.label(due.kind, language) if due.kind in OUTSIDE else OUTSIDE.label("task", language)
    day = dt.date.fromisoformat(_day_of(due.at))
    return Event.new(
        uid=derive_id("calendar", due.record_id, str(due.at)),
        summary=f"{word} {case.number}" if case is not None else word,
        start=day if due.whole_day else start,
        end=day + dt.timedelta(days=1) if due.whole_day else start + _HALF_HOUR,
        stamp=stamp,
        classification=CLASS.PRIVATE,
    )


def _moves(session: Session, cases: dict[str, Case], day: str) -> Iterator[SheetLine]:
    """Yield who comes into a place or leaves one on that day."""
    places = {place.id: place.code_name for place in session.find(Place)}
    before = (dt.date.fromisoformat(day) - dt.timedelta(days=1)).isoformat()
    for stay in session.find(Stay):
        case = cases.get(stay.case_id)
        if case is None or not stay.takes_bed:
            continue
        if stay.first_night == day:
            yield SheetLine(0, "in", case, places.get(stay.place_id, ""))
        if stay.last_night == before:
            yield SheetLine(0, "out", case, places.get(stay.place_id, ""))


def _is_mine(session: Session, owner: str, case: Case | None) -> bool:
    """Tell whether it is in this member's hands: promised by them, or by nobody in a case that they hold."""
    if owner:
        return owner == session.member_id
    return case is not None and case.coordinator_id == session.member_id


def _order(line: SheetLine) -> tuple[int, str, str]:
    return line.at, line.kind, line.case.pseudonym if line.case is not None else ""


def _day_of(moment: int) -> str:
    return dt.datetime.fromtimestamp(moment / 1000, tz=dt.UTC).astimezone().date().isoformat()
