"""Today: what needs this member now, from every part of the work, and the small facts beside it."""

from __future__ import annotations

import msgspec

from leeward.domain.team import Member
from leeward.domain.today import Need, Urgency, in_order
from leeward.ledger.model import put
from leeward.office import (
    appeals,
    caseload,
    casework,
    casework_closing,
    erasing,
    findings,
    intake,
    opened,
    openings_today,
    overfull,
    receiving_now,
    recovery_view,
    referrals_after,
    release,
    retention,
    seats,
    slots,
    taken_tasks,
    travel_back,
    ways_out,
)
from leeward.office.casework_today import PlaceTonight, beds_tonight, waiting_longest
from leeward.office.casework_views import CaseLine
from leeward.office.channels import needs as channel_needs
from leeward.office.hotline_page import alarms as page_alarms
from leeward.office.session import Session
from leeward.office.team import members


class Day(msgspec.Struct, frozen=True):
    """The whole page: alarms on top, the ordered list under them, and what stands beside."""

    alarms: list[Need]
    needs: list[Need]
    others: list[Need]  # pressing, but a colleague on duty has it in hand
    later: list[Need]  # nothing is late: what comes, in time, then what has no day
    tonight: list[PlaceTonight]
    longest: list[CaseLine]
    empty: bool  # nothing was ever written: the first day


def gather(session: Session) -> Day:
    """Return what this member needs to know now."""
    with session.reading():
        return _gather(session)


def _gather(session: Session) -> Day:
    areas = (
        opened,
        intake,
        channel_needs,
        page_alarms,
        casework,
        casework_closing,
        caseload,
        taken_tasks,
        travel_back,
        findings,
        appeals,
        release,
        openings_today,
        erasing,
        retention,
        recovery_view,
        referrals_after,
        receiving_now,
        ways_out,
        seats,
        slots,
        overfull,
    )
    now = session.now()
    found = in_order(_once(session, [need for area in areas for need in area.needs_now(session)]))
    pressing = [need for need in found if not need.later and need.urgency != Urgency.ALARM]
    return Day(
        alarms=[need for need in found if need.urgency == Urgency.ALARM],
        needs=[need for need in pressing if need.holder_id in {"", session.member_id}],
        others=[need for need in pressing if need.holder_id not in {"", session.member_id}],
        later=sorted(
            (need for need in found if need.later),
            key=lambda need: (need.since <= now, need.since, need.href),
        ),
        tonight=beds_tonight(session),
        longest=waiting_longest(session),
        empty=not found and not session.vault.count("case") and not session.vault.count("contact"),
    )


def _once(session: Session, found: list[Need]) -> list[Need]:
    """Return the lines without those that say what a line of tonight's list says as well, before the same eyes."""
    places = {
        f"{taken_tasks.HERE}#task-{task.id}": f"/places/{task.about_id}"
        for task in taken_tasks.running(session)
        if task.step == "move"
    }
    said = {(places[need.href], need.holder_id) for need in found if need.href in places}

    def is_said(need: Need) -> bool:
        mine = {"", session.member_id}
        holders = mine if need.holder_id in mine else mine | {need.holder_id}
        return need.urgency == Urgency.EXPOSED and any((need.href, one) in said for one in holders)

    return [need for need in found if not is_said(need)]


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
