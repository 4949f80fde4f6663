"""What a generator makes: records with the moment, the circle and the role they are written in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from leeward.domain.typed import Change, Typed, write_new
from leeward.practice.cast import named
from leeward.practice.chance import SeededChance

HOUR = 3_600_000
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Circle:
    """A compartment to be made: its id, its kind, and the roles that are given its key besides who makes it."""

    id: str
    kind: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry to be written: when, by which role, into which circle (an id, or the kind of one a team has)."""

    at: int
    role: str
    circle: str
    changes: tuple[Change, ...]


@dataclass(slots=True)
class Script:
    """An operation in the making: circles and moments, in no order yet."""

    chance: SeededChance
    now: int
    members: dict[str, str]  # name of a member of staff -> member id
    language: str = "en"  # in which the team writes; reporters write as they do
    circles: dict[str, Circle] = field(default_factory=dict)
    moments: list[Moment] = field(default_factory=list)
    boxes: list[tuple[str, str, str]] = field(
        default_factory=list
    )  # reporters' mailboxes: address, read, write

    def circle(self, kind: str, *roles: str) -> str:
        """Plan a compartment; return its id."""
        ident = self.chance.make_id()
        self.circles[ident] = Circle(ident, kind, roles)
        return ident

    def write(self, at: int, role: str, circle: str, *records: Typed) -> None:
        """Plan one entry that makes these records; never later than now."""
        changes = tuple(change for record in records for change in write_new(record))
        self.moments.append(Moment(min(at, self.now), role, circle, changes))

    def change(self, at: int, role: str, circle: str, *groups: tuple[Change, ...]) -> None:
        """Plan one entry of plain changes; never later than now."""
        flat = tuple(change for group in groups for change in group)
        self.moments.append(Moment(min(at, self.now), role, circle, flat))

    def say(self, pair: tuple[str, str]) -> str:
        """Return the sentence in the team's language."""
        return pair[1] if self.language == "ru" else pair[0]

    def named(self, name: str) -> str:
        """Return an invented name in the team's language."""
        return named(name, self.language)

    def in_order(self) -> list[Moment]:
        """Return the moments as they happened."""
        return sorted(self.moments, key=lambda moment: moment.at)


Progress = Callable[[int, int], None]
