"""In whose hands a conversation is: taken, given to a colleague with a note, left, or anybody's again after a while.

Every step is a note in the contact, so that two who take one conversation at the same moment never make a conflict:
the later one has it, and both see it.
"""

from __future__ import annotations

from leeward.base.say import say
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake import Line
from leeward.domain.team import Member
from leeward.ledger.model import note
from leeward.office.intake.see import line_for
from leeward.office.intake.text import text_of
from leeward.office.intake.watch import watch_of
from leeward.office.session import Session


def take(session: Session, contact_id: str) -> None:
    """Say "I take it", visible to all; what one has already is not taken twice."""
    if holder_of(session, line_for(session, contact_id)) != session.member_id:
        _note(session, contact_id, "take", session.member_id)


def leave(session: Session, contact_id: str) -> None:
    """Let it go: it is anybody's again."""
    line = line_for(session, contact_id)
    if holder_of(session, line) != session.member_id:
        raise RuleBroken(say("It is not in your hands."), kept=say("Nothing was changed."))
    _note(session, contact_id, "leave", "")


def hand_over(session: Session, contact_id: str, member_id: str, text: str = "") -> None:
    """Give it to a colleague, with what they must know."""
    if session.get(Member, member_id) is None or member_id == session.member_id:
        raise OutOfRange(say("Say to which colleague it goes."), kept=say("Nothing was changed."))
    _note(session, contact_id, "give", member_id, text_of(text))


def holder_of(session: Session, line: Line) -> str:
    """Return who has it now, "" if nobody: what was taken and not worked on for too long is nobody's."""
    claim = line.claim
    minutes = watch_of(session).claim_minutes
    waits = bool(line.waiting_since or line.alarm_at)
    return claim.member_id if claim is not None and claim.holds(session.now(), minutes, waits=waits) else ""


def _note(session: Session, contact_id: str, does: str, to: str, text: str = "") -> None:
    contact = line_for(session, contact_id).contact
    value = {"does": does, "to": to, "text": text}
    session.commit(contact.compartment, note("contact", contact.id, "claims", value))
