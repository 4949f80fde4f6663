"""The operation of 2017 played again, week by week: what a planner would have saved against the order of arrival.

Published, and kept to (the Network's figures for 2017; src/leeward/practice/public_record_2017.toml): the first request
on 2 April, which is day 0; the first person out of the region on 7 April; the first out of the country on 26 May;
four to five requests a day at the peak, over 170 in the year, 106 people brought out, 88 abroad at its end; about 40
in hiding at once; 3.5 months of support a person (1.5 to 8); EUR 479,064, of which 10.8 % housing and 13.2 % visas and
departure.

Assumed, because nobody published it:
1. The days on which those 106 asked for help fall off exponentially, by 45 days on average: 3.8 requests a day in the
   first days when all 170 are counted, and 106 of the 170 evenly among them. 85 % are alone, the others two to four
   together. Risk is 1 to 8, evenly; 15 % need a doctor in the house.
2. Beds: eight from 7 April, eight more every ten days until there are 40, for the rest of the year. A bed costs the
   housing line over all these nights.
3. Everybody needs a visa. Three countries give appointments: after 42, 60 and 90 days one may leave, within 90 days.
   There are as many in the year as people went abroad, 88, evenly from 14 April on; the calendars are open four
   weeks ahead. Each country has a flight a week with seats enough. A person abroad costs the line of visas and
   departure over 88.
4. A night in the region or on the street counts a person's risk, a night in hiding 30 % of it, abroad nothing.
5. The team plans on Mondays with what is known then: nobody knows who will ask for help next week. Who asks in between
   waits until Monday. What was promised is kept in the order of arrival, and changed by the planner only for more
   than a risk-day a person. This is so for both.
So both have the same people, beds and appointments and the same knowledge; only the order differs.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from leeward.bench.table import Figure
from leeward.plan.answer import Plan
from leeward.plan.arrival import in_order_of_arrival
from leeward.plan.check import faults
from leeward.plan.instance import (
    Country,
    Departure,
    Held,
    Instance,
    Line,
    Party,
    Place,
    Stay,
    Traveller,
    Visa,
    Way,
    Weights,
)

DAYS = 273  # 2 April to 31 December
PEOPLE, ABROAD, EUROS = 106, 88, 479_064
_WINDOW = 140  # nights that a weekly plan looks ahead
_OPEN = 28  # days ahead for which appointments are given
_LEADS = {"V1": 42, "V2": 60, "V3": 90}
_VALID = 90
_SHELTERED = 30
_HOUSES = 5
_SEEDS, _SEEDS_QUICK = 10, 1
_SECONDS, _SECONDS_QUICK = 1.0, 0.25  # for each Monday's plan, at most

Planning = Callable[[Instance], Plan]


@dataclass(frozen=True, slots=True)
class World:
    """What happens, whoever plans: who asks when, and how many appointments there are on which day."""

    asking: tuple[Party, ...]
    slots: dict[str, tuple[int, ...]]


@dataclass(slots=True)
class Life:
    """What has become of one party so far."""

    party: Party
    at: str | None = None
    held: tuple[Held, ...] = ()
    promised: Way | None = None
    gone: int | None = None


@dataclass(slots=True)
class Outcome:
    """What a year comes to: risk-days, days in danger of any person, and people abroad; faults of any Monday's plan."""

    risk_days: float = 0.0
    days: float = 0.0
    abroad: int = 0
    stays: list[int] = field(default_factory=list)
    faults: int = 0


def figures(*, quick: bool, progress: Callable[[str], None]) -> list[Figure]:
    """Play the year for some seeds, in order of arrival and by plan; return the medians."""
    from leeward.plan.solve import solve  # noqa: PLC0415 - large libraries

    seconds = _SECONDS_QUICK if quick else _SECONDS

    def planner(instance: Instance) -> Plan:
        return solve(instance, seconds=seconds, seed=1, stop=lambda: False, progress=lambda _: None)

    saved, shares, planned, served, broken = [], [], [], [], 0
    seeds = _SEEDS_QUICK if quick else _SEEDS
    for seed in range(1, seeds + 1):
        progress(f"2017 again, year {seed} of {seeds}")
        world = make_world(seed)
        arrival, plan = play(world, in_order_of_arrival), play(world, planner)
        saved.append(arrival.risk_days - plan.risk_days)
        shares.append(1 - plan.risk_days / arrival.risk_days)
        planned.append(plan)
        served.append(arrival)
        broken += arrival.faults + plan.faults
    unweighted = _median([one.days - other.days for one, other in zip(served, planned, strict=True)])
    abroad, by_arrival = (_median([one.abroad for one in many]) for many in (planned, served))
    label = f"2017, risk-days saved against the order of arrival (median of {seeds} years)"
    return [
        Figure("replay_days_saved", label, _median(saved), "days", 0.0),
        Figure("replay_share_saved", "2017, share of the risk-days saved", _median(shares), "", 0.0),
        Figure(
            "replay_person_days_saved", "2017, days in danger saved, all people alike", unweighted, "days"
        ),
        Figure("replay_abroad", f"2017, people abroad at its end ({by_arrival:.0f} by arrival)", abroad, ""),
        Figure("replay_violations", "2017, rules broken by any plan", broken, "", 0.0, more_is_better=False),
    ]


def make_world(seed: int) -> World:
    """Return a year like 2017."""
    chance = random.Random(f"2017/{seed}")  # noqa: S311 - invented, not secret
    asking: list[tuple[int, int]] = []
    left = PEOPLE
    while left:
        size = min(left, chance.choice((1,) * 17 + (2, 3, 4)))
        day = int(chance.expovariate(1 / 45))
        if day < DAYS - 30:
            asking.append((day, size))
            left -= size
    asking.sort()
    parties = []
    for number, (day, size) in enumerate(asking, 1):
        name = f"p{number:03}"  # in the order of arrival
        people = tuple(
            Traveller(id=f"{name}{'abcd'[place]}", risk=chance.randint(1, 8), passport="P")
            for place in range(size)
        )
        needs = ("doctor",) if chance.random() < 0.15 else ()
        parties.append(Party(id=name, people=people, from_day=day, ready_day=day, needs=needs))
    slots = {country: [0] * DAYS for country in _LEADS}
    for _ in range(ABROAD):
        country = chance.choice(tuple(_LEADS))
        slots[country][chance.randint(12, DAYS - 1 - _LEADS[country])] += 1
    slots["V1"][12] += 1  # somebody left on 26 May
    return World(tuple(parties), {country: tuple(days) for country, days in slots.items()})


def play(world: World, planning: Planning) -> Outcome:
    """Live through the year with one way of planning."""
    lives = [Life(party) for party in world.asking]
    outcome = Outcome()
    used: dict[tuple[str, int], int] = {}
    for monday in range(0, DAYS, 7):
        known = [life for life in lives if life.party.from_day <= monday and life.gone is None]
        if known:
            instance = _instance(world, known, used, monday)
            plan = planning(instance)
            outcome.faults += len(faults(instance, plan))
            ways = {line.id: line.way for line in plan.parties}
            for life in known:
                _live(life, ways[life.party.id], monday, used, outcome)
        _wait_outside(lives, monday, outcome)
    outcome.abroad = sum(len(life.party.people) for life in lives if life.gone is not None)
    outcome.stays = [life.gone - life.party.from_day for life in lives if life.gone is not None]
    return outcome


def _instance(world: World, known: list[Life], used: dict[tuple[str, int], int], today: int) -> Instance:
    """Return what is known and open on a Monday; its day 0 is that day."""
    countries, departures = [], []
    for country, lead in _LEADS.items():
        days = [*world.slots[country], *[0] * _WINDOW][today : today + _WINDOW]
        free = [slots - used.get((country, today + day), 0) for day, slots in enumerate(days)]
        slots = tuple(many if day < _OPEN else 0 for day, many in enumerate(free))
        countries.append(Country(id=country, visa_for=("P",), slots=slots, lead_days=lead, valid_days=_VALID))
        departures += [
            Departure(
                id=f"{country}-{day}",
                day=day - today,
                country=country,
                seats=20,
                cents=EUROS * 100 * 132 // 1_000 // ABROAD,
                line="departure",
            )
            for day in range(54, DAYS + _WINDOW, 7)
            if today <= day < today + _WINDOW
        ]
    nights = range(today, today + _WINDOW)
    price = EUROS * 100 * 108 // 1_000 // (8 * sum(DAYS - 5 - 10 * house for house in range(_HOUSES)))
    return Instance(
        first_day="2017-04-02",
        nights=_WINDOW,
        weights=Weights(sheltered=_SHELTERED, late=0),
        wait_bound=_WINDOW,
        parties=tuple(_party_now(life, today) for life in known),
        places=tuple(
            Place(
                id=f"h{house}",
                beds=tuple(8 if night >= 5 + 10 * house else 0 for night in nights),
                has=("doctor",) if house % 2 == 0 else (),
                cents=price,
                line="housing",
            )
            for house in range(_HOUSES)
        ),
        countries=tuple(countries),
        departures=tuple(departures),
        lines=(Line(id="housing", cents=10**9), Line(id="departure", cents=10**9)),
    )


def _party_now(life: Life, today: int) -> Party:
    held = tuple(
        Held(country=one.country, first=one.first - today, last=one.last - today) for one in life.held
    )
    return msgspec.structs.replace(
        life.party, from_day=0, ready_day=0, at=life.at, visas=held, promised=_shifted(life.promised, -today)
    )


def _shifted(way: Way | None, by: int) -> Way | None:
    if way is None:
        return None
    stays = tuple(
        Stay(place=stay.place, first=max(stay.first + by, 0), last=stay.last + by)
        for stay in way.stays
        if stay.last + by >= 0
    )
    visa = Visa(country=way.visa.country, day=way.visa.day + by) if way.visa else None
    return msgspec.structs.replace(way, stays=stays, visa=visa)


def _live(life: Life, way: Way, monday: int, used: dict[tuple[str, int], int], outcome: Outcome) -> None:
    """Let a week of a plan happen."""
    until = min(monday + 7, DAYS)
    if way.visa is not None and monday + way.visa.day < until:
        day = monday + way.visa.day
        country = way.visa.country
        used[country, day] = used.get((country, day), 0) + len(life.party.people)
        good = day + _LEADS[country]
        life.held = (*life.held, Held(country=country, first=good, last=good + _VALID))
        way = msgspec.structs.replace(way, visa=None)
    leaves = int(way.departure.rpartition("-")[2]) if way.departure is not None else DAYS
    for night in range(monday, min(until, leaves)):
        slept = next((stay.place for stay in way.stays if stay.first <= night - monday <= stay.last), None)
        life.at = slept or life.at
        _count(life.party, outcome, sheltered=slept is not None)
    if leaves < until:
        life.gone = leaves
    life.promised = _shifted(way, monday)


def _wait_outside(lives: list[Life], monday: int, outcome: Outcome) -> None:
    """Count the nights of those who asked after Monday, until the next."""
    for life in lives:
        if monday < life.party.from_day < monday + 7:
            for _ in range(life.party.from_day, min(monday + 7, DAYS)):
                _count(life.party, outcome, sheltered=False)


def _count(party: Party, outcome: Outcome, *, sheltered: bool) -> None:
    share = _SHELTERED / 100 if sheltered else 1.0
    outcome.risk_days += share * sum(person.risk for person in party.people)
    outcome.days += share * len(party.people)


def _median(values: list[float] | list[int]) -> float:
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
