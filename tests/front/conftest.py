"""What several tests of the front need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.support.hotline import Hotline, open_hotline
from tests.support.street import Street


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[Hotline]:
    with open_hotline(tmp_path / "relay") as running:
        yield running


@pytest.fixture
def street(hotline: Hotline, tmp_path: Path) -> Iterator[Street]:
    with ExitStack() as stack:
        yield Street(hotline, tmp_path, stack)
