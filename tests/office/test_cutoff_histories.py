"""Histories of cutting off, bringing back, writing and syncing, in any order, with a lost laptop among the desks."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.ledger.model import put
from leeward.office.cutoff import bring_back, make_new_keys, progress, put_out


@pytest.mark.parametrize("seed", range(6))
def test_honest_desks_end_alike_and_the_lost_one_reads_nothing_written_after(
    tmp_path: Path, seed: int
) -> None:
    chooser = random.Random(seed)
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    names = ("Boris", "Vera", "Lost")
    joined = [newcomer(tmp_path / one, anna, relay.door(), name=one, role="coordinator") for one in names]
    desks = [anna, *joined]
    settle(*desks)
    honest, lost = desks[:3], desks[3]
    with closing(*desks):
        for step in range(30):
            act(chooser, honest, lost, step)
        end(honest)
        circles = [circle.id for circle in anna.vault.compartments()]
        for desk in honest:
            for circle in circles:  # what a desk has accepted, it vouches for when it writes there
                desk.session.commit(circle, put("claim", f"end-{desk.device_id}-{circle}", text="x"))
        end(honest)
        for desk in honest:
            for circle in circles:
                ours, theirs = anna.vault.compartment(circle), desk.vault.compartment(circle)
                assert (ours.epoch, ours.box) == (theirs.epoch, theirs.box)
            assert held(desk) == held(anna)
            assert all(fresh.done == fresh.of for fresh in progress(desk.session).values())
        assert lost.device_id in progress(anna.session)
        lost.sync()
        assert not any(name.startswith("end-") for name in held(lost))


def held(desk: Desk) -> set[str]:
    return {one.id for one in desk.vault.find("claim")}


def act(chooser: random.Random, honest: list[Desk], lost: Desk, step: int) -> None:
    desk, other = chooser.sample(honest, 2)
    match chooser.randrange(7):
        case 0 | 1:
            circle = chooser.choice(desk.vault.compartments()).id
            desk.session.commit(circle, put("claim", f"r{step}", text="x"))
        case 2:
            put_out(desk.session, [lost.device_id])
        case 3:
            bring_back(desk.session, [lost.device_id])
        case 4:
            make_new_keys(desk.session, chooser.randrange(1, 5))
        case 5:
            desk.sync()
        case _:
            circle = chooser.choice(lost.vault.compartments()).id
            lost.session.commit(circle, put("claim", f"lost{step}", text="x"))
            lost.sync()
            other.sync()


def end(honest: list[Desk]) -> None:
    """Everybody hears of everything, two agree that the lost one is out, and keys are made until none is due."""
    settle(*honest)
    for desk in honest[:2]:
        put_out(desk.session, _lost(desk, honest))
        settle(*honest)
    for _ in range(3):
        for desk in honest:
            while make_new_keys(desk.session, 9):
                pass
            settle(*honest, rounds=2)


def _lost(desk: Desk, honest: list[Desk]) -> list[str]:
    return sorted(desk.vault.roster().keys() - {one.device_id for one in honest})
