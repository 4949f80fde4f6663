"""A case while it lives: risk, stage, who holds it, who is in it, the plan, the story, and its end.

Opening one from a contact is in casework_open, its promises in casework_tasks, its signs of life in casework_checkins.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.cases.case import Case, Identity, Person, SafetyPlan
from leeward.domain.cases.story import CaseNote
from leeward.domain.cases.text import clean_name, clean_text
from leeward.domain.cases.words import ACCESS, CLOSE_REASON, NOTE, RELATION, RISK, STAGE, STATUS, THREAT
from leeward.domain.errors import OutOfRange
from leeward.domain.relocation.beds import Apart, check_day, must_not_meet
from leeward.domain.typed import write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import Change, add, note, put, remove
from leeward.office.casework_base import line, require, require_case
from leeward.office.casework_today import needs_now
from leeward.office.openings import CONTENT
from leeward.office.openings_two import write_content
from leeward.office.session import Session

__all__ = ["needs_now"]  # Today asks each area by this name


def set_risk(session: Session, case_id: str, level: str, reason: str) -> None:
    """Assess the risk again. Every assessment stays in the case, with its reason."""
    case = require_case(session, case_id)
    why = clean_text(reason)
    fields: dict[str, object] = {"risk": known(RISK, level), "risk_reason": why}
    if level != case.risk:
        fields["risk_since"] = session.now()
    session.commit(
        case.compartment,
        put("case", case_id, **fields),
        note("case", case_id, "risk_notes", {"level": level, "reason": why}),
        line(session, case_id, "risk", why, about_id=case_id) if why else (),
    )


def set_danger(session: Session, case_id: str, day: str, said: str) -> None:
    """Say until which day they were given, and what was threatened; an empty day: none is known."""
    case = require_case(session, case_id)
    if day:
        check_day(day)
    new = {"danger_by": day, "danger_said": clean_text(said)}
    changed = {name: value for name, value in new.items() if value != getattr(case, name)}
    if changed:
        session.commit(case.compartment, put("case", case_id, **changed))


def set_threats(session: Session, case_id: str, threats: Iterable[str]) -> None:
    """Say by whom they are threatened."""
    case = require_case(session, case_id)
    wanted, there = {known(THREAT, code) for code in threats}, set(case.threat_set)
    changes = [
        *add("case", case_id, "threat_set", *sorted(wanted - there)),
        *remove("case", case_id, "threat_set", *sorted(there - wanted)),
    ]
    if changes:
        session.commit(case.compartment, changes)


def set_stage(session: Session, case_id: str, stage: str) -> None:
    """Say how far on the way they are."""
    case = require_case(session, case_id)
    if known(STAGE, stage) != case.stage:
        session.commit(
            case.compartment, put("case", case_id, stage=stage, stage_since=session.now(), **_begun(case))
        )


def _begun(case: Case) -> dict[str, str]:
    return {"status": "active"} if case.status == "new" else {}


def set_status(session: Session, case_id: str, status: str) -> None:
    """Say how the work on it stands; closing has its own function."""
    case = require_case(session, case_id)
    if status in {"closed", "archived"}:
        raise OutOfRange(
            say("A case is closed with a reason."),
            next_step=say("Use “Close the case” at the end of its page."),
        )
    session.commit(case.compartment, put("case", case_id, status=known(STATUS, status)))


def set_holders(session: Session, case_id: str, coordinator_id: str, deputy_id: str) -> None:
    """Say who holds the case, and who if they cannot. It gives nobody a key: casework_open.hand_over does both."""
    case = require_case(session, case_id)
    session.commit(case.compartment, put("case", case_id, coordinator_id=coordinator_id, deputy_id=deputy_id))


def set_facts(
    session: Session,
    case_id: str,
    *,
    pseudonym: str,
    threats: Iterable[str],
    access: Iterable[str],
    beds: int,
    told: str,
    seized: bool,
) -> None:
    """Set what the case's facts card shows."""
    case = require_case(session, case_id)
    changes: list[Change] = []
    for field, vocabulary, chosen, there in (
        ("threat_set", THREAT, threats, case.threat_set),
        ("access_set", ACCESS, access, case.access_set),
    ):
        wanted = {known(vocabulary, code) for code in chosen}
        changes += add("case", case_id, field, *sorted(wanted - set(there)))
        changes += remove("case", case_id, field, *sorted(set(there) - wanted))
    new: dict[str, object] = {
        "pseudonym": clean_name(pseudonym, needed=True),
        "beds": max(1, min(beds, 30)),
        "told": clean_text(told),
        "seized": seized,
    }
    changed = {name: value for name, value in new.items() if value != getattr(case, name)}
    changes += put("case", case_id, **changed)
    if changes:
        session.commit(case.compartment, changes)


def add_person(session: Session, case_id: str, **fields: object) -> str:
    """Add somebody to a case: a dependant, a relative in danger, or one who is the danger. Return their id."""
    case = require_case(session, case_id)
    person = msgspec.structs.replace(Person(id=session.make_id(), case_id=case_id), **fields)
    known(RELATION, person.relation)
    known(RISK, person.risk)
    person = msgspec.structs.replace(
        person,
        pseudonym=clean_name(person.pseudonym),
        whereabouts=clean_name(person.whereabouts),
        risk_reason=clean_text(person.risk_reason),
    )
    session.save_new(case.compartment, person)
    return person.id


_OF_PERSON = frozenset(
    {"relation", "pseudonym", "whereabouts", "risk", "risk_reason", "minor", "travels", "threatens"}
)


def set_person(session: Session, person_id: str, **fields: object) -> None:
    """Change what is known of somebody in a case."""
    person = require(session, Person, person_id)
    new = {name: value for name, value in fields.items() if name in _OF_PERSON}
    known(RELATION, str(new.get("relation", person.relation)))
    known(RISK, str(new.get("risk", person.risk)))
    for name in ("pseudonym", "whereabouts"):
        if name in new:
            new[name] = clean_name(str(new[name]))
    if "risk_reason" in new:
        new["risk_reason"] = clean_text(str(new["risk_reason"]))
    changed = {name: value for name, value in new.items() if value != getattr(person, name)}
    if changed:
        session.commit(person.compartment, put("person", person_id, **changed))


def strike_person(session: Session, person_id: str, *, struck: bool = True) -> None:
    """Take somebody out of a case who was written down by mistake, or bring them back."""
    person = require(session, Person, person_id)
    session.commit(person.compartment, put("person", person_id, struck_at=session.now() if struck else 0))


def keep_apart(session: Session, case_id: str, other_id: str, reason: str) -> None:
    """Say that two must never be in one place. The reason stays in this case; the beds know only that it is so."""
    case = require_case(session, case_id)
    other = require_case(session, other_id)
    if other_id == case_id:
        raise OutOfRange(say("This is the same person."), next_step=say("Choose somebody else."))
    if other_id in must_not_meet(case_id, session.find(Apart)):
        return
    apart = Apart(id=session.make_id(), case_ids=(case_id, other_id))
    session.save_new(session.compartment_of("beds"), apart)
    why = clean_text(reason)
    if why:
        session.commit(case.compartment, line(session, case_id, "decision", why, about_id=other.id))


def lift_apart(session: Session, case_id: str, other_id: str) -> None:
    """Say that two may meet after all."""
    for one in session.find(Apart):
        if not one.lifted_at and {case_id, other_id} <= set(one.case_ids):
            session.commit(one.compartment, put("apart", one.id, lifted_at=session.now()))


def set_plan(session: Session, case_id: str, **fields: str) -> None:
    """Write down what was agreed for when it goes wrong."""
    case = require_case(session, case_id)
    allowed = {"signs", "steps", "all_well", "forced", "call", "review_by"}
    new = {name: clean_text(value) for name, value in fields.items() if name in allowed}
    if new.get("review_by"):
        check_day(new["review_by"])
    plans = session.find(SafetyPlan, case_id=case_id)
    if plans:
        session.commit(case.compartment, put("safety_plan", plans[0].id, **new, reviewed_at=session.now()))
        return
    plan_id = derive_id("leeward-safety-plan-1", case_id)  # two desks that begin one begin the same
    plan = SafetyPlan(id=plan_id, case_id=case_id, reviewed_at=session.now())
    session.save_new(case.compartment, msgspec.structs.replace(plan, **new))


def add_note(
    session: Session,
    case_id: str,
    text: str,
    *,
    kind: str = "note",
    folded: bool = False,
    why: str = "",
    happened_at: int = 0,
) -> str:
    """Add a line to the story; return its id."""
    case = require_case(session, case_id)
    told = CaseNote(
        id=session.make_id(),
        case_id=case_id,
        note=known(NOTE, kind),
        text=clean_text(text, needed=True),
        folded=folded,
        why=clean_text(why),
        happened_at=happened_at,
    )
    session.save_new(case.compartment, told)
    return told.id


def fold_note(session: Session, note_id: str, *, folded: bool) -> None:
    """Say whether a line describes violence and starts folded."""
    told = require(session, CaseNote, note_id)
    session.commit(told.compartment, put("case_note", note_id, folded=folded))


def strike_note(session: Session, note_id: str, *, struck: bool = True) -> None:
    """Strike a line written by mistake, or bring it back. It stays in the history either way."""
    told = require(session, CaseNote, note_id)
    session.commit(told.compartment, put("case_note", note_id, struck_at=session.now() if struck else 0))


def close_case(session: Session, case_id: str, reason: str, review: str) -> None:
    """Close a case. What is open in it stays until it is settled (casework_closing); a second member looks after."""
    case = require_case(session, case_id)
    known(CLOSE_REASON, reason)
    session.commit(
        case.compartment,
        put(
            "case",
            case_id,
            status="closed",
            closed_at=session.now(),
            close_reason=reason,
            close_review=clean_text(review),
            closed_by_id=session.member_id,
            close_checked_by_id="",
            close_checked_at=0,
            close_checked_said="",
        ),
    )


def reopen_case(session: Session, case_id: str) -> None:
    """Take a closed case up again."""
    case = require_case(session, case_id)
    session.commit(case.compartment, put("case", case_id, status="active", closed_at=0, close_reason=""))


def set_identity(session: Session, case_id: str, **fields: str) -> None:
    """Write the legal identity, in its own compartment; what was written before must be open."""
    case = require_case(session, case_id)
    identity = require(session, Identity, case.identity_id)
    new = {name: clean_name(value) for name, value in fields.items() if name in CONTENT[Identity.kind]}
    write_content(session, identity, **new)


def new_case(session: Session, compartment: str, case: Case) -> None:
    """Write a case and the person it is about as one entry of its compartment."""
    person = Person(id=session.make_id(), case_id=case.id, pseudonym=case.pseudonym, relation="self")
    session.commit(compartment, write_new(case), write_new(person))
