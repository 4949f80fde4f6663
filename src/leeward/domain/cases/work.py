"""What they need, and what somebody promised to do about it by when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar

import msgspec

from leeward.base.say import say
from leeward.domain.errors import RuleBroken
from leeward.domain.typed import Coded, Note, Typed


class Need(Typed, frozen=True, kw_only=True):
    """Something a person needs, from a doctor to a SIM card, and what became of it."""

    kind: ClassVar[str] = "need"

    case_id: str = ""
    person_id: str = ""  # empty: the person the case is about
    need: Annotated[str, Coded("need")] = "other"
    what: str = ""
    status: Annotated[str, Coded("need-status")] = "asked"
    priority: Annotated[str, Coded("priority")] = "soon"
    requested_at: int = 0
    due: int = 0
    provider: str = ""
    cost_cents: int = 0
    currency: str = "EUR"
    outcome: str = ""
    feedback: str = ""  # what the person says of it
    remarks: tuple[Note, ...] = ()

    @property
    def unmet(self) -> bool:
        """Return whether something is still to be done."""
        return self.status in {"asked", "arranged"}


def most_urgent(needs: Iterable[Need], now: int) -> list[Need]:
    """Return unmet needs: what cannot wait, what is late, then by day, then as they were asked for."""
    rank = {"now": 0, "soon": 1, "when-possible": 2}

    def key(need: Need) -> tuple[int, bool, bool, int, str]:
        late = bool(need.due) and need.due < now
        return (
            rank.get(need.priority, 1),
            not late,
            not need.due,
            need.due or need.requested_at,
            need.id,
        )

    return sorted((need for need in needs if need.unmet), key=key)


class Task(Typed, frozen=True, kw_only=True):
    """A promise: what, who, who if not, until when."""

    kind: ClassVar[str] = "task"

    case_id: str = ""  # empty: a task of the team
    title: str = ""
    owner_id: str = ""
    second_id: str = ""
    due: int = 0  # 0: no day was promised
    priority: Annotated[str, Coded("priority")] = "soon"
    depends_on_ids: tuple[str, ...] = ()
    need_id: str = ""
    about_id: str = ""  # any other record it is about
    incident_id: str = ""  # of the list it belongs to, when somebody was taken
    step: Annotated[str, Coded("ladder-step")] = ""  # relocation.exposure.STEP: which step of that list
    said: Any = None  # the title in no language yet (relocation.exposure_said), for whoever reads another
    done_at: int = 0
    done_by_id: str = ""
    result: str = ""
    dropped_at: int = 0
    remarks: tuple[Note, ...] = ()

    @property
    def open(self) -> bool:
        """Return whether it is still to be done."""
        return not self.done_at and not self.dropped_at

    def late_by(self, now: int) -> int:
        """Return for how many milliseconds it has been overdue; 0 if it is not."""
        return max(0, now - self.due) if self.open and self.due else 0


class Expense(Typed, frozen=True, kw_only=True):
    """Money spent for a case. The ledger of money carries the case's code and never a name."""

    kind: ClassVar[str] = "expense"

    case_id: str = ""
    line: Annotated[str, Coded("budget-line")] = "other"
    what: str = ""
    amount_cents: int = 0
    currency: str = "EUR"
    rate: float = 1.0  # of the donor's currency
    donor: str = ""
    day: str = ""
    receipt_id: str = ""  # a file
    payment_id: str = ""  # domain.money: the amount alone, which stays when this goes
    approver_id: str = ""


def waits_for(task: Task, tasks: Mapping[str, Task]) -> list[Task]:
    """Return the open tasks that have to be done before this one."""
    return [tasks[other] for other in task.depends_on_ids if other in tasks and tasks[other].open]


class Pressing(msgspec.Struct, frozen=True):
    """By when a task has to be done so that what waits for it is not late, and which task that is (None: itself)."""

    due: int  # 0: no day was promised for it, nor for anything that waits for it
    of: Task | None


def pressing(tasks: Mapping[str, Task]) -> dict[str, Pressing]:
    """Return for each open task that can be begun now by when it is needed; those that wait for others are left out.

    A task that waits is nobody's next thing to do, but its day presses on whatever it waits for.
    """
    found: dict[str, Pressing] = {}
    for task in (one for one in tasks.values() if one.open and not waits_for(one, tasks)):
        found[task.id] = Pressing(task.due, None)
    for task in (one for one in tasks.values() if one.open and one.due):
        ahead, seen = waits_for(task, tasks), {task.id}
        while ahead:
            before = ahead.pop()
            if before.id in seen:
                continue
            seen.add(before.id)
            ahead.extend(waits_for(before, tasks))
            there = found.get(before.id)
            if there is not None and (not there.due or task.due < there.due):
                found[before.id] = Pressing(task.due, task)
    return found


def check_order(task_id: str, depends_on: Iterable[str], tasks: Mapping[str, Task]) -> None:
    """Refuse a task that would, through others, wait for itself."""
    ahead, seen = list(depends_on), set[str]()
    while ahead:
        current = ahead.pop()
        if current == task_id:
            raise RuleBroken(
                say("These tasks would wait for each other in a circle."),
                kept=say("Nothing was changed."),
                next_step=say("Take one of them out of the list of what has to come first."),
            )
        if current not in seen and current in tasks:
            seen.add(current)
            ahead.extend(tasks[current].depends_on_ids)


def in_order(tasks: Iterable[Task], now: int) -> list[Task]:
    """Return tasks as a tired person reads them: late ones (longest first), then by day, then those without a day."""
    rank = {"now": 0, "soon": 1, "when-possible": 2}

    def key(task: Task) -> tuple[int, int, int, str]:
        if task.due:
            return (0 if task.due < now else 1, task.due, rank.get(task.priority, 1), task.id)
        return (2, rank.get(task.priority, 1), task.created_at, task.id)

    return sorted(tasks, key=key)
