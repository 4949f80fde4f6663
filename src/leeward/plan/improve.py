"""Better and better plans, in four turns: prices, who leaves when, who sleeps where, and both together.

1. Prices of all that is scarce are found coarsely, and finely by a process of its own (aside.py): they prove the bound.
2. At these prices a few parties at a time choose their departures and appointments anew, exactly (exits.py).
3. With the departures so settled, everybody is put to bed, and taken out and put back many times (housed.py).
4. Then a few parties at a time choose everything anew, exactly (search.py); small questions are asked whole at last.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leeward.plan.again import Again
from leeward.plan.anew import Anew
from leeward.plan.ascent import Bound, ascend
from leeward.plan.aside import Aside, Asked
from leeward.plan.cheapest import Cheapest
from leeward.plan.compact import Compact
from leeward.plan.draft import Draft, points, rest_of
from leeward.plan.exits import Exits
from leeward.plan.housed import Housed
from leeward.plan.model import Effort
from leeward.plan.pricing import Pricer, Prices
from leeward.plan.run import Run
from leeward.plan.search import Search
from leeward.plan.tables import pooled

EXACT = 60  # parties up to which the whole question is asked at once, too
_SHARE = 1.0  # of the seconds, for what the work is measured: its steps are counted as on a slow computer
_COARSE, _FINE = 400, 1  # cents a night that do not matter for the first prices, and for the fine ones
_POOLED = 12  # houses from which on those that differ little are taken together for the first prices
_WARM, _COLD = 0.04, 0.01  # by how much of a party's usual points a plan may become worse for a while
_TURNS = 3  # of a small question, before it is asked whole
_ROUNDS = 600  # more of them raise a bound by less than a ten thousandth


def improve(run: Run, seconds: float) -> None:
    """Improve the plan and its bound until the work is done or the time is over."""
    t = run.t
    work = seconds * _SHARE
    pricer = Pricer(t)
    cells = t.beds.size * t.parties
    aside = None
    if t.parties > EXACT:
        rounds = max(100, min(_ROUNDS, int(0.5 * work / (2.5e-8 * cells + 1e-3))))
        aside = Aside(run.instance, Asked(rounds, _FINE, 0.9 * seconds))
    try:
        bound = _coarse(run, pricer, work * 0.12)
        if run.over() or run.near():
            return
        prices = bound.prices
        if aside is None:
            for turn in range(_TURNS):
                _turn(run, pricer, prices, work * 0.08, turn)
                _together(run, pricer, prices, work * 0.1, turn)
            if not (run.over() or run.near(0.0)):
                _whole(run, pricer, bound, work)
            return
        _turn(run, pricer, prices, work * 0.25, 0)
        prices = _fine(run, aside, seconds) or prices
        _turn(run, pricer, prices, work * 0.2, 1)
        _together(run, pricer, prices, work * 0.18)
    finally:
        if aside is not None:
            if (said := aside.result()) is not None:
                run.raised(said.value)
            aside.close()


def _coarse(run: Run, pricer: Pricer, work: float) -> Bound:
    """Return first prices; where there are many houses, with those that differ little taken together."""
    t = run.t
    small, pools = t, None
    if len(t.beds) > _POOLED:
        small, pools = pooled(t, _COARSE)
    rounds = max(100, min(_ROUNDS, int(work / (2.5e-8 * small.beds.size * t.parties + 1e-3))))
    bound = ascend(pricer if pools is None else Pricer(small), rounds, run.over)
    run.raised(bound.value)
    return (
        bound
        if pools is None
        else replace(bound, prices=replace(bound.prices, beds=bound.prices.beds[pools]))
    )


def _fine(run: Run, aside: Aside, seconds: float) -> Prices | None:
    """Wait for the fine prices, until half of the seconds are over, and take them or the best so far."""
    while not (aside.ended() or run.over()) and run.left() > seconds / 2:
        aside.wait(0.05)
    found = aside.result()
    if found is None:
        return None
    run.raised(found.value)
    return Prices.of(run.t, np.array(found.prices))


def _turn(run: Run, pricer: Pricer, prices: Prices, work: float, turn: int) -> None:
    """Choose departures, and then beds, for so much work each."""
    if run.over() or run.near():
        return
    exits = Exits(pricer, prices, run.draft, run.seed + turn)
    for step in range(max(5, int(work / 0.045))):
        if run.over():
            break
        effort = Effort(work=0.2, seconds=run.left(), seed=run.seed + step, stop=run.over)
        exits.choose(exits.pick(15), 2000.0, effort)
    _sleeping(run, pricer, prices, exits.draft, work * 0.2 if turn == 0 else work)


def _sleeping(run: Run, pricer: Pricer, prices: Prices, exits: Draft, work: float) -> None:
    """Put everybody to bed, for so much work."""
    housed = Housed(Cheapest(pricer), prices, exits, run.seed)
    if housed.whole:
        _steps(run, housed, work, 6e-4 + 2e-7 * run.t.beds.size, _WARM)


def _steps(run: Run, again: Again, work: float, each: float, warm: float) -> None:
    """Take some out and put them back for so much work, of so many seconds each, colder and colder."""
    steps = max(20, int(work / each))
    warmth = warm * run.points / run.t.parties
    run.better(again.plan(), again.points)
    for step in range(steps):
        if run.over():
            break
        again.step(warmth * max(0.0, 1 - 1.2 * step / steps))
        if step % 500 == 0:
            run.better(again.plan(), again.points)
    run.better(again.plan(), again.points)


def _together(run: Run, pricer: Pricer, prices: Prices, work: float, turn: int = 0) -> None:
    """Let a few parties at a time choose everything anew: for half of the work one by one, then exactly."""
    t = run.t
    if run.over() or run.near():
        return
    anew = Anew(Cheapest(pricer), prices, run.draft, run.seed + turn)
    _steps(run, anew, work / 2, 1.2e-3 + 4e-7 * t.beds.size, _COLD)
    each, _ = pricer(prices)
    search = Search(pricer, prices, each, run.draft, run.seed + turn)
    for step in range(max(10, int(work / 2 / 0.02))):
        if run.over() or run.near():
            break
        effort = Effort(work=0.2, seconds=run.left(), seed=run.seed + step, stop=run.over)
        if search.exact(min(t.parties, 12), 4000.0 if t.parties <= EXACT else 1000.0, 3, effort):
            run.better(search.draft, search.points)


def _whole(run: Run, pricer: Pricer, bound: Bound, work: float) -> None:
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
