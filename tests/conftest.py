"""What all tests share. Helpers live in tests/support and are imported as `tests.support.NAME`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.browser import browsing, chromium

__all__ = ["browsing", "chromium"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run browser tests last: they are slow, and leave an event loop in the main thread."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
