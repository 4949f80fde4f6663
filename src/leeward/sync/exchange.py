"""One vault and one relay come to the same state. No threads, no waiting: `office/sync.py` decides when.

1. Pushing: what the vault packed goes out under an item id that never changes; only the relay's number for it ends
   the attempt. The number is held against the relay until it has shown the item under it.
2. Pulling: each box after its cursor, page by page; an answer is judged as a whole first (honesty.py), then what is
   usable goes to the vault, which judges every segment and moves the cursor in the same transaction.
3. A relay that went back, or does not have what it said it kept, is offered again all that this desk holds.
4. A box that the relay does not know is made again: its tokens are ours.
5. Lies are remembered and shown (memory.py); none of them stops the other boxes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec

from leeward.base.ports import Chance, Clock
from leeward.ledger.errors import LedgerError
from leeward.ledger.store.vault import Compartment, Outgoing, Vault
from leeward.seal.errors import SealError
from leeward.seal.signing import VerifyKey
from leeward.sync.bell import Bell, derive_bell, make_ring
from leeward.sync.errors import RelayRefused
from leeward.sync.honesty import Lie, Told, check_listing
from leeward.sync.listing import Listing
from leeward.sync.memory import Memory
from leeward.sync.offer import offer_again
from leeward.sync.outbox import Outbox
from leeward.sync.port import Relay

_PAGE = 500


class Round(msgspec.Struct):
    """What one round did."""

    sent: int = 0  # segments and items
    taken: int = 0  # entries accepted
    granted: int = 0  # compartments whose keys came
    boxes: set[str] = msgspec.field(default_factory=set)  # boxes that got something from us


class Exchange:
    """Between this vault and this relay. Used by one thread at a time. Methods raise SyncError and LedgerError."""

    def __init__(self, vault: Vault, relay: Relay, *, clock: Clock, chance: Chance) -> None:
        self.vault = vault
        self.relay = relay
        self.memory = Memory(vault, clock)
        self.outbox = Outbox(vault, chance)
        self.trusted: VerifyKey | None = None  # whose grants a joining device takes before it has a roster
        self._chance = chance
        self._missing: dict[str, frozenset[str]] = {}  # what was withheld when the whole box was asked for
        self._anchors = self.memory.anchors()  # box -> number and id of the last item taken from it

    def sync(self) -> Round:
        """Push everything, look into every box, and push what that led to."""
        done = Round()
        self.pull_grants(done)  # first, so that what is written is sealed to the newest keys
        self.push(done)
        self.check_anchors(done)
        self.pull_all(done, None)
        self.push(done)
        return done

    def pull_all(self, done: Round, boxes: Collection[str] | None) -> None:
        """Look into these boxes, all of them for None; the team's first, since it says whose word counts."""
        before = done.taken
        for compartment in self.vault.compartments("team"):
            self._pull_rooms(compartment, done, boxes)
        news = done.taken > before or done.granted > 0
        for compartment in self.vault.compartments():
            if compartment.kind != "team":
                if news:
                    done.taken += self.vault.accept(compartment.id, ()).entries  # what waited for the roster
                self._pull_rooms(compartment, done, boxes)
        if self.memory.grants():
            self.retry_grants(done)
        self.look_for_withheld(done)
        self.memory.keep_anchors(self._anchors)

    def _pull_rooms(self, compartment: Compartment, done: Round, boxes: Collection[str] | None) -> None:
        """Look into a compartment's boxes, or those of them that are named; the oldest first, as it was written."""
        for room in reversed(self.vault.rooms(compartment.id)):
            if boxes is None or done.granted or room.box in boxes:
                self.pull(room, done)

    def look_for_withheld(self, done: Round) -> None:
        """Where colleagues have seen what this desk was not given: ask for the whole box once more, then say so (5)."""
        for compartment in self.vault.compartments():
            missing = frozenset(fault.where for fault in self.vault.missing(compartment.id, keep=False))
            if missing and missing != self._missing.get(compartment.id):
                for team in self.vault.compartments("team"):
                    self._pull_rooms(team, done, None)
                for room in reversed(self.vault.rooms(compartment.id)):
                    self.pull(room, done, after=0)
                self._missing[compartment.id] = missing
                self.vault.missing(compartment.id)

    def push(self, done: Round) -> None:
        """Offer what waits, until it is taken (1), and ring for it."""
        promises: list[tuple[str, int, str]] = []
        try:
            for outgoing in self.vault.outgoing():
                number = self._append(outgoing)
                if number > self.vault.cursor(
                    outgoing.box
                ):  # or it was shown, and only the answer had been lost
                    promises.append((outgoing.box, number, outgoing.item))
                self.vault.sent(outgoing.item)
                done.sent += 1
                done.boxes.add(outgoing.box)
        finally:
            self.memory.promise(promises)
        reached = self.outbox.deliver_items(self.relay)
        done.sent += len(reached)
        done.boxes.update(reached)

    def _append(self, outgoing: Outgoing) -> int:
        try:
            return self.relay.append(outgoing.box, outgoing.write, outgoing.item, outgoing.sealed)
        except RelayRefused as error:
            if error.word != "no-such-box":
                raise
        compartment = self.vault.compartment(outgoing.compartment)
        self.relay.make_box(compartment.box, compartment.read, compartment.write)  # 4
        return self.relay.append(outgoing.box, outgoing.write, outgoing.item, outgoing.sealed)

    def ring(self, boxes: set[str]) -> None:
        """Tell the team's other desks which boxes have something new."""
        bells = self._bells()
        to_devices = boxes & {device.box for device in self.vault.roster().values()}
        for bell, named in [
            *((bell, boxes) for bell in bells[:1]),
            *((bell, to_devices) for bell in bells[1:]),
        ]:
            if named:
                self._ring(bell, named)

    def _ring(self, bell: Bell, boxes: set[str]) -> None:
        item, ring = make_ring(bell, boxes, self._chance)
        try:
            self.relay.append(bell.box, bell.write, item, ring)
        except RelayRefused as error:
            if error.word != "no-such-box":
                raise
            self.relay.make_box(bell.box, bell.read, bell.write)
            self.relay.append(bell.box, bell.write, item, ring)

    def bell(self) -> Bell | None:
        """Return the team's bell; None while this device does not hold the team's key."""
        return next(iter(self._bells()), None)

    def _bells(self) -> list[Bell]:
        """Return the team's bell, and the older ones: who has not heard of the new keys yet listens there for them."""
        for team in self.vault.compartments("team"):
            identities = dict(self.vault.epochs_of(team.id))
            rooms = self.vault.rooms(team.id)
            return [derive_bell(identities[room.epoch].string().encode("ascii")) for room in rooms]
        return []

    def pull(self, compartment: Compartment, done: Round, *, after: int | None = None) -> None:
        """Take in what a compartment's box has after its cursor (2), or after another number."""
        box = compartment.box
        if after is None:
            after = self.vault.cursor(box)
        for asked, listing in self._listings(compartment, after):
            told = check_listing(listing, asked)
            self._note(compartment.id, box, told)
            if Lie.ROLLED_BACK in told.lies:
                self._start_over(compartment, done)
                return
            self._hold_to_promises(compartment, told, listing)
            if not told.items:
                return
            items = [(item.number, item.untrusted_sealed) for item in told.items]
            done.taken += self.vault.accept(compartment.id, items, box=box).entries
            self._anchors[box] = (told.items[-1].number, told.items[-1].id)
            if len(told.items) < len(listing.items):
                return  # a lie in it, named by now; what was left out is asked for in the next round

    def _listings(self, compartment: Compartment, after: int) -> Iterator[tuple[int, Listing]]:
        """Yield answer after answer with the number asked for; each is fetched while the one before is taken in."""
        box, read, write = compartment.box, compartment.read, compartment.write
        listing = self._list(box, read, write, after)
        with ThreadPoolExecutor(1, "sync-ahead") as ahead:
            while True:
                reached = max((item.number for item in listing.items), default=0)
                more = after < reached < listing.last
                following = ahead.submit(self._list, box, read, write, reached) if more else None
                yield after, listing
                if following is None:
                    return
                after, listing = reached, following.result()

    def check_anchors(self, done: Round) -> None:
        """Ask for the last item taken from each box: another one there means that the relay went back since (3).

        To be called before `pull_all`, which moves the anchors on.
        """
        rooms = [room for found in self.vault.compartments() for room in self.vault.rooms(found.id)]
        for compartment in rooms:
            number, item = self._anchors.get(compartment.box, (0, ""))
            if number:
                listing = self._list(
                    compartment.box, compartment.read, compartment.write, number - 1, limit=1
                )
                told = check_listing(listing, number - 1)
                other = any(one.id != item for one in told.items[:1]) or listing.last < number
                if other and number <= self.vault.cursor(compartment.box):
                    self.memory.note_lie(compartment.id, Lie.ROLLED_BACK, f"item {number}")
                    self._start_over(compartment, done)
        self.memory.keep_anchors(self._anchors)

    def pull_grants(self, done: Round) -> None:
        """Take the keys that came to this device's own box, and keep the letters for whoever acts on them."""
        device = self.vault.device
        while True:
            after = self.vault.cursor(device.box)
            listing = self._list(device.box, device.read, device.write, after)
            told = check_listing(listing, after)
            self._note("", device.box, told)
            if Lie.ROLLED_BACK in told.lies:
                self.vault.set_cursor(device.box, listing.last)
                continue
            if not told.items:
                return
            came = [item.untrusted_sealed for item in told.items]
            letters = [sealed for sealed in came if self.vault.is_letter(sealed)]
            waiting = [sealed for sealed in came if sealed not in letters and not self._take(sealed, done)]
            self.memory.keep_letters([*self.memory.letters(), *letters])
            self.memory.keep_grants([*self.memory.grants(), *waiting])
            self.vault.set_cursor(device.box, told.items[-1].number)

    def retry_grants(self, done: Round) -> None:
        """Try again the grants that came before what makes them believable; pull what they open."""
        before = set(self.vault.compartments())
        self.memory.keep_grants([sealed for sealed in self.memory.grants() if not self._take(sealed, done)])
        for compartment in self.vault.compartments():
            if compartment not in before:
                self._pull_rooms(compartment, done, None)

    def _take(self, untrusted_sealed: bytes, done: Round) -> bool:
        """Take a grant; False if it is to be tried again later."""
        trusted = None if self.vault.compartments("team") else self.trusted
        try:
            self.vault.take_grant(untrusted_sealed, trusted=trusted)
        except SealError:
            return True  # not sealed to us, or damaged: it will never open
        except LedgerError:
            return False
        done.granted += 1
        return True

    def _list(self, box: str, read: str, write: str, after: int, limit: int = _PAGE) -> Listing:
        try:
            return self.relay.list_items(box, read, after=after, limit=limit)
        except RelayRefused as error:
            if error.word != "no-such-box":
                raise
        self.relay.make_box(box, read, write)  # 4
        return self.relay.list_items(box, read, after=after, limit=limit)

    def _note(self, compartment: str, box: str, told: Told) -> None:
        for lie in told.lies:
            self.memory.note_lie(compartment, lie, f"box {box[:8]}")

    def _start_over(self, compartment: Compartment, done: Round) -> None:
        """Take the whole box again, since anything may stand there now, and offer it what it lost (3)."""
        box = compartment.box
        self.vault.set_cursor(box, 0)
        self._anchors.pop(box, None)
        self.memory.release(box, 1 << 62)
        self.pull(compartment, done)
        newest = self.vault.compartment(compartment.id)
        offer_again(self.vault, self.relay, newest)
        done.boxes.add(newest.box)

    def _hold_to_promises(self, compartment: Compartment, told: Told, listing: Listing) -> None:
        promised = self.memory.promised(compartment.box)
        if not promised:
            return
        shown = {item.number: item.id for item in told.items}
        upto = max(shown, default=0)
        broken = [
            number
            for number, item in promised.items()
            if shown.get(number, item) != item or number > max(listing.last, upto)
        ]
        if broken:
            self.memory.note_lie(compartment.id, Lie.DROPPED, f"item {min(broken)}")
            offer_again(self.vault, self.relay, self.vault.compartment(compartment.id))  # 3
        self.memory.release(compartment.box, max([upto, *broken]))
