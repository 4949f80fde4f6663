"""The best way for one party, given what others have left: beds, seats, slots, escorts and money.

Of all departures the party can take, and none at all, the one with the fewest points; for each the nights with us
that can be had: in one place, in two, or from a later night on. Ties: the earlier departure, then the cheaper nights.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from leeward.plan.instance import Departure, Member, Party, Place, Stay, Visa, Way
from leeward.plan.left import Left, Starts, runs
from leeward.plan.points import way_points
from leeward.plan.ways import Exit, Index, begins_inside, exits, places


@dataclass(frozen=True, slots=True)
class Chances:
    """What one party can take at all; looked up once."""

    party: Party
    exits: tuple[Exit, ...]  # by day, then by price
    least: tuple[int, ...]  # points that no way by each of these exits can be below; they never fall
    stranded: int  # the same for no departure
    places: tuple[Place, ...]  # where it may sleep, in the instance's order
    cheapest: tuple[Place, ...]  # the same, by price
    gain: int  # points that a night with us saves
    move: int  # points of a move
    inside: bool  # it has to sleep with us from night 0 on
    risk: int
    size: int
    stays: tuple[Stay, ...] | None
    may_stay: bool  # it may also have no departure


@dataclass(frozen=True, slots=True)
class Leaving:
    """How a party leaves; all None: it does not."""

    departure: str | None = None
    visa: Visa | None = None
    visa_escort: str | None = None
    escort: str | None = None

    def way(self, stays: tuple[Stay, ...]) -> Way:
        """Return it with these stays."""
        return Way(
            stays=stays,
            departure=self.departure,
            visa=self.visa,
            visa_escort=self.visa_escort,
            escort=self.escort,
        )


def chances(index: Index, party: Party) -> Chances:
    """Return what a party can take."""
    fixed, weights = party.fixed, index.instance.weights
    risk, size = sum(person.risk for person in party.people), len(party.people)
    found = sorted(exits(index, party), key=lambda one: (one.departure.day, one.departure.cents))
    where = places(index, party)
    bound = party.from_day + index.instance.wait_bound

    def least(day: int, gone: int) -> int:
        late = weights.late * size * max(0, gone - bound)
        return risk * weights.sheltered * max(0, day - party.from_day) + late

    nights = index.instance.nights
    tail = weights.tail_nights
    return Chances(
        party=party,
        exits=tuple(found),
        least=tuple(least(one.departure.day, one.departure.day) for one in found),
        stranded=least(nights, nights + tail) + risk * 100 * tail,
        places=tuple(where),
        cheapest=tuple(sorted(where, key=lambda place: (place.cents, place.id))),
        gain=risk * (100 - weights.sheltered),
        move=weights.move * size,
        inside=begins_inside(index, party),
        risk=risk,
        size=size,
        stays=fixed.stays or None,
        may_stay=(fixed.departure, fixed.visa, fixed.escort, fixed.visa_escort) == (None, None, None, None),
    )


def best_way(left: Left, who: Chances, *, most: int | None = None) -> tuple[int, Way] | None:
    """Return the way with the fewest points that what is left allows, if fewer than `most`; None if there is none."""
    found: tuple[int, Way] | None = None
    rows = Rows(left, who)
    seats, promised = left.seats, who.party.promised
    tried = -1
    for one, least in zip(who.exits, who.least, strict=True):
        if most is not None and least >= most:
            break  # so it is with all later ones
        if seats[one.departure.id] < who.size:
            continue
        if one.departure.day == tried and (promised is None or promised.departure != one.departure.id):
            continue  # the cheapest of a day is as good as the others
        leaving = leave(left, who, one)
        if leaving is not None:
            tried = one.departure.day
            better = _fewest(left, who, ways_until(left, who, rows, tried, leaving), most)
            found, most = (better, better[0]) if better else (found, most)
    if who.may_stay and (most is None or who.stranded < most):
        nights = left.index.instance.nights
        found = _fewest(left, who, ways_until(left, who, rows, nights, Leaving()), most) or found
    return found


def _fewest(left: Left, who: Chances, ways: Iterable[Way], most: int | None) -> tuple[int, Way] | None:
    """Return the way with the fewest points, if fewer than `most`."""
    found: tuple[int, Way] | None = None
    for way in ways:
        points = cost(left, who, way)
        if most is None or points < most:
            found, most = (points, way), points
    return found


def cost(left: Left, who: Chances, way: Way) -> int:
    """Return the points of a way, and what its seats cost beside in points if money for them is held dear."""
    points = way_points(left.index, who.party, way).sum
    if left.dearness and way.departure is not None:
        points += left.index.departures[way.departure].cents * who.size * left.dearness // 1_000
    return points


def ways_until(left: Left, who: Chances, rows: Rows, day: int, leaving: Leaving) -> Iterator[Way]:
    """Yield ways with this leaving on `day` that what is left allows, at most one of each kind of stays."""
    yielded = set()
    for stays in stays_until(who, rows, day):
        way = leaving.way(stays)
        if stays in yielded:
            continue
        if not affordable(left, who.party, way):
            cut = _cut_to_money(left, who, way)
            if cut is None or cut.stays in yielded:
                continue
            way = cut
        yielded.add(way.stays)
        yield way


def stays_until(who: Chances, rows: Rows, day: int) -> Iterator[tuple[Stay, ...]]:
    """Yield the stays to think about for a party that leaves on `day`."""
    first = who.party.from_day
    if who.stays is not None:
        if _fixed_fit(who, rows, day):
            yield who.stays
        return
    if day <= first:
        yield ()
        return
    single = rows.single(day)
    if single is not None:
        begin, place = single
        if begin < day and (begin == first or not who.inside):
            yield (Stay(place=place.id, first=begin, last=day - 1),)
    yield from rows.promised(day)
    if who.inside:
        yield from rows.cheap(day)
    if who.inside:
        twice = single is None or single[0] > first or single[1].id != who.party.at
    else:  # one move has to be worth its points
        twice = single is None or (single[0] - first) * who.gain > who.move
    if twice:
        yield from rows.double(day)
    if not who.inside:
        yield ()


class Rows:
    """The free runs of nights of each place for one party, as long as nothing else is booked."""

    def __init__(self, left: Left, who: Chances) -> None:
        self._left = left
        self._who = who
        self._first = who.party.from_day
        self._blocked: dict[str, Starts] = {}
        met = [stay for way in left.met(who.party) for stay in way.stays]
        for place in {stay.place for stay in met}:
            free = [beds >= who.size for beds in left.beds[place]]
            for stay in met:
                if stay.place == place:
                    free[stay.first : stay.last + 1] = [False] * (stay.last - stay.first + 1)
            self._blocked[place] = runs(free)

    @cached_property
    def _rows(self) -> list[tuple[Place, Starts]]:
        """The places by price, each with its runs."""
        starts, size = self._left.starts, self._who.size
        if self._blocked:
            return [
                (place, self._blocked.get(place.id) or starts(place.id, size)) for place in self._who.cheapest
            ]
        return [(place, starts(place.id, size)) for place in self._who.cheapest]

    def free(self, place: str, first: int, last: int) -> bool:
        """Tell whether a place has beds on all these nights."""
        return any(one.id == place and row[last + 1] <= first for one, row in self._rows)

    def clean(self, place: str) -> bool:
        """Tell whether one may come into a place, not only stay."""
        return any(one.id == place and one.state == "clean" for one in self._who.places)

    def through(self, first: int, day: int) -> Iterator[str]:
        """Yield the places, in the order of the list, that can be had from a night until `day`."""
        free = {
            place.id
            for place, row in self._rows
            if row[day] <= first and (place.state == "clean" or first == 0)
        }
        yield from (place.id for place in self._who.places if place.id in free)

    def single(self, day: int) -> tuple[int, Place] | None:
        """Return the place to be had from the earliest night until `day`: where it sleeps now, or the cheapest."""
        first, at = self._first, self._who.party.at
        best: Place | None = None
        soonest = day
        for place, row in self._rows:
            begin = row[day]
            if begin <= first and place.id == at:
                return first, place
            if begin >= soonest or (begin > 0 and place.state == "doubtful"):
                continue
            if begin <= first and at is None:
                return first, place  # none is cheaper
            best, soonest = place, max(begin, first)
        return (soonest, best) if best else None

    def cheap(self, day: int) -> Iterator[tuple[Stay, ...]]:
        """Yield the cheapest place that can be had all the time: where it sleeps now may cost more than is left."""
        for place, row in self._rows:
            if row[day] <= self._first:
                yield (Stay(place=place.id, first=self._first, last=day - 1),)
                return

    def promised(self, day: int) -> Iterator[tuple[Stay, ...]]:
        """Yield the promised first place as the only one, if it can be had."""
        promised = self._who.party.promised
        if promised is None or not promised.stays:
            return
        for place, row in self._rows:
            if place.id == promised.stays[0].place:
                begin = max(row[day], self._first)
                needed = 0 if self._who.inside or place.state == "doubtful" else begin
                if begin < day and begin == needed:
                    yield (Stay(place=place.id, first=begin, last=day - 1),)

    def double(self, day: int) -> Iterator[tuple[Stay, ...]]:
        """Yield two places, the second from as early as can be; for those inside, the first is where they are."""
        least = self._first + 1
        seconds = [
            (max(least, row[day]), number)
            for number, (place, row) in enumerate(self._rows)
            if row[day] < day and place.state == "clean"
        ]
        for switch, number in heapq.nsmallest(3, seconds):
            if switch >= day:
                return
            second = self._rows[number][0]
            best = self._before(switch, second)
            if best is None:
                continue
            begin, first = best
            if first.id == self._who.party.at:  # stays at home as long as it can
                row = next(row for place, row in self._rows if place is first)
                while switch + 1 < day and row[switch + 1] <= begin:
                    switch += 1  # noqa: PLW2901 - the same day, later
            yield (
                Stay(place=first.id, first=begin, last=switch - 1),
                Stay(place=second.id, first=switch, last=day - 1),
            )
            return

    def _before(self, switch: int, second: Place) -> tuple[int, Place] | None:
        """Return the place to be had from the earliest night until the move to a second one."""
        first, at = self._first, self._who.party.at
        best: Place | None = None
        soonest = switch
        for place, row in self._rows:
            begin = row[switch]
            if place.id == second.id or begin >= switch:
                continue
            if begin > 0 and (self._who.inside or place.state == "doubtful"):
                continue
            if begin <= first and place.id == at:
                return first, place
            if begin < soonest:
                best, soonest = place, max(begin, first)
        return (soonest, best) if best else None


def leave(left: Left, who: Chances, one: Exit, *, early: bool = False) -> Leaving | None:
    """Return how the party can take a departure with what is left: visa day and escorts; None if it cannot.

    The appointment is the latest that does (those before are for who leaves sooner), or the first with `early`.
    """
    departure, party = one.departure, who.party
    if left.seats[departure.id] < who.size or left.cents[departure.line] < departure.cents * who.size:
        return None
    if any(way.departure == departure.id for way in left.met(party)):
        return None
    visa: Visa | None = None
    visa_escort: str | None = None
    if one.visa_days is not None:
        found = _appointment(left, party, one, early=early)
        if found is None:
            return None
        visa, visa_escort = found
    if party.fixed.visa_escort not in {None, visa_escort}:
        return None
    if not (party.escort or departure.escort):
        return Leaving(departure.id, visa, visa_escort) if party.fixed.escort is None else None
    escort = _escort(left, party, departure, visa, visa_escort)
    return Leaving(departure.id, visa, visa_escort, escort) if escort is not None else None


def _appointment(left: Left, party: Party, one: Exit, *, early: bool) -> tuple[Visa, str | None] | None:
    """Return the day at the consulate and who goes along, if anybody has to."""
    country = left.index.countries[one.departure.country]
    if left.cents[country.line] < country.cents * one.applicants:
        return None
    slots = left.slots[country.id]
    days = one.visa_days or ()
    for day in days if early else reversed(days):
        if slots[day] < one.applicants:
            continue
        if not party.escort:
            return Visa(country=country.id, day=day), None
        escort = _visa_escort(left, party, day, country.escort_minutes)
        if escort is not None:
            return Visa(country=country.id, day=day), escort
    return None


def _visa_escort(left: Left, party: Party, day: int, minutes: int) -> str | None:
    best: tuple[int, str] | None = None
    for member in _escorts(left, party.fixed.visa_escort):
        free = left.minutes[member.id][day]
        if free >= minutes and (best is None or (-free, member.id) < best):
            best = (-free, member.id)
    return best[1] if best else None


def _escort(
    left: Left, party: Party, departure: Departure, visa: Visa | None, visa_escort: str | None
) -> str | None:
    """Return who goes with them: one who goes anyway, or the first who has the time."""
    fixed = party.fixed.escort
    for member, parties in left.accompanied[departure.id].items():
        if 0 < parties < departure.escort_parties and fixed in {None, member}:
            return member
    days = left.escort_days(departure)
    for one in _escorts(left, fixed):
        if visa is not None and one.id == visa_escort and visa.day in days:
            continue  # both on one day: leave it to somebody else
        if left.can_accompany(one.id, departure):
            return one.id
    return None


def _escorts(left: Left, fixed: str | None) -> Iterator[Member]:
    for member in left.index.instance.members:
        if member.escorts and fixed in {None, member.id}:
            yield member


def affordable(left: Left, party: Party, way: Way) -> bool:
    """Tell whether what is left of the money is enough for a way."""
    return all(cents <= left.cents[line] for line, cents in left.charges(party, way).items() if cents)


def _cut_to_money(left: Left, who: Chances, way: Way) -> Way | None:
    """Return the way with one stay, as late as the money asks; None if that cannot be."""
    if who.inside or who.stays is not None or not way.stays:
        return None
    stay = way.stays[-1]
    place = left.index.places[stay.place]
    if place.state != "clean":
        return None
    spent = left.charges(who.party, Leaving(way.departure, way.visa).way(()))
    if any(cents > left.cents[line] for line, cents in spent.items() if cents):
        return None
    nights = (left.cents[place.line] - spent.get(place.line, 0)) // max(1, place.cents * who.size)
    first = max(stay.first, stay.last + 1 - nights)
    if first > stay.last:
        return None
    return Leaving(way.departure, way.visa, way.visa_escort, way.escort).way(
        (Stay(place=stay.place, first=first, last=stay.last),)
    )


def _fixed_fit(who: Chances, rows: Rows, day: int) -> bool:
    stays = who.stays or ()
    end = stays[-1].last + 1
    begins = stays[0].first
    if end != day or begins < who.party.from_day or (who.inside and begins > 0) or len(stays) > 2:
        return False
    if any(one.first != before.last + 1 or one.place == before.place for before, one in pairwise(stays)):
        return False
    return all(
        rows.free(stay.place, stay.first, stay.last) and (stay.first == 0 or rows.clean(stay.place))
        for stay in stays
    )
