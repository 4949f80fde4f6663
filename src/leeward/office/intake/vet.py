"""Vetting, both ways, and the decision that rests on it. Two of us must agree where a mistake would hurt somebody.

1. "Vetted" stands when a second member agrees; until then it reads "partly". It ends on a day, and is then to be
   checked again.
2. To decline somebody, or to accept them where that means moving them near danger, takes a second reader, too.
3. Whoever gave the first reading is never the second.
4. They vet us as well: what they were told about us is part of the picture.
"""

from __future__ import annotations

from collections.abc import Collection

from leeward.base.say import say
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake import (
    DECISION,
    GRADES,
    OUTCOME,
    TOLD,
    VETTING,
    VETTING_STEP,
    Check,
    decision_waits,
)
from leeward.domain.typed import write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import add, note, put, remove
from leeward.office.intake.see import NotInIntake, require_contact
from leeward.office.intake.text import text_of
from leeward.office.session import Session

VETTING_MS = 60 * 24 * 3_600_000  # how long a grade holds if nobody says otherwise


def add_check(
    session: Session, contact_id: str, step: str, text: str, outcome: str = "open", *, voucher_id: str = ""
) -> str:
    """Write down a step of vetting: a question to ask, who vouches, what was seen. Returns its id."""
    contact = require_contact(session, contact_id)
    if voucher_id and require_contact(session, voucher_id).id == contact.id:
        raise OutOfRange(say("Nobody vouches for themselves."), kept=say("Nothing was changed."))
    words = text_of(text)
    if not words and not voucher_id:
        raise OutOfRange(
            say("A step of vetting needs a sentence."), next_step=say("Say what is asked or seen.")
        )
    check = Check(
        id=session.make_id(),
        contact_id=contact_id,
        step=known(VETTING_STEP, step),
        text=words,
        outcome=known(OUTCOME, outcome),
        voucher_id=voucher_id,
    )
    session.commit(contact.compartment, write_new(check))
    return check.id


def set_check(session: Session, check_id: str, outcome: str, answer: str = "") -> str:
    """Say how a step came out; returns the contact's id."""
    check = session.get(Check, check_id)
    if check is None:
        raise NotInIntake(say("There is no such step on this desk."), kept=say("Nothing was changed."))
    session.commit(
        check.compartment,
        put("check", check_id, outcome=known(OUTCOME, outcome), answer=text_of(answer) or check.answer),
    )
    return check.contact_id


def set_vetting(session: Session, contact_id: str, grade: str, reason: str, *, until: int = 0) -> None:
    """Say how far we believe them, why, and until when (0: sixty days); "verified" waits for a second (1)."""
    contact = require_contact(session, contact_id)
    words = text_of(reason)
    if grade not in GRADES:
        known(VETTING, "" if grade == "again" else grade)
    if grade != "none" and not words:
        raise OutOfRange(
            say("A grade needs its reason."),
            kept=say("Nothing was changed."),
            next_step=say("One sentence is enough: what it rests on."),
        )
    believes = grade in {"partly", "verified"}
    session.commit(
        contact.compartment,
        put(
            "contact",
            contact_id,
            vetting="partly" if grade == "verified" else grade,
            vetting_by=session.member_id,
            vetting_second_by="",
            vetting_until=(until or session.now() + VETTING_MS) if believes else 0,
        ),
        note("contact", contact_id, "remarks", {"vetting": grade, "text": words}),
    )


def second_vetting(session: Session, contact_id: str, *, agrees: bool, reason: str = "") -> None:
    """Read a grade as the second person: agree, and it stands; or say why not."""
    contact = require_contact(session, contact_id)
    if contact.vetting != "partly" or not contact.vetting_by:
        raise RuleBroken(say("Nobody has asked for a second reader here."), kept=say("Nothing was changed."))
    _require_other(session, contact.vetting_by)
    grade = "verified" if agrees else "doubtful"
    session.commit(
        contact.compartment,
        put("contact", contact_id, vetting=grade, vetting_second_by=session.member_id),
        note("contact", contact_id, "remarks", {"vetting": grade, "text": text_of(reason)}),
    )


def doubt(session: Session, contact_id: str, reason: str) -> None:
    """Mark a contact as doubtful: nothing about places or people is to be written to them."""
    contact = require_contact(session, contact_id)
    session.commit(
        contact.compartment,
        put("contact", contact_id, urgency="hostile", vetting="doubtful", vetting_by=session.member_id),
        note("contact", contact_id, "remarks", {"vetting": "doubtful", "text": text_of(reason)}),
    )


def set_told(session: Session, contact_id: str, codes: Collection[str]) -> None:
    """Say what they were told about us (4)."""
    contact = require_contact(session, contact_id)
    wanted = {known(TOLD, code) for code in codes}
    new, gone = sorted(wanted - set(contact.told_set)), sorted(set(contact.told_set) - wanted)
    if new or gone:
        session.commit(
            contact.compartment,
            add("contact", contact_id, "told_set", *new),
            remove("contact", contact_id, "told_set", *gone),
        )


def decide(session: Session, contact_id: str, decision: str, reason: str, *, risky: bool = False) -> None:
    """Decide whether we help; what is weighty waits for a second reader (2)."""
    contact = require_contact(session, contact_id)
    words = text_of(reason)
    if known(DECISION, decision) != "more" and not words:
        raise OutOfRange(
            say("A decision needs its reason."),
            kept=say("Nothing was changed."),
            next_step=say("One sentence is enough: what it rests on."),
        )
    session.commit(
        contact.compartment,
        put(
            "contact",
            contact_id,
            decision=decision,
            decision_by=session.member_id,
            decision_second_by="",
            decision_risky=risky and decision == "accept",
        ),
        note("contact", contact_id, "remarks", {"decision": decision, "text": words}),
    )


def second_decision(session: Session, contact_id: str, *, agrees: bool, reason: str = "") -> None:
    """Read a decision as the second person: agree, and it stands; if not, we must know more first."""
    contact = require_contact(session, contact_id)
    if not decision_waits(contact):
        raise RuleBroken(say("Nobody has asked for a second reader here."), kept=say("Nothing was changed."))
    _require_other(session, contact.decision_by)
    decision = contact.decision if agrees else "more"
    session.commit(
        contact.compartment,
        put("contact", contact_id, decision=decision, decision_second_by=session.member_id),
        note("contact", contact_id, "remarks", {"decision": decision, "text": text_of(reason)}),
    )


def _require_other(session: Session, first_id: str) -> None:
    if first_id == session.member_id:
        raise RuleBroken(
            say("The second reader must be somebody else."),
            kept=say("Your own reading stands as the first."),
            next_step=say("Ask a colleague to read it."),
        )
