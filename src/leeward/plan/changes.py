"""What a proposed plan changes for each party against what was promised or accepted, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from leeward.plan.answer import Plan
from leeward.plan.blocked import own_stop, stays_until, way_or_stop
from leeward.plan.explain import Explainer
from leeward.plan.holders import Holders
from leeward.plan.instance import Instance, Party, Stay, Strict, Visa, Way
from leeward.plan.points import way_points
from leeward.plan.reasons import Reason, Stop
from leeward.plan.ways import may_sleep


class What(StrEnum):
    """What changes for a party."""

    DEPARTURE = "departure"
    VISA = "visa"
    FIRST_PLACE = "first-place"
    NIGHTS = "nights"  # the same first place, but other nights or another second one
    ESCORT = "escort"
    VISA_ESCORT = "visa-escort"


class Change(Strict, frozen=True, kw_only=True):
    """One change: ids before and after (of a visa its country and day), None for nothing there, and why."""

    party: str
    what: What
    before: str | None = None
    after: str | None = None
    before_day: int | None = None
    after_day: int | None = None
    why: Reason


def promised_ways(instance: Instance) -> dict[str, Way]:
    """Return what each party was promised, of those to whom something was."""
    return {party.id: party.promised for party in instance.parties if party.promised is not None}


def plan_ways(plan: Plan) -> dict[str, Way]:
    """Return the ways of a plan."""
    return {line.id: line.way for line in plan.parties}


def changes(instance: Instance, before: Mapping[str, Way], plan: Plan) -> list[Change]:
    """Return every change from `before` to the plan, by party in the instance's order; the new are not changed."""
    explainer = Explainer(instance, plan)
    found: list[Change] = []
    for party in instance.parties:
        if party.id in before:
            found += _of_party(explainer, party, before[party.id], explainer.holders.ways[party.id])
    return found


def _of_party(explainer: Explainer, party: Party, old: Way, new: Way) -> Iterator[Change]:
    departures, holders = explainer.index.departures, explainer.holders
    leaves = old.departure != new.departure
    if leaves:
        known = [departures.get(one) if one else None for one in (old.departure, new.departure)]
        yield Change(
            party=party.id,
            what=What.DEPARTURE,
            before=old.departure,
            after=new.departure,
            before_day=known[0].day if known[0] else None,
            after_day=known[1].day if known[1] else None,
            why=_why_departure(explainer, party, old, new),
        )
    if old.visa != new.visa:
        yield Change(
            party=party.id,
            what=What.VISA,
            before=old.visa.country if old.visa else None,
            after=new.visa.country if new.visa else None,
            before_day=old.visa.day if old.visa else None,
            after_day=new.visa.day if new.visa else None,
            why=Reason(kind=Stop.FOLLOWS) if leaves else _why_visa(holders, party, old.visa),
        )
    yield from _of_nights(holders, party, old, new)
    for what, one, other in (
        (What.ESCORT, old.escort, new.escort),
        (What.VISA_ESCORT, old.visa_escort, new.visa_escort),
    ):
        if one != other:
            kind = Stop.FOLLOWS if leaves or old.visa != new.visa else Stop.OTHERS
            gone = one is not None and one not in explainer.index.members
            why = Reason(kind=Stop.GONE if gone else kind)
            yield Change(party=party.id, what=what, before=one, after=other, why=why)


def _of_nights(holders: Holders, party: Party, old: Way, new: Way) -> Iterator[Change]:
    first, now = (way.stays[0] if way.stays else None for way in (old, new))
    moved = (first.place if first else None) != (now.place if now else None)
    if not moved and [(one.place, one.first) for one in old.stays] == [
        (one.place, one.first) for one in new.stays
    ]:
        return  # the last night follows from the departure
    yield Change(
        party=party.id,
        what=What.FIRST_PLACE if moved else What.NIGHTS,
        before=first.place if first else None,
        after=now.place if now else None,
        before_day=first.first if first else None,
        after_day=now.first if now else None,
        why=_why_nights(holders, party, old, new),
    )


def _why_departure(explainer: Explainer, party: Party, old: Way, new: Way) -> Reason:
    index, holders = explainer.index, explainer.holders
    if party.fixed.departure is not None and party.fixed.departure == new.departure:
        return Reason(kind=Stop.FIXED, departure=new.departure)
    if old.departure is None:
        return Reason(kind=Stop.BETTER, departure=new.departure)
    departure = index.departures.get(old.departure)
    if departure is None:
        return Reason(kind=Stop.GONE, departure=old.departure)
    way_out = next((one for one in explainer.exits_of(party.id) if one.departure.id == departure.id), None)
    if way_out is None:
        return own_stop(index, party, departure)
    possible, reason = way_or_stop(holders, party, way_out, stays_until(new.stays, departure.day))
    if possible is None:
        return reason
    better = way_points(index, party, new).sum <= way_points(index, party, possible).sum
    return Reason(kind=Stop.BETTER if better else Stop.OTHERS, departure=departure.id)


def _why_visa(holders: Holders, party: Party, old: Visa | None) -> Reason:
    if old is None or old.country not in holders.index.countries:
        return Reason(kind=Stop.FOLLOWS)
    if party.fixed.visa is not None:
        return Reason(kind=Stop.FIXED, country=old.country)
    if not 0 <= old.day < holders.index.instance.nights:
        return Reason(kind=Stop.GONE, country=old.country)
    share = holders.slots.get((old.country, old.day), {})
    if holders.free_slots(old.country, old.day, party.id) <= 0:
        on_it = tuple(sorted(share.keys() - {party.id}))
        return Reason(kind=Stop.SLOTS, country=old.country, day=old.day, last=old.day, holders=on_it)
    return Reason(kind=Stop.OTHERS, country=old.country)


def _why_nights(holders: Holders, party: Party, old: Way, new: Way) -> Reason:
    """Say why the old nights are not kept: the place is gone, not for them, full, or something else is better."""
    end = max((stay.last + 1 for stay in new.stays), default=0)
    if party.fixed.stays:
        return Reason(kind=Stop.FIXED, place=party.fixed.stays[0].place)
    for stay in old.stays:
        reason = _why_not_stay(holders, party, stay, end)
        if reason is not None:
            return reason
    if old.departure != new.departure:
        return Reason(kind=Stop.FOLLOWS)
    return Reason(kind=Stop.BETTER)


def _why_not_stay(holders: Holders, party: Party, stay: Stay, end: int) -> Reason | None:
    place = holders.index.places.get(stay.place)
    if place is None:
        return Reason(kind=Stop.GONE, place=stay.place)
    if place.state == "exposed" or (place.state == "doubtful" and party.at != place.id):
        return Reason(kind=Stop.EXPOSED, place=place.id)
    if not may_sleep(party, place):
        by_hand = place.id in party.fixed.not_places or bool(party.fixed.places)
        return Reason(kind=Stop.FIXED if by_hand else Stop.NO_PLACE, place=place.id)
    for night in range(max(stay.first, 0), min(stay.last + 1, end)):
        if holders.free_beds(place.id, night, party.id) < holders.size[party.id]:
            others = tuple(sorted(holders.beds.get((place.id, night), {}).keys() - {party.id}))
            return Reason(kind=Stop.BEDS, place=place.id, day=night, last=night, holders=others)
    return None
