"""Writes a script into real vaults, entry by entry, at the moments it tells of.

Each role writes at its own desk, if it has one here; otherwise the first desk writes for all. The vaults' clock must
be a `StoryClock`, so that entries carry the moments of the story.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from leeward.base.ports import Clock, SystemClock
from leeward.office.session import Session
from leeward.office.team import grant_case
from leeward.practice.moment import Moment, Script
from leeward.sync.outbox import Outbox

Progress = Callable[[int, int], None]
"""Called with how many entries are written, of how many."""


class StoryClock:
    """A clock that can be set; unset, it is another's: the system's, if none is given."""

    def __init__(self, now: Clock | None = None) -> None:
        self._now = now or SystemClock()
        self._at: int | None = None

    def now_ms(self) -> int:
        """Return the moment it is set to, or that of the clock behind it."""
        return self._now.now_ms() if self._at is None else self._at

    def set(self, at: int | None) -> None:
        """Set it to a moment of the story, or back to the clock behind it (None)."""
        self._at = at


def make_circles(script: Script, first: Session, desks: Mapping[str, Session]) -> None:
    """Make the script's compartments and mailboxes at the first desk; hand keys to the desks of the roles named."""
    outbox = Outbox(first.vault, first.chance)
    for box, read, write in script.boxes:
        outbox.make_box(box, read, write)
    for circle in script.circles.values():
        first.vault.make_compartment(circle.kind, circle.id)
        others = {desks[role].member_id for role in circle.roles if role in desks}
        grant_case(first, circle.id, sorted(others | {first.member_id}))


def write_moments(
    script: Script, desks: Mapping[str, Session], first: Session, clock: StoryClock, progress: Progress
) -> None:
    """Write every entry, each at its role's desk; the desks must hold the circles' keys by now."""
    moments = script.in_order()
    try:
        for number, moment in enumerate(moments):
            clock.set(moment.at)
            _write(moment, desks.get(moment.role, first))
            progress(number + 1, len(moments))
    finally:
        clock.set(None)


def _write(moment: Moment, session: Session) -> None:
    made = {compartment.id for compartment in session.vault.compartments()}
    circle = moment.circle if moment.circle in made else session.compartment_of(moment.circle)
    session.commit(circle, moment.changes)
