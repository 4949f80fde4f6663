"""What a relay needs of a store. SQLite and a folder implement it here; PostgreSQL and S3 can do so later.

Two parts, because they scale apart: `BoxStore` keeps small rows in order under transactions, `BlobFiles` keeps
immutable files by name. Rules for both:

 1. A method returns only when what it did is durable.
 2. A refusal (wire.errors.Refused) leaves everything as it was.
 3. An unknown address and a wrong token give the same refusal after the same work.
 4. Everything is safe to repeat, and several processes may use one store at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from leeward.wire.listing import ListedItem


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an item stands in its box; `made` is False if the same item was there already."""

    number: int
    made: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Items of a box after a number, oldest first, and the number of its last item."""

    items: list[ListedItem]
    last: int


class BoxStore(Protocol):
    """Boxes, their items, and blobs by address. Tokens come in, only their hashes are kept."""

    async def make_box(self, box: bytes, read_hash: bytes, write_hash: bytes) -> bool:
        """Make a box; False if it was there already with the same hashes, BoxTaken with others."""
        ...

    async def append(self, box: bytes, write_token: bytes, item: bytes, sealed: bytes) -> Appended:
        """Put an item at the end of a box. NoSuchBox, ItemTaken, NoRoom, Busy."""
        ...

    def begin_append(
        self,
        box: bytes,
        write_token: bytes,
        item: bytes,
        sealed: bytes,
        then: Callable[[Appended | Exception], None],
    ) -> None:
        """Do the same without a task: `then` is told how `append` would have ended, in the running loop. Busy."""
        ...

    async def list_items(self, box: bytes, read_token: bytes, after: int, limit: int) -> Page:
        """Return the items after a number, at most `limit` and about wire.listing.LISTING_MOST bytes. NoSuchBox."""
        ...

    async def wait_for_item(self, box: bytes, read_token: bytes, after: int, seconds: float) -> None:
        """Return when the box has an item after this number, or the time is over. NoSuchBox."""
        ...

    async def delete_box(self, box: bytes, read_token: bytes) -> None:
        """Erase a box and all in it; only who may read it can. NoSuchBox."""
        ...

    async def put_blob(self, blob: bytes, erase_hash: bytes, sealed: bytes) -> bool:
        """Keep a blob; False if it was there already with the same bytes and hash, else BlobTaken. NoRoom, Busy."""
        ...

    async def get_blob(self, blob: bytes) -> bytes:
        """Return a blob's bytes. NoSuchBlob."""
        ...

    async def delete_blob(self, blob: bytes, erase_token: bytes) -> None:
        """Erase a blob. NoSuchBlob."""
        ...

    def close(self) -> None:
        """Finish what was begun, and let go of the store."""
        ...


class BlobFiles(Protocol):
    """Immutable files by name; a name is written once. Blocking: callers bring a thread."""

    def put(self, name: str, sealed: bytes) -> None:
        """Keep these bytes under a new name, durably. NoRoom."""
        ...

    def get(self, name: str) -> bytes | None:
        """Return the bytes, or None if there is no such file."""
        ...

    def delete(self, name: str) -> None:
        """Erase the file if it is there."""
        ...

    def sweep(self, is_wanted: Callable[[str], bool], age: float) -> None:
        """Erase the files of uploads or erasures cut short: older than `age` seconds, and not wanted."""
        ...

    def names(self) -> Iterator[str]:
        """Give every name, and the path of anything that should not be there, in no order."""
        ...
