"""Beds over time as a picture: which bar lies in which lane, where beds are free, and what goes wrong when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from leeward.domain.relocation.beds import FAR, Stay, free_on, people_on
from leeward.domain.relocation.places import Place, nights_left

MANY = 6  # more stays than this in one place are gathered where they cover the same nights


class Bar(msgspec.Struct, frozen=True):
    """One stay, or several over the same nights. Columns count nights from 0; `end` is the first after it."""

    stays: tuple[Stay, ...]
    start: int
    end: int
    lane: int
    begins: bool  # its first night is in the picture
    goes_on: bool  # it lasts beyond the picture

    @property
    def beds(self) -> int:
        """Return how many beds it takes."""
        return sum(one.beds for one in self.stays)


class Run(msgspec.Struct, frozen=True):
    """A number that stays the same over some nights: free beds, or people without one."""

    number: int
    start: int
    end: int


class PlaceRow(msgspec.Struct, frozen=True):
    """One place over the nights of the picture."""

    place: Place
    bars: tuple[Bar, ...]
    lanes: int
    free: tuple[Run, ...]  # beds that can be given; runs of none are left out
    held_back: tuple[Run, ...]  # beds that are empty but not given, since the place is doubtful
    without: tuple[Run, ...]  # people beyond the beds there are, or after the rent has run out
    full_after: int  # column from which the place cannot be used; the number of nights if always


def row_of(place: Place, nights: Sequence[str], stays: Iterable[Stay]) -> PlaceRow:
    """Return the row of a place."""
    here = [one for one in stays if one.place_id == place.id and one.takes_bed]
    seen = [one for one in here if one.first_night <= nights[-1] and (one.last_night or FAR) >= nights[0]]
    bars = _lanes(_spans(seen, nights))
    beds = [place.capacity if nights_left(place, night) else 0 for night in nights]
    people = [people_on(place.id, night, here) for night in nights]
    free = [free_on(place, night, here) for night in nights]
    empty = [max(0, have - taken) for have, taken in zip(beds, people, strict=True)]
    unpaid = next(
        (column for column, night in enumerate(nights) if not nights_left(place, night)), len(nights)
    )
    return PlaceRow(
        place=place,
        bars=tuple(bars),
        lanes=max((bar.lane for bar in bars), default=-1) + 1,
        free=runs(free),
        held_back=runs(empty) if place.exposure == "doubtful" else (),
        without=runs([max(0, taken - have) for have, taken in zip(beds, people, strict=True)]),
        full_after=unpaid,
    )


def runs(numbers: Sequence[int]) -> tuple[Run, ...]:
    """Return stretches of the same number, without those of zero."""
    found: list[Run] = []
    start = 0
    for column in range(1, len(numbers) + 1):
        if column == len(numbers) or numbers[column] != numbers[start]:
            if numbers[start]:
                found.append(Run(numbers[start], start, column))
            start = column
    return tuple(found)


class _Span(msgspec.Struct, frozen=True):
    stays: tuple[Stay, ...]
    start: int
    end: int
    begins: bool
    goes_on: bool


def _spans(stays: Sequence[Stay], nights: Sequence[str]) -> list[_Span]:
    spans: dict[tuple[int, int, str], list[Stay]] = {}
    for number, one in enumerate(
        sorted(stays, key=lambda one: (one.first_night, one.last_night or FAR, one.id))
    ):
        start = sum(night < one.first_night for night in nights)
        end = sum(night <= (one.last_night or FAR) for night in nights)
        apart = "" if len(stays) > MANY else str(number)
        spans.setdefault((start, end, apart), []).append(one)
    return [
        _Span(
            tuple(those),
            start,
            end,
            begins=min(one.first_night for one in those) >= nights[0],
            goes_on=max(one.last_night or FAR for one in those) > nights[-1],
        )
        for (start, end, _), those in spans.items()
    ]


def _lanes(spans: Iterable[_Span]) -> list[Bar]:
    """Put each bar into the first lane that is free at its start: as few lanes as people at once."""
    ends: list[int] = []
    bars = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        lane = next((number for number, taken in enumerate(ends) if taken <= span.start), len(ends))
        ends[lane : lane + 1] = [span.end]
        bars.append(Bar(span.stays, span.start, span.end, lane, span.begins, span.goes_on))
    return bars
