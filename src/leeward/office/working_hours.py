"""When colleagues can work: minutes of each weekday, free days, whether they go along on journeys, how many cases.

It is said by themselves or by whoever plans, and seen by the team: who gives more than they have breaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.money import Hours, hours_id
from leeward.domain.relocation.beds import check_day
from leeward.domain.team import Member
from leeward.ledger.model import put
from leeward.office.casework_base import require, today
from leeward.office.session import Session
from leeward.office.team import members

DAYS = 7
_FREE_MOST = 400
_CASES_MOST = 200


class HoursLine(msgspec.Struct, frozen=True):
    """A colleague and when they can work; `said` tells whether anybody wrote it down."""

    member: Member
    hours: Hours
    said: bool

    @property
    def a_week(self) -> int:
        """Return how many minutes a week."""
        return sum(self.hours.week)


def hours_of(session: Session) -> list[HoursLine]:
    """Return every colleague with their hours, this member first."""
    found = []
    for one in members(session):
        there = session.get(Hours, hours_id(one.id))
        found.append(HoursLine(one, there or Hours(id="", member_id=one.id), there is not None))
    return sorted(
        found, key=lambda line: (line.member.id != session.member_id, line.member.name, line.member.id)
    )


def set_hours(
    session: Session,
    member_id: str,
    week: Sequence[int],
    *,
    escorts: bool,
    most_cases: int,
    free_days: Iterable[str],
) -> None:
    """Say when a colleague can work; past free days are dropped."""
    require(session, Member, member_id)
    days = sorted({check_day(day).isoformat() for day in free_days})
    if len(week) != DAYS or not all(0 <= one <= 24 * 60 for one in week) or len(days) > _FREE_MOST:
        raise OutOfRange(
            say("These hours do not fit into a week."),
            kept=say("Nothing was changed."),
            next_step=say("Write from 0 to 24 hours for each day."),
        )
    now = today(session)
    there = session.get(Hours, hours_id(member_id))
    new: dict[str, object] = {
        "member_id": member_id,
        "week": list(week),
        "escorts": escorts,
        "most_cases": max(1, min(most_cases, _CASES_MOST)),
        "free_days": [day for day in days if day >= now],
    }
    was = msgspec.to_builtins(there) if there is not None else {}
    changed = {name: value for name, value in new.items() if there is None or value != was[name]}
    if changed:
        session.commit(session.compartment_of("team"), put("hours", hours_id(member_id), **changed))
