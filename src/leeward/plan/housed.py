"""Where everybody sleeps until they leave, when it is settled when they leave: the second half of a plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leeward.plan.again import Again
from leeward.plan.cheapest import Cheapest
from leeward.plan.draft import Choice, Draft, rest_of, take
from leeward.plan.pricing import BLOCKED, Prices

_DEARER = (1.0, 2.0, 5.0, 30.0, 1000.0)  # how much dearer money becomes when stays cost too much


class Housed(Again):
    """Stays for everybody, with the departures as they are; begins anew with the most endangered."""

    def __init__(self, cheapest: Cheapest, prices: Prices, exits: Draft, seed: int) -> None:
        super().__init__(cheapest, prices, seed)
        t = self.t
        self.exits = [replace(one, stays=()) for one in exits]
        self.rest = rest_of(t, self.exits)
        self.begin(whole=self._built())

    def _built(self) -> bool:
        """Give everybody a bed; return False if somebody who needs one had none."""
        t = self.t
        order = sorted(
            range(t.parties), key=lambda p: (not t.tied[p] and p not in t.fixed_stays, -int(t.risk[p]), p)
        )
        for p in order:
            one = self.put(p, self.prices)
            if one is None:
                return False
            self.draft[p] = one
        return True

    def lift(self, p: int, one: Choice) -> None:
        """Give back the beds, and keep the departure."""
        take(self.t, p, one, self.rest, back=True)
        take(self.t, p, self.exits[p], self.rest)

    def settle(self, p: int, one: Choice) -> None:
        """Take the beds."""
        take(self.t, p, self.exits[p], self.rest, back=True)
        take(self.t, p, one, self.rest)

    def put(self, p: int, prices: Prices) -> Choice | None:
        """Settle the party on its departure with the cheapest stays before it that are left."""
        t, cheapest, own = self.t, self.cheapest, self.exits[p]
        end = int(t.day[own.leave]) if own.leave >= 0 else t.nights
        foes = [self.draft[q] for q in cheapest.foes.get(p, []) if q in self.draft]
        for dearer in _DEARER:
            given = replace(prices, lines=prices.lines * dearer + (dearer > 1.0) * 1e-6)
            made = cheapest.stays(p, cheapest.cells(p, given, self.rest, foes))
            if made[0][end] >= BLOCKED:
                return None
            one = replace(own, stays=cheapest.back(p, end, *made))
            money = self.rest.money.copy()
            self.settle(p, one)
            if (self.rest.money >= np.minimum(money, 0)).all():
                return one
            self.lift(p, one)
        return None
