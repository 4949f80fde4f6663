"""Letters between the team's devices: sending them, and handing those that came to the part they are for.

1. A letter is kept sealed, as it came, until its part has dealt with it: a crash in between hands it over again.
2. Each part acts so that the same letter twice is once (a letter has an id and a moment).
3. One from a device that the roster does not name waits for some days, since its card may come later; so does one
   that the vault could not act on (a full disk). One that is false, for nobody, or that its part cannot use is
   dropped; none of them holds up the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

import msgspec

from leeward.base.errors import LeewardError
from leeward.ledger.errors import LedgerError
from leeward.ledger.letter import Letter
from leeward.ledger.roster import RosterDevice
from leeward.office.session import Session
from leeward.sync.memory import Memory
from leeward.sync.outbox import Outbox

_WAITING = "letters.waiting"  # device-only: since when a letter waits for its sender to be known
_WAIT_MS = 7 * 24 * 3600 * 1000
_NOT_FORESEEN = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What a body can do to a part that did not expect it: the letter is dropped, or it would come back for ever."""


class Came(msgspec.Struct, frozen=True):
    """A genuine letter: from which device, of which member, what it says. `at` is the sender's clock."""

    id: str
    device_id: str
    member_id: str
    at: int  # milliseconds
    body: bytes


Act: TypeAlias = Callable[[Session, Came], None]
"""What a part does with a letter; a LeewardError says that it cannot use it."""


def send(session: Session, device_ids: Collection[str], purpose: str, body: bytes) -> list[str]:
    """Send a letter to devices of the team; return those it could be sealed to. It leaves with the next sync."""
    return send_each(session, dict.fromkeys(device_ids, body), purpose)


def send_each(session: Session, bodies: Mapping[str, bytes], purpose: str) -> list[str]:
    """Send each of these devices a letter of its own, as `send` does."""
    roster = session.vault.roster()
    parcels, reached = [], []
    for device_id in sorted(bodies.keys() - {session.vault.device.id}):
        device = roster.get(device_id)
        if device is not None and not device.removed_at and device.recipient is not None:
            sealed = session.vault.write_letter(device_id, device.recipient, purpose, bodies[device_id])
            parcels.append((device.box, device.write, sealed))
            reached.append(device_id)
    if parcels:
        Outbox(session.vault, session.chance).send_all(parcels)
    return reached


def deliver(session: Session, acts: Mapping[str, Act]) -> int:
    """Hand over the letters that came, by their purpose; return how many were dealt with."""
    memory = Memory(session.vault, session.clock)
    came = memory.letters()
    if not came:
        return 0
    since: dict[str, int] = dict(session.vault.local_get(_WAITING) or {})
    left, dealt = [], 0
    for sealed in came:
        try:
            dealt += _act(session, acts, *session.vault.open_letter(sealed))
        except LedgerError:  # 3
            if session.now() - since.setdefault(_name(sealed), session.now()) < _WAIT_MS:
                left.append(sealed)
    kept = {_name(sealed) for sealed in left}
    if since:
        session.vault.local_put(_WAITING, {name: at for name, at in since.items() if name in kept})
    memory.keep_letters(left, later=True)  # 1 2
    return dealt


def _act(session: Session, acts: Mapping[str, Act], letter: Letter, sender: RosterDevice) -> bool:
    act = acts.get(letter.purpose)
    if act is None:
        return False
    try:
        act(session, Came(letter.id, letter.sender, sender.member_id, letter.at, letter.body))
    except LedgerError:
        raise
    except (LeewardError, *_NOT_FORESEEN):  # 3
        return False
    return True


def _name(sealed: bytes) -> str:
    return hashlib.sha256(sealed).hexdigest()[:32]
