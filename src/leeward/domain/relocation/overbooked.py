"""Seats and appointments that two desks, apart from each other, gave more often than there are.

A desk asks what is free before it gives. Two that cannot see each other may give the last one twice; nothing is lost
then, and nothing is taken back by itself: it is found here, on every desk alike, and shown where it can be mended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from leeward.domain.relocation.ways_out import ConsulateDay, Seat, Slot, WayOut, consulate_day_id


class Overbooked(msgspec.Struct, frozen=True):
    """A way out or a consulate's day that was given to more people than it has room for."""

    kind: str  # "seat" or "slot"
    record_id: str  # of the way out, or of the consulate's day
    country: str
    day: str
    people: int
    room: int
    since: int = 0  # when the last of them was given


def seats_taken(seats: Iterable[Seat]) -> dict[str, int]:
    """Return by way out how many seats are taken; a case that two desks gave the same way counts once."""
    cases: dict[tuple[str, str], int] = {}
    for one in seats:
        if not one.released_at and one.people > 0:
            key = (one.way_out_id, one.case_id)
            cases[key] = max(one.people, cases.get(key, 0))
    taken: dict[str, int] = defaultdict(int)
    for (way, _case), people in cases.items():
        taken[way] += people
    return dict(taken)


def slots_taken(slots: Iterable[Slot]) -> dict[str, int]:
    """Return by consulate's day (its derived id) how many appointments are taken.

    What plans gave a case counts once a day, as does each visa application; of the two the larger number, since a plan
    gives to all of a case what a visa application may say again.
    """
    given: dict[tuple[str, str, str], int] = {}
    for one in slots:
        if not one.released_at and one.people > 0:
            key = (consulate_day_id(one.country, one.day), one.case_id, one.visa_id)
            given[key] = max(one.people, given.get(key, 0))
    planned = {(day, case): people for (day, case, visa), people in given.items() if not visa}
    by_hand: dict[tuple[str, str], int] = defaultdict(int)
    for (day, case, visa), people in given.items():
        if visa:
            by_hand[day, case] += people
    taken: dict[str, int] = defaultdict(int)
    for day, case in planned.keys() | by_hand.keys():
        taken[day] += max(planned.get((day, case), 0), by_hand.get((day, case), 0))
    return dict(taken)


def overbooked(
    ways: Iterable[WayOut],
    seats: Iterable[Seat],
    days: Iterable[ConsulateDay],
    slots: Iterable[Slot],
    *,
    from_day: str,
) -> list[Overbooked]:
    """Return what was given too often, from that day on, soonest first; a withdrawn way out has no room."""
    all_seats, all_slots = list(seats), list(slots)
    found = []
    taken = seats_taken(all_seats)
    for way in ways:
        room = 0 if way.withdrawn_at else max(0, way.seats)
        people = taken.get(way.id, 0)
        if way.day >= from_day and people > room:
            since = max(one.created_at for one in all_seats if one.way_out_id == way.id)
            found.append(Overbooked("seat", way.id, way.country, way.day, people, room, since))
    room_of = {consulate_day_id(one.country, one.day): max(0, one.slots) for one in days}
    given = slots_taken(all_slots)
    said = {consulate_day_id(one.country, one.day): one for one in all_slots if not one.released_at}
    for day_id, people in given.items():
        slot, room = said[day_id], room_of.get(day_id, 0)
        if slot.day >= from_day and people > room:
            found.append(Overbooked("slot", day_id, slot.country, slot.day, people, room, slot.created_at))
    return sorted(found, key=lambda one: (one.day, one.kind, one.record_id))
