"""A slip in the list of what there is to give: what this member changed last, and taking it back with one press.

1. Only what this member changed last, within a day, in one press: fifty-two days at once are taken back at once.
2. A value goes back only where it is still the one that was written: what a colleague changed since stays.
3. What was added by mistake is withdrawn, or has no appointment any more; it is not deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from leeward.base.say import Message, say, say_count
from leeward.domain.cases.checkins import DAY
from leeward.domain.errors import RuleBroken
from leeward.domain.relocation.ways_out import ConsulateDay, Destination, WayOut
from leeward.ledger.model import Change, Dot, put
from leeward.office.session import Session
from leeward.office.ways_out import circle

_FIELDS = {
    WayOut.kind: ("seats", "withdrawn_at"),
    ConsulateDay.kind: ("slots",),
    Destination.kind: ("closed_at",),
}
_KINDS: tuple[type[WayOut | ConsulateDay | Destination], ...] = (WayOut, ConsulateDay, Destination)


class _Step(msgspec.Struct, frozen=True):
    kind: str
    record_id: str
    field: str
    before: int
    after: int
    new: bool  # the record began with it


class Slip(msgspec.Struct, frozen=True):
    """The last change of this member, and what stood before it."""

    key: str  # of the entry
    at: int
    what: Message
    steps: tuple[_Step, ...]


def last_slip(session: Session) -> Slip | None:
    """Return what this member changed last of the list, if that was within a day and can be taken back (1)."""
    found: dict[Dot, list[_Step]] = {}
    when: dict[Dot, int] = {}
    for kind in _KINDS:
        for one in session.find(kind):
            if one.changed_by == session.member_id and one.changed_at > session.now() - DAY:
                for dot, at, step in _steps(session, kind.kind, one.id):
                    found.setdefault(dot, []).append(step)
                    when[dot] = at
    if not found:
        return None
    last = max(found, key=lambda dot: (when[dot], dot.count))
    steps = tuple(sorted(found[last], key=lambda one: (one.kind, one.record_id, one.field)))
    return Slip(f"{last.device}-{last.count}", when[last], _in_words(steps), steps)


def _steps(session: Session, kind: str, record_id: str) -> Iterator[tuple[Dot, int, _Step]]:
    """Yield this member's newest change of each field, if nothing was written after it (2)."""
    history = session.vault.history(record_id)
    for field in _FIELDS[kind]:
        lines = [one for one in history if one.field == field]
        if not lines or lines[-1].by != session.member_id or lines[-1].at <= session.now() - DAY:
            continue
        mine, new = lines[-1], lines[-1].dot == history[0].dot
        before = _number(lines[-2].value) if len(lines) > 1 else 0
        step = _Step(kind, record_id, field, before, _number(mine.value), new)
        yield mine.dot, mine.at, step


def take_back(session: Session, key: str) -> None:
    """Put back what stood before the last change. RuleBroken if that is not the one of this key any more."""
    slip = last_slip(session)
    if slip is None or slip.key != key:
        raise RuleBroken(
            say("Something else was changed since."),
            kept=say("Nothing was changed."),
            next_step=say("Look at the list again."),
        )
    changes: list[Change] = []
    for one in slip.steps:
        if one.kind == WayOut.kind and one.new:  # 3
            changes += put(one.kind, one.record_id, withdrawn_at=session.now())
        else:
            changes += put(one.kind, one.record_id, **{one.field: one.before})
    session.commit(circle(session), changes)


def _in_words(steps: tuple[_Step, ...]) -> Message:
    first, count = steps[0], len(steps)
    if first.new:
        return say_count("{n} line was added", "{n} lines were added", count)
    if first.field == "withdrawn_at" and first.after:
        return say_count("{n} way out was withdrawn", "{n} ways out were withdrawn", count)
    if first.field == "closed_at" and first.after:
        return say_count("{n} country was closed", "{n} countries were closed", count)
    if first.field in {"withdrawn_at", "closed_at"}:
        return say_count("{n} line was put back", "{n} lines were put back", count)
    if count == 1:
        return say("{before} became {after}", before=first.before, after=first.after)
    return say_count("{n} number was changed", "{n} numbers were changed", count)


def _number(value: Any) -> int:  # noqa: ANN401 - what a record carries
    return value if isinstance(value, int) else 0
