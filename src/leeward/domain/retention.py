"""How long things are kept, after what, and what keeps them longer. Pure.

Erasing what is no longer needed protects people better than any lock: what is not there cannot be taken (ICRC,
Handbook on Data Protection in Humanitarian Action, chapter 2: personal data are kept no longer than their purpose
needs, for a time set beforehand and looked at again).

 1. Each kind of thing has a rule: so many days after an event. A team may change the days, within bounds; every
    earlier value stays in the history.
 2. Nothing is erased without having been announced for 14 days; the last 72 hours of them anybody may stop it.
 3. Nor within 14 days after a rule was changed, or first came to a desk: a rule made shorter surprises nobody.
 4. Whoever looks after it may keep it longer, with a reason, until a day; a hold keeps it until it is lifted.
 5. The team's own proof is kept: who opened what, who was given which key, what was erased and when.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.typed import Coded, Note, Typed
from leeward.domain.vocabulary import Term, Vocabulary

DAY = 86_400_000
WARN_DAYS = 14
FOR_EVER = 1 << 62

RULE = Vocabulary(
    "retention-rule",
    Term(
        "nothing",
        "Conversations that came to nothing",
        "Разговоры без продолжения",
        "Days after the last word.",
    ),
    Term("junk", "Junk", "Мусор", "Days after the last word."),
    Term("closed", "Closed cases", "Закрытые дела", "Days after the closure was reviewed."),
    Term("stays", "Where people slept", "Кто где ночевал", "Days after the last night."),
    Term("journeys", "Journeys", "Поездки", "Days after the last leg."),
    Term(
        "errands",
        "Errands and lists without a case",
        "Поручения и списки вне дел",
        "Days after they were done.",
    ),
    Term("calls", "Notes of calls", "Записи о звонках", "Days after the call."),
    Term(
        "drafts",
        "Answers not sent, and what was typed and left",
        "Неотправленные ответы и черновики",
        "Days.",
    ),
)
KEEP_WHY = Vocabulary(
    "keep-why",
    Term("court", "a court or an inquiry needs it", "нужно суду или следствию"),
    Term("asked", "they asked that it be kept", "об этом попросил сам человек"),
    Term("danger", "they may still be in danger", "опасность ещё не миновала"),
    Term("work", "the work on it is not finished", "работа ещё не закончена"),
)


class Bounds(msgspec.Struct, frozen=True):
    """What a rule is at first, and the shortest and longest that a team may set; days."""

    usual: int
    least: int
    most: int


BOUNDS = {
    "nothing": Bounds(90, 30, 365),
    "junk": Bounds(7, 1, 30),
    "closed": Bounds(180, 30, 1825),
    "stays": Bounds(365, 30, 1095),
    "journeys": Bounds(365, 30, 1095),
    "errands": Bounds(90, 7, 365),
    "calls": Bounds(90, 14, 365),
    "drafts": Bounds(30, 1, 90),
}


class Retention(Typed, frozen=True, kw_only=True):
    """A rule as the team has set it. In the team's circle; its id is derived from the rule."""

    kind: ClassVar[str] = "retention"

    rule: Annotated[str, Coded("retention-rule")] = ""
    days: int = 0


class KeptLonger(Typed, frozen=True, kw_only=True):
    """That somebody's data, or one record, is kept longer. In the team's circle: ids and codes only."""

    kind: ClassVar[str] = "kept_longer"

    subject_id: str = ""  # a case, a contact, or a record
    says: tuple[
        Note, ...
    ] = ()  # {"does": "until", "hold" or "lift", "until": MS, "why": KEEP_WHY}: the last counts


def rule_id(rule: str) -> str:
    """Return the id of a rule's record."""
    return derive_id("retention", rule)


def kept_id(subject: str) -> str:
    """Return the id of the record that says that something is kept longer."""
    return derive_id("kept-longer", subject)


def days_of(rule: str, set_by_team: Retention | None) -> int:
    """Return the days of a rule; what was set beyond its bounds counts as the nearest that may be (1)."""
    bounds = BOUNDS[rule]
    if set_by_team is None or not set_by_team.days:
        return bounds.usual
    return max(bounds.least, min(bounds.most, set_by_team.days))


def require_days(rule: str, days: int) -> int:
    """Return the days if a team may set them; OutOfRange if not (1)."""
    bounds = BOUNDS[rule]
    if not bounds.least <= days <= bounds.most:
        raise OutOfRange(
            say("Between {least} and {most} days.", least=bounds.least, most=bounds.most),
            kept=say("Nothing was changed."),
            next_step=say("Give a number of days between the two."),
        )
    return days


def due_at(event: int, days: int, *, changed_at: int, known_since: int, kept_until: int = 0) -> int:
    """Return when something is to be erased (2 to 4); milliseconds."""
    announced = max(changed_at, known_since) + WARN_DAYS * DAY
    return max(event + days * DAY, announced, kept_until)


def kept_until(kept: KeptLonger | None) -> int:
    """Return until when something is kept longer (4): 0 if it is not, FOR_EVER while it is held."""
    if kept is None or not kept.says:
        return 0
    last = kept.says[-1].value
    if not isinstance(last, dict):
        return 0
    if last.get("does") == "hold":
        return FOR_EVER
    until = last.get("until", 0)
    return until if last.get("does") == "until" and isinstance(until, int) else 0
