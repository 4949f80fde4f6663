"""Signs of life: agreed, waited for, answered, missed, and followed up until somebody knows."""

from __future__ import annotations

from collections.abc import Iterable

from leeward.domain.cases.checkins import HOUR, CheckIn, schedule
from leeward.domain.cases.text import clean_text
from leeward.domain.cases.words import CHECK_IN
from leeward.domain.typed import write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import note, put
from leeward.office.casework_base import line, require, require_case
from leeward.office.intake.danger import mark_forced
from leeward.office.session import Session


def schedule_check_ins(  # noqa: PLR0913 - what is agreed with the person, each once
    session: Session,
    case_id: str,
    first: int,
    *,
    every: int = 0,
    until: int = 0,
    grace: int = HOUR,
    how: str = "message",
    who_id: str = "",
    second_id: str = "",
) -> list[str]:
    """Agree on one check-in, or on one each `every` milliseconds until `until`; return their ids."""
    case = require_case(session, case_id)
    known(CHECK_IN, how)
    new = [
        CheckIn(
            id=session.make_id(),
            case_id=case_id,
            due=moment,
            grace=grace,
            how=how,
            who_id=who_id or case.coordinator_id,
            second_id=second_id or case.deputy_id,
        )
        for moment in schedule(first, every, until)
    ]
    session.commit(case.compartment, *(write_new(one) for one in new))
    return [one.id for one in new]


def answer_check_in(
    session: Session, check_in_id: str, answer: str = "", *, how: str = "", forced: bool = False
) -> None:
    """Write down a sign of life. `forced`: the answer held the word for "I am being made to say this"."""
    one = require(session, CheckIn, check_in_id)
    text = clean_text(answer)
    session.commit(
        one.compartment,
        put(
            "check_in",
            check_in_id,
            answered_at=session.now(),
            answered_how=known(CHECK_IN, how or one.how),
            answer=text,
            forced=forced,
        ),
        line(session, one.case_id, "check-in", text, about_id=check_in_id) if text else (),
        put("case", one.case_id, seized=True) if forced else (),
    )
    if forced:
        mark_forced(session, require_case(session, one.case_id).contact_ids, text)


def take_back_answer(session: Session, check_in_id: str) -> None:
    """Undo an answer written down by mistake."""
    one = require(session, CheckIn, check_in_id)
    session.commit(one.compartment, put("check_in", check_in_id, answered_at=0, answer="", forced=False))


def tried(session: Session, check_in_id: str, step: str, outcome: str) -> None:
    """Write down a rung of the ladder that was tried, and what came of it."""
    one = require(session, CheckIn, check_in_id)
    text = clean_text(outcome, needed=True)
    session.commit(
        one.compartment,
        note("check_in", check_in_id, "tried", {"step": clean_text(step)[:40], "outcome": text}),
        line(session, one.case_id, "check-in", text, about_id=check_in_id),
    )


def settle_check_in(session: Session, check_in_id: str, found_out: str) -> None:
    """Say what became of a missed or forced check-in, once somebody knows."""
    one = require(session, CheckIn, check_in_id)
    text = clean_text(found_out, needed=True)
    session.commit(
        one.compartment,
        put("check_in", check_in_id, settled_at=session.now(), settled_as=text),
        line(session, one.case_id, "check-in", text, about_id=check_in_id),
    )


def call_off(session: Session, check_in_ids: Iterable[str]) -> None:
    """Call off check-ins that are not needed any more, such as those of a journey that was put off."""
    for check_in_id in check_in_ids:
        one = require(session, CheckIn, check_in_id)
        session.commit(one.compartment, put("check_in", check_in_id, called_off_at=session.now()))
