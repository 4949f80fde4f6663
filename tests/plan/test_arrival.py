"""First come, first served: honest, lawful, and blind to danger. It must be no straw man."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.checker import check
from tests.plan.test_greedy import one, world
from tests.plan.tiny import tiny

from leeward.bench.plan_instances import make_instance
from leeward.plan.arrival import in_order_of_arrival
from leeward.plan.check import faults
from leeward.plan.errors import NoPlan
from leeward.plan.instance import Line, Place, Stay, Way
from leeward.plan.reading import canonical, write_plan


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32))
def test_no_plan_breaks_a_rule(seed: int) -> None:
    instance = tiny(seed)
    try:
        plan = in_order_of_arrival(instance)
    except NoPlan:
        return
    assert faults(instance, plan) == []
    assert check(json.loads(canonical(instance)), json.loads(write_plan(plan)))[0] == []


@pytest.mark.parametrize(("people", "seed"), [(40, 1), (400, 1)])
def test_larger_ones_too_and_always_the_same(people: int, seed: int) -> None:
    instance = make_instance(people, seed)
    plan = in_order_of_arrival(instance)
    assert faults(instance, plan) == []
    assert in_order_of_arrival(instance).parties == plan.parties


def test_who_came_first_leaves_first_however_endangered_the_next() -> None:
    plan = in_order_of_arrival(world(one("p1", 8, from_day=1), one("p2", 1), one("p3", 5, from_day=1)))
    assert {line.id: line.departure for line in plan.parties} == {"p1": "d7", "p2": "d3", "p3": None}


def test_the_first_house_of_the_list_that_has_a_bed_is_taken() -> None:
    houses = (
        Place(id="dear", beds=(1,) * 10, cents=900, line="m"),
        Place(id="cheap", beds=(1,) * 10, cents=100, line="m"),
    )
    made = world(one("p1", 3), places=houses, lines=(Line(id="m", cents=10_000),))
    plan = in_order_of_arrival(made)
    assert plan.parties[0].stays == (Stay(place="dear", first=0, last=2),)


def test_what_was_promised_is_kept_before_anybody_is_served() -> None:
    promised = msgspec.structs.replace(one("p9", 1), promised=Way(departure="d3"))
    plan = in_order_of_arrival(world(one("p1", 8), promised))
    assert {line.id: line.departure for line in plan.parties} == {"p1": "d7", "p9": "d3"}


def test_a_promise_that_cannot_be_kept_is_served_like_others() -> None:
    promised = msgspec.structs.replace(one("p9", 1), promised=Way(departure="gone"))
    plan = in_order_of_arrival(world(one("p1", 8), promised))
    assert {line.id: line.departure for line in plan.parties} == {"p1": "d3", "p9": "d7"}
