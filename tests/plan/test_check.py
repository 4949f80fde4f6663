"""Two verifiers, written apart from one document, must say the same of any plan: which rules, and which points."""

from __future__ import annotations

import json
import re
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.checker import check
from tests.plan.tiny import any_way, tiny

from leeward.bench.plan_instances import make_instance
from leeward.plan.answer import PartyPlan, Plan
from leeward.plan.check import faults
from leeward.plan.errors import NoPlan
from leeward.plan.greedy import greedy
from leeward.plan.instance import Instance, Stay
from leeward.plan.points import plan_points
from leeward.plan.reading import canonical, digest, write_plan


def rules(sentences: list[str]) -> set[int]:
    return {int(sentence.split(":")[0]) for sentence in sentences}


def with_numbers(instance: Instance, parties: tuple[PartyPlan, ...]) -> Plan:
    points = plan_points(instance, parties)
    return Plan(
        instance=digest(instance), points=points, bound=0, gap=points / max(points, 1), parties=parties
    )


def altered(plan: Plan, instance: Instance, chance: Random) -> Plan:
    """Return the plan with one line changed in one part, or altogether."""
    if not plan.parties:
        return plan
    place = chance.randrange(len(plan.parties))
    line, other = plan.parties[place], any_way(chance, instance)
    part = chance.choice(("stays", "departure", "visa", "visa_escort", "escort", "first", "all"))
    if part == "all":
        changed = PartyPlan(id=line.id, **msgspec.structs.asdict(other))
    elif part == "first" and line.stays:
        stays = (Stay(place=line.stays[0].place, first=0, last=line.stays[0].last), *line.stays[1:])
        changed = msgspec.structs.replace(line, stays=stays)
    else:
        part = "stays" if part == "first" else part
        changed = msgspec.structs.replace(line, **{part: getattr(other, part)})
    return with_numbers(instance, (*plan.parties[:place], changed, *plan.parties[place + 1 :]))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_both_verifiers_agree_on_altered_plans(seed: int) -> None:
    chance = Random(seed)
    instance = tiny(seed)
    try:
        plan = greedy(instance)
    except NoPlan:
        lines = tuple(
            PartyPlan(id=party.id, **msgspec.structs.asdict(any_way(chance, instance)))
            for party in instance.parties
        )
        plan = with_numbers(instance, lines)
    for _ in range(chance.randint(1, 3)):
        plan = altered(plan, instance, chance)
    theirs, points = check(json.loads(canonical(instance)), json.loads(write_plan(plan)))
    ours = faults(instance, plan)
    assert bool(ours) == bool(theirs)
    unequal = {0, 13}  # points and bounds of a plan that makes no sense
    if 8 in rules(ours):
        unequal |= {10}  # who pays for a visa that nobody needs is not written anywhere
    assert rules(ours) - unequal == rules(theirs) - unequal, (ours, theirs)
    assert ours or points == plan.points


BROKEN = {
    1: lambda line: msgspec.structs.replace(
        line, stays=line.stays[1:] or (Stay(place="h001", first=0, last=0),)
    ),
    12: lambda line: msgspec.structs.replace(line, id="nobody"),
    6: lambda line: msgspec.structs.replace(line, departure="d0001"),
}


def test_a_greedy_plan_is_sound_and_a_broken_one_is_not() -> None:
    instance = make_instance(60, 5)
    plan = greedy(instance)
    assert faults(instance, plan) == []
    found: set[int] = set()
    for place, line in enumerate(plan.parties):
        stays = line.stays[1:] or (Stay(place="h001", first=0, last=0),)
        for changed in (
            msgspec.structs.replace(line, stays=stays),
            msgspec.structs.replace(line, id="nobody"),
            msgspec.structs.replace(line, departure="d0001"),
        ):
            lines = (*plan.parties[:place], changed, *plan.parties[place + 1 :])
            found |= rules(faults(instance, msgspec.structs.replace(plan, parties=lines)))
    assert {1, 6, 8, 12, 13} <= found


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("points", 1, r"13: the plan says 1 points and has \d+"),
        ("bound", 10**12, "13: the bound of 1000000000000 lies above"),
        ("gap", 0.5, "13: the gap of 0.5"),
        ("status", "optimal", "13: the plan calls itself optimal"),
        ("status", "fine", "13: the status is none"),
        ("instance", "0" * 64, "12: the plan is of another instance"),
        ("parties", (), "12: not every party"),
    ],
)
def test_the_numbers_of_a_plan_are_looked_at(name: str, value: object, sentence: str) -> None:
    instance = make_instance(40, 1)
    plan = msgspec.structs.replace(greedy(instance), **{name: value})
    assert any(re.match(sentence, fault) for fault in faults(instance, plan))


def test_names_that_are_not_there_are_no_crash() -> None:
    instance = make_instance(40, 1)
    plan = greedy(instance)
    strange = [
        msgspec.structs.replace(plan.parties[0], departure="nowhere"),
        msgspec.structs.replace(plan.parties[0], escort="nobody"),
        msgspec.structs.replace(plan.parties[0], stays=(Stay(place="nowhere", first=0, last=1),)),
        msgspec.structs.replace(plan.parties[0], stays=(Stay(place="h001", first=0, last=999),)),
        msgspec.structs.replace(plan.parties[0], stays=(Stay(place="h001", first=3, last=1),)),
    ]
    for line in strange:
        lines = (line, *plan.parties[1:])
        assert rules(faults(instance, msgspec.structs.replace(plan, parties=lines))) == {12}
