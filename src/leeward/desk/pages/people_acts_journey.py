"""What can be done on a case's journey tab: papers, visas, rides, and how they can travel."""

from __future__ import annotations

from typing import TypedDict

from leeward.base.say import Message, say
from leeward.desk.forms import Form
from leeward.desk.sums import currency_of, sum_of
from leeward.domain.cases.words import BUDGET_LINE
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.papers import TravelDocument
from leeward.domain.relocation.words import HELD, MODE, PAPER, VISA_KIND, VISA_STAGE
from leeward.office import expenses, relocation_journeys, seats, slots, travelling
from leeward.office.casework_base import require_case, today
from leeward.office.session import Session


def means(session: Session, case: str, form: Form) -> Message:
    """Say how they can travel."""
    avoid = [code for code in form.many("avoid") if code in MODE]
    travelling.set_means(
        session, case, ready_on=form.day("ready_on"), escort=form.flag("escort"), avoid=avoid
    )
    return say("Saved.")


def add_visa(session: Session, case: str, form: Form) -> Message | None:
    """Write a visa application down; its appointment is taken from the list."""
    relocation_journeys.add_visa(
        session,
        case,
        **_slot(form),
        country=form.line("country"),
        consulate=form.line("consulate"),
        visa=form.code("visa", VISA_KIND, "humanitarian"),
        stage=form.code("stage", VISA_STAGE, "thought-of"),
        appointment=form.moment("appointment") or 0,
        own=form.flag("own"),
        papers_due=form.day("papers_due"),
    )
    return None


def set_visa(session: Session, _case: str, visa: str, form: Form) -> Message:
    """Change a visa application."""
    relocation_journeys.set_visa(
        session,
        visa,
        **_slot(form),
        consulate=form.line("consulate"),
        stage=form.code("stage", VISA_STAGE),
        appointment=form.moment("appointment") or 0,
        own=form.flag("own"),
        biometrics=form.moment("biometrics") or 0,
        papers_due=form.day("papers_due"),
        letters=form.line("letters"),
        sponsor=form.line("sponsor"),
        submitted=form.day("submitted"),
        decided=form.day("decided"),
        valid_from=form.day("valid_from"),
        valid_to=form.day("valid_to"),
        entries=form.line("entries"),
        appeal_by=form.day("appeal_by"),
        refusal_reason=form.line("refusal_reason"),
    )
    return say("Saved.")


class _Slot(TypedDict):
    people: int
    all_the_same: bool


def _slot(form: Form) -> _Slot:
    return {
        "people": form.number("people", 1, seats.PEOPLE_MOST) or 0,
        "all_the_same": form.flag("all_the_same"),
    }


def break_off(session: Session, _case: str, journey: str, _form: Form) -> Message:
    """Break a journey off."""
    relocation_journeys.break_off(session, journey)
    return say("It is broken off, and its seats are free. It can be taken back here.")


def go_on(session: Session, _case: str, journey: str, form: Form) -> Message:
    """Take back that a journey was broken off."""
    relocation_journeys.go_on(session, journey, all_the_same=form.flag("all_the_same"))
    return say("It is planned again.")


def people(session: Session, case: str, journey: str, form: Form) -> Message:
    """Say how many of them go on a journey by a way out."""
    number = form.number("people", 1, seats.PEOPLE_MOST) or seats.travellers(
        session, require_case(session, case)
    )
    seats.set_people(session, journey, number, all_the_same=form.flag("all_the_same"))
    return say("Their seats are held.")


def give_back(session: Session, case: str, _form: Form) -> Message:
    """Give seats and appointments back that nothing needs any more."""
    seats.give_back(session, case, {way.id for way, _people in seats.idle_of(session, case)})
    slots.give_back_idle(session, case)
    return say("They are free for others.")


def add_paper(session: Session, case: str, form: Form) -> Message | None:
    """Write a paper down."""
    relocation_journeys.add_record(session, TravelDocument, case, **_paper(form))
    return None


def set_paper(session: Session, _case: str, paper: str, form: Form) -> Message:
    """Change a paper."""
    relocation_journeys.set_record(session, TravelDocument, paper, **_paper(form))
    return say("Saved.")


def _paper(form: Form) -> dict[str, object]:
    return {
        "paper": form.code("paper", PAPER, "passport"),
        "issuer": form.line("issuer"),
        "held": form.code("held", HELD, "with-them"),
        "expires": form.day("expires"),
        "ready_on": form.day("ready_on"),
    }


def set_ride(session: Session, _case: str, leg: str, form: Form) -> Message:
    """Change what a leg needs: ticket, companion, handover, times."""
    there = session.get(Leg, leg)
    travelling.set_ride(
        session,
        leg,
        ticket=form.line("ticket"),
        ticket_due=form.moment("ticket_due") or 0,
        companion_id=form.line("companion"),
        handover=form.line("handover"),
        name_checked=form.flag("name_checked"),
    )
    departs, arrives = form.moment("departs") or 0, form.moment("arrives") or 0
    if there is not None and (departs, arrives) != (there.departs, there.arrives):
        relocation_journeys.move_leg(session, leg, departs, arrives)
    return say("Saved.")


def spend(session: Session, case: str, form: Form) -> Message:
    """Write down what was spent for them."""
    expenses.spend(
        session,
        case,
        form.code("line", BUDGET_LINE, "other"),
        sum_of(form, "sum") or 0,
        what=form.line("what"),
        day=form.day("day") or today(session),
        currency=currency_of(form),
        grant_id=form.line("grant"),
        receipt_id=form.line("receipt"),
    )
    return say("It is written down.")


def approve(session: Session, _case: str, expense: str, _form: Form) -> Message:
    """Approve an expense."""
    expenses.approve(session, expense)
    return say("Approved.")


def book(session: Session, _case: str, expense: str, form: Form) -> Message:
    """Put an expense into the books."""
    expenses.book(session, expense, form.line("grant"))
    return say("It is in the books.")
