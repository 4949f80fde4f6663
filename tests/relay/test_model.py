"""A store does what a few dictionaries would do, whatever is asked of it in whatever order."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.relay.check import check_store
from leeward.relay.open_store import open_store
from leeward.relay.store import BoxStore
from leeward.wire.errors import BlobTaken, BoxTaken, ItemTaken, NoSuchBlob, NoSuchBox, Refused


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def key(number: int, size: int) -> bytes:
    return bytes([number]) * size


@dataclass
class Model:
    boxes: dict[int, tuple[int, int, list[tuple[int, int]]]] = field(default_factory=dict)
    blobs: dict[int, tuple[int, int]] = field(default_factory=dict)

    def make_box(self, box: int, read: int, write: int) -> Any:
        if box in self.boxes:
            return False if self.boxes[box][:2] == (read, write) else BoxTaken
        self.boxes[box] = (read, write, [])
        return True

    def append(self, box: int, write: int, item: int, sealed: int) -> Any:
        if box not in self.boxes or self.boxes[box][1] != write:
            return NoSuchBox
        items = self.boxes[box][2]
        for number, (known, bytes_) in enumerate(items, 1):
            if known == item:
                return (number, False) if bytes_ == sealed else ItemTaken
        items.append((item, sealed))
        return (len(items), True)

    def list_items(self, box: int, read: int, after: int, limit: int) -> Any:
        if box not in self.boxes or self.boxes[box][0] != read:
            return NoSuchBox
        items = self.boxes[box][2]
        return [(n, *one) for n, one in enumerate(items, 1) if n > after][:limit], len(items)

    def delete_box(self, box: int, read: int) -> Any:
        if box not in self.boxes or self.boxes[box][0] != read:
            return NoSuchBox
        del self.boxes[box]
        return None

    def put_blob(self, blob: int, erase: int, sealed: int) -> Any:
        if blob in self.blobs:
            return False if self.blobs[blob] == (erase, sealed) else BlobTaken
        self.blobs[blob] = (erase, sealed)
        return True

    def get_blob(self, blob: int) -> Any:
        return self.blobs[blob][1] if blob in self.blobs else NoSuchBlob

    def delete_blob(self, blob: int, erase: int) -> Any:
        if blob not in self.blobs or self.blobs[blob][0] != erase:
            return NoSuchBlob
        del self.blobs[blob]
        return None


async def real(  # noqa: PLR0911 - one return for each thing that a store does
    store: BoxStore, name: str, args: tuple[int, ...]
) -> Any:
    """Do the same to the store, and put its answer into the model's terms."""
    try:
        match name, args:
            case "make_box", (box, read, write):
                return await store.make_box(key(box, 16), sha256(key(read, 32)), sha256(key(write, 32)))
            case "append", (box, write, item, sealed):
                done = await store.append(key(box, 16), key(write, 32), key(item, 16), key(sealed, 3000))
                return done.number, done.made
            case "list_items", (box, read, after, limit):
                page = await store.list_items(key(box, 16), key(read, 32), after, limit)
                assert all(len(one.sealed) == 3000 for one in page.items)
                return [(one.number, one.item[0], one.sealed[0]) for one in page.items], page.last
            case "delete_box", (box, read):
                return await store.delete_box(key(box, 16), key(read, 32))
            case "put_blob", (blob, erase, sealed):
                return await store.put_blob(key(blob, 32), sha256(key(erase, 32)), key(sealed, 3000))
            case "get_blob", (blob,):
                return (await store.get_blob(key(blob, 32)))[0]
            case "delete_blob", (blob, erase):
                return await store.delete_blob(key(blob, 32), key(erase, 32))
    except Refused as refusal:
        return type(refusal)
    raise AssertionError(name)


small = st.integers(1, 2)
STEPS = st.one_of(
    st.tuples(st.just("make_box"), st.tuples(small, small, small)),
    st.tuples(st.just("append"), st.tuples(small, small, st.integers(1, 5), small)),
    st.tuples(st.just("append"), st.tuples(small, small, st.integers(1, 5), small)),
    st.tuples(st.just("list_items"), st.tuples(small, small, st.integers(0, 4), st.integers(1, 4))),
    st.tuples(st.just("delete_box"), st.tuples(small, small)),
    st.tuples(st.just("put_blob"), st.tuples(small, small, small)),
    st.tuples(st.just("get_blob"), st.tuples(small)),
    st.tuples(st.just("delete_blob"), st.tuples(small, small)),
    st.tuples(st.just("reopen"), st.just(())),
)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEPS, max_size=40))
def test_a_store_does_what_its_model_does(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, tuple[int, ...]]]
) -> None:
    folder = str(tmp_path_factory.mktemp("model"))
    model = Model()

    async def play() -> None:
        store = open_store(folder)
        for name, args in steps:
            if name == "reopen":
                store.close()
                store = open_store(folder)
            else:
                assert await real(store, name, args) == getattr(model, name)(*args), (name, args)
        store.close()

    asyncio.run(play())
    assert check_store(folder) == []
