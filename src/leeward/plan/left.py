"""What is left of beds, seats, slots, minutes and money while ways are given out one after the other.

Booking checks nothing: choose.py asks first what is left; check.py looks at the whole afterwards.
"""

from __future__ import annotations

from collections import defaultdict

from leeward.plan.answer import PartyPlan
from leeward.plan.instance import Departure, Party, Visa, Way
from leeward.plan.ways import Index, applicants_of

Starts = list[int]


class Left:
    """What is left, and who has been given what."""

    def __init__(self, index: Index) -> None:
        instance = index.instance
        self.index = index
        self.ways: dict[str, Way] = {}
        self.dearness = (
            0  # points for each 1,000 cents of a seat: how a choice is kept from spending what others need
        )
        self.beds = {place.id: list(place.beds) for place in instance.places}
        self.seats = {departure.id: departure.seats for departure in instance.departures}
        self.slots = {country.id: list(country.slots) for country in instance.countries}
        self.minutes = {member.id: list(member.minutes) for member in instance.members}
        self.cents = {line.id: line.cents for line in instance.lines}
        self.cents[""] = 0  # what costs nothing stands on no line
        self.accompanied: dict[str, dict[str, int]] = {
            one.id: {} for one in instance.departures
        }  # parties of each
        self._starts: dict[str, dict[int, Starts]] = {place: {} for place in self.beds}

    def book(self, party: Party, way: Way) -> None:
        """Give the party this way."""
        self._change(party, way, 1)
        self.ways[party.id] = way

    def free(self, party: Party) -> Way:
        """Take back what the party has; return it."""
        way = self.ways.pop(party.id)
        self._change(party, way, -1)
        return way

    def starts(self, place: str, people: int) -> Starts:
        """Return for each night the first one from which so many beds are free in one piece until the night before it.

        `starts[e] == e` says that the night before `e` is full. Indexes are 0 to the number of nights.
        """
        known = self._starts[place].get(people)
        if known is None:
            known = self._starts[place][people] = runs([free >= people for free in self.beds[place]])
        return known

    def met(self, party: Party) -> list[Way]:
        """Return the ways of those whom the party must not meet, as far as they have one."""
        others = self.index.apart.get(party.id, ())
        return [self.ways[other] for other in others if other in self.ways]

    def can_accompany(self, member: str, departure: Departure) -> bool:
        """Tell whether a member can take one more party on a departure."""
        aboard = self.accompanied[departure.id].get(member, 0)
        if aboard:
            return aboard < departure.escort_parties
        minutes = self.minutes[member]
        return departure.escort_parties > 0 and all(
            minutes[day] >= departure.escort_minutes for day in self.escort_days(departure)
        )

    def escort_days(self, departure: Departure) -> range:
        """Return the days on which a departure takes a member's time."""
        return range(departure.day, min(departure.day + departure.escort_days, self.index.instance.nights))

    def charges(self, party: Party, way: Way) -> dict[str, int]:
        """Return what a way costs on each line, in cents."""
        spent: dict[str, int] = defaultdict(int)
        people = len(party.people)
        for stay in way.stays:
            place = self.index.places[stay.place]
            spent[place.line] += place.cents * people * (stay.last - stay.first + 1)
        if way.departure is not None:
            departure = self.index.departures[way.departure]
            spent[departure.line] += departure.cents * people
        if way.visa is not None:
            country = self.index.countries[way.visa.country]
            spent[country.line] += country.cents * applicants_of(party, country)
        return spent

    def plan(self) -> tuple[PartyPlan, ...]:
        """Return everyone's way, in the order of the instance."""
        found = []
        for party in self.index.instance.parties:
            way = self.ways[party.id]
            found.append(
                PartyPlan(
                    id=party.id,
                    stays=way.stays,
                    departure=way.departure,
                    visa=way.visa,
                    visa_escort=way.visa_escort,
                    escort=way.escort,
                )
            )
        return tuple(found)

    def _change(self, party: Party, way: Way, sign: int) -> None:
        people = len(party.people)
        for stay in way.stays:
            beds = self.beds[stay.place]
            for night in range(stay.first, stay.last + 1):
                beds[night] -= sign * people
            self._starts[stay.place].clear()
        for line, cents in self.charges(party, way).items():
            self.cents[line] -= sign * cents
        if way.departure is not None:
            self._change_departure(way, people, sign)
        if way.visa is not None:
            self._change_visa(party, way.visa, way.visa_escort, sign)

    def _change_departure(self, way: Way, people: int, sign: int) -> None:
        departure = self.index.departures[way.departure or ""]
        self.seats[departure.id] -= sign * people
        if way.escort is None:
            return
        aboard = self.accompanied[departure.id]
        before = aboard.get(way.escort, 0)
        aboard[way.escort] = before + sign
        if before == 0 or before + sign == 0:  # the first one, or the last
            for day in self.escort_days(departure):
                self.minutes[way.escort][day] -= sign * departure.escort_minutes

    def _change_visa(self, party: Party, visa: Visa, escort: str | None, sign: int) -> None:
        country = self.index.countries[visa.country]
        self.slots[visa.country][visa.day] -= sign * applicants_of(party, country)
        if escort is not None:
            self.minutes[escort][visa.day] -= sign * country.escort_minutes


def runs(free: list[bool]) -> Starts:
    """Return for each place in a row the beginning of the run of True that ends just before it."""
    found = [0] * (len(free) + 1)
    begun = 0
    for position, yes in enumerate(free):
        if not yes:
            begun = position + 1
        found[position + 1] = begun
    return found
