from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.errors import OutOfRange
from leeward.domain.intake import Shift, Watch
from leeward.domain.intake.watch import (
    check_shift,
    check_watch,
    covers,
    is_called,
    level_of,
    minutes_at,
    on_shift,
)

TUESDAY = dt.datetime(2026, 4, 7, 12, 0, tzinfo=dt.UTC)


def shift(**changes: Any) -> Shift:
    return Shift(id="s", **{"member_id": "mila", "weekday": 1, "begins": 9 * 60, "ends": 17 * 60, **changes})


def test_a_weekly_shift_covers_its_hours_of_its_day() -> None:
    assert covers(shift(), TUESDAY)
    assert covers(shift(), TUESDAY.replace(hour=9))
    assert not covers(shift(), TUESDAY.replace(hour=17))
    assert not covers(shift(), TUESDAY + dt.timedelta(days=1))
    assert covers(shift(), TUESDAY + dt.timedelta(days=7))
    assert not covers(shift(retired_at=1), TUESDAY)


def test_a_night_shift_goes_on_after_midnight() -> None:
    night = shift(begins=22 * 60, ends=6 * 60)
    assert covers(night, TUESDAY.replace(hour=23))
    assert covers(night, TUESDAY.replace(hour=5) + dt.timedelta(days=1))
    assert not covers(night, TUESDAY.replace(hour=5))


def test_a_dated_shift_comes_once() -> None:
    once = shift(weekday=-1, day="2026-04-07")
    assert covers(once, TUESDAY)
    assert not covers(once, TUESDAY + dt.timedelta(days=7))


@given(st.integers(0, 1439), st.integers(0, 1439))
def test_a_shift_lasts_as_long_as_its_two_times_say(begins: int, ends: int) -> None:
    one = shift(begins=begins, ends=ends)
    start = dt.datetime(2026, 4, 6, tzinfo=dt.UTC)
    minutes = sum(covers(one, start + dt.timedelta(minutes=minute)) for minute in range(0, 3 * 1440, 1))
    assert minutes == ((ends - begins) % 1440 or 1440)


@pytest.mark.parametrize(
    "wrong",
    [{"weekday": 7}, {"weekday": -1}, {"day": "tomorrow"}, {"line": 3}, {"begins": -1}, {"ends": 2000}],
)
def test_a_shift_that_can_never_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(OutOfRange):
        check_shift(shift(**wrong))


def test_by_night_there_is_more_time() -> None:
    watch = Watch(id="w")
    assert minutes_at(watch, TUESDAY) == 20
    assert minutes_at(watch, TUESDAY.replace(hour=23)) == minutes_at(watch, TUESDAY.replace(hour=6)) == 45
    assert minutes_at(watch, TUESDAY.replace(hour=7)) == 20
    assert minutes_at(Watch(id="w", night_from=1, night_to=5), TUESDAY.replace(hour=0)) == 20
    with pytest.raises(OutOfRange):
        check_watch(Watch(id="w", minutes_day=0))


def test_first_the_first_line_then_the_second_then_everybody() -> None:
    levels = [level_of(minutes * 60_000, 20) for minutes in (19, 20, 40, 60, 600)]
    assert levels == [0, 1, 2, 3, 3]
    called = {
        level: {one for one in ("first", "second", "third") if is_called(one, level, {"first"}, {"second"})}
        for level in range(4)
    }
    assert called == {0: set(), 1: {"first"}, 2: {"first", "second"}, 3: {"first", "second", "third"}}


def test_a_line_with_nobody_on_duty_is_passed_at_once() -> None:
    assert is_called("anybody", 1, set(), set())
    assert is_called("second", 1, set(), {"second"})
    assert not is_called("anybody", 1, set(), {"second"})
    assert not is_called("anybody", 0, set(), set())


def test_who_is_on_shift_is_told_by_line() -> None:
    roster = [shift(), shift(member_id="vera", line=2), shift(member_id="boris", weekday=3)]
    assert on_shift(roster, TUESDAY, 1) == {"mila"}
    assert on_shift(roster, TUESDAY, 2) == {"vera"}
