"""When somebody or something may be in other hands: tonight's list, started by one press, taken back by somebody else.

1. Looking writes nothing, tells nobody and asks nobody: so it is the drill, too.
2. What one press changes is written down first; a crash in between is mended by pressing again, which doubles nothing.
3. A task lies in the circle that knew its matter before (domain/relocation/exposure, rule 4); what this desk cannot
   open is in no line, and no count.
4. A false alarm is said by somebody else than whoever started the list, with a reason; what others have begun or
   judged since stays as it is, and so does the history.
5. Nobody starts a list about themselves or the computer they sit at: they can only try it.
6. An incident is believed only where its subject is known.
7. What would lie in the team's circle lies among the errands, which every device holds as well: there it can be erased.
   A list that was erased is begun anew under other ids.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import Message, say
from leeward.domain.cases.case import Case
from leeward.domain.cases.text import clean_text
from leeward.domain.cases.work import Task
from leeward.domain.errors import RuleBroken
from leeward.domain.intake import Contact
from leeward.domain.relocation.exposure import Incident, Line, incident_id, is_worse, task_id
from leeward.domain.relocation.exposure_known import Subject
from leeward.domain.relocation.exposure_lines import lines_of
from leeward.domain.relocation.exposure_said import pack
from leeward.domain.relocation.places import Place
from leeward.domain.relocation.words import EXPOSURE
from leeward.domain.typed import Change, write_new
from leeward.ledger.model import note, put
from leeward.office.errands import circles_for_all, errands, errands_circle
from leeward.office.intake.danger import lift_captured, mark_captured
from leeward.office.intake.see import line_for
from leeward.office.relocation import set_exposure
from leeward.office.session import Session
from leeward.office.taken_known import World, contacts_of, subject_of
from leeward.office.taken_person import known_of_case, known_of_contact
from leeward.office.taken_things import known_of_device, known_of_member, known_of_place
from leeward.office.team import team_of

Words: TypeAlias = Callable[[Message, str], str]
"""Says a sentence in a language: the second argument is its two letters."""

_TITLE_MOST = 200
_WORK = {
    "case": known_of_case,
    "contact": known_of_contact,
    "place": known_of_place,
    "member": known_of_member,
    "device": known_of_device,
}


class Row(msgspec.Struct, frozen=True):
    """A line of the list, and its task once the list was started."""

    line: Line
    task: Task | None = None


class Tonight(msgspec.Struct, frozen=True):
    """Everything that the taken one exposes, as far as this desk may see."""

    subject: Subject
    rows: tuple[Row, ...]
    freezes: tuple[Contact, ...]  # to whom places would not be written any more, and still are
    frozen: tuple[Contact, ...]
    incident: Incident | None
    self_: bool  # it is the member or the computer that looks
    gone: tuple[Task, ...] = ()  # tasks of this list whose line is not needed any more, still open

    @property
    def running(self) -> bool:
        """Return whether the list was started and not taken back."""
        return self.incident is not None and self.incident.running

    @property
    def unwritten(self) -> int:
        """Return how many lines have no task yet."""
        return sum(row.task is None for row in self.rows)


def look(session: Session, kind: str, subject_id: str) -> Tonight:
    """Return tonight's list for a subject; nothing is written and nobody is told (1)."""
    subject, world = subject_of(session, kind, subject_id), World(session)
    lines = lines_of(_WORK[subject.kind](world, subject))
    incident = incident_of(session, subject)
    contacts = _contacts(world, subject)
    captured = {one.id for one in contacts if line_for(session, one.id).captured_since}
    tasks, number = _tasks(session, incident), incident.round if incident is not None else 0
    name = _incident_id(session, subject)
    rows = tuple(Row(line, tasks.pop(_task_id(session, name, number, line), None)) for line in lines)
    told = {session.member_id, *(one.by for one in (incident.starts if incident is not None else ()))}
    rows = tuple(
        row for row in rows if row.task or row.line.step != "colleagues" or row.line.about_id not in told
    )
    return Tonight(
        subject=subject,
        rows=rows,
        freezes=tuple(one for one in contacts if one.id not in captured),
        frozen=tuple(one for one in contacts if one.id in captured),
        incident=incident,
        self_=subject.id in {session.member_id, session.vault.device.id},
        gone=tuple(one for one in tasks.values() if one.open) if incident and incident.running else (),
    )


def incident_of(session: Session, subject: Subject) -> Incident | None:
    """Return what was started about a subject; None if nothing ever was (6)."""
    wanted = _incident_id(session, subject)
    for_all = circles_for_all(session)
    where = for_all if subject.circle in for_all else [subject.circle]
    found = [
        one for circle in where for one in session.find(Incident, compartment=circle, subject_id=subject.id)
    ]
    return next((one for one in found if one.id == wanted and one.subject == subject.kind), None)


def _incident_id(session: Session, subject: Subject) -> str:
    return _fresh(session, incident_id(subject.kind, subject.id, subject.salt))


def _task_id(session: Session, incident: str, number: int, line: Line) -> str:
    return _fresh(session, task_id(incident, number, line))


def _fresh(session: Session, record: str) -> str:
    """Return the id, or the one that takes its place where it was erased among the errands (7)."""
    gone = [one.id for one in errands(session)]
    while any(session.vault.is_erased(circle, record) for circle in gone):
        record = derive_id("anew", record)
    return record


def _circle(session: Session, circle: str) -> str:
    """Return where something is written (7)."""
    return errands_circle(session) if circle == session.compartment_of("team") else circle


def _tasks(session: Session, incident: Incident | None) -> dict[str, Task]:
    if incident is None:
        return {}
    return {one.id: one for one in session.find(Task, incident_id=incident.id) if one.step}


def _contacts(world: World, subject: Subject) -> list[Contact]:
    """Return the contacts whose words may be read by others now."""
    if not world.has_intake:
        return []
    if subject.kind == "case":
        return contacts_of(world, world.cases[subject.id])
    if subject.kind != "contact":
        return []
    line = line_for(world.session, subject.id)
    return [line.contact, *line.parts]


def run(
    session: Session,
    kind: str,
    subject_id: str,
    *,
    words: Words,
    why: str = "",
    keep: Collection[tuple[str, str]] | None = None,
) -> Tonight:
    """Start tonight's list: tasks, places marked, no place written to them any more. Return the list as it is then.

    `keep` are the lines (step, about) that are to be done; None is all. Pressing again adds only what is new (2).
    """
    tonight = look(session, kind, subject_id)
    if tonight.self_:  # 5
        raise RuleBroken(
            say("This is you, or the computer you sit at: a list about it is started by somebody else."),
            kept=say("Nothing was changed, and nobody was told."),
            next_step=say("Try it without telling anyone; in earnest, a colleague presses."),
        )
    rows = [row for row in tonight.rows if keep is None or row.line.key in set(keep)]
    marks = _marks(session, [row.line for row in rows])
    seized = _to_seize(session, tonight)
    reason = clean_text(why) or _said(session, words, say("They may be in other hands."))
    if not tonight.running or marks or seized or tonight.freezes or any(row.task is None for row in rows):
        _start(session, tonight, reason, marks, seized)  # 2
    for contact in tonight.freezes:
        if not line_for(session, contact.id).captured_since:
            mark_captured(session, contact.id, reason)
    for case in seized:
        session.commit(case.compartment, put("case", case.id, seized=True))
    known_place = _said(session, words, say("Somebody who may know it may be in other hands."))
    for place, mark in marks:
        set_exposure(session, place.id, mark, known_place)
    _write_tasks(session, tonight, rows, words)
    return look(session, kind, subject_id)


def _said(session: Session, words: Words, message: Message) -> str:
    """Say it in the team's first language: two desks that press at once write the same (ADR 26)."""
    team = team_of(session)
    languages = team.languages if team is not None else ()
    return words(message, languages[0] if languages else "en")


def _marks(session: Session, lines: list[Line]) -> list[tuple[Place, str]]:
    found = [(session.get(Place, line.about_id), line.mark) for line in lines if line.mark]
    return [(place, mark) for place, mark in found if place is not None and is_worse(mark, place.exposure)]


def _to_seize(session: Session, tonight: Tonight) -> list[Case]:
    """Return the cases in which it is to be said that the account may be in other hands."""
    ids = {one.case_id for one in (*tonight.freezes, *tonight.frozen)}
    if tonight.subject.kind == "case":
        ids.add(tonight.subject.id)
    found = [session.get(Case, one) for one in sorted(filter(None, ids))]
    return [one for one in found if one is not None and not one.seized]


def _start(
    session: Session, tonight: Tonight, why: str, marks: list[tuple[Place, str]], seized: list[Case]
) -> None:
    subject = tonight.subject
    name = _incident_id(session, subject)
    made: tuple[Change, ...] = ()
    if tonight.incident is None:
        made = write_new(Incident(id=name, subject=subject.kind, subject_id=subject.id))
    turn = {
        "does": "start",
        "why": why,
        "frozen": [one.id for one in tonight.freezes],
        "seized": [one.id for one in seized],
        "places": {place.id: [mark, place.exposure, place.exposure_reason] for place, mark in marks},
    }
    there = tonight.incident
    circle = there.compartment if there is not None else _circle(session, subject.circle)
    session.commit(circle, made, note("incident", name, "turns", turn))


def _write_tasks(session: Session, tonight: Tonight, rows: list[Row], words: Words) -> None:
    """Write the tasks that are not there yet, one entry a circle."""
    name = _incident_id(session, tonight.subject)
    number = tonight.incident.round if tonight.incident is not None else 0
    by_circle: dict[str, list[tuple[Change, ...]]] = {}
    for row in rows:
        line = row.line
        if row.task is not None:
            continue
        task = Task(
            id=_task_id(session, name, number, line),
            case_id=line.case_id,
            title=_said(session, words, line.do)[:_TITLE_MOST],
            owner_id=line.owner_id,
            due=line.due,
            priority="now",
            about_id=line.about_id,
            incident_id=name,
            step=line.step,
            said=pack(line.do),
        )
        by_circle.setdefault(_circle(session, line.circle), []).append(write_new(task))
    for circle, groups in by_circle.items():
        session.commit(circle, *groups)


def false_alarm(session: Session, kind: str, subject_id: str, why: str) -> int:
    """Take the list back: they are free, it was nothing. Return how many tasks are left because somebody began them.

    RuleBroken for whoever started it, or said that they are in other hands (4).
    """
    tonight = look(session, kind, subject_id)
    incident, reason = tonight.incident, clean_text(why, needed=True)
    if incident is None or not incident.running:
        raise RuleBroken(say("No list is under way for them."), kept=say("Nothing was changed."))
    starts = incident.starts
    if session.member_id in {one.by for one in starts}:
        raise RuleBroken(
            say("Somebody else must take this back: you started it."),
            kept=say("Nothing was changed."),
            next_step=say("Tell a colleague what you know, and let them decide. They may be made to say it."),
        )
    done = [_lists(one.value) for one in starts]
    for contact_id in sorted({one for frozen, _, _ in done for one in frozen}):
        if session.get(Contact, contact_id) is not None and line_for(session, contact_id).captured_since:
            lift_captured(session, contact_id, reason)  # its own rules hold
    left = _drop_untouched(session, incident)
    _restore_places(session, done, min(one.at for one in starts), reason)
    for case_id in sorted({one for _, seized, _ in done for one in seized}):
        case = session.get(Case, case_id)
        if case is not None and case.seized and not _still_captured(session, case):
            session.commit(case.compartment, put("case", case.id, seized=False))
    session.commit(
        incident.compartment, note("incident", incident.id, "turns", {"does": "end", "why": reason})
    )
    return left


def _lists(turn: object) -> tuple[list[str], list[str], dict[str, list[str]]]:
    """Return what a turn says it changed, as far as it can be understood."""
    told = turn if isinstance(turn, Mapping) else {}
    frozen, seized, places = told.get("frozen"), told.get("seized"), told.get("places")
    return (
        [one for one in frozen if isinstance(one, str)] if isinstance(frozen, list) else [],
        [one for one in seized if isinstance(one, str)] if isinstance(seized, list) else [],
        {
            place: [str(part) for part in was]
            for place, was in places.items()
            if isinstance(was, list) and len(was) == 3
        }
        if isinstance(places, dict)
        else {},
    )


def _still_captured(session: Session, case: Case) -> bool:
    return any(line_for(session, one.id).captured_since for one in contacts_of(World(session), case))


def _drop_untouched(session: Session, incident: Incident) -> int:
    """Drop the tasks that nobody has touched since they were written; return how many others are open."""
    left = 0
    for task in _tasks(session, incident).values():
        if not task.open:
            continue
        history = session.vault.history(task.id)
        born = {one.dot for one in history if one.field == "step"}
        if any(one.dot not in born for one in history):
            left += 1
        else:
            session.commit(task.compartment, put("task", task.id, dropped_at=session.now()))
    return left


def _restore_places(
    session: Session, done: list[tuple[list[str], list[str], dict[str, list[str]]]], since: int, why: str
) -> None:
    """Give places the state back that they had, unless somebody has judged them anew."""
    first: dict[str, list[str]] = {}
    last: dict[str, str] = {}
    for _, _, places in done:
        for place_id, was in places.items():
            first.setdefault(place_id, was)
            last[place_id] = was[0]
    for place_id, (_, before, reason) in first.items():
        place = session.get(Place, place_id)
        if before not in EXPOSURE:
            continue
        if place is None or place.exposure != last[place_id] or place.exposed_since < since:
            continue
        judged = [one for one in place.remarks if one.at >= since and isinstance(one.value, dict)]
        if len([one for one in judged if "exposure" in one.value]) > sum(place_id in one[2] for one in done):
            continue
        set_exposure(session, place_id, before, "" if before == "clean" else reason or why)
