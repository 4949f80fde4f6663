"""Rhythms: signs of life that follow from where somebody sleeps and how they travel, so that nobody must think of them.

1. Of each kind a case has one rhythm, under an id that every desk derives alike; so have the check-ins it makes.
   Two desks that make them apart make the same ones.
2. Where they sleep: at the agreed times of each night on which they have a bed from us. If the stay moves or ends,
   so do these.
3. On the way: after leaving, at each agreed point between, and after arriving, of each leg that is not broken off.
4. Only so many are written ahead; what follows is written as time goes on, by any desk that may.
5. Times of day are those of one place, named in the rhythm: a desk in another country means the same evening.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterable
from typing import Annotated, ClassVar

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.cases.checkins import DAY, HOUR, MINUTE
from leeward.domain.errors import OutOfRange
from leeward.domain.relocation.beds import Stay
from leeward.domain.relocation.journeys import Leg
from leeward.domain.typed import Coded, Typed

NIGHTS = 4  # written ahead for a stay, tonight included
LEGS_AHEAD = 14 * DAY
MOST = 24  # check-ins of one rhythm that wait at a time
TIMES_MOST = 6
_MORNING = 6 * 60  # minutes: what is agreed for an hour before six belongs to the night before
_OVER = frozenset({"aborted", "called-off"})


class Rhythm(Typed, frozen=True, kw_only=True):
    """What was agreed with them, once for all nights (`of` "stay") or for all legs ("leg")."""

    kind: ClassVar[str] = "rhythm"

    case_id: str = ""
    of: str = "stay"
    times: tuple[int, ...] = ()  # minutes after midnight
    zone: str = ""  # such as "Europe/Berlin"; "": `offset` all year
    offset: int = 0  # minutes east of UTC
    departure: int = -1  # minutes after leaving; -1: none
    points: bool = False  # at the leg's check points
    arrival: int = -1  # minutes after arriving; -1: none
    grace: int = HOUR
    how: Annotated[str, Coded("check-in")] = "message"  # words.CHECK_IN
    who_id: str = ""
    second_id: str = ""
    ended_at: int = 0


class Wanted(msgspec.Struct, frozen=True):
    """One check-in that should be there."""

    id: str
    due: int
    leg_id: str = ""
    journey_id: str = ""
    point: str = ""
    who_id: str = ""  # who travels with them; "": whoever waits as a rule


def rhythm_id(case_id: str, of: str) -> str:
    """Return the id of a case's rhythm of a kind. Rule 1."""
    return derive_id("rhythm", case_id, of)


def leg_check_in_id(leg_id: str, point: str) -> str:
    """Return the id of a leg's check-in: "departure", "arrival", or the number of a point. Rule 1."""
    return derive_id("check_in", leg_id, point)


def zone_of(rhythm: Rhythm) -> dt.tzinfo | None:
    """Return the clock on the wall that is meant; None if this computer does not know it."""
    if not rhythm.zone:
        return dt.timezone(dt.timedelta(minutes=rhythm.offset))
    try:
        return zoneinfo.ZoneInfo(rhythm.zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def check_rhythm(rhythm: Rhythm) -> Rhythm:
    """Return it with its times in order; OutOfRange if it says nothing, or what no clock can."""
    times = tuple(sorted(set(rhythm.times)))
    if rhythm.of == "stay" and not 0 < len(times) <= TIMES_MOST:
        raise _refused()
    if any(not 0 <= one < 24 * 60 for one in times) or not -24 * 60 < rhythm.offset < 24 * 60:
        raise _refused()
    after = [one for one in (rhythm.departure, rhythm.arrival) if one >= 0]
    if rhythm.of == "leg" and not (after or rhythm.points):
        raise _refused()
    if any(one > 48 * 60 for one in after) or not 0 <= rhythm.grace <= DAY:
        raise _refused()
    return msgspec.structs.replace(rhythm, times=times)


def _refused() -> OutOfRange:
    return OutOfRange(
        say("That is no rhythm: give at least one time, and none that no clock shows."),
        kept=say("What was agreed before still holds."),
        next_step=say("Write times as 21:00, and minutes as numbers."),
    )


def wanted_of_stays(rhythm: Rhythm, stays: Iterable[Stay], now: int) -> list[Wanted] | None:
    """Return the check-ins of the next nights with a bed, soonest first; None if the clock is not known. Rules 2, 4."""
    zone = zone_of(rhythm)
    if zone is None:
        return None
    there = [one for one in stays if one.case_id == rhythm.case_id]
    first = dt.datetime.fromtimestamp(now / 1000, tz=dt.UTC).astimezone(zone).date() - dt.timedelta(days=1)
    found = []
    for number in range(NIGHTS + 1):
        night = first + dt.timedelta(days=number)
        if not any(one.covers(night.isoformat()) for one in there):
            continue
        for minutes in rhythm.times:
            due = _moment(night, minutes, zone)
            if due > now:
                found.append(
                    Wanted(derive_id("check_in", rhythm.case_id, night.isoformat(), str(minutes)), due)
                )
    return sorted(found, key=lambda one: (one.due, one.id))[:MOST]


def _moment(night: dt.date, minutes: int, zone: dt.tzinfo) -> int:
    day = night + dt.timedelta(days=minutes < _MORNING)
    wall = dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60), tzinfo=zone)
    return int(wall.timestamp() * 1000)


def wanted_of_legs(rhythm: Rhythm, legs: Iterable[Leg], now: int) -> list[Wanted]:
    """Return the check-ins of all legs that go on, also those that are past, soonest first. Rules 3 and 4."""
    found: list[Wanted] = []
    for leg in legs:
        if leg.case_id == rhythm.case_id and leg.state not in _OVER:
            found += _of_leg(rhythm, leg)
    near = (one for one in found if one.due <= now + LEGS_AHEAD)
    return sorted(near, key=lambda one: (one.due, one.id))


def _of_leg(rhythm: Rhythm, leg: Leg) -> Iterable[Wanted]:
    def wanted(key: str, due: int, point: str = "") -> Wanted:
        return Wanted(leg_check_in_id(leg.id, key), due, leg.id, leg.journey_id, point, leg.companion_id)

    if rhythm.departure >= 0 and leg.departs:
        yield wanted("departure", leg.departs + rhythm.departure * MINUTE)
    if rhythm.points and leg.departs and leg.arrives > leg.departs:
        step = (leg.arrives - leg.departs) // (len(leg.check_points) + 1)
        for number, point in enumerate(leg.check_points, start=1):
            yield wanted(str(number), leg.departs + number * step, point)
    if rhythm.arrival >= 0 and leg.arrives:
        yield wanted("arrival", leg.arrives + rhythm.arrival * MINUTE)
