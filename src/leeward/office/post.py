"""Which part of the office acts on which letter from another device. One line for each purpose."""

from __future__ import annotations

from leeward.office import heads, letters, openings_two
from leeward.office.session import Session

ACTS: dict[str, letters.Act] = {
    heads.PURPOSE: heads.take_heads,
    heads.ASK_PURPOSE: heads.take_ask,
    openings_two.PURPOSE: openings_two.take_letter,
}


def deliver_letters(session: Session) -> int:
    """Hand over what came from the team's other devices; return how many letters were dealt with."""
    dealt = letters.deliver(session, ACTS)
    openings_two.tidy(session)
    return dealt
