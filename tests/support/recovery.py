"""A team whose members agreed who brings it back, for tests: three desks, and everything that one of them holds."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, found, newcomer, settle

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.model import note, put
from leeward.office import recovery
from leeward.office.export import record_line
from leeward.office.recovery_back import Back, come_back
from leeward.office.recovery_escrow import share_out
from leeward.office.recovery_rehearse import tend
from leeward.office.session import Session
from leeward.seal.shares import RecoveryKey
from leeward.sync.port import Relay


def three_desks(folder: Path, relay: RelaySimulator) -> tuple[Desk, Desk, Desk]:
    """Found a team of three with some work, in parts that not everybody holds."""
    anna = found(folder / "anna", relay.door())
    boris = newcomer(folder / "boris", anna, relay.door(), name="Boris", role="coordinator")
    clara = newcomer(folder / "clara", anna, relay.door(), name="Clara", role="volunteer")
    settle(anna, boris, clara)
    for number in range(4):
        record = f"claim{number}".ljust(26, "a")
        circle = anna.vault.compartment_of("record")
        anna.session.commit(circle, put("claim", record, text=f"№ {number}"), note("claim", record, "n", "x"))
    case = anna.vault.make_compartment("case").id
    anna.session.commit(case, put("case", "case".ljust(26, "a"), pseudonym="Hazel"))
    settle(anna, boris, clara)
    return anna, boris, clara


def keep_up(*desks: Desk, rounds: int = 2) -> None:
    """Let every desk do what its background does for coming back."""
    for _ in range(rounds):
        for desk in desks:
            desk.sync()
            share_out(desk.session, 1000)
            tend(desk.session)
            desk.sync()
    settle(*desks)


def agree(*desks: Desk, needed: int = 2) -> None:
    """Let the first desk propose all of them, and the others agree."""
    keep_up(*desks)
    made = recovery.propose(desks[0].session, needed, [desk.session.member_id for desk in desks])
    settle(*desks)
    for desk in desks[1:]:
        recovery.agree(desk.session, made.id)
    keep_up(*desks)


def key_of(desk: Desk) -> RecoveryKey:
    """Return what a member has on paper."""
    key = recovery.own_key(desk.session)
    assert key is not None
    return key


def back(folder: Path, relay: Relay, *keys: RecoveryKey) -> tuple[Session, Back]:
    """Come back from the relay into a new folder."""
    return come_back(
        folder,
        "a new lamp in a window",
        keys,
        relay,
        url="http://relay.example",
        name="Anna",
        clock=SystemClock(),
        chance=SystemChance(),
        work_factor=2,
    )


NEW = frozenset({"access", "came_back", "device", "escrowed", "recovery_words"})


def everything(session: Session, *, but: frozenset[str] = NEW) -> dict[str, str]:
    """Return every record with its history, but of the kinds that coming back itself adds to."""
    return {
        record.id: json.dumps(record_line(session, record), sort_keys=True)
        for kind in session.vault.kinds()
        if kind not in but
        for record in session.vault.find(kind)
    }
