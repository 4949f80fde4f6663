"""Who has a thing in hand now: whoever promised it, if they are on duty; else somebody on duty whose work it is."""

from __future__ import annotations

import datetime as dt

import msgspec

from leeward.domain.cases.checkins import HOUR
from leeward.domain.team import Member
from leeward.domain.travel import Away
from leeward.office.session import Session

SHIFT = 12 * HOUR  # for whoever has not said until when they are on duty


class Duty(msgspec.Struct, frozen=True):
    """How this moment is for the member at this desk: until when it is theirs, and who else is there."""

    me: str
    role: str
    now: int
    until: int  # when this member's shift ends
    here: bool  # this member is on duty
    others: dict[str, str]  # the other members on duty, and their roles
    away: frozenset[str] = frozenset()  # on a journey: what they promised, others have in hand

    def holder(self, role: str, *ids: str) -> str:
        """Return who has it in hand, or "" if that is the member at this desk.

        `ids` are those who promised it, in order; `role` is whose work it is if none of them is on duty.
        """
        promised = [one for one in ids if one and one not in self.away]
        for one in promised:
            if one == self.me:
                return ""
            if one in self.others:
                return one
        if self.here and self.role == role:
            return ""
        stand_in = min((one for one, its in self.others.items() if its == role), default="")
        if stand_in or self.here or self.role == role or not promised:
            return stand_in
        return promised[0]

    def of_danger(self, role: str, *ids: str, early: bool = False) -> str:
        """Return who has a danger in hand: alone only while it is early or this member is off duty.

        What nobody on duty has in hand is always for whoever looks.
        """
        one = self.holder(role, *ids)
        return one if one in self.others and (early or not self.here) else ""

    def soon(self, at: int, *, whole_day: bool = False) -> bool:
        """Return whether a moment comes before this member's shift ends; of a whole day, whether it is today."""
        return _day(at) <= _day(self.now) if whole_day else at <= self.until

    def days_since(self, at: int) -> int:
        """Return how many days ago the day of a moment was, at least one."""
        return max(1, (_day(self.now) - _day(at)).days)


def duty_of(session: Session) -> Duty:
    """Return the duty of the member at this desk."""
    now = session.now()
    team = {one.id: one for one in session.find(Member)}
    me = team.get(session.member_id)
    until = me.on_duty_until if me is not None else 0
    away = frozenset(one.member_id for one in session.find(Away) if one.open) - {session.member_id}
    return Duty(
        me=session.member_id,
        role=me.role if me is not None else "",
        now=now,
        until=until if until > now else now + SHIFT,
        here=until > now,
        others={
            one.id: one.role
            for one in team.values()
            if one.on_duty_until > now and one.id != session.member_id and one.id not in away
        },
        away=away,
    )


def _day(ms: int) -> dt.date:
    return dt.datetime.fromtimestamp(ms / 1000, tz=dt.UTC).astimezone().date()
