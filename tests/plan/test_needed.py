"""What somebody would need to leave by a day: by every way there is, and with exactly what was said to be lacking."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.plan.checker import check
from tests.plan.plain import Json, all_limits, instance_of, plain_instance, plain_plan, plan_of
from tests.plan.small import country, departure, line, operation, party, place
from tests.plan.test_explain import lines_with
from tests.plan.tiny import tiny

from leeward.plan.answer import Plan
from leeward.plan.errors import NoPlan
from leeward.plan.explain import Explainer
from leeward.plan.greedy import greedy
from leeward.plan.instance import Instance
from leeward.plan.lacks import Clash, Thing
from leeward.plan.loosen import supplied, without
from leeward.plan.naming import Names
from leeward.plan.needed import _option, needed
from leeward.plan.telling_clash import tell_clash, tell_resolution


def _possible(instance: Instance, plan: Plan, name: str, by: int) -> set[str]:
    """Return the departures until a day that a party could take, found by trying every way with the checker."""
    plain, lines = plain_instance(instance), plain_plan({one.id: one.way for one in plan.parties})
    number = [one["id"] for one in lines["parties"]].index(name)
    who = next(one for one in plain["parties"] if one["id"] == name)
    now, found = deepcopy(lines["parties"][number]), set()
    for leaves in plain["departures"]:
        if leaves["day"] <= by:
            for one in lines_with(plain, who, leaves, now):
                lines["parties"][number] = one
                if check(plain, lines)[0] == []:
                    found.add(leaves["id"])
    return found


def _without_way_out(seed: int) -> tuple[Instance, Plan, list[str]] | None:
    """Return a tiny instance with a plan, and who has no way out in it; of the one case left out, none."""
    instance = tiny(seed)
    try:
        plan = greedy(instance)
    except NoPlan:
        return None
    accompanied = {one.id for one in instance.parties if one.escort}
    at_once = any(one.lead_days == 0 for one in instance.countries)
    names = [
        one.id for one in plan.parties if one.departure is None and not (at_once and one.id in accompanied)
    ]
    return instance, plan, names


@settings(max_examples=40)
@given(st.integers(0, 100_000))
def test_what_is_said_to_be_lacking_is_exactly_that(seed: int) -> None:
    made = _without_way_out(seed)
    if made is None:
        return
    instance, plan, names = made
    for name in names:
        clash = needed(Explainer(instance, plan), name)
        assert (clash is None) == bool(_possible(instance, plan, name, instance.nights - 1))
        if clash is None:
            continue
        for one in clash.resolutions:
            assert one.departure in _possible(supplied(instance, one.lacks), plan, name, instance.nights - 1)
            assert "{" not in str(tell_resolution(one, Names()))
        if any(one.escorts for one in instance.members):  # else nobody could have more time
            _irreducible(instance, plan, clash)
        assert all("{" not in str(one) for one in tell_clash(clash, Names()))


def _irreducible(instance: Instance, plan: Plan, clash: Clash) -> None:
    name = clash.parties[0]
    limits = set(clash.limits)
    explainer = Explainer(instance, plan)
    party = explainer.index.parties[name]
    possible = {limit for one in instance.departures for limit in _option(explainer, party, one).limits()}
    visa_times = sorted((one for one in possible if one.thing == Thing.VISA_TIME), key=str)
    turned = {replace(one, party=one.other, other=one.party) for one in limits if one.thing == Thing.APART}
    others = [one for one in (*all_limits(instance, (name,)), *visa_times) if one not in limits | turned]
    free = without(instance, others)
    assert needed(Explainer(free, plan), name) is not None
    for limit in limits:
        assert needed(Explainer(without(free, [limit]), plan), name) is None


def _one_late() -> tuple[Json, Json]:
    plain = operation()
    plain.update(
        parties=[party("p1"), party("p2")],
        apart=[],
        places=[place("h1", 2, cents=0)],
        countries=[country("GE"), country("LT", visa_for=["RU"], slots=[0] * 12, cents=0)],
        departures=[
            departure("d1", 3, "GE", 1, cents=0),
            departure("d2", 5, "LT", 1, cents=0),
            departure("d3", 10, "GE", 1, cents=0),
        ],
    )
    return plain, {"parties": [line("p1", [("h1", 0, 2)], "d1"), line("p2", [("h1", 0, 9)], "d3")]}


def test_a_seat_or_an_appointment_before_a_day() -> None:
    plain, plan = _one_late()
    clash = needed(Explainer(instance_of(plain), plan_of(plan)), "p2", by=7)
    assert clash is not None
    said = [str(tell_resolution(one, Names())) for one in clash.resolutions]
    assert said == [
        "For d1 this would be enough: 1 seat on d1.",
        "For d2 this would be enough: 1 appointment for LT on any day from day 0 to day 2.",
    ]
    assert [str(one) for one in tell_clash(clash, Names())] == [
        "What keeps p2 from leaving by day 7:",
        "the seats of d1",
        "the appointments for LT from day 0 to day 2",
    ]


def test_nothing_is_needed_where_a_way_is_free() -> None:
    plain, plan = _one_late()
    plain["departures"][0]["seats"] = 2
    assert needed(Explainer(instance_of(plain), plan_of(plan)), "p2", by=7) is None


def test_no_departure_at_all_is_a_clash_of_nothing() -> None:
    plain, plan = _one_late()
    clash = needed(Explainer(instance_of(plain), plan_of(plan)), "p2", by=2)
    assert clash is not None
    assert (clash.limits, clash.resolutions) == ((), ())


def test_the_time_of_one_who_escorts() -> None:
    plain, plan = _one_late()
    plain["departures"][0].update(seats=2, escort=True, escort_parties=1)
    plan["parties"][0]["escort"] = "m1"
    clash = needed(Explainer(instance_of(plain), plan_of(plan)), "p2", by=4)
    assert clash is not None
    assert [one.thing for one in clash.limits] == [Thing.TOGETHER]
    assert str(tell_resolution(clash.resolutions[0], Names())).endswith(
        "that a member takes more along on d1."
    )
