"""A proposal on the table: worked out, looked at, changed by hand, worked out again around that, accepted.

1. Nothing of it is written down before somebody accepts it; it goes when the desk locks.
2. What a person decides by hand stays as they decided, in every plan worked out after it, until they let go of it.
3. Before anything is accepted it is compared with how things are now: if somebody else changed what it rests on, it is
   worked out anew and nothing is written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator

import msgspec

from leeward.base.say import Message, say
from leeward.domain.cases.case import Case
from leeward.domain.errors import RuleBroken
from leeward.domain.relocation.ways_out import WayOut
from leeward.office.casework_views import names
from leeward.office.planning.accept import Accepted, accept
from leeward.office.planning.gather import Question, gather
from leeward.office.planning.names import TeamNames
from leeward.office.planning.work import Work
from leeward.office.session import Session
from leeward.plan.answer import PartyPlan, Plan
from leeward.plan.arrival import in_order_of_arrival
from leeward.plan.changes import What, changes, promised_ways
from leeward.plan.errors import NoPlan
from leeward.plan.explain import Explainer
from leeward.plan.instance import Fixed, Way
from leeward.plan.needed import needed
from leeward.plan.reading import digest
from leeward.plan.telling import tell, tell_housing
from leeward.plan.telling_changes import tell_change
from leeward.plan.telling_clash import tell_clash, tell_resolution

SECONDS = 60.0


class Night(msgspec.Struct, frozen=True):
    """A stay as a page shows it: code name, first and last night as ISO days."""

    place: str
    place_id: str
    first: str
    last: str


class Line(msgspec.Struct, frozen=True):
    """What the proposal gives one party, what that changes, and why it is so."""

    case: Case
    people: int
    nights: tuple[Night, ...]
    way: WayOut | None
    day: str
    visa_country: str
    visa_day: str
    visa_escort: str
    escort: str
    promised: bool  # a way out, an appointment or another bed was promised before
    changed: tuple[Message, ...]  # against what was promised
    why: tuple[Message, ...]
    missing: tuple[Message, ...]  # who has no way out: what would give them one
    by_hand: bool

    @property
    def same(self) -> bool:
        """Tell whether it is as it was promised."""
        return self.promised and not self.changed


class Shown(msgspec.Struct, frozen=True):
    """A proposal as a page shows it."""

    lines: tuple[Line, ...]  # who leaves, in the order of days; then who does not
    people: int
    leaving: int
    risk_days: int
    saved: int  # risk-days fewer than in order of arrival; 0 if that cannot be said
    gap: float
    optimal: bool


class Table:
    """The one proposal of a desk. Any thread may ask it."""

    def __init__(self, session: Session, tell_pages: Callable[[], None]) -> None:
        self._session, self._tell = session, tell_pages
        self._lock = threading.Lock()
        self._work: Work | None = None
        self._by_hand: dict[str, Fixed] = {}
        self._arrival: dict[str, int] = {}
        self._shown: tuple[Plan, Shown] | None = None
        self.seconds = SECONDS

    @property
    def work(self) -> Work | None:
        """Return what is being, or was, worked out."""
        return self._work

    def begin(self) -> None:
        """Work a plan out for how things are now, around what was decided by hand."""
        with self._lock:
            self._begin()

    def _begin(self) -> None:
        question = gather(self._session, by_hand=self._by_hand)
        if not question.instance.parties:
            raise RuleBroken(
                say("Nobody waits for a way out."),
                kept=say("Nothing was changed."),
                next_step=say("Open a case first: everyone who has not left yet is planned for."),
            )
        if self._work is not None:
            self._work.end()
        self._shown = None
        self._work = Work(question, self._tell, seconds=self.seconds)

    def stop(self) -> None:
        """Keep the best so far."""
        if self._work is not None:
            self._work.stop()

    def drop(self) -> None:
        """Take it off the table, with what was decided by hand."""
        with self._lock:
            if self._work is not None:
                self._work.end()
            self._work, self._shown = None, None
            self._by_hand.clear()

    def close(self) -> None:
        """End what is being worked out, at once: the desk closes."""
        if self._work is not None:
            self._work.kill()

    def decide(self, case_id: str, fixed: Fixed | None) -> None:
        """Fix something by hand, or let go of it with None; a new plan is worked out around it. Rule 2."""
        with self._lock:
            if fixed is None:
                self._by_hand.pop(case_id, None)
            else:
                self._by_hand[case_id] = fixed
            self._begin()

    def decided(self, case_id: str) -> Fixed:
        """Return what was decided by hand."""
        return self._by_hand.get(case_id, Fixed())

    def is_decided(self, case_id: str) -> bool:
        """Tell whether something was decided by hand for this case."""
        return case_id in self._by_hand

    def accept(self, case_ids: Collection[str]) -> Accepted:
        """Write the lines of these cases down. Rule 3: RuleBroken if the question is another by now."""
        with self._lock:
            work = self._work
            if work is None or work.best is None:
                raise RuleBroken(say("There is no proposal on the table."), kept=say("Nothing was changed."))
            now = gather(self._session, by_hand=self._by_hand)
            if digest(now.instance) != digest(work.question.instance):
                self._begin()
                raise RuleBroken(
                    say("Something that this proposal rests on was changed meanwhile."),
                    kept=say("Nothing was written down."),
                    next_step=say("A new one is being worked out. Look at it, and accept that."),
                )
            done = accept(self._session, work.question, work.best, case_ids)
            work.end()
            self._work, self._shown = None, None
            self._by_hand.clear()
            return done

    def shown(self) -> Shown | None:
        """Return the best so far, as a page shows it."""
        work = self._work
        best = work.best if work is not None else None
        if work is None or best is None:
            return None
        kept = self._shown
        if kept is not None and kept[0] is best:
            return kept[1]
        shown = self._show(work.question, best)
        self._shown = (best, shown)
        return shown

    def impossible(self) -> list[tuple[tuple[Message, ...], tuple[Message, ...]]]:
        """Return, where there is no plan at all, what clashes and what would resolve it: a pair for each clash."""
        work = self._work
        if work is None or not work.clashes:
            return []
        known = TeamNames(work.question, names(self._session))
        try:
            return [
                (tuple(tell_clash(one, known)), tuple(tell_resolution(way, known) for way in one.resolutions))
                for one in work.clashes
            ]
        except (LookupError, IndexError, TypeError):  # rule 4 of work.py: it speaks of what is not there
            return []

    def _show(self, question: Question, plan: Plan) -> Shown:
        lines = tuple(_lines(self._session, question, plan, frozenset(self._by_hand)))
        arrival = self._in_order_of_arrival(question)
        return Shown(
            lines=lines,
            people=sum(line.people for line in lines),
            leaving=sum(line.people for line in lines if line.way is not None),
            risk_days=plan.points // 100,
            saved=max(0, (arrival - plan.points) // 100) if arrival else 0,
            gap=plan.gap,
            optimal=plan.status == "optimal",
        )

    def _in_order_of_arrival(self, question: Question) -> int:
        key = digest(question.instance)
        if key not in self._arrival:
            try:
                points = in_order_of_arrival(question.instance).points
            except NoPlan:
                points = 0
            self._arrival = {key: points}
        return self._arrival[key]


def _missing(explainer: Explainer, line: PartyPlan, known: TeamNames) -> tuple[Message, ...]:
    """Return what would give a way out to somebody who has none, the easiest first."""
    clash = needed(explainer, line.id) if line.departure is None else None
    return tuple(tell_resolution(one, known) for one in clash.resolutions[:3]) if clash is not None else ()


def _all_there(before: Way | None, now: Way) -> bool:
    """Tell whether all that the plan gives was promised already."""
    return before is not None and (before.departure, before.visa) == (now.departure, now.visa)


def _lines(session: Session, question: Question, plan: Plan, by_hand: Collection[str]) -> Iterator[Line]:
    explainer = Explainer(question.instance, plan)
    known = TeamNames(question, names(session))
    before = promised_ways(question.instance)
    changed: dict[str, list[Message]] = {}
    for change in changes(question.instance, before, plan):
        if change.before is not None and change.what != What.NIGHTS:  # what is only new needs no telling
            changed.setdefault(change.party, []).extend(tell_change(change, known))

    def order(line: PartyPlan) -> tuple[str, str]:
        way = question.ways.get(line.departure or "")
        return (way.day if way is not None else "9999", line.id)

    for line in sorted(plan.parties, key=order):
        why = explainer.why(line.id)
        way = question.ways.get(line.departure or "")
        members = names(session)
        yield Line(
            case=question.cases[line.id],
            people=len(explainer.index.parties[line.id].people),
            nights=tuple(
                Night(
                    question.places[stay.place].code_name,
                    stay.place,
                    question.calendar.day(stay.first),
                    question.calendar.day(stay.last),
                )
                for stay in line.stays
            ),
            way=way,
            day=way.day if way is not None else "",
            visa_country=question.destinations[line.visa.country].country if line.visa else "",
            visa_day=question.calendar.day(line.visa.day) if line.visa else "",
            visa_escort=members.get(line.visa_escort or "", ""),
            escort=members.get(line.escort or "", ""),
            promised=line.id in changed or _all_there(before.get(line.id), line.way),
            changed=tuple(changed.get(line.id, ())),
            why=(*tell(why, known), *tell_housing(why, known)),
            missing=_missing(explainer, line, known),
            by_hand=line.id in by_hand,
        )
