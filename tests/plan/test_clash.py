"""Impossibilities: what clashes is irreducible, what would resolve it does, and both are right by other means."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.checker import check
from tests.plan.plain import Json, all_limits, instance_of, plain_instance, plain_plan
from tests.plan.small import NIGHTS, country, departure, operation, party, place
from tests.plan.tiny import tiny

from leeward.plan.clash import clashes
from leeward.plan.errors import NoPlan
from leeward.plan.greedy import greedy
from leeward.plan.instance import Instance
from leeward.plan.keeping import Keeping
from leeward.plan.lacks import Clash, Thing
from leeward.plan.loosen import supplied, without
from leeward.plan.naming import Names
from leeward.plan.telling_clash import tell_clash, tell_resolution


def _plain(*parties: Json, **changes: Any) -> Json:
    made = operation()
    made.update(
        parties=list(parties),
        apart=[],
        places=[place("h1", 2, cents=0)],
        countries=[country("GE"), country("LT", visa_for=["RU"])],
        departures=[departure("d1", 8, "GE", 1, cents=0)],
    )
    made.update(changes)
    return made


def _fixed(name: str, **parts: Any) -> Json:
    made = party(name)
    made["fixed"] = {**made["fixed"], **parts}
    return made


def _only(plain: Json) -> Clash:
    """Return the one clash of an instance, its limits shown to be irreducible and its resolutions to resolve it."""
    instance = instance_of(plain)
    answer = clashes(instance)
    assert answer.decided
    assert len(answer.found) == 1
    clash = answer.found[0]
    _irreducible_alone(instance, clash)
    assert clash.resolutions
    for one in clash.resolutions:
        assert _witness(supplied(instance, one.lacks))
    return clash


def _witness(instance: Instance) -> bool:
    """Tell whether there is a plan that keeps every rule; the checker looks at it."""
    kept = Keeping(instance, [one.id for one in instance.parties]).ask()
    if kept.possible:
        assert check(plain_instance(instance), plain_plan(kept.ways))[0] == []
    return bool(kept.possible)


def test_beds_that_are_gone_on_some_nights() -> None:
    people = [{"id": f"p1{n}", "risk": 4, "passport": "GE", "passport_until": None} for n in "abcd"]
    plain = _plain(party("p1", at="h1", people=people))
    plain["places"][0]["beds"] = [4] * 4 + [2] * 3 + [4] * (NIGHTS - 7)
    clash = _only(plain)
    assert {limit.thing for limit in clash.limits} == {Thing.INSIDE, Thing.BEDS}
    first = clash.resolutions[0].lacks
    assert [(one.thing, one.place, one.first, one.last, one.amount) for one in first] == [
        (Thing.BEDS, "h1", 4, 6, 2)
    ]
    said = str(tell_resolution(clash.resolutions[0], Names()))
    assert said == "This would be enough: 2 beds in h1 in the nights from day 4 to day 6."


def test_more_people_than_seats_by_hand() -> None:
    clash = _only(_plain(_fixed("p1", departure="d1"), _fixed("p2", departure="d1")))
    assert clash.parties == ("p1", "p2")
    assert sorted((one.thing, one.party) for one in clash.limits if one.party) == [
        (Thing.FIXED, "p1"),
        (Thing.FIXED, "p2"),
    ]
    assert [one.departure for one in clash.limits if one.thing == Thing.SEATS] == ["d1"]
    found = {one.lacks[0].thing: one.lacks[0].amount for one in clash.resolutions}
    assert found == {Thing.SEATS: 1, Thing.FIXED: 1}


def test_money_by_hand() -> None:
    plain = _plain(_fixed("p1", departure="d1"))
    plain["departures"][0]["cents"] = 290_000
    clash = _only(plain)
    assert clash.resolutions[0].lacks[0].thing == Thing.FIXED
    money = next(one.lacks for one in clash.resolutions if one.lacks[0].thing == Thing.MONEY)
    assert (money[0].line, money[0].amount) == ("travel", 190_000)
    assert str(tell_resolution(clash.resolutions[1], Names())) == "This would be enough: 1900.00 on travel."


def test_one_appointment_before_a_day() -> None:
    plain = _plain(_fixed("p1", departure="d1"), departures=[departure("d1", 8, "LT", 1, cents=0)])
    plain["countries"][1]["cents"] = 0
    clash = _only(plain)
    slot = clash.resolutions[0].lacks[0]
    assert (slot.thing, slot.country, slot.amount) == (Thing.SLOTS, "LT", 1)
    assert 0 <= (slot.first or 0) <= 5


def test_a_passport_that_ends_and_somebody_not_ready() -> None:
    late = _fixed("p1", departure="d1")
    late["ready_day"] = 10
    assert {one.thing for one in _only(_plain(late)).limits} == {Thing.FIXED, Thing.READY}
    ending = _fixed("p1", departure="d1")
    ending["people"][0]["passport_until"] = 5
    clash = _only(_plain(ending))
    assert {one.thing for one in clash.limits} == {Thing.FIXED, Thing.PASSPORT}
    assert any(one.lacks[0].last == 10 for one in clash.resolutions)  # the day, and two more for the country


def test_the_time_of_those_who_escort() -> None:
    plain = _plain(_fixed("p1", departure="d1"))
    plain["departures"][0].update(escort=True, escort_days=1)
    plain["members"] = [{"id": "m1", "minutes": [60] * NIGHTS, "escorts": True}]
    clash = _only(plain)
    minutes = clash.resolutions[0].lacks[0]
    assert (minutes.thing, minutes.member, minutes.first, minutes.amount) == (Thing.MINUTES, "m1", 8, 240)


def test_two_who_must_not_meet_and_have_one_house() -> None:
    answer = clashes(instance_of(_plain(party("p1", at="h1"), party("p2", at="h1"), apart=[["p1", "p2"]])))
    assert Thing.APART in {one.thing for one in answer.found[0].limits}
    offered = [lack.thing for one in answer.found[0].resolutions for lack in one.lacks]
    assert Thing.APART not in offered


def test_what_protects_is_never_offered() -> None:
    needing = party("p1", at="h1", needs=["doctor"])
    answer = clashes(instance_of(_plain(needing)))
    assert {one.thing for one in answer.found[0].limits} == {Thing.INSIDE, Thing.NEEDS}
    assert answer.found[0].resolutions == ()


def test_nothing_clashes_where_a_plan_is_possible() -> None:
    assert clashes(instance_of(operation())).found == ()


@settings(max_examples=12)
@given(st.integers(0, 100_000))
def test_whatever_clashes(seed: int) -> None:
    instance = tiny(seed)
    answer = clashes(instance)
    assert _witness(instance) == (not answer.found)
    try:
        greedy(instance)
    except NoPlan:
        pass
    else:
        assert answer.found == ()
    for clash in answer.found:
        _irreducible_alone(instance, clash)
        said = [*tell_clash(clash, Names()), *(tell_resolution(one, Names()) for one in clash.resolutions)]
        assert all("{" not in str(one) for one in said)
        for one in clash.resolutions:
            if one.enough:
                supplied_ = supplied(instance, one.lacks)
                assert Keeping(supplied_, list(clash.parties)).ask().possible
        if clash.resolutions:
            instance = supplied(instance, clash.resolutions[0].lacks)
    if answer.decided:
        assert _witness(instance)


def _irreducible_alone(instance: Instance, clash: Clash) -> None:
    """Keep only the limits of the clash; then without each one it is possible, and with all of them it is not."""
    limits = set(clash.limits)
    inside = {one.party for one in limits if one.thing == Thing.INSIDE}
    others = [one for one in all_limits(instance, clash.parties) if one not in limits]
    free = without(instance, others)
    never = frozenset(name for name in clash.parties if name not in inside)
    assert Keeping(free, list(clash.parties), never).ask().possible is False
    for limit in limits:
        rest = () if limit.thing == Thing.INSIDE else (limit,)
        outside = never | ({limit.party} if limit.thing == Thing.INSIDE and limit.party else frozenset())
        assert Keeping(without(free, rest), list(clash.parties), outside).ask().possible
