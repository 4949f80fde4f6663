"""How much a member carries, and a warning before it is too much. Never a ranking: each is measured by their own limit.

1. Counted is what this desk can read. It is said so: a case that is sealed to it is not in the number.
2. Too much is one of three: more cases than they said they can hold; as much danger as twice that many ordinary
   cases; or more hours on duty in seven days than they have to give.
3. What is shown of a colleague are numbers of work that this desk sees anyway. Nothing of it is written anywhere.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator

import msgspec

from leeward.base.say import Code, Message, say, say_count
from leeward.domain.cases.case import Case
from leeward.domain.cases.words import RISK_WEIGHT
from leeward.domain.cases.work import Task
from leeward.domain.intake.records import Shift
from leeward.domain.money import Hours, hours_id
from leeward.domain.team import Member
from leeward.domain.today import Need, Urgency
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.office.duty import duty_of
from leeward.office.session import Session

ORDINARY = 2  # words.RISK_WEIGHT of a case of medium risk: so much is one ordinary case
TASKS = 8  # so many open tasks weigh as one ordinary case
WEEK = 48  # hours in seven days, of whoever has not said how many they can give
MOST = 60  # cases that anybody can say they hold at most


class Load(msgspec.Struct, frozen=True):
    """What one member carries."""

    member_id: str
    held: int = 0
    most: int = 12
    risks: tuple[tuple[str, int], ...] = ()  # of the two highest risks: code and number
    weight: float = 0.0  # in ordinary cases
    tasks: int = 0
    hours: float = 0.0  # on duty in the last seven days
    week: float = WEEK  # hours that they can give in seven days

    @property
    def too_many(self) -> bool:
        """Return whether they hold more than they said they can. Rule 2."""
        return self.held > self.most

    @property
    def too_heavy(self) -> bool:
        """Return whether those they hold are in more danger than one person can carry. Rule 2."""
        return self.weight > 2 * self.most

    @property
    def too_long(self) -> bool:
        """Return whether they were on duty for longer than they have hours to give. Rule 2."""
        return self.hours > self.week

    @property
    def too_much(self) -> bool:
        """Return whether somebody should take something from them."""
        return self.too_many or self.too_heavy or self.too_long

    @property
    def room(self) -> bool:
        """Return whether one more ordinary case would not be too much."""
        return self.held < self.most and self.weight + 1 <= 2 * self.most and not self.too_long

    @property
    def words(self) -> Message:
        """Return "9 of 12, extreme: 2", for where a case is given to somebody."""
        said = say("{held} of {most}", held=self.held, most=self.most)
        for code, count in self.risks:
            said = say("{before}, {risk}: {n}", before=said, risk=Code(f"risk/{code}"), n=count)
        if self.too_long:
            said = say("{before}, {n} h on duty this week", before=said, n=round(self.hours))
        return said


def loads(session: Session) -> dict[str, Load]:
    """Return what every member carries, by id, as far as this desk can read."""
    with session.reading():
        living = [case for case in session.find(Case) if case.living]
        tasks = Counter(task.owner_id for task in session.find(Task) if task.open and task.owner_id)
        hours, duty = {one.id: one for one in session.find(Hours)}, hours_on_duty(session)
        held: dict[str, Counter[str]] = defaultdict(Counter)
        for case in living:
            held[case.coordinator_id][case.risk] += 1
        return {
            one.id: _load(
                one.id, held[one.id], tasks[one.id], duty.get(one.id, 0.0), hours.get(hours_id(one.id))
            )
            for one in session.find(Member)
        }


def _load(member_id: str, risks: Counter[str], tasks: int, on_duty: float, hours: Hours | None) -> Load:
    weight = sum(RISK_WEIGHT.get(code, ORDINARY) * count for code, count in risks.items()) / ORDINARY
    return Load(
        member_id,
        held=risks.total(),
        most=hours.most_cases if hours else Hours(id="").most_cases,
        risks=tuple((code, risks[code]) for code in ("extreme", "very-high") if risks[code]),
        weight=weight + tasks / TASKS,
        tasks=tasks,
        hours=on_duty,
        week=sum(hours.week) / 60 if hours and sum(hours.week) else WEEK,
    )


def hours_on_duty(session: Session) -> dict[str, float]:
    """Return the hours of the hotline's shifts that each member had in the last seven days."""
    now = dt.datetime.fromtimestamp(session.now() / 1000, dt.UTC).astimezone()
    found: dict[str, float] = defaultdict(float)
    for shift in session.find(Shift):
        for before in range(8):
            day = now.date() - dt.timedelta(days=before)
            if shift.day != day.isoformat() if shift.weekday < 0 else shift.weekday != day.weekday():
                continue
            begins = dt.datetime.combine(day, dt.time(), now.tzinfo) + dt.timedelta(minutes=shift.begins)
            minutes = (shift.ends - shift.begins - 1) % 1440 + 1
            first = max(begins, now - dt.timedelta(days=7), _at(shift.created_at, now))
            last = min(begins + dt.timedelta(minutes=minutes), now)
            if shift.retired_at:
                last = min(last, _at(shift.retired_at, now))
            found[shift.member_id] += max(0.0, (last - first) / dt.timedelta(hours=1))
    return dict(found)


def _at(ms: int, now: dt.datetime) -> dt.datetime:
    return dt.datetime.fromtimestamp(ms / 1000, now.tzinfo)


def set_most(session: Session, most: int) -> None:
    """Say how many cases this member can hold at most."""
    own, most = hours_id(session.member_id), max(1, min(most, MOST))
    if session.get(Hours, own) is None:
        new = Hours(id=own, member_id=session.member_id, most_cases=most)
        session.commit(session.compartment_of("team"), write_new(new), put(Hours.kind, own, most_cases=most))
    else:
        session.commit(session.compartment_of("team"), put(Hours.kind, own, most_cases=most))


def needs_now(session: Session) -> Iterator[Need]:
    """Yield a line for whoever carries too much; coordinators see it of their colleagues, too."""
    duty = duty_of(session)
    team = {one.id: one for one in session.find(Member)}
    for one in loads(session).values():
        mine = one.member_id == session.member_id
        if not one.too_much or not (mine or duty.role == "coordinator"):
            continue
        name = team[one.member_id].name
        yield Need(
            Urgency.SECOND,
            say("Too much"),
            _what(one, name, mine=mine),
            _why(one),
            0,  # no moment: the same line at every look
            say("See who has room"),
            f"/caseload?of={one.member_id}",
        )


def _what(one: Load, name: str, *, mine: bool) -> Message:
    if one.too_many or one.too_heavy:
        if mine:
            return say_count(
                "You hold {n}: who could take one?", "You hold {n}: who could take one?", one.held
            )
        return say_count(
            "{name} holds {n}: who could take one?",
            "{name} holds {n}: who could take one?",
            one.held,
            name=name,
        )
    if mine:
        return say("You were on duty {n} hours in seven days: who could relieve you?", n=round(one.hours))
    return say("{name} was on duty {n} hours in seven days", name=name, n=round(one.hours))


def _why(one: Load) -> Message:
    if one.too_many:
        return say("More than the {most} that can be held well.", most=one.most)
    if one.too_heavy:
        return say("As much danger as {n} ordinary cases.", n=round(one.weight))
    return say("There are {n} hours a week to give.", n=round(one.week))
