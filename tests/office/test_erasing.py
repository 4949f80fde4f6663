"""Erasing a person with three desks: nothing of them is left on any desk or on the relay, and all else is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.erasing import Scene, marked, records_but, scene, work
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import closing

from leeward.domain.erasing import Erased
from leeward.office.erasing import agree, ask


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Scene]:
    built = scene(tmp_path, RelaySimulator())
    with closing(*built.desks):
        yield built


def erase(made: Scene) -> str:
    anna, boris, clara = made.desks
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    work(anna, boris, clara)
    agree(boris.session, asked)
    for _ in range(4):
        work(boris, anna, clara)
    return asked


def test_nothing_of_them_is_left_on_any_desk_and_everything_else_is_unchanged(made: Scene) -> None:
    before = {desk.device_id: marked(desk) for desk in made.desks}
    assert all(before.values()), "the markers must be found before"
    others = [records_but(desk, made) for desk in made.desks]
    asked = erase(made)
    for desk, was in zip(made.desks, others, strict=True):
        assert marked(desk) == set()
        assert records_but(desk, made) == was
        assert desk.vault.faults() == []
        note = next(iter(desk.session.find(Erased)))
        assert (note.erasure_id, note.devices) == (asked, 3)
