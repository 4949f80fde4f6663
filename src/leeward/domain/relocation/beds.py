"""Who sleeps where, and the rules that no plan and no hurry may break.

 1. Never more people in a place than it has beds, on any night.
 2. Never into an exposed place; and nobody new into a doubtful one.
 3. Never in one place, on any night, with somebody they must not meet.
 4. Never in two places on one night.
 5. Never after the rent has run out, or in a place that was given up.

`check_stay` enforces them before a stay is written. Two desks that were apart can each obey them and break them
together: `crowded` and `meetings` find that after the fact, so that it is shown where it can be mended.
A night is the ISO day on whose evening one goes to bed. Both ends of a stay are slept in; no last night means
"until further notice".
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar

import msgspec

from leeward.base.say import Message, say, say_count
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.relocation.places import Place, nights_left
from leeward.domain.typed import Coded, Typed

FAR = "9999-12-31"


class Stay(Typed, frozen=True, kw_only=True):
    """Beds in a place for a case, from one night to another. In the `beds` compartment: ids, no names."""

    kind: ClassVar[str] = "stay"

    place_id: str = ""
    case_id: str = ""
    first_night: str = ""
    last_night: str = ""
    beds: int = 1
    state: Annotated[str, Coded("stay")] = "planned"
    moved_from_id: str = ""  # the stay this one replaced, if it was a move

    @property
    def takes_bed(self) -> bool:
        """Return whether it holds beds at all: planned and present stays do."""
        return self.state in {"planned", "there"} and bool(self.first_night)

    def covers(self, night: str) -> bool:
        """Return whether they sleep there that night."""
        return self.takes_bed and self.first_night <= night <= (self.last_night or FAR)

    def overlaps(self, other: Stay) -> bool:
        """Return whether the two share a night."""
        return (
            self.takes_bed
            and other.takes_bed
            and self.first_night <= (other.last_night or FAR)
            and other.first_night <= (self.last_night or FAR)
        )


class Apart(Typed, frozen=True, kw_only=True):
    """Cases that must never be in one place. In `beds`, seen by whoever gives beds; the reason is in the cases."""

    kind: ClassVar[str] = "apart"

    case_ids: tuple[str, ...] = ()
    lifted_at: int = 0


class Crowded(msgspec.Struct, frozen=True):
    """A night on which a place has more people than beds, or people though nobody may sleep there."""

    place_id: str
    night: str
    people: int
    beds: int


class Meeting(msgspec.Struct, frozen=True):
    """A night on which two who must not meet are in one place."""

    place_id: str
    night: str
    case_ids: tuple[str, str]


def check_stay(
    stay: Stay, place: Place, stays: Iterable[Stay], apart: Iterable[Apart], *, today: str
) -> None:
    """Raise RuleBroken if the stay would break a rule.

    `stays` are all stays of all places. The stay's own old form among them takes no bed; that they sleep there tonight
    by it counts (who is in a doubtful place may stay longer). `today` is tonight's ISO day.
    """
    _check_nights(stay)
    held = [one for one in stays if one.takes_bed]
    known = any(
        one.case_id == stay.case_id and one.place_id == place.id and one.covers(today) for one in held
    )
    others = [one for one in held if one.id != stay.id]
    here = [one for one in others if one.place_id == place.id]
    _check_exposure(place, already_there=known)  # 2
    for night in _edges(stay, here, place):
        if not nights_left(place, night):  # 5
            raise _broken(
                say(
                    "{place} can only be used until the night of {night}.",
                    place=place.code_name,
                    night=place.rent_until,
                )
            )
        taken = sum(one.beds for one in here if one.covers(night))
        if taken + stay.beds > place.capacity:  # 1
            raise _full(place, night, taken)
    kept_apart = must_not_meet(stay.case_id, apart)
    for one in here:
        if one.case_id in kept_apart and one.overlaps(stay):  # 3
            raise _broken(
                say(
                    "Somebody they must not meet is in {place} on one of these nights.", place=place.code_name
                )
            )
    for one in others:
        if one.case_id == stay.case_id and one.overlaps(stay):  # 4
            raise _broken(say("They already have a bed on one of these nights."))


def _check_nights(stay: Stay) -> None:
    for night in filter(None, (stay.first_night, stay.last_night)):
        check_day(night)
    if not stay.first_night or (stay.last_night and stay.last_night < stay.first_night):
        raise OutOfRange(
            say("The last night is before the first."),
            kept=say("Nothing was changed."),
            next_step=say("Give the first and the last night they sleep there."),
        )
    if stay.beds < 1:
        raise OutOfRange(say("At least one bed is needed."), next_step=say("Give a number from 1."))


def _check_exposure(place: Place, *, already_there: bool) -> None:
    if place.exposure == "exposed":
        raise _broken(say("{place} is exposed. Nobody can be brought there.", place=place.code_name))
    if place.exposure != "clean" and not already_there:
        raise _broken(
            say("{place} is doubtful. Nobody new is brought there until it is clear.", place=place.code_name)
        )


def _broken(what: Message) -> RuleBroken:
    return RuleBroken(
        what, kept=say("Nothing was changed."), next_step=say("Choose another place or other nights.")
    )


def _full(place: Place, night: str, taken: int) -> RuleBroken:
    free = max(0, place.capacity - taken)
    return RuleBroken(
        say_count(
            "{place} has {n} free bed on the night of {night}, which is not enough.",
            "{place} has {n} free beds on the night of {night}, which is not enough.",
            free,
            place=place.code_name,
            night=night,
        ),
        kept=say("Nothing was changed."),
        next_step=say("Choose another place or other nights."),
    )


def _edges(stay: Stay, here: Iterable[Stay], place: Place) -> Iterator[str]:
    """Yield the nights on which something changes: between two of them occupancy is the same, so these suffice."""
    last = stay.last_night or FAR
    yield stay.first_night
    for one in here:
        if stay.first_night < one.first_night <= last:
            yield one.first_night
    if place.rent_until and last > place.rent_until:
        yield last


def must_not_meet(case_id: str, apart: Iterable[Apart]) -> frozenset[str]:
    """Return the cases that this one must not meet."""
    standing = [one.case_ids for one in apart if not one.lifted_at and case_id in one.case_ids]
    return frozenset(other for ids in standing for other in ids) - {case_id}


def people_on(place_id: str, night: str, stays: Iterable[Stay]) -> int:
    """Return how many beds are taken that night."""
    return sum(one.beds for one in stays if one.place_id == place_id and one.covers(night))


def free_on(place: Place, night: str, stays: Iterable[Stay]) -> int:
    """Return how many beds can be given that night: none in a place that is not clean, given up, or not paid for."""
    if place.exposure != "clean" or not nights_left(place, night):
        return 0
    return max(0, place.capacity - people_on(place.id, night, stays))


def free_tonight(places: Iterable[Place], night: str, stays: Iterable[Stay]) -> int:
    """Return how many beds can be given in all places that night."""
    there = list(stays)
    return sum(free_on(place, night, there) for place in places)


def in_exposed(places: Iterable[Place], night: str, stays: Iterable[Stay]) -> dict[str, list[Stay]]:
    """Return, for each exposed place by id, who has a bed there that night; a place without anyone is left out."""
    burned = {place.id for place in places if place.exposure == "exposed"}
    found: dict[str, list[Stay]] = {}
    for one in stays:
        if one.place_id in burned and one.covers(night):
            found.setdefault(one.place_id, []).append(one)
    return found


def crowded(places: Mapping[str, Place], nights: Iterable[str], stays: Iterable[Stay]) -> list[Crowded]:
    """Return every night on which more people would sleep in a place than it has beds (paid, in use)."""
    there = list(stays)
    found = []
    for night in nights:
        for place in places.values():
            people = people_on(place.id, night, there)
            beds = place.capacity if nights_left(place, night) else 0
            if people > beds:
                found.append(Crowded(place.id, night, people, beds))
    return found


def meetings(apart: Iterable[Apart], nights: Iterable[str], stays: Iterable[Stay]) -> list[Meeting]:
    """Return every night on which two who must not meet would be in one place."""
    there, pairs = list(stays), [one for one in apart if not one.lifted_at]
    found = set()
    for night in nights:
        tonight = [one for one in there if one.covers(night)]
        for pair in pairs:
            inside = sorted({(one.place_id, one.case_id) for one in tonight if one.case_id in pair.case_ids})
            for (place, one), (other_place, other) in itertools.pairwise(inside):
                if place == other_place:
                    found.add((place, night, one, other))
    return [Meeting(place, night, (one, other)) for place, night, one, other in sorted(found)]


def where(case_id: str, night: str, stays: Iterable[Stay]) -> Stay | None:
    """Return the stay in which they sleep that night; of two (desks that were apart) the one decided later."""
    return max(
        (one for one in stays if one.case_id == case_id and one.covers(night)),
        key=lambda one: (one.changed_at, one.id),
        default=None,
    )


def nights_from(first: str, count: int) -> list[str]:
    """Return so many nights in a row."""
    start = check_day(first)
    return [(start + dt.timedelta(days=number)).isoformat() for number in range(count)]


def check_day(text: str) -> dt.date:
    """Return the day; OutOfRange if it is not one."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise OutOfRange(
            say("“{text}” is not a day.", text=text[:20]),
            kept=say("Nothing was changed."),
            next_step=say("Write it as 2017-04-07."),
        )
    return day
