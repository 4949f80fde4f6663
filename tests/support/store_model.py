"""What a store does, said with dictionaries, and the real store asked the same in the model's terms."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from leeward.relay.sqlite_store import SqliteStore
from leeward.relay.store import Keep
from leeward.wire.errors import BlobTaken, BoxTaken, ItemTaken, KnownOnly, NoSuchBlob, NoSuchBox, Refused
from leeward.wire.turn import Look, Make, Post, Put, Turn

KEEP = Keep(unread=3, read=1, blobs=2)
DAY = 24 * 60 * 60 * 1000


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def key(number: int, size: int) -> bytes:
    return bytes([number]) * size


@dataclass
class Clock:
    day: int = 20_000

    def now_ms(self) -> int:
        return self.day * DAY


@dataclass
class Item:
    item: int
    sealed: int
    mail: bool
    day: int
    read: int | None = None  # the day of its first reading


@dataclass
class Box:
    read: int
    write: int
    mail: bool
    looked: int
    items: dict[int, Item] = field(default_factory=dict)
    last: int = 0
    seen: int = 0
    gate: str = "never"
    notice: int | None = None


@dataclass
class Model:
    clock: Clock
    boxes: dict[int, Box] = field(default_factory=dict)
    blobs: dict[int, tuple[int, int, bool, int]] = field(default_factory=dict)

    def make_box(self, box: int, read: int, write: int) -> Any:
        there = self.boxes.get(box)
        if there is not None:
            return False if (there.read, there.write) == (read, write) else BoxTaken
        self.boxes[box] = Box(read, write, mail=False, looked=self.clock.day)
        return True

    def append(self, box: int, write: int, item: int, sealed: int) -> Any:
        there = self.boxes.get(box)
        if there is None or there.write != write:
            return NoSuchBox
        if there.gate != "never":
            return KnownOnly
        return self._append(there, item, sealed, mail=there.mail)

    def list_items(self, box: int, read: int, after: int, limit: int) -> Any:
        there = self.boxes.get(box)
        if there is None or there.read != read:
            return NoSuchBox
        return self._list(there, after, limit)

    def delete_box(self, box: int, read: int) -> Any:
        if box not in self.boxes or self.boxes[box].read != read:
            return NoSuchBox
        del self.boxes[box]
        return None

    def put_blob(self, blob: int, erase: int, sealed: int, mail: int) -> Any:
        if blob in self.blobs:
            return False if self.blobs[blob][:2] == (erase, sealed) else BlobTaken
        self.blobs[blob] = (erase, sealed, bool(mail), self.clock.day)
        return True

    def get_blob(self, blob: int) -> Any:
        return self.blobs[blob][1] if blob in self.blobs else NoSuchBlob

    def has_blob(self, blob: int) -> Any:
        return blob in self.blobs

    def delete_blob(self, blob: int, erase: int) -> Any:
        if blob not in self.blobs or self.blobs[blob][0] != erase:
            return NoSuchBlob
        del self.blobs[blob]
        return None

    def take_turn(self, make: Any, put: Any, post: Any, looks: Any) -> Any:
        error = self._turn_error(make, put, post, looks)
        if error is not None:
            return error
        if make is not None and make[0] not in self.boxes:
            self.boxes[make[0]] = Box(make[1], make[2], mail=True, looked=self.clock.day)
        if put is not None:
            self.put_blob(put[0], put[1], put[2], 1)
        if post is not None:
            self._append(self.boxes[post[0]], *post[2:], mail=True)
        return [self._look_into(*look) for look in looks]

    def _look_into(self, box: int, read: int, after: int) -> Any:
        there = self.boxes.get(box)
        return ([], 0) if there is None or there.read != read else self._list(there, after, 500)

    def _turn_error(self, make: Any, put: Any, post: Any, looks: Any) -> Any:  # noqa: PLR0911 - one return for each case
        if make is not None and make[0] in self.boxes:
            there = self.boxes[make[0]]
            if (there.read, there.write) != make[1:]:
                return BoxTaken
        if put is not None and put[0] in self.blobs and self.blobs[put[0]][:2] != put[1:]:
            return BlobTaken
        if post is None:
            return None
        box, write, item, sealed = post
        made = make is not None and make[0] == box and box not in self.boxes
        target = Box(make[1], make[2], mail=True, looked=0) if made else self.boxes.get(box)
        if target is None or target.write != write:
            return NoSuchBox
        for one in target.items.values():
            if one.item == item:
                return None if one.sealed == sealed else ItemTaken
        if target.gate == "known" and not any(self.is_known(box, read) for box, read, _ in looks):
            return KnownOnly
        return None

    def is_known(self, box: int, read: int) -> Any:
        there = self.boxes.get(box)
        return there is not None and there.read == read and there.mail and there.last > 0

    def set_gate(self, box: int, read: int, known: int) -> Any:
        there = self.boxes.get(box)
        if there is None or there.read != read:
            return NoSuchBox
        there.gate = "known" if known else "open"
        return None

    def put_notice(self, box: int, read: int, notice: int) -> Any:
        there = self.boxes.get(box)
        if there is None or there.read != read:
            return NoSuchBox
        there.notice = notice
        return None

    def get_notice(self, box: int) -> Any:
        return self.boxes[box].notice if box in self.boxes else None

    def waiting(self) -> Any:
        return {box for box, there in self.boxes.items() if there.mail and there.last > there.seen}

    def tomorrow(self) -> Any:
        self.clock.day += 1

    def expire(self) -> Any:
        today = self.clock.day
        count = [0, 0, 0]
        for box, there in list(self.boxes.items()):
            for number, one in list(there.items.items()):
                over = one.day + KEEP.unread if one.read is None else one.read + KEEP.read
                if one.mail and over <= today:
                    del there.items[number]
                    count[0] += 1
            if there.mail and not there.items and there.looked + KEEP.unread <= today:
                del self.boxes[box]
                count[1] += 1
        for blob, (_, _, mail, day) in list(self.blobs.items()):
            if mail and day + KEEP.blobs <= today:
                del self.blobs[blob]
                count[2] += 1
        return tuple(count)

    def _append(self, there: Box, item: int, sealed: int, *, mail: bool) -> Any:
        for number, one in there.items.items():
            if one.item == item:
                return (number, False) if one.sealed == sealed else ItemTaken
        there.last += 1
        there.items[there.last] = Item(item, sealed, mail, self.clock.day)
        return there.last, True

    def _list(self, there: Box, after: int, limit: int) -> Any:
        found = [number for number in there.items if number > after][:limit]
        if there.mail:
            there.looked = self.clock.day
        if found and (there.mail or any(there.items[number].mail for number in found)):
            for number in range(there.seen + 1, found[-1] + 1):
                if number in there.items:
                    there.items[number].read = self.clock.day
            there.seen = max(there.seen, found[-1])
        return [
            (number, there.items[number].item, there.items[number].sealed) for number in found
        ], there.last


def _turn(make: Any, put: Any, post: Any, looks: Any) -> Turn:
    return Turn(
        () if make is None else (Make(key(make[0], 16), sha256(key(make[1], 32)), sha256(key(make[2], 32))),),
        () if put is None else (Put(key(put[0], 32), sha256(key(put[1], 32)), key(put[2], 3000)),),
        None
        if post is None
        else Post(key(post[0], 16), key(post[1], 32), key(post[2], 16), key(post[3], 3000)),
        tuple(Look(key(box, 16), key(read, 32), after) for box, read, after in looks),
    )


def _page(page: Any) -> Any:
    assert all(len(one.sealed) == 3000 for one in page.items)
    return [(one.number, one.item[0], one.sealed[0]) for one in page.items], page.last


async def real(store: SqliteStore, name: str, args: Any) -> Any:
    """Do the same to the store, and put its answer into the model's terms."""
    try:
        return await (_real_mail if name in _MAIL else _real_plain)(store, name, args)
    except Refused as refusal:
        return type(refusal)


_MAIL = {"take_turn", "is_known", "set_gate", "put_notice", "get_notice", "waiting", "expire", "has_blob"}


async def _real_plain(store: SqliteStore, name: str, args: Any) -> Any:  # noqa: PLR0911 - one return for each case
    match name, args:
        case "make_box", (box, read, write):
            return await store.make_box(key(box, 16), sha256(key(read, 32)), sha256(key(write, 32)))
        case "append", (box, write, item, sealed):
            done = await store.append(key(box, 16), key(write, 32), key(item, 16), key(sealed, 3000))
            return done.number, done.made
        case "list_items", (box, read, after, limit):
            return _page(await store.list_items(key(box, 16), key(read, 32), after, limit))
        case "delete_box", (box, read):
            return await store.delete_box(key(box, 16), key(read, 32))
        case "put_blob", (blob, erase, sealed, mail):
            return await store.put_blob(
                key(blob, 32), sha256(key(erase, 32)), key(sealed, 3000), mail=bool(mail)
            )
        case "get_blob", (blob,):
            return (await store.get_blob(key(blob, 32)))[0]
        case "delete_blob", (blob, erase):
            return await store.delete_blob(key(blob, 32), key(erase, 32))
    raise AssertionError(name)


async def _real_mail(store: SqliteStore, name: str, args: Any) -> Any:  # noqa: PLR0911 - one return for each case
    match name, args:
        case "take_turn", (make, put, post, looks):
            return [_page(page) for page in await store.take_turn(_turn(make, put, post, looks))]
        case "is_known", (box, read):
            return await store.is_known(key(box, 16), key(read, 32))
        case "has_blob", (blob,):
            return await store.has_blob(key(blob, 32))
        case "set_gate", (box, read, known):
            return await store.set_gate(key(box, 16), key(read, 32), known_only=bool(known))
        case "put_notice", (box, read, notice):
            return await store.put_notice(key(box, 16), key(read, 32), key(notice, 50))
        case "get_notice", (box,):
            found = await store.get_notice(key(box, 16))
            return None if found is None else found[0]
        case "waiting", ():
            return {box[0] for box in await store.waiting(100)}
        case "expire", ():
            done = await store.expire(KEEP)
            return done.items, done.boxes, done.blobs
    raise AssertionError(name)
