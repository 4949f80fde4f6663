"""The whole question at once, with CP-SAT, for few parties: stays are intervals, beds are cumulative."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from ortools.sat.python import cp_model

from leeward.plan.columns import Stays, Ways
from leeward.plan.draft import Choice, Draft, Rest
from leeward.plan.model import Model, Terms, _sum
from leeward.plan.tables import Tables


class Compact(Model):
    """As `Model`, but stays are intervals that may begin and turn on any night."""

    def __init__(
        self, t: Tables, parties: list[int], leaves: dict[int, list[int]], rest: Rest, draft: Draft
    ) -> None:
        self.first: dict[tuple[int, int], cp_model.IntVar] = {}
        self.then: dict[tuple[int, int], cp_model.IntVar] = {}
        self.when: dict[int, tuple[cp_model.IntVar, cp_model.IntVar, cp_model.LinearExprT]] = {}
        self.inside: dict[int, list[tuple[int, cp_model.IntervalVar]]] = defaultdict(list)
        self.owned: dict[int, list[tuple[int, cp_model.IntervalVar]]] = defaultdict(list)
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
        t, m = self.t, self.m
        one = self.ways[p]
        self.leave[p] = {key: m.new_bool_var("") for key in one.leaves}
        self.visa[p] = {key: m.new_bool_var("") for key in one.visas}
        self.stay[p] = {}
        m.add_exactly_one(self.leave[p].values())
        self._appointment(p)
        n = t.nights
        days = {d: n if d < 0 else int(t.day[d]) for d in one.leaves}
        if p in t.fixed_stays:
            raise NotImplementedError
        end = m.new_int_var(min(days.values()), max(days.values()), "")
        m.add(end == sum(days[d] * var for d, var in self.leave[p].items()))
        first_day = int(t.start[p])
        start = m.new_int_var(first_day, first_day if t.tied[p] else n, "")
        turn = m.new_int_var(0, n, "")
        m.add(start <= turn)
        m.add(turn <= end)
        here: list[cp_model.IntVar] = []
        there: list[cp_model.IntVar] = []
        nowhere = m.new_bool_var("")
        size = int(t.size[p])
        for h in range(len(t.beds)):
            if not np.isfinite(t.begins[p, h]) and not t.second[p, h]:
                continue
            for kind, allowed, a, b in (
                (self.first, np.isfinite(t.begins[p, h]), start, turn),
                (self.then, t.second[p, h], turn, end),
            ):
                if not allowed:
                    continue
                var = kind[p, h] = m.new_bool_var("")
                length = m.new_int_var(1, n, "")
                interval = m.new_optional_interval_var(a, length, b, var, "")
                self.inside[h].append((size, interval))
                self.owned[h].append((p, interval))
                (here if kind is self.first else there).append(var)
                if int(t.place_cents[h]):
                    nights = m.new_int_var(0, n, "")
                    m.add(nights >= b - a).only_enforce_if(var)
                    self.money[int(t.place_line[h])].append((nights, size * int(t.place_cents[h])))
            if (p, h) in self.first and (p, h) in self.then:
                m.add_at_most_one(self.first[p, h], self.then[p, h])
        m.add_exactly_one([*here, nowhere])
        m.add_at_most_one([*there, nowhere])
        m.add(turn == end).only_enforce_if([~v for v in there])
        m.add(start == end).only_enforce_if(nowhere)
        risk, sheltered = int(t.risk[p]), int(t.risk[p]) * t.instance.weights.sheltered
        self.goal += [(start, risk * 100 - sheltered), (end, sheltered)]
        self.constant -= risk * 100 * first_day
        self.goal += [(v, int(t.begins[q, h])) for (q, h), v in self.first.items() if q == p]
        self.goal += [(v, t.instance.weights.move * size) for v in there]
        self.goal.append((nowhere, int(t.nowhere[p])))
        self.when[p] = (start, turn, end)

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
            both = [*found, *blocks]
            self.m.add_cumulative([i for _, i in both], [s for s, _ in both], most)

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
                both = [i for q, i in self.owned[h] if q in (a, b)]
                if len(both) > 1:
                    self.m.add_no_overlap(both)
