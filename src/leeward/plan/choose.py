"""The best way for one party, given what others have left: beds, seats, slots, escorts and money.

Of all departures the party can take, and none at all, the one with the fewest points; for each the nights with us
that can be had: in one place, in two, or from a later night on. Ties: the earlier departure, then the cheaper nights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from leeward.plan.instance import Departure, Member, Party, Place, Stay, Visa, Way
from leeward.plan.left import Left, Starts, runs
from leeward.plan.points import way_points
from leeward.plan.ways import Exit, Index, begins_inside, exits, places


@dataclass(frozen=True, slots=True)
class Chances:
    """What one party can take at all; looked up once."""

    party: Party
    exits: tuple[Exit, ...]
    places: tuple[Place, ...]
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
    fixed = party.fixed
    return Chances(
        party=party,
        exits=tuple(exits(index, party)),
        places=tuple(places(index, party)),
        inside=begins_inside(index, party),
        risk=sum(person.risk for person in party.people),
        size=len(party.people),
        stays=fixed.stays,
        may_stay=(fixed.departure, fixed.visa, fixed.escort, fixed.visa_escort) == (None, None, None, None),
    )


def best_way(left: Left, who: Chances, *, most: int | None = None) -> tuple[int, Way] | None:
    """Return the way with the fewest points that what is left allows, if fewer than `most`; None if there is none."""
    asked = left.index.instance
    found: tuple[int, Way] | None = None
    rows = Rows(left, who)
    for one in who.exits:
        day = one.departure.day
        if most is not None and _least(left, who, one.departure) >= most:
            if who.party.promised is None:
                break  # later ones are no better
            continue
        leaving = leave(left, who, one)
        if leaving is None:
            continue
        for way in ways_until(left, who, rows, day, leaving):
            points = way_points(left.index, who.party, way).sum
            if most is None or points < most:
                found, most = (points, way), points
    if who.may_stay:
        for way in ways_until(left, who, rows, asked.nights, Leaving()):
            points = way_points(left.index, who.party, way).sum
            if most is None or points < most:
                found, most = (points, way), points
    return found


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
    if who.inside or single is None or single[0] > first:
        yield from rows.double(day)
    if not who.inside:
        yield ()


class Rows:
    """The free runs of nights of each place for one party."""

    def __init__(self, left: Left, who: Chances) -> None:
        self._who = who
        self._first = who.party.from_day
        met = left.met(who.party)
        self._rows: list[tuple[Place, Starts]] = []
        for place in who.places:
            row = left.starts(place.id, who.size)
            blocked = [stay for way in met for stay in way.stays if stay.place == place.id]
            if blocked:
                free = [beds >= who.size for beds in left.beds[place.id]]
                for stay in blocked:
                    free[stay.first : stay.last + 1] = [False] * (stay.last - stay.first + 1)
                row = runs(free)
            self._rows.append((place, row))
        self._home = next((pair for pair in self._rows if pair[0].id == who.party.at), None)

    def free(self, place: str, first: int, last: int) -> bool:
        """Tell whether a place has beds on all these nights."""
        return any(one.id == place and row[last + 1] <= first for one, row in self._rows)

    def through(self, first: int, day: int) -> Iterator[str]:
        """Yield the places, in the order of the list, that can be had from a night until `day`."""
        for place, row in self._rows:
            if row[day] <= first and (place.state == "clean" or first == 0):
                yield place.id

    def single(self, day: int) -> tuple[int, Place] | None:
        """Return the place to be had from the earliest night until `day`: where it sleeps now, or the cheapest."""
        if self._home is not None and self._home[1][day] <= self._first:
            return self._first, self._home[0]
        best: tuple[int, int, str, Place] | None = None
        for place, row in self._rows:
            begin = max(row[day], self._first)
            if place.state == "doubtful" and begin > 0:
                continue
            if best is None or (begin, place.cents, place.id) < best[:3]:
                best = (begin, place.cents, place.id, place)
        return (best[0], best[3]) if best else None

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
        seconds = [
            (max(row[day], self._first + 1), place.cents, place)
            for place, row in self._rows
            if place.state == "clean" and row[day] < day
        ]
        seconds.sort(key=lambda one: one[:2])
        for switch, _, second in seconds[:3]:
            if switch >= day:
                return
            best = self._before(switch, second)
            if best is None:
                continue
            begin, first, row = best
            if first.id == self._who.party.at:  # stays at home as long as it can
                while switch + 1 < day and row[switch + 1] <= begin:
                    switch += 1  # noqa: PLW2901 - the same day, later
            yield (
                Stay(place=first.id, first=begin, last=switch - 1),
                Stay(place=second.id, first=switch, last=day - 1),
            )
            return

    def _before(self, switch: int, second: Place) -> tuple[int, Place, Starts] | None:
        """Return the place that can be had from the earliest night until the move to a second one."""
        best: tuple[int, bool, int, str, Place, Starts] | None = None
        for place, row in self._rows:
            begin = max(row[switch], self._first)
            if place.id == second.id or begin >= switch:
                continue
            if begin > 0 and (self._who.inside or place.state == "doubtful"):
                continue
            key = (begin, place.id != self._who.party.at, place.cents, place.id)
            if best is None or key < best[:4]:
                best = (*key, place, row)
        return (best[0], best[4], best[5]) if best else None


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
    """Return who goes with them: one who goes anyway, or the one with the most time."""
    best: tuple[bool, int, str] | None = None
    days = left.escort_days(departure)
    for member in _escorts(left, party.fixed.escort):
        if not left.can_accompany(member.id, departure):
            continue
        goes = left.accompanied[departure.id, member.id] > 0
        if visa is not None and member.id == visa_escort and visa.day in days and not goes:
            continue  # both on one day: leave it to somebody else
        free = min((left.minutes[member.id][day] for day in days), default=0)
        if best is None or (not goes, -free, member.id) < best:
            best = (not goes, -free, member.id)
    return best[2] if best else None


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
    if not stays:
        return not who.inside or day <= who.party.from_day
    end = stays[-1].last + 1
    begins = stays[0].first
    if end != day or begins < who.party.from_day or (who.inside and begins > 0) or len(stays) > 2:
        return False
    if any(after.first != before.last + 1 for before, after in pairwise(stays)):
        return False
    return all(
        rows.free(stay.place, stay.first, stay.last) and (begins == 0 or stay.place != who.party.at)
        for stay in stays
    )


def _least(left: Left, who: Chances, departure: Departure) -> int:
    """Return points that no way by this departure can be below."""
    asked = left.index.instance
    weights = asked.weights
    party = who.party
    nights = max(0, departure.day - party.from_day)
    late = max(0, departure.day - party.from_day - asked.wait_bound)
    return who.risk * min(100, weights.sheltered) * nights + weights.late * who.size * late
