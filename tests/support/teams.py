"""Teams for tests: a relay and several desks in one process, with cheap passphrases.

    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())                       # coordinator, founder
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="operator")
    anna.sync(); boris.sync()                                           # one round each, on this thread

`relay` may also be the real one: `with real_relay(tmp_path) as address: RelayClient(address)`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from leeward.base.ports import Chance, Clock, SystemChance, SystemClock
from leeward.office.erasing_work import erase_here, erase_on_relay
from leeward.office.mail import TakeIn, pull_mail
from leeward.office.post import deliver_letters
from leeward.office.relay import use_relay
from leeward.office.session import Session
from leeward.office.team import (
    admit,
    device_card,
    found_team,
    join,
    prepare_to_join,
    trusted_giver,
)
from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.sync.exchange import Exchange, Round
from leeward.sync.port import Relay

PASSPHRASE = "a lamp in the third window"
WORK_FACTOR = 2


class StillClock:
    """A clock that moves only when told, and one millisecond at each look so that nothing is simultaneous."""

    def __init__(self, now: int = 1_490_000_000_000) -> None:
        self.now = now

    def now_ms(self) -> int:
        self.now += 1
        return self.now


@dataclass
class Desk:
    """One member's desk without its pages: a session, a relay's door, and syncing by hand."""

    session: Session
    relay: Relay

    @property
    def vault(self):  # type: ignore[no-untyped-def]  # noqa: ANN201 - the vault's own type
        return self.session.vault

    @property
    def device_id(self) -> str:
        return self.session.vault.device.id

    def exchange(self) -> Exchange:
        made = Exchange(self.session.vault, self.relay, clock=self.session.clock, chance=self.session.chance)
        made.trusted = trusted_giver(self.session)
        made.after_team = partial(erase_here, self.session)
        return made

    def sync(self, take_in: TakeIn | None = None) -> Round:
        done = self.exchange().sync()
        if take_in is not None:
            pull_mail(self.session, self.relay, take_in)
        deliver_letters(self.session)
        erase_on_relay(self.session, self.relay)
        return done

    def close(self) -> None:
        self.session.vault.close()


def found(
    folder: Path,
    relay: Relay,
    *,
    name: str = "Anna",
    role: str = "coordinator",
    clock: Clock | None = None,
    chance: Chance | None = None,
) -> Desk:
    """Found a team in a new vault."""
    session = found_team(
        folder,
        PASSPHRASE,
        team_name="Harbour line",
        member_name=name,
        role=role,
        clock=clock or SystemClock(),
        chance=chance or SystemChance(),
        work_factor=WORK_FACTOR,
    )
    use_relay(session.vault, relay)
    return Desk(session, relay)


def newcomer(
    folder: Path,
    host: Desk,
    relay: Relay,
    *,
    name: str = "Boris",
    role: str = "operator",
    clock: Clock | None = None,
    chance: Chance | None = None,
) -> Desk:
    """Let a new device in through a desk of the team, and sync both, so that it holds its role's keys."""
    session = prepare_to_join(
        folder,
        PASSPHRASE,
        clock=clock or SystemClock(),
        chance=chance or SystemChance(),
        work_factor=WORK_FACTOR,
    )
    use_relay(session.vault, relay)
    desk = Desk(session, relay)
    with contextlib.suppress(Exception):
        desk.sync()  # makes its own box on the relay
    card = device_card(session, name=name, role=role)
    admission = admit(host.session, card, role, fingerprint=desk.device_id)
    host.sync()
    join(session, admission.welcome, fingerprint=host.device_id)
    desk.sync()
    desk.sync()
    return desk


def settle(*desks: Desk, rounds: int = 3) -> None:
    """Sync all desks in turn until everything that was written is everywhere."""
    for _ in range(rounds):
        for desk in desks:
            desk.sync()


@contextlib.contextmanager
def real_relay(folder: Path) -> Iterator[str]:
    """Run the real relay in a thread; gives its address."""
    store = open_store(str(folder))
    with Serving(make_app(store)) as serving:
        yield serving.address
    store.close()


@contextlib.contextmanager
def closing(*desks: Desk) -> Iterator[None]:
    """Close the desks' vaults at the end, whatever happens."""
    try:
        yield
    finally:
        for desk in desks:
            desk.close()
