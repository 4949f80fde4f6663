"""The planner's ids as this team knows them: pseudonyms, code names, towns, colleagues, days, euro."""

from __future__ import annotations

from leeward.base.say import Code, Day, Message, say
from leeward.domain.cases.words import BUDGET_LINE
from leeward.domain.relocation.papers import noon
from leeward.office.planning.gather import Question
from leeward.plan.naming import Names


class TeamNames(Names):
    """What the planner's sentences show at a desk."""

    def __init__(self, question: Question, members: dict[str, str]) -> None:
        self._question, self._members = question, members

    def party(self, party: str) -> object:
        """Return the pseudonym."""
        case = self._question.cases.get(party)
        return case.called if case is not None else say("somebody")

    def departure(self, departure: str) -> object:
        """Return the way out: where to, and on which day."""
        way = self._question.ways.get(departure)
        if way is None:
            return say("a way out that is gone")
        return say("{country} on {day}", country=way.country, day=Day(noon(way.day)))

    def place(self, place: str) -> object:
        """Return the code name."""
        found = self._question.places.get(place)
        return found.code_name if found is not None else say("a place that is gone")

    def country(self, country: str) -> object:
        """Return the country."""
        found = self._question.destinations.get(country)
        return found.country if found is not None else ""

    def member(self, member: str) -> object:
        """Return the colleague's name."""
        return self._members.get(member, "") or say("somebody who left")

    def line(self, line: str) -> object:
        """Return what the money is for."""
        return Code(f"{BUDGET_LINE.name}/{line}")

    def day(self, day: int) -> object:
        """Return the day, or the evening on which a night begins."""
        return Day(noon(self._question.calendar.day(day)))

    def money(self, cents: int) -> object:
        """Return an amount of euro."""
        return Message("€{euro}", {"euro": f"{-(-cents // 100):,}".replace(",", "\u202f")})
