"""The tasks of tonight's lists: what Today shows of them, finishing one, and how long a drill took."""

from __future__ import annotations

import msgspec

from leeward.base.say import Code, Message, Moment, say, say_count
from leeward.domain.cases.case import Case
from leeward.domain.cases.work import Task
from leeward.domain.relocation.exposure import STEP, STEPS
from leeward.domain.relocation.exposure_said import unpack
from leeward.domain.today import Need, Urgency
from leeward.office.duty import Duty, duty_of
from leeward.office.session import Session

HERE = "/safety/taken"
SHOWN = 5  # so many lines of lists stand on Today; the rest is one line
_DRILLS = "taken.drills"  # device-only
_DRILLS_KEPT = 10
_LONGEST = 4 * 3_600_000  # a page left open over night was no drill
_ABOVE = 1000.0


class Drill(msgspec.Struct, frozen=True):
    """That somebody walked through a list on this computer: when, and for how long. Not about whom."""

    at: int
    took: int


def running(session: Session) -> list[Task]:
    """Return the open tasks of all lists that this desk may see, in the order in which they are to be done."""
    found = [one for one in session.find(Task) if one.open and one.step in STEPS and one.incident_id]
    return sorted(found, key=lambda one: (STEPS.index(one.step), one.due, one.id))


def sentence(task: Task) -> Message:
    """Return what a task says, for the reader's language; the title as it was written if that is damaged."""
    return unpack(task.said) or say("{task}", task=task.title)


def page_of(task: Task) -> str:
    """Return the desk's page on which a task of a list is done."""
    case, about = task.case_id, task.about_id
    pages = {
        "cut": f"/safety/cut-off?w={about}",
        "move": f"/places/{about}",
        "find": f"/safety/taken?case={about}",
        "ride": f"/people/{case}?tab=journey",
        "papers": f"/people/{case}?tab=journey",
        "meeting": f"/people/{case}?tab=work",
        "warn": f"/people/{case}" if case else f"/inbox/{about}",
        "channel": "/channels",
    }
    return pages.get(task.step) or (f"/people/{case}" if case else "/safety#team")


def needs_now(session: Session) -> list[Need]:
    """Return what of the lists needs somebody now: the first few, and one line for the rest."""
    duty, cases = duty_of(session), {one.id: one for one in session.find(Case)}
    tasks = running(session)
    mine = [(task, _holder(task, cases.get(task.case_id), duty)) for task in tasks]
    shown = [(task, holder) for task, holder in mine if holder in {"", duty.me}]
    found = [_need(task, holder, number) for number, (task, holder) in enumerate(shown[:SHOWN])]
    found += [_need(task, holder, SHOWN + 1) for task, holder in mine if holder not in {"", duty.me}]
    left = len(shown) - SHOWN
    if left > 0:
        what = say_count("{n} more line of tonight's list", "{n} more lines of tonight's list", left)
        found.append(
            Need(
                Urgency.MISSED,
                say("Tonight's list"),
                what,
                say("They come after these."),
                min(task.created_at for task, _ in shown[SHOWN:]),
                say("See the list"),
                "/safety/taken#tonight",
                weight=_ABOVE - SHOWN,
            )
        )
    return found


def _holder(task: Task, case: Case | None, duty: Duty) -> str:
    coordinator = case.coordinator_id if case is not None else ""
    return duty.of_danger("coordinator", task.owner_id, task.second_id, coordinator)


def _need(task: Task, holder: str, number: int) -> Need:
    return Need(
        Urgency.MISSED,
        say("Tonight: {step}", step=Code(f"{STEP.name}/{task.step}")),
        sentence(task),
        say("Until {time}. Somebody or something may be in other hands.", time=Moment(task.due))
        if task.due
        else say("Somebody or something may be in other hands."),
        task.created_at,
        say("Do it"),
        f"{HERE}#task-{task.id}",
        weight=_ABOVE - number,
        holder_id=holder,
    )


def note_drill(session: Session, began: int) -> int:
    """Note on this computer alone how long walking through a list took; return it, 0 if it cannot be."""
    now = session.now()
    if not 0 < now - began <= _LONGEST:
        return 0
    kept = [(one.at, one.took) for one in drills(session)]
    session.vault.local_put(_DRILLS, [list(one) for one in [*kept, (now, now - began)][-_DRILLS_KEPT:]])
    return now - began


def drills(session: Session) -> list[Drill]:
    """Return the last drills on this computer, oldest first."""
    return [Drill(int(at), int(took)) for at, took in session.vault.local_get(_DRILLS) or []]
