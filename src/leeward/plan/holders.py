"""Who holds which part of what is scarce in a plan: beds, seats, appointments, minutes, money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from leeward.plan.instance import Departure, Way
from leeward.plan.ways import Index, applicants_of

Share = dict[str, int]  # how much each party takes of one thing


class Holders:
    """Everything that the parties of a plan take. `without` leaves one party out: what the others hold."""

    def __init__(self, index: Index, ways: Mapping[str, Way]) -> None:
        self.index = index
        self.ways = dict(ways)
        self.size = {party.id: len(party.people) for party in index.instance.parties}
        self.beds: dict[tuple[str, int], Share] = defaultdict(dict)
        self.seats: dict[str, Share] = defaultdict(dict)
        self.slots: dict[tuple[str, int], Share] = defaultdict(dict)
        self.consulate: dict[tuple[str, int], Share] = defaultdict(dict)
        self.along: dict[str, dict[str, set[str]]] = defaultdict(dict)  # member, departure: the parties
        self.cents: dict[str, Share] = defaultdict(dict)
        self.budget = {line.id: line.cents for line in index.instance.lines}
        for party, way in self.ways.items():
            self._take(party, way)

    def _take(self, party: str, way: Way) -> None:
        size = self.size[party]
        for stay in way.stays:
            for night in range(stay.first, stay.last + 1):
                self.beds[stay.place, night][party] = size
        if way.departure is not None:
            self.seats[way.departure][party] = size
            if way.escort is not None:
                self.along[way.escort].setdefault(way.departure, set()).add(party)
        if way.visa is not None:
            country = self.index.countries[way.visa.country]
            self.slots[country.id, way.visa.day][party] = applicants_of(self.index.parties[party], country)
            if way.visa_escort is not None:
                self.consulate[way.visa_escort, way.visa.day][party] = country.escort_minutes
        for line, cents in self.costs(party, way).items():
            self.cents[line][party] = cents

    def costs(self, party: str, way: Way) -> Share:
        """Return what a way costs this party on each line, in cents."""
        index, size = self.index, self.size[party]
        found: Share = defaultdict(int)
        for stay in way.stays:
            place = index.places[stay.place]
            found[place.line] += place.cents * size * (stay.last - stay.first + 1)
        if way.departure is not None:
            departure = index.departures[way.departure]
            found[departure.line] += departure.cents * size
        if way.visa is not None:
            country = index.countries[way.visa.country]
            found[country.line] += country.cents * applicants_of(index.parties[party], country)
        return {line: cents for line, cents in found.items() if cents}

    def free_beds(self, place: str, night: int, without: str) -> int:
        """Return the beds that the others leave."""
        return self.index.places[place].beds[night] - _others(self.beds.get((place, night)), without)

    def free_seats(self, departure: str, without: str) -> int:
        """Return the seats that the others leave."""
        return self.index.departures[departure].seats - _others(self.seats.get(departure), without)

    def free_slots(self, country: str, day: int, without: str) -> int:
        """Return the appointments that the others leave."""
        slots = self.index.countries[country].slots
        return (slots[day] if day < len(slots) else 0) - _others(self.slots.get((country, day)), without)

    def free_cents(self, line: str, without: str) -> int:
        """Return the money that the others leave on a line."""
        return self.budget.get(line, 0) - _others(self.cents.get(line), without)

    def spent_minutes(self, member: str, day: int, without: str) -> int:
        """Return the minutes that a member spends on the others on a day."""
        spent = _others(self.consulate.get((member, day)), without)
        for departure_id, parties in self.along.get(member, {}).items():
            departure = self.index.departures[departure_id]
            if departure.day <= day < departure.day + departure.escort_days and parties - {without}:
                spent += departure.escort_minutes
        return spent

    def can_go_along(
        self, member: str, departure: Departure, without: str, also: tuple[int, int] = (-1, 0)
    ) -> bool:
        """Tell whether a member has the time for one more party on a departure.

        `also`: a day, and the minutes that this party takes of the member at a consulate on it.
        """
        with_others = self.along.get(member, {}).get(departure.id, set()) - {without}
        if len(with_others) >= departure.escort_parties:
            return False
        has, day, minutes = self.index.members[member].minutes, *also
        return all(
            self.spent_minutes(member, night, without)
            + (0 if with_others else departure.escort_minutes)
            + (minutes if night == day else 0)
            <= has[night]
            for night in range(departure.day, min(departure.day + departure.escort_days, len(has)))
        )

    def can_go_to_consulate(self, member: str, country: str, day: int, without: str) -> bool:
        """Tell whether a member has the time to go to an appointment."""
        needed = self.spent_minutes(member, day, without) + self.index.countries[country].escort_minutes
        return needed <= self.index.members[member].minutes[day]

    def escorting(self, members: Iterable[str], days: Iterable[int], without: str) -> set[str]:
        """Return the other parties that these members are with on one of these days."""
        found: set[str] = set()
        wanted = set(days)
        for member in members:
            for departure_id, parties in self.along.get(member, {}).items():
                departure = self.index.departures[departure_id]
                if not wanted.isdisjoint(range(departure.day, departure.day + departure.escort_days)):
                    found |= parties
            for day in wanted:
                found |= self.consulate.get((member, day), {}).keys()
        return found - {without}


def _others(share: Share | None, without: str) -> int:
    return sum(share.values()) - share.get(without, 0) if share else 0
