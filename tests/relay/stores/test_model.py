"""Every store does what a few dictionaries would do, whatever is asked of it in whatever order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.store_clients import sha256

from leeward.relay.store import BoxStore, Page
from leeward.wire.errors import (
    BlobTaken,
    BoxTaken,
    ItemTaken,
    KnownOnly,
    NoSuchBlob,
    NoSuchBox,
    Refused,
)
from leeward.wire.turn import Look, Make, Post, Put, Turn

Step = tuple[str, tuple[Any, ...]]


@dataclass
class Box:
    read: int
    write: int
    mail: bool
    gate: int = 0  # never set, open, known words only
    items: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class Model:
    """Boxes, blobs and items by small numbers; each method returns what the store should, or what it should raise."""

    boxes: dict[int, Box] = field(default_factory=dict)
    blobs: dict[int, tuple[int, int]] = field(default_factory=dict)

    def make_box(self, box: int, read: int, write: int, *, mail: bool = False) -> Any:
        if box in self.boxes:
            return False if (self.boxes[box].read, self.boxes[box].write) == (read, write) else BoxTaken
        self.boxes[box] = Box(read, write, mail)
        return True

    def append(self, box: int, write: int, item: int, sealed: int) -> Any:
        held = self.boxes.get(box)
        if held is None or held.write != write:
            return NoSuchBox
        return KnownOnly if held.gate else self._put(held, item, sealed)

    def _put(self, held: Box, item: int, sealed: int) -> Any:
        for number, (known, there) in enumerate(held.items, 1):
            if known == item:
                return (number, False) if there == sealed else ItemTaken
        held.items.append((item, sealed))
        return len(held.items), True

    def list_items(self, box: int, read: int, after: int, limit: int) -> Any:
        if box not in self.boxes or self.boxes[box].read != read:
            return NoSuchBox
        items = self.boxes[box].items
        return [(n, *one) for n, one in enumerate(items, 1) if n > after][:limit], len(items)

    def delete_box(self, box: int, read: int) -> Any:
        if box not in self.boxes or self.boxes[box].read != read:
            return NoSuchBox
        del self.boxes[box]
        return None

    def set_gate(self, box: int, read: int, known: bool) -> Any:  # noqa: FBT001 - a step's argument
        if box not in self.boxes or self.boxes[box].read != read:
            return NoSuchBox
        self.boxes[box].gate = 2 if known else 1
        return None

    def put_blob(self, blob: int, erase: int, sealed: int) -> Any:
        if blob in self.blobs:
            return False if self.blobs[blob] == (erase, sealed) else BlobTaken
        self.blobs[blob] = (erase, sealed)
        return True

    def get_blob(self, blob: int) -> Any:
        return self.blobs[blob][1] if blob in self.blobs else NoSuchBlob

    def has_blob(self, blob: int) -> bool:
        return blob in self.blobs

    def delete_blob(self, blob: int, erase: int) -> Any:
        if blob not in self.blobs or self.blobs[blob][0] != erase:
            return NoSuchBlob
        del self.blobs[blob]
        return None

    def is_known(self, box: int, read: int) -> bool:
        held = self.boxes.get(box)
        return held is not None and held.read == read and held.mail and bool(held.items)

    def waiting(self) -> None:
        return None

    def take_turn(self, make: Any, put: Any, post: Any, look: Any) -> Any:
        """All or nothing, by doing it to a copy."""
        copy = Model(
            {n: Box(b.read, b.write, b.mail, b.gate, list(b.items)) for n, b in self.boxes.items()},
            dict(self.blobs),
        )
        ends = []
        if make is not None:
            ends.append(copy.make_box(*make, mail=True))
        if put is not None:
            ends.append(copy.put_blob(*put))
        if post is not None:
            ends.append(copy._post(self, post, look))
        refused = [end for end in ends if isinstance(end, type)]
        if refused:
            return set(refused)  # which of several refusals is told is not promised
        self.boxes, self.blobs = copy.boxes, copy.blobs
        if look is None:
            return [], 0
        box, read, after = look
        seen = self.list_items(box, read, after, 500)
        return ([], 0) if seen is NoSuchBox else seen

    def _post(self, before: Model, post: Any, look: Any) -> Any:
        box, write, item, sealed = post
        held = self.boxes.get(box)
        if held is None or held.write != write:
            return NoSuchBox
        is_new = all(known != item for known, _ in held.items)
        if is_new and held.gate == 2 and not (look and before.is_known(*look[:2])):
            return KnownOnly
        return self._put(held, item, sealed)


class Real:
    """Does the same to a store, under addresses that no other example has, and answers in the model's terms."""

    def __init__(self, store: BoxStore) -> None:
        self.store = store
        self.salt = os.urandom(8)

    def key(self, number: int, size: int) -> bytes:
        return (self.salt + bytes([number]) * size)[:size]

    async def __call__(self, name: str, args: tuple[Any, ...]) -> Any:
        try:
            return await getattr(self, name)(*args)
        except Refused as refusal:
            return type(refusal)

    async def make_box(self, box: int, read: int, write: int) -> Any:
        return await self.store.make_box(
            self.key(box, 16), sha256(self.key(read, 32)), sha256(self.key(write, 32))
        )

    async def append(self, box: int, write: int, item: int, sealed: int) -> Any:
        done = await self.store.append(*self._posted(box, write, item, sealed))
        return done.number, done.made

    def _posted(self, box: int, write: int, item: int, sealed: int) -> tuple[bytes, bytes, bytes, bytes]:
        return self.key(box, 16), self.key(write, 32), self.key(item, 16), bytes([sealed]) * 3000

    async def list_items(self, box: int, read: int, after: int, limit: int) -> Any:
        page = await self.store.list_items(self.key(box, 16), self.key(read, 32), after, limit)
        return [(one.number, one.item[-1], one.sealed[0]) for one in page.items], page.last

    async def delete_box(self, box: int, read: int) -> Any:
        return await self.store.delete_box(self.key(box, 16), self.key(read, 32))

    async def set_gate(self, box: int, read: int, known: bool) -> Any:  # noqa: FBT001 - a step's argument
        return await self.store.set_gate(self.key(box, 16), self.key(read, 32), known_only=known)

    async def put_blob(self, blob: int, erase: int, sealed: int) -> Any:
        return await self.store.put_blob(
            self.key(blob, 32), sha256(self.key(erase, 32)), bytes([sealed]) * 3000
        )

    async def get_blob(self, blob: int) -> Any:
        return (await self.store.get_blob(self.key(blob, 32)))[0]

    async def has_blob(self, blob: int) -> Any:
        return await self.store.has_blob(self.key(blob, 32))

    async def delete_blob(self, blob: int, erase: int) -> Any:
        return await self.store.delete_blob(self.key(blob, 32), self.key(erase, 32))

    async def is_known(self, box: int, read: int) -> Any:
        return await self.store.is_known(self.key(box, 16), self.key(read, 32))

    async def waiting(self) -> Any:
        await self.store.waiting(10)

    async def take_turn(self, make: Any, put: Any, post: Any, look: Any) -> Any:
        turn = Turn()
        if make is not None:
            box, read, write = make
            hashes = (sha256(self.key(read, 32)), sha256(self.key(write, 32)))
            turn = Turn((Make(self.key(box, 16), *hashes),))
        if put is not None:
            blob, erase, sealed = put
            piece = Put(self.key(blob, 32), sha256(self.key(erase, 32)), bytes([sealed]) * 3000)
            turn = Turn(turn.makes, (piece,))
        if post is not None:
            turn = Turn(turn.makes, turn.puts, Post(*self._posted(*post)))
        if look is not None:
            box, read, after = look
            turn = Turn(
                turn.makes, turn.puts, turn.post, (Look(self.key(box, 16), self.key(read, 32), after),)
            )
        pages = await self.store.take_turn(turn)
        page = pages[0] if pages else Page([], 0)
        return [(one.number, one.item[-1], one.sealed[0]) for one in page.items], page.last


small = st.integers(1, 2)
token = st.sampled_from([1] * 9 + [2])  # mostly the right one
item = st.integers(1, 4)


def maybe(*parts: st.SearchStrategy[int]) -> st.SearchStrategy[tuple[int, ...] | None]:
    return st.one_of(st.none(), st.tuples(*parts))


def step(name: str, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), st.tuples(*parts))


turn = step(
    "take_turn",
    maybe(small, token, token),
    maybe(small, token, token),
    maybe(small, token, item, token),
    maybe(small, token, st.integers(0, 3)),
)
STEPS = st.one_of(
    step("make_box", small, token, token),
    step("append", small, token, item, token),
    step("append", small, token, item, token),
    step("list_items", small, token, st.integers(0, 4), st.integers(1, 4)),
    step("delete_box", small, st.sampled_from([1, 2, 2, 2])),
    step("set_gate", small, st.sampled_from([1, 2, 2]), st.booleans()),
    step("put_blob", small, token, token),
    step("get_blob", small),
    step("has_blob", small),
    step("delete_blob", small, token),
    step("is_known", small, token),
    step("waiting"),
    turn,
    turn,
    turn,
    turn,
)


@pytest.mark.parametrize("kind", ["sqlite+folder", "postgres+folder", "postgres+s3"])
def test_a_store_does_what_its_model_does(place_of: Callable[[str], Any], kind: str) -> None:
    store = place_of(kind).open()
    loop = asyncio.new_event_loop()

    async def play(steps: list[Step]) -> None:
        model, real = Model(), Real(store)
        for name, args in steps:
            got = await real(name, args)
            wanted = getattr(model, name)(*args)
            assert got in wanted if isinstance(wanted, set) else got == wanted, (name, args, got, wanted)

    @settings(max_examples=60, deadline=None)
    @given(steps=st.lists(STEPS, min_size=5, max_size=40))
    def check(steps: list[Step]) -> None:
        loop.run_until_complete(play(steps))

    try:
        check()
    finally:
        loop.close()
        store.close()
