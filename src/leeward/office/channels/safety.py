"""Safety numbers: whether somebody on Signal still holds the key under which we first heard them.

1. The number is written down when somebody is first heard, and compared whenever they are heard again.
2. A changed one is shown, and stops answers, until a member has compared it with the person by voice.
3. Only then is signal-cli told to believe it, on the desk that runs the channel.
"""

from __future__ import annotations

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.errors import RuleBroken
from leeward.domain.intake import Contact
from leeward.domain.intake.channels import Delivery, SafetyNumber
from leeward.ledger.model import put
from leeward.office.channels.outbox import send_again
from leeward.office.channels.signal import SignalChannel
from leeward.office.channels.taking import contact_id_of
from leeward.office.session import Session

_TRUSTED = "channels.signal.trusted"


def number_of(session: Session, contact_id: str) -> SafetyNumber | None:
    """Return what is known of a contact's safety number."""
    return session.get(SafetyNumber, derive_id(SafetyNumber.kind, contact_id))


def changed_numbers(session: Session) -> list[SafetyNumber]:
    """Return the numbers that changed and that nobody has compared yet (2)."""
    return [one for one in session.find(SafetyNumber) if one.new_at > one.compared_at]


def compare(session: Session, contact_id: str) -> None:
    """Say that the new number was compared with the person, by voice, and is theirs."""
    known = number_of(session, contact_id)
    if known is None or known.new_at <= known.compared_at:
        raise RuleBroken(
            say("Nothing about this contact's key has changed."), kept=say("Nothing was changed.")
        )
    session.commit(
        known.compartment,
        put(SafetyNumber.kind, known.id, compared_at=session.now(), compared_by=session.member_id),
    )


def look(session: Session, channel: SignalChannel) -> None:
    """Compare the numbers of whoever was heard lately with those we know (1)."""
    while channel.heard:
        handle = channel.heard.pop()
        contact = session.get(Contact, contact_id_of(channel.name, channel.account, handle))
        if contact is None or not handle:
            continue
        number = channel.safety_number(handle)
        known = number_of(session, contact.id)
        if not number or (known is not None and known.number == number):
            continue
        changed = 0 if known is None else session.now()
        session.commit(
            contact.compartment,
            put(
                SafetyNumber.kind,
                derive_id(SafetyNumber.kind, contact.id),
                contact_id=contact.id,
                number=number,
                new_at=changed,
            ),
        )


def believe(session: Session, channel: SignalChannel) -> None:
    """Tell signal-cli of the numbers that a member compared, and let the answers that waited for it go (3)."""
    told = dict(session.vault.local_get(_TRUSTED) or {})
    for known in session.find(SafetyNumber):
        contact = session.get(Contact, known.contact_id)
        fresh = known.compared_at >= known.new_at > 0 and told.get(known.contact_id) != known.number
        if contact is None or not fresh or contact.channel != channel.name:
            continue
        channel.trust(contact.handle, known.number)
        told[known.contact_id] = known.number
        session.vault.local_put(_TRUSTED, told)
        for delivery in session.find(Delivery, contact_id=contact.id):
            if delivery.state == "identity":
                send_again(session, delivery.letter_id)
