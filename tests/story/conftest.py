"""The story's stage and its people: one stage, one browser, played through in the order of the files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.support.browser import Browsing
from tests.support.story import Seat, Stage, open_stage


class Story:
    """What one step leaves for the next. A step that needs another says so by failing on its name."""

    def __init__(self, stage: Stage, browsing: Browsing) -> None:
        self.stage, self.browsing = stage, browsing
        self.operator = Seat(browsing, stage, "operator", lang="en")
        self.coordinator = Seat(browsing, stage, "coordinator", lang="ru")
        self.documenter = Seat(browsing, stage, "documenter", lang="en")
        self._kept: dict[str, Any] = {}

    def keep(self, **what: Any) -> None:
        """Leave something for later steps."""
        self._kept.update(what)

    def __getitem__(self, name: str) -> Any:
        assert name in self._kept, f"an earlier step of the story, which makes “{name}”, did not pass"
        return self._kept[name]


@pytest.fixture(scope="session")
def story(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The stage with three desks open, each in a browser profile of its own."""
    with open_stage(tmp_path_factory.mktemp("story")) as stage:
        browsing = Browsing(chromium)
        try:
            yield Story(stage, browsing)
        finally:
            browsing.close()
