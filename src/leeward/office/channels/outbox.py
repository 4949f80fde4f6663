"""Answers that go out by a channel. The ledger itself is the outbox: an answer waits there until it is `queued_at`.

1. Any desk of the team may write the answer; the desk that runs the channel sends it.
2. Before it is sent, this desk notes that it begins; after the server took it, it writes that down for everybody.
3. Killed between the two, a channel that repeats safely sends the same bytes under the same name again. With any
other, the answer is shown as unclear, and a person says whether it goes again: never twice by itself.
4. What the server refuses for good is shown and stops nothing behind it.
5. What leads to a place is held back if they may be in other hands by the time it would go out.
"""

from __future__ import annotations

from leeward.base.ids import derive_id
from leeward.base.say import Message, say
from leeward.domain.errors import RuleBroken
from leeward.domain.intake import Contact, Letter
from leeward.domain.intake.channels import Delivery
from leeward.ledger.model import put
from leeward.office.channels.errors import AnswerLater, AnswerRefused, AnswerUnsure, IdentityChanged
from leeward.office.channels.port import Channel, Outgoing
from leeward.office.channels.taking import contact_id_of
from leeward.office.intake.danger import LeadsToAPlace, require_no_place
from leeward.office.session import Session

_BEGUN = "channels.{}.begun"
_ASKED = frozenset({"refused", "unsure", "identity", "held"})  # a person must say what happens to it
_STOPPED = _ASKED | {"sent"}


def delivery_id(letter_id: str) -> str:
    """Return the id of the record that says what became of an answer."""
    return derive_id("delivery", letter_id)


def deliveries(session: Session, contact_id: str = "") -> list[Delivery]:
    """Return what became of answers, newest first; of one contact, or of all."""
    return session.find(Delivery, contact_id=contact_id) if contact_id else session.find(Delivery)


def waiting(session: Session, name: str, account: str) -> list[tuple[Contact, Letter, Delivery | None]]:
    """Return the answers that are to go out, oldest first."""
    found = []
    for letter in session.find(Letter):
        if letter.direction != "out" or letter.queued_at:
            continue
        contact = session.get(Contact, letter.contact_id)
        if contact is None or contact.ways or contact.id != contact_id_of(name, account, contact.handle):
            continue
        told = session.get(Delivery, delivery_id(letter.id))
        if told is None or told.state not in _STOPPED:
            found.append((contact, letter, told))
    return sorted(found, key=lambda one: (one[1].created_at, one[1].id))


def deliver(session: Session, channel: Channel) -> int:
    """Send what waits; return how many the server took.

    AnswerLater, once everything was tried, if it asked to wait with one; ChannelError if it cannot go on.
    """
    count = 0
    later: AnswerLater | None = None
    for contact, letter, told in waiting(session, channel.name, channel.account):
        begun = letter.id in _begun(session, channel.name)
        again = told is not None and told.state == "again"
        if begun and not again and not channel.repeats_safely:
            _conclude(session, channel, letter, "unsure")  # 3
            continue
        try:
            count += _send(session, channel, contact, letter)
        except AnswerLater as error:  # 4
            later = error
    if later is not None:
        raise later
    return count


def send_again(session: Session, letter_id: str) -> None:
    """Have an answer sent once more that was refused, or of which it is unclear whether it went."""
    told = session.get(Delivery, delivery_id(letter_id))
    if told is None or told.state not in _ASKED:
        raise RuleBroken(say("This answer is on its way or has gone."), kept=say("Nothing was changed."))
    session.commit(told.compartment, put(Delivery.kind, told.id, state="again", at=session.now()))


def _send(session: Session, channel: Channel, contact: Contact, letter: Letter) -> int:
    answer = Outgoing(
        letter_id=letter.id,
        handle=contact.handle,
        text=letter.text,
        language=contact.language,
        reference=_last_reference(session, contact, letter.created_at),
        at=letter.created_at,
    )
    try:
        require_no_place(session, contact.id, letter.text)  # 5
    except LeadsToAPlace:
        _conclude(session, channel, letter, "held")
        return 0
    _note_begun(session, channel.name, letter.id)  # 2
    try:
        channel.send(answer)
    except AnswerRefused as error:
        _conclude(session, channel, letter, "refused", _server_words(error))  # 4
        return 0
    except IdentityChanged:
        _conclude(session, channel, letter, "identity")
        return 0
    except AnswerUnsure:
        _conclude(session, channel, letter, "unsure")
        return 0
    except Exception:
        _forget_begun(
            session, channel.name, letter.id
        )  # it did not go: the channel says AnswerUnsure otherwise
        raise
    _conclude(session, channel, letter, "sent")
    return 1


def _server_words(error: AnswerRefused) -> str:
    """Return what the server said, as it said it; our own sentence about it is made where it is read."""
    happened = error.happened
    return str(happened.values.get("why", "")) if isinstance(happened, Message) else ""


def _conclude(session: Session, channel: Channel, letter: Letter, state: str, why: str = "") -> None:
    changes = put(
        Delivery.kind,
        delivery_id(letter.id),
        letter_id=letter.id,
        contact_id=letter.contact_id,
        channel=channel.name,
        state=state,
        why=why[:500],
        at=session.now(),
    )
    gone = put(Letter.kind, letter.id, queued_at=session.now()) if state == "sent" else ()
    session.commit(letter.compartment, changes, gone)
    _forget_begun(session, channel.name, letter.id)


def _last_reference(session: Session, contact: Contact, before: int) -> str:
    """Return what the answer names: their last message when it was written, so that a repetition names the same."""
    theirs = [
        letter
        for letter in session.find(Letter, contact_id=contact.id)
        if letter.direction == "in" and letter.report and letter.created_at <= before
    ]
    newest = max(theirs, key=lambda letter: (letter.created_at, letter.id), default=None)
    return newest.report if newest is not None else ""


def _begun(session: Session, name: str) -> list[str]:
    return list(session.vault.local_get(_BEGUN.format(name)) or [])


def _note_begun(session: Session, name: str, letter_id: str) -> None:
    held = _begun(session, name)
    if letter_id not in held:
        session.vault.local_put(_BEGUN.format(name), [*held, letter_id])


def _forget_begun(session: Session, name: str, letter_id: str) -> None:
    held = _begun(session, name)
    if letter_id in held:
        session.vault.local_put(_BEGUN.format(name), [one for one in held if one != letter_id])
