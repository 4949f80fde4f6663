"""The few ways of a party that are worth weighing against each other when some parties choose anew together.

For every departure whose price is near the party's cheapest: the cheapest stays up to it, those in a few other places,
and every appointment that is good for it. Prices say what the parties that are not asked would give for what is taken.
"""

from __future__ import annotations

import numpy as np

from leeward.plan.cheapest import Cheapest
from leeward.plan.draft import Choice, Rest
from leeward.plan.parts import Stays, Ways
from leeward.plan.pricing import BLOCKED, Prices
from leeward.plan.tables import Floats, Ints, Tables, window


def nearby(
    cheapest: Cheapest, p: int, prices: Prices, rest: Rest, foes: list[Choice], above: float, places: int
) -> Ways:
    """Return the ways with at most `above` more than the cheapest one's price, in up to so many places for each end."""
    t = cheapest.t
    leave, _ = cheapest.leaves(p, prices, rest)
    for foe in foes:
        if foe.leave >= 0:
            leave[foe.leave] = np.inf
    cell = cheapest.cells(p, prices, rest, foes)
    made = cheapest.stays(p, cell)
    best = made[0]
    total = np.append(best[t.day] + leave, best[t.nights] + t.remain[p])
    lowest = float(total.min())
    found = Ways(p, {}, {}, {})
    if lowest >= BLOCKED:
        return found
    for d in np.flatnonzero(total <= lowest + above).tolist():
        if d == len(leave):
            found.leaves[-1] = float(t.remain[p])
        else:
            found.leaves[d] = float(t.leave[p, d])
    ends = sorted({t.nights if d < 0 else int(t.day[d]) for d in found.leaves})
    for end in ends:
        for stays in _stays(cheapest, p, end, made, best[end] + above, places):
            found.stays[stays, end] = cheapest.points(p, stays, end)
    for d in found.leaves:
        if d >= 0 and t.visa_people[p, d]:
            found.visas.update(appointments(t, p, d, rest.slots))
    return found


def appointments(t: Tables, p: int, d: int, slots: Ints) -> dict[tuple[int, int], float]:
    """Return every appointment, by country and day, that is good for a departure and left, with its points."""
    c = int(t.country[d])
    country = t.instance.countries[c]
    first, last = window(int(t.day[d]), country.lead_days, country.valid_days)
    fit = np.isfinite(t.visa_cost[p, c, first:last]) & (slots[c, first:last] >= t.visa_size[p, c])
    return {(c, int(day)): float(t.visa_cost[p, c, day]) for day in np.flatnonzero(fit) + first}


def _stays(
    cheapest: Cheapest,
    p: int,
    end: int,
    made: tuple[Floats, Floats, Floats, Floats, Floats],
    limit: float,
    places: int,
) -> set[Stays]:
    """Return the cheapest stays up to an end, and the cheapest without a move in each of some places."""
    _, enter, one, _, _ = made
    if p in cheapest.t.fixed_stays:
        return {cheapest.t.fixed_stays[p]}
    found: set[Stays] = {cheapest.back(p, end, *made)}
    limit = min(limit, BLOCKED)
    if cheapest.pricer.never[p, end] <= limit:
        found.add(())
    if len(one):
        for h in np.argsort(one[:, end], kind="stable")[:places].tolist():
            if one[h, end] <= limit:
                found.add(((h, int(enter[h, :end].argmin()), end),))
    return found
