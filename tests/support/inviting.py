"""An invitation and whoever answers it, in one process: the inviter's thread is real, the newcomer is the test's own.

with invited(anna, plan(anna, "operator")) as invitation:
    boris = Newcomer(tmp_path / "boris", relay.door())
    boris.meet(code_of(invitation))
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.teams import PASSPHRASE, WORK_FACTOR, Desk

from leeward.base.ports import SystemChance, SystemClock
from leeward.office.inviting import Invitation, Phase, Plan, State
from leeward.office.joining import Held, Joining
from leeward.office.relay import use_relay
from leeward.office.team import prepare_to_join, starting_parts
from leeward.sync.port import Relay

PATIENCE = 20.0


def plan(host: Desk, role: str, *, own: bool = False, parts: tuple[str, ...] | None = None) -> Plan:
    """Return a plan with what the role starts with, or with these parts."""
    given = tuple(one.id for one in starting_parts(host.session, role)) if parts is None else parts
    return Plan(role=role, parts=given, own=own)


@contextlib.contextmanager
def invited(
    host: Desk, wanted: Plan, *, relay: Relay | None = None, seconds: float = 60
) -> Iterator[Invitation]:
    """Run an invitation on its thread; it is stopped at the end."""
    invitation = Invitation(host.session, wanted, relay=relay or host.relay, seconds=seconds)
    invitation.start()
    try:
        yield invitation
    finally:
        invitation.stop()


def until(invitation: Invitation, *phases: Phase) -> State:
    """Wait until an invitation has come so far."""
    wait_until(lambda: invitation.state.phase in phases)
    return invitation.state


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def code_of(invitation: Invitation) -> str:
    """Return the code as the inviter says it."""
    state = until(invitation, Phase.WAITING)
    return " ".join((state.number, *state.code))


class Newcomer:
    """A device that joins."""

    def __init__(self, folder: Path, relay: Relay, *, name: str = "Timur", seconds: float = 30) -> None:
        session = prepare_to_join(
            folder, PASSPHRASE, clock=SystemClock(), chance=SystemChance(), work_factor=WORK_FACTOR
        )
        use_relay(session.vault, relay)
        self.desk = Desk(session, relay)
        self.joining = Joining(session, relay, name=name, seconds=seconds)
        self.joining.prepare()

    def come_in(self, invitation: Invitation, host: Desk, *, name: str = "") -> Held:
        """Go the whole way, with an inviter who presses yes if both read the same words."""
        words = self.joining.meet(code_of(invitation))
        assert until(invitation, Phase.COMPARING).compared == words
        invitation.agree(name)
        host.sync()
        self.joining.wait_for_yes()
        held = self.joining.fetch(seconds=PATIENCE)
        until(invitation, Phase.DONE)
        return held


@contextlib.contextmanager
def beside(work: Callable[[], None]) -> Iterator[None]:
    """Do something on another thread meanwhile."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    thread.join(PATIENCE)
    assert not thread.is_alive()
