"""The ways of one party that are worth looking at: all whose price is not more than so much above its cheapest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leeward.plan.draft import Choice, Rest
from leeward.plan.pricing import BLOCKED, Pricer, Prices
from leeward.plan.tables import Floats, Ints, window

Stays = tuple[tuple[int, int, int], ...]


@dataclass
class Ways:
    """Parts of one party's ways, each with its points; `whole` says that none below the limit was left out."""

    party: int
    stays: dict[tuple[Stays, int], float]  # the stays and the end
    leaves: dict[int, float]  # a departure, or -1
    visas: dict[tuple[int, int], float]  # country and day
    whole: bool = True

    def add(self, t_cost: tuple[float, float, float], one: Choice, end: int, country: int) -> None:
        """Add a way that is to be among them, come what may."""
        self.stays[one.stays, end] = t_cost[0]
        self.leaves[one.leave] = t_cost[1]
        if one.visa >= 0:
            self.visas[country, one.visa] = t_cost[2]


def ways(
    pricer: Pricer, prices: Prices, p: int, rest: Rest, *, above: float, most: int, places: Ints | None = None
) -> Ways:
    """Return the parts of the ways of a party that cost, at these prices, at most `above` more than its cheapest.

    Of stays that differ only in the night of the move, the cheapest stands for all.
    """
    everywhere = np.arange(len(pricer.t.beds))
    return _Finder(pricer, prices, p, rest, everywhere if places is None else places).found(above, most)


class _Finder:
    def __init__(self, pricer: Pricer, prices: Prices, p: int, rest: Rest, places: Ints) -> None:
        self.pricer, self.t, self.p, self.prices = pricer, pricer.t, p, prices
        t, n = self.t, self.t.nights
        self.rest = rest
        self.places = places
        size = int(t.size[p])
        cell = prices.beds[places] + (t.place_cents * prices.lines[t.place_line])[places][:, None]
        self.pre = np.zeros((len(places), n + 1))
        np.cumsum(cell * size + np.where(rest.beds[places] < size, BLOCKED, 0.0), axis=1, out=self.pre[:, 1:])
        self.pre += pricer.inside[p]
        self.enter = pricer.entry[p][None, :] + t.begins[p][places][:, None] - self.pre
        self.leave, self.visas = self._leaves()
        self.tail = np.full(n + 1, np.inf)  # the cheapest way to leave at each end
        np.minimum.at(self.tail, t.day, self.leave)
        self.tail[n] = min(self.tail[n], float(t.remain[p]))

    def _leaves(self) -> tuple[Floats, dict[int, Floats]]:
        """Return what each departure costs at its best, and for each country what each appointment costs."""
        t, p, prices = self.t, self.p, self.prices
        minutes = self.pricer.trip_minutes @ prices.minutes
        size = int(t.size[p])
        cost = (
            t.leave[p]
            + prices.seats[size]
            + size * (t.leave_cents * prices.lines[t.leave_line])
            + t.trip[p] * minutes
        )
        cost = np.where(self.rest.seats < size, np.inf, cost)
        self.bare = cost.copy()
        visas: dict[int, Floats] = {}
        for d in np.flatnonzero(np.isfinite(cost) & (t.visa_people[p] > 0)):
            c = int(t.country[d])
            if c not in visas:
                country = t.instance.countries[c]
                each = prices.slots[t.visa_size[p, c], c] + t.visa_size[p, c] * (
                    t.visa_cents[c] * prices.lines[t.visa_line[c]]
                )
                visas[c] = t.visa_cost[p, c] + each + t.guarded[p] * (country.escort_minutes * prices.minutes)
                visas[c] = np.where(self.rest.slots[c] < t.visa_size[p, c], np.inf, visas[c])
            first, last = self._window(int(d))
            cost[d] += visas[c][first:last].min(initial=np.inf)
        return cost, visas

    def _window(self, d: int) -> tuple[int, int]:
        country = self.t.instance.countries[int(self.t.country[d])]
        return window(int(self.t.day[d]), country.lead_days, country.valid_days)

    def found(self, above: float, most: int) -> Ways:
        """Return the parts, at most so many patterns of stays."""
        t, p, n = self.t, self.p, self.t.nights
        patterns = self._fixed() if p in t.fixed_stays else self._patterns(above)
        if not patterns:
            return Ways(p, {}, {}, {})
        lowest = min(value for value, _, _ in patterns)
        limit = lowest + above + 1e-6
        patterns = [one for one in patterns if one[0] <= limit]
        whole = len(patterns) <= most
        if not whole:
            patterns = sorted(patterns)[:most]
        best = np.full(n + 1, np.inf)  # the cheapest stays up to each end
        for value, _, end in patterns:
            best[end] = min(best[end], value - self.tail[end])
        leaves: dict[int, float] = {}
        for d in np.flatnonzero(best[t.day] + self.leave <= limit):
            leaves[int(d)] = float(t.leave[p, d])
        if best[n] + t.remain[p] <= limit:
            leaves[-1] = float(t.remain[p])
        return Ways(
            p,
            {(stays, end): self._points(stays, end) for _, stays, end in patterns},
            leaves,
            self._appointments(leaves, best, limit),
            whole,
        )

    def _appointments(
        self, leaves: dict[int, float], best: Floats, limit: float
    ) -> dict[tuple[int, int], float]:
        t, p = self.t, self.p
        found: dict[tuple[int, int], float] = {}
        for d in leaves:
            if d < 0 or not t.visa_people[p, d]:
                continue
            c = int(t.country[d])
            first, last = self._window(d)
            left = limit - self.bare[d] - best[t.day[d]]
            for day in np.flatnonzero(self.visas[c][first:last] <= left):
                found[c, int(day) + first] = float(t.visa_cost[p, c, day + first])
        return found

    def _points(self, stays: Stays, end: int) -> float:
        """Return what a pattern costs without any price."""
        t, p = self.t, self.p
        if not stays:
            return float(t.outside[p, end] + t.nowhere[p])
        place, start, _ = stays[0]
        inside = t.risk[p] * t.instance.weights.sheltered * (end - start)
        moved = t.instance.weights.move * t.size[p] * (len(stays) - 1)
        return float(t.outside[p, start] + t.begins[p, place] + inside + moved)

    def _fixed(self) -> list[tuple[float, Stays, int]]:
        stays = self.t.fixed_stays[self.p]
        end, value = self.pricer.fixed[self.p]
        size = int(self.t.size[self.p])
        for h, s, e in stays:
            value += size * float(self.prices.beds[h, s:e].sum())
            value += size * (e - s) * float(self.t.place_cents[h] * self.prices.lines[self.t.place_line[h]])
            value += BLOCKED if (self.rest.beds[h, s:e] < size).any() else 0.0
        value += self.tail[end]
        return [(value, stays, end)] if value < BLOCKED else []

    def _patterns(self, above: float) -> list[tuple[float, Stays, int]]:
        """Return (price with the best departure, stays, end) of the patterns within the limit, and a few more."""
        pricer, p, n = self.pricer, self.p, self.t.nights
        ends = np.flatnonzero(np.isfinite(self.tail))
        never = pricer.never[p] + self.tail
        found: list[tuple[float, Stays, int]] = []
        if not len(ends):
            return found
        nights = np.arange(n + 1)
        # first stays: [h, s, end], for every end, also those at which the second begins
        ones = self.enter[:, :, None] + self.pre[:, None, :]
        ones[:, nights[:, None] >= nights[None, :]] = np.inf
        whole = ones + self.tail[None, None, :]
        turn = ones.min(axis=(0, 1), initial=np.inf)
        last = (
            (pricer.move[p] + pricer.shut[p][self.places])[:, None, None]
            - self.pre[:, :, None]
            + (self.pre + self.tail[None, :])[:, None, :]
        )
        last[:, nights[:, None] >= nights[None, :]] = np.inf
        after = last.min(axis=(0, 2), initial=np.inf)  # the cheapest second stay from each night on
        lowest = min(never.min(), whole.min(initial=np.inf), (turn + after).min())
        if lowest >= BLOCKED:
            return found
        limit = lowest + above + 1e-6
        found += [(float(never[e]), (), int(e)) for e in np.flatnonzero(never <= limit)]
        for h, s, e in np.argwhere(whole <= limit).tolist():
            found.append((float(whole[h, s, e]), ((int(self.places[h]), s, e),), e))
        self._moves(ones, last, limit, found)
        return found

    def _moves(self, one: Floats, two: Floats, limit: float, found: list[tuple[float, Stays, int]]) -> None:
        """Add for each two places and each end the cheapest nights to begin and to turn."""
        begun = one.argmin(axis=1)  # [h, turn]: the best first night
        first = np.take_along_axis(one, begun[:, None, :], axis=1)[:, 0, :]
        for h in range(len(first)):
            both = first[h][None, :, None] + two  # [g, turn, end]
            both[h] = np.inf
            turn = both.argmin(axis=1)
            value = np.take_along_axis(both, turn[:, None, :], axis=1)[:, 0, :]
            for g, e in np.argwhere(value <= limit).tolist():
                m = int(turn[g, e])
                stays = ((int(self.places[h]), int(begun[h, m]), m), (int(self.places[g]), m, e))
                found.append((float(value[g, e]), stays, e))
