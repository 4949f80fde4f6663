"""What a proposed plan changes, and why; and that what was decided by hand stays when it is planned anew."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.plan.checker import check
from tests.plan.plain import Json, instance_of, plain_instance, plain_plan, plan_of
from tests.plan.small import answer, country, departure, line, operation, party, place
from tests.plan.tiny import tiny

from leeward.plan.arrival import in_order_of_arrival
from leeward.plan.changes import Change, What, changes, plan_ways, promised_ways
from leeward.plan.errors import NoPlan
from leeward.plan.greedy import greedy
from leeward.plan.instance import Fixed, Instance, Way
from leeward.plan.naming import Names
from leeward.plan.reasons import Stop
from leeward.plan.telling_changes import tell_change


def _plain(**more: Any) -> Json:
    made = operation()
    made.update(
        parties=[party("p1"), party("p2")],
        apart=[],
        places=[place("h1", 2, cents=0), place("h2", 2, cents=0)],
        countries=[country("GE")],
        departures=[departure("d1", 3, "GE", 1, cents=0), departure("d2", 8, "GE", 2, cents=0)],
    )
    made.update(more)
    return made


def _changes(plain: Json, before: dict[str, Json], *lines: Json) -> list[Change]:
    promised = {name: plan_of({"parties": [one]}).parties[0].way for name, one in before.items()}
    return changes(instance_of(plain), promised, plan_of({"parties": list(lines)}))


def _said(found: list[Change]) -> list[str]:
    return [" ".join(str(one) for one in tell_change(change, Names())) for change in found]


_FIRST, _SECOND = line("p1", [("h1", 0, 2)], "d1"), line("p2", [("h1", 0, 7)], "d2")


def test_nothing_changes_where_nothing_changes() -> None:
    assert _changes(_plain(), {"p1": _FIRST, "p2": _SECOND}, _FIRST, _SECOND) == []


def test_a_party_that_is_new_is_not_changed() -> None:
    assert _changes(_plain(), {}, _FIRST, _SECOND) == []


def test_a_seat_that_is_somebody_elses_now() -> None:
    before = {"p2": line("p2", [("h1", 0, 2)], "d1")}
    found = _changes(_plain(), before, _FIRST, _SECOND)
    assert [(one.what, one.before, one.after, one.why.kind) for one in found] == [
        (What.DEPARTURE, "d1", "d2", Stop.SEATS)
    ]
    assert found[0].why.holders == ("p1",)
    assert _said(found) == ["Leaves on day 8 instead of day 3. What was promised is for p1 now."]


def test_a_way_out_that_is_gone_and_one_that_is_better() -> None:
    before = {"p1": line("p1", [("h1", 0, 7)], "d2"), "p2": line("p2", [("h1", 0, 7)], "d9")}
    found = _changes(_plain(), before, _FIRST, _SECOND)
    assert [(one.party, one.why.kind) for one in found] == [("p1", Stop.BETTER), ("p2", Stop.GONE)]
    assert found[1].before_day is None


def test_a_place_that_is_not_safe_any_more_and_one_that_is_full() -> None:
    plain = _plain()
    plain["places"][1]["state"] = "exposed"
    before = {"p2": line("p2", [("h2", 0, 7)], "d2")}
    found = _changes(plain, before, _FIRST, _SECOND)
    assert [(one.what, one.why.kind) for one in found] == [(What.FIRST_PLACE, Stop.EXPOSED)]
    assert _said(found) == ["Sleeps first in h1 instead of h2. The place is not safe any more."]
    full = _plain()
    full["places"][1]["beds"][0] = 1
    found = _changes(full, before, line("p1", [("h2", 0, 2)], "d1"), _SECOND)
    assert (found[0].why.kind, found[0].why.holders) == (Stop.BEDS, ("p1",))


def test_an_appointment_and_an_escort() -> None:
    plain, plan = operation(), answer()
    before = {
        "p1": {**plan["parties"][0], "visa": {"country": "LT", "day": 2}, "escort": "m9"},
    }
    found = _changes(plain, before, *plan["parties"])
    assert [(one.what, one.why.kind) for one in found] == [
        (What.VISA, Stop.SLOTS),
        (What.ESCORT, Stop.GONE),
    ]
    assert found[0].why.holders == ("p5",)
    assert _said(found)[0] == "The appointment is on day 1 instead of day 2. What was promised is for p5 now."


def _planned(instance: Instance) -> dict[str, Way] | None:
    try:
        return plan_ways(greedy(instance))
    except NoPlan:
        return None


@settings(max_examples=40)
@given(st.integers(0, 100_000))
def test_each_change_is_one_and_each_can_be_said(seed: int) -> None:
    instance = tiny(seed)
    if _planned(instance) is None:
        return
    plan = in_order_of_arrival(instance)
    before, after = promised_ways(instance), plan_ways(plan)
    for one in changes(instance, before, plan):
        assert all("{" not in str(sentence) for sentence in tell_change(one, Names()))
        old, new = before[one.party], after[one.party]
        assert old != new
        if one.what == What.DEPARTURE:
            assert (one.before, one.after) == (old.departure, new.departure)
    assert changes(instance, after, plan) == []


def _by_hand(way: Way, chance: Random) -> Fixed:
    """Return some of what a party has, fixed."""
    return Fixed(
        departure=way.departure if chance.random() < 0.7 else None,
        stays=way.stays or None if chance.random() < 0.5 else None,
        visa=way.visa if chance.random() < 0.5 else None,
        escort=way.escort if chance.random() < 0.5 else None,
        visa_escort=way.visa_escort if chance.random() < 0.5 else None,
    )


@settings(max_examples=60)
@given(st.integers(0, 100_000))
def test_what_was_decided_by_hand_stays_when_it_is_planned_anew(seed: int) -> None:
    instance, chance = tiny(seed), Random(seed)
    ways = _planned(instance)
    if ways is None:
        return
    parties = tuple(
        replace(one, fixed=_by_hand(ways[one.id], chance), promised=ways[one.id])
        if chance.random() < 0.5
        else replace(one, promised=ways[one.id])
        for one in instance.parties
    )
    anew = replace(instance, parties=parties)
    after = _planned(anew)
    if after is None:
        return  # the rule of thumb may not find what there is
    assert check(plain_instance(anew), plain_plan(after))[0] == []  # rule 11 among them
    for one in anew.parties:
        fixed = one.fixed
        for part in ("departure", "stays", "visa", "escort", "visa_escort"):
            wanted = getattr(fixed, part)
            assert wanted is None or getattr(after[one.id], part) == wanted
