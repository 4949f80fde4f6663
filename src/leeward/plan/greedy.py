"""A careful rule of thumb: who has most at stake chooses first; then those who were left without ask others to change.

1. Who sleeps with us already, or has something fixed by hand, is given some lawful way first: it must not be lost.
2. In the order of risk-days at stake for each person, each party takes the way with the fewest points that what is
   left allows, giving back what it had; of the departures of one day the cheapest. Money that is spent on a dear seat
   is missing for somebody else: a seat's price counts as some days of danger, and several prices are tried.
3. Who has no way out asks those on a departure, the least endangered first, to change; it counts if all in all it
   costs fewer points.
4. Everybody looks again whether something better has become free, until nobody finds anything.
It is deterministic, keeps every rule, and takes a second for 2,000 people, without the solver's libraries.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from leeward.plan.answer import Plan
from leeward.plan.choose import Chances, best_way, chances, cost
from leeward.plan.errors import NoPlan
from leeward.plan.instance import Instance
from leeward.plan.left import Left
from leeward.plan.points import way_points
from leeward.plan.reading import digest
from leeward.plan.ways import Index

_SECURING_MOST = 40  # orders tried until all who must have a way have one
_ROUNDS_MOST = 4
_ASKED_MOST = 12  # parties asked to change for one that has no way out
_DAYS_FOR_A_SEAT = (0, 6, 12, 24, 48)  # the money of a seat, in days of danger: tried one after the other
_DAYS_FOR_A_SEAT_OF_MANY = (12,)
_MANY = 300  # parties beyond which there is no time to try
NAME = "greedy"


def greedy(instance: Instance) -> Plan:
    """Return the plan; raise NoPlan if those who must have a bed cannot all have one."""
    begun = time.perf_counter()
    index = Index(instance)
    everyone = [chances(index, party) for party in instance.parties]
    order = sorted(everyone, key=lambda who: (-_stake(instance, who), who.party.id))
    best: tuple[int, Left] | None = None
    for dearness in _dearnesses(instance):
        left = secured(index, everyone)
        left.dearness = dearness
        for who in order:
            _take(left, who)
        _ask_others(left, order)
        left.dearness = 0
        _look_again(left, order)
        points = sum(_points(left, who) for who in everyone)
        if best is None or points < best[0]:
            best = (points, left)
    assert best is not None  # at least one dearness was tried
    return as_plan(instance, best[1], NAME, time.perf_counter() - begun)


def _dearnesses(instance: Instance) -> tuple[int, ...]:
    """Return how dear to hold a seat's money: not at all, or as so many days of danger of a middle person."""
    people = [person.risk for party in instance.parties for person in party.people]
    prices = sorted(departure.cents for departure in instance.departures)
    if not people or not prices or not prices[len(prices) // 2]:
        return (0,)
    day = 100 * sum(people) / len(people)
    tried = _DAYS_FOR_A_SEAT if len(instance.parties) <= _MANY else _DAYS_FOR_A_SEAT_OF_MANY
    return tuple(round(1_000 * days * day / prices[len(prices) // 2]) for days in tried)


def as_plan(instance: Instance, left: Left, name: str, seconds: float) -> Plan:
    """Return what was booked as a plan about whose bound nothing is known but that danger is never below zero."""
    index = left.index
    points = sum(way_points(index, index.parties[party], way).sum for party, way in left.ways.items())
    return Plan(
        instance=digest(instance),
        solver=name,
        seconds=round(seconds, 3),
        points=points,
        bound=0,
        gap=points / max(points, 1),
        parties=left.plan(),
    )


def secured(index: Index, everyone: Iterable[Chances]) -> Left:
    """Return what is left when all who may not be outside, or have something fixed, have a way; raise NoPlan.

    Where they can, they stay with us for now, so that nobody has taken a seat before all choose. Whoever found nothing
    goes first at the next try.
    """
    order = [who for who in everyone if who.inside or not who.may_stay or who.stays is not None]
    order.sort(key=lambda who: (len(who.places) * (len(who.exits) + 1), who.party.id))
    for _ in range(_SECURING_MOST):
        left = Left(index)
        lost = None
        for who in order:
            stays = replace(who, exits=(), least=()) if who.may_stay else who
            if not (_take(left, stays) or _take(left, who)):
                lost = who
                break
        if lost is None:
            return left
        if order[0] is lost:
            break
        order.remove(lost)
        order.insert(0, lost)
    raise NoPlan((lost.party.id,) if lost else ())


def _take(left: Left, who: Chances) -> bool:
    """Give the party the best way there is; tell whether there is one."""
    before = left.free(who.party) if who.party.id in left.ways else None
    found = best_way(left, who)
    way = found[1] if found else before
    if way is not None:
        left.book(who.party, way)
    return way is not None


def _look_again(left: Left, order: list[Chances]) -> None:
    """Let everybody take something better, until nobody finds anything or it has gone round often enough."""
    for _ in range(_ROUNDS_MOST):
        changed = False
        for who in order:
            points = _points(left, who)
            before = left.free(who.party)
            found = best_way(left, who, most=points)
            left.book(who.party, found[1] if found else before)
            changed = changed or found is not None
        if not changed:
            return


def _ask_others(left: Left, order: list[Chances]) -> None:
    """Let those without a way out ask others to change."""
    by_departure: dict[str, list[Chances]] = {}
    for who in order:
        departure = left.ways[who.party.id].departure
        if departure is not None:
            by_departure.setdefault(departure, []).append(who)
    for who in order:
        if left.ways[who.party.id].departure is None:
            _ask(left, who, by_departure)


def _ask(left: Left, who: Chances, by_departure: dict[str, list[Chances]]) -> None:
    aboard = [
        (other.risk / other.size, other.party.id, other)
        for one in who.exits
        for other in by_departure.get(one.departure.id, ())
        if other.size >= who.size - left.seats[one.departure.id]
        and other.risk < who.risk * 2
        and left.ways[other.party.id].departure == one.departure.id
    ]
    aboard.sort(key=lambda one: one[:2])
    for _, _, other in aboard[:_ASKED_MOST]:
        before = _points(left, who) + _points(left, other)
        old, theirs = left.free(who.party), left.free(other.party)
        if _both(left, who, other, before):
            return
        left.book(who.party, old)
        left.book(other.party, theirs)


def _both(left: Left, who: Chances, other: Chances, before: int) -> bool:
    """Let the first choose, then the second; book both and tell so if that is better than before."""
    mine = best_way(left, who, most=before)
    if mine is None:
        return False
    left.book(who.party, mine[1])
    theirs = best_way(left, other, most=before - mine[0])
    if theirs is None:
        left.free(who.party)
        return False
    left.book(other.party, theirs[1])
    return True


def _points(left: Left, who: Chances) -> int:
    return cost(left, who, left.ways[who.party.id])


def _stake(instance: Instance, who: Chances) -> float:
    """Return what each person has at stake: the risk of all nights ahead, over the seats and beds that they need."""
    return who.risk * (instance.nights - who.party.from_day + instance.weights.tail_nights) / who.size
