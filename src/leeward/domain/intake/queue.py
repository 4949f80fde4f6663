"""Who waits, since when, and in which order we look at them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leeward.domain.intake.records import Check, Contact, Letter
from leeward.domain.intake.words import RANK

_FROM_US = frozenset({"out", "call"})
_FOLDED = 140  # characters of a first line


class Line(msgspec.Struct, frozen=True):
    """One contact in the queue."""

    contact: Contact
    first_at: int
    last: Letter | None  # the last thing written by either side
    waiting_since: int  # 0: nobody waits for us
    answered: bool  # we wrote at least once
    alarm_at: int  # 0: no alarm that nobody took up
    read_at: int  # when they last read what we wrote; 0: not yet

    @property
    def preview(self) -> str:
        """Return the first line of what was written last, or "" if it should not be shown unasked."""
        if self.last is None or self.last.violent:
            return ""
        line = next((part for part in self.last.text.split("\n") if part.strip()), "").strip()
        return line if len(line) <= _FOLDED else line[:_FOLDED].rsplit(" ", 1)[0] + "…"


def line_of(contact: Contact, letters: Sequence[Letter]) -> Line:
    """Return a contact's line; letters in any order."""
    ordered = in_time(letters)
    written = [letter for letter in ordered if letter.direction != "opened"]
    return Line(
        contact=contact,
        first_at=ordered[0].created_at if ordered else contact.created_at,
        last=written[-1] if written else None,
        waiting_since=waiting_since(contact, ordered),
        answered=any(letter.direction in _FROM_US for letter in written),
        alarm_at=alarm_at(contact, ordered),
        read_at=read_at(ordered),
    )


def in_time(letters: Sequence[Letter]) -> list[Letter]:
    """Return the letters oldest first."""
    return sorted(letters, key=lambda letter: (letter.created_at, letter.id))


def waiting_since(contact: Contact, ordered: Sequence[Letter]) -> int:
    """Return when the oldest unanswered message came, 0 if none: an answer, a call or "needs no answer" ends it."""
    since = 0
    for letter in ordered:
        if letter.direction in _FROM_US:
            since = 0
        elif letter.direction == "in" and not since and letter.created_at > contact.settled_at:
            since = letter.created_at
    return since


def alarm_at(contact: Contact, ordered: Sequence[Letter]) -> int:
    """Return when the first alarm came that nobody took up yet, 0 if there is none."""
    open_alarms = [one.created_at for one in ordered if one.alarm and one.created_at > contact.alarm_seen_at]
    return min(open_alarms, default=0)


def read_at(ordered: Sequence[Letter]) -> int:
    """Return when they first showed up after our last answer (a visit or a message); 0 if not yet."""
    answered_at = max((one.created_at for one in ordered if one.direction == "out"), default=0)
    later = (
        one.created_at
        for one in ordered
        if one.direction in {"in", "opened"} and one.created_at >= answered_at
    )
    return min(later, default=0) if answered_at else 0


def in_order(lines: Sequence[Line]) -> list[Line]:
    """Return the queue: alarms, then who waits (by urgency, then longest), then the rest by last change."""

    def place(line: Line) -> tuple[int, int, int]:
        if line.alarm_at:
            return (0, 0, line.alarm_at)
        if line.waiting_since:
            return (1, RANK.get(line.contact.urgency, RANK[""]), line.waiting_since)
        last = line.last.created_at if line.last else line.contact.created_at
        return (2, 0, -last)

    return sorted(lines, key=place)


class Vetted(msgspec.Struct, frozen=True):
    """How far vetting has come, counted from its steps."""

    asked: int
    answered: int
    vouched: bool
    failed: int
    needs_second: bool


def vetted(contact: Contact, checks: Sequence[Check]) -> Vetted:
    """Count the steps of vetting."""
    questions = [check for check in checks if check.step in {"question", "second-talk"}]
    return Vetted(
        asked=len(questions),
        answered=sum(bool(check.answer) or check.outcome != "open" for check in questions),
        vouched=any(check.step == "vouching" and check.outcome == "holds" for check in checks),
        failed=sum(check.outcome == "fails" for check in checks),
        needs_second=contact.vetting == "partly"
        and bool(contact.vetting_by)
        and not contact.vetting_second_by,
    )
