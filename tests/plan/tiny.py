"""Tiny invented instances, full of corners: everything scarce, and what may be null or empty sometimes is."""

from __future__ import annotations

from random import Random

from leeward.plan.instance import (
    Country,
    Departure,
    Fixed,
    Held,
    Instance,
    Line,
    Member,
    Party,
    Place,
    Stay,
    Traveller,
    Visa,
    Way,
    Weights,
)


def tiny(seed: int) -> Instance:
    """Return one; the same seed gives the same."""
    chance = Random(seed)
    nights = chance.randint(1, 14)
    places = tuple(_place(chance, f"h{n}", nights) for n in range(chance.randint(0, 4)))
    countries = tuple(_country(chance, f"C{n}", nights) for n in range(chance.randint(1, 3)))
    departures = tuple(_departure(chance, f"d{n}", nights) for n in range(chance.randint(0, 6)))
    departures = tuple(one for one in departures if any(one.country == there.id for there in countries))
    members = tuple(
        Member(
            id=f"m{n}",
            minutes=tuple(chance.choice((0, 240, 480)) for _ in range(nights)),
            escorts=chance.random() < 0.8,
        )
        for n in range(chance.randint(0, 3))
    )
    made = Instance(
        first_day="2017-04-03",
        nights=nights,
        weights=chance.choice(
            (Weights(), Weights(sheltered=100, move=0), Weights(sheltered=0, late=7, change=1))
        ),
        wait_bound=chance.randint(0, nights),
        places=places,
        countries=countries,
        departures=departures,
        members=members,
        lines=(Line(id="money", cents=chance.choice((0, 3_000, 20_000, 200_000))),),
    )
    parties = tuple(_party(chance, f"p{n}", made) for n in range(chance.randint(0, 6)))
    pairs = {tuple(sorted(chance.sample(range(len(parties)), 2))) for _ in range(2) if len(parties) > 1}
    return Instance(
        first_day=made.first_day,
        nights=nights,
        weights=made.weights,
        wait_bound=made.wait_bound,
        parties=parties,
        apart=tuple((f"p{one}", f"p{other}") for one, other in sorted(pairs)),
        places=places,
        countries=countries,
        departures=departures,
        members=members,
        lines=made.lines,
    )


def _place(chance: Random, name: str, nights: int) -> Place:
    size = chance.randint(0, 5)
    ends = chance.randint(0, nights) if chance.random() < 0.3 else nights
    return Place(
        id=name,
        beds=tuple(size if night < ends else 0 for night in range(nights)),
        state=chance.choice(("clean",) * 4 + ("doubtful", "exposed")),
        has=("doctor",) if chance.random() < 0.6 else (),
        cents=chance.choice((0, 100, 1_000)),
        line="money",
    )


def _country(chance: Random, name: str, nights: int) -> Country:
    return Country(
        id=name,
        visa_for=("P1",) if chance.random() < 0.6 else (),
        slots=tuple(chance.choice((0, 0, 1, 2, 4)) for _ in range(nights)),
        lead_days=chance.randint(0, 5),
        valid_days=chance.randint(0, 8),
        passport_days=chance.randint(0, 4),
        cents=chance.choice((0, 600)),
        line="money",
        escort_minutes=chance.choice((0, 180)),
    )


def _departure(chance: Random, name: str, nights: int) -> Departure:
    return Departure(
        id=name,
        day=chance.randrange(nights),
        country=f"C{chance.randint(0, 2)}",
        seats=chance.randint(0, 5),
        tags=("flight",) if chance.random() < 0.5 else (),
        cents=chance.choice((0, 2_000, 9_000)),
        line="money",
        escort=chance.random() < 0.3,
        escort_minutes=chance.choice((0, 240, 480)),
        escort_days=chance.randint(0, 3),
        escort_parties=chance.randint(0, 2),
    )


def _party(chance: Random, name: str, made: Instance) -> Party:
    at = chance.choice(made.places).id if made.places and chance.random() < 0.4 else None
    from_day = 0 if at or chance.random() < 0.5 else chance.randrange(made.nights)
    people = tuple(
        Traveller(
            id=f"{name}{letter}",
            risk=chance.randint(0, 8),
            passport=chance.choice(("", "P1", "P2")),
            passport_until=chance.randint(-1, 20) if chance.random() < 0.3 else None,
        )
        for letter in "abc"[: chance.choice((1, 1, 2, 3))]
    )
    held = Held(country=chance.choice(made.countries).id, first=chance.randint(-2, 5), last=9)
    return Party(
        id=name,
        people=people,
        from_day=from_day,
        ready_day=chance.randint(0, 8),
        needs=("doctor",) if chance.random() < 0.3 else (),
        avoid=("flight",) if chance.random() < 0.2 else (),
        escort=chance.random() < 0.25,
        at=at,
        visas=(held,) if chance.random() < 0.15 else (),
        promised=any_way(chance, made) if chance.random() < 0.3 else None,
        fixed=_fixed(chance, made) if chance.random() < 0.15 else Fixed(),
    )


def _fixed(chance: Random, made: Instance) -> Fixed:
    way = any_way(chance, made)
    part = chance.randrange(6)
    return Fixed(
        departure=way.departure if part == 0 else None,
        not_departures=(way.departure,) if part == 1 and way.departure else (),
        places=tuple(stay.place for stay in way.stays) if part == 2 else (),
        not_places=tuple(stay.place for stay in way.stays) if part == 3 else (),
        stays=way.stays if part == 4 else None,
        visa=way.visa if part == 5 else None,
        escort=way.escort if part == 0 else None,
    )


def any_way(chance: Random, made: Instance) -> Way:
    """Return a way that makes no sense, of ids that exist."""
    stays: tuple[Stay, ...] = ()
    if made.places and chance.random() < 0.8:
        first = chance.randrange(made.nights)
        stays = (
            Stay(place=chance.choice(made.places).id, first=first, last=chance.randrange(first, made.nights)),
        )
        if stays[0].last + 1 < made.nights and chance.random() < 0.4:
            rest = Stay(place=chance.choice(made.places).id, first=stays[0].last + 1, last=made.nights - 1)
            stays = (*stays, rest)
    member = chance.choice(made.members).id if made.members and chance.random() < 0.3 else None
    visa = Visa(country=chance.choice(made.countries).id, day=chance.randrange(made.nights))
    return Way(
        stays=stays,
        departure=chance.choice(made.departures).id if made.departures and chance.random() < 0.7 else None,
        visa=visa if chance.random() < 0.4 else None,
        escort=member,
        visa_escort=member if chance.random() < 0.3 else None,
    )
