"""A plan while it is being made: one way for each party in numbers, and what it leaves of everything scarce."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from leeward.plan.answer import PartyPlan, Plan
from leeward.plan.instance import Stay, Visa
from leeward.plan.tables import Ints, Tables


@dataclass(frozen=True)
class Choice:
    """What one party does; numbers instead of ids, -1 for nothing. A stay is (place, first night, end)."""

    stays: tuple[tuple[int, int, int], ...]
    leave: int
    visa: int
    escort: int = -1
    visa_escort: int = -1


@dataclass
class Rest:
    """What some parties leave to the others."""

    beds: Ints
    seats: Ints
    slots: Ints
    money: Ints
    minutes: Ints  # members × N
    going: dict[int, Counter[int]]  # departure: the members on it, each with how many parties


Draft = list[Choice]


def take(t: Tables, p: int, one: Choice, rest: Rest, *, back: bool = False) -> None:
    """Take what a party uses from what is left, or give it back."""
    sign = -1 if back else 1
    size, n = sign * int(t.size[p]), t.nights
    for place, start, end in one.stays:
        rest.beds[place, start:end] -= size
        rest.money[t.place_line[place]] -= size * (end - start) * t.place_cents[place]
    if one.leave < 0:
        return
    d = one.leave
    c = int(t.country[d])
    rest.seats[d] -= size
    rest.money[t.leave_line[d]] -= size * t.leave_cents[d]
    if one.visa >= 0:
        people = sign * int(t.visa_people[p, d])
        rest.slots[c, one.visa] -= people
        rest.money[t.visa_line[c]] -= people * t.visa_cents[c]
    if one.visa_escort >= 0:
        rest.minutes[one.visa_escort, one.visa] -= sign * t.instance.countries[c].escort_minutes
    if one.escort >= 0:
        on = rest.going.setdefault(d, Counter())
        on[one.escort] += sign
        if on[one.escort] == (0 if back else 1):
            leg = t.instance.departures[d]
            rest.minutes[one.escort, leg.day : min(n, leg.day + leg.escort_days)] -= sign * leg.escort_minutes
        if not on[one.escort]:
            del on[one.escort]  # who goes with nobody is not on it


def rest_of(t: Tables, draft: Draft, free: Iterable[int] = ()) -> Rest:
    """Return what is left if only the parties that are not `free` do what the draft says."""
    away = set(free)
    rest = Rest(t.beds.copy(), t.seats.copy(), t.slots.copy(), t.money.copy(), t.minutes.copy(), {})
    for p, one in enumerate(draft):
        if p not in away:
            take(t, p, one, rest)
    return rest


def fits(t: Tables, draft: Draft) -> bool:
    """Return whether nothing is used twice; who is apart is apart."""
    rest = rest_of(t, draft)
    parts = (rest.beds, rest.seats, rest.slots, rest.money, rest.minutes)
    if any(len(part) and part.min() < 0 for part in parts):
        return False
    for d, on in rest.going.items():
        if max(on.values()) > t.instance.departures[d].escort_parties:
            return False
    return not any(together(draft[a], draft[b]) for a, b in t.apart)


def together(one: Choice, other: Choice) -> bool:
    """Return whether two share a place on a night, or a departure."""
    if one.leave >= 0 and one.leave == other.leave:
        return True
    return any(h == g and s < f and r < e for h, s, e in one.stays for g, r, f in other.stays)


def cost(t: Tables, p: int, one: Choice) -> float:
    """Return the points of what one party does; infinite if the party alone may not do it."""
    end = int(t.day[one.leave]) if one.leave >= 0 else t.nights
    sheltered = t.risk[p] * t.instance.weights.sheltered
    if one.stays:
        place, start, _ = one.stays[0]
        found = float(t.outside[p, start] + t.begins[p, place] + sheltered * (end - start))
        found += float(t.instance.weights.move * t.size[p] * (len(one.stays) - 1))
    else:
        found = float(t.outside[p, end] + t.nowhere[p])
    found += float(t.leave[p, one.leave]) if one.leave >= 0 else float(t.remain[p])
    if one.visa >= 0:
        found += float(t.visa_cost[p, t.country[one.leave], one.visa])
    return found


def points(t: Tables, draft: Draft) -> float:
    """Return the points of a draft."""
    return sum(cost(t, p, one) for p, one in enumerate(draft))


def read(t: Tables, plan: Plan) -> Draft:
    """Return a plan in numbers."""
    i = t.instance
    place = {one.id: k for k, one in enumerate(i.places)}
    leave = {one.id: k for k, one in enumerate(i.departures)}
    member = {one.id: k for k, one in enumerate(one for one in i.members if one.escorts)}
    lines = {line.id: line for line in plan.parties}
    found = []
    for party in i.parties:
        line = lines[party.id]
        found.append(
            Choice(
                tuple((place[s.place], s.first, s.last + 1) for s in line.stays),
                leave[line.departure] if line.departure else -1,
                line.visa.day if line.visa else -1,
                member[line.escort] if line.escort else -1,
                member[line.visa_escort] if line.visa_escort else -1,
            )
        )
    return found


def write(t: Tables, draft: Draft) -> tuple[PartyPlan, ...]:
    """Return the draft's lines in ids."""
    i = t.instance
    member = [one.id for one in i.members if one.escorts]
    return tuple(
        PartyPlan(
            id=i.parties[p].id,
            stays=tuple(Stay(place=i.places[h].id, first=s, last=e - 1) for h, s, e in one.stays),
            departure=i.departures[one.leave].id if one.leave >= 0 else None,
            visa=Visa(country=i.departures[one.leave].country, day=one.visa) if one.visa >= 0 else None,
            escort=member[one.escort] if one.escort >= 0 else None,
            visa_escort=member[one.visa_escort] if one.visa_escort >= 0 else None,
        )
        for p, one in enumerate(draft)
    )
