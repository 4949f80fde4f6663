"""One vault and one relay come to the same state. No threads, no waiting: `office/sync.py` decides when.

1. Pushing: what the vault packed goes out under an item id that never changes; only the relay's number for it ends
   the attempt. The number is held against the relay until it has shown the same bytes under it.
2. Pulling: each box after its cursor, page by page; an answer is judged as a whole first (honesty.py), then what is
   usable goes to the vault, which judges every segment and moves the cursor in the same transaction.
3. A relay that went back, or does not have what it said it kept, is offered again all that this desk holds.
4. A box that the relay does not know is made again: its tokens are ours. But first it is asked whether a newer key has
   come; and an older key's box that a colleague erased on purpose (its content lies in the newer one's) is let go of.
5. Lies are remembered and shown (memory.py); none of them stops the other boxes.
6. What this desk was shown of a box is compared with what it was shown before, and with what colleagues say that
   they were shown (views.py). If that differs the box is read again from its beginning, once a round.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec

from leeward.base.ports import Chance, Clock
from leeward.ledger.errors import GrantErased, LedgerError
from leeward.ledger.store.vault import Compartment, Outgoing, Vault
from leeward.seal.errors import SealError
from leeward.seal.signing import VerifyKey
from leeward.sync.bell import Bell, derive_bell, make_ring
from leeward.sync.errors import RelayRefused
from leeward.sync.honesty import Lie, Told, check_listing
from leeward.sync.listing import Listing
from leeward.sync.memory import Memory
from leeward.sync.moved import was_moved
from leeward.sync.offer import offer_again
from leeward.sync.outbox import Outbox
from leeward.sync.port import Relay
from leeward.sync.views import View, Views, extend, name_of, same_past

_PAGE = 500
_SENT_AT_ONCE = 50  # segments sent before they are forgotten together


class Round(msgspec.Struct):
    """What one round did."""

    sent: int = 0  # segments and items
    taken: int = 0  # entries accepted
    granted: int = 0  # compartments whose keys came
    boxes: set[str] = msgspec.field(default_factory=set)  # boxes that got something from us
    looked: bool = False  # every box was asked for: what the round remembers is written at its end


class Exchange:
    """Between this vault and this relay. Used by one thread at a time. Methods raise SyncError and LedgerError."""

    def __init__(self, vault: Vault, relay: Relay, *, clock: Clock, chance: Chance) -> None:
        self.vault = vault
        self.relay = relay
        self.memory = Memory(vault, clock)
        self.outbox = Outbox(vault, chance)
        self.trusted: VerifyKey | None = None  # whose grants a joining device takes before it has a roster
        self.after_team: Callable[[], object] = bool  # done when the team's news is here, before all else
        self._chance = chance
        self._missing: dict[str, frozenset[str]] = {}  # what was withheld when the whole box was asked for
        self.views = Views(vault)
        self._clock = clock
        self._begun_anew: set[str] = set()  # boxes that were read from their beginning in this round (6)

    def sync(self) -> Round:
        """Push everything, look into every box, and push what that led to."""
        done = Round()
        self.pull_grants(done)  # first, so that what is written is sealed to the newest keys
        self.pull_team(done, None)
        self.push(done)
        self.check_anchors(done)
        self.pull_all(done, None)
        self.push(done)
        return done

    def pull_team(self, done: Round, boxes: Collection[str] | None) -> None:
        """Look into the team's boxes, if they are among these, and do what its news ask for before anything leaves.

        So nothing is offered again that the team has decided to erase.
        """
        for compartment in self.vault.compartments("team"):
            self._pull_rooms(compartment, done, boxes)
        if done.taken and self.memory.grants():
            self.retry_grants(done)
        self.after_team()

    def pull_all(self, done: Round, boxes: Collection[str] | None) -> None:
        """Look into these boxes, all of them for None; the team's first, since it says whose word counts."""
        try:
            before = done.taken
            for compartment in self.vault.compartments("team"):
                self._pull_rooms(compartment, done, boxes)
            if done.taken > before:
                self.after_team()
            news = done.taken > 0 or done.granted > 0
            for compartment in self.vault.compartments():
                if compartment.kind != "team":
                    if news:
                        done.taken += self.vault.accept(
                            compartment.id, ()
                        ).entries  # what waited for the roster
                    self._pull_rooms(compartment, done, boxes)
            if self.memory.grants():
                self.retry_grants(done)
            self.look_for_withheld(done)
            self._look_for_keys()
            self._begun_anew.clear()
        except BaseException:
            self.vault.local_settle()
            raise
        done.looked = True

    def _pull_rooms(self, compartment: Compartment, done: Round, boxes: Collection[str] | None) -> None:
        """Look into a compartment's boxes, or those of them that are named; the oldest first, as it was written."""
        newest, *older = self.vault.rooms(compartment.id)
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
            if was_moved(self.vault, room) or not self.vault.cursor(room.box):
                self.let_go(room.box)
            else:
                self._make(room)  # it was lost, not erased: reading it says so
                self.pull(room, done)

    def let_go(self, box: str) -> None:
        """Forget how far a box was read that was erased on purpose."""
        if self.vault.cursor(box):
            self.vault.set_cursor(box, 0)
        self.views.keep(box, View())
        self.memory.release(box, 1 << 62)

    def look_for_withheld(self, done: Round) -> None:
        """Where colleagues have seen what this desk was not given: ask for the whole box once more, then say so (5)."""
        suspects = self.vault.suspects()
        for compartment in self.vault.compartments():
            if compartment.id not in suspects:
                continue
            missing = frozenset(fault.where for fault in self.vault.missing(compartment.id, keep=False))
            if missing and missing != self._missing.get(compartment.id):
                for team in self.vault.compartments("team"):
                    self._pull_rooms(team, done, None)
                newest, *older = self.vault.rooms(compartment.id)
                for room in (*reversed(older), newest):
                    with contextlib.suppress(RelayRefused):  # an older box may be gone (4)
                        self.pull(room, done, after=0, make=room is newest)
                self._missing[compartment.id] = missing
                self.vault.missing(compartment.id)

    def push(self, done: Round) -> None:
        """Offer what waits, until it is taken (1), and ring for it."""
        promises: list[tuple[str, int, str]] = []
        sent: list[str] = []
        broken: dict[str, int] = {}
        twice: dict[str, int] = {}
        try:
            for waiting in self.vault.outgoing():
                if len(sent) >= _SENT_AT_ONCE:
                    twice |= self._note_sent(sent, promises)
                outgoing, box, number = self._offer(waiting, done)
                name = name_of(outgoing.item, outgoing.sealed)
                if number > self.vault.cursor(box):
                    promises.append((box, number, name.hex()))
                elif not self._is_there(outgoing.compartment, number, name):
                    broken[outgoing.compartment] = number
                sent.append(outgoing.item)
                done.sent += 1
                done.boxes.add(box)
        finally:
            twice |= self._note_sent(sent, promises)
        for compartment in self.vault.compartments():
            number = broken.get(compartment.id) or twice.get(compartment.box, 0)
            if number:
                self._dropped(compartment, number)
        try:
            reached = self.outbox.deliver_items(self.relay)
        finally:
            if done.looked:
                self.vault.local_settle()
        done.sent += len(reached)
        done.boxes.update(reached)

    def _note_sent(self, sent: list[str], promises: list[tuple[str, int, str]]) -> dict[str, int]:
        """Note what was taken and what was promised of it, in one transaction; who dies before offers it again (1)."""
        twice = self.memory.promise(promises, later=True)
        if sent:
            self.vault.sent(*sent)
        sent.clear()
        promises.clear()
        return twice

    def _is_there(self, compartment_id: str, number: int, name: bytes) -> bool:
        """Tell whether an item stands under a number that was read already: only the answer had been lost then."""
        room = self.vault.compartment(compartment_id)
        listing = self._list(room.box, room.read, room.write, number - 1, limit=1)
        return any(
            one.number == number and name_of(one.id, one.untrusted_sealed) == name for one in listing.items
        )

    def _dropped(self, compartment: Compartment, number: int) -> None:
        self.memory.note_lie(compartment.id, Lie.DROPPED, f"item {number}")
        self._offer_again(compartment.id, broken=b"%d " % number)  # 3

    def _offer_again(self, compartment_id: str, *, broken: bytes = b"") -> Compartment:
        newest = self.vault.compartment(compartment_id)
        cursor = self.vault.cursor(newest.box)
        self.memory.owe(compartment_id, owed=True)  # until all of it is kept, also if this breaks off
        kept = offer_again(self.vault, self.relay, newest, broken=broken)
        new = [(newest.box, number, name) for number, name in kept if number > cursor]
        if len(new) == len(kept) and not self.memory.promise(new, later=True):
            self.memory.owe(compartment_id, owed=False)
        return newest

    def _offer(self, outgoing: Outgoing, done: Round) -> tuple[Outgoing, str, int]:
        """Return what was taken, the box that took it, and the number it got there.

        Ids are drawn, so other bytes under one of ours are none that anybody put there: the answer to an earlier
        attempt was lost, and then what the relay had kept was changed. It goes out under another id.
        """
        try:
            return outgoing, *self._append(outgoing, done)
        except RelayRefused as error:
            if error.word != "item-taken":
                raise
        self.memory.note_lie(outgoing.compartment, Lie.DROPPED, f"item {outgoing.item[:8]}")
        renamed = self.vault.rename(outgoing)
        return renamed, *self._append(renamed, done)

    def _append(self, outgoing: Outgoing, done: Round) -> tuple[str, int]:
        """Return the box that took it, and the number it got there."""
        box, write, item, sealed = outgoing.box, outgoing.write, outgoing.item, outgoing.sealed
        try:
            return box, self.relay.append(box, write, item, sealed)
        except RelayRefused as error:
            if error.word != "no-such-box":
                raise
        if self.vault.cursor(box):
            self.pull_grants(done)
        compartment = self.vault.compartment(outgoing.compartment)
        self._make(compartment)  # 4
        return compartment.box, self.relay.append(compartment.box, compartment.write, item, sealed)

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
            after = min(self.vault.cursor(compartment.box), self._view(compartment.box).number)
            after = max(after - 1, 0) if rung else after
        try:
            self._pull(compartment, done, after)
        except RelayRefused as error:
            if error.word != "no-such-box" or not make:
                raise
            if not after or not self._has_newer_key(compartment, done):
                self._make(compartment)  # 4
                self._pull(compartment, done, after)

    def _pull(self, compartment: Compartment, done: Round, after: int) -> None:
        box = compartment.box
        view = self._view(box)
        before = view.number
        for asked, listing in _listings(self.relay, box, compartment.read, after):
            told = check_listing(listing, asked)
            self._note(compartment.id, box, told)
            last = _last(listing)
            if told.items and asked == before and self._went_back(compartment.id, box, compartment.read):  # 6
                self._start_over(compartment, done)
                return
            if last < max(view.number, asked) or not same_past(view, asked, told.items):  # 6
                self.memory.note_lie(compartment.id, Lie.ROLLED_BACK, f"box {box[:8]}")
                self._start_over(compartment, done)
                return
            view = self._count(compartment.id, box, view, last)
            self._hold_to_promises(compartment, told, listing)
            if not told.items:
                break
            items = [(item.number, item.untrusted_sealed) for item in told.items]
            done.taken += self.vault.accept(compartment.id, items, box=box).entries
            new = [item for item in told.items if item.number > view.number]
            if new:
                view = extend(view, new, self._clock.now_ms())
                self.views.keep(box, view)
            if len(told.items) < len(listing.items):
                break  # a lie in it, named by now; what was left out is asked for in the next round
        self._compare(compartment, view, done)

    def _count(self, compartment: str, box: str, view: View, last: int) -> View:
        """Hold the relay to how many items it said there are."""
        if last < view.said:
            self.memory.note_lie(compartment, Lie.MISCOUNTED, f"box {box[:8]}")
        if last == view.said:
            return view
        view = msgspec.structs.replace(view, said=last)
        self.views.keep(box, view)
        return view

    def _compare(self, compartment: Compartment, view: View, done: Round) -> None:
        """Compare with what colleagues were shown (6)."""
        found = self.views.compare(compartment.box, view)
        for one in found:
            self.memory.note_lie(compartment.id, one.lie, one.where)
        if any(one.lie is Lie.TWO_PASTS for one in found):
            self._start_over(compartment, done)

    def _look_for_keys(self) -> None:
        """Say so if a colleague names a box that this desk was given the key of, and the key never came."""
        if self.memory.grants() or not self.views.lacks():
            return
        held = self.vault.compartments()
        boxes = [room.box for one in held for room in self.vault.rooms(one.id, every=True)]
        for box, device in self.views.settle_lacks(boxes).items():
            self.memory.note_lie("", Lie.WITHHELD, f"key of box {box[:8]}, named by device {device}")

    def _has_newer_key(self, compartment: Compartment, done: Round) -> bool:
        """Tell whether a newer key of a compartment came meanwhile, with a box of its own."""
        self.pull_grants(done)
        return self.vault.compartment(compartment.id).box != compartment.box

    def _make(self, compartment: Compartment) -> None:
        self.relay.make_box(compartment.box, compartment.read, compartment.write)

    def check_anchors(self, done: Round) -> None:
        """Ask for the last item taken from each box: another one there means that the relay went back since (3)."""
        device = self.vault.device
        if self._went_back("", device.box, device.read):
            self._read_own_box_again(done)
        rooms = [room for found in self.vault.compartments() for room in self.vault.rooms(found.id)]
        for room in rooms:
            if self._went_back(room.id, room.box, room.read):
                self._start_over(room, done)
        for circle in {room.id for room in rooms} & self.memory.owed():
            done.boxes.add(self._offer_again(circle).box)

    def _view(self, box: str) -> View:
        """Return what was shown of a box; nothing if it was let go of since, as an erased one is."""
        return self.views.of(box) if self.vault.cursor(box) else View()

    def _went_back(self, compartment: str, box: str, read: str) -> bool:
        view = self._view(box)
        if not view.number:
            return False
        try:
            listing = self.relay.list_items(box, read, after=view.number - 1, limit=1)
        except RelayRefused:
            return False  # pulling it says what that means
        told = check_listing(listing, view.number - 1)
        self._note(compartment, box, told)
        last = _last(listing)
        if last >= view.number and all(
            name_of(one.id, one.untrusted_sealed) == view.last for one in told.items[:1]
        ):
            self._count(compartment, box, view, last)
            dropped = [number for number in self.memory.promised(box) if number > last]
            if dropped:  # whatever it says later: now it denies what it promised
                self.memory.note_lie(compartment, Lie.DROPPED, f"item {min(dropped)}")
            return False
        self.memory.note_lie(compartment, Lie.ROLLED_BACK, f"box {box[:8]}")
        return True

    def pull_grants(self, done: Round) -> None:
        """Take the keys that came to this device's own box, and keep the letters for whoever acts on them."""
        if not self._pull_own_box(done):
            self._read_own_box_again(done)

    def _read_own_box_again(self, done: Round) -> None:
        """Read this device's box from its beginning: what came twice is once."""
        box = self.vault.device.box
        self.vault.set_cursor(box, 0)
        self.views.keep(box, View())
        self._pull_own_box(done)

    def _pull_own_box(self, done: Round) -> bool:
        """Take in this device's box after its cursor; False if the relay went back."""
        device = self.vault.device
        view = self._view(device.box)
        before = view.number
        while True:
            after = min(self.vault.cursor(device.box), view.number)
            listing = self._list(device.box, device.read, device.write, after)
            told = check_listing(listing, after)
            self._note("", device.box, told)
            last = _last(listing)
            if last < after or (
                told.items and after == before and self._went_back("", device.box, device.read)
            ):
                return False
            view = self._count("", device.box, view, last)
            if not told.items:
                return True
            came = [item.untrusted_sealed for item in told.items]
            letters = [sealed for sealed in came if self.vault.is_letter(sealed)]
            waiting = [sealed for sealed in came if sealed not in letters and not self._take(sealed, done)]
            self.memory.keep_letters([*self.memory.letters(), *letters], later=True)
            self.memory.keep_grants([*self.memory.grants(), *waiting])
            view = extend(view, told.items, self._clock.now_ms())
            self.views.keep(device.box, view)
            self.vault.set_cursor(device.box, told.items[-1].number, later=True)

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
        except (SealError, GrantErased):
            return True  # not sealed to us, or damaged: it will never open; or of what was erased here
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
        if box in self._begun_anew:
            return  # a relay that goes back and forth: once a round is enough
        self._begun_anew.add(box)
        self.memory.owe(compartment.id, owed=True, later=True)  # written with the place in the box
        self.vault.set_cursor(box, 0)
        self.views.keep(box, View())
        self.memory.release(box, 1 << 62)
        self.pull(compartment, done)
        done.boxes.add(self._offer_again(compartment.id).box)

    def _hold_to_promises(self, compartment: Compartment, told: Told, listing: Listing) -> None:
        promised = self.memory.promised(compartment.box)
        if not promised:
            return
        shown = {item.number: name_of(item.id, item.untrusted_sealed).hex() for item in told.items}
        upto = max(shown, default=0)
        broken = [
            number
            for number, name in promised.items()
            if shown.get(number, name) != name or number > max(listing.last, upto)
        ]
        self.memory.release(compartment.box, max([upto, *broken]))
        if broken:
            self._dropped(compartment, min(broken))


def _last(listing: Listing) -> int:
    """Return the highest number that an answer speaks of."""
    return max(listing.last, *(item.number for item in listing.items), 0)


def _listings(relay: Relay, box: str, read: str, after: int) -> Iterator[tuple[int, Listing]]:
    """Yield answer after answer with the number asked for; each is fetched while the one before is taken in."""
    listing = relay.list_items(box, read, after=after, limit=_PAGE)
    ahead: ThreadPoolExecutor | None = None  # most boxes have no second page
    try:
        while True:
            reached = max((item.number for item in listing.items), default=0)
            following = None
            if after < reached < listing.last:
                ahead = ahead or ThreadPoolExecutor(1, "sync-ahead")
                following = ahead.submit(relay.list_items, box, read, after=reached, limit=_PAGE)
            yield after, listing
            if following is None:
                return
            after, listing = reached, following.result()
    finally:
        if ahead is not None:
            ahead.shutdown()
