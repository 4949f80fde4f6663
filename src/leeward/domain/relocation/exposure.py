"""What is in danger when somebody, or something, may be in other hands: one list, in the order in which it is done.

1. One thing to do is one line, however many ways it was known; the surest way is the one that counts.
2. Lines stand in the order of `Step`. Within moving: where people sleep before where nobody does, surely known before
   perhaps known, more people before fewer. Within the rest: what is due sooner, then whose risk is higher.
3. A place that is surely known is exposed, one that is perhaps known doubtful; nothing is ever made cleaner.
4. A line of the team's circle names places and members only, never whom it is about: that stays in the person's own.
5. Whoever is taken is asked to do nothing, and is not told.
6. No line is due in the past; nobody is stopped or warned after what it should prevent, if that is still ahead. Times
   are full hours or moments that were agreed before, so that two desks that work it out at once say the same.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable
from typing import Annotated, ClassVar

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import Message
from leeward.domain.cases.checkins import HOUR
from leeward.domain.typed import Coded, Note, Typed
from leeward.domain.vocabulary import Term, Vocabulary

SUBJECT = Vocabulary(
    "taken",
    Term("case", "a person we help", "человек, которому мы помогаем"),
    Term("contact", "somebody who writes to the hotline", "кто пишет на горячую линию"),
    Term("place", "a place", "место"),
    Term("member", "a colleague", "коллега"),
    Term("device", "a computer of ours", "наше устройство"),
)
STEP = Vocabulary(
    "taken-step",
    Term("cut", "cut off", "отключить"),
    Term("freeze", "stop place names", "не писать о местах"),
    Term("move", "move people", "перевезти людей"),
    Term("find", "find them", "найти людей"),
    Term("ride", "stop a journey", "остановить поездку"),
    Term("lawyer", "lawyer", "адвокат"),
    Term("colleagues", "tell colleagues", "сказать коллегам"),
    Term("warn", "warn", "предупредить"),
    Term("words", "new words", "новые условные слова"),
    Term("channel", "close a channel", "закрыть канал"),
    Term("family", "the family", "семья"),
    Term("meeting", "what was agreed", "о чём договорились"),
    Term("papers", "papers", "документы"),
    Term("hand-over", "hand over", "передать дела"),
    Term("public", "speak publicly?", "говорить публично?"),
)
STEPS = tuple(term.code for term in STEP)

_WITHIN = {
    "cut": 1,
    "freeze": 1,
    "move": 3,
    "find": 1,
    "ride": 1,
    "warn": 4,
    "words": 6,
    "channel": 6,
    "family": 6,
    "meeting": 8,
    "papers": 12,
    "hand-over": 8,
    "colleagues": 2,
    "lawyer": 2,
    "public": 12,
}
"""Hours within which each step should be done, if nothing of its own comes sooner."""


class How(enum.IntEnum):
    """How sure it is that they knew it; the smaller, the surer."""

    NOW = 0  # they sleep there, carry it, hold its key
    BEFORE = 1  # they knew it once
    TOLD = 2  # it was told to them
    PERHAPS = 3  # they may have heard of it


SURE = frozenset({How.NOW, How.BEFORE})


class Line(msgspec.Struct, frozen=True):
    """One thing to do tonight."""

    step: str  # a code of STEP
    about_id: str  # what it is about: a place, a leg, a case, a contact, a member, a device
    circle: str  # the compartment its task lies in
    do: Message
    why: Message
    href: str = ""
    case_id: str = ""  # set only if the task lies in that case's own circle
    owner_id: str = ""  # who should do it; "": whoever is awake
    due: int = 0
    how: How = How.NOW
    people: int = 0  # of a place: who sleep there tonight; of a person: the weight of their risk
    mark: str = ""  # a place: what it becomes, "exposed" or "doubtful"

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes it the same line on every desk (rule 1)."""
        return self.step, self.about_id


class Incident(Typed, frozen=True, kw_only=True):
    """That somebody or something may be in other hands. It lies where its subject is known; one a subject, for ever."""

    kind: ClassVar[str] = "incident"

    subject: Annotated[str, Coded("taken")] = ""
    subject_id: str = ""
    turns: tuple[
        Note, ...
    ] = ()  # {"does": "start" or "end", "why", and what was changed}: the last one counts

    @property
    def story(self) -> list[tuple[int, str, str, str]]:
        """Return when and by whom it was started and taken back, and why: (at, by, does, why)."""
        told = [one for one in self.turns if isinstance(one.value, dict)]
        return [
            (one.at, one.by, str(one.value.get("does", "")), str(one.value.get("why", ""))) for one in told
        ]

    @property
    def running(self) -> bool:
        """Return whether its list is being worked on."""
        return [does for _, _, does, _ in self.story][-1:] == ["start"]

    @property
    def round(self) -> int:
        """Return how often it has ended: a later list makes tasks of its own."""
        return sum(does == "end" for _, _, does, _ in self.story)

    @property
    def starts(self) -> list[Note]:
        """Return who started the list that is being worked on, and what that changed; oldest first."""
        found: list[Note] = []
        for one in self.turns:
            does = one.value.get("does") if isinstance(one.value, dict) else ""
            found = [*found, one] if does == "start" else [] if does == "end" else found
        return found


def incident_id(subject: str, subject_id: str, salt: str = "") -> str:
    """Return the id of a subject's incident, the same on every desk that knows the subject and its circle's salt."""
    return derive_id("taken", subject, subject_id, salt)


def task_id(incident: str, number: int, line: Line) -> str:
    """Return the id of a line's task in the so-many-th round."""
    return derive_id("taken-task", incident, str(number), *line.key)


def mark_for(how: How) -> str:
    """Return what a place becomes that was known so (3)."""
    return "exposed" if how in SURE else "doubtful"


def is_worse(mark: str, now: str) -> bool:
    """Return whether a mark makes a place worse than it is (3)."""
    order = ("clean", "doubtful", "exposed")
    return mark in order and (now not in order or order.index(mark) > order.index(now))


def due_within(step: str, now: int, *, before: int = 0) -> int:
    """Return until when a step should be done: a full hour, or the moment itself that it must come before (6)."""
    hours = _WITHIN.get(step, 12)
    due = (now // HOUR + hours) * HOUR
    return before if now < before < due else due


def owner_for(candidates: Iterable[str], taken: Collection[str], active: Collection[str]) -> str:
    """Return the first member who is on the team and not taken (5); "" if none is."""
    return next((one for one in candidates if one and one not in taken and one in active), "")


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Return the lines as they are to be done, each thing once (1, 2)."""
    once: dict[tuple[str, str], Line] = {}
    for line in lines:
        there = once.get(line.key)
        if there is None or _surer(line) < _surer(there):
            once[line.key] = line
    return sorted(once.values(), key=_place)


def _surer(line: Line) -> tuple[int, int, int, str]:
    return line.how, line.due, -line.people, str(line.why)


def _place(line: Line) -> tuple[int, int, int, int, int, int, str]:
    step = STEPS.index(line.step) if line.step in STEPS else len(STEPS)
    if line.step == "move":
        return step, int(line.people == 0), line.how, -line.people, line.due, 0, line.about_id
    return step, 0, 0, line.due, line.how, -line.people, line.about_id
