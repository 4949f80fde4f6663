"""Where everybody sleeps until they leave, when it is settled when they leave: the second half of a plan.

Again and again a few parties are taken out of their beds and put back one by one, each into the cheapest stays that
are left at prices drawn by chance; a result that is a little worse may stand for a while, less and less so.
"""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import numpy as np

from leeward.plan.cheapest import Cheapest
from leeward.plan.draft import Choice, Draft, cost, rest_of, take
from leeward.plan.pricing import BLOCKED, Prices

_LEAST, _MOST = 2, 10  # parties taken out of their beds at once
_NEAR = 14.0  # nights by which who is taken out together may be apart, by chance
_DEAR = (0.3, 0.6, 1.0, 1.0, 1.3)  # how much of the prices is believed
_MONEY = (0.5, 1.0, 1.0, 1.5, 2.0)
_DEARER = (1.0, 2.0, 5.0, 30.0, 1000.0)  # how much dearer money becomes when stays cost too much


class Housed:
    """Stays for everybody, with the departures as they are; begins anew with the most endangered."""

    def __init__(self, cheapest: Cheapest, prices: Prices, exits: Draft, seed: int) -> None:
        self.cheapest, self.prices = cheapest, prices
        self.t = t = cheapest.t
        self.exits = [replace(one, stays=()) for one in exits]
        self.ends = np.array([int(t.day[one.leave]) if one.leave >= 0 else t.nights for one in exits])
        self.dice = Random(seed)  # noqa: S311 - a search, not a secret
        self.rest = rest_of(t, self.exits)
        self.draft: dict[int, Choice] = {}
        self.whole = self._built()
        self.costs = {p: cost(t, p, one) for p, one in self.draft.items()}
        self.now = self.points = sum(self.costs.values()) if self.whole else math.inf
        self.best = dict(self.draft)

    def plan(self) -> Draft:
        """Return the best draft."""
        return [self.best[p] for p in range(self.t.parties)]

    def _built(self) -> bool:
        """Give everybody a bed; return False if somebody who needs one had none."""
        t = self.t
        order = sorted(
            range(t.parties), key=lambda p: (not t.tied[p] and p not in t.fixed_stays, -int(t.risk[p]), p)
        )
        for p in order:
            one = self._house(p, self.prices)
            if one is None:
                return False
            self.draft[p] = one
        return True

    def _house(self, p: int, prices: Prices) -> Choice | None:
        """Return a party's departure with the cheapest stays before it that are left, and take their beds."""
        t, cheapest, end = self.t, self.cheapest, int(self.ends[p])
        foes = [self.draft[q] for q in cheapest.foes.get(p, []) if q in self.draft]
        take(t, p, self.exits[p], self.rest, back=True)
        for dearer in _DEARER:
            given = replace(prices, lines=prices.lines * dearer + (dearer > 1.0) * 1e-6)
            made = cheapest.stays(p, cheapest.cells(p, given, self.rest, foes))
            if made[0][end] >= BLOCKED:
                break
            one = replace(self.exits[p], stays=cheapest.back(p, end, *made))
            money = self.rest.money.copy()
            take(t, p, one, self.rest)
            if (self.rest.money >= np.minimum(money, 0)).all():
                return one
            take(t, p, one, self.rest, back=True)
        take(t, p, self.exits[p], self.rest)
        return None

    def _pick(self) -> list[int]:
        """Return some parties that want the same beds."""
        t, dice = self.t, self.dice
        count = min(dice.randint(_LEAST, _MOST), t.parties)
        first = dice.randrange(t.parties)
        kind = dice.randrange(4)
        near = np.array([dice.random() for _ in range(t.parties)])
        if kind == 0:
            near = near * _NEAR + np.abs(self.ends - self.ends[first])
        elif kind == 1:
            mine = {h for h, _, _ in self.draft[first].stays}
            near += [not any(h in mine for h, _, _ in self.draft[p].stays) for p in range(t.parties)]
        elif kind == 2:
            near = self._around(near)
        return [int(p) for p in np.argsort(near, kind="stable")[:count]]

    def _around(
        self, near: np.ndarray[tuple[int], np.dtype[np.float64]]
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Prefer who sleeps in a few places around a night, and who is outside then."""
        t, dice = self.t, self.dice
        night = dice.randrange(t.nights)
        places = {dice.randrange(len(t.beds)) for _ in range(dice.randint(1, 3))} if len(t.beds) else set()
        for p in range(t.parties):
            stays = self.draft[p].stays
            if any(h in places and s <= night + 3 and e > night - 3 for h, s, e in stays):
                continue
            begin = stays[0][1] if stays else int(self.ends[p])
            near[p] += 0.3 if t.start[p] <= night < begin else 9.0
        return near

    def step(self, warmth: float) -> None:
        """Take some out of their beds and put them back; keep it if it is not worse than chance allows."""
        t, dice = self.t, self.dice
        out = self._pick()
        old = {p: self.draft.pop(p) for p in out}
        before = sum(self.costs[p] for p in out)
        for p, one in old.items():
            take(t, p, one, self.rest, back=True)
            take(t, p, self.exits[p], self.rest)
        limit = before - warmth * math.log(dice.random() + 1e-12)
        much, money = dice.choice(_DEAR), dice.choice(_MONEY)
        prices = replace(self.prices, beds=self.prices.beds * much, lines=self.prices.lines * money)
        risky = dice.random() < 0.6
        keys = {p: float(t.risk[p]) * dice.uniform(0.3, 1.7) if risky else dice.random() for p in out}
        order = sorted(out, key=lambda p: (not t.tied[p] and p not in t.fixed_stays, -keys[p]))
        new, total = self._put_back(order, prices, limit)
        if total > limit:
            self._undo(new, old)
            return
        for p, one in new.items():
            self.costs[p] = cost(t, p, one)
        self.now += total - before
        if self.now < self.points - 1e-6:
            self.points, self.best = self.now, dict(self.draft)

    def _put_back(self, order: list[int], prices: Prices, limit: float) -> tuple[dict[int, Choice], float]:
        """Give each the cheapest stays left, in this order, as long as all together cost no more than the limit."""
        new: dict[int, Choice] = {}
        total = 0.0
        for p in order:
            one = self._house(p, prices)
            if one is None:
                return new, math.inf
            new[p] = self.draft[p] = one
            total += cost(self.t, p, one)
            if total > limit:
                break
        return new, total

    def _undo(self, new: dict[int, Choice], old: dict[int, Choice]) -> None:
        for p in old:
            take(self.t, p, new.get(p, self.exits[p]), self.rest, back=True)
        for p, one in old.items():
            self.draft[p] = one
            take(self.t, p, one, self.rest)
