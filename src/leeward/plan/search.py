"""Looking for a better plan: take some parties out and put them back, thousands of times, then some with CP-SAT.

Every step depends on the seed, the plan so far and the step's number alone; the clock only ends it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import numpy as np

from leeward.plan.cheapest import Cheapest
from leeward.plan.draft import Choice, Draft, cost, rest_of, take
from leeward.plan.model import Effort, Model
from leeward.plan.nearby import nearby
from leeward.plan.pricing import Pricer, Prices
from leeward.plan.tables import Floats, Tables

_OUT_LEAST, _OUT_MOST = 3, 30  # parties taken out at once
_NEAR = 14.0  # days by which who is taken out together may be apart, by chance
_DEAR = (0.3, 0.6, 1.0, 1.0, 1.3)  # how much of the prices is believed
_MONEY = (0.5, 1.0, 1.0, 1.5, 2.0)


class Search:
    """A plan that only gets better, and the one it works on, which may be a little worse for a while."""

    def __init__(self, pricer: Pricer, prices: Prices, each: Floats, draft: Draft, seed: int) -> None:
        self.t: Tables = pricer.t
        self.pricer, self.prices, self.each = pricer, prices, each
        self.cheapest = Cheapest(pricer)
        self.chance = np.random.default_rng(seed)
        self.dice = Random(seed)  # noqa: S311 - a search, not a secret
        self.begin(draft)
        self.best, self.points = list(draft), float(self.costs.sum())

    def begin(self, draft: Draft) -> None:
        """Work on from this plan."""
        t = self.t
        self.draft = list(draft)
        self.rest = rest_of(t, draft)
        self.costs = np.array([cost(t, p, one) for p, one in enumerate(draft)])
        self.ends = np.zeros(t.parties)
        self.starts = np.zeros(t.parties)
        for p, one in enumerate(draft):
            self._note(p, one)
        self.now = float(self.costs.sum())

    def believe(self, prices: Prices, each: Floats) -> None:
        """Go on with better prices."""
        self.prices, self.each = prices, each

    def _note(self, p: int, one: Choice) -> None:
        self.draft[p] = one
        self.costs[p] = cost(self.t, p, one)
        self.ends[p] = self.t.day[one.leave] if one.leave >= 0 else self.t.nights
        self.starts[p] = one.stays[0][1] if one.stays else self.ends[p]

    def _keep(self) -> None:
        if self.now < self.points - 1e-6:
            self.best, self.points = list(self.draft), self.now

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

    def scaled(self) -> Prices:
        """Return the prices, believed more or less."""
        much, money = self.dice.choice(_DEAR), self.dice.choice(_MONEY)
        given = self.prices
        return Prices(
            given.beds * much,
            given.seats * much,
            given.slots * much,
            given.lines * money,
            given.minutes * much,
        )

    def step(self, warmth: float) -> bool:
        """Take some parties out and put them back one by one; return whether the plan is another now."""
        t, chance = self.t, self.dice
        out = self.pick(chance.randint(_OUT_LEAST, _OUT_MOST))
        old = [self.draft[p] for p in out]
        before = float(self.costs[out].sum())
        for p, one in zip(out, old, strict=True):
            take(t, p, one, self.rest, back=True)
        risky = chance.random() < 0.6
        keys = {p: float(t.risk[p]) * chance.uniform(0.3, 1.7) if risky else chance.random() for p in out}
        order = sorted(out, key=lambda p: (not t.tied[p] and p not in t.fixed_stays, -keys[p]))
        limit = before - warmth * math.log(chance.random() + 1e-12)
        prices = self.scaled()
        new, total = self._put_back(order, prices, limit)
        if total > limit:
            for p, one in new.items():
                take(t, p, one, self.rest, back=True)
            for p, one in zip(out, old, strict=True):
                take(t, p, one, self.rest)
            return False
        for p, one in new.items():
            self._note(p, one)
        self.now = float(self.costs.sum())
        self._keep()
        return True

    def _put_back(self, order: list[int], prices: Prices, limit: float) -> tuple[dict[int, Choice], float]:
        """Give each its cheapest way left, in this order, as long as all together stay within the limit."""
        new: dict[int, Choice] = {}
        total = 0.0
        away = set(order)
        foes = {q: self.draft[q] for p in order for q in self.cheapest.foes.get(p, []) if q not in away}
        for p in order:
            one = self.cheapest.insert(p, prices, self.rest, {**foes, **new})
            if one is None:
                return new, math.inf
            new[p] = one
            total += cost(self.t, p, one)
            if total > limit:
                break
        return new, total

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
        self._keep()
        return True


def parts(t: Tables, p: int, one: Choice) -> tuple[float, float, float]:
    """Return what a party's stays, departure and appointment cost."""
    whole = cost(t, p, one)
    leave = float(t.leave[p, one.leave]) if one.leave >= 0 else float(t.remain[p])
    visa = float(t.visa_cost[p, t.country[one.leave], one.visa]) if one.visa >= 0 else 0.0
    return whole - leave - visa, leave, visa


def constructed(pricer: Pricer, prices: Prices) -> Draft | None:
    """Return a plan that gives everyone the cheapest way left, the most endangered first; the best of a few tries."""
    t = pricer.t
    cheapest = Cheapest(pricer)
    order = sorted(
        range(t.parties), key=lambda p: (not t.tied[p] and p not in t.fixed_stays, -int(t.risk[p]), p)
    )
    found: list[tuple[float, Draft]] = []
    for money in (1.0, 1.2, 1.5):
        given = replace(prices, lines=prices.lines * money)
        rest, chosen = rest_of(t, []), dict[int, Choice]()
        for p in order:
            way = cheapest.insert(p, given, rest, chosen)
            if way is None:
                break
            chosen[p] = way
        else:
            draft = [chosen[p] for p in range(t.parties)]
            found.append((sum(cost(t, p, one) for p, one in enumerate(draft)), draft))
    return min(found, key=lambda pair: pair[0])[1] if found else None
