"""The planner: a plan at once, then better ones, and a proven bound below which no plan can be.

1. The careful rule's plan is reported first, and nothing is ever reported that is worse than what was before.
2. The same instance, seed and seconds give the same plan wherever the work that the seconds allow is done before they
   are over: work is counted in steps, and the clock only cuts it short. The plan's status says "stopped" then.
3. The bound is proven by prices (pricing.py), whatever the search finds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from leeward.plan.answer import Plan
from leeward.plan.ascent import scales
from leeward.plan.built import constructed
from leeward.plan.compact import Compact
from leeward.plan.draft import Draft, fits, points, read, rest_of
from leeward.plan.errors import NoPlan
from leeward.plan.greedy import greedy
from leeward.plan.improve import EXACT, improve
from leeward.plan.instance import Instance
from leeward.plan.model import Effort
from leeward.plan.pricing import Pricer, Prices
from leeward.plan.reading import digest
from leeward.plan.run import Run
from leeward.plan.tables import Tables, tables


def solve(
    instance: Instance,
    *,
    seconds: float,
    seed: int,
    stop: Callable[[], bool],
    progress: Callable[[Plan], None],
) -> Plan:
    """Return the best plan found, with its proven bound; raise NoPlan if those who need a bed cannot all have one."""
    begun = time.perf_counter()
    t = tables(instance)
    draft = _first(instance, t, seconds, seed)
    run = Run(
        instance=instance,
        t=t,
        seed=seed,
        begun=begun,
        until=begun + seconds,
        asked=stop,
        progress=progress,
        mark=digest(instance),
        draft=draft,
        points=points(t, draft),
    )
    run.tell()
    if t.parties and not run.over():
        improve(run, seconds)
    return run.plan()


def _first(instance: Instance, t: Tables, seconds: float, seed: int) -> Draft:
    """Return the careful rule's plan; where it finds none, any plan at all."""
    try:
        return read(t, greedy(instance))
    except NoPlan:
        pricer = Pricer(t)
        found = constructed(pricer, Prices.of(t, np.zeros(len(scales(t)))))
        if found is not None and fits(t, found):
            return found
        everywhere = [int(d) for d in range(len(t.seats))]
        leaves = {p: [d for d in everywhere if np.isfinite(t.leave[p, d])] for p in range(t.parties)}
        for p in np.flatnonzero(np.isfinite(t.remain)).tolist():
            leaves[p].append(-1)
        if t.parties > EXACT or not all(leaves.values()):
            raise
        model = Compact(t, list(range(t.parties)), leaves, rest_of(t, []), [])
        any_way = model.solve(
            Effort(work=seconds * 0.3, seconds=seconds * 0.3, seed=seed, workers=2, gap=1.0)
        )
        if not any_way.choices:
            raise
        return [any_way.choices[p] for p in range(t.parties)]
