"""What the desks met that is not our page: kept with its bytes, loud until it is settled, loud again if met again."""

from __future__ import annotations

from typing import Any

from leeward.base.ids import derive_id
from leeward.base.say import Code, Moment, say, say_count
from leeward.domain.errors import OutOfRange
from leeward.domain.intake.page_watch import FOUND_MOST, PageAlarm, last_seen, open_alarm
from leeward.domain.today import Need, Urgency
from leeward.domain.typed import write_new
from leeward.ledger.fault import Fault
from leeward.ledger.model import note, put
from leeward.office.hotline_page import renewal
from leeward.office.hotline_page.compare import Difference
from leeward.office.session import Session

_AGAIN_MS = 3_600_000
_OPEN_MOST = 20  # a page that differs each time anew must not fill everybody's disk


def note_difference(session: Session, found: Difference) -> str:
    """Keep what was met, or that it was met again; returns the alarm's id. All desks of the team see it."""
    circle = session.compartment_of("team")
    alarm_id = derive_id("page-alarm", found.what, found.url, found.detail, found.expected, found.found)
    there = session.get(PageAlarm, alarm_id)
    seen: dict[str, Any] = {"device": session.vault.device.id}
    if there is None:
        still = open_alarms(session)
        if len(still) >= _OPEN_MOST:
            there = still[0]
            alarm_id = there.id
    if there is not None:
        mine = [one.at for one in there.seen if one.by == session.member_id]
        if max(mine, default=0) < max(session.now() - _AGAIN_MS, there.settled_at):
            session.commit(there.compartment, note("page_alarm", alarm_id, "seen", seen))
        return alarm_id
    alarm = PageAlarm(
        id=alarm_id,
        what=found.what,
        url=found.url,
        detail=found.detail,
        at_byte=found.at_byte,
        expected=found.expected,
        found=found.found,
        bytes_found=_kept(found),
    )
    session.commit(circle, write_new(alarm), note("page_alarm", alarm_id, "seen", seen))
    return alarm_id


def all_alarms(session: Session) -> list[PageAlarm]:
    """Return every alarm, the open ones first, the newest first."""
    return sorted(session.find(PageAlarm), key=lambda one: (not open_alarm(one), -last_seen(one), one.id))


def open_alarms(session: Session) -> list[PageAlarm]:
    """Return those that nobody has settled since they were last met."""
    return [one for one in all_alarms(session) if open_alarm(one)]


def settle_alarm(session: Session, alarm_id: str, why: str) -> None:
    """Say that it is over, and why; it stays in the list, and is loud again if any desk meets it again."""
    alarm = session.get(PageAlarm, alarm_id)
    if alarm is None:
        raise OutOfRange(say("There is no such alarm."), kept=say("Nothing was changed."))
    words = " ".join(why.split())
    if not words:
        raise OutOfRange(
            say("Say why it is over."),
            kept=say("The alarm stands."),
            next_step=say("One sentence: who changed the page and how you know, or what was closed."),
        )
    session.commit(
        alarm.compartment,
        put("page_alarm", alarm_id, settled_at=session.now(), settled_by=session.member_id),
        note("page_alarm", alarm_id, "remarks", {"text": words}),
    )


def first_seen(alarm: PageAlarm) -> int:
    """Return when a desk first met it."""
    return min((one.at for one in alarm.seen), default=alarm.created_at)


def needs_now(session: Session) -> list[Need]:
    """Return the lines of Today: one alarm for all that differs, one line for another version."""
    still = open_alarms(session)
    needs = []
    grave = [one for one in still if one.what != "build"]
    if grave:
        since = min(first_seen(one) for one in grave)
        needs.append(
            Need(
                urgency=Urgency.ALARM,
                tag=say("Intake page"),
                what=say("The intake page is not ours since {time}", time=Moment(since)),
                why=say_count(
                    "{n} part of it differs ({what}). Somebody may read what people write there. "
                    "Take the page down and warn people by other ways.",
                    "{n} parts of it differ ({what} and others). Somebody may read what people write there. "
                    "Take the page down and warn people by other ways.",
                    len(grave),
                    what=Code(f"page-difference/{grave[0].what}"),
                ),
                since=since,
                action=say("Open what to do"),
                href="/safety/hotline#alarm",
            )
        )
    other = [one for one in still if one.what == "build"]
    if other:
        since = min(first_seen(one) for one in other)
        needs.append(
            Need(
                urgency=Urgency.LATE,
                tag=say("Intake page"),
                what=say("The intake page is made by another version of Leeward"),
                why=say("This desk cannot compare every byte of it. A desk of the same version can."),
                since=since,
                action=say("Look at it"),
                href="/safety/hotline#alarm",
            )
        )
    return [*needs, *renewal.needs_now(session)]


def faults(session: Session) -> list[Fault]:
    """Return the open alarms as Safety shows what is wrong."""
    return [
        Fault(
            last_seen(one),
            one.compartment,
            f"page {one.url}",
            say(
                "The intake page differs from ours ({what}). See Safety, “Our intake page”.",
                what=Code(f"page-difference/{one.what}"),
            ),
        )
        for one in open_alarms(session)
    ]


def _kept(found: Difference) -> bytes:
    if len(found.body) <= FOUND_MOST:
        return found.body
    start = max(0, found.at_byte - FOUND_MOST // 2)
    return found.body[start : start + FOUND_MOST]
