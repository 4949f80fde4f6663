"""Taking a few parties out of a plan and putting them back, again and again.

Each is put back into the cheapest that is left at prices drawn by chance; a result that is a little worse may stand for
a while, less and less so. What a party takes when it is put back, and what it keeps meanwhile, the kinds say:
`Housed` (beds alone, with departures as they are) and `Anew` (all of it).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from random import Random

import numpy as np

from leeward.plan.cheapest import Cheapest
from leeward.plan.draft import Choice, Draft, Rest, cost
from leeward.plan.pricing import Prices
from leeward.plan.tables import Floats

_LEAST, _MOST = 2, 10  # parties taken out at once
_NEAR = 14.0  # nights by which who is taken out together may be apart, by chance
_DEAR = (0.3, 0.6, 1.0, 1.0, 1.3)  # how much of the prices is believed
_MONEY = (0.5, 1.0, 1.0, 1.5, 2.0)


class Again(ABC):
    """A plan that is worked on, and the best it has been."""

    rest: Rest

    def __init__(self, cheapest: Cheapest, prices: Prices, seed: int) -> None:
        self.cheapest, self.prices, self.t = cheapest, prices, cheapest.t
        self.dice = Random(seed)  # noqa: S311 - a search, not a secret
        self.draft: dict[int, Choice] = {}

    def begin(self, *, whole: bool) -> None:
        """Count what the draft costs; without a way for everybody it is worth nothing."""
        self.whole = whole
        self.costs = {p: cost(self.t, p, one) for p, one in self.draft.items()}
        self.now = self.points = sum(self.costs.values()) if whole else math.inf
        self.best = dict(self.draft)

    @abstractmethod
    def lift(self, p: int, one: Choice) -> None:
        """Give back what a party holds by this way and is to choose anew."""

    @abstractmethod
    def settle(self, p: int, one: Choice) -> None:
        """Take what it holds by this way: the other way round."""

    @abstractmethod
    def put(self, p: int, prices: Prices) -> Choice | None:
        """Settle the party on its cheapest way that is left, and return it; None if there is none."""

    def plan(self) -> Draft:
        """Return the best draft."""
        return [self.best[p] for p in range(self.t.parties)]

    def step(self, warmth: float) -> None:
        """Take some out and put them back; keep it if it is not worse than chance allows."""
        t, dice = self.t, self.dice
        out = self._pick()
        old = {p: self.draft.pop(p) for p in out}
        before = sum(self.costs[p] for p in out)
        for p, one in old.items():
            self.lift(p, one)
        limit = before - warmth * math.log(dice.random() + 1e-12)
        much, money = dice.choice(_DEAR), dice.choice(_MONEY)
        given = self.prices
        prices = Prices(
            given.beds * much,
            given.seats * much,
            given.slots * much,
            given.lines * money,
            given.minutes * much,
        )
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
        """Put each back, in this order, as long as all together cost no more than the limit."""
        new: dict[int, Choice] = {}
        total = 0.0
        for p in order:
            one = self.put(p, prices)
            if one is None:
                return new, math.inf
            new[p] = self.draft[p] = one
            total += cost(self.t, p, one)
            if total > limit:
                break
        return new, total

    def _undo(self, new: dict[int, Choice], old: dict[int, Choice]) -> None:
        for p, one in new.items():
            self.lift(p, one)
        for p, one in old.items():
            self.draft[p] = one
            self.settle(p, one)

    def _end(self, p: int) -> int:
        leave = self.draft[p].leave
        return int(self.t.day[leave]) if leave >= 0 else self.t.nights

    def _pick(self) -> list[int]:
        """Return some parties that want the same beds."""
        t, dice = self.t, self.dice
        count = min(dice.randint(_LEAST, _MOST), t.parties)
        first = dice.randrange(t.parties)
        kind = dice.randrange(4)
        near = np.array([dice.random() for _ in range(t.parties)])
        if kind == 0:
            ends = np.array([self._end(p) for p in range(t.parties)])
            near = near * _NEAR + np.abs(ends - ends[first])
        elif kind == 1:
            mine = {h for h, _, _ in self.draft[first].stays}
            near += [not any(h in mine for h, _, _ in self.draft[p].stays) for p in range(t.parties)]
        elif kind == 2:
            near = self._around(near)
        return [int(p) for p in np.argsort(near, kind="stable")[:count]]

    def _around(self, near: Floats) -> Floats:
        """Prefer who sleeps in a few places around a night, and who is outside then."""
        t, dice = self.t, self.dice
        night = dice.randrange(t.nights)
        places = {dice.randrange(len(t.beds)) for _ in range(dice.randint(1, 3))} if len(t.beds) else set()
        for p in range(t.parties):
            stays = self.draft[p].stays
            if any(h in places and s <= night + 3 and e > night - 3 for h, s, e in stays):
                continue
            begin = stays[0][1] if stays else self._end(p)
            near[p] += 0.3 if t.start[p] <= night < begin else 9.0
        return near
