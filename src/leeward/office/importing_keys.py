"""The keys of what was imported go to colleagues in the background, some in each round of the sync.

1. Whom they are for, and which circles are left, is kept among this device's own values, in the import's transaction.
2. A grant lies in the outbox before it is written down that it was given; a crash in between gives it once more.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Mapping
from typing import Any

from leeward.domain.team import Access
from leeward.ledger.errors import UnknownCompartment
from leeward.ledger.model import Change, Value, put
from leeward.ledger.roster import RosterDevice, first_devices
from leeward.ledger.store.many import Many
from leeward.office.session import Session
from leeward.sync.outbox import Outbox

GUARD = threading.Lock()
"""Between reading what is left and writing it, nobody else of this process does."""

_LEFT = "import.keys"  # device-only: [members, circles] of each import whose keys are not all given


def own_access(session: Session, now: int) -> list[Change]:
    """Return the changes that say in a new circle that this device holds its key."""
    return _access(session, session.vault.device.id, session.member_id, now)


def with_more(session: Session, member_ids: Collection[str], circles: list[str]) -> Mapping[str, Value]:
    """Return what is to be kept so that these members get the keys of these circles (1)."""
    others = sorted(set(member_ids) - {session.member_id})
    if not circles or not others:
        return {}
    return {_LEFT: [*_left(session), [others, circles]]}


def left(session: Session) -> int:
    """Return for how many circles the keys are still to be given."""
    return sum(len(circles) for _, circles in _left(session))


def hand_on(session: Session, most: int) -> bool:
    """Give the keys of up to `most` circles; True if more are left. Nothing is sent yet: the sync does that."""
    if not _left(session):
        return False
    with GUARD:
        return _hand_on(session, most)


def _hand_on(session: Session, most: int) -> bool:
    held = _left(session)
    if not held:
        return False
    (member_ids, circles), rest = held[0], held[1:]
    now, after = circles[:most], circles[most:]
    devices = {
        one.device_id: one
        for one in first_devices(session.vault.roster()).values()
        if one.member_id in member_ids
    }
    parcels, entries = [], []
    for circle in now:
        with contextlib.suppress(UnknownCompartment):  # forgotten meanwhile
            for device in _without(session, circle, devices):
                assert device.recipient is not None
                sealed = session.vault.make_grant(circle, device.device_id, device.recipient)
                parcels.append((device.box, device.write, sealed))
                entries.append((circle, _access(session, device.device_id, device.member_id, session.now())))
    Outbox(session.vault, session.chance).send_all(parcels)  # 2
    still = [*([[member_ids, after]] if after else []), *rest]
    session.vault.commit_many(Many({}, entries, {_LEFT: still}))
    return bool(still)


def _without(session: Session, circle: str, devices: Mapping[str, RosterDevice]) -> list[RosterDevice]:
    """Return those of the devices that do not hold a circle's key, and said where it is to go."""
    session.vault.compartment(circle)
    have = {one.device_id for one in session.find(Access, compartment=circle)}
    own = session.vault.device.id
    return [
        one for one in devices.values() if one.device_id not in have | {own} and one.recipient is not None
    ]


def _left(session: Session) -> list[Any]:
    return list(session.vault.local_get(_LEFT) or ())


def _access(session: Session, device_id: str, member_id: str, now: int) -> list[Change]:
    return list(
        put(
            Access.kind,
            session.make_id(),
            device_id=device_id,
            member_id=member_id,
            at=now,
            by=session.member_id,
        )
    )
