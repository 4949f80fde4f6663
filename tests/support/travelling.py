"""A departure and a return for tests: what a person does at the desk, in a few calls.

code = depart(mila)                                        # the vault is closed and its folder gone
back = Returner(tmp_path / "new", relay.door(), code)      # an empty vault with the words' key
back.come_in(invitation, anna)
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.support.inviting import Newcomer
from tests.support.teams import PASSPHRASE, WORK_FACTOR, Desk

from leeward.base.ports import SystemChance, SystemClock
from leeward.domain.travel import Away
from leeward.office import travel, travel_back
from leeward.office.inviting import Plan
from leeward.office.joining import Joining
from leeward.office.relay import use_relay
from leeward.office.travel_join import prepare_to_return
from leeward.seal.codes import Code
from leeward.sync.port import Relay


def spoken(code: Code) -> str:
    return " ".join(code.words("en"))


def depart(desk: Desk, **said: object) -> Code:
    """Leave, all of it."""
    code = travel.words(desk.session)
    travel.leave(desk.session, partial(travel.send_all, desk.session, desk.relay), spoken(code), **said)  # type: ignore[arg-type]
    desk.close()
    travel.remove(desk.vault.folder)
    return code


def waiting(host: Desk) -> Away:
    """Return the one who is away."""
    (away,) = travel_back.waited_for(host.session)
    return away


def plan_back(host: Desk, *, without: tuple[str, ...] = ()) -> Plan:
    """Return an invitation for the one who is away, with everything ticked but these."""
    away = waiting(host)
    parts = tuple(one.id for one in travel_back.held_before(host.session, away) if one.id not in without)
    return Plan(role="operator", parts=parts, back=away.id)


class Returner(Newcomer):
    """A device whose owner comes back by words."""

    def __init__(self, folder: Path, relay: Relay, code: Code, *, seconds: float = 30) -> None:
        session = prepare_to_return(
            folder, PASSPHRASE, code, clock=SystemClock(), chance=SystemChance(), work_factor=WORK_FACTOR
        )
        use_relay(session.vault, relay)
        self.desk = Desk(session, relay)
        self.joining = Joining(session, relay, name="back", seconds=seconds)
        self.joining.prepare()
