"""Which part of the office acts on which letter from another device. One line for each purpose."""

from __future__ import annotations

from leeward.office import heads, letters, opened, openings_two, recovery_rehearse
from leeward.office.session import Session
from leeward.office.team import pass_on

ACTS: dict[str, letters.Act] = {
    heads.PURPOSE: heads.take_heads,
    heads.ASK_PURPOSE: heads.take_ask,
    opened.PURPOSE: opened.take,
    openings_two.PURPOSE: openings_two.take_letter,
    recovery_rehearse.ASK: recovery_rehearse.note_question,
    recovery_rehearse.GIVEN: recovery_rehearse.note_answer,
}


def deliver_letters(session: Session) -> int:
    """Hand over what came from the team's other devices; return how many letters were dealt with."""
    dealt = letters.deliver(session, ACTS)
    openings_two.tidy(session)
    pass_on(session)
    return dealt
