"""Looking for a better plan: a few parties at a time choose everything anew, exactly, with what the others leave.

Every step depends on the seed, the plan so far and the step's number alone; the clock only ends it.
"""

from __future__ import annotations

import numpy as np

from leeward.plan.cheapest import Cheapest
from leeward.plan.draft import Choice, Draft, cost, rest_of
from leeward.plan.model import Effort, Model
from leeward.plan.nearby import nearby
from leeward.plan.pricing import Pricer, Prices
from leeward.plan.tables import Floats, Tables

_NEAR = 14.0  # days by which who is taken out together may be apart, by chance


class Search:
    """A plan that only gets better."""

    def __init__(self, pricer: Pricer, prices: Prices, each: Floats, draft: Draft, seed: int) -> None:
        self.t: Tables = pricer.t
        self.pricer, self.prices, self.each = pricer, prices, each
        self.cheapest = Cheapest(pricer)
        self.chance = np.random.default_rng(seed)
        self.begin(draft)

    def begin(self, draft: Draft) -> None:
        """Work on from this plan."""
        t = self.t
        self.draft = list(draft)
        self.costs = np.array([cost(t, p, one) for p, one in enumerate(draft)])
        self.ends = np.array([int(t.day[one.leave]) if one.leave >= 0 else t.nights for one in draft])
        begun = [one.stays[0][1] if one.stays else end for one, end in zip(draft, self.ends, strict=True)]
        self.starts = np.array(begun)
        self.points = float(self.costs.sum())

    def pick(self, count: int) -> list[int]:
        """Return parties that lie near each other in one way or another, beginning with one that costs too much."""
        n = self.t.parties
        count = min(count, n)
        weight = np.maximum(self.costs - self.each, 0.0) + 1.0
        chance = self.chance
        first = int(chance.choice(n, p=weight / weight.sum()))
        kind = int(chance.integers(4))
        if kind == 0:
            score = np.abs(self.ends - self.ends[first]) + chance.random(n) * _NEAR
        elif kind == 1:
            score = np.abs(self.starts - self.starts[first]) + chance.random(n) * _NEAR
        elif kind == 2:
            score = -np.log(chance.random(n) + 1e-12) / weight
        else:
            score = chance.random(n)
        score[first] = -1.0
        return [int(p) for p in np.argsort(score, kind="stable")[:count]]

    def model(self, out: list[int], above: float, places: int) -> Model:
        """Return the exact question for some parties, with the ways that are worth looking at."""
        t = self.t
        rest = rest_of(t, self.draft, out)
        away = set(out)
        given = []
        for p in out:
            foes = [self.draft[q] for q in self.cheapest.foes.get(p, []) if q not in away]
            found = nearby(self.cheapest, p, self.prices, rest, foes, above, places)
            own = self.draft[p]
            end = t.nights if own.leave < 0 else int(t.day[own.leave])
            found.add(parts(t, p, own), own, end, int(t.country[own.leave]) if own.leave >= 0 else -1)
            given.append(found)
        made = Model(t, given, rest, self.draft)
        made.hint(self.draft)
        return made

    def exact(self, count: int, above: float, places: int, effort: Effort) -> bool:
        """Free so many parties at once and choose among their ways exactly; return whether it became better."""
        found = self.model(self.pick(count), above, places).solve(effort)
        if not found.choices:
            return False
        draft = list(self.draft)
        for p, one in found.choices.items():
            draft[p] = one
        total = sum(cost(self.t, p, one) for p, one in found.choices.items())
        if total >= float(self.costs[list(found.choices)].sum()) - 1e-6:
            return False
        self.begin(draft)
        return True


def parts(t: Tables, p: int, one: Choice) -> tuple[float, float, float]:
    """Return what a party's stays, departure and appointment cost."""
    whole = cost(t, p, one)
    leave = float(t.leave[p, one.leave]) if one.leave >= 0 else float(t.remain[p])
    visa = float(t.visa_cost[p, t.country[one.leave], one.visa]) if one.visa >= 0 else 0.0
    return whole - leave - visa, leave, visa
