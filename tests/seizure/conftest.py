"""One stage for all of the drill: made, used, locked and imaged once; tests look at what was left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.seizure.laptop import Laptop, close_browser, lock, sit_down
from tests.seizure.stage import LEAST, Stage, open_stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A relay that runs, and two laptops that are locked."""
    with open_stage(tmp_path_factory.mktemp("drill"), people=8) as made:
        assert len(made.written) >= LEAST
        yield made


@pytest.fixture(scope="session")
def used(stage: Stage, chromium: Browser) -> Iterator[Laptop]:
    """Anna's laptop after an evening's work: locked by Ctrl+L, the browser still open on its last page."""
    laptop = sit_down(stage, "anna", chromium)
    try:
        lock(laptop)
        yield laptop
    finally:
        close_browser(laptop)
