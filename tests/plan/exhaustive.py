"""Tiny operations by chance, and the best plan of each found by trying every way of everybody."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

from tests.plan.checker import check, party_points
from tests.plan.small import country, departure, party, place

Json = dict[str, Any]
NIGHTS = 12


def operation(seed: int) -> Json:
    """Return two or three parties who compete for little."""
    dice = Random(seed)
    parties = []
    for k in range(dice.choice((2, 3, 3))):
        people = [
            {
                "id": f"p{k}{n}",
                "risk": dice.randint(1, 8),
                "passport": dice.choice(("RU", "RU", "GE")),
                "passport_until": dice.choice((None, None, 9)),
            }
            for n in range(dice.choice((1, 1, 2)))
        ]
        at = dice.choice((None, None, "h1", "h2"))
        first = 0 if at else dice.choice((0, 2))
        parties.append(
            party(
                f"p{k}",
                people=people,
                from_day=first,
                ready_day=first + dice.randint(0, 4),
                at=at,
                needs=dice.choice(([], [], ["doctor"])) if at is None else [],
                avoid=dice.choice(([], ["flight"])),
                escort=dice.random() < 0.3,
            )
        )
    places = [
        place("h1", 4, cents=dice.choice((0, 1000))),
        place("h2", 3, has=["doctor"], state=dice.choice(("clean", "clean", "doubtful"))),
    ]
    if all(one["at"] is None for one in parties):
        for one in places:
            one["beds"] = [dice.choice((0, 1, 2)) for _ in range(NIGHTS)]
    departures = [
        departure(
            f"d{k}",
            dice.randint(3, 11),
            dice.choice(("LT", "GE")),
            dice.choice((1, 2)),
            escort=dice.random() < 0.3,
            tags=dice.choice(([], ["flight"])),
        )
        for k in range(3)
    ]
    return {
        "format": "leeward-instance-1",
        "first_day": "2017-04-03",
        "nights": NIGHTS,
        "weights": {"sheltered": 30, "tail_nights": 5, "move": 100, "change": 100, "late": 200},
        "wait_bound": 7,
        "parties": parties,
        "apart": [["p0", "p1"]] if dice.random() < 0.4 and not parties[0]["at"] else [],
        "places": places,
        "countries": [
            country("LT", visa_for=["RU"], slots=[0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]),
            country("GE"),
        ],
        "departures": departures,
        "members": [{"id": "m1", "minutes": [dice.choice((300, 480))] * NIGHTS, "escorts": True}],
        "lines": [
            {"id": "housing", "cents": dice.choice((8_000, 60_000))},
            {"id": "travel", "cents": dice.choice((45_000, 100_000))},
            {"id": "visas", "cents": 12_000},
        ],
    }


def lines(instance: Json, one: Json) -> list[tuple[int, Json]]:
    """Return every line that keeps the rules if the party is alone in the world, with its points, cheapest first."""
    alone = {**instance, "parties": [one], "apart": []}
    found = []
    exits: list[Json | None] = [None, *instance["departures"]]
    visas: list[Json | None] = [None, *({"country": "LT", "day": day} for day in (1, 3))]
    for way, visa in itertools.product(exits, visas):
        end = way["day"] if way else NIGHTS
        for stays, escort, visa_escort in itertools.product(patterns(one, end), (None, "m1"), (None, "m1")):
            line = {
                "id": one["id"],
                "stays": stays,
                "departure": way["id"] if way else None,
                "visa": visa,
                "escort": escort,
                "visa_escort": visa_escort,
            }
            if not check(alone, {"parties": [line]})[0]:
                found.append((party_points(instance, one, line), line))
    return sorted(found, key=lambda pair: pair[0])


def patterns(one: Json, end: int) -> list[list[Json]]:
    """Return all stays with at most one move, in places h1 and h2."""
    found: list[list[Json]] = [[]]
    for start in range(one["from_day"], end):
        for here in ("h1", "h2"):
            found.append([{"place": here, "first": start, "last": end - 1}])
            found += [
                [
                    {"place": here, "first": start, "last": turn - 1},
                    {"place": "h1" if here == "h2" else "h2", "first": turn, "last": end - 1},
                ]
                for turn in range(start + 1, end)
            ]
    return found


def best(instance: Json) -> int | None:
    """Return the points of the best plan by trying everything; None if there is no plan."""
    every = [lines(instance, one) for one in instance["parties"]]
    if not all(every):
        return None
    least = [0]
    for ways in reversed(every):
        least.insert(0, least[0] + ways[0][0])
    found: list[int] = []

    def extend(chosen: list[Json], points: int) -> None:
        depth = len(chosen)
        if depth == len(every):
            found.append(points)
            return
        for more, line in every[depth]:
            if found and points + more + least[depth + 1] >= min(found):
                return
            part = {
                **instance,
                "parties": instance["parties"][: depth + 1],
                "apart": instance["apart"] if depth else [],
            }
            if not check(part, {"parties": [*chosen, line]})[0]:
                extend([*chosen, line], points + more)

    extend([], 0)
    return min(found) if found else None
