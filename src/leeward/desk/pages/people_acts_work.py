"""What is read from the case page's forms about needs, family, doctors, medicines, the threat and the closing."""

from __future__ import annotations

import re

from leeward.base.say import Message, say
from leeward.desk.forms import Form
from leeward.domain.cases.case import Case, Person
from leeward.domain.cases.words import CLOSE_REASON, NEED, NEED_STATUS, PRIORITY, RELATION, RISK
from leeward.domain.cases.work import Need
from leeward.domain.errors import OutOfRange
from leeward.domain.relocation.papers import MedicalAppointment, Medication
from leeward.office import casework, casework_closing, casework_tasks, relocation, relocation_journeys
from leeward.office.session import Session

_COST = re.compile(r"\d{1,9}([.,]\d{1,2})?")


def danger(session: Session, case: str, form: Form) -> Message:
    """Set by whom they are threatened, until which day, and with what."""
    there = session.get(Case, case)
    casework.set_threats(session, case, form.many("threat"))
    casework.set_danger(session, case, form.day("day"), form.kept("said", there.danger_said if there else ""))
    return say("Saved.")


def need(session: Session, case: str, form: Form) -> Message | None:
    """Write down a need."""
    casework_tasks.add_need(session, case, **_need_fields(form))  # type: ignore[arg-type]
    return None


def set_need(session: Session, _case: str, record: str, form: Form) -> Message | None:
    """Say how a need stands; with all its fields if the whole form was sent."""
    if not form.flag("whole"):
        status = form.code("status", NEED_STATUS)
        casework_tasks.set_need(session, record, status, form.text("outcome"))
        return None
    there = session.get(Need, record)
    fields = _need_fields(form)
    for name in ("outcome", "feedback"):
        fields[name] = form.kept(name, getattr(there, name, ""))
    asked = form.moment("requested")
    if asked is not None and there is not None and asked // 60_000 != there.requested_at // 60_000:
        fields["requested_at"] = asked
    if there is not None and there.due and (fields["due"] or 0) == there.due // 60_000 * 60_000:
        fields["due"] = there.due
    casework_tasks.set_need(session, record, **fields, status=form.code("status", NEED_STATUS))  # type: ignore[arg-type]
    return say("Saved.")


def _need_fields(form: Form) -> dict[str, object]:
    return {
        "need": form.code("need", NEED, "other"),
        "what": form.line("what"),
        "priority": form.code("priority", PRIORITY, "soon"),
        "due": form.moment("due") or 0,
        "provider": form.line("provider"),
        "cost_cents": _cents(form.line("cost")),
        "currency": form.line("currency", 3).upper() or "EUR",
    }


def _cents(typed: str) -> int:
    if not typed:
        return 0
    plain = typed.replace(" ", "").replace("\u00a0", "")
    if not _COST.fullmatch(plain):
        raise OutOfRange(
            say("“{typed}” is not an amount.", typed=typed[:20]),
            kept=say("Nothing was changed."),
            next_step=say("Write it as 120 or 120.50."),
        )
    whole, _, part = plain.replace(",", ".").partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or "0")


def person(session: Session, case: str, form: Form) -> Message | None:
    """Add somebody to a case."""
    casework.add_person(session, case, **_person_fields(form), risk_reason=form.text("risk_reason"))
    return None


def set_person(session: Session, _case: str, record: str, form: Form) -> Message:
    """Change somebody in a case."""
    there = session.get(Person, record)
    why = form.kept("risk_reason", there.risk_reason if there else "")
    casework.set_person(session, record, **_person_fields(form), risk_reason=why)
    return say("Saved.")


def strike_person(session: Session, _case: str, record: str, _form: Form) -> Message | None:
    """Take somebody out who was written down by mistake."""
    casework.strike_person(session, record)
    return None


def _person_fields(form: Form) -> dict[str, object]:
    return {
        "relation": form.code("relation", RELATION, "other"),
        "pseudonym": form.line("pseudonym"),
        "whereabouts": form.line("whereabouts"),
        "risk": form.code("risk", RISK, "unknown"),
        "minor": form.flag("minor"),
        "travels": form.flag("travels"),
        "threatens": form.flag("threatens"),
    }


def visit(session: Session, case: str, form: Form) -> Message | None:
    """Write down a visit to a doctor."""
    relocation_journeys.add_record(session, MedicalAppointment, case, **_visit_fields(form))
    return None


def set_visit(session: Session, _case: str, record: str, form: Form) -> Message | None:
    """Change a visit to a doctor."""
    relocation_journeys.set_record(session, MedicalAppointment, record, **_visit_fields(form))
    return None


def _visit_fields(form: Form) -> dict[str, object]:
    return {
        "at": form.moment("at") or 0,
        "where": form.line("where"),
        "purpose": form.line("purpose"),
        "with_id": form.line("with"),
        "person_id": form.line("person"),
    }


def medicine(session: Session, case: str, form: Form) -> Message | None:
    """Write down a medicine."""
    relocation_journeys.add_record(session, Medication, case, **_medicine_fields(form))
    return None


def set_medicine(session: Session, _case: str, record: str, form: Form) -> Message | None:
    """Change a medicine: how much, until when it lasts."""
    relocation_journeys.set_record(session, Medication, record, **_medicine_fields(form))
    return None


def end_medicine(session: Session, _case: str, record: str, _form: Form) -> Message | None:
    """Say that a medicine is not taken any more."""
    relocation_journeys.set_record(session, Medication, record, ended_at=session.now())
    return None


def medicine_again(session: Session, _case: str, record: str, _form: Form) -> Message | None:
    """Say that a medicine is taken again."""
    relocation_journeys.set_record(session, Medication, record, ended_at=0)
    return None


def _medicine_fields(form: Form) -> dict[str, object]:
    return {
        "what": form.line("what"),
        "dose": form.line("dose"),
        "lasts_until": form.day("lasts"),
        "person_id": form.line("person"),
    }


def close(session: Session, case: str, form: Form) -> Message:
    """Close a case, and settle what was ticked."""
    casework.close_case(session, case, form.code("reason", CLOSE_REASON), form.text("review"))
    for key in form.many("settle"):
        casework_closing.settle(session, case, key)
    if form.flag("free_beds"):
        relocation.free_beds(session, case)
        return say("The case is closed, and the bed is free. It can be taken up again.")
    return say("The case is closed. It can be taken up again.")


def settle(session: Session, case: str, form: Form) -> Message:
    """Settle one kind of what is open in a case."""
    casework_closing.settle(session, case, form.line("what"))
    return say("Settled.")


def closing_checked(session: Session, case: str, form: Form) -> Message:
    """Write down that a second person looked at a closed case."""
    casework_closing.check_closing(session, case, form.text("said"))
    return say("Noted that you looked at it.")
