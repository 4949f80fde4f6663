"""Values that a turned colleague's program can write, and what they do to the pages of others."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.desk.language import Speech


@given(st.integers(-(1 << 63), (1 << 63) - 1))
@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_moment_whatever_breaks_a_page(language: str, ms: int) -> None:
    for zone in (dt.UTC, dt.timezone(dt.timedelta(hours=14)), dt.timezone(dt.timedelta(hours=-12))):
        speech = Speech(language, zone)
        now = 1_790_000_000_000
        assert speech.moment(ms, now)
        assert speech.long_moment(ms)
        assert speech.clock(ms)
        assert speech.span(now - ms)
