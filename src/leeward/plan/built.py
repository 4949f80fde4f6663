"""A plan from nothing: everyone takes the cheapest way that is left at given prices, the most endangered first."""

from __future__ import annotations

from dataclasses import replace

from leeward.plan.cheapest import Cheapest
from leeward.plan.draft import Choice, Draft, cost, rest_of
from leeward.plan.pricing import Pricer, Prices


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
