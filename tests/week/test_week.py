"""A full week of the practice operation, in Russian, at two desks: one as wide as a table, one as narrow as a hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.week import friday, monday, saturday, sunday, thursday, tuesday, wednesday
from tests.week.life import Life

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
