"""The careful rule of thumb keeps every rule, is deterministic, and serves the most endangered first."""

from __future__ import annotations

import json
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.checker import check
from tests.plan.tiny import tiny

from leeward.bench.plan_instances import make_instance
from leeward.plan.check import faults
from leeward.plan.choose import best_way, chances
from leeward.plan.errors import NoPlan
from leeward.plan.greedy import greedy, secured
from leeward.plan.instance import Country, Departure, Fixed, Instance, Line, Party, Place, Stay
from leeward.plan.left import Left, runs
from leeward.plan.reading import canonical, write_plan
from leeward.plan.ways import Index


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32))
def test_no_plan_breaks_a_rule(seed: int) -> None:
    instance = tiny(seed)
    try:
        plan = greedy(instance)
    except NoPlan as none:
        assert set(none.parties) <= {party.id for party in instance.parties}  # noqa: PT017
        return
    assert faults(instance, plan) == []
    assert check(json.loads(canonical(instance)), json.loads(write_plan(plan)))[0] == []


@pytest.mark.parametrize(("people", "seed"), [(40, 1), (40, 2), (400, 1)])
def test_larger_ones_too_and_always_the_same(people: int, seed: int) -> None:
    instance = make_instance(people, seed)
    plan = greedy(instance)
    assert faults(instance, plan) == []
    assert check(json.loads(canonical(instance)), json.loads(write_plan(plan)))[0] == []
    assert greedy(instance).parties == plan.parties


def test_two_thousand_people_take_no_time() -> None:
    instance = make_instance(2_000, 1)
    begun = time.process_time()
    plan = greedy(instance)
    assert time.process_time() - begun < 10  # one second on a quiet machine
    assert faults(instance, plan) == []


def one(name: str, risk: int, **more: object) -> Party:
    return msgspec.convert(
        {"id": name, "people": [{"id": f"{name}a", "risk": risk}], **more}, Party, strict=True
    )


def world(*parties: Party, beds: int = 0, **more: object) -> Instance:
    return msgspec.structs.replace(
        Instance(
            first_day="2017-04-03",
            nights=10,
            parties=parties,
            places=(Place(id="h1", beds=(beds,) * 10), Place(id="h2", beds=(0,) * 5 + (beds,) * 5)),
            countries=(Country(id="C", slots=(0,) * 10),),
            departures=(
                Departure(id="d3", day=3, country="C", seats=1),
                Departure(id="d7", day=7, country="C", seats=1),
            ),
        ),
        **more,
    )


def test_the_early_seat_goes_to_who_has_most_at_stake() -> None:
    plan = greedy(world(one("p1", 2), one("p2", 8), one("p3", 5)))
    assert {line.id: line.departure for line in plan.parties} == {"p1": None, "p2": "d3", "p3": "d7"}


def test_who_has_no_way_out_asks_who_has_another() -> None:
    flexible, bound = one("p1", 8), one("p2", 7, fixed={"not_departures": ["d7"]})
    plan = greedy(world(flexible, bound))
    assert {line.id: line.departure for line in plan.parties} == {"p1": "d7", "p2": "d3"}


def test_a_bed_that_somebody_has_is_not_lost_to_one_more_endangered() -> None:
    plan = greedy(world(one("p1", 8), one("p2", 1, at="h1"), beds=1, departures=()))
    assert {line.id: line.stays[0] if line.stays else None for line in plan.parties} == {
        "p1": Stay(place="h2", first=5, last=9),
        "p2": Stay(place="h1", first=0, last=9),
    }


def test_who_must_have_a_bed_and_cannot_is_named() -> None:
    instance = world(one("p1", 1, at="h1"), one("p2", 1, at="h1"), beds=1)
    with pytest.raises(NoPlan) as caught:
        greedy(instance)
    assert caught.value.parties[0] in {"p1", "p2"}
    assert "Nothing was changed." in str(caught.value)


def test_when_a_house_is_given_up_its_guests_move_in_time() -> None:
    houses = (Place(id="h1", beds=(1,) * 6 + (0,) * 4), Place(id="h2", beds=(0,) * 3 + (1,) * 7))
    plan = greedy(world(one("p1", 5, at="h1", fixed={"not_departures": ["d3", "d7"]}), places=houses))
    assert plan.parties[0].stays == (Stay(place="h1", first=0, last=5), Stay(place="h2", first=6, last=9))


def test_runs_begin_where_a_row_of_free_nights_does() -> None:
    assert runs([True, True, False, True]) == [0, 0, 0, 3, 3]
    assert runs([]) == [0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_giving_back_leaves_everything_as_it_was(seed: int) -> None:
    index = Index(tiny(seed))
    left, fresh = Left(index), Left(index)
    booked = []
    for party in index.instance.parties:
        found = best_way(left, chances(index, party))
        if found is not None:
            left.book(party, found[1])
            booked.append(party)
    for party in booked:
        left.free(party)
    for name in ("beds", "seats", "slots", "minutes", "cents", "ways"):
        assert getattr(left, name) == getattr(fresh, name)
    assert not any(any(members.values()) for members in left.accompanied.values())


def test_what_is_fixed_is_given_first() -> None:
    fixed = Fixed(departure="d3")
    parties = (one("p1", 8), msgspec.structs.replace(one("p2", 1), fixed=fixed))
    index = Index(world(*parties))
    left = secured(index, [chances(index, party) for party in parties])
    assert {name: way.departure for name, way in left.ways.items()} == {"p2": "d3"}
    assert greedy(world(*parties)).parties[1].departure == "d3"


def test_who_cannot_pay_for_the_house_they_are_in_moves_to_one_that_costs_nothing() -> None:
    houses = (Place(id="h1", beds=(1,) * 10, cents=100, line="m"), Place(id="h2", beds=(1,) * 10))
    parties = (one("p1", 5, at="h1"),)
    plan = greedy(world(*parties, places=houses, departures=(), lines=(Line(id="m", cents=900),)))
    assert plan.parties[0].stays == (Stay(place="h2", first=0, last=9),)
