"""What all tests share. Helpers live in tests/support and are imported as `tests.support.NAME`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.browser import browsing, chromium
from tests.support.compiled import keep_compiled
from tests.support.sharing import Sharing, in_order

# Machines here are shared: a slow example is no finding. In CI the same examples run every time, so that a landing
# never fails by luck; at a desk they are new each time, and a crasher found there becomes an example in the test.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

keep_compiled()

__all__ = ["browsing", "chromium"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests into the order of tests/support/sharing.py."""
    items[:] = in_order(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Sharing:
    """Say how several processes share them."""
    return Sharing(config, log)
