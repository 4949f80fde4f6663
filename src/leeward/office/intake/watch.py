"""Who looks after the hotline, who looked, and who is called because nobody did.

1. Looking is opening the queue or a conversation, by somebody: a page that only refreshes itself is nobody.
2. It is written down only when there was something new since the last look of anybody: no noise in the ledger.
3. What somebody took is looked at; what lies on a heap calls nobody.
4. A look or a claim from a time to come counts for nothing, and times that nobody could set are not kept: no colleague
   can see to it that nobody is called.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.intake import Line, Look, Shift, Watch
from leeward.domain.intake.standing import CLOCKS_APART
from leeward.domain.intake.watch import (
    Called,
    check_shift,
    check_watch,
    is_called,
    level_of,
    minutes_at,
    on_shift,
)
from leeward.domain.team import Member
from leeward.ledger.model import put
from leeward.office.intake.see import has_intake, queue
from leeward.office.session import Session

_FIELDS = ("minutes_day", "minutes_night", "night_from", "night_to", "claim_minutes")


def watch_of(session: Session) -> Watch:
    """Return the team's times, or those that hold until it sets its own."""
    found = session.get(Watch, _watch_id(session))
    try:
        check_watch(found or Watch(id=""))
    except OutOfRange:  # 4: written past our forms
        found = None
    return found if found is not None else Watch(id="")


def set_watch(session: Session, watch: Watch) -> None:
    """Set the times; only those that differ are written."""
    check_watch(watch)
    now = watch_of(session)
    changed = {name: getattr(watch, name) for name in _FIELDS if getattr(watch, name) != getattr(now, name)}
    if changed:
        session.commit(session.compartment_of("team"), put("watch", _watch_id(session), **changed))


def shifts(session: Session) -> list[Shift]:
    """Return the roster in the order of the week; dated shifts after it."""
    found = [one for one in session.find(Shift) if not one.retired_at]
    return sorted(found, key=lambda one: (one.day, one.weekday, one.begins, one.line, one.id))


def add_shift(session: Session, shift: Shift) -> str:
    """Write a shift into the roster; its id is drawn here."""
    if session.get(Member, shift.member_id) is None:
        raise OutOfRange(say("Say whose shift it is."), kept=say("Nothing was changed."))
    new = msgspec.structs.replace(shift, id=session.make_id())
    check_shift(new)
    session.save_new(session.compartment_of("team"), new)
    return new.id


def retire_shift(session: Session, shift_id: str) -> None:
    """Take a shift out of the roster."""
    found = session.get(Shift, shift_id)
    if found is not None and not found.retired_at:
        session.commit(found.compartment, put("shift", shift_id, retired_at=session.now()))


def on_duty(session: Session, line: int) -> frozenset[str]:
    """Return who has the first or second line now; whoever said that they are on duty is of the first."""
    now = session.now()
    said = {one.id for one in session.find(Member) if one.on_duty_until > now} if line == 1 else set()
    return on_shift(session.find(Shift), _local(now), line) | said


def looked(session: Session) -> bool:
    """Write down that this member looked, if there is something new to have seen; tell whether it was written (2)."""
    if not has_intake(session) or not _unseen(session):
        return False
    session.commit(
        session.compartment_of("intake"), put("look", derive_id("look", session.member_id), at=session.now())
    )
    return True


def last_look(session: Session) -> int:
    """Return when anybody looked last."""
    latest = session.now() + CLOCKS_APART  # 4
    return max((one.at for one in session.find(Look) if one.at <= latest), default=0)


def called(session: Session) -> Called | None:
    """Return whether this member is called now, because somebody waits and nobody has looked."""
    if not has_intake(session):
        return None
    waits = _unseen(session)
    if not waits:
        return None
    now = session.now()
    seen = last_look(session)
    since = min(_first_unseen(line, seen) for line in waits)
    level = level_of(now - since, minutes_at(watch_of(session), _local(now)))
    if not is_called(session.member_id, level, on_duty(session, 1), on_duty(session, 2)):
        return None
    return Called(level, since, len(waits))


def newest(session: Session) -> int:
    """Return when the newest thing came that is for somebody to read; 0 if nothing ever did."""
    return max((line.arrived_at for line in queue(session)), default=0)


def _unseen(session: Session) -> list[Line]:
    seen, latest = last_look(session), session.now() + CLOCKS_APART
    waiting = (line for line in queue(session) if line.waiting_since or line.alarm_at)
    return [line for line in waiting if line.arrived_at > seen and not _taken(line, latest)]  # 3


def _first_unseen(line: Line, seen: int) -> int:
    """Return when the oldest thing came that nobody has seen, as far as the line tells."""
    return min(at for at in (line.alarm_at, line.waiting_since, line.arrived_at) if at > seen)


def _taken(line: Line, latest: int) -> bool:
    return line.claim is not None and line.arrived_at <= line.claim.acted_at <= latest


def _watch_id(session: Session) -> str:
    return derive_id("watch", session.compartment_of("team"))


def _local(ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(ms / 1000, tz=dt.UTC).astimezone()
