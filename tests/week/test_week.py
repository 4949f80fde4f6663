"""A full week of the practice operation, in Russian, at two desks: one as wide as a table, one as narrow as a hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.support.browser import Browsing
from tests.week import friday, monday, saturday, sunday, thursday, tuesday, wednesday
from tests.week.life import Life
from tests.week.seat import NARROW, WIDE
from tests.week.stage import open_stage

pytestmark = pytest.mark.browser

Step = Callable[[Life], None]
STEPS = [
    pytest.param(step, id=f"{day.__name__.rpartition('.')[2]}-{step.__name__}")
    for day in (monday, tuesday, wednesday, thursday, friday, saturday, sunday)
    for step in day.DAYS
]


@pytest.mark.parametrize("step", STEPS)
def test_the_week_is_lived(life: Life, step: Step) -> None:
    step(life)


def test_nothing_complained(life: Life) -> None:
    assert life.browsing.complaints == []


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_whole_week_at_one_width(chromium: Browser, tmp_path: Path, size: tuple[int, int]) -> None:
    """The same week without a change of places: both at this width all the time, every page held against WCAG."""
    browsing = Browsing(chromium)
    with open_stage(tmp_path) as stage:
        try:
            alone = Life(stage, browsing, coordinator=size, operator=size, changes=False)
            for step in STEPS:
                step.values[0](alone)  # type: ignore[operator]
        finally:
            browsing.close()
    assert browsing.complaints == []
