"""The planner: a plan at once, then better ones, and a proven bound below which no plan can be.

1. The careful rule's plan is reported first, and nothing is ever reported that is worse than what was before.
2. The same instance, seed and seconds give the same plan wherever the work that the seconds allow is done before they
   are over: work is counted in steps, and the clock only cuts it short. The plan's status says "stopped" then.
3. The bound is proven by prices (pricing.py), whatever the search finds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from leeward.plan.answer import Plan
from leeward.plan.ascent import Bound, ascend
from leeward.plan.draft import Draft, fits, points, read, write
from leeward.plan.greedy import greedy
from leeward.plan.instance import Instance
from leeward.plan.model import Effort
from leeward.plan.pricing import Pricer, Prices
from leeward.plan.reading import digest
from leeward.plan.search import Search, constructed
from leeward.plan.tables import Tables, pooled, tables

NAME = "leeward"
_CLOSE = 0.001  # a gap at which we stop
_FEW = 12  # houses from which on those that differ little are pooled for the bound
_SHARE = 0.85  # of the seconds, for what the work is measured


@dataclass
class _Run:
    """What one call knows: the question, until when, whom to tell, and the best so far."""

    instance: Instance
    t: Tables
    seed: int
    begun: float
    until: float
    asked: Callable[[], bool]
    progress: Callable[[Plan], None]
    mark: str
    draft: Draft
    points: float
    bound: float = 0.0
    cut: bool = False
    last: tuple[float, float] = (math.inf, -1.0)

    def over(self) -> bool:
        """Return whether to end now, because somebody asked or the time is over."""
        self.cut = self.cut or time.perf_counter() >= self.until or self.asked()
        return self.cut

    def left(self) -> float:
        """Return the seconds that are left."""
        return max(0.0, self.until - time.perf_counter())

    def better(self, draft: Draft, found: float) -> None:
        """Take a plan if it is better and keeps the rules."""
        if found < self.points and fits(self.t, draft):
            self.draft, self.points = list(draft), found
            self.tell()

    def raised(self, value: float) -> None:
        """Take a bound; every plan's points are a multiple of the grain, so it is rounded up to one."""
        grain = self.t.grain
        self.bound = min(max(self.bound, math.ceil((value - 1e-3) / grain) * grain), self.points)
        self.tell()

    def near(self, gap: float = _CLOSE) -> bool:
        """Return whether the plan is proven to be good enough."""
        return self.points - self.bound <= gap * self.points

    def plan(self) -> Plan:
        """Return the best so far."""
        most, least = round(self.points), round(self.bound)
        status = "optimal" if least >= most else "stopped" if self.cut else "feasible"
        return Plan(
            instance=self.mark,
            solver=NAME,
            seed=self.seed,
            seconds=round(time.perf_counter() - self.begun, 3),
            points=most,
            bound=least,
            gap=(most - least) / max(most, 1),
            status=status,
            parties=write(self.t, self.draft),
        )

    def tell(self) -> None:
        """Report what is new."""
        if (self.points, self.bound) != self.last:
            self.last = (self.points, self.bound)
            self.progress(self.plan())


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
    first = greedy(instance)
    t = tables(instance)
    draft = read(t, first)
    run = _Run(
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
        _improve(run, seconds)
    return run.plan()


def _improve(run: _Run, seconds: float) -> None:
    t = run.t
    pricer = Pricer(t)
    if len(t.beds) > _FEW:
        small, pool = pooled(t)
        bounder = Pricer(small)
    else:
        pool, bounder = None, pricer
    cells = bounder.t.beds.size * t.parties

    def spread(prices: Prices) -> Prices:
        return prices if pool is None else replace(prices, beds=prices.beds[pool])

    work = seconds * _SHARE
    rounds = max(150, min(600, int(work * 0.25 / (2e-8 * cells + 1e-3))))
    bound = ascend(bounder, None, rounds, 1.0, lambda _: run.over())
    run.raised(bound.value)
    if run.over() or run.near():
        return
    prices = spread(bound.prices)
    found = constructed(pricer, prices)
    if found is not None:
        run.better(found, points(t, found))
    search = Search(pricer, prices, bound.each, run.draft, run.seed)
    _search(run, search, work)


def _search(run: _Run, search: Search, work: float) -> None:
    """Go on until the work is done, the gap is small, or the time is over."""
    t = run.t
    each = 3e-3 + 8e-6 * len(t.beds) * 9  # about what a step takes, in seconds of a quiet machine
    steps = max(200, int(work * 0.45 / each))
    rounds = max(4, int(work * 0.3))
    warm = 0.001 * run.points * 1.0
    for turn in range(rounds):
        warmth = warm * max(0.0, 1 - 1.2 * turn / rounds)
        for _ in range(steps // rounds):
            if run.over():
                break
            search.step(warmth)
        run.better(search.best, search.points)
        if run.over() or run.near():
            return
        search.begin(search.best)
        search.exact(
            30, 4000.0, 60, Effort(work=0.8, seconds=run.left(), seed=run.seed + turn, stop=run.over)
        )
        run.better(search.best, search.points)
        if run.over() or run.near():
            return


__all__ = ["NAME", "Bound", "solve"]
