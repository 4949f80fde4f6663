"""From the records to the planner's question (docs/plan-format.md), by ids alone.

1. A party is one living case that has not left: the person and whoever of the case travels, as many as it needs beds.
2. What this desk cannot read still counts: beds, seats and appointments that others hold are taken away from what
   there is, by the records in the `beds` circle, which name no one.
3. Without a passport that lies in somebody's hand nobody goes anywhere: it is good until day -1, or everyone waits
   for the day on which it can be fetched.
4. No rule known for a passport and a country means that a visa is needed.
5. What a person decided by hand while looking at a proposal (`by_hand`) is fixed; journeys whose tickets are bought,
   and visas that are granted or have their appointment, are facts.
6. What is as it is tonight is never the reason that there is no plan at all: a doubtful place with more people than
   beds has as many beds as people until they leave, and who does without something where they are can stay there; a
   way out that was given too often has as many seats as people with a ticket.
7. Who has a bed tonight has one in every plan, unless the place is exposed, paid for only a while, or too full.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from leeward.domain.cases.case import Case
from leeward.domain.cases.words import STAGES
from leeward.domain.relocation.beds import Apart, Stay
from leeward.domain.relocation.places import Place
from leeward.domain.relocation.ways_out import Destination, WayOut, destination_id
from leeward.office.around import members
from leeward.office.casework_base import tonight
from leeward.office.planning.calendar import Calendar
from leeward.office.planning.means import (
    NO_LIMIT,
    country_of,
    departure_of,
    lines_left,
    minutes_of,
    place_of,
)
from leeward.office.planning.parties import Parties
from leeward.office.planning.visas import Doors
from leeward.office.session import Session
from leeward.plan import instance as asks

NIGHTS = 84
WAIT_BOUND = 42
_GONE = STAGES.index("on-the-way")


class Question(msgspec.Struct, frozen=True):
    """The planner's question, and the records it was made from by their ids."""

    instance: asks.Instance
    cases: dict[str, Case]
    places: dict[str, Place]
    ways: dict[str, WayOut]
    destinations: dict[str, Destination]
    calendar: Calendar


def gather(
    session: Session,
    *,
    by_hand: Mapping[str, asks.Fixed] | None = None,
    nights: int = NIGHTS,
    wait_bound: int = WAIT_BOUND,
) -> Question:
    """Return the question for all open cases that this desk can read. See the rules above."""
    calendar = Calendar(tonight(session), nights)
    cases = {case.id: case for case in session.find(Case) if case.living and case.step < _GONE}
    stays = session.find(Stay)
    places = {place.id: place for place in session.find(Place) if not place.retired_at}
    ways = {way.id: way for way in session.find(WayOut) if _open(way, calendar)}
    destinations = {one.id: one for one in session.find(Destination) if not one.closed_at}
    for way in ways.values():  # a country of which only a way is known is a destination too
        there = destination_id(way.country)
        destinations.setdefault(there, Destination(id=there, country=way.country))
    doors = Doors(session, destinations.values())
    parties = Parties(session, calendar, cases.keys(), stays, places, ways, doors, by_hand or {})
    made = tuple(parties.party(cases[one]) for one in sorted(cases))
    asking = cases.keys() - parties.appointed()
    going = parties.by_way()
    asked = asks.Instance(
        first_day=calendar.days[0],
        nights=nights,
        wait_bound=wait_bound,
        parties=made,
        apart=_pairs(session.find(Apart), cases),
        places=tuple(
            place_of(places[one], calendar, stays, cases, there=_people_at(one, made))
            for one in sorted(places)
        ),
        countries=tuple(
            country_of(session, destinations[one], calendar, doors, asking) for one in sorted(destinations)
        ),
        departures=tuple(
            departure_of(
                session,
                way,
                calendar.number(way.day) or 0,
                destination_id(way.country),
                going.get(way.id, frozenset()) & cases.keys(),
                bound=sum(len(one.people) for one in made if parties.ticket_for(cases[one.id]) == way.id),
            )
            for way in sorted(ways.values(), key=lambda way: (way.day, way.id))
        ),
        members=tuple(minutes_of(session, one.id, calendar) for one in members(session)),
    )
    lines = lines_left(session, calendar.days[0])
    costs = {one.line for one in asked.places} | {one.line for one in asked.countries}
    costs = (costs | {one.line for one in asked.departures}) - {""}
    lines = dict.fromkeys(costs, NO_LIMIT) | lines
    for line, cents in _kept(asked).items():  # 7: money does not put anybody out of the bed they have
        lines[line] = max(lines[line], cents)
    asked = msgspec.structs.replace(
        asked, lines=tuple(asks.Line(id=line, cents=lines[line]) for line in sorted(lines))
    )
    return Question(asked, cases, places, ways, destinations, calendar)


def _open(way: WayOut, calendar: Calendar) -> bool:
    return not way.withdrawn_at and way.seats > 0 and calendar.number(way.day) is not None


def _kept(asked: asks.Instance) -> dict[str, int]:
    """Return what it costs, by line, to let those who have a lasting bed stay in it."""
    places = {place.id: place for place in asked.places if place.cents and place.state != "exposed"}
    costs: dict[str, int] = {}
    for party in asked.parties:
        place = places.get(party.at or "")
        if place is not None:
            cents = place.cents * len(party.people) * asked.nights
            costs[place.line] = costs.get(place.line, 0) + cents
    return costs


def _people_at(place_id: str, parties: Iterable[asks.Party]) -> int:
    """Return how many of those planned for are bound to a place tonight."""
    return sum(len(one.people) for one in parties if one.at == place_id)


def _pairs(apart: Iterable[Apart], cases: Mapping[str, Case]) -> tuple[tuple[str, str], ...]:
    found = set()
    for one in apart:
        those = sorted({case_id for case_id in one.case_ids if case_id in cases})
        if not one.lifted_at:
            found |= {(first, second) for i, first in enumerate(those) for second in those[i + 1 :]}
    return tuple(sorted(found))
