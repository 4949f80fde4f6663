"""What several tests of the front need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.hotline import Hotline, open_hotline


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[Hotline]:
    with open_hotline(tmp_path / "relay") as running:
        yield running
