"""What is late and what is next, of whatever kind: one shape, so that a case can be read at a glance."""

from __future__ import annotations

import enum
from collections.abc import Iterable

import msgspec

from leeward.base.say import Code, Day, Message, say
from leeward.domain.cases.case import Case, SafetyPlan
from leeward.domain.cases.checkins import CheckIn, CheckInState
from leeward.domain.cases.words import NEED
from leeward.domain.cases.work import Need, Task


class Weight(enum.IntEnum):
    """How bad it is if it passes unnoticed."""

    DANGER = 0  # somebody may be hurt
    PROMISE = 1
    PLAN = 2


class Due(msgspec.Struct, frozen=True):
    """One thing with a moment."""

    at: int
    what: Message
    record_id: str
    kind: str  # of the record
    weight: Weight = Weight.PROMISE
    late: bool = False
    owner_id: str = ""
    whole_day: bool = False  # the hour means nothing
    why: Message | None = None  # why it asks for somebody now


def of_task(task: Task, now: int) -> Due | None:
    """Return the due of an open task that has a day."""
    if not task.open or not task.due:
        return None
    what = say("{what}", what=task.title)
    return Due(task.due, what, task.id, "task", late=task.due < now, owner_id=task.owner_id)


def of_check_in(one: CheckIn, now: int) -> Due | None:
    """Return the due of a check-in that still waits."""
    state = one.state(now)
    if state not in {CheckInState.AHEAD, CheckInState.DUE, CheckInState.MISSED}:
        return None
    missed = state == CheckInState.MISSED
    weight = Weight.DANGER if missed else Weight.PLAN
    return Due(one.due, say("a sign of life"), one.id, "check_in", weight, missed, one.who_id)


def of_need(need: Need, now: int) -> Due | None:
    """Return the due of an unmet need that has a day."""
    if not need.unmet or not need.due:
        return None
    what = say("{what}", what=need.what or Code(f"{NEED.name}/{need.need}"))
    return Due(need.due, what, need.id, "need", late=need.due < now, whole_day=True)


def of_danger(case: Case, at: int, *, late: bool) -> Due | None:
    """Return the day until which they were given, as `at`; None if there is none."""
    if not case.danger_by or not at:
        return None
    why = say("They were threatened for {day}.", day=Day(at))
    what = say("{what}", what=case.danger_said) if case.danger_said else say("the day of the threat")
    return Due(at, what, case.id, "case", late=late, whole_day=True, why=why)


def of_plan(plan: SafetyPlan, at: int, *, late: bool) -> Due | None:
    """Return the day, as `at`, by which the safety plan is gone through again; None if none was set."""
    if not plan.review_by or not at:
        return None
    why = say("It was to be gone through with them by {day}.", day=Day(at))
    return Due(
        at, say("the safety plan"), plan.id, "safety_plan", Weight.PROMISE, late, whole_day=True, why=why
    )


def in_order(dues: Iterable[Due | None]) -> list[Due]:
    """Return what is late first (danger before promises, then longest), then what comes, in time."""
    there = [due for due in dues if due is not None]
    return sorted(there, key=lambda due: (not due.late, due.weight if due.late else 0, due.at, due.record_id))
