"""Check-ins: the promise that somebody notices within the hour if a person does not answer.

1. A check-in is due at a moment, and has a time of grace after it.
2. Answered is answered, by any way, even late; an answer with the word for "forced", or one that asks for help, is an
   alarm, not an answer.
3. After the grace it is missed, until somebody answers it or says what became of it.
4. A missed one climbs a ladder: each rung is due a while after the last, whether or not the last was tried.
5. What was said of it are notes, never fields: two desks that write at once lose nothing. Whoever settles it names the
   alarms that they knew of; any other stands on.
6. A sign of life answers whatever was due before it, and the next one if that was near.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar

import msgspec

from leeward.domain.cases.ladder import DAY, HOUR, LADDER, MINUTE, Rung
from leeward.domain.typed import Coded, Note, Typed

__all__ = ["DAY", "HOUR", "LADDER", "MINUTE", "CheckIn", "CheckInState", "Rung", "Sign"]

EARLY = 12 * HOUR  # so long before it is due a sign of life counts for it
ALARMS = frozenset({"forced", "help"})


class CheckInState(enum.StrEnum):
    """Where a check-in stands at a moment."""

    AHEAD = "ahead"
    DUE = "due"  # in its time of grace
    MISSED = "missed"
    ANSWERED = "answered"
    FORCED = "forced"  # answered, and the answer says: I am being made to say this
    HELP = "help"  # answered, and the answer asks for help
    SETTLED = "settled"  # missed, and somebody found out what became of it
    CALLED_OFF = "called-off"


ALARMING = frozenset({CheckInState.MISSED, CheckInState.FORCED, CheckInState.HELP})


class Sign(msgspec.Struct, frozen=True):
    """One thing that was said of a check-in. Two notes with one key are one sign, taken in on two desks."""

    key: str  # the message's id, or one that was drawn
    does: str  # "safe", "help", "forced", "settled", or "back": what `keys` named counts no more
    at: int  # when it was said
    by: str  # member id of who wrote it down
    how: str = ""  # words.CHECK_IN
    text: str = ""
    keys: tuple[str, ...] = ()


class CheckIn(Typed, frozen=True, kw_only=True):
    """One moment at which a person is to give a sign of life."""

    kind: ClassVar[str] = "check_in"

    case_id: str = ""
    journey_id: str = ""
    leg_id: str = ""
    rhythm_id: str = ""  # the rhythm that made it; "": it was agreed by hand
    point: str = ""  # where on the way, in the leg's own words
    due: int = 0
    grace: int = HOUR
    how: Annotated[str, Coded("check-in")] = "message"
    who_id: str = ""  # the member who waits for it
    second_id: str = ""
    heard: tuple[Note, ...] = ()  # {"key", "does", "how", "text", "at", "keys"}
    called_off_at: int = 0
    off_by_rhythm: bool = False  # called off because the stay or leg is no more: it comes back with it
    ladder: tuple[Rung, ...] = ()  # empty: that of the case, or the team's
    tried: tuple[Note, ...] = ()  # {"step", "outcome"}
    answered_at: int = (
        0  # this and what follows: as it was written before signs were notes, and as practice writes it
    )
    answered_how: Annotated[str, Coded("check-in")] = ""
    answer: str = ""
    forced: bool = False
    settled_at: int = 0
    settled_as: str = ""

    @property
    def said(self) -> tuple[Sign, ...]:
        """Return what counts of what was said, in time. Rule 5."""
        found = {one.key: one for one in self.written}
        back = {key for one in found.values() if one.does == "back" for key in one.keys}
        counts = (one for one in found.values() if one.does != "back" and one.key not in back)
        return tuple(sorted(counts, key=lambda one: (one.at, one.key)))

    @property
    def written(self) -> tuple[Sign, ...]:
        """Return all that was ever said of it, also what was taken back."""
        first = []
        if self.answered_at or self.forced:
            does = "forced" if self.forced else "safe"
            first.append(Sign("first", does, self.answered_at, "", self.answered_how, self.answer))
        if self.settled_at:
            first.append(
                Sign("first-settled", "settled", self.settled_at, "", "", self.settled_as, ("first",))
            )
        return (*first, *(sign for note in self.heard if (sign := _sign_of(note)) is not None))

    def standing(self, does: Iterable[str] = ALARMS) -> tuple[Sign, ...]:
        """Return the alarms that nobody settled. Rule 5."""
        settled = {key for one in self.said if one.does == "settled" for key in one.keys}
        return tuple(one for one in self.said if one.does in does and one.key not in settled)

    @property
    def last_sign(self) -> Sign | None:
        """Return what was said last of where they are: a sign of life, an alarm, or what became of it."""
        return self.said[-1] if self.said else None

    @property
    def answered(self) -> int:
        """Return when they said that they are safe; 0 if they did not."""
        return max((one.at for one in self.said if one.does == "safe"), default=0)

    def state(self, now: int) -> CheckInState:
        """Return where it stands. Rules 1 to 3."""
        standing = {one.does for one in self.standing()}
        if standing:
            return CheckInState.FORCED if "forced" in standing else CheckInState.HELP
        kinds = {one.does for one in self.said}
        if "safe" in kinds:
            return CheckInState.ANSWERED
        if kinds:
            return CheckInState.SETTLED
        if self.called_off_at:
            return CheckInState.CALLED_OFF
        if now < self.due:
            return CheckInState.AHEAD
        return CheckInState.DUE if now < self.missed_at else CheckInState.MISSED

    @property
    def missed_at(self) -> int:
        """Return when it is missed unless somebody answers."""
        return self.due + self.grace

    def waiting(self, now: int) -> bool:
        """Return whether a sign of life is still to come."""
        return self.state(now) in {CheckInState.AHEAD, CheckInState.DUE, CheckInState.MISSED}

    def steps(self, agreed: tuple[Rung, ...] = ()) -> tuple[Rung, ...]:
        """Return the ladder that holds for it; `agreed` is that of the case or team."""
        return self.ladder or agreed or LADDER

    def rung(self, now: int, agreed: tuple[Rung, ...] = ()) -> Rung | None:
        """Return the step of the ladder that is due now, if it is missed. Rule 4."""
        if self.state(now) != CheckInState.MISSED:
            return None
        return max(
            (rung for rung in self.steps(agreed) if self.missed_at + rung.after <= now),
            key=lambda rung: rung.after,
            default=None,
        )

    def next_turn(self, now: int, agreed: tuple[Rung, ...] = ()) -> int:
        """Return the next moment at which it changes by the clock alone; 0 if it does not."""
        if not self.waiting(now):
            return 0
        moments = [self.due, *(self.missed_at + rung.after for rung in self.steps(agreed)), self.missed_at]
        return min((at for at in moments if at > now), default=0)


def _sign_of(note: Note) -> Sign | None:
    """Return a sign as a note says it; None if somebody wrote something else there."""
    value = note.value
    if not isinstance(value, Mapping):
        return None
    at, keys = value.get("at"), value.get("keys")
    return Sign(
        key=str(value.get("key", "")),
        does=str(value.get("does", "")),
        at=at if isinstance(at, int) and at else note.at,
        by=note.by,
        how=str(value.get("how", "")),
        text=str(value.get("text", "")),
        keys=tuple(str(one) for one in keys) if isinstance(keys, list | tuple) else (),
    )


def answered_by(check_ins: Iterable[CheckIn], at: int) -> list[CheckIn]:
    """Return which of a case's check-ins a sign of life at a moment answers, the earliest first. Rule 6.

    Only those that were agreed before it: what is agreed after somebody said "I am safe" waits for another word.
    """
    open_ = sorted(
        (one for one in check_ins if one.waiting(at) and one.created_at <= at),
        key=lambda one: (one.due, one.id),
    )
    passed = [one for one in open_ if one.due <= at]
    return passed or [one for one in open_ if one.due <= at + EARLY][:1]


def nearest(check_ins: Iterable[CheckIn], at: int) -> CheckIn | None:
    """Return the check-in that an alarm is written into: the earliest that waits, or the last that was."""
    there = list(check_ins)
    return next_due(there, at) or max(there, key=lambda one: (one.due, one.id), default=None)


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
