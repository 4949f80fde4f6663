"""Looking for a better plan: a few parties at a time choose everything anew, exactly, with what the others leave.

Every step depends on the seed, the plan so far and the step's number alone; the clock only ends it.
"""

from __future__ import annotations

import numpy as np

from leeward.plan.cheapest import Cheapest
from leeward.plan.draft import Choice, Draft, cost, rest_of, take
from leeward.plan.model import Effort, Model
from leeward.plan.nearby import nearby
from leeward.plan.parts import Ways
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
        self.rest = rest_of(t, draft)
        self.costs = np.zeros(t.parties)
        self.starts, self.ends = np.zeros(t.parties), np.zeros(t.parties)
        for p, one in enumerate(draft):
            self._note(p, one)

    def _note(self, p: int, one: Choice) -> None:
        t = self.t
        self.draft[p] = one
        self.costs[p] = cost(t, p, one)
        self.ends[p] = t.day[one.leave] if one.leave >= 0 else t.nights
        self.starts[p] = one.stays[0][1] if one.stays else self.ends[p]

    @property
    def points(self) -> float:
        """Return what the plan costs."""
        return float(self.costs.sum())

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

    def exact(self, count: int, above: float, places: int, effort: Effort) -> bool:
        """Free so many parties at once and choose among their ways exactly; return whether it became better."""
        t, out = self.t, self.pick(count)
        for p in out:
            take(t, p, self.draft[p], self.rest, back=True)
        model = Model(t, [self._ways(p, set(out), above, places) for p in out], self.rest, self.draft)
        model.hint(self.draft)
        found = model.solve(effort).choices
        total = sum(cost(t, p, one) for p, one in found.items())
        better = bool(found) and total < float(self.costs[out].sum()) - 1e-6
        if better:
            for p, one in found.items():
                self._note(p, one)
        for p in out:
            take(t, p, self.draft[p], self.rest)
        return better

    def _ways(self, p: int, away: set[int], above: float, places: int) -> Ways:
        """Return the ways that are worth looking at while these are away, and the party's own."""
        t, own = self.t, self.draft[p]
        foes = [self.draft[q] for q in self.cheapest.foes.get(p, []) if q not in away]
        found = nearby(self.cheapest, p, self.prices, self.rest, foes, above, places)
        end = t.nights if own.leave < 0 else int(t.day[own.leave])
        found.add(parts(t, p, own), own, end, int(t.country[own.leave]) if own.leave >= 0 else -1)
        return found


def parts(t: Tables, p: int, one: Choice) -> tuple[float, float, float]:
    """Return what a party's stays, departure and appointment cost."""
    whole = cost(t, p, one)
    leave = float(t.leave[p, one.leave]) if one.leave >= 0 else float(t.remain[p])
    visa = float(t.visa_cost[p, t.country[one.leave], one.visa]) if one.visa >= 0 else 0.0
    return whole - leave - visa, leave, visa
