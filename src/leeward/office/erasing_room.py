"""Putting a shared part into a new box without what was erased, so that nothing of it remains on the relay.

1. A box cannot lose single items. So the part gets a new key and a box of its own, everything that this desk holds
   goes into it once more (what was erased as hashes only), and the older boxes are erased.
2. In this order: the grants, and the note that says so, are on the relay before the older boxes go. So whoever still
   asks there finds the newer key and the reason, and offers nothing again (sync/exchange.py, rule 4).
3. One desk does it, the first of those who hold the part; if it does not, any other after ten minutes. Two at once
   make two keys; the newer one counts, and holds all as well.
4. Every other desk puts what it wrote itself into the new box, once: it may have written where nobody looks any more.
5. An older box that came back, since somebody had not heard, is erased again.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection

import msgspec

from leeward.domain.team import Rekey
from leeward.domain.typed import write_new
from leeward.ledger.store.vault import Compartment
from leeward.office.cutoff import hand_new_key, holders
from leeward.office.session import Session
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind
from leeward.sync.errors import RelayRefused
from leeward.sync.memory import Memory
from leeward.sync.moved import newest_move
from leeward.sync.offer import offer_again
from leeward.sync.outbox import Outbox
from leeward.sync.port import Relay

_MOVED = "erasing.moved"  # device-only: the epoch of each part up to which this desk has followed (4)
_WAIT_MS = 10 * 60_000


def has_room_without(session: Session, circle: str, erasure: str, epoch: int) -> bool:
    """Tell whether a part lies in the box of a newer key than `epoch`, made without what an erasure took."""
    notes = session.find(Rekey, compartment=circle)
    return any(one.epoch > epoch and erasure in one.erased for one in notes)


def is_my_turn(session: Session, circle: str, since: int) -> bool:
    """Rule 3: `since` is when this desk erased something in the part, milliseconds."""
    roster, own = session.vault.roster(), session.vault.device.id
    belong = sorted(
        one
        for one in holders(session, circle)
        if one == own or (one in roster and not roster[one].removed_at)
    )
    return own == next(iter(belong), own) or session.now() > since + _WAIT_MS


def make_room(session: Session, relay: Relay, circle: str, erasures: Collection[str]) -> None:
    """Put a part into a new box without what these erasures took (1). Raises SyncError; may be done again then."""
    vault = session.vault
    roster = vault.roster()
    holding = holders(session, circle)
    out = {one for one in holding if one in roster and roster[one].removed_at}
    vault.outgoing()  # what was not packed is packed under the old key, and offered with the rest
    note = hand_new_key(session, circle, out, holding, roster)
    Outbox(vault, session.chance).deliver_items(relay)  # 2
    newest = vault.compartment(circle)
    relay.make_box(newest.box, newest.read, newest.write)
    offer_again(vault, relay, newest)
    session.commit(circle, write_new(msgspec.structs.replace(note, erased=tuple(sorted(erasures)))))
    for outgoing in vault.outgoing():  # 2: whoever misses the older box finds the note in the newer one
        if outgoing.compartment == circle:
            relay.append(newest.box, newest.write, outgoing.item, outgoing.sealed)
            vault.sent(outgoing.item)
    _erase_older(session, relay, circle, newest.epoch)
    _follow(session, circle, newest.epoch)


def follow_moves(session: Session, relay: Relay) -> None:
    """Do what is left for this desk where a colleague made room (4, 5). Raises SyncError."""
    followed = dict(session.vault.local_get(_MOVED) or {})
    for compartment in session.vault.compartments():
        epoch = newest_move(session.vault, compartment.id)
        if not epoch or epoch not in dict(session.vault.epochs_of(compartment.id)):
            continue
        if followed.get(compartment.id, 0) < epoch:
            _offer_own(session, relay, session.vault.compartment(compartment.id))
            _erase_older(session, relay, compartment.id, epoch)
            _follow(session, compartment.id, epoch)
        elif any(
            room.epoch < epoch and session.vault.cursor(room.box)
            for room in session.vault.rooms(compartment.id)
        ):
            _erase_older(session, relay, compartment.id, epoch)  # 5


def erase_box(session: Session, relay: Relay, room: Compartment) -> None:
    """Erase a box from the relay, and forget how far it was read. Raises SyncError."""
    with contextlib.suppress(RelayRefused):
        relay.delete_box(room.box, room.read)
    if session.vault.cursor(room.box):
        session.vault.set_cursor(room.box, 0)
    Memory(session.vault, session.clock).release(room.box, 1 << 62)


def _erase_older(session: Session, relay: Relay, circle: str, epoch: int) -> None:
    newest = session.vault.compartment(circle).box
    for room in session.vault.rooms(circle, every=True):
        if room.epoch < epoch and room.box != newest:
            erase_box(session, relay, room)


def _offer_own(session: Session, relay: Relay, compartment: Compartment) -> None:
    own = session.vault.device.id
    for held in session.vault.segments(compartment.id):
        if held.device == own:
            item = hashlib.sha256(b"leeward-again-1 " + held.head).hexdigest()[:32]
            try:
                relay.append(
                    compartment.box,
                    compartment.write,
                    item,
                    seal(Kind.SEGMENT, held.plain, held.recipient),
                )
            except RelayRefused as error:
                if error.word != "item-taken":
                    raise


def forget_moves(session: Session, circles: Collection[str]) -> None:
    """Let go of what was noted about circles that are forgotten."""
    followed = dict(session.vault.local_get(_MOVED) or {})
    if followed.keys() & set(circles):
        session.vault.local_put(_MOVED, {one: at for one, at in followed.items() if one not in circles})


def _follow(session: Session, circle: str, epoch: int) -> None:
    session.vault.local_put(_MOVED, {**(session.vault.local_get(_MOVED) or {}), circle: epoch})
