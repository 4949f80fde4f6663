"""A desk that dies anywhere in an erasure goes on where it was; in the end nothing is left and nothing else is gone."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.erasing import Scene, marked, records_but, scene, work
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import PASSPHRASE, Desk, closing

from leeward.base.ports import SystemChance
from leeward.domain.erasing import Erased
from leeward.ledger.store.vault import Vault
from leeward.office.erasing import agree, ask
from leeward.office.erasing_compact import _put_off, settle
from leeward.office.erasing_work import open_plans
from leeward.office.relay import use_relay
from leeward.office.session import Session

_OF_VAULT = (
    "commit",
    "local_put",
    "erase_records",
    "forget",
    "blob_delete",
    "compact",
    "next_epoch",
    "make_grant",
    "set_cursor",
)
_OF_RELAY = ("delete_box", "delete_blob", "append", "make_box")


class Killed(BaseException):
    """The process is gone."""


def dies_after(calls: int, target: Any, names: tuple[str, ...], spent: list[int]) -> None:
    for name in names:
        real = getattr(target, name)

        def dying(*arguments: Any, real: Callable[..., Any] = real, **named: Any) -> Any:
            result = real(*arguments, **named)
            spent[0] += 1
            if spent[0] == calls:
                raise Killed
            return result

        setattr(target, name, dying)


def opened_again(desk: Desk, relay: RelaySimulator) -> Desk:
    folder, clock = desk.session.vault.folder, desk.session.clock
    desk.close()
    vault = Vault.open(folder, PASSPHRASE, clock=clock, chance=SystemChance())
    door = relay.door()
    use_relay(vault, door)
    return Desk(Session(vault, clock=clock, chance=SystemChance()), door)


@pytest.mark.parametrize(("seed", "puts_off"), [(0, False), (1, False), (2, True), (3, True)])
def test_it_goes_on_after_a_crash_behind_any_step(tmp_path: Path, seed: int, *, puts_off: bool) -> None:
    chooser = random.Random(seed)
    relay = RelaySimulator()
    made: Scene = scene(tmp_path, relay)
    anna, boris, clara = made.desks
    others = records_but(anna, made)
    asked = ask(boris.session, case_id=made.case_id, why="asked", typed="erase")
    work(boris, anna)
    agree(anna.session, asked)
    deaths = 0
    for number in range(1, 41):
        spent = [0]
        calls = chooser.randrange(1, 60 if number % 6 == 0 else 12)
        dies_after(calls, anna.session.vault, _OF_VAULT, spent)
        dies_after(calls, anna.relay, _OF_RELAY, spent)
        try:
            if puts_off:  # what a desk does when it is opened; it owes the rest until it is closed
                settle(anna.session)
                _put_off.add(anna.session.vault)
            work(anna)
            ended = spent[0] < calls
        except Killed:
            deaths += 1
            ended = False
        anna = opened_again(anna, relay)
        if ended and not open_plans(anna.session):
            break
    assert deaths > 3
    with closing(anna, boris, clara):
        made.clock.ms += 11 * 60_000
        work(boris, anna, clara, rounds=6)
        for desk in (anna, boris, clara):
            assert marked(desk) == set()
            assert open_plans(desk.session) == []
            assert [one.devices for one in desk.session.find(Erased)] == [3]
        assert records_but(anna, made) == others
