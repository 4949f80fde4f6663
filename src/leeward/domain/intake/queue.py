"""Who waits, since when, and in which order we look at them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leeward.domain.intake.records import Check, Contact, Letter
from leeward.domain.intake.standing import Claim, captured_since, claim_of, ended_at
from leeward.domain.intake.words import RANK, TOLD

_FROM_US = frozenset({"out", "call"})
_EVENTS = frozenset({"opened", "ended"})
_FOLDED = 140  # characters of a first line
FLOOD = 30  # so many strangers who wait unjudged, and whoever we know comes before all of them
_SAME_LETTERS = 12  # shorter texts ("help me please") are never folded as the same
_SAME_LINES = 3


class Line(msgspec.Struct, frozen=True):
    """One contact in the queue, with every contact that was merged into it."""

    contact: Contact
    first_at: int
    last: Letter | None  # the last thing written by either side
    waiting_since: int  # 0: nobody waits for us
    answered: bool  # we wrote at least once
    alarm_at: int  # 0: no alarm that nobody took up
    read_at: int  # when they last read what we wrote; 0: not yet
    urgent_at: int = 0  # when they said, by their own word, that it is urgent, and had no answer yet
    arrived_at: int = 0  # when the newest message, visit with the alarm form, or ending came
    captured_since: int = 0  # they may be in other hands
    ended_at: int = 0  # they asked us to end and erase it
    claim: Claim | None = None
    way_id: str = ""  # the contact whose ways they used last: where answers go
    parts: tuple[Contact, ...] = ()  # merged contacts, the line's own not among them

    @property
    def preview(self) -> str:
        """Return the first line of what was written last, or "" if it should not be shown unasked."""
        if self.last is None or self.last.violent:
            return ""
        line = next((part for part in self.last.text.split("\n") if part.strip()), "").strip()
        return line if len(line) <= _FOLDED else line[:_FOLDED].rsplit(" ", 1)[0] + "…"

    @property
    def known(self) -> bool:
        """Tell whether we have talked with them before, or believe them."""
        contact = self.contact
        return self.answered or bool(contact.case_id) or contact.vetting in {"partly", "verified"}


def line_of(contact: Contact, letters: Sequence[Letter], parts: Sequence[Contact] = ()) -> Line:
    """Return a contact's line; letters (of the merged contacts too) in any order."""
    ordered = in_time(letters)
    written = [letter for letter in ordered if letter.direction not in _EVENTS]
    whole = [contact, *parts]
    return Line(
        contact=contact,
        first_at=ordered[0].created_at if ordered else contact.created_at,
        last=written[-1] if written else None,
        waiting_since=waiting_since(contact, ordered),
        answered=any(letter.direction in _FROM_US for letter in written),
        alarm_at=alarm_at(whole, ordered),
        read_at=read_at(ordered),
        urgent_at=urgent_at(contact, ordered),
        arrived_at=max((one.created_at for one in ordered if _arrives(one)), default=0),
        captured_since=captured_since(whole, ordered),
        ended_at=ended_at(ordered),
        claim=claim_of(contact, ordered),
        way_id=_way_used(whole, ordered),
        parts=tuple(parts),
    )


def _arrives(letter: Letter) -> bool:
    return letter.direction in {"in", "ended"} or letter.alarm


def _way_used(contacts: Sequence[Contact], ordered: Sequence[Letter]) -> str:
    """Return the contact whose words, or channel, they used last; the alarm form leads nowhere else."""
    answerable = {one.id for one in contacts if one.ways or one.handle}
    for letter in reversed(ordered):
        if letter.direction in {"in", "opened"} and letter.contact_id in answerable:
            return letter.contact_id
    return next((one.id for one in contacts if one.id in answerable), contacts[0].id)


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
            if letter.sign == "safe" and not letter.text and not letter.alarm:
                continue  # it says all there is to say
            since = letter.created_at
    return 0 if ended_at(ordered) else since


def urgent_at(contact: Contact, ordered: Sequence[Letter]) -> int:
    """Return when they first said, in what has no answer yet, that it is urgent; 0 if they did not."""
    since = waiting_since(contact, ordered)
    said = (one.created_at for one in ordered if one.urgent and since and one.created_at >= since)
    return min(said, default=0)


def alarm_at(contacts: Sequence[Contact], ordered: Sequence[Letter]) -> int:
    """Return when the first alarm came that nobody took up yet, 0 if there is none; each contact's for itself."""
    seen = {contact.id: contact.alarm_seen_at for contact in contacts}
    open_alarms = [
        one.created_at for one in ordered if one.alarm and one.created_at > seen.get(one.contact_id, 0)
    ]
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


def is_flood(lines: Sequence[Line]) -> bool:
    """Tell whether so many strangers wait that whoever we know would be lost among them."""
    strangers = (one for one in lines if one.waiting_since and not one.known and not one.contact.urgency)
    return sum(1 for _ in strangers) >= FLOOD


def in_order(lines: Sequence[Line], order: str = "urgent") -> list[Line]:
    """Return the queue: alarms first, then who waits, then the rest by last change.

    Who waits is ordered by urgency and then by time ("urgent"), by time alone ("longest"), or newest first ("newest").
    In a flood of strangers, whoever we know comes before whoever we do not, in every order.
    """
    flood = is_flood(lines)

    def place(line: Line) -> tuple[int, int, float, int]:
        if line.alarm_at:
            return (0, 0, 0, line.alarm_at)
        if not line.waiting_since:
            last = line.last.created_at if line.last else line.contact.created_at
            return (2, 0, 0, -last)
        later = int(flood and not line.known and not line.contact.urgency)
        if order == "newest":
            return (1, later, 0, -line.arrived_at)
        return (1, later, rank_of(line) if order == "urgent" else 0, line.waiting_since)

    return sorted(lines, key=place)


def rank_of(line: Line) -> float:
    """Return the place of a line by urgency: the team's judgement, or between its words what they say themselves."""
    if not line.contact.urgency and line.urgent_at:
        return RANK["urgent"] + 0.5
    return RANK.get(line.contact.urgency, RANK[""])


class Row(msgspec.Struct, frozen=True):
    """One row of the list: a line, or the first of several that say the same, with the others."""

    line: Line
    same: tuple[Line, ...] = ()


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """Fold strangers who wrote the same words into one row each, where the first of them stands.

    Never folded: alarms, what says that it is urgent, whoever we know, judged or took, and short texts, since many
    people ask for help in the same few words.
    """
    groups: dict[str, list[Line]] = {}
    for line in lines:
        key = _sameness(line)
        if key:
            groups.setdefault(key, []).append(line)
    rows = []
    for line in lines:
        group = groups.get(_sameness(line), [])
        if len(group) < _SAME_LINES:
            rows.append(Row(line))
        elif group[0] is line:
            rows.append(Row(line, tuple(group[1:])))
    return rows


def _sameness(line: Line) -> str:
    strange = not (
        line.known
        or line.alarm_at
        or line.urgent_at
        or line.claim
        or line.contact.urgency
        or line.last is None
    )
    words = "".join(filter(str.isalnum, line.last.text.casefold())) if strange and line.last else ""
    return words if len(words) >= _SAME_LETTERS else ""


class Vetted(msgspec.Struct, frozen=True):
    """How far vetting has come, counted from its steps, and how much they could learn about us."""

    asked: int
    answered: int
    vouched: bool
    failed: int
    needs_second: bool
    told: int = 0
    told_of: int = 0


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
        told=sum(code in TOLD for code in contact.told_set),
        told_of=sum(1 for _ in TOLD),
    )
