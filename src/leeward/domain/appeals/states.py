"""Where an appeal is, and how long it has been met with silence. Pure: the day is passed in.

1. What is not sent is as its people say: draft, checked, review.
2. A substantive reply makes it replied. An acknowledgement is not a reply.
3. Silence counts whole days from the day of sending (its last possible day, if vague) to today, or to the first
   substantive reply.
4. Overdue begins the day after the due day. Without a rule or an agreed day nothing is ever overdue.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import msgspec

from leeward.base.say import say
from leeward.domain.appeals.records import Reply, Submission
from leeward.domain.errors import RuleBroken
from leeward.domain.period import Period

SOON_DAYS = 7


class AppealState(msgspec.Struct, frozen=True):
    """The computed state of one submission."""

    state: str  # STATE
    silent_days: int  # rule 3; 0 for what was not sent
    late_days: int  # rule 4
    answered_on: str  # ISO date or ""


def state_of(submission: Submission, replies: Iterable[Reply], today: str) -> AppealState:
    """Return where a submission is on an ISO day. See the rules above."""
    sent = last_day(submission.sent_on)
    if sent is None or submission.state in {"draft", "checked", "review"}:
        return AppealState(submission.state, 0, 0, "")  # 1
    now = dt.date.fromisoformat(today)
    mine = sorted((r for r in replies if r.submission_id == submission.id), key=lambda r: r.on)
    answers = [reply for reply in mine if reply.reply_kind != "acknowledged"]
    answered = next((day for reply in answers if (day := last_day(reply.on))), None)
    until = answered if answered is not None else now
    silent = max(0, (until - sent).days)  # 3
    due = last_day(submission.due_on)
    late = max(0, (until - due).days) if due is not None else 0  # 4
    answered_on = answers[0].on if answers else ""
    if submission.state == "closed":
        return AppealState("closed", silent, late, answered_on)
    if answers:  # 2
        return AppealState("replied", silent, late, answered_on)
    if late:
        return AppealState("overdue", silent, late, "")
    if due is not None and (due - now).days <= SOON_DAYS:
        return AppealState("due", silent, 0, "")
    return AppealState("acknowledged" if mine else "sent", silent, 0, "")


def last_day(text: str) -> dt.date | None:
    """Return the last day that a vague date can mean; None for an empty one, or what is no date."""
    bounds = Period(start=text, end=text).kept_bounds()
    return bounds[1] if bounds else None


def require_may_send(submission: Submission, missing: Sequence[object]) -> None:
    """Raise RuleBroken if it was sent already or if somebody in it lacks the matching consent."""
    if submission.sent_on:
        raise RuleBroken(say("This was sent already."), next_step=say("To ask again, make a follow-up."))
    if missing:
        raise RuleBroken(
            say("Somebody in it has not allowed this audience."),
            next_step=say("Take them out of the release, or ask them."),
        )
