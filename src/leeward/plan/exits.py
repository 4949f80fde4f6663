"""Who leaves when, and how, with beds at their prices: the first half of a plan, chosen exactly for a few at a time.

Where somebody sleeps until they leave costs here what the cheapest stays cost at the prices of beds and money. So only
seats, appointments, money and members' minutes are shared, and a few parties' departures are chosen within a tenth of
a second; where everybody sleeps is settled after (`housed`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leeward.plan.draft import Choice, Draft, Rest, rest_of, take
from leeward.plan.model import Effort, Model
from leeward.plan.nearby import appointments
from leeward.plan.parts import Ways
from leeward.plan.pricing import BLOCKED, Pricer, Prices
from leeward.plan.tables import Ints


class Exits:
    """Departures and appointments of everybody; they only get better."""

    def __init__(self, pricer: Pricer, prices: Prices, draft: Draft, seed: int) -> None:
        self.t = t = pricer.t
        self.chance = np.random.default_rng(seed)
        self.stays, _ = pricer.stays(prices)
        leaves, _ = pricer.leaves(prices)
        at_end = np.concatenate([self.stays[:, t.day], self.stays[:, -1:]], axis=1)
        self.priced = at_end + np.concatenate([leaves, t.remain[:, None]], axis=1)
        self.above = self.priced - self.priced.min(axis=1, keepdims=True)
        self.draft = [replace(one, stays=()) for one in draft]
        self.rest = rest_of(t, self.draft)
        self.rest.money -= self._reserved(draft)
        self.costs = np.array([self.cost(p, one) for p, one in enumerate(self.draft)])

    def _reserved(self, draft: Draft) -> Ints:
        """Return what stays cost now on each line that pays for something else, too: so much is kept for them."""
        t = self.t
        spent = np.zeros_like(t.money)
        other = {*t.leave_line.tolist(), *t.visa_line.tolist()}
        for p, one in enumerate(draft):
            for h, s, e in one.stays:
                if int(t.place_line[h]) in other:
                    spent[t.place_line[h]] += t.size[p] * (e - s) * t.place_cents[h]
        return spent

    @property
    def points(self) -> float:
        """Return what all of it costs, nights at their prices."""
        return float(self.costs.sum())

    def cost(self, p: int, one: Choice) -> float:
        """Return what a party's departure costs with its nights until then at their prices."""
        t, d = self.t, one.leave
        if d < 0:
            return float(self.stays[p, -1] + t.remain[p])
        visa = float(t.visa_cost[p, t.country[d], one.visa]) if one.visa >= 0 else 0.0
        return float(self.stays[p, t.day[d]] + t.leave[p, d]) + visa

    def pick(self, count: int) -> list[int]:
        """Return parties that contend for the same, beginning with one that is far from its best."""
        t, chance = self.t, self.chance
        leave = np.array([one.leave for one in self.draft])
        weight = self.above[np.arange(t.parties), leave] + 20.0
        first = int(chance.choice(t.parties, p=weight / weight.sum()))
        ends = np.append(t.day, t.nights)[leave]
        kind = int(chance.integers(3))
        if kind == 0:
            score = np.abs(ends - ends[first]) + chance.random(t.parties) * 10.0
        elif kind == 1:
            score = -np.log(chance.random(t.parties) + 1e-12) / weight
        else:
            country = np.append(t.country, -1)[leave]
            score = (country != country[first]) * 30.0 + chance.random(t.parties) * 10.0
        score[first] = -1.0
        return [int(p) for p in np.argsort(score, kind="stable")[:count]]

    def choose(self, out: list[int], above: float, effort: Effort) -> bool:
        """Let these parties choose anew together; return whether it became better."""
        t, rest = self.t, self.rest
        for p in out:
            take(t, p, self.draft[p], rest, back=True)
        model = Model(t, [self._ways(p, rest, above) for p in out], rest, self.draft)
        model.hint(self.draft)
        found = model.solve(effort).choices
        new = {p: self.cost(p, one) for p, one in found.items()}
        gain = float(self.costs[out].sum()) - sum(new.values()) if new else -1.0
        if gain > -1e-6:
            for p, one in found.items():
                self.draft[p] = one
                self.costs[p] = new[p]
        for p in out:
            take(t, p, self.draft[p], rest)
        return gain > 1e-6

    def _ways(self, p: int, rest: Rest, above: float) -> Ways:
        """Return the party's ways out that cost at most so much more than its cheapest, and its own."""
        t, own = self.t, self.draft[p]
        found = Ways(p, {}, {}, {})
        fit = set(np.flatnonzero(self.above[p] <= above).tolist()) | {len(t.seats)}
        for d in sorted(fit):
            if d == len(t.seats):
                if np.isfinite(self.priced[p, d]) and self.priced[p, d] < BLOCKED:
                    found.leaves[-1] = float(t.remain[p])
            elif rest.seats[d] >= t.size[p]:
                found.leaves[d] = float(t.leave[p, d])
        found.leaves[own.leave] = float(t.leave[p, own.leave]) if own.leave >= 0 else float(t.remain[p])
        for d in found.leaves:
            end = t.nights if d < 0 else int(t.day[d])
            found.stays[(), end] = float(self.stays[p, end])
            if d >= 0 and t.visa_people[p, d]:
                found.visas.update(appointments(t, p, d, rest.slots))
        return found
