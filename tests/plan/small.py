"""A small operation and a plan for it made by hand: every kind of scarce thing is in it once."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

NIGHTS = 12
FREE: Json = {
    "departure": None,
    "not_departures": [],
    "places": [],
    "not_places": [],
    "stays": None,
    "visa": None,
    "visa_escort": None,
    "escort": None,
}


def party(name: str, **changes: Any) -> Json:
    """Return a party of one person, risk 4, who needs a visa and nothing else."""
    person = {"id": f"{name}a", "risk": 4, "passport": "RU", "passport_until": None}
    made: Json = {
        "id": name,
        "people": [person],
        "from_day": 0,
        "ready_day": 0,
        "needs": [],
        "avoid": [],
        "escort": False,
        "at": None,
        "visas": [],
        "promised": None,
        "fixed": dict(FREE),
    }
    return {**made, **changes}


def place(name: str, beds: int, **changes: Any) -> Json:
    """Return a clean place with so many beds on every night."""
    made: Json = {
        "id": name,
        "beds": [beds] * NIGHTS,
        "state": "clean",
        "has": [],
        "cents": 1000,
        "line": "housing",
    }
    return {**made, **changes}


def departure(name: str, day: int, country: str, seats: int, **changes: Any) -> Json:
    """Return a departure that anybody may take alone."""
    made: Json = {
        "id": name,
        "day": day,
        "route": "r1",
        "country": country,
        "seats": seats,
        "tags": [],
        "cents": 20000,
        "line": "travel",
        "escort": False,
        "escort_minutes": 300,
        "escort_days": 2,
        "escort_parties": 1,
    }
    return {**made, **changes}


def country(name: str, **changes: Any) -> Json:
    """Return a country that asks nobody for a visa."""
    made: Json = {
        "id": name,
        "visa_for": [],
        "slots": [0] * NIGHTS,
        "lead_days": 3,
        "valid_days": 5,
        "passport_days": 2,
        "cents": 6000,
        "line": "visas",
        "escort_minutes": 120,
    }
    return {**made, **changes}


def line(name: str, stays: list[tuple[str, int, int]], leaves: str | None = None, **changes: Any) -> Json:
    """Return a party's line of a plan; stays as (place, first night, last night)."""
    made: Json = {
        "id": name,
        "stays": [{"place": where, "first": first, "last": last} for where, first, last in stays],
        "departure": leaves,
        "visa": None,
        "visa_escort": None,
        "escort": None,
    }
    return {**made, **changes}


def operation() -> Json:
    """Return five parties: a family with an escort, one who is housed, one in an exposed place, two kept apart."""
    family = [
        {"id": "p1a", "risk": 8, "passport": "RU", "passport_until": 10},
        {"id": "p1b", "risk": 2, "passport": "GE", "passport_until": 30},
    ]
    return {
        "format": "leeward-instance-1",
        "first_day": "2017-04-03",
        "nights": NIGHTS,
        "weights": {"sheltered": 30, "tail_nights": 5, "move": 100, "change": 100, "late": 200},
        "wait_bound": 7,
        "parties": [
            party("p1", people=family, ready_day=4, needs=["doctor"], escort=True),
            party("p2", at="h2", visas=[{"country": "LT", "from": 0, "to": 9}], avoid=["flight"]),
            party("p3", at="h3"),
            party("p4", from_day=1),
            party("p5", at="h4"),
        ],
        "apart": [["p3", "p4"]],
        "places": [
            place("h1", 3, has=["doctor"], cents=1500),
            place("h2", 2),
            place("h3", 3, state="exposed"),
            place("h4", 2, state="doubtful"),
        ],
        "countries": [country("LT", visa_for=["RU"], slots=[0, 1, 1] + [0] * 9), country("GE")],
        "departures": [
            departure("d1", 8, "LT", 3),
            departure("d2", 3, "GE", 1, escort=True),
            departure("d3", 6, "LT", 1, tags=["flight"]),
            departure("d4", 9, "LT", 2),
        ],
        "members": [
            {"id": "m1", "minutes": [300] * NIGHTS, "escorts": True},
            {"id": "m2", "minutes": [480] * NIGHTS, "escorts": False},
        ],
        "lines": [
            {"id": "housing", "cents": 50500},
            {"id": "travel", "cents": 100000},
            {"id": "visas", "cents": 12000},
        ],
    }


def answer() -> Json:
    """Return a plan for `operation()` that keeps every rule."""
    return {
        "parties": [
            line(
                "p1",
                [("h1", 0, 7)],
                "d1",
                visa={"country": "LT", "day": 1},
                visa_escort="m1",
                escort="m1",
            ),
            line("p2", [("h2", 0, 4), ("h1", 5, 7)], "d1"),
            line("p3", [("h2", 1, 2)], "d2", escort="m1"),
            line("p4", [("h2", 3, 11)]),
            line("p5", [("h4", 0, 5)], "d3", visa={"country": "LT", "day": 2}),
        ],
    }
