"""How large and how long what is asked of the planner may be; one sentence for each thing beyond."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from leeward.plan.instance import Instance, Party, Way

BYTES_MOST = 64_000_000
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}", re.ASCII)
_COUNTS = {
    "parties": 5_000,
    "apart": 20_000,
    "places": 1_000,
    "countries": 300,
    "departures": 10_000,
    "members": 500,
    "lines": 100,
}
_NIGHTS_MOST = 400
_DAY_MOST = 100_000  # a passport is good for ten years; two hundred and seventy will do
_PEOPLE_MOST = 60  # in one party
_CENTS_MOST = 10**13  # a line; with 20,000 people and 400 nights all sums stay far within 64 bits
_PRICE_MOST = 10**8  # a person


def check_words(asked: Instance) -> Iterator[str]:
    """Yield what is said about the first ids and words that are not plain."""
    for where, word in _words(asked):
        if not _WORD.fullmatch(word):
            yield f"{where} has {word[:40]!r} where a short plain id must stand"


def check_numbers(asked: Instance) -> Iterator[str]:
    """Yield what is said about each number or count that is out of its bounds."""
    try:
        plain = date.fromisoformat(asked.first_day).isoformat() == asked.first_day
    except ValueError:
        plain = False
    if not plain:
        yield "first_day is no date such as 2017-04-03"
    for name, most in _COUNTS.items():
        if len(getattr(asked, name)) > most:
            yield f"it has more than {most} {name}"
    yield from _outside("nights", asked.nights, 1, _NIGHTS_MOST)
    yield from _outside("wait_bound", asked.wait_bound, 0, _DAY_MOST)
    weights = asked.weights
    yield from _outside("sheltered", weights.sheltered, 0, 100)
    yield from _outside("tail_nights", weights.tail_nights, 0, 1_000)
    for name in ("move", "change", "late"):
        yield from _outside(name, getattr(weights, name), 0, 100_000)
    for party in asked.parties:
        yield from _of_party(party, asked.nights)
    yield from _of_means(asked)


def _of_party(party: Party, nights: int) -> Iterator[str]:
    where = f"party {party.id}"
    if len(party.people) > _PEOPLE_MOST:
        yield f"{where} has more than {_PEOPLE_MOST} people"
    yield from _outside(f"{where}: from_day", party.from_day, 0, nights - 1)
    yield from _outside(f"{where}: ready_day", party.ready_day, 0, _DAY_MOST)
    for person in party.people:
        yield from _outside(f"{where}: risk", person.risk, 0, 1_000)
        if person.passport_until is not None:
            yield from _outside(f"{where}: passport_until", person.passport_until, -_DAY_MOST, _DAY_MOST)
    for visa in party.visas:
        yield from _span(f"{where}: visa", visa.first, visa.last)
    for way in (party.promised, party.fixed):
        for stay in (way.stays if way else None) or ():
            yield from _span(f"{where}: stay", stay.first, stay.last)
        if way and way.visa:
            yield from _outside(f"{where}: visa", way.visa.day, -_DAY_MOST, _DAY_MOST)


def _of_means(asked: Instance) -> Iterator[str]:
    for place in asked.places:
        for beds in (min(place.beds, default=0), max(place.beds, default=0)):
            yield from _outside(f"place {place.id}: beds", beds, 0, 10_000)
        yield from _outside(f"place {place.id}: cents", place.cents, 0, _PRICE_MOST)
    for country in asked.countries:
        where = f"country {country.id}"
        for slots in (min(country.slots, default=0), max(country.slots, default=0)):
            yield from _outside(f"{where}: slots", slots, 0, 10_000)
        for name in ("lead_days", "valid_days", "passport_days"):
            yield from _outside(f"{where}: {name}", getattr(country, name), 0, 10_000)
        yield from _outside(f"{where}: cents", country.cents, 0, _PRICE_MOST)
        yield from _outside(f"{where}: escort_minutes", country.escort_minutes, 0, 1_440)
    for departure in asked.departures:
        where = f"departure {departure.id}"
        yield from _outside(f"{where}: day", departure.day, 0, asked.nights - 1)
        yield from _outside(f"{where}: seats", departure.seats, 0, 10_000)
        yield from _outside(f"{where}: cents", departure.cents, 0, _PRICE_MOST)
        yield from _outside(f"{where}: escort_minutes", departure.escort_minutes, 0, 1_440)
        yield from _outside(f"{where}: escort_days", departure.escort_days, 0, 60)
        yield from _outside(f"{where}: escort_parties", departure.escort_parties, 0, 10_000)
    for member in asked.members:
        for minutes in (min(member.minutes, default=0), max(member.minutes, default=0)):
            yield from _outside(f"member {member.id}: minutes", minutes, 0, 1_440)
    for line in asked.lines:
        yield from _outside(f"line {line.id}: cents", line.cents, 0, _CENTS_MOST)


def _words(asked: Instance) -> Iterator[tuple[str, str]]:
    for party in asked.parties:
        yield "a party", party.id
        where = f"party {party.id}"  # plain by now
        yield from ((where, person.id) for person in party.people)
        yield from ((where, person.passport) for person in party.people if person.passport)
        named = (*party.needs, *party.avoid, *party.fixed.not_departures, *party.fixed.not_places)
        yield from ((where, word) for word in named)
        yield from ((where, word) for word in _words_of_way(party.promised))
    for kind in (asked.places, asked.countries, asked.departures, asked.members, asked.lines):
        yield from (("an id", thing.id) for thing in kind)
    for place in asked.places:
        yield from ((f"place {place.id}", word) for word in place.has)
    for country in asked.countries:
        yield from ((f"country {country.id}", word) for word in country.visa_for)
    for departure in asked.departures:
        words = (*departure.tags, departure.route) if departure.route else departure.tags
        yield from ((f"departure {departure.id}", word) for word in words)


def _words_of_way(way: Way | None) -> Iterator[str]:
    if way is None:
        return
    yield from (stay.place for stay in way.stays)
    yield from (word for word in (way.departure, way.escort, way.visa_escort) if word is not None)
    if way.visa:
        yield way.visa.country


def _span(where: str, first: int, last: int) -> Iterator[str]:
    yield from _outside(where, first, -_DAY_MOST, _DAY_MOST)
    yield from _outside(where, last, first, _DAY_MOST)


def _outside(where: str, number: int, least: int, most: int) -> Iterator[str]:
    if not least <= number <= most:
        yield f"{where} is {number}, which is not between {least} and {most}"
