"""Whether there are seats and appointments for the accepted lines: with what others hold, and what these give back."""

from __future__ import annotations

from collections.abc import Sequence

from leeward.base.say import Message, say
from leeward.domain.relocation.overbooked import seats_taken, slots_taken
from leeward.domain.relocation.ways_out import (
    ConsulateDay,
    Seat,
    Slot,
    WayOut,
    consulate_day_id,
    same_country,
)
from leeward.office.planning.gather import Question
from leeward.office.session import Session
from leeward.plan.answer import PartyPlan


def people_of(question: Question, case_id: str) -> int:
    """Return how many people a party has."""
    return len(next(one.people for one in question.instance.parties if one.id == case_id))


def without_room(session: Session, question: Question, lines: Sequence[PartyPlan]) -> dict[str, Message]:
    """Return the lines for which there is no room, by case: those that take more than their case holds already.

    The least urgent of those that clash is left out, one at a time.
    """
    risks = {one.id: sum(person.risk for person in one.people) for one in question.instance.parties}
    seats, slots = _Seats(session, question), _Slots(session, question)
    refused: dict[str, Message] = {}
    left = sorted(lines, key=lambda one: (-risks[one.id], one.id))
    while True:
        full = seats.full(left) or slots.full(left)
        if full is None:
            return refused
        worst, why = full
        refused[worst.id] = why
        left.remove(worst)


class _Seats:
    def __init__(self, session: Session, question: Question) -> None:
        self._question = question
        self._room = {one.id: 0 if one.withdrawn_at else max(0, one.seats) for one in session.find(WayOut)}
        self._seats = [one for one in session.find(Seat) if not one.released_at]

    def full(self, lines: Sequence[PartyPlan]) -> tuple[PartyPlan, Message] | None:
        """Return the last line that takes a seat where there is none, and the reason."""
        planned = {one.id for one in lines}
        there = seats_taken(one for one in self._seats if one.case_id not in planned)
        held: dict[tuple[str, str], int] = {}
        for seat in self._seats:
            key = (seat.way_out_id, seat.case_id)
            held[key] = max(seat.people, held.get(key, 0))
        wanted = {one.id: people_of(self._question, one.id) for one in lines}
        for one in lines:
            if one.departure is not None:
                more = max(wanted[one.id], held.get((one.departure, one.id), 0))
                there[one.departure] = there.get(one.departure, 0) + more
        for one in reversed(lines):
            way = one.departure
            if way is None or there[way] <= self._room.get(way, 0):
                continue
            if held.get((way, one.id), 0) < wanted[one.id]:
                return one, say("No seat is left for them on this way out: others hold it.")
        return None


class _Slots:
    def __init__(self, session: Session, question: Question) -> None:
        self._question = question
        self._room = {one.id: max(0, one.slots) for one in session.find(ConsulateDay)}
        self._slots = [one for one in session.find(Slot) if not one.released_at]

    def full(self, lines: Sequence[PartyPlan]) -> tuple[PartyPlan, Message] | None:
        """Return the last line that takes an appointment where there is none, and the reason."""
        asking = {one.id for one in lines if one.visa is not None}
        there = slots_taken(one for one in self._slots if one.case_id not in asking)
        days = {one.id: self._day(one) for one in lines if one.visa is not None}
        for case_id, day in days.items():
            there[day] = there.get(day, 0) + people_of(self._question, case_id)
        for one in reversed(lines):
            day = days.get(one.id, "")
            if day and there[day] > self._room.get(day, 0) and not self._holds(one):
                return one, say("No appointment is left for them on that day: others hold it.")
        return None

    def _of(self, line: PartyPlan) -> tuple[str, str]:
        assert line.visa is not None
        country = self._question.destinations[line.visa.country].country
        return country, self._question.calendar.days[line.visa.day]

    def _day(self, line: PartyPlan) -> str:
        return consulate_day_id(*self._of(line))

    def _holds(self, line: PartyPlan) -> bool:
        country, day = self._of(line)
        return any(
            one.case_id == line.id and one.day == day and same_country(one.country, country)
            for one in self._slots
        )
