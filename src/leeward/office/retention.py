"""What is kept how long on this desk: what comes next, who is told, and what begins by itself (domain/retention.py).

1. Only what this desk can read is judged here. Any desk that is open and may read it begins; nobody has to ask.
2. What is over begins as an erasure that nobody wants (domain/erasing.py, rule 7), 72 hours before its day; what
   nobody looks after on its own (beds, calls, journeys, drafts, errands) goes once a week, all that is over in one.
3. A desk does such an erasure only as far as by its own reckoning, too, the time is over and nothing keeps it: so
   nobody can have something erased by saying that its time is over.
4. What is kept for a reason is left alone: conversations that may be evidence, people in danger, what was held.
5. Who ends a conversation with their words has asked for it; but whoever may be forced is asked by a person first.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from leeward.base.say import Code, Message, Moment, say
from leeward.domain.cases.case import Case
from leeward.domain.cases.work import Task
from leeward.domain.erasing import STOP_MS, Erasure, done_by
from leeward.domain.intake import Draft, Letter, Line
from leeward.domain.relocation.beds import Stay
from leeward.domain.relocation.exposure import Incident
from leeward.domain.relocation.journeys import Journey, Leg
from leeward.domain.relocation.ways_out import Seat, Slot, WayOut
from leeward.domain.retention import (
    DAY,
    FOR_EVER,
    RULE,
    WARN_DAYS,
    Retention,
    days_of,
    due_at,
    kept_id,
    require_days,
    rule_id,
)
from leeward.domain.today import Need, Urgency
from leeward.domain.vocabulary import known
from leeward.ledger.model import put
from leeward.office import computer, keeping
from leeward.office.erasing import begin, belonging, derive_erasure_id, erasures, may_keep_account
from leeward.office.erasing_reach import Reach, conversations_of, erase_tokens, pieces_in
from leeward.office.errands import errands
from leeward.office.intake.see import heap, queue
from leeward.office.session import Session

_SINCE = "retention.since"  # device-only: since when this desk looks after this at all
_WEEK = 7 * DAY
_PEOPLE = frozenset({"nothing", "junk", "closed"})


class Over(msgspec.Struct, frozen=True):
    """Something whose time ends: a person's data by contact or case, or one record."""

    rule: str
    subject_id: str  # the case, the contact, or the record
    circle: str
    event: int  # milliseconds
    at: int  # when it is erased; FOR_EVER while it is held
    kept_until: int = 0
    holder_id: str = ""
    case_id: str = ""
    name: str = ""  # the pseudonym, for this desk's own pages


def rules(session: Session) -> dict[str, int]:
    """Return the days of each rule."""
    return {term.code: days_of(term.code, session.get(Retention, rule_id(term.code))) for term in RULE}


def set_rule(session: Session, rule: str, days: int) -> None:
    """Change a rule for the whole team. OutOfRange."""
    known(RULE, rule)
    require_days(rule, days)
    session.commit(session.compartment_of("team"), put(Retention.kind, rule_id(rule), rule=rule, days=days))


def coming(session: Session) -> list[Over]:
    """Return all that this desk can read and that has a day, the soonest first (1, 4)."""
    reckoning = _Reckoning(session)
    found = [*reckoning.people(), *reckoning.records()]
    return sorted(found, key=lambda one: (one.at, one.subject_id))


def begin_what_is_over(session: Session) -> None:
    """Begin the erasure of what is over in 72 hours (2), and let go of what was typed and left here."""
    if not session.vault.compartments("team"):
        return
    if not session.vault.local_get(_SINCE):
        session.vault.local_put(_SINCE, session.now())
    computer.forget_typed_before(session, session.now() - rules(session)["drafts"] * DAY)
    soon = [one for one in coming(session) if one.at - STOP_MS <= session.now()]
    running = _running(session)
    together: dict[tuple[str, str, int], list[Over]] = {}
    for over in soon:
        if over.subject_id in running:
            continue
        if over.rule in _PEOPLE:
            begin(session, _of_person(session, over))
        else:
            together.setdefault((over.rule, over.circle, over.at), []).append(over)
    for (rule, circle, at), found in together.items():
        ids = tuple(sorted(one.subject_id for one in found))
        key = derive_erasure_id(rule, circle, str(at), *ids)
        begin(
            session,
            Erasure(
                id=key, why="time", rule=rule, circle_ids=(circle,), record_ids=ids, asked_at=at - STOP_MS
            ),
        )


def begin_what_was_ended(session: Session) -> None:
    """Begin to erase what somebody wrote who ended it with their words; not if they may be in other hands (5)."""
    if not session.vault.compartments("intake") or not session.vault.compartments("team"):
        return
    for line in (*queue(session), *heap(session)):
        if not line.ended_at or line.captured_since or line.contact.alarmed:
            continue
        parts = [line.contact.id, *(one.id for one in line.parts)]
        letters = [one for part in parts for one in session.find(Letter, contact_id=part)]
        last = max(
            (one for one in letters if one.direction == "ended"), key=lambda one: one.created_at, default=None
        )
        if last is not None and not last.alarm:
            key = derive_erasure_id("ended", last.id)
            begin(
                session,
                Erasure(id=key, why="ended", contact_ids=tuple(sorted(parts)), asked_at=last.created_at),
            )


def reach_of_records(session: Session, erasure: Erasure) -> Reach:
    """Return what an erasure of single records reaches here: only what is over by this desk's own reckoning (3)."""
    wanted = set(erasure.record_ids)
    over = {
        one.subject_id: one
        for one in _Reckoning(session).records()
        if one.subject_id in wanted and one.rule == erasure.rule and one.at - STOP_MS <= session.now()
    }
    reach = Reach()
    for one in over.values():
        ids = [one.subject_id]
        if one.rule == "journeys":
            ids += [leg.id for leg in session.find(Leg, journey_id=one.subject_id)]
        for record_id in ids:
            record = session.vault.get(record_id)
            if record is not None and record.compartment == one.circle:
                reach.records.setdefault(one.circle, {})[record_id] = record.kind
                for address, told in pieces_in(dict(record.fields)):
                    reach.blobs[address] = erase_tokens(session.vault, one.circle, address, told)
    return reach


def is_still_over(session: Session, erasure: Erasure) -> bool:
    """Tell whether a person's time is over by this desk's own reckoning, as far as it can judge (3)."""
    subjects = {erasure.case_id, *erasure.contact_ids} - {""}
    known_here = [one for one in _Reckoning(session).people() if one.subject_id in subjects]
    if not known_here:
        return not any(session.vault.get(one) for one in subjects)
    return any(one.at - STOP_MS <= session.now() for one in known_here)


def needs_now(session: Session) -> list[Need]:
    """Return the warnings of Today: what will be erased within 14 days, told to who looks after it."""
    if not session.vault.compartments("team"):
        return []
    running = _running(session)
    return [
        _need(one)
        for one in coming(session)
        if one.rule in _PEOPLE and one.at - WARN_DAYS * DAY <= session.now() and one.subject_id not in running
    ]


def _need(one: Over) -> Need:
    who = Code(f"pseudonym/{one.name}")
    return Need(
        urgency=Urgency.SECOND,
        tag=say("Will be erased"),
        what=say("{who} will be erased on {time}", who=who, time=Moment(one.at)),
        why=why_over(one),
        since=one.event,
        action=say("Look, or keep it longer"),
        href=f"/safety/erasing#o-{one.subject_id}",
        holder_id=one.holder_id,
        later=True,
    )


def why_over(over: Over) -> Message:
    """Return why something has a day."""
    return say("{rule}: since {time}.", rule=Code(f"{RULE.name}/{over.rule}"), time=Moment(over.event))


def _of_person(session: Session, over: Over) -> Erasure:
    contacts = conversations_of(session, over.case_id, [] if over.case_id else [over.subject_id])
    return Erasure(
        id=derive_erasure_id(over.rule, over.subject_id, str(over.at)),
        why="time",
        rule=over.rule,
        case_id=over.case_id,
        contact_ids=tuple(sorted(contacts)),
        asked_at=over.at - STOP_MS,
    )


def _running(session: Session) -> set[str]:
    """Return the ids that an erasure names which is not done here."""
    own, owners = session.vault.device.id, belonging(session)
    return {
        one
        for erasure in erasures(session)
        if own not in done_by(erasure, owners)
        for one in (erasure.case_id, *erasure.contact_ids, *erasure.record_ids)
    }


class _Reckoning:
    """The rules as they stand, and what they say of what is here."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._since = int(session.vault.local_get(_SINCE) or session.now())
        self._longer = keeping.all_kept(session)
        self._set = {term.code: session.get(Retention, rule_id(term.code)) for term in RULE}

    def people(self) -> Iterator[Over]:
        """Yield people: conversations that came to nothing, junk, and closed cases."""
        session = self._session
        if session.vault.compartments("intake"):
            for line in queue(session):
                if not (line.contact.case_id or line.alarm_at or line.captured_since or line.waiting_since):
                    yield self._of_line("nothing", line)
            for line in heap(session):
                if line.contact.heap == "spam" and not line.contact.case_id:
                    yield self._of_line("junk", line)
        for case in session.find(Case):
            if case.closed_at and case.close_review and not may_keep_account(session, case.id):
                yield self._over(
                    "closed",
                    case.id,
                    case.compartment,
                    case.closed_at,
                    holder_id=case.coordinator_id,
                    case_id=case.id,
                    name=case.pseudonym,
                )

    def records(self) -> Iterator[Over]:
        """Yield single records: beds, journeys of people we still help, notes of calls, answers not sent."""
        session = self._session
        for stay in session.find(Stay):
            if stay.last_night:
                yield self._weekly("stays", stay.id, stay.compartment, _end_of(stay.last_night))
        rides: dict[str, list[Leg]] = defaultdict(list)
        for leg in session.find(Leg):
            rides[leg.journey_id].append(leg)
        for journey in session.find(Journey):
            legs = rides[journey.id]
            if legs and not any(leg.ahead or leg.state == "under-way" for leg in legs):
                last = max(leg.arrives or leg.departs or leg.changed_at for leg in legs)
                yield self._weekly("journeys", journey.id, journey.compartment, last, holder=journey.case_id)
        yield from self._held()
        yield from self._errands()
        for letter in session.find(Letter):
            if letter.direction == "call":
                yield self._weekly(
                    "calls", letter.id, letter.compartment, letter.created_at, holder=letter.contact_id
                )
        for draft in session.find(Draft):
            yield self._weekly("drafts", draft.id, draft.compartment, draft.changed_at)

    def _held(self) -> Iterator[Over]:
        """Yield seats and appointments that were held for somebody, by the day on which they were."""
        days = {way.id: way.day for way in self._session.find(WayOut)}
        for seat in self._session.find(Seat):
            end = _end_of(days.get(seat.way_out_id, ""))
            yield self._weekly("journeys", seat.id, seat.compartment, end, holder=seat.case_id)
        for slot in self._session.find(Slot):
            yield self._weekly("journeys", slot.id, slot.compartment, _end_of(slot.day), holder=slot.case_id)

    def _errands(self) -> Iterator[Over]:
        """Yield tasks without a case that are done, and lists about places and colleagues that are at rest."""
        for circle in errands(self._session):
            tasks = self._session.find(Task, compartment=circle.id)
            busy = {task.incident_id for task in tasks if task.open}
            for task in tasks:
                if not task.open:
                    yield self._weekly("errands", task.id, circle.id, max(task.done_at, task.dropped_at))
            for incident in self._session.find(Incident, compartment=circle.id):
                if incident.id not in busy:
                    last = max((turn.at for turn in incident.turns), default=incident.created_at)
                    done = [task.changed_at for task in tasks if task.incident_id == incident.id]
                    yield self._weekly("errands", incident.id, circle.id, max([last, *done]))

    def _of_line(self, rule: str, line: Line) -> Over:
        contact = line.contact
        event = max(line.arrived_at, line.last.created_at if line.last is not None else line.first_at)
        holder = line.claim.member_id if line.claim is not None else ""
        return self._over(
            rule, contact.id, contact.compartment, event, holder_id=holder, name=contact.pseudonym
        )

    def _over(
        self,
        rule: str,
        subject: str,
        circle: str,
        event: int,
        *,
        holder_id: str = "",
        case_id: str = "",
        name: str = "",
    ) -> Over:
        kept = self._kept((subject, case_id))
        set_by_team = self._set[rule]
        at = due_at(
            event,
            days_of(rule, set_by_team),
            changed_at=set_by_team.changed_at if set_by_team is not None else 0,
            known_since=self._since,
            kept_until=kept,
        )
        return Over(rule, subject, circle, event, at, kept, holder_id, case_id, name)

    def _weekly(self, rule: str, subject: str, circle: str, event: int, *, holder: str = "") -> Over:
        """Rule 2: on one day a week, so that parts need not be put into a new box each day."""
        over = self._over(rule, subject, circle, event)
        kept = max(over.kept_until, self._kept((holder,)))
        at = max(over.at, kept)
        return msgspec.structs.replace(
            over, at=at if at >= FOR_EVER else -(-at // _WEEK) * _WEEK, kept_until=kept
        )

    def _kept(self, subjects: Iterable[str]) -> int:
        return max((self._longer.get(kept_id(one), 0) for one in subjects if one), default=0)


def _end_of(night: str) -> int:
    """Return the noon after a night, UTC; 0 if it is no night."""
    try:
        day = dt.datetime.fromisoformat(night).replace(tzinfo=dt.UTC)
        return int((day + dt.timedelta(hours=36)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return FOR_EVER


__all__ = [
    "Over",
    "begin_what_is_over",
    "coming",
    "is_still_over",
    "needs_now",
    "reach_of_records",
    "rules",
    "set_rule",
    "why_over",
]
