"""No plan of any of our ways to make one breaks a rule; and a plan proven the best leaves nobody a better free way."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.checker import check
from tests.plan.plain import plain_instance, plain_line
from tests.plan.tiny import tiny

from leeward.plan.answer import Plan
from leeward.plan.arrival import in_order_of_arrival
from leeward.plan.errors import NoPlan
from leeward.plan.explain import Explainer
from leeward.plan.greedy import greedy
from leeward.plan.instance import Instance
from leeward.plan.reasons import Stop
from leeward.plan.solve import solve


def _passes(instance: Instance, plan: Plan) -> None:
    said = {"points": plan.points, "bound": plan.bound, "gap": plan.gap, "status": plan.status}
    lines = [plain_line(one.id, one.way) for one in plan.parties]
    assert check(plain_instance(instance), {**said, "parties": lines})[0] == []


@settings(max_examples=12)
@given(st.integers(0, 100_000))
def test_no_plan_breaks_a_rule(seed: int) -> None:
    instance = tiny(seed)
    try:
        first = greedy(instance)
    except NoPlan:
        return
    _passes(instance, first)
    _passes(instance, in_order_of_arrival(instance))
    best = solve(
        instance, seconds=1, seed=1, stop=lambda: False, progress=lambda plan: _passes(instance, plan)
    )
    _passes(instance, best)
    assert best.points <= first.points
    if best.status == "optimal":
        reasons = [why.ahead for why in Explainer(instance, best).all()]
        assert all(reason is None or reason.kind != Stop.NOTHING for reason in reasons)
