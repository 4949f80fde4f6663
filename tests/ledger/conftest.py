from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leeward.base.ports import SystemChance
from leeward.ledger.roster import bond_paper, card_paper, member_of_key
from leeward.ledger.store.vault import Vault
from leeward.office.cards import print_device_card

WORDS = "мост восемь honest river"
WORK = 4


class HandClock:
    """A clock that the test sets."""

    def __init__(self, now: int = 1_800_000_000_000) -> None:
        self.now = now

    def now_ms(self) -> int:
        self.now += 1
        return self.now


class Team:
    """Desks with vaults that share compartments, and a relay as simple as a list per box."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.boxes: dict[str, list[bytes]] = {}
        self.items: dict[str, str] = {}
        self.desks: list[Vault] = []
        self.clocks: list[HandClock] = []

    def desk(self, name: str) -> Vault:
        clock = HandClock()
        vault = Vault.create(
            self.folder / name, WORDS, member_id=name, clock=clock, chance=SystemChance(), work_factor=WORK
        )
        vault.set_member(member_of_key(vault.device.signing_key.verify_key()))
        self.desks.append(vault)
        self.clocks.append(clock)
        return vault

    def found(self, *names: str) -> list[Vault]:
        first, *others = [self.desk(name) for name in names]
        first.make_compartment("team")
        first.make_compartment("record")
        self.enrol(first, first)
        for other in others:
            self.admit(first, other)
        return [first, *others]

    def card(self, whom: Vault, beside: str = "") -> str:
        return print_device_card(
            whom.device.signing_key,
            whom.device.identity.recipient(),
            name="x",
            role="operator",
            box=whom.device.box,
            write=whom.device.write,
            beside=beside,
        )

    def enrol(self, by: Vault, whom: Vault, *, beside: str = "", bond: bool = False) -> None:
        changes = card_paper(whom.device.id, self.card(whom, beside))
        by.commit(by.compartment_of("team"), changes + (bond_paper(whom.device.id) if bond else ()))

    def admit(self, by: Vault, whom: Vault, *, beside: str = "", bond: bool = False) -> None:
        self.enrol(by, whom, beside=beside, bond=bond)
        for compartment in by.compartments():
            grant = by.make_grant(compartment.id, whom.device.id, whom.device.identity.recipient())
            whom.take_grant(grant, trusted=by.device.signing_key.verify_key())

    def push(self, vault: Vault) -> None:
        for out in vault.outgoing():
            if out.item not in self.items:
                self.items[out.item] = out.box
                self.boxes.setdefault(out.box, []).append(out.sealed)
            vault.sent(out.item)

    def pull(self, vault: Vault) -> int:
        taken = 0
        for compartment in vault.compartments():
            box = self.boxes.get(compartment.box, [])
            start = vault.cursor(compartment.box)
            items = list(enumerate(box[start:], start + 1))
            accepted = vault.accept(compartment.id, items)
            assert accepted.faults == []
            taken += accepted.entries
        return taken

    def settle(self) -> None:
        for vault in self.desks:
            self.push(vault)
        for vault in self.desks:
            self.pull(vault)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    yield made
    for vault in made.desks:
        vault.close()


@pytest.fixture
def team_class() -> type[Team]:
    return Team


@pytest.fixture
def vault(team: Team) -> Vault:
    made = team.desk("one")
    made.make_compartment("team")
    made.make_compartment("record")
    return made


@pytest.fixture
def ids() -> Callable[[], str]:
    counter = itertools.count()
    return lambda: f"r{next(counter)}"
