"""The planner: a plan at once, then better ones, and a proven bound below which no plan can be.

1. The careful rule's plan is reported first, and nothing is ever reported that is worse than what was before.
2. The same instance, seed and seconds give the same plan wherever the work that the seconds allow is done before they
   are over: work is counted in steps, and the clock only cuts it short. The plan's status says "stopped" then.
3. The bound is proven by prices (pricing.py), whatever the search finds.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from leeward.plan.answer import Plan
from leeward.plan.ascent import Bound, ascend, scales
from leeward.plan.compact import Compact
from leeward.plan.draft import Draft, fits, points, read, rest_of, write
from leeward.plan.errors import NoPlan
from leeward.plan.greedy import greedy
from leeward.plan.instance import Instance
from leeward.plan.model import Effort
from leeward.plan.pricing import Pricer, Prices
from leeward.plan.reading import digest
from leeward.plan.search import Search, constructed
from leeward.plan.tables import Ints, Tables, pooled, tables

NAME = "leeward"
_CLOSE = 0.001  # a gap at which we stop
_FEW = 12  # houses from which on those that differ little are pooled for the bound
_SHARE = 0.85  # of the seconds, for what the work is measured
_COARSE = 400  # cents a night that do not matter for the first prices
_FIRST, _AGAIN = 1.0, 0.15  # how long the first steps of prices are, and when prices are known already
_WARM = 0.04  # by how much of a party's usual points a plan may become worse for a while
_EXACT = 60  # parties up to which neighbourhoods are searched exactly, too


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

    def late(self) -> bool:
        """Return whether the time is over, without asking anybody."""
        return time.perf_counter() >= self.until

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
    t = tables(instance)
    draft = _first(instance, t, seconds, seed)
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
        if t.parties > _EXACT or not all(leaves.values()):
            raise
        model = Compact(t, list(range(t.parties)), leaves, rest_of(t, []), [])
        any_way = model.solve(
            Effort(work=seconds * 0.3, seconds=seconds * 0.3, seed=seed, workers=2, gap=1.0)
        )
        if not any_way.choices:
            raise
        return [any_way.choices[p] for p in range(t.parties)]


def _improve(run: _Run, seconds: float) -> None:
    """Prices first, coarsely; then better prices and better plans side by side."""
    t = run.t
    pricer = Pricer(t)
    work = seconds * _SHARE
    coarse, rough = _bound(run, pricer, _COARSE, None, work * 0.15)
    if run.over() or run.near():
        return
    prices = _spread(rough, coarse)
    found = constructed(pricer, prices)
    if found is not None:
        run.better(found, points(t, found))
    search = Search(pricer, prices, rough.each, run.draft, run.seed)
    with ThreadPoolExecutor(1) as beside:
        ended = threading.Event()
        fine = beside.submit(_bound, run, pricer, 1, prices, work * 0.3, ended)
        try:
            _search(run, search, work * 0.3, (0.0, 0.4))
            pools, bound = fine.result()
        finally:
            ended.set()
    run.raised(bound.value)
    if not (run.over() or run.near()):
        search.believe(_spread(bound, pools), bound.each)
        few = t.parties <= _EXACT
        _search(run, search, work * (0.2 if few else 0.5), (0.4, 1.0))
        if few and pools is None and not (run.over() or run.near(0.0)):
            _whole(run, pricer, bound, work)


def _whole(run: _Run, pricer: Pricer, bound: Bound, work: float) -> None:
    """Ask the whole question at once, without the departures that the bound proves to be in no better plan."""
    t = run.t
    stay, _ = pricer.stays(bound.prices)
    leave, _ = pricer.leaves(bound.prices)
    above = run.points - bound.value + 1e-3
    leaves = {}
    for p in range(t.parties):
        fit = np.flatnonzero(stay[p, t.day] + leave[p] - bound.each[p] <= above)
        none = stay[p, -1] + t.remain[p] - bound.each[p] <= above
        leaves[p] = [*(int(d) for d in fit), *([-1] if none else [])]
    model = Compact(t, list(range(t.parties)), leaves, rest_of(t, []), run.draft)
    model.hint(run.draft)
    model.at_least(round(run.bound))
    effort = Effort(work=work * 0.4, seconds=run.left(), seed=run.seed, workers=2, stop=run.over)
    found = model.solve(effort)
    if found.choices:
        draft = [found.choices[p] for p in range(t.parties)]
        run.better(draft, points(t, draft))
    if found.bound > run.bound:
        run.raised(found.bound)


def _spread(bound: Bound, pools: Ints | None) -> Prices:
    """Return the prices with those of a pool's beds for each of its houses."""
    return bound.prices if pools is None else replace(bound.prices, beds=bound.prices.beds[pools])


def _bound(
    run: _Run,
    pricer: Pricer,
    coarse: int,
    before: Prices | None,
    work: float,
    ended: threading.Event | None = None,
) -> tuple[Ints | None, Bound]:
    """Raise the bound for about so many seconds' work; return the pools it was found with, too."""
    small, pools = pricer, None
    if len(run.t.beds) > _FEW:
        made, pools = pooled(run.t, coarse)
        small = Pricer(made)
    begin = None
    if before is not None:
        beds = before.beds if pools is None else before.beds[np.unique(pools, return_index=True)[1]]
        begin = replace(before, beds=beds)
    cells = small.t.beds.size * run.t.parties
    rounds = max(100, min(600, int(work / (2.5e-8 * cells + 1e-3))))
    first = _FIRST if before is None else _AGAIN
    over = run.over if ended is None else lambda: ended.is_set() or run.late()
    bound = ascend(small, begin, rounds, first, over)
    if ended is None:
        run.raised(bound.value)
    return pools, bound


def _search(run: _Run, search: Search, work: float, part: tuple[float, float]) -> None:
    """Go on until the work is done, the gap is small, or the time is over; colder from part to part of it."""
    t = run.t
    each = 1.5e-3 + 3.5e-7 * t.beds.size  # about what a step takes, in seconds of a quiet machine
    rounds = max(4, int(work))
    steps = max(10, int(work / each / rounds))
    for turn in range(rounds):
        done = part[0] + (part[1] - part[0]) * turn / rounds
        warmth = _WARM * run.points / t.parties * max(0.0, 1 - 1.2 * done)
        for _ in range(steps):
            if run.over():
                break
            search.step(warmth)
        run.better(search.best, search.points)
        if run.over() or run.near():
            return
        if t.parties <= _EXACT:
            search.begin(search.best)
            effort = Effort(
                work=min(0.8, 0.1 * work), seconds=run.left(), seed=run.seed + turn, stop=run.over
            )
            search.exact(min(t.parties, 30), 6000.0, 80, effort)
            run.better(search.best, search.points)
