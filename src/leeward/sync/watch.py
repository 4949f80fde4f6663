"""Looking into one box, and what the answer says of the relay: lies are noted, counts and the last item compared.

Rules 5 and 6 of exchange.py. Nothing is taken in here.
"""

from __future__ import annotations

import msgspec

from leeward.ledger.store.vault import Compartment, Vault
from leeward.sync.errors import RelayRefused
from leeward.sync.honesty import Lie, Told, check_listing
from leeward.sync.listing import Listing
from leeward.sync.memory import Memory
from leeward.sync.port import Relay
from leeward.sync.views import View, Views, name_of

PAGE = 500


class Watch:
    """One vault's eye on one relay."""

    def __init__(self, vault: Vault, relay: Relay, memory: Memory, views: Views) -> None:
        self._vault = vault
        self._relay = relay
        self._memory = memory
        self._views = views

    def view(self, box: str) -> View:
        """Return what was shown of a box; nothing if it was let go of since, as an erased one is."""
        return self._views.of(box) if self._vault.cursor(box) else View()

    def note(self, compartment: str, box: str, told: Told) -> None:
        """Remember the lies of an answer."""
        for lie in told.lies:
            self._memory.note_lie(compartment, lie, f"box {box[:8]}")

    def count(self, compartment: str, box: str, view: View, last: int) -> View:
        """Hold the relay to how many items it said there are."""
        if last < view.said:
            self._memory.note_lie(compartment, Lie.MISCOUNTED, f"box {box[:8]}")
        if last == view.said:
            return view
        view = msgspec.structs.replace(view, said=last)
        self._views.keep(box, view)
        return view

    def went_back(self, compartment: str, box: str, read: str) -> bool:
        """Ask for the last item taken from a box: tell whether another one is there now, or none."""
        view = self.view(box)
        if not view.number:
            return False
        try:
            listing = self._relay.list_items(box, read, after=view.number - 1, limit=1)
        except RelayRefused:
            return False  # pulling it says what that means
        told = check_listing(listing, view.number - 1)
        self.note(compartment, box, told)
        last = last_of(listing)
        if last >= view.number and all(
            name_of(one.id, one.untrusted_sealed) == view.last for one in told.items[:1]
        ):
            self.count(compartment, box, view, last)
            dropped = [number for number in self._memory.promised(box) if number > last]
            if dropped:  # whatever it says later: now it denies what it promised
                self._memory.note_lie(compartment, Lie.DROPPED, f"item {min(dropped)}")
            return False
        self._memory.note_lie(compartment, Lie.ROLLED_BACK, f"box {box[:8]}")
        return True

    def ask(self, box: str, read: str, write: str, after: int, limit: int = PAGE) -> Listing:
        """Return what one of our boxes has after a number; it is made again if the relay does not know it."""
        try:
            return self._relay.list_items(box, read, after=after, limit=limit)
        except RelayRefused as error:
            if error.word != "no-such-box":
                raise
        self._relay.make_box(box, read, write)
        return self._relay.list_items(box, read, after=after, limit=limit)

    def make(self, compartment: Compartment) -> None:
        """Have a compartment's box made again: its tokens are ours."""
        self._relay.make_box(compartment.box, compartment.read, compartment.write)


def last_of(listing: Listing) -> int:
    """Return the highest number that an answer speaks of."""
    return max(listing.last, *(item.number for item in listing.items), 0)
