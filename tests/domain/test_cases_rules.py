from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.cases import checkins, due, story, words, work
from leeward.domain.cases.case import Case, derive_code
from leeward.domain.cases.checkins import CheckIn, CheckInState, Rung
from leeward.domain.cases.story import CaseNote
from leeward.domain.cases.text import clean_name, clean_text
from leeward.domain.cases.work import Need, Task
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.typed import read, write_new
from leeward.domain.vocabulary import Vocabulary
from leeward.ledger.model import Record

HOUR = 3_600_000
NOW = 1_491_600_000_000


def test_a_check_in_is_ahead_then_due_then_missed_and_answered_even_late() -> None:
    one = CheckIn(id="c", due=NOW, grace=HOUR)
    assert one.state(NOW - 1) == CheckInState.AHEAD
    assert one.state(NOW) == CheckInState.DUE
    assert one.state(NOW + HOUR - 1) == CheckInState.DUE
    assert one.state(NOW + HOUR) == CheckInState.MISSED
    assert (
        CheckIn(id="c", due=NOW, answered_at=NOW + 9 * HOUR).state(NOW + 10 * HOUR) == CheckInState.ANSWERED
    )


def test_the_forced_word_is_an_alarm_and_no_answer() -> None:
    one = CheckIn(id="c", due=NOW, answered_at=NOW, forced=True)
    assert one.state(NOW) == CheckInState.FORCED
    assert CheckIn(id="c", due=NOW, forced=True, settled_at=NOW).state(NOW) == CheckInState.SETTLED


def test_the_ladder_climbs_with_time_and_only_when_missed() -> None:
    one = CheckIn(id="c", due=NOW, grace=HOUR, ladder=(Rung(0, "call"), Rung(HOUR, "lawyer")))
    assert one.rung(NOW + HOUR - 1) is None
    assert one.rung(NOW + HOUR) == Rung(0, "call")
    assert one.rung(NOW + 5 * HOUR) == Rung(HOUR, "lawyer")


@given(st.integers(0, 10**6), st.integers(-5, 10**5), st.integers(0, 10**7))
def test_a_schedule_starts_when_it_should_and_never_runs_away(first: int, every: int, until: int) -> None:
    moments = checkins.schedule(first, every, until)
    assert moments[0] == first
    assert len(moments) <= 200
    assert all(moment <= max(until, first) for moment in moments)


def test_until_six_in_the_morning_it_is_still_the_night_before() -> None:
    three = int(dt.datetime(2017, 4, 8, 3, tzinfo=dt.UTC).timestamp() * 1000)
    assert checkins.night_of(three, dt.UTC) == dt.date(2017, 4, 7)
    assert checkins.night_of(three + 4 * HOUR, dt.UTC) == dt.date(2017, 4, 8)


def test_the_next_check_in_is_the_earliest_that_still_waits() -> None:
    answered = CheckIn(id="a", due=NOW, answered_at=NOW)
    later, sooner = CheckIn(id="b", due=NOW + HOUR), CheckIn(id="c", due=NOW + 1)
    assert checkins.next_due([answered, later, sooner], NOW) == sooner
    assert checkins.next_due([answered], NOW) is None


def test_tasks_stand_late_first_then_by_day_then_without_one() -> None:
    tasks = [
        Task(id="no-day", title="x"),
        Task(id="tomorrow", due=NOW + 24 * HOUR),
        Task(id="late", due=NOW - HOUR),
        Task(id="later", due=NOW - 3 * HOUR),
    ]
    assert [task.id for task in work.in_order(tasks, NOW)] == ["later", "late", "tomorrow", "no-day"]
    assert tasks[2].late_by(NOW) == HOUR
    assert Task(id="done", due=NOW - HOUR, done_at=NOW).late_by(NOW) == 0


def test_tasks_never_wait_for_themselves() -> None:
    tasks = {
        "a": Task(id="a", depends_on_ids=("b",)),
        "b": Task(id="b"),
        "c": Task(id="c", depends_on_ids=("a",)),
    }
    work.check_order("new", ["c"], tasks)
    with pytest.raises(RuleBroken, match="circle"):
        work.check_order("b", ["c"], tasks)
    assert [one.id for one in work.waits_for(tasks["a"], tasks)] == ["b"]


def test_danger_stands_before_promises_and_promises_before_plans() -> None:
    missed = due.of_check_in(CheckIn(id="c", due=NOW - 2 * HOUR), NOW)
    late = due.of_task(Task(id="t", title="letter", due=NOW - 99 * HOUR), NOW)
    ahead = due.of_need(Need(id="n", need="visa", due=NOW + HOUR), NOW)
    assert due.in_order([ahead, late, missed, None]) == [missed, late, ahead]
    assert due.of_need(Need(id="n", status="met", due=NOW), NOW) is None


def test_the_story_is_told_newest_first_and_without_what_was_struck() -> None:
    notes = [
        CaseNote(id="1", created_at=5),
        CaseNote(id="2", created_at=9, happened_at=1),
        CaseNote(id="3", created_at=7, struck_at=8),
    ]
    assert [one.id for one in story.in_order(notes)] == ["1", "2"]


@given(st.text(max_size=250))
def test_a_name_is_one_line_without_control_characters_or_refused(text: str) -> None:
    try:
        name = clean_name(text)
    except OutOfRange:
        assert len(text) > 200
        return
    assert "\n" not in name
    assert not any(ord(one) < 32 or "\u202a" <= one <= "\u202e" for one in name)
    assert clean_name(name) == name


def test_ten_thousand_characters_are_no_name_and_the_sentence_says_what_fits() -> None:
    with pytest.raises(OutOfRange, match="10000 characters long; a name or title can have 200") as refused:
        clean_name("я" * 10_000)
    assert "still in the form" in str(refused.value)
    with pytest.raises(OutOfRange):
        clean_name(" \x00 ", needed=True)
    with pytest.raises(OutOfRange):
        clean_text("x" * 100_001)
    assert clean_text("one\r\n<b>two</b>\x00") == "one\n<b>two</b>"


def test_records_survive_the_way_through_the_ledger() -> None:
    case = Case(id="c1", pseudonym="Juniper", stage="safe-place", threat_set=("family", "state"), beds=2)
    one = CheckIn(id="k", due=NOW, ladder=(Rung(0, "call"),))
    for typed in (case, one):
        changes = write_new(typed)
        sets = {change.field for change in changes if change.op == 1}
        fields: dict[str, object] = {
            change.field: change.value for change in changes if change.field not in sets
        }
        for name in sets:
            fields[name] = tuple(sorted(change.value for change in changes if change.field == name))
        record = Record(typed.id, typed.kind, "", fields, {}, 0, "", 0, "")
        assert read(type(typed), record) == typed


def test_every_word_is_there_in_both_languages_and_every_parent_exists() -> None:
    for vocabulary in vars(words).values():
        if isinstance(vocabulary, Vocabulary):
            for term in vocabulary:
                assert term.en
                assert term.ru
                assert not term.parent or term.parent in vocabulary
    assert Case(id="c", stage="a-newer-stage").step == 0
    assert set(words.RISK_WEIGHT) == {term.code for term in words.RISK}


def test_a_case_has_a_number_that_can_be_said_on_the_phone() -> None:
    assert Case(id="c", code="case 17").number == "17"
    assert Case(id="c", code="4821").number == "4821"
    assert re.fullmatch(r"[1-9]\d{3}", derive_code("abcdefghijklmnopqrstuvwxyz"))
