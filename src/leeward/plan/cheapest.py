"""The cheapest way of one party in what is left, at given prices: how plans are begun and mended."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from leeward.plan.draft import Choice, Draft, Rest, take
from leeward.plan.pricing import BLOCKED, Pricer, Prices
from leeward.plan.tables import Floats, Ints, window

_DEARER = (1.0, 2.0, 5.0, 30.0, 1000.0)  # how much dearer money becomes when a way costs too much


class Cheapest:
    """Finds ways one after the other; what is left is given each time."""

    def __init__(self, pricer: Pricer) -> None:
        self.pricer, self.t = pricer, pricer.t
        self.members = {
            one.id: k for k, one in enumerate(one for one in self.t.instance.members if one.escorts)
        }
        self.foes: dict[int, list[int]] = {}
        for a, b in self.t.apart:
            self.foes.setdefault(a, []).append(b)
            self.foes.setdefault(b, []).append(a)

    def insert(self, p: int, prices: Prices, rest: Rest, draft: dict[int, Choice] | Draft) -> Choice | None:
        """Return the party's cheapest way and take it from the rest; None if nothing is left for it."""
        for dearer in _DEARER:
            given = replace(prices, lines=prices.lines * dearer + (dearer > 1.0) * 1e-6)
            one = self._way(p, given, rest, self._blocked(p, draft))
            if one is None:
                return None
            money = rest.money.copy()
            take(self.t, p, one, rest)
            if (rest.money >= np.minimum(money, 0)).all():
                return one
            take(self.t, p, one, rest, back=True)
        return None

    def _blocked(self, p: int, draft: dict[int, Choice] | Draft) -> list[Choice]:
        known = draft if isinstance(draft, dict) else dict(enumerate(draft))
        return [known[q] for q in self.foes.get(p, []) if q in known]

    def _way(self, p: int, prices: Prices, rest: Rest, foes: list[Choice]) -> Choice | None:
        t = self.t
        leave, day = self.leaves(p, prices, rest)
        cell = self.cells(p, prices, rest, foes)
        for foe in foes:
            if foe.leave >= 0:
                leave[foe.leave] = np.inf
        best, enter, one, enter2, two = self.stays(p, cell)
        for _ in range(len(leave) + 1):
            total = np.append(best[t.day] + leave, best[t.nights] + t.remain[p])
            d = int(total.argmin())
            if total[d] >= BLOCKED:
                return None
            d = -1 if d == len(leave) else d
            end = t.nights if d < 0 else int(t.day[d])
            found = Choice(self.back(p, end, best, enter, one, enter2, two), d, -1 if d < 0 else int(day[d]))
            with_members = self._members(p, found, rest)
            if with_members is not None:
                return with_members
            leave[d] = np.inf
        return None

    def cells(self, p: int, prices: Prices, rest: Rest, foes: list[Choice]) -> Floats:
        """Return H×N what a night in each place costs the party, at these prices; `BLOCKED` where it cannot be."""
        t, size = self.t, int(self.t.size[p])
        cell = size * (prices.beds + (t.place_cents * prices.lines[t.place_line])[:, None])
        cell = np.where(rest.beds < size, BLOCKED, cell)
        for foe in foes:
            for h, s, e in foe.stays:
                cell[h, s:e] = BLOCKED
        return cell

    def stays(self, p: int, cell: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return the cheapest stays up to each end, and what `back` needs to name them."""
        t, pricer, n = self.t, self.pricer, self.t.nights
        pre = np.zeros((len(cell), n + 1))
        np.cumsum(cell, axis=1, out=pre[:, 1:])
        pre += pricer.inside[p]
        enter = pricer.entry[p][None, :] + t.begins[p][:, None] - pre
        one = np.full_like(pre, np.inf)
        np.minimum.accumulate(enter[:, :-1], axis=1, out=one[:, 1:])
        one += pre
        turn = one.min(axis=0, initial=np.inf)
        enter2 = (turn + pricer.move[p])[None, :] + pricer.shut[p][:, None] - pre
        two = np.full_like(pre, np.inf)
        np.minimum.accumulate(enter2[:, :-1], axis=1, out=two[:, 1:])
        two += pre
        best = np.minimum(np.minimum(pricer.never[p], turn), two.min(axis=0, initial=np.inf))
        if p in t.fixed_stays:
            end, cost = pricer.fixed[p]
            best[:] = np.inf
            best[end] = cost + sum(float(cell[h, s:e].sum()) for h, s, e in t.fixed_stays[p])
        return best, enter, one, enter2, two

    def back(
        self, p: int, end: int, best: Floats, enter: Floats, one: Floats, enter2: Floats, two: Floats
    ) -> tuple[tuple[int, int, int], ...]:
        """Return the stays that are cheapest up to an end."""
        t = self.t
        if p in t.fixed_stays:
            return t.fixed_stays[p]
        if self.pricer.never[p, end] <= best[end]:
            return ()
        h = int(one[:, end].argmin())
        if one[h, end] <= best[end]:
            return ((h, int(enter[h, :end].argmin()), end),)
        g = int(two[:, end].argmin())
        m = int(enter2[g, :end].argmin())
        h = int(one[:, m].argmin())
        s = int(enter[h, :m].argmin())
        return ((h, s, end),) if h == g else ((h, s, m), (g, m, end))

    def points(self, p: int, stays: tuple[tuple[int, int, int], ...], end: int) -> float:
        """Return what stays up to an end cost the party, without any price."""
        t = self.t
        if not stays:
            return float(t.outside[p, end] + t.nowhere[p])
        place, start, _ = stays[0]
        inside = t.risk[p] * t.instance.weights.sheltered * (end - start)
        moved = t.instance.weights.move * t.size[p] * (len(stays) - 1)
        return float(t.outside[p, start] + t.begins[p, place] + inside + moved)

    def leaves(self, p: int, prices: Prices, rest: Rest) -> tuple[Floats, Ints]:
        """Return what each departure costs the party with the best appointment for it, and the day of that (-1)."""
        t, size = self.t, int(self.t.size[p])
        cost = t.leave[p] + prices.seats[size] + size * (t.leave_cents * prices.lines[t.leave_line])
        cost = cost + t.trip[p] * (self.pricer.trip_minutes @ prices.minutes)
        cost = np.where(rest.seats < size, np.inf, cost)
        day = np.full(len(cost), -1, dtype=np.int64)
        visas: dict[int, Floats] = {}
        for d in np.flatnonzero(np.isfinite(cost) & (t.visa_people[p] > 0)).tolist():
            c = int(t.country[d])
            country = t.instance.countries[c]
            if c not in visas:
                people = int(t.visa_size[p, c])
                each = prices.slots[people, c] + people * (t.visa_cents[c] * prices.lines[t.visa_line[c]])
                visas[c] = t.visa_cost[p, c] + each
                visas[c] = np.where(rest.slots[c] < people, np.inf, visas[c])
                if t.guarded[p]:
                    free = (rest.minutes >= country.escort_minutes).any(axis=0)
                    visas[c] = np.where(free, visas[c] + country.escort_minutes * prices.minutes, np.inf)
            first, last = window(int(t.day[d]), country.lead_days, country.valid_days)
            part = visas[c][first:last]
            if not len(part):
                cost[d] = np.inf
                continue
            k = int(part.argmin())
            cost[d] += part[k]
            day[d] = first + k
        return cost, day

    def _members(self, p: int, one: Choice, rest: Rest) -> Choice | None:
        """Return the way with members for it; None if nobody has the time."""
        t, fixed = self.t, self.t.instance.parties[p].fixed
        if one.leave < 0:
            return one
        escort = visa_escort = -1
        c = t.instance.countries[int(t.country[one.leave])]
        if one.visa >= 0 and t.guarded[p]:
            able = [k for k in range(len(rest.minutes)) if rest.minutes[k, one.visa] >= c.escort_minutes]
            if fixed.visa_escort:
                able = [k for k in able if k == self.members[fixed.visa_escort]]
            if not able:
                return None
            visa_escort = min(able, key=lambda k: (rest.minutes[k, one.visa], k))
        if t.trip[p, one.leave]:
            leg = t.instance.departures[one.leave]
            on = rest.going.get(one.leave, Counter())
            days = slice(leg.day, min(t.nights, leg.day + leg.escort_days))
            left = rest.minutes.copy()
            if visa_escort >= 0:
                left[visa_escort, one.visa] -= c.escort_minutes
            able = [k for k in range(len(left)) if 0 < on[k] < leg.escort_parties]
            able = able or [
                k for k in range(len(left)) if not on[k] and (left[k, days] >= leg.escort_minutes).all()
            ]
            if fixed.escort:
                k = self.members[fixed.escort]
                room = 0 < on[k] < leg.escort_parties
                able = [k] if room or (not on[k] and (left[k, days] >= leg.escort_minutes).all()) else []
            if not able:
                return None
            escort = min(able, key=lambda k: (int(left[k].sum()), k))
        return replace(one, escort=escort, visa_escort=visa_escort)
