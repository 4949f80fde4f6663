"""Due days come from dated rules; silence is counted in whole days; nobody is called late too early."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.appeals.procedures import (
    PROCEDURES,
    Procedure,
    codes,
    due_day,
    rule_on,
    why_in_words,
)
from leeward.domain.appeals.records import Reply, Submission
from leeward.domain.appeals.states import require_may_send, state_of
from leeward.domain.errors import OutOfRange, RuleBroken

SENT = Submission(id="s", state="sent", sent_on="2026-03-01", due_on="2026-04-30")


def reply(kind: str, on: str) -> Reply:
    return Reply(id=kind + on, submission_id="s", reply_kind=kind, on=on)


def test_a_rule_is_the_one_in_force_on_the_day_of_sending() -> None:
    old, new = rule_on("un-wgad", "2010-01-01"), rule_on("un-wgad", "2020-01-01")
    assert old is not None
    assert new is not None
    assert (old.reply_days, new.reply_days) == (90, 60)
    assert rule_on("un-wgad", "1991-12-31") is None
    assert rule_on("no-such", "2026-01-01") is None


def test_every_rule_names_its_source_and_every_number_that_was_not_read_is_unchecked() -> None:
    for rule in PROCEDURES:
        assert rule.source
        assert rule.ru != rule.en
        if rule.reply_days and rule.code != "un-wgad":
            assert not rule.checked
    assert len({rule.code for rule in codes()}) == len(codes())


def test_working_days_leave_out_the_weekend() -> None:
    rule = Procedure(code="x", en="", ru="", reply_days=3, working_days=True)
    assert due_day(rule, "2026-04-03") == "2026-04-08"  # a Friday


@given(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 400))
def test_calendar_days_are_plain_addition(day: dt.date, days: int) -> None:
    rule = Procedure(code="x", en="", ru="", reply_days=days)
    assert due_day(rule, day.isoformat()) == (day + dt.timedelta(days=days)).isoformat()


def test_a_vague_day_counts_from_its_last() -> None:
    rule = Procedure(code="x", en="", ru="", reply_days=10)
    assert due_day(rule, "2026-02") == "2026-03-10"
    assert due_day(rule, "") == ""
    with pytest.raises(OutOfRange):
        due_day(rule, "2026-02-30")


@pytest.mark.parametrize(
    ("today", "state", "silent", "late"),
    [
        ("2026-03-01", "sent", 0, 0),
        ("2026-04-22", "sent", 52, 0),
        ("2026-04-23", "due", 53, 0),
        ("2026-04-30", "due", 60, 0),
        ("2026-05-01", "overdue", 61, 1),
    ],
)
def test_silence_and_lateness_day_by_day(today: str, state: str, silent: int, late: int) -> None:
    now = state_of(SENT, [], today)
    assert (now.state, now.silent_days, now.late_days) == (state, silent, late)


def test_an_acknowledgement_is_not_an_answer_and_an_answer_stops_the_clock() -> None:
    received = [reply("acknowledged", "2026-03-05")]
    assert state_of(SENT, received, "2026-03-20").state == "acknowledged"
    assert state_of(SENT, received, "2026-05-02").state == "overdue"
    answered = [*received, reply("denies", "2026-05-03")]
    now = state_of(SENT, answered, "2027-01-01")
    assert (now.state, now.silent_days, now.late_days) == ("replied", 63, 3)


def test_replies_to_others_do_not_count_and_what_is_not_sent_is_as_it_says() -> None:
    other = msgspec.structs.replace(reply("denies", "2026-03-02"), submission_id="another")
    assert state_of(SENT, [other], "2026-03-03").state == "sent"
    assert state_of(Submission(id="d", state="review"), [], "2026-03-03").state == "review"


def test_sending_is_blocked_twice_and_without_consent() -> None:
    with pytest.raises(RuleBroken):
        require_may_send(SENT, [])
    with pytest.raises(RuleBroken):
        require_may_send(Submission(id="s"), ["account"])
    require_may_send(Submission(id="s"), [])


def test_every_rule_that_sets_a_time_says_in_russian_where_it_comes_from() -> None:
    timed = [one for one in PROCEDURES if one.reply_days is not None]
    assert timed
    for one in timed:
        said = why_in_words(one.source)
        assert said.said("en") == one.source
        assert said.said("ru") != one.source, one.source
    assert why_in_words("a letter of 4 May").said("ru") == "a letter of 4 May"
    assert why_in_words("agreed").said("ru") == "их собственное обещание"
