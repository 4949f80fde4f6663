"""Answers. A draft is an entry like any other; an answer is sealed to both ways back and goes by itself.

1. The message is written before anything is queued, so that what the relay gets is never more than the team knows.
2. If the desk dies between the two, `resume_answers` queues it at the next start, under the same reply id; but not
   what could not be written to them any more (6).
3. Both ways get exactly one item of the same size at the same moment, in the order of the boxes' addresses, which say
   nothing: nobody who watches one of them, or the relay's store, learns which of them is the alarm.
4. Whoever came by a channel with a handle has no ways back: the written answer waits in the ledger, not yet queued,
   until the desk that runs the channel has handed it over and sets `queued_at` (office/channels/outbox.py).
5. What is sensitive goes to the true words alone; their alarm form gets something harmless instead, or nothing to see.
6. Nothing goes to whoever ended it, and no place to whoever may be in other hands (office/intake/danger.py).
7. Of several contacts of one person the answer goes to the words that were used last.
"""

from __future__ import annotations

from leeward.base.ids import derive_id
from leeward.base.limits import TEXT_MOST
from leeward.base.say import say
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake import Contact, Draft, Letter, Line, reply_bodies
from leeward.domain.intake.report import tidy
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.office.intake.danger import places_in, require_no_place
from leeward.office.intake.see import line_for, require_contact
from leeward.office.session import Session
from leeward.seal.envelope import seal
from leeward.seal.keys import Recipient
from leeward.seal.kinds import Kind
from leeward.sync.outbox import Outbox


def draft_of(session: Session, contact_id: str) -> str:
    """Return what this member has written to a contact and not sent."""
    found = session.get(Draft, _draft_id(session, line_for(session, contact_id).contact.id))
    return found.text if found is not None else ""


def save_draft(session: Session, contact_id: str, text: str) -> None:
    """Keep what is being written; an unchanged text writes nothing."""
    contact = line_for(session, contact_id).contact
    draft = _draft_id(session, contact.id)
    words = _measured(text)
    if words == draft_of(session, contact.id):
        return
    session.commit(contact.compartment, put("draft", draft, contact_id=contact.id, text=words))


def ask_for_sign(session: Session, contact_id: str, until: int, text: str = "") -> Letter:
    """Ask on their page whether they are safe, until a moment; 1 takes the question away. Only by the words."""
    line = line_for(session, contact_id)
    if not require_contact(session, line.way_id or contact_id).ways:
        raise RuleBroken(
            say("Only whoever has our words can be asked on their page."),
            kept=say("Nothing was sent."),
            next_step=say("Call or write to them where they said it is safe."),
        )
    return answer(session, contact_id, text, asks_until=until)


def answer(
    session: Session,
    contact_id: str,
    text: str,
    *,
    sensitive: bool = False,
    cover: str = "",
    asks_until: int = 0,
) -> Letter:
    """Seal an answer to both ways back and queue it for the relay; durable when it returns.

    With `sensitive` the alarm form of their words shows `cover` instead, or nothing if that is empty. With
    `asks_until` their page asks until then whether they are safe; the text may be empty.
    RuleBroken if the contact left no way back, ended it, or may be in other hands and the text leads to a place;
    OutOfRange if there is nothing to send or too much.
    """
    line = line_for(session, contact_id)
    contact = require_contact(session, line.way_id or contact_id)  # 7
    words, instead = _measured(text).strip(), _measured(cover).strip() if sensitive else ""
    if not words and not asks_until:
        raise OutOfRange(say("There is nothing to send yet."), next_step=say("Write an answer first."))
    _require_open(session, line, words)
    if not contact.ways and not contact.handle:
        raise RuleBroken(
            say("This contact left no way to answer by words."),
            kept=say("What you wrote is kept as a draft."),
            next_step=say("Call or write to them where they said it is safe."),
        )
    if sensitive and len(contact.ways) != 2:
        raise RuleBroken(
            say("Only whoever has our words can get something that their alarm form does not show."),
            kept=say("What you wrote is kept as a draft."),
            next_step=say("Send it without that mark, or not at all."),
        )
    _require_harmless(session, line, words, instead)
    letter = Letter(
        id=session.make_id(),
        contact_id=contact.id,
        direction="out",
        text=words,
        language=contact.language,
        report=session.chance.draw(16).hex(),
        sensitive=sensitive,
        cover=instead,
        asks_until=asks_until,
    )
    draft = _draft_id(session, line.contact.id)
    session.commit(
        contact.compartment,
        write_new(letter),
        put("draft", draft, contact_id=line.contact.id, text="") if words else (),
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
        try:
            require_no_place(session, contact.id, letter.text)
        except RuleBroken:
            continue
        if line_for(session, contact.id).ended_at:
            continue
        _queue(session, contact, letter)
        queued += bool(contact.ways)
    return queued


def _queue(session: Session, contact: Contact, letter: Letter) -> None:
    if contact.handle and not contact.ways:
        return  # 4
    true, other = reply_bodies(
        letter.report,
        letter.created_at,
        letter.text,
        sensitive=letter.sensitive,
        cover=letter.cover,
        sign=letter.asks_until,
    )  # 5
    outbox = Outbox(session.vault, session.chance)
    outbox.send_all(
        (
            way.box,
            way.write,
            seal(Kind.REPLY, other if way.alarm else true, Recipient.from_string(way.recipient)),
        )
        for way in sorted(contact.ways, key=lambda one: one.box)
    )  # 3
    session.commit(contact.compartment, put("message", letter.id, queued_at=session.now()))


def _require_open(session: Session, line: Line, words: str) -> None:
    """Refuse to write to whoever ended it (6); what was written is kept."""
    if line.ended_at:
        save_draft(session, line.contact.id, words)
        raise RuleBroken(
            say("They asked us to end it and to erase what they wrote. Their mailboxes are gone."),
            kept=say("What you wrote is kept as a draft."),
            next_step=say("If they write again with their words, you can answer."),
        )


def _require_harmless(session: Session, line: Line, words: str, cover: str) -> None:
    """Refuse what leads to a place: in an answer to the captured, and always in what the alarm form shows (6)."""
    try:
        require_no_place(session, line.contact.id, words)
    except RuleBroken:
        save_draft(session, line.contact.id, words)
        raise
    found = places_in(session, cover)
    if found:
        save_draft(session, line.contact.id, words)
        raise RuleBroken(
            say(
                "What the alarm form would show holds “{words}”: {what}.",
                words=found[0].words,
                what=found[0].what,
            ),
            kept=say("What you wrote is kept as a draft."),
            next_step=say("Choose something harmless, or show nothing."),
        )


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
