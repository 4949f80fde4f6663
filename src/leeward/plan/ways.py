"""Which departures, visa days and places a party can take at all: rules 4, 6 to 8 and 11, before anything is shared.

What is left of beds, seats, slots, minutes and money is left.py's question.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from leeward.plan.instance import Country, Departure, Instance, Party, Place


class Index:
    """An instance, with everything found by its id."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.parties = {party.id: party for party in instance.parties}
        self.places = {place.id: place for place in instance.places}
        self.countries = {country.id: country for country in instance.countries}
        self.departures = {departure.id: departure for departure in instance.departures}
        self.members = {member.id: member for member in instance.members}

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


@dataclass(frozen=True, slots=True)
class Exit:
    """A departure that a party can take: `visa_days` are the days of appointments for it, None if none is needed.

    `applicants` is how many of its people need the visa. Seats, slots, escorts and money are not looked at.
    """

    departure: Departure
    visa_days: tuple[int, ...] | None = None
    applicants: int = 0


def exits(index: Index, party: Party) -> list[Exit]:
    """Return all departures that the party can take, by day and id."""
    found: list[Exit] = []
    wanted = party.fixed.visa.country if party.fixed.visa is not None else None
    for country_id, departures in index.by_country.items():
        if departures and wanted in {None, country_id}:
            found += _exits_to(index, party, index.countries[country_id], departures)
    found.sort(key=lambda one: (one.departure.day, one.departure.id))
    return found


def _exits_to(
    index: Index, party: Party, country: Country, departures: tuple[Departure, ...]
) -> Iterator[Exit]:
    fixed = party.fixed
    earliest = max(party.from_day, party.ready_day)
    last = passports_until(party, country)
    applicants = applicants_of(party, country)
    days = appointments(index, party, country, applicants) if applicants else ()
    avoid = set(party.avoid)
    held = any(visa.country == country.id for visa in party.visas)
    free = fixed.visa is None and fixed.visa_escort is None
    for departure in departures:
        day = departure.day
        if day < earliest or (last is not None and day > last):  # 6, 7
            continue
        if fixed.departure not in {None, departure.id} or departure.id in fixed.not_departures:  # 11
            continue
        if avoid and not avoid.isdisjoint(departure.tags):  # 6
            continue
        if not applicants or (held and holds_visa(party, country, day)):  # 8: then no visa is planned
            if free:
                yield Exit(departure)
            continue
        latest = day - country.lead_days
        chosen = days[bisect_left(days, latest - country.valid_days) : bisect_right(days, latest)]
        if chosen:
            yield Exit(departure, chosen, applicants)


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


def appointments(index: Index, party: Party, country: Country, applicants: int) -> tuple[int, ...]:
    """Return the days on which the party can be at the country's consulate at all (rules 7, 8, 11)."""
    ends = [person.passport_until for person in party.people if person.passport_until is not None]
    last = min(index.instance.nights - 1, *ends) if ends else index.instance.nights - 1
    wanted = party.fixed.visa.day if party.fixed.visa is not None else None
    return tuple(
        day
        for day in range(party.from_day, last + 1)
        if country.slots[day] >= applicants and wanted in {None, day}
    )


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
