"""One team for all tests of this folder; a test that changes it builds one of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.needtoknow.world import World, build


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with build(tmp_path_factory.mktemp("team")) as made:
        yield made
