"""The cheapest way of every party at once, if beds, seats, slots, money and minutes have a price.

It is exact: a party's cheapest way is found by looking at all its ways, so the sum over all parties less what all
that is scarce costs together is a proven lower bound of every plan's points, at any prices from nothing upwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leeward.plan.tables import Bools, Floats, Ints, Tables

BLOCKED = 1.0e7  # more than any way of a party costs


@dataclass
class Prices:
    """What one more of each scarce thing is worth, in points. W is one more than the people of the largest party."""

    beds: Floats  # H×N a person
    seats: Floats  # W×D for a party of so many
    slots: Floats  # W×C×N for so many people of a party
    lines: Floats  # L+1 a cent
    minutes: Floats  # N a minute

    def flat(self) -> Floats:
        """Return all of them in one row."""
        return np.concatenate(
            [part.ravel() for part in (self.beds, self.seats, self.slots, self.lines, self.minutes)]
        )

    @classmethod
    def of(cls, t: Tables, flat: Floats) -> Prices:
        """Take them out of one row again."""
        h, c, n, d, w = len(t.beds), len(t.slots), t.nights, len(t.seats), widest_party(t)
        cut = np.cumsum([h * n, w * d, w * c * n, len(t.money)])
        parts = np.split(flat, cut)
        return cls(
            parts[0].reshape(h, n), parts[1].reshape(w, d), parts[2].reshape(w, c, n), parts[3], parts[4]
        )


def widest_party(t: Tables) -> int:
    """Return one more than the people of the largest party."""
    return int(t.size.max(initial=0)) + 1


def worth(t: Tables, prices: Prices) -> tuple[float, Floats]:
    """Return what all there is brings in at most at these prices, and how it is then used, in the order of `flat`.

    A car's seats are filled with whole parties, and so are a day's slots: of parties of three, four seats take one.
    """
    minutes = t.minutes.sum(axis=0) if len(t.minutes) else np.zeros(t.nights)
    seats, seated = packed(prices.seats, t.seats)
    slots, met = packed(prices.slots.reshape(len(prices.slots), -1), t.slots.ravel())
    total = float((prices.beds * t.beds).sum() + seats + slots)
    total += float(prices.lines @ t.money + prices.minutes @ minutes)
    parts = (t.beds, seated, met, t.money, minutes)
    return total, np.concatenate([np.asarray(part, dtype=np.float64).ravel() for part in parts])


def packed(value: Floats, room: Ints) -> tuple[float, Floats]:
    """Fill each room with parties so that they bring most; return that, and how many parties of each size."""
    count, most = value.shape[1], int(room.max(initial=0))
    columns = np.arange(count)
    best = np.zeros((most + 1, count))
    pick = np.zeros((most + 1, count), dtype=np.int64)
    for have in range(1, most + 1):
        best[have] = best[have - 1]
        for many in range(1, min(have, len(value) - 1) + 1):
            here = best[have - many] + value[many]
            better = here > best[have]
            best[have] = np.where(better, here, best[have])
            pick[have] = np.where(better, many, pick[have])
    used = np.zeros(value.shape)
    left = room.copy()
    for _ in range(most):
        size = pick[left, columns]
        used[size, columns] += size > 0
        left = np.maximum(0, left - np.maximum(size, 1))
    return float(best[room, columns].sum()), used


@dataclass
class Columns:
    """One way for each of some parties, as arrays: two stays (place -1: none), a departure (-1), a day (-1)."""

    party: Ints
    first: Ints  # place of the first stay
    start: Ints
    turn: Ints  # where the second stay begins (the end, if there is none)
    second: Ints
    end: Ints
    leave: Ints
    visa: Ints  # day of the appointment


class Pricer:
    """What does not change with the prices, made once."""

    def __init__(self, t: Tables) -> None:
        self.t = t
        n = t.nights
        self.sizes, self.kind = np.unique(t.size, return_inverse=True)
        nights = np.arange(n + 1)
        self.inside = t.risk[:, None] * float(t.instance.weights.sheltered) * nights[None, :]
        early = nights[None, :] < t.start[:, None]
        late = t.tied[:, None] & (nights[None, :] > t.start[:, None])
        self.entry = np.where(early | late, np.inf, t.outside)  # P×(N+1): cost outside, if entering then
        self.never = t.outside + t.nowhere[:, None]
        self.never[t.tied[:, None] & (nights[None, :] > t.start[:, None])] = np.inf
        self.shut = np.where(t.second, 0.0, np.inf)
        self.blocked = np.zeros((len(self.sizes), *t.beds.shape))
        for k, size in enumerate(self.sizes):
            self.blocked[k] = np.where(t.widest < size, BLOCKED, 0.0)
        self.move = t.instance.weights.move * t.size.astype(float)
        self.trip_minutes = self._trips()
        self.fixed = self._fixed()

    def _trips(self) -> Floats:
        """Return D×N: the least minutes of members that a party with an escort takes on each day."""
        found = np.zeros((len(self.t.seats), self.t.nights))
        for d, one in enumerate(self.t.instance.departures):
            if one.day < self.t.nights:
                share = one.escort_minutes / max(1, one.escort_parties)
                found[d, one.day : min(self.t.nights, one.day + one.escort_days)] = share
        return found

    def _fixed(self) -> dict[int, tuple[int, float]]:
        """Return for each party with fixed stays its end and what they cost; infinite if they break a rule."""
        t = self.t
        return {p: (stays[-1][2], t.fixed_cost[p]) for p, stays in t.fixed_stays.items()}

    def __call__(self, prices: Prices) -> tuple[Floats, Columns]:
        """Return what every party's cheapest way costs at these prices, and one such way each."""
        t = self.t
        stay, back = self.stays(prices)
        leave, day = self.leaves(prices)
        total = np.concatenate([stay[:, t.day] + leave, (stay[:, -1] + t.remain)[:, None]], axis=1)
        best = np.argmin(total, axis=1)
        rows = np.arange(t.parties)
        none = best == len(t.seats)
        departure = np.where(none, -1, best)
        end = np.append(t.day, t.nights)[best]
        visa = np.where(none, -1, np.append(day, np.full((t.parties, 1), -1), axis=1)[rows, best])
        return total[rows, best], back.columns(end, departure, visa)

    def stays(self, prices: Prices) -> tuple[Floats, Back]:
        """Return P×(N+1) the cheapest stays up to each end, and what is needed to name them."""
        t, n = self.t, self.t.nights
        cell = prices.beds + (t.place_cents * prices.lines[t.place_line])[:, None]
        summed = np.zeros((len(self.sizes), len(t.beds), n + 1))
        np.cumsum(cell[None] * self.sizes[:, None, None] + self.blocked, axis=2, out=summed[:, :, 1:])
        pre = summed[self.kind]
        pre += self.inside[:, None, :]
        enter = (self.entry[:, None, :] + t.begins[:, :, None]) - pre
        one = np.full_like(pre, np.inf)
        np.minimum.accumulate(enter[:, :, :-1], axis=2, out=one[:, :, 1:])
        one += pre
        turn = one.min(axis=1) if one.shape[1] else np.full((t.parties, n + 1), np.inf)
        enter2 = (turn + self.move[:, None])[:, None, :] + self.shut[:, :, None] - pre
        two = np.full_like(pre, np.inf)
        np.minimum.accumulate(enter2[:, :, :-1], axis=2, out=two[:, :, 1:])
        two += pre
        best = np.minimum(self.never, turn)
        if one.shape[1]:
            np.minimum(best, two.min(axis=1), out=best)
        for p, (end, cost) in self.fixed.items():
            best[p] = np.inf
            best[p, end] = cost + sum(t.size[p] * cell[h, s:e].sum() for h, s, e in t.fixed_stays[p])
        return best, Back(self, enter, one, enter2, two)

    def leaves(self, prices: Prices) -> tuple[Floats, Ints]:
        """Return P×D what each departure costs with the best appointment for it, and the day of that (-1: none)."""
        t = self.t
        minutes = self.trip_minutes @ prices.minutes
        cost = t.leave + prices.seats[t.size]
        cost += t.size[:, None] * (t.leave_cents * prices.lines[t.leave_line])[None, :]
        cost = cost + t.trip * minutes[None, :]
        day = np.full(cost.shape, -1, dtype=np.int64)
        for c, country in enumerate(t.instance.countries):
            at = np.flatnonzero(t.country == c)
            who = np.flatnonzero(t.visa_people[:, at].any(axis=1))
            if not len(who):
                continue
            people = t.visa_size[who, c]
            each = prices.slots[people, c] + people[:, None] * (
                t.visa_cents[c] * prices.lines[t.visa_line[c]]
            )
            going = t.guarded[who][:, None] * (country.escort_minutes * prices.minutes)[None, :]
            whole = t.visa_cost[who, c] + each + going
            for d in at:
                first = max(0, int(t.day[d]) - country.lead_days - country.valid_days)
                last = int(t.day[d]) - country.lead_days + 1
                if last <= first:
                    continue
                part = whole[:, first:last]
                found = np.argmin(part, axis=1)
                need = t.visa_people[who, d] > 0
                value = part[np.arange(len(who)), found]
                cost[who, d] += np.where(need, value, 0.0)
                day[who, d] = np.where(need, found + first, -1)
        return cost, day


@dataclass
class Back:
    """The way back from an end to the stays that are cheapest up to it."""

    pricer: Pricer
    enter: Floats
    one: Floats
    enter2: Floats
    two: Floats

    def columns(self, end: Ints, leave: Ints, visa: Ints) -> Columns:
        """Return for each party the cheapest stays up to its end."""
        count, n = self.pricer.t.parties, self.pricer.t.nights
        rows, nights = np.arange(count), np.arange(n + 1)
        none = np.full(count, -1)
        if not self.one.shape[1]:
            return Columns(rows, none, end, end, none, end, leave, visa)
        ones, twos = self.one[rows, :, end], self.two[rows, :, end]
        last1, last2 = ones.argmin(axis=1), twos.argmin(axis=1)
        never = self.pricer.never[rows, end]
        stays1, stays2 = ones[rows, last1], twos[rows, last2]
        use2 = stays2 < np.minimum(stays1, never)
        use0 = never <= np.minimum(stays1, stays2)
        before = np.where(nights[None, :] < end[:, None], self.enter2[rows, last2, :], np.inf)
        turn = np.where(use2, before.argmin(axis=1), end)
        first = np.where(use2, self.one[rows, :, turn].argmin(axis=1), last1)
        begun = np.where(nights[None, :] < turn[:, None], self.enter[rows, first, :], np.inf).argmin(axis=1)
        found = Columns(
            rows,
            np.where(use0, -1, first),
            np.where(use0, end, begun),
            np.where(use0, end, turn),
            np.where(use2, last2, -1),
            end,
            leave,
            visa,
        )
        for p, stays in self.pricer.t.fixed_stays.items():
            found.first[p], found.start[p], found.turn[p] = stays[0]
            found.second[p] = stays[1][0] if len(stays) > 1 else -1
        return found


def usage(pricer: Pricer, way: Columns, chosen: Bools | None = None) -> Floats:
    """Return how much of everything these ways take together, in the order of `Prices.flat`."""
    t = pricer.t
    pick = np.arange(len(way.party)) if chosen is None else np.flatnonzero(chosen)
    p, n = way.party[pick], t.nights
    size = t.size[p].astype(float)
    beds = np.zeros((len(t.beds), n + 1))
    money = np.zeros(len(t.money))
    turns, ends = way.turn[pick], way.end[pick]
    for place, begin, stop in ((way.first[pick], way.start[pick], turns), (way.second[pick], turns, ends)):
        on = place >= 0
        np.add.at(beds, (place[on], begin[on]), size[on])
        np.subtract.at(beds, (place[on], stop[on]), size[on])
        nights = (stop - begin)[on]
        np.add.at(money, t.place_line[place[on]], size[on] * nights * t.place_cents[place[on]])
    beds = np.cumsum(beds, axis=1)[:, :n]
    w = widest_party(t)
    seats, slots, minutes = np.zeros((w, len(t.seats))), np.zeros((w, *t.slots.shape)), np.zeros(n)
    leave, visa = way.leave[pick], way.visa[pick]
    on = leave >= 0
    np.add.at(seats, (t.size[p[on]], leave[on]), 1.0)
    np.add.at(money, t.leave_line[leave[on]], size[on] * t.leave_cents[leave[on]])
    minutes += (t.trip[p[on], leave[on]].astype(float)[:, None] * pricer.trip_minutes[leave[on]]).sum(axis=0)
    on = visa >= 0
    country = t.country[leave[on]]
    people = t.visa_size[p[on], country]
    np.add.at(slots, (people, country, visa[on]), 1.0)
    np.add.at(money, t.visa_line[country], people * t.visa_cents[country])
    each = np.array([one.escort_minutes for one in t.instance.countries], dtype=float)
    np.add.at(minutes, visa[on], t.guarded[p[on]] * (each[country] if len(each) else 0.0))
    return np.concatenate([part.ravel() for part in (beds, seats, slots, money, minutes)])
