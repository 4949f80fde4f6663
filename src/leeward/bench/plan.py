"""The planner against the order of arrival and a careful rule of thumb, and the 2017 operation played again.

Sizes are people; ratios are the plan's points over theirs, less is better; a gap is proven (docs/plan-format.md). The
instances are those of plan_instances.py, which says what is assumed; replay_2017.py says the same of the replay.
40 people are measured on several instances, of which the worst counts; the larger ones on one each.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

from leeward.bench.plan_one import Measured
from leeward.bench.replay_2017 import figures as replay_figures
from leeward.bench.table import Figure

_GOALS = {40: (0.0, 2.0), 400: (0.01, 30.0), 1_000: (0.02, 90.0), 2_000: (0.02, 180.0)}  # gap, seconds
_GIVEN = {40: 20.0, 400: 28.5, 1_000: 87.0, 2_000: 174.0}  # seconds; ending takes a moment, and loading two
_QUICK = {40: 3.0, 400: 18.0}
_SEEDS_OF_40 = 8


def run(*, quick: bool, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see bench/table.py. Quick: 40 and 400 people alone, and a shorter replay."""
    figures: list[Figure] = []
    violations = worsened = 0
    for people in (40, 400) if quick else _GOALS:
        seeds = range(1, (2 if quick else _SEEDS_OF_40) + 1) if people == 40 else range(1, 2)
        runs = []
        for seed in seeds:
            progress(f"{people} people, instance {seed} of {len(seeds)}")
            runs.append(_measured(people, seed, _QUICK[people] if quick else _GIVEN[people]))
        figures += _of_size(people, runs)
        violations += sum(one["violations"] for one in runs)
        worsened += sum(one["worsened"] for one in runs)
    figures.append(
        Figure("violations", "rules broken by any plan", violations, "", 0.0, more_is_better=False)
    )
    figures.append(
        Figure("worse_than_greedy", "moments at which it was worse than the rule of thumb", worsened, "", 0.0,
               more_is_better=False)
    )  # fmt: skip
    return figures + replay_figures(quick=quick, progress=progress)


def _measured(people: int, seed: int, seconds: float) -> Measured:
    """Run one size in its own process."""
    command = [sys.executable, "-m", "leeward.bench.plan_one", str(people), str(seed), str(seconds)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    if done.returncode:
        raise RuntimeError(f"Planning {people} people failed: {done.stderr[-2000:]}")
    measured: Measured = json.loads(done.stdout)
    return measured


def _of_size(people: int, runs: list[Measured]) -> list[Figure]:
    gap, seconds = _GOALS[people]
    points = sum(one["points"] for one in runs)
    greedy, arrival = sum(one["greedy"] for one in runs), sum(one["arrival"] for one in runs)
    stranded = sum(one["stranded"] for one in runs) / len(runs)
    of_arrival = sum(one["stranded_by_arrival"] for one in runs) / len(runs)
    who = f"{people:,} people"

    def figure(key: str, label: str, value: float, unit: str, goal: float | None = None) -> Figure:
        return Figure(f"{key}_{people}", f"{who}: {label}", value, unit, goal, more_is_better=False)

    return [
        figure("gap", "proven gap", max(one["gap"] for one in runs), "", gap),
        figure("seconds", "until done", max(one["seconds"] for one in runs), "s", seconds),
        figure("ratio_to_greedy", "danger, of that by a careful rule", points / greedy, "", 1.0),
        figure("ratio_to_arrival_order", "danger, of that by order of arrival", points / arrival, "", 1.0),
        figure("stranded", f"left without a way out ({of_arrival:.0f} by arrival)", stranded, ""),
        figure("greedy_s", "the careful rule", max(one["greedy_seconds"] for one in runs), "s", 2.0),
        figure("peak_mb", "memory at its peak", max(one["peak_mb"] for one in runs), "MB"),
    ]
