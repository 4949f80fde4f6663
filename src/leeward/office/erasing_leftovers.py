"""What a desk keeps beside the ledger about a circle that is forgotten, and the sealed grants in its own box.

1. Shares of records that took two people go before the circle does, since the circle says which they are.
2. Nothing that this desk was shown, was told or promised about the circle's boxes stays.
3. Keys of the circle lie sealed in this device's own box on the relay. Whoever kept the circle's segments from before
   and took this laptop later could open them. So the box is emptied, when all in it was read: it is erased and made
   again with the same tokens. What somebody sends in between waits in their outbox.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection

from leeward.domain.openings import Split
from leeward.ledger.store.tombs import CAME_BACK
from leeward.office.erasing_room import forget_moves
from leeward.office.openings_shares import drop_share, held_shares
from leeward.office.session import Session
from leeward.sync.errors import RelayRefused
from leeward.sync.memory import Memory
from leeward.sync.port import Relay
from leeward.sync.views import View, Views


def drop_shares(session: Session, circles: Collection[str]) -> None:
    """Delete this device's shares of records in these circles (1)."""
    splits = {one.id for circle in circles for one in session.find(Split, compartment=circle)}
    for split in sorted(splits & {one.split for one in held_shares(session)}):
        drop_share(session, split)


def let_go(session: Session, circles: Collection[str], boxes: Collection[str]) -> None:
    """Delete what is kept beside the ledger of circles that were forgotten (2)."""
    vault = session.vault
    Views(vault).forget(boxes)
    memory = Memory(vault, session.clock)
    memory.forget_lies_about(circles)
    for circle in circles:
        memory.owe(circle, owed=False)
    for box in boxes:
        memory.release(box, 1 << 62)
    forget_moves(session, circles)
    back = dict(vault.local_get(CAME_BACK) or {})
    if back.keys() & set(circles):
        vault.local_put(CAME_BACK, {one: epoch for one, epoch in back.items() if one not in circles})


def empty_own_box(session: Session, relay: Relay) -> bool:
    """Empty this device's own box (3); False if something lies there that was not read. Raises SyncError."""
    vault = session.vault
    device = vault.device
    with contextlib.suppress(RelayRefused):
        cursor = vault.cursor(device.box)
        if relay.list_items(device.box, device.read, after=cursor, limit=1).items:
            return False
        vault.set_cursor(device.box, 0)  # first: if this breaks off, all is read again, which does no harm
        Views(vault).keep(device.box, View())
        relay.delete_box(device.box, device.read)
    relay.make_box(device.box, device.read, device.write)
    return True
