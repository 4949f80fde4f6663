"""What many requests write, in few statements: the boxes, blobs and items of a whole batch at once.

1. Whatever the batch is about is read first, boxes that get items under a lock, in the order of their addresses; so no
   other relay on this database can give out the same number, and two relays do not wait for each other in a circle.
2. Then each request is judged in turn against what was read and what those before it will have written: done whole,
   or refused without a trace.
3. Then everything is written. If another relay made the same box or blob in between, nothing counts (`Raced`), and the
   batch begins again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from leeward.relay.postgres_link import Connection
from leeward.relay.rows import GATE_KNOWN, GATE_NEVER, BlobRow, BoxRow, is_right, new_box
from leeward.relay.store import Appended
from leeward.wire.errors import BlobTaken, BoxTaken, ItemTaken, KnownOnly, NoSuchBox, Refused
from leeward.wire.turn import Look, Make, Post


class Raced(Exception):
    """Another relay wrote the same address meanwhile."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one request writes. In a turn `mail` is true, and a gate counts."""

    day: int
    mail: bool = False
    makes: tuple[Make, ...] = ()
    blobs: tuple[tuple[bytes, BlobRow], ...] = ()
    post: Post | None = None
    looks: tuple[Look, ...] = ()  # any of them proves that the words are known, where only those may append

    @property
    def size(self) -> int:
        """How many bytes it sends to the server, about."""
        return len(self.post.sealed) if self.post else 0


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a request's work: which boxes and blobs are new, and where the item stands."""

    made: tuple[bool, ...] = ()
    kept: tuple[bool, ...] = ()
    appended: Appended | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    number: int
    sha256: bytes


_Key = tuple[bytes, bytes]  # a box and an item in it


@dataclass(slots=True)
class _Batch:
    """What is known of everything that a batch touches, and what it will write."""

    boxes: dict[bytes, BoxRow] = field(default_factory=dict)
    items: dict[_Key, _Item] = field(default_factory=dict)
    blobs: dict[bytes, BlobRow] = field(default_factory=dict)
    new_boxes: dict[bytes, tuple[Make, Work]] = field(default_factory=dict)
    new_blobs: dict[bytes, BlobRow] = field(default_factory=dict)
    new_items: list[tuple[Post, int, int, int]] = field(default_factory=list)  # post, number, day, mail

    def take(self, work: Work) -> Done | Refused:
        """Rule 2."""
        boxes: dict[bytes, BoxRow] = {}
        blobs: dict[bytes, BlobRow] = {}
        try:
            made = tuple(self._is_new_box(make, work, boxes) for make in work.makes)
            kept = tuple(self._is_new_blob(blob, row, blobs) for blob, row in work.blobs)
            if work.post is not None:
                self._may_append(work.post, work, boxes)
        except Refused as refusal:
            return refusal
        self.boxes |= boxes
        self.new_boxes |= {make.box: (make, work) for make in work.makes if make.box in boxes}
        self.blobs |= blobs
        self.new_blobs |= blobs
        return Done(made, kept, self._append(work.post, work) if work.post else None)

    def _is_new_box(self, make: Make, work: Work, new: dict[bytes, BoxRow]) -> bool:
        there = new.get(make.box) or self.boxes.get(make.box)
        if there is None:
            new[make.box] = new_box(make.read_hash, make.write_hash, work.day, mail=work.mail)
        elif (there.read_hash, there.write_hash) != (make.read_hash, make.write_hash):
            raise BoxTaken
        return there is None

    def _is_new_blob(self, blob: bytes, row: BlobRow, new: dict[bytes, BlobRow]) -> bool:
        there = new.get(blob) or self.blobs.get(blob)
        if there is None:
            new[blob] = row
        elif (there.erase_hash, there.sha256, there.size) != (row.erase_hash, row.sha256, row.size):
            raise BlobTaken
        return there is None or there.file == row.file  # as after a commit of which nobody knows how it ended

    def _may_append(self, post: Post, work: Work, new: dict[bytes, BoxRow]) -> None:
        box = new.get(post.box) or self.boxes.get(post.box)
        if not is_right(box.write_hash if box else None, post.write_token) or box is None:
            raise NoSuchBox
        if not work.mail and box.gate != GATE_NEVER:
            raise KnownOnly
        there = self.items.get((post.box, post.item))
        if there is not None:
            if there.sha256 != _sum(post.sealed):
                raise ItemTaken
            return  # it was let in before
        if work.mail and box.gate == GATE_KNOWN:
            known = [self._is_known(look) for look in work.looks]  # each of them, in any case
            if not any(known):
                raise KnownOnly

    def _is_known(self, look: Look) -> bool:
        box = self.boxes.get(look.box)
        right = is_right(box.read_hash if box else None, look.read_token)
        return right and box is not None and box.mail == 1 and box.last > 0

    def _append(self, post: Post, work: Work) -> Appended:
        key = (post.box, post.item)
        there = self.items.get(key)
        if there is not None:
            return Appended(there.number, made=False)
        box = self.boxes[post.box]
        number = box.last + 1
        self.boxes[post.box] = box._replace(last=number)
        self.items[key] = _Item(number, _sum(post.sealed))
        self.new_items.append((post, number, work.day, 1 if work.mail else box.mail))
        return Appended(number, made=True)


def do_all(connection: Connection, works: Sequence[Work]) -> list[Done | Refused]:
    """Write what these requests ask for, and return for each what became of it. Inside the caller's transaction.

    Raced: roll back, and begin again.
    """
    batch = _read(connection, works)
    outcomes = [batch.take(work) for work in works]
    _write(connection, batch)
    return outcomes


def judge(connection: Connection, work: Work) -> Done:
    """Tell what would become of a request's work now, without a lock or a write; raise what would refuse it."""
    forecast = _read(connection, [work], lock="").take(work)
    if isinstance(forecast, Refused):
        raise forecast
    return forecast


def _read(connection: Connection, works: Sequence[Work], lock: str = " FOR UPDATE") -> _Batch:
    """Rule 1."""
    posts = [work.post for work in works if work.post is not None]
    to_lock = sorted({post.box for post in posts})
    others = {make.box for work in works for make in work.makes}
    others |= {look.box for work in works if work.post is not None for look in work.looks}
    blobs = {blob for work in works for blob, _ in work.blobs}
    with connection.pipeline():
        locked = connection.execute(f"{_BOXES} ORDER BY box{lock}".encode(), (to_lock,)) if to_lock else None
        seen = connection.execute(_BOXES, (sorted(others.difference(to_lock)),)) if others else None
        items = (
            connection.execute(_ITEMS, ([post.box for post in posts], [post.item for post in posts]))
            if posts
            else None
        )
        kept = connection.execute(_BLOBS, (sorted(blobs),)) if blobs else None
    batch = _Batch()
    for cursor in (locked, seen):
        if cursor is not None:
            batch.boxes.update((box, BoxRow(*row)) for box, *row in cursor)
    if items is not None:
        batch.items.update(((box, item), _Item(number, digest)) for box, item, number, digest in items)
    if kept is not None:
        batch.blobs.update((blob, BlobRow(*row)) for blob, *row in kept)
    return batch


def _write(connection: Connection, batch: _Batch) -> None:
    """Rule 3."""
    counted: list[tuple[int, int]] = []
    with connection.pipeline():
        if batch.new_boxes:
            new = [batch.new_boxes[box] for box in sorted(batch.new_boxes)]
            made = connection.execute(
                _NEW_BOXES,
                (
                    [make.box for make, _ in new],
                    [make.read_hash for make, _ in new],
                    [make.write_hash for make, _ in new],
                    [work.day for _, work in new],
                    [int(work.mail) for _, work in new],
                ),
            )
        if batch.new_blobs:
            names = sorted(batch.new_blobs)
            rows = [batch.new_blobs[name] for name in names]
            kept = connection.execute(
                _NEW_BLOBS,
                (
                    names,
                    [row.erase_hash for row in rows],
                    [row.file for row in rows],
                    [row.size for row in rows],
                    [row.sha256 for row in rows],
                    [row.day for row in rows],
                    [row.mail for row in rows],
                ),
            )
        if batch.new_items:
            _write_items(connection, batch)
    if batch.new_boxes:
        counted.append((made.rowcount, len(batch.new_boxes)))
    if batch.new_blobs:
        counted.append((kept.rowcount, len(batch.new_blobs)))
    if any(written != wanted for written, wanted in counted):
        raise Raced


def _write_items(connection: Connection, batch: _Batch) -> None:
    items = batch.new_items
    connection.execute(
        _NEW_ITEMS,
        (
            [post.box for post, *_ in items],
            [number for _, number, *_ in items],
            [post.item for post, *_ in items],
            [day for _, _, day, _ in items],
            [mail for *_, mail in items],
            [post.sealed for post, *_ in items],
        ),
    )
    newest = {post.box: (number, day) for post, number, day, _ in items}
    connection.execute(
        _LAST, (list(newest), [number for number, _ in newest.values()], [day for _, day in newest.values()])
    )


def _sum(sealed: bytes) -> bytes:
    return hashlib.sha256(sealed).digest()


_BOXES = f"SELECT box, {', '.join(BoxRow._fields)} FROM boxes WHERE box = ANY(%b::bytea[])"  # noqa: S608 - our own names
_ITEMS = """
    SELECT items.box, items.item, number, sha256(sealed)
    FROM unnest(%b::bytea[], %b::bytea[]) AS asked (box, item) JOIN items USING (box, item)"""
_BLOBS = f"SELECT blob, {', '.join(BlobRow._fields)} FROM blobs WHERE blob = ANY(%b::bytea[])"  # noqa: S608
_NEW_BOXES = """
    INSERT INTO boxes (box, read_hash, write_hash, last, gone, seen, mail, gate, day, rang, looked)
    SELECT box, read_hash, write_hash, 0, 0, 0, mail, 0, day, 0, day
    FROM unnest(%b::bytea[], %b::bytea[], %b::bytea[], %b::integer[], %b::smallint[])
        AS new (box, read_hash, write_hash, day, mail)
    ON CONFLICT DO NOTHING"""
_NEW_BLOBS = """
    INSERT INTO blobs (blob, erase_hash, file, size, sha256, day, mail)
    SELECT * FROM unnest(
        %b::bytea[], %b::bytea[], %b::text[], %b::integer[], %b::bytea[], %b::integer[], %b::smallint[])
    ON CONFLICT DO NOTHING"""
_NEW_ITEMS = """
    INSERT INTO items (box, number, item, day, mail, sealed)
    SELECT * FROM unnest(%b::bytea[], %b::bigint[], %b::bytea[], %b::integer[], %b::smallint[], %b::bytea[])"""
_LAST = """
    UPDATE boxes SET last = new.last, rang = new.day
    FROM unnest(%b::bytea[], %b::bigint[], %b::integer[]) AS new (box, last, day) WHERE boxes.box = new.box"""
