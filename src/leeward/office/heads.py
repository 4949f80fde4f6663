"""Letters in which desks tell each other what the relay has shown them, so that it cannot show them two pasts.

1. At most once an hour each other device gets one letter: how far this desk has read the boxes of the circles that
   both hold, and the digest there (sync/views.py); none if nothing moved, but one a day all the same.
2. Need to know: a box is named only to a device that was given its circle's key, as is written down in that circle.
3. A device that was given a key and never got it is told of a box that it cannot read. It asks, at once and
   then hourly, and is given the key again by the device that named the box, if that is what stands in the circle.
4. Letters are sealed, to the devices' own boxes: the relay does not know which of them it would have to drop.
What cannot be read is dropped; a letter that comes twice says the same twice.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from leeward.domain.team import Access
from leeward.ledger.roster import RosterDevice
from leeward.office import letters
from leeward.office.session import Session
from leeward.office.team import who_can_open
from leeward.sync.outbox import Outbox
from leeward.sync.views import DIGEST_BYTES, Quote, View, Views
from leeward.wire.hexes import BOX_BYTES

PURPOSE = "heads"
ASK_PURPOSE = "heads-ask"
_HOUR = 3_600_000
_DAY = 24 * _HOUR
_SENT = "heads.sent"  # device-only: when each device was last written to; "": when this was last looked at
_IN_ONE = 7  # quotes that fit into the smallest letter; more only if more boxes moved
_MOST = 20_000

_quotes = msgspec.msgpack.Decoder(list[Quote])
_Seen: TypeAlias = tuple[str, str, View]  # circle, box, what was shown of it
_boxes = msgspec.msgpack.Decoder(list[bytes])


def send_heads(session: Session) -> int:
    """Write the letters that are due (1), and ask for keys that did not come (3); return how many letters."""
    now = session.now()
    sent: dict[str, int] = dict(session.vault.local_get(_SENT) or {})
    if 0 <= now - sent.get("", 0) < _HOUR:
        return 0
    shared = _shared(session)
    due: dict[str, bytes] = {}
    for device_id, boxes in shared.items():
        last = sent.get(device_id, 0)
        if any(view.at >= last for _, _, view in boxes) or not 0 <= now - last < _DAY:
            due[device_id] = msgspec.msgpack.encode(_chosen(boxes, last))
            sent[device_id] = now
    count = len(letters.send_each(session, due, PURPOSE))
    asked: dict[str, list[bytes]] = {}
    for box, device_id in Views(session.vault).settle_lacks(_own_boxes(session)).items():
        asked.setdefault(device_id, []).append(bytes.fromhex(box))
    for device_id, lacking in asked.items():
        count += _ask(session, device_id, lacking)
    session.vault.local_put(
        _SENT, {**{one: at for one, at in sent.items() if one in shared}, "": now}, later=True
    )
    return count


def take_heads(session: Session, came: letters.Came) -> None:
    """Keep what a colleague was shown; the sync compares it with what this desk is shown."""
    try:
        quotes = _quotes.decode(came.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return
    sound = all(
        len(one.box) == BOX_BYTES and len(one.digest) == DIGEST_BYTES and 0 <= one.number < 1 << 62
        for one in quotes
    )
    if sound and len(quotes) <= _MOST:
        known = [one for one in quotes if not session.vault.was_forgotten(one.circle)]
        views = Views(session.vault)
        before = views.lacks()
        views.heard(came.device_id, known, _own_boxes(session))
        new = [bytes.fromhex(box) for box in views.lacks() if box not in before]
        if new:
            _ask(session, came.device_id, new)


def take_ask(session: Session, came: letters.Came) -> None:
    """Give a device the keys again that it says it never got, of circles it was given (3)."""
    try:
        boxes = {box.hex() for box in _boxes.decode(came.body)}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return
    device = session.vault.roster().get(came.device_id)
    if device is None or device.removed_at or device.recipient is None:
        return
    own = _own_boxes(session)
    parcels = [
        (device.box, device.write, session.vault.make_grant(circle, came.device_id, device.recipient))
        for circle in sorted({own[box] for box in boxes & own.keys()})
        if came.device_id in _given(session, circle)
    ]
    Outbox(session.vault, session.chance).send_all(parcels)


def _ask(session: Session, device_id: str, boxes: list[bytes]) -> int:
    return len(letters.send(session, [device_id], ASK_PURPOSE, msgspec.msgpack.encode(boxes)))


def _shared(session: Session) -> dict[str, list[_Seen]]:
    """Return the boxes that each other device may know of, with what this desk was shown of them (2)."""
    views, roster = Views(session.vault), session.vault.roster()
    others = {one for one, device in roster.items() if _may_hear(device)} - {session.vault.device.id}
    found: dict[str, list[_Seen]] = {}
    given = _given_each(session)
    for circle in session.vault.compartments():
        holders = others & given.get(circle.id, set())
        rooms = session.vault.rooms(circle.id) if holders else ()
        for room in rooms:
            view = views.of(room.box)
            for device_id in holders:
                found.setdefault(device_id, []).append((circle.id, room.box, view))
    return found


def _chosen(boxes: list[_Seen], last: int) -> list[Quote]:
    """Return what one letter says: all that moved since the last one, and others while there is room."""
    newest = sorted(boxes, key=lambda one: -one[2].at)
    moved = sum(view.at >= last for _, _, view in boxes)
    chosen = newest[: max(moved, _IN_ONE)]
    return [Quote(circle, bytes.fromhex(box), view.number, view.digest) for circle, box, view in chosen]


def _given(session: Session, circle: str) -> set[str]:
    """Return the devices that were given a circle's key: those it was written down for, and those that used it."""
    return {one.device_id for one in who_can_open(session, circle)} | session.vault.writers(circle)


def _given_each(session: Session) -> dict[str, set[str]]:
    """Return what `_given` says, for every circle at once."""
    given = session.vault.writers_of_each()
    for one in session.find(Access):
        given.setdefault(one.compartment, set()).add(one.device_id)
    return given


def _may_hear(device: RosterDevice) -> bool:
    return not device.removed_at and device.recipient is not None


def _own_boxes(session: Session) -> dict[str, str]:
    """Return the circle of every box that this desk reads or ever read."""
    vault = session.vault
    return {room.box: one.id for one in vault.compartments() for room in vault.rooms(one.id, every=True)}
