"""The circle that every device of the team holds and in which, unlike in the team's own, things can be erased (ADR 30).

What somebody types into a task without a case, or into tonight's list about a place or a colleague, may name a person.

1. It is made with the team, or by whoever first has something to write there, and handed to every device that belongs.
   Whoever writes there hands it to those that came since; whoever lets a device in gives it with the team's.
2. `leeward init` makes it at once. Where it was not, two desks may make one at once: both count, and what is new goes
   into the older; tasks of a list that both began in that moment stand there twice.
3. Looking makes nothing.
"""

from __future__ import annotations

from leeward.domain.circles import ERRANDS
from leeward.ledger.store.vault import Compartment
from leeward.office.cutoff import shut_out
from leeward.office.session import Session
from leeward.office.team import hand, who_can_open


def errands(session: Session) -> list[Compartment]:
    """Return these circles as far as they are here, the oldest first."""
    return sorted(session.vault.compartments(ERRANDS), key=lambda one: (one.made_at, one.id))


def errands_circle(session: Session) -> str:
    """Return where such a thing is to be written, made and handed out if need be (1)."""
    held = errands(session)
    circle = held[0].id if held else session.vault.make_compartment(ERRANDS).id
    have = {one.device_id for one in who_can_open(session, circle)}
    have -= shut_out(session, session.vault.compartment(circle))
    lack = {
        one.device_id: one.member_id
        for one in session.vault.roster().values()
        if not one.removed_at and one.device_id not in have
    }
    hand(session, circle, lack)
    return circle


def circles_for_all(session: Session) -> list[str]:
    """Return the team's own circle, if it is here, and those for errands: every device of the team holds them."""
    return [one.id for one in (*session.vault.compartments("team"), *errands(session))]
