"""Check-ins: the promise that somebody notices within the hour if a person does not answer.

1. A check-in is due at a moment, and has a time of grace after it.
2. Answered is answered, by any way, even late; an answer with the word for "forced" is an alarm, not an answer.
3. After the grace it is missed, until somebody answers it or says what became of it.
4. A missed one climbs a ladder: each rung is due a while after the last, whether or not the last was tried.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from typing import ClassVar

import msgspec

from leeward.domain.typed import Note, Typed

HOUR = 3_600_000
DAY = 24 * HOUR


class CheckInState(enum.StrEnum):
    """Where a check-in stands at a moment."""

    AHEAD = "ahead"
    DUE = "due"  # in its time of grace
    MISSED = "missed"
    ANSWERED = "answered"
    FORCED = "forced"  # answered, and the answer says: I am being made to say this
    SETTLED = "settled"  # missed, and somebody found out what became of it
    CALLED_OFF = "called-off"


class Rung(msgspec.Struct, frozen=True):
    """One step of the ladder: how long after the check-in was missed, and what is done."""

    after: int  # milliseconds
    step: str  # words of the team: "call the neighbour"


LADDER = (
    Rung(0, "call"),
    Rung(HOUR // 2, "partner"),
    Rung(2 * HOUR, "lawyer"),
    Rung(12 * HOUR, "public"),
)


class CheckIn(Typed, frozen=True, kw_only=True):
    """One moment at which a person is to give a sign of life."""

    kind: ClassVar[str] = "check_in"

    case_id: str = ""
    journey_id: str = ""
    leg_id: str = ""
    due: int = 0
    grace: int = HOUR
    how: str = "message"  # words.CHECK_IN
    who_id: str = ""  # the member who waits for it
    second_id: str = ""
    answered_at: int = 0
    answered_how: str = ""
    answer: str = ""
    forced: bool = False
    settled_at: int = 0
    settled_as: str = ""
    called_off_at: int = 0
    ladder: tuple[Rung, ...] = LADDER
    tried: tuple[Note, ...] = ()  # {"step", "outcome"}

    def state(self, now: int) -> CheckInState:
        """Return where it stands. Rules 1 to 3."""
        if self.forced:
            return CheckInState.FORCED if not self.settled_at else CheckInState.SETTLED
        if self.answered_at:
            return CheckInState.ANSWERED
        if self.settled_at:
            return CheckInState.SETTLED
        if self.called_off_at:
            return CheckInState.CALLED_OFF
        if now < self.due:
            return CheckInState.AHEAD
        return CheckInState.DUE if now < self.due + self.grace else CheckInState.MISSED

    def waiting(self, now: int) -> bool:
        """Return whether a sign of life is still to come."""
        return self.state(now) in {CheckInState.AHEAD, CheckInState.DUE, CheckInState.MISSED}

    def rung(self, now: int) -> Rung | None:
        """Return the step of the ladder that is due now, if it is missed. Rule 4."""
        missed_at = self.due + self.grace
        if self.state(now) != CheckInState.MISSED:
            return None
        return max(
            (rung for rung in self.ladder if missed_at + rung.after <= now),
            key=lambda rung: rung.after,
            default=None,
        )


def schedule(first: int, every: int, until: int, *, most: int = 200) -> list[int]:
    """Return the moments from `first` to `until` (both may be included), each `every` milliseconds; at most 200."""
    if every <= 0 or until < first:
        return [first]
    return [first + number * every for number in range(min(most, (until - first) // every + 1))]


def next_due(check_ins: Iterable[CheckIn], now: int) -> CheckIn | None:
    """Return the earliest check-in that still waits for a sign of life."""
    return min(
        (one for one in check_ins if one.waiting(now)), key=lambda one: (one.due, one.id), default=None
    )


def night_of(moment: int, zone: dt.tzinfo | None = None) -> dt.date:
    """Return the night a moment belongs to: until six in the morning it is still the night before.

    `zone` is the clock on the wall; None is this computer's.
    """
    local = dt.datetime.fromtimestamp(moment / 1000, tz=dt.UTC).astimezone(zone)
    return (local - dt.timedelta(hours=6)).date()
