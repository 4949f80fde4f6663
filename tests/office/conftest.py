"""A coordinator's session on a vault of its own, with a clock that moves when told; a team of three to erase in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.clocks import HandClock
from tests.support.erasing import Scene, scene
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import closing

from leeward.base.ports import SystemChance
from leeward.office.session import Session
from leeward.office.team import found_team


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def session(tmp_path: Path, clock: HandClock) -> Iterator[Session]:
    made = found_team(
        tmp_path / "vault",
        "words",
        team_name="T",
        member_name="Mila",
        role="coordinator",
        clock=clock,
        chance=SystemChance(),
        work_factor=2,
    )
    with made.vault:
        yield made


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Scene]:
    built = scene(tmp_path, RelaySimulator())
    with closing(*built.desks):
        yield built
