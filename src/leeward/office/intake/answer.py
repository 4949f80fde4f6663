"""Answers. A draft is an entry like any other; an answer is sealed to both ways back and goes by itself.

1. The message is written before anything is queued, so that what the relay gets is never more than the team knows.
2. If the desk dies between the two, `resume_answers` queues it at the next start, under the same reply id.
3. Both ways get the same words: nobody who watches one of them learns that there is another.
4. Whoever came by a channel with a handle has no ways back: the written answer waits in the ledger, not yet queued,
   until the desk that runs the channel has handed it over and sets `queued_at` (office/channels/outbox.py).
"""

from __future__ import annotations

import msgspec

from leeward.base.ids import derive_id
from leeward.base.limits import TEXT_MOST
from leeward.base.say import say
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake import Contact, Draft, Letter
from leeward.domain.intake.report import tidy
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.office.intake.see import require_contact
from leeward.office.session import Session
from leeward.seal.envelope import seal
from leeward.seal.keys import Recipient
from leeward.seal.kinds import Kind
from leeward.sync.outbox import Outbox


def draft_of(session: Session, contact_id: str) -> str:
    """Return what this member has written to a contact and not sent."""
    found = session.get(Draft, _draft_id(session, contact_id))
    return found.text if found is not None else ""


def save_draft(session: Session, contact_id: str, text: str) -> None:
    """Keep what is being written; an unchanged text writes nothing."""
    contact = require_contact(session, contact_id)
    draft = _draft_id(session, contact_id)
    words = _measured(text)
    if words == draft_of(session, contact_id):
        return
    session.commit(contact.compartment, put("draft", draft, contact_id=contact_id, text=words))


def answer(session: Session, contact_id: str, text: str) -> Letter:
    """Seal an answer to both ways back and queue it for the relay; durable when it returns.

    RuleBroken if the contact left no way back; OutOfRange if there is nothing to send or too much.
    """
    contact = require_contact(session, contact_id)
    words = _measured(text).strip()
    if not words:
        raise OutOfRange(say("There is nothing to send yet."), next_step=say("Write an answer first."))
    if not contact.ways and not contact.handle:
        raise RuleBroken(
            say("This contact left no way to answer by words."),
            kept=say("What you wrote is kept as a draft."),
            next_step=say("Call or write to them where they said it is safe."),
        )
    letter = Letter(
        id=session.make_id(),
        contact_id=contact_id,
        direction="out",
        text=words,
        language=contact.language,
        report=session.chance.draw(16).hex(),
    )
    session.commit(
        contact.compartment,
        write_new(letter),
        put("draft", _draft_id(session, contact_id), contact_id=contact_id, text=""),
    )  # 1
    saved = session.get(Letter, letter.id)
    assert saved is not None
    _queue(session, contact, saved)
    return saved


def resume_answers(session: Session) -> int:
    """Queue answers of this member that were written but not queued; return how many."""  # 2
    left = [
        letter
        for letter in session.find(Letter)
        if letter.direction == "out" and not letter.queued_at and letter.created_by == session.member_id
    ]
    queued = 0
    for letter in left:
        contact = require_contact(session, letter.contact_id)
        _queue(session, contact, letter)
        queued += bool(contact.ways)
    return queued


def _queue(session: Session, contact: Contact, letter: Letter) -> None:
    if contact.handle and not contact.ways:
        return  # 4
    reply = {"v": 1, "id": letter.report, "at": letter.created_at, "text": letter.text}
    body = msgspec.json.encode(reply)
    outbox = Outbox(session.vault, session.chance)
    for way in contact.ways:  # 3
        outbox.send(way.box, way.write, seal(Kind.REPLY, body, Recipient.from_string(way.recipient)))
    session.commit(contact.compartment, put("message", letter.id, queued_at=session.now()))


def _draft_id(session: Session, contact_id: str) -> str:
    return derive_id("draft", contact_id, session.member_id)


def _measured(text: str) -> str:
    words = tidy(text)
    if len(words) > TEXT_MOST:
        raise OutOfRange(
            say("This text has {length} characters; {most} fit here.", length=len(words), most=TEXT_MOST),
            kept=say("It is still in the form."),
            next_step=say("Send it in two parts."),
        )
    return words
