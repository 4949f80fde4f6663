"""Judging what came in: how urgent, whether we believe it, what was told, and what happens to it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leeward.base.limits import NAME_MOST, TEXT_MOST
from leeward.base.say import say
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake import (
    CHANNEL,
    DEVICE,
    NEED_TOLD,
    OUTCOME,
    RELATION,
    URGENCY,
    VETTING,
    VETTING_STEP,
    Check,
    Contact,
    Damaged,
    Letter,
    choose_pseudonym,
)
from leeward.domain.intake.report import tidy
from leeward.domain.typed import write_new
from leeward.domain.vocabulary import Vocabulary
from leeward.ledger.model import add, note, put, remove
from leeward.office.intake.see import NotInIntake, require_contact
from leeward.office.session import Session


def triage(session: Session, contact_id: str, urgency: str) -> None:
    """Say how urgent it is; "" takes the judgement back."""
    contact = require_contact(session, contact_id)
    if urgency:
        _known(URGENCY, urgency)
    session.commit(contact.compartment, put("contact", contact_id, urgency=urgency))


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about answering safely and what was told; None leaves a field as it is."""

    relation: str | None = None
    place_told: str | None = None
    safe_where: str | None = None
    safe_when: str | None = None
    safe_device: str | None = None
    safe_note: str | None = None
    needs: Sequence[str] | None = None


def set_facts(session: Session, contact_id: str, facts: Facts) -> None:
    """Write down the facts that changed."""
    contact = require_contact(session, contact_id)
    if facts.relation:
        _known(RELATION, facts.relation)
    if facts.safe_device:
        _known(DEVICE, facts.safe_device)
    given = {
        name: _line(value)
        for name in ("relation", "place_told", "safe_where", "safe_when", "safe_device", "safe_note")
        if (value := getattr(facts, name)) is not None
    }
    changed = {name: value for name, value in given.items() if value != getattr(contact, name)}
    wanted = set(contact.needs_set if facts.needs is None else facts.needs)
    for code in wanted:
        _known(NEED_TOLD, code)
    new, gone = sorted(wanted - set(contact.needs_set)), sorted(set(contact.needs_set) - wanted)
    if changed or new or gone:
        session.commit(
            contact.compartment,
            put("contact", contact_id, **changed),
            add("contact", contact_id, "needs_set", *new),
            remove("contact", contact_id, "needs_set", *gone),
        )


def add_check(session: Session, contact_id: str, step: str, text: str, outcome: str = "open") -> str:
    """Write down a step of vetting: a question to ask, who vouches, what was seen. Returns its id."""
    contact = require_contact(session, contact_id)
    words = _text(text)
    if not words:
        raise OutOfRange(
            say("A step of vetting needs a sentence."), next_step=say("Say what is asked or seen.")
        )
    check = Check(
        id=session.make_id(),
        contact_id=contact_id,
        step=_known(VETTING_STEP, step),
        text=words,
        outcome=_known(OUTCOME, outcome),
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
        put("check", check_id, outcome=_known(OUTCOME, outcome), answer=_text(answer) or check.answer),
    )
    return check.contact_id


def set_vetting(session: Session, contact_id: str, grade: str, reason: str) -> None:
    """Say how far we believe them, and why. "verified" waits for a second reader and stands as "partly" until then."""
    contact = require_contact(session, contact_id)
    words = _text(reason)
    if grade != "none" and not words:
        raise OutOfRange(
            say("A grade needs its reason."),
            kept=say("Nothing was changed."),
            next_step=say("One sentence is enough: what it rests on."),
        )
    stands = "partly" if _known(VETTING, grade) == "verified" else grade
    session.commit(
        contact.compartment,
        put("contact", contact_id, vetting=stands, vetting_by=session.member_id, vetting_second_by=""),
        note("contact", contact_id, "remarks", {"vetting": grade, "text": words}),
    )


def second_vetting(session: Session, contact_id: str, *, agrees: bool, reason: str = "") -> None:
    """Read a grade as the second person: agree, and it stands; or say why not."""
    contact = require_contact(session, contact_id)
    if contact.vetting != "partly" or not contact.vetting_by:
        raise RuleBroken(say("Nobody has asked for a second reader here."), kept=say("Nothing was changed."))
    if contact.vetting_by == session.member_id:
        raise RuleBroken(
            say("The second reader must be somebody else."),
            kept=say("Your own reading stands as the first."),
            next_step=say("Ask a colleague to read it."),
        )
    session.commit(
        contact.compartment,
        put(
            "contact",
            contact_id,
            vetting="verified" if agrees else "doubtful",
            vetting_second_by=session.member_id,
        ),
        note(
            "contact",
            contact_id,
            "remarks",
            {"vetting": "verified" if agrees else "doubtful", "text": _text(reason)},
        ),
    )


def doubt(session: Session, contact_id: str, reason: str) -> None:
    """Mark a contact as doubtful: nothing about places or people is to be written to them."""
    contact = require_contact(session, contact_id)
    session.commit(
        contact.compartment,
        put("contact", contact_id, urgency="hostile", vetting="doubtful", vetting_by=session.member_id),
        note("contact", contact_id, "remarks", {"vetting": "doubtful", "text": _text(reason)}),
    )


def refer(session: Session, contact_id: str, to: str) -> None:
    """Write down to whom they were sent."""
    contact = require_contact(session, contact_id)
    name = _line(to)
    if not name:
        raise OutOfRange(say("Say to whom they were sent."), kept=say("Nothing was changed."))
    session.commit(contact.compartment, put("contact", contact_id, urgency="referred", referred_to=name))


def settle(session: Session, contact_id: str) -> None:
    """Say that what they wrote so far needs no answer."""
    contact = require_contact(session, contact_id)
    session.commit(contact.compartment, put("contact", contact_id, settled_at=session.now()))


def take_up_alarm(session: Session, contact_id: str) -> None:
    """Say "I act on this alarm": it leaves the top, and stays in the contact for ever."""
    contact = require_contact(session, contact_id)
    session.commit(
        contact.compartment,
        put("contact", contact_id, alarm_seen_at=session.now(), alarm_seen_by=session.member_id),
    )


def link(session: Session, contact_id: str, other_id: str) -> None:
    """Say that two contacts belong together or may be one person."""
    contact, other = require_contact(session, contact_id), require_contact(session, other_id)
    if contact.id == other.id:
        raise OutOfRange(say("A contact cannot be linked to itself."), kept=say("Nothing was changed."))
    session.commit(
        contact.compartment,
        add("contact", contact_id, "linked_ids", other_id),
        add("contact", other_id, "linked_ids", contact_id),
    )


def unlink(session: Session, contact_id: str, other_id: str) -> None:
    """Take a link back."""
    contact = require_contact(session, contact_id)
    session.commit(
        contact.compartment,
        remove("contact", contact_id, "linked_ids", other_id),
        remove("contact", other_id, "linked_ids", contact_id),
    )


def mark_violent(session: Session, letter_id: str, *, violent: bool) -> str:
    """Say that a message describes violence: from now on it is folded. Returns the contact's id."""
    letter = session.get(Letter, letter_id)
    if letter is None:
        raise NotInIntake(say("There is no such message on this desk."), kept=say("Nothing was changed."))
    session.commit(letter.compartment, put("message", letter_id, violent=violent))
    return letter.contact_id


def log_call(
    session: Session,
    text: str,
    *,
    channel: str = "phone",
    language: str = "",
    urgency: str = "",
    contact_id: str = "",
) -> str:
    """Write down a call or a talk: with a known contact, or with a new one who then waits for us. Returns their id."""
    words = _text(text)
    if not words:
        raise OutOfRange(say("There is nothing to write down yet."), next_step=say("One sentence is enough."))
    if contact_id:
        known = require_contact(session, contact_id)
        call = Letter(id=session.make_id(), contact_id=contact_id, direction="call", text=words)
        session.commit(known.compartment, write_new(call))
        return contact_id
    circle = session.compartment_of("intake")
    new_id = session.make_id()
    taken = {contact.pseudonym for contact in session.find(Contact)}
    contact = Contact(
        id=new_id,
        pseudonym=choose_pseudonym(new_id, taken),
        channel=_known(CHANNEL, channel),
        language=language[:3].lower(),
        urgency=_known(URGENCY, urgency) if urgency else "",
    )
    first = Letter(
        id=session.make_id(), contact_id=new_id, direction="in", text=words, language=contact.language
    )
    session.commit(circle, write_new(contact), write_new(first))
    return new_id


def settle_damaged(session: Session, damaged_id: str) -> None:
    """Put something unreadable aside; its bytes stay."""
    found = session.get(Damaged, damaged_id)
    if found is not None:
        session.commit(found.compartment, put("damaged", damaged_id, settled_at=session.now()))


def _known(vocabulary: Vocabulary, code: str) -> str:
    if code not in vocabulary:
        raise OutOfRange(
            say("“{typed}” is none of the choices.", typed=code[:40]),
            kept=say("Nothing was changed."),
            next_step=say("Choose one from the list."),
        )
    return code


def _text(text: str) -> str:
    words = tidy(text)
    if len(words) > TEXT_MOST:
        raise OutOfRange(
            say("This text has {length} characters; {most} fit here.", length=len(words), most=TEXT_MOST),
            kept=say("It is still in the form."),
            next_step=say("Shorten it, or put the long part into a note."),
        )
    return words


def _line(text: str) -> str:
    words = " ".join(tidy(text).split())
    if len(words) > NAME_MOST:
        raise OutOfRange(
            say("This text has {length} characters; {most} fit here.", length=len(words), most=NAME_MOST),
            kept=say("It is still in the form."),
            next_step=say("Shorten it, or put the long part into a note."),
        )
    return words
