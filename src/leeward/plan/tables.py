"""An instance as arrays: for every party what it may do, and what each part of a way costs it in points.

A way has three parts that cost points by themselves: where it sleeps until an end (`stays`), with which departure it
ends (or with none), and on which day it is at a consulate. Everything that one party alone decides is settled here:
what rules 3, 4, 6, 7, 8 and 11 forbid it, and what is too large for it even in an empty world. What is left are
the rows that parties share: beds, seats, slots, money, members' minutes, and who is kept apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from leeward.plan.instance import Departure, Instance, Party, Visa

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Tables:
    """Axes: P parties, H places, D departures, C countries, N nights, L lines. Infinite cost: forbidden."""

    instance: Instance
    size: Ints  # P: people
    risk: Ints  # P: summed over its people
    start: Ints  # P: from_day
    tied: Bools  # P: it is in a place that is not exposed: inside from its first night on
    begins: Floats  # P×H: what beginning in the place costs once
    second: Bools  # P×H: may be moved to
    outside: Floats  # P×(N+1): nights outside up to an end
    nowhere: Floats  # P: added if it never stays with us
    leave: Floats  # P×D: what taking the departure costs once
    remain: Floats  # P: what it costs to have no departure
    visa_people: Ints  # P×D: who of it needs a visa of the plan for the departure
    visa_cost: Floats  # P×C×N: an appointment on that day
    visa_size: Ints  # P×C: people of it with a passport that needs a visa there
    trip: Bools  # P×D: would need an escort
    guarded: Bools  # P: needs an escort itself
    beds: Ints  # H×N
    widest: Ints  # H×N: the most beds in one house; less than beds only where houses are pooled
    slots: Ints  # C×N
    seats: Ints  # D
    day: Ints  # D
    country: Ints  # D
    money: Ints  # L, and one more of nothing for lines that do not exist
    place_line: Ints
    place_cents: Ints
    leave_line: Ints
    leave_cents: Ints
    visa_line: Ints
    visa_cents: Ints
    minutes: Ints  # members × N, only of those who escort
    fixed_stays: dict[int, tuple[tuple[int, int, int], ...]]  # party: (place, first, end)
    fixed_cost: dict[int, float]  # what these cost the party
    apart: tuple[tuple[int, int], ...]
    grain: int  # every plan's points are a multiple of this

    @property
    def nights(self) -> int:
        """Return how many nights the horizon has."""
        return int(self.outside.shape[1]) - 1

    @property
    def parties(self) -> int:
        """Return how many parties there are."""
        return len(self.size)


def tables(instance: Instance) -> Tables:
    """Return the instance as arrays."""
    return _Maker(instance).made()


class _Maker:
    def __init__(self, instance: Instance) -> None:
        self.i = instance
        self.n = instance.nights
        self.place = {one.id: k for k, one in enumerate(instance.places)}
        self.country = {one.id: k for k, one in enumerate(instance.countries)}
        self.line = {one.id: k for k, one in enumerate(instance.lines)}
        self.exposed = {one.id for one in instance.places if one.state == "exposed"}
        self.members = [one for one in instance.members if one.escorts]
        self.minutes = np.array([one.minutes for one in self.members], dtype=np.int64).reshape(-1, self.n)
        self.slots = np.array([one.slots for one in instance.countries], dtype=np.int64).reshape(-1, self.n)
        self.money = np.array([one.cents for one in instance.lines] + [0], dtype=np.int64)

    def lines(self, names: list[str]) -> Ints:
        return np.array([self.line.get(name, len(self.line)) for name in names], dtype=np.int64)

    def made(self) -> Tables:
        made = self._made()
        made.fixed_cost.update({p: _cost_of_fixed(made, p, stays) for p, stays in made.fixed_stays.items()})
        return made

    def _made(self) -> Tables:
        i, n = self.i, self.n
        beds = np.array([one.beds for one in i.places], dtype=np.int64).reshape(-1, n)
        size = np.array([len(party.people) for party in i.parties], dtype=np.int64)
        risk = np.array([sum(one.risk for one in party.people) for party in i.parties], dtype=np.int64)
        start = np.array([party.from_day for party in i.parties], dtype=np.int64)
        ends = np.arange(n + 1)
        shape = (len(i.parties), len(i.places), len(i.departures), len(i.countries))
        begins, second = np.full(shape[:2], np.inf), np.zeros(shape[:2], dtype=bool)
        leave, visa_people = np.full(shape[::2], np.inf), np.zeros(shape[::2], dtype=np.int64)
        remain, nowhere = np.zeros(shape[0]), np.zeros(shape[0])
        visa_cost = np.full((shape[0], shape[3], n), np.inf)
        visa_size = np.zeros((shape[0], shape[3]), dtype=np.int64)
        trip = np.zeros(shape[::2], dtype=bool)
        for p, party in enumerate(i.parties):
            self._stays(party, begins[p], second[p])
            nowhere[p] = len(party.people) * self._changed(party, 2, None)
            self._visas(party, visa_cost[p], visa_size[p])
            for d, one in enumerate(i.departures):
                leave[p, d], visa_people[p, d], trip[p, d] = self._leave(party, one, visa_cost[p])
            remain[p] = self._remain(party)
        number = {party.id: k for k, party in enumerate(i.parties)}
        return Tables(
            instance=i,
            size=size,
            risk=risk,
            start=start,
            tied=np.array([bool(one.at) and one.at not in self.exposed for one in i.parties], dtype=bool),
            begins=begins,
            second=second,
            outside=100.0 * risk[:, None] * np.maximum(0, ends[None, :] - start[:, None]),
            nowhere=nowhere,
            leave=leave,
            remain=remain,
            visa_people=visa_people,
            visa_cost=visa_cost,
            visa_size=visa_size,
            trip=trip,
            guarded=np.array([party.escort for party in i.parties], dtype=bool),
            beds=beds,
            widest=beds,
            slots=self.slots,
            seats=np.array([one.seats for one in i.departures], dtype=np.int64),
            day=np.array([one.day for one in i.departures], dtype=np.int64),
            country=np.array([self.country[one.country] for one in i.departures], dtype=np.int64),
            money=self.money,
            place_line=self.lines([one.line for one in i.places]),
            place_cents=np.array([one.cents for one in i.places], dtype=np.int64),
            leave_line=self.lines([one.line for one in i.departures]),
            leave_cents=np.array([one.cents for one in i.departures], dtype=np.int64),
            visa_line=self.lines([one.line for one in i.countries]),
            visa_cents=np.array([one.cents for one in i.countries], dtype=np.int64),
            minutes=self.minutes,
            fixed_stays=self._fixed_stays(),
            fixed_cost={},
            apart=tuple((number[a], number[b]) for a, b in i.apart),
            grain=self._grain(),
        )

    def _grain(self) -> int:
        w = self.i.weights
        return math.gcd(100, w.sheltered, w.move, w.change, w.late) or 1

    def _fixed_stays(self) -> dict[int, tuple[tuple[int, int, int], ...]]:
        found = {}
        for p, party in enumerate(self.i.parties):
            if party.fixed.stays:
                found[p] = tuple((self.place[s.place], s.first, s.last + 1) for s in party.fixed.stays)
        return found

    def _changed(self, party: Party, which: int, now: object) -> int:
        """Return the points a person if the departure, visa or first place (0, 1, 2) is another than promised."""
        was = party.promised
        if was is None:
            return 0
        before = (was.departure, was.visa, was.stays[0].place if was.stays else None)[which]
        return self.i.weights.change if before != now else 0

    def _stays(self, party: Party, begins: Floats, second: Bools) -> None:
        people = len(party.people)
        tied = party.at is not None and party.at not in self.exposed
        for h, place in enumerate(self.i.places):
            fixed = party.fixed
            if place.state == "exposed" or not set(party.needs) <= set(place.has):
                continue
            if (fixed.places and place.id not in fixed.places) or place.id in fixed.not_places:
                continue
            if place.cents * people > self.money[self.line.get(place.line, -1)]:
                continue
            second[h] = place.state == "clean"
            if place.state == "clean" or party.at == place.id:
                move = self.i.weights.move if tied and party.at != place.id else 0
                begins[h] = people * (move + self._changed(party, 2, place.id))

    def _late(self, party: Party, gone: int) -> int:
        return self.i.weights.late * max(0, gone - party.from_day - self.i.wait_bound) * len(party.people)

    def _remain(self, party: Party) -> float:
        fixed, w = party.fixed, self.i.weights
        if fixed.departure or fixed.visa or fixed.escort or fixed.visa_escort:
            return np.inf
        if fixed.stays and fixed.stays[-1].last != self.n - 1:
            return np.inf
        changed = self._changed(party, 0, None) + self._changed(party, 1, None)
        tail = sum(one.risk for one in party.people) * 100 * w.tail_nights
        return tail + self._late(party, self.n + w.tail_nights) + changed * len(party.people)

    def _good(self, party: Party, day: int) -> bool:
        return all(one.passport_until is None or day <= one.passport_until for one in party.people)

    def _visas(self, party: Party, cost: Floats, size: Ints) -> None:
        for c, country in enumerate(self.i.countries):
            size[c] = sum(one.passport in country.visa_for for one in party.people)
            if not size[c] or country.cents * size[c] > self.money[self.line.get(country.line, -1)]:
                continue
            for day in range(max(0, party.from_day), self.n):
                asked = party.fixed.visa
                if self.slots[c, day] < size[c] or not self._good(party, day):
                    continue
                if asked and asked != Visa(country=country.id, day=day):
                    continue
                if party.escort and not self._somebody(
                    party.fixed.visa_escort, day, 1, country.escort_minutes
                ):
                    continue
                cost[c, day] = len(party.people) * self._changed(party, 1, Visa(country=country.id, day=day))

    def _somebody(self, asked: str | None, day: int, days: int, minutes: int) -> bool:
        """Return whether a member who escorts has that much time, alone in the world."""
        return any(
            asked in (None, "", one.id) and all(have >= minutes for have in one.minutes[day : day + days])
            for one in self.members
        )

    def _may_take(self, party: Party, one: Departure) -> bool:
        """Return whether nothing but visas and escorts forbids the party a departure."""
        fixed, people = party.fixed, len(party.people)
        country = self.i.countries[self.country[one.country]]
        return (
            max(party.ready_day, party.from_day) <= one.day < self.n
            and one.seats >= people
            and not set(one.tags) & set(party.avoid)
            and self._good(party, one.day + country.passport_days)
            and fixed.departure in (None, "", one.id)
            and one.id not in fixed.not_departures
            and (not fixed.stays or fixed.stays[-1].last == one.day - 1)
            and one.cents * people <= self.money[self.line.get(one.line, -1)]
        )

    def _leave(self, party: Party, one: Departure, visas: Floats) -> tuple[float, int, bool]:
        """Return what the departure costs the party once, who needs a visa for it, and whether with an escort."""
        no = (np.inf, 0, False)
        fixed, people = party.fixed, len(party.people)
        country = self.i.countries[self.country[one.country]]
        trip = party.escort or one.escort
        if not self._may_take(party, one) or (fixed.escort and not trip):
            return no
        if trip and (
            one.escort_parties < 1
            or not self._somebody(fixed.escort, one.day, one.escort_days, one.escort_minutes)
        ):
            return no
        held = any(v.country == country.id and v.first <= one.day <= v.last for v in party.visas)
        needing = 0 if held else sum(p.passport in country.visa_for for p in party.people)
        if (fixed.visa and not needing) or (fixed.visa_escort and not (needing and party.escort)):
            return no
        if needing:
            first, last = window(one.day, country.lead_days, country.valid_days)
            if not np.isfinite(visas[self.country[one.country], first:last]).any():
                return no
        changed = self._changed(party, 0, one.id) + (0 if needing else self._changed(party, 1, None))
        return self._late(party, one.day) + changed * people, needing, trip


def window(day: int, lead: int, valid: int) -> tuple[int, int]:
    """Return the days (first, end) on which an appointment gives a visa that is good on a day."""
    return max(0, day - lead - valid), max(0, day - lead + 1)


def _cost_of_fixed(t: Tables, p: int, stays: tuple[tuple[int, int, int], ...]) -> float:
    """Return what fixed stays cost a party; infinite if the party alone may not have them."""
    place, start, _ = stays[0]
    end, size = stays[-1][2], t.size[p]
    good = len(stays) <= 2 and start >= t.start[p] and (not t.tied[p] or start == t.start[p])
    found = float(t.outside[p, start] + t.begins[p, place])
    found += float(t.risk[p] * t.instance.weights.sheltered * (end - start))
    for (h, _, before), (g, s, _) in pairwise(stays):
        good = good and before == s and bool(t.second[p, g]) and h != g
        found += float(t.instance.weights.move * size)
    for h, s, e in stays:
        good = good and 0 <= s < e <= t.nights and bool((t.beds[h, s:e] >= size).all())
    return found if good else math.inf


def pooled(t: Tables, coarse: int) -> tuple[Tables, Ints]:
    """Return the same question with houses that differ little put together, and in which pool each house is.

    Prices of a night that differ by less than `coarse` cents are one, the least. Nobody loses a way by it and no way
    becomes dearer, so a bound of this question is a bound of the other.
    """
    keys = [
        (place.state, tuple(sorted(place.has)), place.line, place.cents // coarse)
        for place in t.instance.places
    ]
    pools = sorted(set(keys))
    pool = np.array([pools.index(key) for key in keys], dtype=np.int64)
    inside = [np.flatnonzero(pool == k) for k in range(len(pools))]
    begins = np.stack([t.begins[:, k].min(axis=1) for k in inside], axis=1)
    # who begins in a pool and moves within it stays there in the pooled question
    return (
        replace(
            t,
            begins=begins,
            second=np.stack([t.second[:, k].any(axis=1) for k in inside], axis=1),
            beds=np.stack([t.beds[k].sum(axis=0) for k in inside]),
            widest=np.stack([t.widest[k].max(axis=0) for k in inside]),
            place_line=np.array([t.place_line[k[0]] for k in inside]),
            place_cents=np.array([t.place_cents[k].min() for k in inside]),
            fixed_stays={p: tuple((int(pool[h]), s, e) for h, s, e in v) for p, v in t.fixed_stays.items()},
        ),
        pool,
    )
