"""The planner's solver against everything tried, against itself, and against the clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.plan import exhaustive as tiny
from tests.plan.checker import check

from leeward.bench.plan_instances import make_instance
from leeward.plan.answer import Plan
from leeward.plan.check import faults
from leeward.plan.errors import NoPlan
from leeward.plan.instance import Instance
from leeward.plan.solve import solve

ROOT = Path(__file__).parents[2]


def _never() -> bool:
    return False


def _solved(instance: Instance, seconds: float = 2.0) -> tuple[Plan, list[Plan]]:
    told: list[Plan] = []
    return solve(instance, seconds=seconds, seed=1, stop=_never, progress=told.append), told


def _right(made: dict[str, Any]) -> tuple[float, float]:
    """Compare the solver with everything tried; return its points and the best."""
    best = tiny.best(made)
    instance = msgspec.convert(made, Instance)
    if best is None:
        with pytest.raises(NoPlan):
            _solved(instance)
        return 0.0, 0.0
    plan, told = _solved(instance, 20.0)
    assert not check(made, msgspec.to_builtins(plan))[0]
    assert plan.bound <= best <= plan.points
    assert all(one.bound <= best <= one.points for one in told)
    return plan.points, best


@pytest.mark.parametrize("seed", range(5))
def test_nothing_tried_is_better_and_the_bound_is_below_it(seed: int) -> None:
    points, best = _right(tiny.operation(seed))
    assert points == best


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5, 80))
def test_the_best_is_near_and_never_below_the_bound_many_times(seed: int) -> None:
    points, best = _right(tiny.operation(seed))
    assert points <= best * 1.02


def test_every_plan_told_keeps_the_rules_and_none_is_worse_than_the_one_before() -> None:
    instance = make_instance(80, 3)
    plan, told = _solved(instance, 3.0)
    assert len(told) > 1
    for before, after in pairwise(told):
        assert after.points <= before.points
        assert after.bound >= before.bound
    assert all(not faults(instance, one) for one in [*told, plan])
    assert plan.points == told[-1].points < told[0].points
    assert plan.bound > 0


def test_it_stops_soon_after_it_was_asked_with_the_best_so_far() -> None:
    instance = make_instance(200, 1)
    asked: list[float] = []
    told: list[Plan] = []

    def stop() -> bool:
        if told and told[-1].bound and not asked:
            asked.append(time.perf_counter())
        return bool(asked)

    plan = solve(instance, seconds=60, seed=1, stop=stop, progress=told.append)
    assert time.perf_counter() - asked[0] < 3.0  # a second, and what a busy computer adds
    assert plan.status == "stopped"
    assert plan.points == min(one.points for one in told)
    assert not faults(instance, plan)


def test_an_exact_search_stops_soon_after_it_was_asked_too() -> None:
    begun = time.perf_counter()
    plan = solve(
        make_instance(60, 4),
        seconds=120,
        seed=1,
        stop=lambda: time.perf_counter() > begun + 4.0,
        progress=lambda _: None,
    )
    assert time.perf_counter() - begun < 8.0
    assert plan.status in ("stopped", "optimal")


@pytest.mark.parametrize("people", [30, 180])  # the larger one with the process that raises the bound
def test_the_same_seed_gives_the_same_plan_in_another_process(people: int) -> None:
    script = (
        "import msgspec\n"
        "from leeward.bench.plan_instances import make_instance\n"
        "import leeward.plan.improve as made\n"
        "from leeward.plan.solve import solve\n"
        "made._SHARE = 0.02\n"  # so little work that the clock does not cut it short on a busy computer
        f"plan = solve(make_instance({people}, 2), seconds=120, seed=5, stop=lambda: False, progress=lambda _: None)\n"
        "print(msgspec.json.encode(msgspec.structs.replace(plan, seconds=0.0)).decode())\n"
    )
    said = []
    for salt in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": salt, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            timeout=140,
            check=True,
        )
        said.append(json.loads(done.stdout))
    assert said[0]["status"] != "stopped"
    assert said[0] == said[1]
