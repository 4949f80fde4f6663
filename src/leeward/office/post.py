"""Which part of the office acts on which letter from another device. One line for each purpose."""

from __future__ import annotations

from leeward.office import letters
from leeward.office.session import Session

ACTS: dict[str, letters.Act] = {}


def deliver_letters(session: Session) -> int:
    """Hand over what came from the team's other devices; return how many letters were dealt with."""
    return letters.deliver(session, ACTS)
