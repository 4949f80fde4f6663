"""Today: what needs this member now, from every part of the work, and the small facts beside it."""

from __future__ import annotations

import msgspec

from leeward.domain.team import Member
from leeward.domain.today import Need, Urgency, in_order
from leeward.ledger.model import put
from leeward.office import appeals, casework, findings, intake
from leeward.office.casework_today import (
    Departure,
    PlaceTonight,
    beds_tonight,
    departures,
    waiting_longest,
)
from leeward.office.casework_views import CaseLine
from leeward.office.session import Session
from leeward.office.team import members


class Day(msgspec.Struct, frozen=True):
    """The whole page: alarms on top, the ordered list under them, and what stands beside."""

    alarms: list[Need]
    needs: list[Need]
    tonight: list[PlaceTonight]
    departures: list[Departure]
    longest: list[CaseLine]
    empty: bool  # nothing was ever written: the first day


def gather(session: Session) -> Day:
    """Return what this member needs to know now."""
    areas = (intake, casework, findings, appeals)
    needs = in_order([need for area in areas for need in area.needs_now(session)])
    return Day(
        alarms=[need for need in needs if need.urgency == Urgency.ALARM],
        needs=[need for need in needs if need.urgency != Urgency.ALARM],
        tonight=beds_tonight(session),
        departures=departures(session),
        longest=waiting_longest(session),
        empty=not needs and not session.vault.count("case") and not session.vault.count("contact"),
    )


def on_duty(session: Session) -> list[Member]:
    """Return who is on duty now besides this member."""
    now = session.now()
    return [one for one in members(session) if one.on_duty_until > now and one.id != session.member_id]


def my_duty(session: Session) -> int:
    """Return until when this member is on duty; 0 if not."""
    me = session.get(Member, session.member_id)
    return me.on_duty_until if me is not None and me.on_duty_until > session.now() else 0


def go_on_duty(session: Session, until: int) -> None:
    """Say until when this member is on duty; 0 ends it."""
    session.commit(session.compartment_of("team"), put("member", session.member_id, on_duty_until=until))


__all__ = ["Day", "gather", "go_on_duty", "my_duty", "on_duty"]
