"""Taking in what compartments' boxes have, page by page. Rules 2 to 4 and 6 of exchange.py."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor

from leeward.base.ports import Clock
from leeward.ledger.store.vault import Compartment, Vault
from leeward.sync.errors import RelayRefused
from leeward.sync.honesty import Lie, Told, check_listing
from leeward.sync.listing import Listing
from leeward.sync.memory import Memory
from leeward.sync.moved import was_moved
from leeward.sync.offering import Offering
from leeward.sync.own_box import OwnBox
from leeward.sync.port import Relay
from leeward.sync.round import Round
from leeward.sync.views import View, Views, extend, name_of, same_past
from leeward.sync.watch import PAGE, Watch, last_of


class Reading:
    """The boxes of one vault's compartments on one relay."""

    def __init__(
        self,
        vault: Vault,
        relay: Relay,
        *,
        watch: Watch,
        own_box: OwnBox,
        offering: Offering,
        memory: Memory,
        views: Views,
        clock: Clock,
    ) -> None:
        self._vault = vault
        self._relay = relay
        self._watch = watch
        self._own_box = own_box
        self._offering = offering
        self._memory = memory
        self._views = views
        self._clock = clock
        self.begun_anew: set[str] = set()  # boxes that were read from their beginning in this round (6)

    def pull_rooms(self, compartment: Compartment, done: Round, boxes: Collection[str] | None) -> None:
        """Look into a compartment's boxes, or those of them that are named; the oldest first, as it was written."""
        newest, *older = self._vault.rooms(compartment.id)
        gone = []
        for room in (*reversed(older), newest):
            if boxes is None or done.granted or room.box in boxes:
                try:
                    self.pull(room, done, make=room is newest, rung=boxes is not None)
                except RelayRefused as error:
                    if error.word != "no-such-box":
                        raise
                    gone.append(room)
        for (
            room
        ) in gone:  # judged after the newest was read, which says whether they were erased on purpose (4)
            if was_moved(self._vault, room) or not self._vault.cursor(room.box):
                self.let_go(room.box)
            else:
                self._watch.make(room)  # it was lost, not erased: reading it says so
                self.pull(room, done)

    def let_go(self, box: str) -> None:
        """Forget how far a box was read that was erased on purpose."""
        if self._vault.cursor(box):
            self._vault.set_cursor(box, 0)
        self._views.keep(box, View())
        self._memory.release(box, 1 << 62)

    def pull(
        self,
        compartment: Compartment,
        done: Round,
        *,
        after: int | None = None,
        make: bool = True,
        rung: bool = False,
    ) -> None:
        """Take in what a compartment's box has after its cursor (2), or after another number.

        `make`: have the box made again if the relay does not know it; else RelayRefused is raised then. `rung`: there
        is something new, so the last item is asked for with it, which shows whether the new follows the old (6).
        """
        if after is None:
            after = min(self._vault.cursor(compartment.box), self._watch.view(compartment.box).number)
            after = max(after - 1, 0) if rung else after
        try:
            self._pull(compartment, done, after)
        except RelayRefused as error:
            if error.word != "no-such-box" or not make:
                raise
            if not after or not self._has_newer_key(compartment, done):
                self._watch.make(compartment)  # 4
                self._pull(compartment, done, after)

    def start_over(self, compartment: Compartment, done: Round) -> None:
        """Take the whole box again, since anything may stand there now, and offer it what it lost (3)."""
        box = compartment.box
        if box in self.begun_anew:
            return  # a relay that goes back and forth: once a round is enough
        self.begun_anew.add(box)
        self._memory.owe(compartment.id, owed=True, later=True)  # written with the place in the box
        self._vault.set_cursor(box, 0)
        self._views.keep(box, View())
        self._memory.release(box, 1 << 62)
        self.pull(compartment, done)
        done.boxes.add(self._offering.again(compartment.id))

    def _pull(self, compartment: Compartment, done: Round, after: int) -> None:
        box = compartment.box
        view = self._watch.view(box)
        before = view.number
        for asked, listing in _listings(self._relay, box, compartment.read, after):
            told = check_listing(listing, asked)
            self._watch.note(compartment.id, box, told)
            last = last_of(listing)
            if (
                told.items
                and asked == before
                and self._watch.went_back(compartment.id, box, compartment.read)
            ):  # 6
                self.start_over(compartment, done)
                return
            if last < max(view.number, asked) or not same_past(view, asked, told.items):  # 6
                self._memory.note_lie(compartment.id, Lie.ROLLED_BACK, f"box {box[:8]}")
                self.start_over(compartment, done)
                return
            view = self._watch.count(compartment.id, box, view, last)
            self._hold_to_promises(compartment, told, listing)
            if not told.items:
                break
            items = [(item.number, item.untrusted_sealed) for item in told.items]
            done.taken += self._vault.accept(compartment.id, items, box=box).entries
            new = [item for item in told.items if item.number > view.number]
            if new:
                view = extend(view, new, self._clock.now_ms())
                self._views.keep(box, view)
            if len(told.items) < len(listing.items):
                break  # a lie in it, named by now; what was left out is asked for in the next round
        self._compare(compartment, view, done)

    def _compare(self, compartment: Compartment, view: View, done: Round) -> None:
        """Compare with what colleagues were shown (6)."""
        found = self._views.compare(compartment.box, view)
        for one in found:
            self._memory.note_lie(compartment.id, one.lie, one.where)
        if any(one.lie is Lie.TWO_PASTS for one in found):
            self.start_over(compartment, done)

    def _has_newer_key(self, compartment: Compartment, done: Round) -> bool:
        """Tell whether a newer key of a compartment came meanwhile, with a box of its own."""
        self._own_box.pull(done)
        return self._vault.compartment(compartment.id).box != compartment.box

    def _hold_to_promises(self, compartment: Compartment, told: Told, listing: Listing) -> None:
        promised = self._memory.promised(compartment.box)
        if not promised:
            return
        shown = {item.number: name_of(item.id, item.untrusted_sealed).hex() for item in told.items}
        upto = max(shown, default=0)
        broken = [
            number
            for number, name in promised.items()
            if shown.get(number, name) != name or number > max(listing.last, upto)
        ]
        self._memory.release(compartment.box, max([upto, *broken]))
        if broken:
            self._offering.dropped(compartment, min(broken))


def _listings(relay: Relay, box: str, read: str, after: int) -> Iterator[tuple[int, Listing]]:
    """Yield answer after answer with the number asked for; each is fetched while the one before is taken in."""
    listing = relay.list_items(box, read, after=after, limit=PAGE)
    ahead: ThreadPoolExecutor | None = None  # most boxes have no second page
    try:
        while True:
            reached = max((item.number for item in listing.items), default=0)
            following = None
            if after < reached < listing.last:
                ahead = ahead or ThreadPoolExecutor(1, "sync-ahead")
                following = ahead.submit(relay.list_items, box, read, after=reached, limit=PAGE)
            yield after, listing
            if following is None:
                return
            after, listing = reached, following.result()
    finally:
        if ahead is not None:
            ahead.shutdown()
