"""The exact choice among the ways of some parties, with CP-SAT: every rule, and all that the others leave.

Stays, departure and appointment of a party are chosen apart and tied by its own rows, so that a few hundred parts
stand for many thousand ways. Members are chosen by name: who is already on a departure may take more parties along.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from ortools.sat.python import cp_model

from leeward.plan.draft import Choice, Draft, Rest, together
from leeward.plan.instance import Country
from leeward.plan.parts import Stays, Ways
from leeward.plan.tables import Tables, window

Terms = list[tuple[cp_model.IntVar, int]]


@dataclass
class Effort:
    """How much work one search may do. Work is counted in the solver's own steps, so it does not hang on the clock."""

    work: float
    seconds: float
    seed: int
    workers: int = 1
    stop: Callable[[], bool] = lambda: False
    gap: float = 0.0
    log: bool = False


@dataclass
class Found:
    """What a search found: the choices (none if there is none), their points, and what none can be below."""

    choices: dict[int, Choice] = field(default_factory=dict)
    points: float = float("inf")
    bound: float = float("-inf")
    proven: bool = False


class Model:
    """One search: parties with their ways, and what the others leave."""

    def __init__(self, t: Tables, all_ways: list[Ways], rest: Rest, draft: Draft) -> None:
        self.t, self.rest, self.draft = t, rest, draft
        self.m = cp_model.CpModel()
        self.goal: Terms = []
        self.constant = 0
        self.ways = {one.party: one for one in all_ways}
        self.stay: dict[int, dict[tuple[Stays, int], cp_model.IntVar]] = {}
        self.leave: dict[int, dict[int, cp_model.IntVar]] = {}
        self.visa: dict[int, dict[tuple[int, int], cp_model.IntVar]] = {}
        self.trips: dict[tuple[int, int], cp_model.IntVar] = {}
        self.visits: dict[tuple[int, int, int], cp_model.IntVar] = {}
        self.money: dict[int, Terms] = defaultdict(list)
        for p in self.ways:
            self._party(p)
        self._rows()
        self._escorts()
        self._apart()
        goal = self.goal
        for p, one in self.ways.items():
            goal += [(self.stay[p][key], round(value)) for key, value in one.stays.items()]
            goal += [(self.leave[p][key], round(value)) for key, value in one.leaves.items()]
            goal += [(self.visa[p][day], round(value)) for day, value in one.visas.items() if value]
        self.m.minimize(_sum(goal) + self.constant)

    def _party(self, p: int) -> None:
        """Tie the parts of one party's way."""
        t, m, one = self.t, self.m, self.ways[p]
        self.stay[p] = {key: m.new_bool_var("") for key in one.stays}
        self.leave[p] = {key: m.new_bool_var("") for key in one.leaves}
        self.visa[p] = {key: m.new_bool_var("") for key in one.visas}
        m.add_exactly_one(self.stay[p].values())
        m.add_exactly_one(self.leave[p].values())
        until: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        leaving: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for (_, end), var in self.stay[p].items():
            until[end].append(var)
        for d, var in self.leave[p].items():
            leaving[t.nights if d < 0 else int(t.day[d])].append(var)
        for end in sorted({*until, *leaving}):
            m.add(sum(until[end]) == sum(leaving[end]))
        self._appointment(p)

    def _appointment(self, p: int) -> None:
        """Tie one party's appointment to its departure."""
        t, m, one = self.t, self.m, self.ways[p]
        if not any(d >= 0 and t.visa_people[p, d] for d in one.leaves):
            return
        m.add_at_most_one(self.visa[p].values())
        needing: dict[int, dict[int, list[cp_model.IntVar]]] = defaultdict(lambda: defaultdict(list))
        for d, var in self.leave[p].items():
            if d >= 0 and t.visa_people[p, d]:
                needing[int(t.country[d])][int(t.day[d])].append(var)
        for c in {c for c, _ in self.visa[p]} | set(needing):
            days = {day: var for (at, day), var in self.visa[p].items() if at == c}
            m.add(sum(days.values()) == sum(var for asking in needing[c].values() for var in asking))
            self._in_time(t.instance.countries[c], needing[c], days)

    def _in_time(
        self, country: Country, needing: dict[int, list[cp_model.IntVar]], days: dict[int, cp_model.IntVar]
    ) -> None:
        """Let no departure be before its appointment's visa is there, nor after it has ended.

        Summed up over the days: so the same is said with fewer fractions than by each departure for itself.
        """
        by = sorted(needing)
        before: tuple[int, int] | None = None
        for k, day in enumerate(by):
            first, last = window(day, country.lead_days, country.valid_days)
            until = [var for at in by[: k + 1] for var in needing[at]]
            since = [var for at in by[k:] for var in needing[at]]
            if any(at >= last for at in days):
                self.m.add(sum(until) <= sum(var for at, var in days.items() if at < last))
            if any(at < first for at in days) and (first, last) != before:
                self.m.add(sum(since) <= sum(var for at, var in days.items() if at >= first))
            before = (first, last)

    def _rows(self) -> None:
        """Add what parties share: beds, seats, slots, money."""
        rest = self.rest
        seats: dict[int, Terms] = defaultdict(list)
        slots: dict[tuple[int, int], Terms] = defaultdict(list)
        for p in self.ways:
            self._uses(p, seats, slots)
        for d, terms in seats.items():
            self._row(terms, int(rest.seats[d]))
        for (c, day), terms in slots.items():
            self._row(terms, int(rest.slots[c, day]))
        for line, terms in self.money.items():
            self._row(terms, int(rest.money[line]))
        self._beds()

    def _uses(self, p: int, seats: dict[int, Terms], slots: dict[tuple[int, int], Terms]) -> None:
        """Note what each part of a party's way takes."""
        t, size = self.t, int(self.t.size[p])
        for d, var in self.leave[p].items():
            if d >= 0:
                seats[d].append((var, size))
                self.money[int(t.leave_line[d])].append((var, size * int(t.leave_cents[d])))
        for (c, day), var in self.visa[p].items():
            people = int(t.visa_size[p, c])
            slots[c, day].append((var, people))
            self.money[int(t.visa_line[c])].append((var, people * int(t.visa_cents[c])))
        for (stays, _), var in self.stay[p].items():
            for h, s, e in stays:
                cents = size * (e - s) * int(t.place_cents[h])
                if cents:
                    self.money[int(t.place_line[h])].append((var, cents))

    def _row(self, terms: Terms, most: int) -> None:
        if sum(weight * max(var.proto.domain) for var, weight in terms) > most:
            self.m.add(_sum(terms) <= most)

    def _beds(self) -> None:
        """Add the rows of beds, one for each run of nights on which the same patterns would be in the place."""
        t = self.t
        inside: dict[int, list[tuple[int, int, int, cp_model.IntVar]]] = defaultdict(list)
        for p in self.ways:
            for (stays, _), var in self.stay[p].items():
                for h, s, e in stays:
                    inside[h].append((s, e, p, var))
        for h, found in inside.items():
            cuts = sorted({s for s, _, _, _ in found} | {e for _, e, _, _ in found})
            before: set[int] = set()
            rows: list[tuple[set[int], Terms, int]] = []
            for start, end in pairwise(cuts):
                most = int(self.rest.beds[h, start:end].min())
                here = [(p, var) for s, e, p, var in found if s <= start < e]
                if sum(int(t.size[p]) for p in {p for p, _ in here}) <= most:
                    continue
                before = {var.index for _, var in here}
                rows.append((before, [(var, int(t.size[p])) for p, var in here], most))
            for k, (mine, terms, most) in enumerate(rows):
                beside = [rows[x] for x in (k - 1, k + 1) if 0 <= x < len(rows)]
                if any(mine < other and limit <= most for other, _, limit in beside):
                    continue
                self.m.add(_sum(terms) <= most)

    def _escorts(self) -> None:
        """Choose members: on a departure once for several parties, at a consulate for each party."""
        t, rest = self.t, self.rest
        spent: dict[tuple[int, int], Terms] = defaultdict(list)
        wanted: dict[int, list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        visits: dict[tuple[int, int], list[tuple[int, cp_model.IntVar]]] = defaultdict(list)
        for p in self.ways:
            for d, var in self.leave[p].items():
                if d >= 0 and t.trip[p, d]:
                    wanted[d].append((p, var))
            for key, var in self.visa[p].items():
                if t.guarded[p]:
                    visits[key].append((p, var))
        for d, asking in wanted.items():
            self._trip(d, asking, spent)
        for meeting, asking in visits.items():
            self._meeting(meeting, asking, spent)
        for (member, day), terms in spent.items():
            self._row(terms, int(rest.minutes[member, day]))

    def _meeting(
        self,
        meeting: tuple[int, int],
        asking: list[tuple[int, cp_model.IntVar]],
        spent: dict[tuple[int, int], Terms],
    ) -> None:
        """Choose who goes along to a consulate on a day, as numbers of parties for each member."""
        m, (c, day) = self.m, meeting
        each = self.t.instance.countries[c].escort_minutes
        for member in range(len(self.t.minutes)):
            most = len(asking) if not each else int(self.rest.minutes[member, day]) // each
            if most > 0:
                var = self.visits[c, day, member] = m.new_int_var(0, min(most, len(asking)), "")
                spent[member, day].append((var, each))
        going = [var for key, var in self.visits.items() if key[:2] == meeting]
        m.add(sum(going) == sum(var for _, var in asking))
        for member, group in self._asked(asking, "visa_escort").items():
            m.add(sum(group) <= self.visits.get((c, day, member), 0))

    def _asked(
        self, asking: list[tuple[int, cp_model.IntVar]], name: str
    ) -> dict[int, list[cp_model.IntVar]]:
        """Return by member the parties for which this member was fixed by hand."""
        number = {one.id: k for k, one in enumerate(one for one in self.t.instance.members if one.escorts)}
        found: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for p, var in asking:
            who = getattr(self.t.instance.parties[p].fixed, name)
            if who:
                found[number[who]].append(var)
        return found

    def _trip(
        self, d: int, asking: list[tuple[int, cp_model.IntVar]], spent: dict[tuple[int, int], Terms]
    ) -> None:
        t, m = self.t, self.m
        leg = t.instance.departures[d]
        days = range(leg.day, min(t.nights, leg.day + leg.escort_days))
        on = self.rest.going.get(d, Counter())
        room: dict[int, Terms] = {}
        fixed = 0
        for member in range(len(t.minutes)):
            if on[member]:
                room[member] = []
                fixed += leg.escort_parties - on[member]
            elif all(self.rest.minutes[member, day] >= leg.escort_minutes for day in days):
                var = self.trips[d, member] = m.new_bool_var("")
                room[member] = [(var, leg.escort_parties)]
                for day in days:
                    spent[member, day].append((var, leg.escort_minutes))
        total = [(var, -1) for _, var in asking] + [term for terms in room.values() for term in terms]
        m.add(_sum(total) >= -fixed)
        for member, group in self._asked(asking, "escort").items():
            left = leg.escort_parties - on[member] if on[member] else 0
            m.add(sum(group) <= _sum(room.get(member, [])) + left)

    def _apart(self) -> None:
        """Keep apart who must not meet: both free, or one of them settled."""
        for a, b in self.t.apart:
            if a in self.ways and b in self.ways:
                self._pair(a, b)
                continue
            for one, other in ((a, b), (b, a)):
                if one in self.ways and other not in self.ways:
                    self._settled(one, self.draft[other])

    def _settled(self, p: int, other: Choice) -> None:
        if other.leave in self.leave[p] and other.leave >= 0:
            self.m.add(self.leave[p][other.leave] == 0)
        alone = Choice(other.stays, -1, -1)
        for (stays, _), var in self.stay[p].items():
            if together(Choice(stays, -1, -1), alone):
                self.m.add(var == 0)

    def _pair(self, a: int, b: int) -> None:
        for d in self.leave[a]:
            if d >= 0 and d in self.leave[b]:
                self.m.add_at_most_one(self.leave[a][d], self.leave[b][d])
        inside: dict[int, list[tuple[int, int, int, cp_model.IntVar]]] = defaultdict(list)
        for p in (a, b):
            for (stays, _), var in self.stay[p].items():
                for h, s, e in stays:
                    inside[h].append((s, e, p, var))
        for found in inside.values():
            cuts = sorted({s for s, _, _, _ in found})
            for night in cuts:
                here = [(p, var) for s, e, p, var in found if s <= night < e]
                if len({p for p, _ in here}) > 1:
                    self.m.add_at_most_one(var for _, var in here)

    def hint(self, draft: Draft) -> None:
        """Begin at what a draft says."""
        for p in self.ways:
            one = draft[p]
            end = self.t.nights if one.leave < 0 else int(self.t.day[one.leave])
            country = -1 if one.leave < 0 else int(self.t.country[one.leave])
            for pattern, var in self.stay[p].items():
                self.m.add_hint(var, int(pattern == (one.stays, end)))
            for d, var in self.leave[p].items():
                self.m.add_hint(var, int(d == one.leave))
            for meeting, var in self.visa[p].items():
                self.m.add_hint(var, int(meeting == (country, one.visa)))

    def solve(self, effort: Effort) -> Found:
        """Search, and return the best."""
        solver = cp_model.CpSolver()
        given = solver.parameters
        given.random_seed = effort.seed % 2**31
        given.num_workers = effort.workers
        given.interleave_search = effort.workers > 1
        given.max_deterministic_time = effort.work
        given.max_time_in_seconds = max(0.01, effort.seconds)
        given.relative_gap_limit = effort.gap
        given.log_search_progress = effort.log
        ended = threading.Event()
        watch = threading.Thread(target=_watch, args=(solver, effort.stop, ended), daemon=True)
        watch.start()
        try:
            status = solver.solve(self.m)
        finally:
            ended.set()
            watch.join()
        if status == cp_model.INFEASIBLE:
            return Found(proven=True)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Found()
        return Found(
            self._read(solver),
            solver.objective_value,
            solver.best_objective_bound,
            status == cp_model.OPTIMAL,
        )

    def _stays_of(self, p: int, solver: cp_model.CpSolver) -> Stays:
        return next(key[0] for key, var in self.stay[p].items() if solver.boolean_value(var))

    def _read(self, solver: cp_model.CpSolver) -> dict[int, Choice]:
        chosen: dict[int, Choice] = {}
        for p in self.ways:
            stays = self._stays_of(p, solver)
            leave = next(key for key, var in self.leave[p].items() if solver.boolean_value(var))
            visa = next((key[1] for key, var in self.visa[p].items() if solver.boolean_value(var)), -1)
            chosen[p] = Choice(stays, leave, visa)
        room = {
            key: self.t.instance.departures[key[0]].escort_parties
            for key, v in self.trips.items()
            if solver.boolean_value(v)
        }
        for d, on in self.rest.going.items():
            for member, count in on.items():
                room[d, member] = self.t.instance.departures[d].escort_parties - count
        visits = {key: solver.value(var) for key, var in self.visits.items()}
        return with_members(self.t, chosen, room, visits)


def with_members(
    t: Tables,
    chosen: dict[int, Choice],
    room: dict[tuple[int, int], int],
    visits: dict[tuple[int, int, int], int],
) -> dict[int, Choice]:
    """Give every party that needs them its members, first those for whom somebody is fixed."""
    number = {one.id: k for k, one in enumerate(one for one in t.instance.members if one.escorts)}

    def asked(p: int) -> bool:
        fixed = t.instance.parties[p].fixed
        return bool(fixed.escort or fixed.visa_escort)

    found = {}
    for p in sorted(chosen, key=lambda p: (not asked(p), p)):
        one, fixed = chosen[p], t.instance.parties[p].fixed
        escort = visa_escort = -1
        if one.leave >= 0 and t.trip[p, one.leave]:
            fit = [k for d, k in room if d == one.leave and room[d, k] > 0]
            escort = number[fixed.escort] if fixed.escort else min(fit)
            room[one.leave, escort] -= 1
        if one.visa >= 0 and t.guarded[p]:
            c = int(t.country[one.leave])
            fit = [k for at, day, k in visits if (at, day) == (c, one.visa) and visits[at, day, k] > 0]
            visa_escort = number[fixed.visa_escort] if fixed.visa_escort else min(fit)
            visits[c, one.visa, visa_escort] -= 1
        found[p] = Choice(one.stays, one.leave, one.visa, escort, visa_escort)
    return found


def _sum(terms: Iterable[tuple[cp_model.IntVar, int]]) -> cp_model.LinearExprT:
    pairs = list(terms)
    return cp_model.LinearExpr.weighted_sum([var for var, _ in pairs], [weight for _, weight in pairs])


def _watch(solver: cp_model.CpSolver, stop: Callable[[], bool], ended: threading.Event) -> None:
    """End the search soon after somebody asked for it."""
    while not ended.wait(_ASK):
        if stop():
            solver.stop_search()


_ASK = 0.1  # seconds between two looks whether to stop
