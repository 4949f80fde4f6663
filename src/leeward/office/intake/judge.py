"""Judging what came in: how urgent it is, what was told, and what happens to it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.intake import (
    CHANNEL,
    DEVICE,
    NEED_TOLD,
    RELATION,
    SIGN,
    URGENCY,
    Contact,
    Damaged,
    Letter,
    choose_pseudonym,
)
from leeward.domain.typed import write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import add, put, remove
from leeward.office.intake.see import NotInIntake, require_contact
from leeward.office.intake.text import line_of_text, text_of
from leeward.office.session import Session


def triage(session: Session, contact_id: str, urgency: str) -> None:
    """Say how urgent it is; "" takes the judgement back."""
    contact = require_contact(session, contact_id)
    if urgency:
        known(URGENCY, urgency)
    session.commit(contact.compartment, put("contact", contact_id, urgency=urgency))


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about answering safely and what was told; None leaves a field as it is."""

    relation: str | None = None
    place_told: str | None = None
    safe_where: str | None = None
    safe_when: str | None = None
    safe_device: str | None = None
    safe_note: str | None = None
    safe_phrase: str | None = None
    needs: Sequence[str] | None = None


_FACTS = (
    "relation",
    "place_told",
    "safe_where",
    "safe_when",
    "safe_device",
    "safe_note",
    "safe_phrase",
)


def set_facts(session: Session, contact_id: str, facts: Facts) -> None:
    """Write down the facts that changed."""
    contact = require_contact(session, contact_id)
    if facts.relation:
        known(RELATION, facts.relation)
    if facts.safe_device:
        known(DEVICE, facts.safe_device)
    given = {name: line_of_text(value) for name in _FACTS if (value := getattr(facts, name)) is not None}
    changed = {name: value for name, value in given.items() if value != getattr(contact, name)}
    wanted = set(contact.needs_set if facts.needs is None else facts.needs)
    for code in wanted:
        known(NEED_TOLD, code)
    new, gone = sorted(wanted - set(contact.needs_set)), sorted(set(contact.needs_set) - wanted)
    if changed or new or gone:
        session.commit(
            contact.compartment,
            put("contact", contact_id, **changed),
            add("contact", contact_id, "needs_set", *new),
            remove("contact", contact_id, "needs_set", *gone),
        )


def refer(session: Session, contact_id: str, to: str) -> None:
    """Write down to whom they were sent."""
    contact = require_contact(session, contact_id)
    name = line_of_text(to)
    if not name:
        raise OutOfRange(say("Say to whom they were sent."), kept=say("Nothing was changed."))
    session.commit(contact.compartment, put("contact", contact_id, urgency="referred", referred_to=name))


def settle(session: Session, contact_id: str) -> None:
    """Say that what they wrote so far needs no answer."""
    contact = require_contact(session, contact_id)
    session.commit(contact.compartment, put("contact", contact_id, settled_at=session.now()))


def done_after_end(session: Session, contact_id: str) -> None:
    """Say that what there was to do after they ended it was done."""
    contact = require_contact(session, contact_id)
    session.commit(
        contact.compartment,
        put("contact", contact_id, ended_done_at=session.now(), ended_done_by=session.member_id),
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
    sign: str = "",
) -> str:
    """Write down a call or a talk: with a known contact, or with a new one who then waits for us. Returns their id.

    `sign` (SIGN) says that the call was a sign of life of this contact; then it needs no words.
    """
    words = text_of(text)
    if sign:
        known(SIGN, sign)
    if not words and not (sign and contact_id):
        raise OutOfRange(say("There is nothing to write down yet."), next_step=say("One sentence is enough."))
    if contact_id:
        contact = require_contact(session, contact_id)
        call = Letter(id=session.make_id(), contact_id=contact_id, direction="call", text=words, sign=sign)
        session.commit(contact.compartment, write_new(call))
        return contact_id
    circle = session.compartment_of("intake")
    new_id = session.make_id()
    taken = {contact.pseudonym for contact in session.find(Contact)}
    contact = Contact(
        id=new_id,
        pseudonym=choose_pseudonym(new_id, taken),
        channel=known(CHANNEL, channel),
        language=language[:3].lower(),
        urgency=known(URGENCY, urgency) if urgency else "",
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
