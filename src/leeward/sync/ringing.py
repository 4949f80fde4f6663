"""Ringing for what went out: on the team's bell, and on the older ones for who has not heard of the new keys yet."""

from __future__ import annotations

from leeward.base.ports import Chance
from leeward.ledger.store.vault import Vault
from leeward.sync.bell import Bell, derive_bell, make_ring
from leeward.sync.errors import RelayRefused
from leeward.sync.port import Relay


def bells_of(vault: Vault) -> list[Bell]:
    """Return the team's bell, and the older ones: who has not heard of the new keys yet listens there for them."""
    for team in vault.compartments("team"):
        identities = dict(vault.epochs_of(team.id))
        rooms = vault.rooms(team.id)
        return [derive_bell(identities[room.epoch].string().encode("ascii")) for room in rooms]
    return []


def ring(vault: Vault, relay: Relay, boxes: set[str], chance: Chance) -> None:
    """Tell the team's other desks which boxes have something new."""
    bells = bells_of(vault)
    to_devices = boxes & {device.box for device in vault.roster().values()}
    for bell, named in [
        *((bell, boxes) for bell in bells[:1]),
        *((bell, to_devices) for bell in bells[1:]),
    ]:
        if named:
            _ring(relay, bell, named, chance)


def _ring(relay: Relay, bell: Bell, boxes: set[str], chance: Chance) -> None:
    item, sealed = make_ring(bell, boxes, chance)
    try:
        relay.append(bell.box, bell.write, item, sealed)
    except RelayRefused as error:
        if error.word != "no-such-box":
            raise
        relay.make_box(bell.box, bell.read, bell.write)
        relay.append(bell.box, bell.write, item, sealed)
