"""What stops a party from a better bed, given what everybody else has in the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from leeward.plan.blocked import money_stop
from leeward.plan.holders import Holders
from leeward.plan.instance import Party, Place, Stay, Way
from leeward.plan.points import moves_of, way_points
from leeward.plan.reasons import Reason, Stop
from leeward.plan.ways import begins_inside, may_sleep


@dataclass(frozen=True)
class _Free:
    """A place with the nights on which the party could sleep there: `nights[n]` for night n before `end`."""

    place: Place
    nights: list[bool]

    def until(self, night: int) -> int:
        """Return the first night from this one on that is not free."""
        while night < len(self.nights) and self.nights[night]:
            night += 1
        return night

    def since(self) -> int:
        """Return the night from which on all are free."""
        night = len(self.nights)
        while night and self.nights[night - 1]:
            night -= 1
        return night


def _free(holders: Holders, party: Party, place: Place, end: int) -> _Free:
    size, apart = holders.size[party.id], holders.index.apart.get(party.id, frozenset())
    nights = [
        holders.free_beds(place.id, night, party.id) >= size
        and apart.isdisjoint(holders.beds.get((place.id, night), ()))
        for night in range(end)
    ]
    return _Free(place, nights)


def _end(holders: Holders, way: Way) -> int:
    if way.departure is None:
        return holders.index.instance.nights
    return holders.index.departures[way.departure].day


def earlier_bed(holders: Holders, party: Party, way: Way) -> Reason | None:
    """Return what stops the party from coming in from outside earlier; None if it waits outside on no night."""
    end = _end(holders, way)
    first = min((stay.first for stay in way.stays), default=end)
    if first <= party.from_day or begins_inside(holders.index, party):
        return None
    if party.fixed.stays:
        return Reason(kind=Stop.FIXED, day=party.from_day, last=first - 1)
    usable = [place for place in holders.index.instance.places if may_sleep(party, place)]
    if not any(max(place.beds[party.from_day : first]) >= holders.size[party.id] for place in usable):
        return Reason(kind=Stop.NO_PLACE, day=party.from_day, last=first - 1)
    free = [_free(holders, party, place, end) for place in usable]
    lacking: Reason | None = None
    now = way_points(holders.index, party, way).sum
    for stays in _better_stays(free, party.from_day, first, end):
        better = msgspec.structs.replace(way, stays=stays)
        if way_points(holders.index, party, better).sum < now:
            lacking = money_stop(holders, party, better)
            if lacking is None:
                return Reason(kind=Stop.NOTHING, place=stays[0].place, day=stays[0].first, last=first - 1)
    if lacking is not None:
        return msgspec.structs.replace(lacking, departure=None, day=party.from_day, last=first - 1)
    return _full(holders, party, free, first)


def _better_stays(free: list[_Free], start: int, first: int, end: int) -> Iterator[tuple[Stay, ...]]:
    """Yield ways to sleep inside from a night before `first` on, without a hole: in one place or in two."""
    through = {one.place.id: one.since() for one in free}
    for night in range(start, first):
        for one in free:
            until = one.until(night)
            if until == end:
                yield (Stay(place=one.place.id, first=night, last=end - 1),)
                continue
            for other, since in through.items():
                if other != one.place.id and night < since <= until:
                    yield (
                        Stay(place=one.place.id, first=night, last=until - 1),
                        Stay(place=other, first=until, last=end - 1),
                    )


def _full(holders: Holders, party: Party, free: list[_Free], first: int) -> Reason:
    """Name who sleeps where the party could, on the last night that it is outside, or later where that one is free."""
    night, size = first - 1, holders.size[party.id]
    open_now = [one for one in free if one.nights[night]]
    if open_now:
        best = max(open_now, key=lambda one: (one.until(night), one.place.id))
        return _beds(holders, party, [best.place], min(best.until(night), len(best.nights) - 1))
    large = [one.place for one in free if one.place.beds[night] >= size] or [one.place for one in free]
    found = _beds(holders, party, large, night)
    return msgspec.structs.replace(found, day=party.from_day, last=night)


def _beds(holders: Holders, party: Party, places: list[Place], night: int) -> Reason:
    """Say that these places are full on a night, or hold somebody whom the party must not meet."""
    apart = holders.index.apart.get(party.id, frozenset())
    size = holders.size[party.id]
    sleeping: dict[str, int] = {}
    short = size
    for place in places:
        sleeping.update(holders.beds.get((place.id, night), {}))
        short = min(short, size - holders.free_beds(place.id, night, party.id))
    sleeping.pop(party.id, None)
    only = places[0].id if len(places) == 1 else None
    met = tuple(sorted(one for one in sleeping if one in apart))
    if short <= 0 and met:
        return Reason(kind=Stop.APART, place=only, day=night, last=night, holders=met)
    holding = tuple(sorted(sleeping, key=lambda one: (-sleeping[one], one)))
    return Reason(kind=Stop.BEDS, place=only, day=night, last=night, short=max(short, 0), holders=holding)


def why_moving(holders: Holders, party: Party, way: Way) -> Reason | None:
    """Return what stops the party from staying where it is or comes first; None if it does not move."""
    index = holders.index
    if not way.stays or not moves_of(index, party, way.stays):
        return None
    inside = begins_inside(index, party)
    start = way.stays[0].first
    home = index.places[party.at] if inside and party.at is not None else index.places[way.stays[0].place]
    if party.fixed.stays:
        return Reason(kind=Stop.FIXED, place=home.id)
    if not may_sleep(party, home):
        by_hand = home.id in party.fixed.not_places or (
            bool(party.fixed.places) and home.id not in party.fixed.places
        )
        return Reason(kind=Stop.FIXED if by_hand else Stop.NO_PLACE, place=home.id)
    end = _end(holders, way)
    full = _free(holders, party, home, end).until(start)
    if full < end:
        return _beds(holders, party, [home], full)
    still = msgspec.structs.replace(way, stays=(Stay(place=home.id, first=start, last=end - 1),))
    lacking = money_stop(holders, party, still)
    if lacking is not None:
        return msgspec.structs.replace(lacking, departure=None, place=home.id)
    better = way_points(index, party, still).sum < way_points(index, party, way).sum
    return Reason(kind=Stop.NOTHING, place=home.id) if better else None
