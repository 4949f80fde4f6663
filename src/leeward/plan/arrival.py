"""First come, first served: what a tired, honest coordinator does without a planner. The measure of what plans save.

1. What was promised is kept as far as it still can be; who sleeps with us already keeps a bed.
2. In the order of the day on which they came, then of their ids, each party gets the first departure that it can
   take (with the first appointment that does, if a visa is needed), and until then the first house of the list that
   has beds from its first night on; failing that, the one that has them soonest, or two with a move between.
3. Nothing is looked at again. No way that breaks a rule is ever given.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from leeward.plan.answer import Plan
from leeward.plan.choose import Chances, Leaving, Rows, affordable, chances, leave, ways_until
from leeward.plan.greedy import as_plan, secured
from leeward.plan.instance import Instance, Stay, Way
from leeward.plan.left import Left
from leeward.plan.ways import Index

NAME = "order of arrival"


def in_order_of_arrival(instance: Instance) -> Plan:
    """Return the plan; raise NoPlan if those who must have a bed cannot all have one."""
    begun = time.perf_counter()
    index = Index(instance)
    everyone = [chances(index, party) for party in instance.parties]
    left = secured(index, everyone)
    order = sorted(everyone, key=lambda who: (who.party.from_day, who.party.id))
    for who in order:
        if who.party.promised is not None and who.party.promised.departure is not None:
            _serve(left, who, who.party.promised.departure)
    for who in order:
        if not _promised(left, who):
            _serve(left, who, None)
    return as_plan(instance, left, NAME, time.perf_counter() - begun)


def _serve(left: Left, who: Chances, wanted: str | None) -> None:
    """Give the party the first way there is, or what it has already; `wanted` is the only departure to think about."""
    before = left.free(who.party) if who.party.id in left.ways else None
    way = next(_ways(left, who, wanted), before)
    if way is not None:
        left.book(who.party, way)


def _promised(left: Left, who: Chances) -> bool:
    """Tell whether the party has the departure that was promised."""
    promised, has = who.party.promised, left.ways.get(who.party.id)
    return (
        promised is not None
        and has is not None
        and promised.departure is not None
        and has.departure == promised.departure
    )


def _ways(left: Left, who: Chances, wanted: str | None) -> Iterator[Way]:
    """Yield ways, the first departure first."""
    rows = Rows(left, who)
    for one in who.exits:
        if wanted not in {None, one.departure.id}:
            continue
        leaving = leave(left, who, one, early=True)
        if leaving is not None:
            yield from _with_beds(left, who, rows, one.departure.day, leaving)
    if who.may_stay and wanted is None:
        yield from _with_beds(left, who, rows, left.index.instance.nights, Leaving())


def _with_beds(left: Left, who: Chances, rows: Rows, day: int, leaving: Leaving) -> Iterator[Way]:
    first = who.party.from_day
    if who.stays is None and day > first:
        for place in rows.through(first, day):
            way = leaving.way((Stay(place=place, first=first, last=day - 1),))
            if affordable(left, who.party, way):
                yield way
    yield from ways_until(left, who, rows, day, leaving)
