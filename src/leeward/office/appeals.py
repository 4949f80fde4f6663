"""Asking the world, and counting its silence."""

from __future__ import annotations

import datetime as dt

import msgspec

from leeward.base.say import Versions, say, say_count
from leeward.domain.appeals.procedures import due_day, rule_on, why_in_words
from leeward.domain.appeals.records import Institution, Reply, Submission
from leeward.domain.appeals.states import AppealState, last_day, state_of
from leeward.domain.appeals.terms import REPLY_KIND
from leeward.domain.errors import OutOfRange
from leeward.domain.period import Period
from leeward.domain.today import Need, Urgency
from leeward.domain.typed import write_new
from leeward.ledger.model import note, put
from leeward.office.around import whoami
from leeward.office.casework_base import require, today
from leeward.office.session import Session

_WRITERS = frozenset({"advocate", "documenter"})  # whose work it is to ask again, whoever asked first


class Asked(msgspec.Struct, frozen=True):
    """One submission as a page shows it."""

    submission: Submission
    institution: Institution
    replies: tuple[Reply, ...]
    state: AppealState


def add_institution(session: Session, institution: Institution) -> str:
    """Add somebody who can be asked; return the id."""
    if not institution.name.strip():
        raise OutOfRange(
            say("An institution needs a name."), next_step=say("Write it as it signs its letters.")
        )
    kept = msgspec.structs.replace(institution, id=institution.id or session.make_id())
    session.save_new(session.compartment_of("record"), kept)
    return kept.id


def institutions(session: Session) -> list[Institution]:
    """Return all institutions by name."""
    return sorted(session.find(Institution), key=lambda one: (one.name.casefold(), one.id))


def ready(session: Session, submission: Submission) -> Submission:
    """Return the submission with its due day computed from the rule in force when it was sent.

    A day that the institution itself agreed to (`due_on` already set) is kept.
    """
    require(session, Institution, submission.institution_id)
    Period(start=submission.sent_on).bounds()  # refuses what is no date
    sent = last_day(submission.sent_on)
    if sent is None:
        raise OutOfRange(
            say("When was it sent?"), next_step=say("Give the day, or the month if that is all.")
        )
    if sent > dt.date.fromisoformat(today(session)) and len(submission.sent_on) == len("2017-04-07"):
        raise OutOfRange(say("It cannot have been sent in the future."), next_step=say("Check the day."))
    rule = rule_on(submission.procedure, submission.sent_on[:10])
    if submission.due_on:
        Period(start=submission.due_on).bounds()
        return msgspec.structs.replace(submission, due_why=submission.due_why or "agreed")
    if rule is None:
        return submission
    due = due_day(rule, submission.sent_on)
    return msgspec.structs.replace(
        submission,
        due_on=due,
        due_why=rule.source if due else "",
        due_unchecked=bool(due) and not rule.checked,
    )


def send(session: Session, submission: Submission) -> str:
    """Write down that something was sent; return the submission's id."""
    kept = msgspec.structs.replace(
        ready(session, submission), id=submission.id or session.make_id(), state="sent"
    )
    session.save_new(session.compartment_of("record"), kept)
    return kept.id


def record_reply(session: Session, reply: Reply) -> str:
    """Write down what came; return the reply's id."""
    submission = require(session, Submission, reply.submission_id)
    if reply.reply_kind not in REPLY_KIND:
        raise OutOfRange(say("Say what kind of answer it is."), next_step=say("Choose one from the list."))
    Period(start=reply.on).bounds()  # refuses what is no date
    came, sent = last_day(reply.on), last_day(submission.sent_on)
    if came is None:
        raise OutOfRange(
            say("When did it come?"), next_step=say("Give the day, or the month if that is all.")
        )
    if sent is not None and came < dt.date.fromisoformat(_first_day(submission.sent_on)):
        raise OutOfRange(say("An answer cannot come before the question."), next_step=say("Check the day."))
    kept = msgspec.structs.replace(
        reply,
        id=reply.id or session.make_id(),
        institution_id=reply.institution_id or submission.institution_id,
        recorded_by=session.member_id,
    )
    session.commit(submission.compartment, write_new(kept))
    return kept.id


def _first_day(text: str) -> str:
    bounds = Period(start=text).kept_bounds()
    return bounds[0].isoformat() if bounds else "0001-01-01"


def close(session: Session, submission_id: str, outcome: str) -> None:
    """Close an appeal with its outcome."""
    submission = require(session, Submission, submission_id)
    session.commit(
        submission.compartment, put(Submission.kind, submission_id, state="closed", outcome=outcome)
    )


def remark(session: Session, submission_id: str, text: str) -> None:
    """Append a remark."""
    submission = require(session, Submission, submission_id)
    session.commit(submission.compartment, note(Submission.kind, submission_id, "remarks", text))


def board(session: Session) -> list[Asked]:
    """Return everything that was asked: what is overdue first, then by days of silence."""
    replies: dict[str, list[Reply]] = {}
    for reply in session.find(Reply):
        replies.setdefault(reply.submission_id, []).append(reply)
    asked = []
    by_id = {one.id: one for one in session.find(Institution)}
    for submission in session.find(Submission):
        institution = by_id.get(submission.institution_id) or Institution(id=submission.institution_id)
        asked.append(_asked(session, submission, institution, replies.get(submission.id, [])))
    order = {"overdue": 0, "due": 1, "sent": 2, "acknowledged": 2, "follow-up": 2, "replied": 4, "closed": 5}
    return sorted(
        asked, key=lambda one: (order.get(one.state.state, 3), -one.state.silent_days, one.submission.id)
    )


def one_asked(session: Session, submission_id: str) -> Asked:
    """Return one submission with its institution and replies."""
    submission = require(session, Submission, submission_id)
    institution = session.get(Institution, submission.institution_id)
    replies = session.find(Reply, submission_id=submission_id)
    return _asked(session, submission, institution or Institution(id=submission.institution_id), replies)


def _asked(session: Session, submission: Submission, institution: Institution, replies: list[Reply]) -> Asked:
    ordered = tuple(sorted(replies, key=lambda reply: (reply.on, reply.id)))
    return Asked(submission, institution, ordered, state_of(submission, ordered, today(session)))


def needs_now(session: Session) -> list[Need]:
    """Return the answers that are overdue and not asked for again; what others once asked is history."""
    asked = board(session)
    followed = {one.submission.follows_id for one in asked}
    writes = whoami(session).role in _WRITERS
    return [
        Need(
            urgency=Urgency.LATE,
            tag=say_count("{n} day late", "{n} days late", one.state.late_days),
            what=say(
                "{who} has not answered “{title}”",
                who=Versions(en=one.institution.named("en"), ru=one.institution.named("ru")),
                title=one.submission.title,
            ),
            why=say_count(
                "{n} day without an answer. The day it was due comes from: {source}",
                "{n} days without an answer. The day it was due comes from: {source}",
                one.state.silent_days,
                source=why_in_words(one.submission.due_why),
            ),
            since=_ms(one.submission.due_on),
            action=say("Ask again"),
            href=f"/appeals/{one.submission.id}",
            holder_id="" if writes else one.submission.sent_by,
        )
        for one in asked
        if one.state.state == "overdue" and one.submission.sent_by and one.submission.id not in followed
    ]


def _ms(day: str) -> int:
    last = last_day(day)
    if last is None:
        return 0
    return int(dt.datetime.combine(last, dt.time(), tzinfo=dt.UTC).timestamp() * 1000)
