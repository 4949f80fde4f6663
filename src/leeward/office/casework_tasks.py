"""Needs and promises: what a person must have, who said they would do it, and by when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from leeward.domain.cases.text import clean_name, clean_text
from leeward.domain.cases.words import NEED, NEED_STATUS, PRIORITY
from leeward.domain.cases.work import Expense, Need, Task, check_order
from leeward.domain.typed import write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import Change, note, put
from leeward.office.casework_base import line, require, require_case
from leeward.office.errands import errands_circle
from leeward.office.session import Session

_WORDS = {"need": NEED, "status": NEED_STATUS, "priority": PRIORITY}
_LINES = frozenset({"what", "provider", "currency"})
_TEXTS = frozenset({"outcome", "feedback"})
_NUMBERS = frozenset({"due", "requested_at", "cost_cents"})


def add_need(session: Session, case_id: str, need: str, what: str = "", **fields: object) -> str:
    """Write down something they need, with any other field of a Need; return its id."""
    case = require_case(session, case_id)
    clean = _of_need({"requested_at": session.now(), **fields, "need": need, "what": what})
    new = msgspec.structs.replace(Need(id=session.make_id(), case_id=case_id), **clean)
    session.save_new(case.compartment, new)
    return new.id


def set_need(session: Session, need_id: str, status: str = "", outcome: str = "", **fields: object) -> None:
    """Change fields of a need: how it stands, who provides it until when, what it cost, what came of it."""
    need = require(session, Need, need_id)
    fields |= {name: value for name, value in (("status", status), ("outcome", outcome)) if value}
    changed = {name: value for name, value in _of_need(fields).items() if value != getattr(need, name)}
    if changed:
        session.commit(need.compartment, put("need", need_id, **changed))


def _of_need(fields: Mapping[str, object]) -> dict[str, object]:
    clean: dict[str, object] = {}
    for name, value in fields.items():
        if name in _WORDS:
            clean[name] = known(_WORDS[name], str(value))
        elif name in _LINES:
            clean[name] = clean_name(str(value))
        elif name in _TEXTS:
            clean[name] = clean_text(str(value))
        elif name in _NUMBERS:
            clean[name] = value
    return clean


def add_task(  # noqa: PLR0913 - what a promise is made of, each once
    session: Session,
    case_id: str,
    title: str,
    *,
    owner_id: str = "",
    second_id: str = "",
    due: int = 0,
    priority: str = "soon",
    depends_on: Iterable[str] = (),
    need_id: str = "",
) -> str:
    """Promise something, for a case or (with an empty case id) among the errands; return the task's id."""
    compartment = require_case(session, case_id).compartment if case_id else errands_circle(session)
    new = Task(
        id=session.make_id(),
        case_id=case_id,
        title=clean_name(title, needed=True),
        owner_id=owner_id,
        second_id=second_id,
        due=due,
        priority=known(PRIORITY, priority),
        depends_on_ids=tuple(sorted(set(depends_on))),
        need_id=need_id,
    )
    check_order(
        new.id, new.depends_on_ids, {one.id: one for one in session.find(Task, compartment=compartment)}
    )
    session.save_new(compartment, new)
    return new.id


def take_task(session: Session, task_id: str, member_id: str = "", second_id: str | None = None) -> None:
    """Take a task on oneself, or give it to a member; `second_id` says who does it if they cannot."""
    task = require(session, Task, task_id)
    fields = {"owner_id": member_id or session.member_id}
    if second_id is not None and second_id != task.second_id:
        fields["second_id"] = second_id
    session.commit(task.compartment, put("task", task_id, **fields))


def move_task(session: Session, task_id: str, due: int) -> None:
    """Promise it for another day."""
    task = require(session, Task, task_id)
    session.commit(task.compartment, put("task", task_id, due=due))


def finish_task(session: Session, task_id: str, result: str = "") -> None:
    """Say that it is done, and what came of it; the result becomes a line of the story."""
    task = require(session, Task, task_id)
    came = clean_text(result)
    told: tuple[Change, ...] = ()
    if came and task.case_id:
        told = line(session, task.case_id, "note", f"{task.title}: {came}", about_id=task_id)
    session.commit(
        task.compartment,
        put("task", task_id, done_at=session.now(), done_by_id=session.member_id, result=came),
        told,
    )


def reopen_task(session: Session, task_id: str) -> None:
    """Undo finishing or dropping it."""
    task = require(session, Task, task_id)
    session.commit(task.compartment, put("task", task_id, done_at=0, done_by_id="", dropped_at=0))


def drop_task(session: Session, task_id: str) -> None:
    """Say that it need not be done after all."""
    task = require(session, Task, task_id)
    session.commit(task.compartment, put("task", task_id, dropped_at=session.now()))


def remark(session: Session, task_id: str, text: str) -> None:
    """Add a remark to a task."""
    task = require(session, Task, task_id)
    session.commit(task.compartment, note("task", task_id, "remarks", clean_text(text, needed=True)))


def add_expense(session: Session, case_id: str, **fields: object) -> str:
    """Write down money spent for a case; return its id."""
    case = require_case(session, case_id)
    new = msgspec.structs.replace(Expense(id=session.make_id(), case_id=case_id), **fields)
    new = msgspec.structs.replace(new, what=clean_name(new.what))
    session.commit(case.compartment, write_new(new))
    return new.id
