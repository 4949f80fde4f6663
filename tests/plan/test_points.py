"""Points, term by term, against numbers worked out by hand; and as a whole against the other program."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.checker import check
from tests.plan.tiny import tiny

from leeward.plan.answer import PartyPlan
from leeward.plan.arrival import in_order_of_arrival
from leeward.plan.errors import NoPlan
from leeward.plan.instance import Country, Departure, Instance, Party, Place, Stay, Traveller, Visa, Way
from leeward.plan.points import Points, plan_points, way_points
from leeward.plan.reading import canonical, write_plan
from leeward.plan.ways import Index

TWO = (Traveller(id="a", risk=8), Traveller(id="b", risk=2))
HERE = Party(id="p", people=TWO, from_day=2)
WORLD = Instance(
    first_day="2017-04-03",
    nights=20,
    wait_bound=5,
    parties=(HERE,),
    places=(
        Place(id="h1", beds=(4,) * 20),
        Place(id="h2", beds=(4,) * 20),
        Place(id="gone", beds=(4,) * 20, state="exposed"),
    ),
    countries=(Country(id="C", slots=(0,) * 20),),
    departures=(
        Departure(id="d6", day=6, country="C", seats=9),
        Departure(id="d9", day=9, country="C", seats=9),
    ),
)
INDEX = Index(WORLD)


def stays(*nights: tuple[str, int, int]) -> tuple[Stay, ...]:
    return tuple(Stay(place=place, first=first, last=last) for place, first, last in nights)


def test_nights_outside_cost_a_hundred_and_sheltered_ones_their_share() -> None:
    way = Way(stays=stays(("h1", 4, 5)), departure="d6")
    assert way_points(INDEX, HERE, way) == Points(outside=10 * 100 * 2, sheltered=10 * 30 * 2)


def test_who_does_not_leave_pays_the_nights_after_the_horizon_and_is_late() -> None:
    found = way_points(INDEX, HERE, Way())
    assert found == Points(outside=10 * 100 * 18, stranded=10 * 100 * 56, late=200 * 2 * (20 + 56 - 7))
    assert found.sum == 18_000 + 56_000 + 27_600


def test_leaving_after_the_bound_is_late_by_the_day() -> None:
    assert way_points(INDEX, HERE, Way(departure="d6")).late == 0
    assert way_points(INDEX, HERE, Way(departure="d9")).late == 200 * 2 * 2


@pytest.mark.parametrize(
    ("at", "slept", "moves"),
    [
        (None, [("h1", 2, 5)], 0),
        (None, [("h1", 2, 3), ("h2", 4, 5)], 1),
        ("h1", [("h1", 0, 5)], 0),
        ("h1", [("h2", 0, 5)], 1),
        ("h1", [("h1", 0, 3), ("h2", 4, 5)], 1),
        ("h1", [("h2", 0, 3), ("h1", 4, 5)], 2),
        ("gone", [("h2", 0, 5)], 0),
        ("gone", [("h2", 0, 3), ("h1", 4, 5)], 1),
        ("h1", [], 0),
    ],
)
def test_a_move_costs_each_person(at: str | None, slept: list[tuple[str, int, int]], moves: int) -> None:
    party = msgspec.structs.replace(HERE, at=at, from_day=2 if at is None else 0)
    assert way_points(INDEX, party, Way(stays=stays(*slept), departure="d6")).moves == 100 * 2 * moves


PROMISED = Way(stays=stays(("h1", 2, 5)), departure="d6", visa=Visa(country="C", day=3))


@pytest.mark.parametrize(
    ("way", "changes"),
    [
        (PROMISED, 0),
        (msgspec.structs.replace(PROMISED, stays=stays(("h1", 4, 5))), 0),  # later, but the same house first
        (msgspec.structs.replace(PROMISED, stays=stays(("h1", 2, 3), ("h2", 4, 5))), 0),
        (msgspec.structs.replace(PROMISED, stays=stays(("h2", 2, 5))), 1),
        (msgspec.structs.replace(PROMISED, stays=()), 1),
        (msgspec.structs.replace(PROMISED, visa=Visa(country="C", day=4)), 1),
        (msgspec.structs.replace(PROMISED, visa=None, departure="d9"), 2),
        (Way(), 3),
        (msgspec.structs.replace(PROMISED, escort="m1"), 0),
    ],
)
def test_each_broken_promise_costs_each_person(way: Way, changes: int) -> None:
    party = msgspec.structs.replace(HERE, promised=PROMISED)
    assert way_points(INDEX, party, way).changes == 100 * 2 * changes


def test_a_plan_is_the_sum_over_its_parties() -> None:
    other = Party(id="q", people=(Traveller(id="c", risk=1),))
    world = msgspec.structs.replace(WORLD, parties=(HERE, other))
    lines = (PartyPlan(id="p", departure="d6"), PartyPlan(id="q", departure="d9"))
    assert plan_points(world, lines) == 10 * 100 * 4 + (100 * 9 + 200 * 4)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32))
def test_the_other_program_counts_the_same(seed: int) -> None:
    instance = tiny(seed)
    try:
        plan = in_order_of_arrival(instance)
    except NoPlan:
        return
    broken, points = check(json.loads(canonical(instance)), json.loads(write_plan(plan)))
    assert broken == []
    assert points == plan.points
