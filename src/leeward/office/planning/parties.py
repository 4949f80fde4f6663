"""Who stays and leaves together, as the planner sees them: parties from cases. The rules stand in gather.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from typing import TypeVar

import msgspec

from leeward.domain.cases.case import Case, Person
from leeward.domain.cases.words import RISK_WEIGHT
from leeward.domain.relocation.beds import Stay, people_on, where
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.relocation.papers import TravelDocument, VisaApplication
from leeward.domain.relocation.places import Place
from leeward.domain.relocation.ways_out import WayOut
from leeward.office.planning.calendar import Calendar
from leeward.office.planning.visas import Doors
from leeward.office.session import Session
from leeward.plan import instance as asks

_IN_HAND = frozenset({"with-them", "with-us"})
APPOINTED = frozenset({"appointment", "submitted"})  # an appointment is made: a fact, no longer a plan
_PROMISED = frozenset({"thought-of", "asked", "gathering"})
_NEVER = -1  # a passport's last day for who has none
_EVER = 10_000  # days: beyond every horizon
_OfCase = TypeVar("_OfCase", Person, TravelDocument, VisaApplication, Journey)


class Parties:
    """Makes parties; reads each kind of record once."""

    def __init__(
        self,
        session: Session,
        calendar: Calendar,
        cases: Container[str],
        stays: list[Stay],
        places: Mapping[str, Place],
        ways: Mapping[str, WayOut],
        doors: Doors,
        by_hand: Mapping[str, asks.Fixed],
    ) -> None:
        self._calendar, self._places, self._ways = calendar, places, ways
        self._doors, self._by_hand = doors, by_hand
        self._all = stays
        self._stays = [one for one in stays if one.takes_bed and one.case_id in cases]
        self._people = _by_case(session.find(Person))
        self._papers = _by_case(session.find(TravelDocument))
        self._visas = _by_case(session.find(VisaApplication))
        self._journeys = _by_case(session.find(Journey))
        self._booked = {leg.journey_id for leg in session.find(Leg) if leg.state in {"booked", "under-way"}}
        self._night = calendar.days[0]

    def party(self, case: Case) -> asks.Party:
        """Return the party of a case."""
        bed = where(case.id, self._night, self._stays)
        here = self._places.get(bed.place_id) if bed is not None else None
        opened = self._calendar.since(case.ready_on) if case.ready_on else None
        people = self._travellers(case)
        return asks.Party(
            id=case.id,
            people=people,
            ready_day=max(0, opened or 0, self._fetched(case)),
            needs=tuple(sorted(set(case.access_set) - self._done_without(case, here))),
            avoid=tuple(sorted(case.avoid_set)),
            escort=case.escort,
            at=here.id if here is not None and self._bound(here) else None,
            visas=tuple(self._held(case)),
            promised=self._promised(case),
            fixed=self._fixed(case),
        )

    def _bound(self, here: Place) -> bool:
        """Tell whether the plan must find them a bed from tonight on, as they have one: rule 7.

        Not where it cannot be promised: a place that is paid for only a while, or a clean one with more people than
        beds. Whoever sleeps there is asked for without it, and accept.py takes no bed away.
        """
        if here.exposure == "exposed":
            return True
        if here.rent_until and here.rent_until < self._calendar.days[-1]:
            return False
        return here.exposure == "doubtful" or people_on(here.id, self._night, self._all) <= here.capacity

    def _done_without(self, case: Case, here: Place | None) -> set[str]:
        """Return what they need and do without where they are now: that does not put them out of it."""
        return set() if here is None else set(case.access_set) - set(here.access_set)

    def _travellers(self, case: Case) -> tuple[asks.Traveller, ...]:
        """Rule 1, rule 3. Whoever needs a bed and is not written down shares the risk and the passport's country."""
        there = [one for one in self._people.get(case.id, []) if one.travels and one.relation != "self"]
        found = [self._traveller(case.id, case, case.risk, "")]
        found += [
            self._traveller(one.id, case, one.risk, one.id) for one in sorted(there, key=lambda one: one.id)
        ]
        first = found[0]
        found += [
            msgspec.structs.replace(first, id=f"{case.id}.{number}")
            for number in range(max(0, case.beds - len(found)))
        ]
        return tuple(found)

    def _traveller(self, traveller_id: str, case: Case, risk: str, person_id: str) -> asks.Traveller:
        passport, until = self._passport(case.id, person_id)
        return asks.Traveller(
            id=traveller_id, risk=_risk(risk, case.risk), passport=passport, passport_until=until
        )

    def _passport(self, case_id: str, person_id: str) -> tuple[str, int | None]:
        """Return who issued it, as a token, and its last day: None if it has none. Rule 3."""
        papers = [
            one
            for one in self._papers.get(case_id, [])
            if one.paper in {"travel-passport", "refugee-paper"} and one.person_id in {person_id, ""}
        ]
        own = [one for one in papers if one.person_id == person_id] or papers
        usable = [one for one in own if one.held in _IN_HAND or (one.held == "applied" and one.ready_on)]
        if not usable:
            return "", _NEVER
        best = max(usable, key=lambda one: (one.expires or "9999", one.id))
        until = self._calendar.since(best.expires) if best.expires else None
        return self._doors.passport(best.issuer), None if until is None else max(_NEVER, until)

    def _fetched(self, case: Case) -> int:
        """Return the day on which the last passport that was applied for is there (rule 3)."""
        days = [
            self._calendar.since(one.ready_on) or 0
            for one in self._papers.get(case.id, [])
            if one.paper == "travel-passport" and one.held == "applied" and one.ready_on
        ]
        return max(days, default=0)

    def _held(self, case: Case) -> Iterable[asks.Held]:
        """Yield visas that are granted, or will be after an appointment that is made (rule 5)."""
        for visa in self._visas.get(case.id, []):
            door = self._doors.named(visa.country)
            if door is None:
                continue
            if visa.stage == "granted":
                first, last = self._calendar.since(visa.valid_from), self._calendar.since(visa.valid_to)
                yield asks.Held(
                    country=door.id, first=max(0, first or 0), last=max(0, _EVER if last is None else last)
                )
            appointed = self._calendar.of(visa.appointment)
            if visa.stage in APPOINTED and appointed is not None:
                ready = max(0, appointed + door.lead_days)
                yield asks.Held(country=door.id, first=ready, last=ready + door.valid_days)

    def _promised(self, case: Case) -> asks.Way | None:
        """Return what an accepted plan or a coordinator already gave them: nights to come, and the way out."""
        ahead = sorted(
            (
                one
                for one in self._stays
                if one.case_id == case.id and (one.last_night or "9999") >= self._night
            ),
            key=lambda one: (one.first_night, one.id),
        )
        journey = self._journey(case)
        if not ahead and journey is None:
            return None
        last = self._calendar.nights - 1
        stays = [
            asks.Stay(
                place=one.place_id,
                first=max(0, self._calendar.since(one.first_night) or 0),
                last=min(last, self._calendar.since(one.last_night) or 0) if one.last_night else last,
            )
            for one in ahead
            if one.first_night <= self._calendar.days[-1]
        ]
        departure = journey.way_out_id if journey else None
        return asks.Way(stays=tuple(stays), departure=departure, visa=self._visa_ahead(case))

    def _visa_ahead(self, case: Case) -> asks.Visa | None:
        """Return the appointment that is promised and not made yet."""
        for visa in sorted(self._visas.get(case.id, []), key=lambda one: one.id):
            day, door = self._calendar.of(visa.appointment), self._doors.named(visa.country)
            if (
                visa.stage in _PROMISED
                and door is not None
                and day is not None
                and 0 <= day < self._calendar.nights
            ):
                return asks.Visa(country=door.id, day=day)
        return None

    def appointed(self) -> frozenset[str]:
        """Return the cases that have an appointment at a consulate: a fact."""
        return frozenset(
            case_id
            for case_id, visas in self._visas.items()
            if any(one.stage in APPOINTED and one.appointment for one in visas)
        )

    def by_way(self) -> dict[str, frozenset[str]]:
        """Return the cases that have a journey planned by a way out: the one that a plan keeps or changes."""
        found: dict[str, set[str]] = defaultdict(set)
        for case_id, journeys in self._journeys.items():
            journey = self._chosen(journeys)
            if journey is not None:
                found[journey.way_out_id].add(case_id)
        return {way: frozenset(those) for way, those in found.items()}

    def _journey(self, case: Case) -> Journey | None:
        return self._chosen(self._journeys.get(case.id, []))

    def _chosen(self, journeys: Iterable[Journey]) -> Journey | None:
        there = [
            one for one in journeys if one.way_out_id in self._ways and one.state in {"planned", "booked"}
        ]
        return max(there, key=lambda one: (one.changed_at, one.id), default=None)

    def ticket_for(self, case: Case) -> str:
        """Return the way out for which their tickets are bought; "" if none are."""
        journey = self._journey(case)
        return journey.way_out_id if journey is not None and journey.id in self._booked else ""

    def _fixed(self, case: Case) -> asks.Fixed:
        """Rule 5: by hand first; then tickets that are bought, and countries that do not let them in."""
        chosen = self._by_hand.get(case.id, asks.Fixed())
        bought = self.ticket_for(case)
        if chosen.departure is None and bought:
            chosen = msgspec.structs.replace(chosen, departure=bought)
        passports = {one.passport for one in self._travellers(case)}
        shut = [way.id for way in self._ways.values() if self._doors.shut(way.country, passports)]
        more = tuple(sorted(one for one in {*chosen.not_departures, *shut} if one != chosen.departure))
        return msgspec.structs.replace(chosen, not_departures=more)


def _risk(own: str, of_case: str) -> int:
    return RISK_WEIGHT.get(own if own != "unknown" else of_case, RISK_WEIGHT["unknown"])


def _by_case(records: Iterable[_OfCase]) -> dict[str, list[_OfCase]]:
    found: dict[str, list[_OfCase]] = defaultdict(list)
    for one in records:
        found[one.case_id].append(one)
    return found
