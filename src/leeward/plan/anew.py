"""Departures and beds together: a few parties at a time give up all they have and take the cheapest that is left."""

from __future__ import annotations

from leeward.plan.again import Again
from leeward.plan.cheapest import Cheapest
from leeward.plan.draft import Choice, Draft, rest_of, take
from leeward.plan.pricing import Prices


class Anew(Again):
    """A whole plan, begun with one."""

    def __init__(self, cheapest: Cheapest, prices: Prices, draft: Draft, seed: int) -> None:
        super().__init__(cheapest, prices, seed)
        self.rest = rest_of(self.t, draft)
        self.draft = dict(enumerate(draft))
        self.begin(whole=True)

    def lift(self, p: int, one: Choice) -> None:
        """Give everything back."""
        take(self.t, p, one, self.rest, back=True)

    def settle(self, p: int, one: Choice) -> None:
        """Take it."""
        take(self.t, p, one, self.rest)

    def put(self, p: int, prices: Prices) -> Choice | None:
        """Settle the party on its cheapest way that is left."""
        return self.cheapest.insert(p, prices, self.rest, self.draft)
