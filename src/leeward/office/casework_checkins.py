"""Signs of life: agreed, waited for, answered, missed, and followed up until somebody knows."""

from __future__ import annotations

from collections.abc import Iterable

from leeward.domain.cases.checkins import ALARMS, HOUR, CheckIn, schedule
from leeward.domain.cases.ladder import TRIED
from leeward.domain.cases.text import clean_text
from leeward.domain.cases.words import CHECK_IN
from leeward.domain.typed import write_new
from leeward.domain.vocabulary import known
from leeward.ledger.model import Change, note, put
from leeward.office.casework_base import line, require, require_case
from leeward.office.intake.danger import mark_forced
from leeward.office.ladders import ladder_of
from leeward.office.session import Session
from leeward.office.signs_words import is_forced_word


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
    """Write down a sign of life. `forced`, or the agreed word among theirs: "I am being made to say this"."""
    one = require(session, CheckIn, check_in_id)
    text = clean_text(answer)
    made = forced or is_forced_word(session, one.case_id, text)
    say_of(session, one, "forced" if made else "safe", text, how=how or one.how)


def ask_for_help(session: Session, check_in_id: str, answer: str = "", *, how: str = "") -> None:
    """Write down that they answered, and that they need help now."""
    one = require(session, CheckIn, check_in_id)
    text = clean_text(answer)
    forced = is_forced_word(session, one.case_id, text)
    say_of(session, one, "forced" if forced else "help", text, how=how or one.how)


def say_of(
    session: Session, one: CheckIn, does: str, text: str, *, how: str, key: str = "", at: int = 0
) -> None:
    """Write a sign into a check-in: "safe", "help" or "forced". `key` and `at` are the message's, if it was one."""
    known(CHECK_IN, how)
    session.commit(
        one.compartment,
        sign(session, one.id, does, text, how=how, key=key, at=at),
        line(session, one.case_id, "check-in", text, about_id=one.id) if text else (),
        put("case", one.case_id, seized=True) if does == "forced" else (),
    )
    if does == "forced":
        mark_forced(session, require_case(session, one.case_id).contact_ids, text)


def sign(
    session: Session,
    check_in_id: str,
    does: str,
    text: str = "",
    *,
    how: str = "",
    key: str = "",
    at: int = 0,
    keys: Iterable[str] = (),
) -> tuple[Change, ...]:
    """Return the note that says something of a check-in."""
    value = {
        "key": key or session.make_id(),
        "does": does,
        "how": how,
        "text": text,
        "at": at,
        "keys": list(keys),
    }
    return note("check_in", check_in_id, "heard", {name: one for name, one in value.items() if one})


def take_back_answer(session: Session, check_in_id: str) -> None:
    """Undo what was written down of it by mistake."""
    one = require(session, CheckIn, check_in_id)
    keys = [said.key for said in one.said]
    if keys:
        session.commit(one.compartment, sign(session, check_in_id, "back", keys=keys))


def try_step(session: Session, check_in_id: str, result: str) -> None:
    """Write down with one word (TRIED) what came of the step of the ladder that is due now."""
    one = require(session, CheckIn, check_in_id)
    rung = one.rung(session.now(), ladder_of(session, one))
    value = {"step": rung.step if rung is not None else "other", "result": known(TRIED, result)}
    session.commit(one.compartment, note("check_in", check_in_id, "tried", value))


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
    """Say what became of a missed one or of an alarm, once somebody knows. Alarms not known here stand on."""
    one = require(session, CheckIn, check_in_id)
    text = clean_text(found_out, needed=True)
    keys = [said.key for said in one.standing(ALARMS)]
    session.commit(
        one.compartment,
        sign(session, check_in_id, "settled", text, keys=keys),
        line(session, one.case_id, "check-in", text, about_id=check_in_id),
    )


def call_off(session: Session, check_in_ids: Iterable[str]) -> None:
    """Call off check-ins that are not needed any more, such as those of a journey that was put off."""
    for check_in_id in check_in_ids:
        one = require(session, CheckIn, check_in_id)
        session.commit(one.compartment, put("check_in", check_in_id, called_off_at=session.now()))
