"""Raising the proven bound: prices that make what is scarce dear until it is wanted no more than there is of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leeward.plan.pricing import Pricer, Prices, usage, widest_party, worth
from leeward.plan.tables import Floats, Tables

_MEMORY, _SPREAD = 0.9, 0.99  # how long a step remembers the way it went, and how large the ways were
_LAST = 0.02  # the last step in parts of the first


@dataclass
class Bound:
    """The best prices so far, and the bound they prove."""

    prices: Prices
    value: float
    each: Floats  # what every party's cheapest way costs at these prices


def scales(t: Tables) -> Floats:
    """Return for each price about how much it may be: steps are measured by it."""
    risk = 100.0 * float((t.risk / t.size).mean()) if t.parties else 1.0
    w = widest_party(t)
    size = np.arange(w, dtype=float)
    return np.concatenate(
        [
            np.full(t.beds.size, 0.1 * risk),
            np.repeat(10.0 * risk * size, len(t.seats)),
            np.repeat(10.0 * risk * size, t.slots.size),
            np.full(len(t.money), risk / 3000.0),
            np.full(t.nights, 0.1 * risk / 48.0),
        ]
    )


def value_at(pricer: Pricer, prices: Prices) -> tuple[float, Floats, Floats]:
    """Return the bound these prices prove, what more of each thing is wanted than there is, and each party's part."""
    each, ways = pricer(prices)
    total, used = worth(pricer.t, prices)
    return float(each.sum()) - total, usage(pricer, ways) - used, each


def ascend(
    pricer: Pricer, rounds: int, over: Callable[[], bool], told: Callable[[Bound], None] = lambda _: None
) -> Bound:
    """Return the best bound after so many rounds, or when it is over; tell the best so far every tenth of the way."""
    t = pricer.t
    scale = scales(t)
    price = np.zeros(len(scale))
    way, spread = np.zeros(len(scale)), np.zeros(len(scale))
    best: Bound | None = None
    for k in range(rounds):
        prices = Prices.of(t, price)
        value, wanted, each = value_at(pricer, prices)
        if best is None or value > best.value:
            best = Bound(prices, value, each)
        if over():
            break
        if k % max(1, rounds // 10) == 0:
            told(best)
        way = _MEMORY * way + (1 - _MEMORY) * wanted
        spread = _SPREAD * spread + (1 - _SPREAD) * wanted * wanted
        step = _LAST ** (k / rounds) * scale
        size = np.sqrt(spread / (1 - _SPREAD ** (k + 1))) + 1e-9
        price = np.maximum(0.0, price + step * (way / (1 - _MEMORY ** (k + 1))) / size)
    assert best is not None
    return best
