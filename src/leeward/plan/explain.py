"""Why each party's line in a plan is as it is: its rank, its last chances, and what stops the next better way.

Each answer is about one party with everyone else's part left as it is: what it lacks, and who holds that.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from leeward.plan.answer import PartyPlan, Plan
from leeward.plan.blocked import own_stop, stays_until, way_or_stop
from leeward.plan.holders import Holders
from leeward.plan.housing import earlier_bed, why_moving
from leeward.plan.instance import Departure, Instance, Party, Visa, Way
from leeward.plan.points import way_points
from leeward.plan.reasons import Because, Last, Reason, Stop, Why
from leeward.plan.ways import Exit, Index, exits, passports_until

_SHARED = frozenset({Stop.SEATS, Stop.BEDS, Stop.SLOTS, Stop.ESCORT, Stop.VISA_ESCORT})
_SMALL = frozenset({Stop.TOO_FEW_SEATS})  # no matter what the others do: told only if nothing else stops any


class Explainer:
    """Explains a plan, one party at a time. The plan must keep the rules."""

    def __init__(self, instance: Instance, plan: Plan) -> None:
        self.index = Index(instance)
        self.lines: dict[str, PartyPlan] = {line.id: line for line in plan.parties}
        self.holders = Holders(self.index, {line.id: line.way for line in plan.parties})
        self._exits: dict[str, list[Exit]] = {}

    def all(self) -> Iterator[Why]:
        """Yield the reasons of every party, in the instance's order."""
        return (self.why(party) for party in self.index.parties)

    def why(self, party_id: str) -> Why:
        """Return why the line of a party is as it is."""
        party, way = self.index.parties[party_id], self.holders.ways[party_id]
        departure = self.index.departures[way.departure] if way.departure is not None else None
        ahead, ahead_day = self._ahead(party, way, departure)
        last_departure, last_slot = self.last_chances(party_id)
        country = self.index.countries[departure.country] if departure else None
        housing = earlier_bed(self.holders, party, way)
        move = why_moving(self.holders, party, way)
        return Why(
            party=party_id,
            departure=way.departure,
            day=departure.day if departure else None,
            rank=self._ranks.get(party_id),
            leaving=len(self._ranks),
            fixed=party.fixed.departure is not None,
            visa_day=way.visa.day if way.visa else None,
            last_departure=last_departure,
            last_slot=last_slot,
            last_day=passports_until(party, country) if country else None,
            ahead=self._with_because(party, ahead),
            ahead_day=ahead_day,
            inside_from=way.stays[0].first if way.stays else None,
            housing=self._with_because(party, housing),
            move=self._with_because(party, move),
        )

    @cached_property
    def _ranks(self) -> dict[str, int]:
        """Return the place of each party in the order of leaving; who leaves on one day shares it."""
        days = {
            party: self.index.departures[way.departure].day
            for party, way in self.holders.ways.items()
            if way.departure is not None
        }
        order = sorted(days.values())
        first = {day: order.index(day) + 1 for day in set(order)}
        return {party: first[day] for party, day in days.items()}

    def exits_of(self, party_id: str) -> list[Exit]:
        """Return what the party could take if it were alone."""
        if party_id not in self._exits:
            self._exits[party_id] = exits(self.index, self.index.parties[party_id])
        return self._exits[party_id]

    def _ahead(self, party: Party, way: Way, departure: Departure | None) -> tuple[Reason | None, int | None]:
        """Return what stops the best better departure, and its day; if one is free, that one."""
        now = way_points(self.index, party, way).sum
        first: tuple[Reason, int] | None = None
        promise: tuple[Reason, int] | None = None
        for way_out in self.exits_of(party.id):
            day = way_out.departure.day
            if departure and (day > departure.day or way_out.departure.id == departure.id):
                continue
            if self._least_points(party, way, way_out) >= now:
                if departure and day < departure.day and promise is None:
                    promise = (Reason(kind=Stop.PROMISED, departure=way_out.departure.id), day)
                continue
            stays = stays_until(way.stays, day)
            possible, reason = way_or_stop(self.holders, party, way_out, stays)
            if possible is not None:
                if way_points(self.index, party, possible).sum < now:
                    return reason, day
                reason = Reason(kind=Stop.PROMISED, departure=way_out.departure.id)
            if first is None or (first[0].kind in _SMALL and reason.kind not in _SMALL):
                first = reason, day
        found = first or promise
        return found or self._none_ahead(party, departure)

    def _least_points(self, party: Party, way: Way, way_out: Exit) -> int:
        """Return what the party would have at the least with this departure and its nights as they are."""
        promised = party.promised.visa if party.promised else None
        visa = None
        if way_out.visa_days is not None:
            visa = Visa(country=way_out.departure.country, day=way_out.visa_days[0])
            if promised and promised.country == visa.country and promised.day in way_out.visa_days:
                visa = promised
        stays = stays_until(way.stays, way_out.departure.day)
        better = Way(stays=stays, departure=way_out.departure.id, visa=visa)
        return way_points(self.index, party, better).sum

    def _none_ahead(self, party: Party, departure: Departure | None) -> tuple[Reason | None, int | None]:
        """Return why the latest of the earlier departures is none for this party."""
        own = {way_out.departure.id for way_out in self.exits_of(party.id)}
        others = [
            one
            for one in self.index.instance.departures
            if one.id not in own and (departure is None or one.day < departure.day)
        ]
        if not others:
            return None, None
        nearest = max(others, key=lambda one: (one.day, one.id))
        return own_stop(self.index, party, nearest), nearest.day

    def last_chances(self, party_id: str) -> tuple[Last | None, Last | None]:
        """Return what its departure, and what its appointment, is the last before; None if there is a later one."""
        way, party = self.holders.ways[party_id], self.index.parties[party_id]
        if way.departure is None:
            return None, None
        departure = self.index.departures[way.departure]
        bound = party.from_day + self.index.instance.wait_bound
        later = [one for one in self.exits_of(party_id) if one.departure.day > departure.day]
        last_departure = None
        if not later:
            last_departure = self._what_ends(party, departure)
        elif departure.day <= bound < min(one.departure.day for one in later):
            last_departure = Last.BOUND
        return last_departure, self._last_slot(party, way, bound)

    def _what_ends(self, party: Party, departure: Departure) -> Last | None:
        """Say why nothing later is possible: passports, a visa held, or there is nothing later."""
        later = [one for one in self.index.instance.departures if one.day > departure.day]
        kinds = {own_stop(self.index, party, one).kind for one in later}
        if Stop.PASSPORT in kinds:
            return Last.PASSPORT
        held = [one for one in party.visas if one.country == departure.country and one.first <= departure.day]
        same = [one for one in later if one.country == departure.country]
        if same and any(one.last >= departure.day for one in held):
            return Last.HELD_VISA if all(one.day > max(v.last for v in held) for one in same) else None
        return None if later else Last.HORIZON

    def _last_slot(self, party: Party, way: Way, bound: int) -> Last | None:
        if way.visa is None:
            return None
        day = way.visa.day
        later = [
            one
            for one in self.exits_of(party.id)
            if one.visa_days is None or any(other > day for other in one.visa_days)
        ]
        if later:
            soonest = min(one.departure.day for one in later)
            departure = self.index.departures[way.departure or ""]
            return Last.BOUND if departure.day <= bound < soonest else None
        country = self.index.countries[way.visa.country]
        until = passports_until(party, country)
        more = [other for other, slots in enumerate(country.slots) if other > day and slots]
        departures = [one.day for one in self.index.by_country[country.id]]
        if until is not None and any(
            other + country.lead_days <= leaves and leaves > until for other in more for leaves in departures
        ):
            return Last.PASSPORT
        return Last.HORIZON

    def _with_because(self, party: Party, reason: Reason | None) -> Reason | None:
        """Say why it is the others who have it: one reason that holds for all of them, or none."""
        if reason is None or reason.kind not in _SHARED or not reason.holders:
            return reason
        return msgspec.structs.replace(reason, because=self._because(party, reason))

    def _because(self, party: Party, reason: Reason) -> Because:
        others = [self.index.parties[one] for one in reason.holders]
        beds = reason.kind == Stop.BEDS
        if all((one.fixed.stays if beds else one.fixed.departure) for one in others):
            return Because.FIXED
        risk = max(person.risk for person in party.people)
        if all(max(person.risk for person in one.people) > risk for one in others):
            return Because.RISK
        if not beds and all(self._ends(one.id) for one in others):
            return Because.LAST_CHANCE
        if all(one.promised and _same(one.promised, self.holders.ways[one.id], beds) for one in others):
            return Because.PROMISED
        together = sum(person.risk for one in others for person in one.people)
        if reason.kind == Stop.SEATS and together > sum(person.risk for person in party.people):
            return Because.MORE_TOGETHER
        return Because.UNKNOWN

    def _ends(self, party_id: str) -> bool:
        return bool({Last.PASSPORT, Last.HELD_VISA}.intersection(self.last_chances(party_id)))


def _same(promised: Way, way: Way, beds: bool) -> bool:  # noqa: FBT001 - of beds or of the departure
    if beds:
        return bool(promised.stays and way.stays and promised.stays[0].place == way.stays[0].place)
    return promised.departure == way.departure and promised.visa == way.visa
