"""Who looks after the hotline when, and who is called if nobody has looked. Pure; local time comes in as a datetime.

1. First whoever is on duty in the first line; after twice the time the second line too; after three times everybody.
2. A line with nobody on duty is passed at once: an empty roster calls everybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import msgspec

from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.intake.records import Shift, Watch

_DAY = 24 * 60  # minutes


class Called(msgspec.Struct, frozen=True):
    """Somebody waits, nobody has looked. `level` 1 calls the first line, 2 the second too, 3 everybody."""

    level: int
    since: int  # milliseconds: when the oldest came that nobody has seen
    count: int


def check_shift(shift: Shift) -> None:
    """Refuse a shift that can never be."""
    dated = bool(shift.day)
    if dated:
        try:
            dt.date.fromisoformat(shift.day)
        except ValueError as error:
            raise OutOfRange(say("“{typed}” is not a date.", typed=shift.day[:20])) from error
    sound = (
        dated != (0 <= shift.weekday <= 6)
        and shift.line in {1, 2}
        and 0 <= shift.begins < _DAY
        and 0 <= shift.ends <= _DAY
    )
    if not sound:
        raise OutOfRange(
            say("A shift needs a day and two times."),
            kept=say("Nothing was changed."),
            next_step=say("Choose a weekday or a date, then from when to when."),
        )


def check_watch(watch: Watch) -> None:
    """Refuse times that nobody could keep, or that would let somebody wait for ever."""
    sound = (
        1 <= watch.minutes_day <= 720
        and 1 <= watch.minutes_night <= 720
        and 5 <= watch.claim_minutes <= 720
        and 0 <= watch.night_from <= 23
        and 0 <= watch.night_to <= 23
    )
    if not sound:
        raise OutOfRange(
            say("These times cannot be kept."),
            kept=say("Nothing was changed."),
            next_step=say("Minutes go from 1 to 720, hours from 0 to 23."),
        )


def covers(shift: Shift, at: dt.datetime) -> bool:
    """Tell whether a shift has begun and not ended at a local time; one that passes midnight ends the next day."""
    if shift.retired_at:
        return False
    minute = at.hour * 60 + at.minute
    length = (shift.ends - shift.begins) % _DAY or _DAY
    for back in (0, 1):
        day = at.date() - dt.timedelta(days=back)
        begins_here = shift.day == day.isoformat() if shift.day else shift.weekday == day.weekday()
        if begins_here and shift.begins <= minute + back * _DAY < shift.begins + length:
            return True
    return False


def on_shift(shifts: Sequence[Shift], at: dt.datetime, line: int) -> frozenset[str]:
    """Return the members whose shift of that line it is."""
    return frozenset(one.member_id for one in shifts if one.line == line and covers(one, at))


def minutes_at(watch: Watch, at: dt.datetime) -> int:
    """Return within how many minutes somebody must look at this time of day."""
    first, last = watch.night_from, watch.night_to
    night = first <= at.hour < last if first <= last else at.hour >= first or at.hour < last
    return watch.minutes_night if night else watch.minutes_day


def level_of(waited_ms: int, minutes: int) -> int:
    """Return 0 while there is time, else 1, 2 or 3 (1)."""
    return min(3, waited_ms // (minutes * 60_000))


def is_called(member_id: str, level: int, first: Collection[str], second: Collection[str]) -> bool:
    """Tell whether this member is among those called at a level (1, 2)."""
    called: set[str] = set()
    reach = level
    for line in (first, second):
        if reach >= 1:
            called |= set(line)
            reach -= 1 if line else 0
    return level >= 1 and (reach >= 1 or member_id in called)
