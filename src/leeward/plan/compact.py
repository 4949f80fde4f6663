"""The whole question at once, with CP-SAT, for few parties: stays are intervals, beds are cumulative."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from ortools.sat.python import cp_model

from leeward.plan.draft import Draft, Rest
from leeward.plan.model import Model, _sum
from leeward.plan.parts import Stays, Ways
from leeward.plan.tables import Tables


class Compact(Model):
    """As `Model`, but stays are intervals that may begin and turn on any night."""

    def __init__(
        self, t: Tables, parties: list[int], leaves: dict[int, list[int]], rest: Rest, draft: Draft
    ) -> None:
        self.first: dict[tuple[int, int], cp_model.IntVar] = {}
        self.then: dict[tuple[int, int], cp_model.IntVar] = {}
        self.when: dict[int, tuple[cp_model.IntVar, cp_model.IntVar, cp_model.IntVar]] = {}
        self.inside: dict[int, list[tuple[int, int, cp_model.IntervalVar]]] = defaultdict(list)
        all_ways = []
        for p in parties:
            one = Ways(p, {}, {}, {})
            for d in leaves[p]:
                one.leaves[d] = float(t.remain[p] if d < 0 else t.leave[p, d])
                if d >= 0 and t.visa_people[p, d]:
                    c = int(t.country[d])
                    for day in np.flatnonzero(np.isfinite(t.visa_cost[p, c])):
                        one.visas[c, int(day)] = float(t.visa_cost[p, c, day])
            all_ways.append(one)
        super().__init__(t, all_ways, rest, draft)

    def _party(self, p: int) -> None:
        """Tie one party's departure to its stays."""
        t, m = self.t, self.m
        one = self.ways[p]
        self.leave[p] = {key: m.new_bool_var("") for key in one.leaves}
        self.visa[p] = {key: m.new_bool_var("") for key in one.visas}
        self.stay[p] = {}
        m.add_exactly_one(self.leave[p].values())
        self._appointment(p)
        n, first = t.nights, int(t.start[p])
        days = {d: n if d < 0 else int(t.day[d]) for d in one.leaves}
        end: cp_model.IntVar = m.new_int_var(min(days.values()), max(days.values()), "")
        m.add(end == sum(days[d] * var for d, var in self.leave[p].items()))
        start = m.new_int_var(first, first if t.tied[p] else n, "")
        turn = m.new_int_var(0, n, "")
        self.when[p] = (start, turn, end)
        m.add(start <= turn)
        m.add(turn <= end)
        nowhere = m.new_bool_var("")
        here = [
            self._stay(p, h, self.first, (start, turn))
            for h in np.flatnonzero(np.isfinite(t.begins[p])).tolist()
        ]
        there = [self._stay(p, h, self.then, (turn, end)) for h in np.flatnonzero(t.second[p]).tolist()]
        for h in range(len(t.beds)):
            if (p, h) in self.first and (p, h) in self.then:
                m.add_at_most_one(self.first[p, h], self.then[p, h])
        m.add_exactly_one([*here, nowhere])
        m.add_at_most_one([*there, nowhere])
        m.add(turn == end).only_enforce_if([~var for var in there])
        m.add(start == end).only_enforce_if(nowhere)
        self._as_fixed(p)
        risk, sheltered = int(t.risk[p]), int(t.risk[p]) * t.instance.weights.sheltered
        self.goal += [(start, risk * 100 - sheltered), (end, sheltered), (nowhere, int(t.nowhere[p]))]
        self.constant -= risk * 100 * first
        self.goal += [(var, int(t.begins[q, h])) for (q, h), var in self.first.items() if q == p]
        self.goal += [(var, t.instance.weights.move * int(t.size[p])) for var in there]

    def _stay(
        self,
        p: int,
        h: int,
        kind: dict[tuple[int, int], cp_model.IntVar],
        nights: tuple[cp_model.IntVar, cp_model.IntVar],
    ) -> cp_model.IntVar:
        """Add one stay that may be."""
        t, m = self.t, self.m
        begin, end = nights
        var = kind[p, h] = m.new_bool_var("")
        size = int(t.size[p])
        interval = m.new_optional_interval_var(begin, m.new_int_var(1, t.nights, ""), end, var, "")
        self.inside[h].append((p, size, interval))
        if int(t.place_cents[h]):
            paid = m.new_int_var(0, t.nights, "")
            m.add(paid >= end - begin).only_enforce_if(var)
            self.money[int(t.place_line[h])].append((paid, size * int(t.place_cents[h])))
        return var

    def _as_fixed(self, p: int) -> None:
        """Set stays that somebody fixed."""
        stays = self.t.fixed_stays.get(p)
        if stays is None:
            return
        start, turn, _ = self.when[p]
        self.m.add(self.first[p, stays[0][0]] == 1)
        self.m.add(start == stays[0][1])
        self.m.add(turn == stays[0][2])
        if len(stays) > 1:
            self.m.add(self.then[p, stays[1][0]] == 1)

    def _beds(self) -> None:
        t = self.t
        for h, found in self.inside.items():
            most = int(self.rest.beds[h].max())
            blocks = []
            begin = 0
            for n in range(1, t.nights + 1):
                if n == t.nights or self.rest.beds[h, n] != self.rest.beds[h, begin]:
                    less = most - int(self.rest.beds[h, begin])
                    if less:
                        blocks.append((less, self.m.new_fixed_size_interval_var(begin, n - begin, "")))
                    begin = n
            both = [*((size, interval) for _, size, interval in found), *blocks]
            self.m.add_cumulative([one for _, one in both], [size for size, _ in both], most)

    def hint(self, draft: Draft) -> None:
        """Begin at what a draft says."""
        super().hint(draft)
        for p, (start, turn, end) in self.when.items():
            one = draft[p]
            last = self.t.nights if one.leave < 0 else int(self.t.day[one.leave])
            self.m.add_hint(start, one.stays[0][1] if one.stays else last)
            self.m.add_hint(turn, one.stays[0][2] if one.stays else last)
            self.m.add_hint(end, last)
            for kind, number in ((self.first, 0), (self.then, 1)):
                place = one.stays[number][0] if len(one.stays) > number else -1
                for (q, h), var in kind.items():
                    if q == p:
                        self.m.add_hint(var, int(h == place))

    def at_least(self, bound: int) -> None:
        """Tell what is proven already."""
        self.m.add(_sum(self.goal) + self.constant >= bound)

    def _stays_of(self, p: int, solver: cp_model.CpSolver) -> Stays:
        start, turn, end = (solver.value(one) for one in self.when[p])
        first = [h for (q, h), var in self.first.items() if q == p and solver.boolean_value(var)]
        then = [h for (q, h), var in self.then.items() if q == p and solver.boolean_value(var)]
        if not first:
            return ()
        return ((first[0], start, turn), (then[0], turn, end)) if then else ((first[0], start, turn),)

    def _apart(self) -> None:
        for a, b in self.t.apart:
            for d in self.leave[a]:
                if d >= 0 and d in self.leave[b]:
                    self.m.add_at_most_one(self.leave[a][d], self.leave[b][d])
            for h in self.inside:
                both = [one for q, _, one in self.inside[h] if q in (a, b)]
                if len(both) > 1:
                    self.m.add_no_overlap(both)
