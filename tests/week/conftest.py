"""One week for all its tests: a stage, and two colleagues, one at a desk and one with a telephone's width."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.support.browser import Browsing
from tests.week.life import Life
from tests.week.seat import NARROW, WIDE
from tests.week.stage import open_stage


@pytest.fixture(scope="module")
def life(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    """The week as it stands; the coordinator begins at the wide window."""
    browsing = Browsing(chromium)
    with open_stage(tmp_path_factory.mktemp("week")) as stage:
        try:
            yield Life(stage, browsing, coordinator=WIDE, operator=NARROW)
        finally:
            browsing.close()
