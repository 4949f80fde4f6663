"""Points: what a plan costs in danger, as docs/plan-format.md counts them. 100 points are one risk-day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from leeward.plan.answer import PartyPlan
from leeward.plan.instance import Instance, Party, Stay, Way
from leeward.plan.ways import Index


@dataclass(frozen=True, slots=True)
class Points:
    """What one party's part of a plan costs, by reason; `sum` is what counts."""

    outside: int = 0  # nights in nobody's care
    sheltered: int = 0  # nights in one of our places
    stranded: int = 0  # no way out within the horizon
    moves: int = 0
    late: int = 0  # beyond the day by which everyone should be out
    changes: int = 0  # against what was promised

    @property
    def sum(self) -> int:
        """Return the points."""
        return self.outside + self.sheltered + self.stranded + self.moves + self.late + self.changes


def way_points(index: Index, party: Party, way: Way) -> Points:
    """Return the points of a party that does this. The way is taken as it is; check.py says whether it may be."""
    asked, weights = index.instance, index.instance.weights
    leaves = index.departures.get(way.departure) if way.departure is not None else None
    risk = sum(person.risk for person in party.people)
    people = len(party.people)
    end = leaves.day if leaves else asked.nights
    inside = sum(max(0, min(stay.last + 1, end) - stay.first) for stay in way.stays)
    outside = max(0, end - party.from_day) - inside
    bound = party.from_day + asked.wait_bound
    gone = leaves.day if leaves else asked.nights + weights.tail_nights
    return Points(
        outside=risk * 100 * outside,
        sheltered=risk * weights.sheltered * inside,
        stranded=0 if leaves else risk * 100 * weights.tail_nights,
        moves=weights.move * people * moves_of(index, party, way.stays),
        late=weights.late * people * max(0, gone - bound),
        changes=weights.change * people * changes_of(party, way),
    )


def moves_of(index: Index, party: Party, stays: tuple[Stay, ...]) -> int:
    """Return how often the party changes place, the one out of where it is now included, unless that is exposed."""
    slept = [stay.place for stay in stays]
    if slept and party.at is not None and index.places[party.at].state != "exposed":
        slept.insert(0, party.at)
    return sum(1 for before, after in pairwise(slept) if before != after)


def changes_of(party: Party, way: Way) -> int:
    """Return how many of three promises are not kept: the departure, the visa, the place of the first night with us."""
    promised = party.promised
    if promised is None:
        return 0
    return (
        (promised.departure != way.departure)
        + (promised.visa != way.visa)
        + (_first_place(promised.stays) != _first_place(way.stays))
    )


def plan_points(instance: Instance, parties: Iterable[PartyPlan]) -> int:
    """Return the points of a whole plan."""
    index = Index(instance)
    return sum(way_points(index, index.parties[party.id], party.way).sum for party in parties)


def _first_place(stays: tuple[Stay, ...]) -> str | None:
    return stays[0].place if stays else None
