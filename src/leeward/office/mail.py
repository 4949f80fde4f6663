"""The hotline's post: what reporters sent is fetched from the relay and handed, still sealed, to intake.

1. An item is either taken in or kept as damaged before the cursor passes it: nothing is skipped.
2. One that cannot be opened never holds up those behind it.
3. Trouble of this desk (a full disk, a closed vault) stops the queue instead, and it goes on where it stopped.
4. Boxes that were replaced are read on, after the newest. One that is spoiled (a device that was cut off had its
   tokens) stops nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection

import msgspec

from leeward.base.errors import LeewardError
from leeward.base.say import Message, say
from leeward.domain.team import Hotline
from leeward.ledger.errors import LedgerError
from leeward.office.page_cards import hotlines_read, note_came
from leeward.office.session import Session
from leeward.sync.errors import RelayRefused, SyncError
from leeward.sync.honesty import Lie, check_listing
from leeward.sync.listing import Item, Listing
from leeward.sync.memory import Memory
from leeward.sync.port import Relay

TakeIn = Callable[[Session, str, bytes], object]
"""`take_in(session, item_id, sealed)`: open one report and write it down; the same item twice must end the same."""

_DAMAGED = "mail.damaged"
_PAGE = 20  # an item may have 4 MiB


class DamagedMail(msgspec.Struct, array_like=True, frozen=True):
    """An item that could not be opened: its sealed bytes are the vault's blob at `blob`."""

    item: str
    number: int
    at: int  # when this desk fetched it, milliseconds
    blob: str
    why: str

    @property
    def message(self) -> Message:
        """Return what a person is told."""
        return say("A message came that cannot be opened ({why}). It is kept as it came.", why=self.why)


def pull_mail(session: Session, relay: Relay, take_in: TakeIn, boxes: Collection[str] | None = None) -> int:
    """Hand over what came to the hotline since the last time; return how many items. Raises SyncError, LedgerError.

    `boxes` are those to be looked into; None is all.
    """
    if not session.vault.compartments("intake"):
        return 0
    count = 0
    every = hotlines_read(session)
    asked = [one for one in every if boxes is None or one.box in boxes]
    for one in asked:
        if one.box == every[0].box:
            count += _pull(session, relay, take_in, one)
            continue
        with contextlib.suppress(RelayRefused):  # 4
            came = _pull(session, relay, take_in, one)
            count += came
            if came:
                note_came(session, one.box)
    return count


def _pull(session: Session, relay: Relay, take_in: TakeIn, hotline: Hotline) -> int:
    memory = Memory(session.vault, session.clock)
    count = 0
    while True:
        after = session.vault.cursor(hotline.box)
        listing = _list(relay, hotline.box, hotline.read, hotline.write, after)
        told = check_listing(listing, after, mail=True)
        for lie in told.lies:
            memory.note_lie(hotline.compartment, lie, f"box {hotline.box[:8]}")
        if Lie.ROLLED_BACK in told.lies:
            session.vault.set_cursor(hotline.box, listing.last)
            continue
        for item in told.items:
            _hand_over(session, item, take_in)
            session.vault.set_cursor(hotline.box, item.number)  # 1
            count += 1
        if not told.items or told.items[-1].number >= listing.last:
            return count


def damaged_mail(session: Session) -> list[DamagedMail]:
    """Return the items that could not be opened, oldest first."""
    return msgspec.convert(session.vault.local_get(_DAMAGED) or [], list[DamagedMail])


def _list(relay: Relay, box: str, read: str, write: str, after: int) -> Listing:
    try:
        return relay.list_items(box, read, after=after, limit=_PAGE)
    except RelayRefused as error:
        if error.word != "no-such-box":
            raise
    relay.make_box(box, read, write)
    return relay.list_items(box, read, after=after, limit=_PAGE)


def _hand_over(session: Session, item: Item, take_in: TakeIn) -> None:
    try:
        take_in(session, item.id, item.untrusted_sealed)
    except (LedgerError, SyncError):  # 3
        raise
    except LeewardError as error:
        _keep_damaged(session, item, str(error.happened))
    except Exception as error:  # noqa: BLE001 - rule 2: hostile bytes that find a fault of ours stop nothing else
        _keep_damaged(session, item, type(error).__name__)


def _keep_damaged(session: Session, item: Item, why: str) -> None:
    held = damaged_mail(session)
    if any(there.item == item.id for there in held):
        return
    blob = session.chance.draw(32).hex()
    session.vault.blob_put(blob, item.untrusted_sealed)
    held.append(DamagedMail(item.id, item.number, session.now(), blob, why[:200]))
    session.vault.local_put(_DAMAGED, msgspec.to_builtins(held))
