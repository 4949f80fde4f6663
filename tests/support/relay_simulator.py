"""A relay in memory with the client's real interface, which can lie and fail on demand.

    relay = RelaySimulator()
    desk_a, desk_b = relay.door(), relay.door()     # what two desks hold: each can be lied to apart
    desk_b.hide.add((box, 3))                        # withholds item 3 from this desk

What is stored is shared; each lie belongs to one door, except `roll_back` and `lose`, which change the store.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from leeward.sync.errors import RelayNonsense, RelayRefused, RelayUnreachable
from leeward.sync.listing import Item, Listing
from leeward.sync.port import hash_of_token
from leeward.wire.errors import REFUSALS, WireError
from leeward.wire.turn import Look, Turn, parse_turn


@dataclass
class _Box:
    read: bytes
    write: bytes
    items: list[Item] = field(default_factory=list)
    notice: bytes | None = None
    gated: bool = False
    known_only: bool = False


class RelaySimulator:
    """What all doors share: boxes and pieces, kept honestly."""

    def __init__(self) -> None:
        self.boxes: dict[str, _Box] = {}
        self.blobs: dict[str, tuple[bytes, bytes]] = {}
        self.lock = threading.Condition()

    def door(self) -> Door:
        """Return what one desk talks to."""
        return Door(self)

    def roll_back(self, box: str, to: int) -> None:
        """Forget everything in a box after a number, as a server restored from an old copy does."""
        with self.lock:
            del self.boxes[box].items[to:]

    def tear(self, box: str, number: int, change: Callable[[bytes], bytes]) -> None:
        """Replace the bytes of one item."""
        with self.lock:
            items = self.boxes[box].items
            old = items[number - 1]
            items[number - 1] = Item(old.number, old.id, change(old.untrusted_sealed))


class Door:
    """One desk's view of the simulated relay, with the lies told at it."""

    def __init__(self, store: RelaySimulator) -> None:
        self.store = store
        self.away = False  # nothing answers
        self.nonsense = False  # something else answers
        self.lose_answers = 0  # so many appends are stored, but their answers never arrive
        self.drop_appends = 0  # so many appends are answered 201 and thrown away
        self.hide: set[tuple[str, int]] = set()  # items left out of listings
        self.freeze: dict[str, int] = {}  # box -> last number that is admitted to exist
        self.reorder = False
        self.replay = False  # begins each answer with items already handed out
        self.delay = 0.0
        self.asked = 0

    def _come_in(self) -> None:
        self.asked += 1
        if self.delay:
            time.sleep(self.delay)
        if self.away:
            raise RelayUnreachable("no connection")
        if self.nonsense:
            raise RelayNonsense("not HTTP")

    def _box(self, box: str, token: str, *, write: bool) -> _Box:
        found = self.store.boxes.get(box)
        if found is None or hash_of_token(token) != (found.write if write else found.read):
            raise RelayRefused(REFUSALS["no-such-box"]())
        return found

    def hello(self) -> None:
        self._come_in()

    def make_box(self, box: str, read: str, write: str) -> bool:
        self._come_in()
        made = _Box(hash_of_token(read), hash_of_token(write))
        with self.store.lock:
            there = self.store.boxes.setdefault(box, made)
            if (there.read, there.write) != (made.read, made.write):
                raise RelayRefused(REFUSALS["box-taken"]())
            return there is made

    def append(self, box: str, write: str, item: str, sealed: bytes) -> int:
        self._come_in()
        with self.store.lock:
            items = self._box(box, write, write=True).items
            for there in items:
                if there.id == item:
                    if there.untrusted_sealed != sealed:
                        raise RelayRefused(REFUSALS["item-taken"]())
                    return there.number
            number = len(items) + 1
            if self.drop_appends:
                self.drop_appends -= 1
                return number
            items.append(Item(number, item, sealed))
            self.store.lock.notify_all()
        if self.lose_answers:
            self.lose_answers -= 1
            raise RelayUnreachable("no answer in time")
        return number

    def list_items(
        self, box: str, read: str, *, after: int = 0, limit: int = 500, wait: float = 0
    ) -> Listing:
        self._come_in()
        with self.store.lock:
            items = self._box(box, read, write=False).items
            if wait:
                self.store.lock.wait_for(lambda: len(items) > after or self.away, wait)
            last = min(len(items), self.freeze.get(box, len(items)))
            start = 0 if self.replay else after
            told = [item for item in items[start:last] if (box, item.number) not in self.hide][:limit]
        if self.reorder:
            told.reverse()
        return Listing(tuple(told), last)

    def delete_box(self, box: str, read: str) -> None:
        self._come_in()
        with self.store.lock:
            self._box(box, read, write=False)
            del self.store.boxes[box]

    def put_blob(self, blob: str, sealed: bytes, erase: str) -> None:
        self._come_in()
        with self.store.lock:
            there = self.store.blobs.setdefault(blob, (sealed, hash_of_token(erase)))
            if there[0] != sealed:
                raise RelayRefused(REFUSALS["blob-taken"]())

    def get_blob(self, blob: str) -> bytes | None:
        self._come_in()
        return self.store.blobs.get(blob, (None, b""))[0]

    def has_blob(self, blob: str) -> bool:
        self._come_in()
        return blob in self.store.blobs

    def turn(self, body: bytes) -> tuple[Listing, ...]:
        self._come_in()
        try:
            turn = parse_turn(body)
        except WireError as error:
            raise RelayRefused(REFUSALS["bad-request"]()) from error
        with self.store.lock:
            self._check_turn(turn)
            for make in turn.makes:
                self.store.boxes.setdefault(make.box.hex(), _Box(make.read_hash, make.write_hash))
            for put in turn.puts:
                self.store.blobs.setdefault(put.blob.hex(), (put.sealed, put.erase_hash))
        if turn.post is not None:
            post = turn.post
            self.append(post.box.hex(), post.write_token.hex(), post.item.hex(), post.sealed)
        return tuple(map(self._look_into, turn.looks))

    def _look_into(self, look: Look) -> Listing:
        try:
            return self.list_items(look.box.hex(), look.read_token.hex(), after=look.after)
        except RelayRefused:
            return Listing((), 0)

    def _check_turn(self, turn: Turn) -> None:
        for make in turn.makes:
            there = self.store.boxes.get(make.box.hex())
            if there is not None and (there.read, there.write) != (make.read_hash, make.write_hash):
                raise RelayRefused(REFUSALS["box-taken"]())
        for put in turn.puts:
            kept = self.store.blobs.get(put.blob.hex())
            if kept is not None and kept != (put.sealed, put.erase_hash):
                raise RelayRefused(REFUSALS["blob-taken"]())
        if turn.post is not None:
            box = self._box(turn.post.box.hex(), turn.post.write_token.hex(), write=True)
            if box.known_only and all(item.id != turn.post.item.hex() for item in box.items):
                raise RelayRefused(REFUSALS["known-only"]())

    def put_notice(self, box: str, read: str, notice: bytes) -> None:
        self._come_in()
        self._box(box, read, write=False).notice = notice

    def get_notice(self, box: str) -> bytes | None:
        self._come_in()
        found = self.store.boxes.get(box)
        return found.notice if found is not None else None

    def set_gate(self, box: str, read: str, *, known_only: bool) -> None:
        self._come_in()
        held = self._box(box, read, write=False)
        held.gated, held.known_only = True, known_only

    def delete_blob(self, blob: str, erase: str) -> None:
        self._come_in()
        with self.store.lock:
            there = self.store.blobs.get(blob)
            if there is None or there[1] != hash_of_token(erase):
                raise RelayRefused(REFUSALS["no-such-blob"]())
            del self.store.blobs[blob]

    def close(self) -> None:
        with self.store.lock:
            self.store.lock.notify_all()
