"""How the ids, days and amounts of the planner are shown in sentences; the office shows them as a team knows them."""

from __future__ import annotations

from collections.abc import Sequence

from leeward.base.say import Message, say, say_count


class Names:
    """Shows everything as it stands in the instance. Whoever knows more overrides these."""

    def party(self, party: str) -> object:
        """Return what a party is called."""
        return party

    def departure(self, departure: str) -> object:
        """Return what a departure is called."""
        return departure

    def place(self, place: str) -> object:
        """Return what a place is called."""
        return place

    def country(self, country: str) -> object:
        """Return what a country is called."""
        return country

    def member(self, member: str) -> object:
        """Return what a colleague is called."""
        return member

    def line(self, line: str) -> object:
        """Return what a budget line is called."""
        return line

    def day(self, day: int) -> object:
        """Return a day or the evening on which a night begins."""
        return say("day {number}", number=day)

    def money(self, cents: int) -> object:
        """Return an amount."""
        return f"{cents // 100}.{cents % 100:02}"


def listed(things: Sequence[object]) -> object:
    """Return up to three things by name, and how many more there are."""
    if not things:
        return ""
    if len(things) == 1:
        return things[0]
    if len(things) == 2:
        return say("{one} and {other}", one=things[0], other=things[1])
    if len(things) == 3:
        return say("{one}, {other} and {third}", one=things[0], other=things[1], third=things[2])
    return _and_more(things)


def _and_more(things: Sequence[object]) -> Message:
    return say_count(
        "{one}, {other} and {n} more",
        "{one}, {other} and {n} more",
        len(things) - 2,
        one=things[0],
        other=things[1],
    )


def parties(names: Names, ids: Sequence[str]) -> object:
    """Return parties by name."""
    return listed([names.party(one) for one in ids])
