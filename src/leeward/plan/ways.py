"""Which departures, visa days and places a party can take at all: rules 4, 6 to 8 and 11, before anything is shared.

What is left of beds, seats, slots, minutes and money is left.py's question.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from typing import NamedTuple

from leeward.plan.instance import Country, Departure, Fixed, Instance, Party, Place

_FREE = Fixed()


class Index:
    """An instance, with everything found by its id."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.parties = {party.id: party for party in instance.parties}
        self.places = {place.id: place for place in instance.places}
        self.countries = {country.id: country for country in instance.countries}
        self.departures = {departure.id: departure for departure in instance.departures}
        self.members = {member.id: member for member in instance.members}
        self._exits: dict[tuple[str, int], list[Exit]] = {}

    @cached_property
    def apart(self) -> dict[str, frozenset[str]]:
        """Return whom each party must not meet."""
        found: dict[str, set[str]] = defaultdict(set)
        for one, other in self.instance.apart:
            found[one].add(other)
            found[other].add(one)
        return {party: frozenset(others) for party, others in found.items()}

    @cached_property
    def by_country(self) -> dict[str, tuple[Departure, ...]]:
        """Return the departures to each country, by day and id."""
        found: dict[str, list[Departure]] = {country.id: [] for country in self.instance.countries}
        for departure in sorted(self.instance.departures, key=lambda one: (one.day, one.id)):
            found[departure.country].append(departure)
        return {country: tuple(departures) for country, departures in found.items()}

    def exits_to(self, country: Country, applicants: int) -> list[Exit]:
        """Return all exits to a country for so many who need its visa, whoever they are, by day and id.

        Those without any appointment have an empty `visa_days`: somebody may have a visa already.
        """
        known = self._exits.get((country.id, applicants))
        if known is None:
            known = [Exit(departure) for departure in self.by_country[country.id]]
            if applicants:
                slots = country.slots
                days = [day for day in range(len(slots)) if slots[day] >= applicants]
                known = [self._applied(one.departure, country, days, applicants) for one in known]
            self._exits[country.id, applicants] = known
        return known

    def _applied(self, departure: Departure, country: Country, days: list[int], applicants: int) -> Exit:
        latest = departure.day - country.lead_days
        begin, end = bisect_left(days, latest - country.valid_days), bisect_right(days, latest)
        return Exit(departure, tuple(days[begin:end]), applicants)


class Exit(NamedTuple):
    """A departure that a party can take: `visa_days` are the days of appointments for it, None if none is needed.

    `applicants` is how many of its people need the visa. Seats, slots, escorts and money are not looked at.
    """

    departure: Departure
    visa_days: tuple[int, ...] | None = None
    applicants: int = 0


def exits(index: Index, party: Party) -> list[Exit]:
    """Return all departures that the party can take, by day and id."""
    found: list[Exit] = []
    for country_id, departures in index.by_country.items():
        if departures:
            found += _exits_to(index, party, index.countries[country_id])
    fixed = party.fixed
    avoid = set(party.avoid)
    if avoid:
        found = [one for one in found if avoid.isdisjoint(one.departure.tags)]  # 6
    if fixed != _FREE:  # 11
        found = [one for one in map(partial(_fixed_exit, fixed), found) if one is not None]
    found.sort(key=lambda one: (one.departure.day, one.departure.id))
    return found


def _exits_to(index: Index, party: Party, country: Country) -> Iterable[Exit]:
    """Yield the exits to a country but for what the party avoids and what is fixed for it."""
    applicants = applicants_of(party, country)
    all_of_them = index.exits_to(country, applicants)
    departures = index.by_country[country.id]
    last = passports_until(party, country)
    begin = bisect_left(departures, max(party.from_day, party.ready_day), key=_day)  # 6
    end = bisect_right(departures, last, key=_day) if last is not None else len(departures)  # 7
    if not applicants:
        return all_of_them[begin:end]
    return _with_visa(party, country, all_of_them[begin:end])


def _with_visa(party: Party, country: Country, found: list[Exit]) -> Iterator[Exit]:
    """Yield the exits for which there is an appointment since the party is here, or which need none (rule 8)."""
    held = [visa for visa in party.visas if visa.country == country.id]
    from_day = party.from_day
    for one in found:
        day = one.departure.day
        if held and holds_visa(party, country, day):
            yield Exit(one.departure)
        elif one.visa_days and one.visa_days[-1] >= from_day:
            if one.visa_days[0] >= from_day:
                yield one
            else:
                days = one.visa_days
                yield Exit(one.departure, days[bisect_left(days, from_day) :], one.applicants)


def _fixed_exit(fixed: Fixed, one: Exit) -> Exit | None:
    departure = one.departure
    if fixed.departure not in {None, departure.id} or departure.id in fixed.not_departures:
        return None
    if fixed.visa is not None:
        wanted = fixed.visa.country == departure.country and fixed.visa.day in (one.visa_days or ())
        return Exit(departure, (fixed.visa.day,), one.applicants) if wanted else None
    return None if fixed.visa_escort is not None and one.visa_days is None else one


def _day(departure: Departure) -> int:
    return departure.day


def applicants_of(party: Party, country: Country) -> int:
    """Return how many of the party's people have a passport with which the country wants a visa."""
    return sum(1 for person in party.people if person.passport in country.visa_for)


def passports_until(party: Party, country: Country) -> int | None:
    """Return the last day on which all of the party's passports still let it leave for the country (rule 7)."""
    ends = [person.passport_until for person in party.people if person.passport_until is not None]
    return min(ends) - country.passport_days if ends else None


def holds_visa(party: Party, country: Country, day: int) -> bool:
    """Tell whether the party has a visa of the country that is good on a day."""
    return any(visa.country == country.id and visa.first <= day <= visa.last for visa in party.visas)


def may_sleep(party: Party, place: Place) -> bool:
    """Tell whether the party may sleep in a place at all (rules 3, 4, 11); in a doubtful one only from night 0 on."""
    fixed = party.fixed
    return (
        (place.state == "clean" or (place.state == "doubtful" and party.at == place.id))
        and set(party.needs) <= set(place.has)
        and (not fixed.places or place.id in fixed.places)
        and place.id not in fixed.not_places
    )


def places(index: Index, party: Party) -> list[Place]:
    """Return the places where the party may sleep, in the instance's order."""
    return [place for place in index.instance.places if may_sleep(party, place)]


def begins_inside(index: Index, party: Party) -> bool:
    """Tell whether the party must sleep with us from night 0 on: it does already, in a place that is not exposed."""
    return party.at is not None and index.places[party.at].state != "exposed"
