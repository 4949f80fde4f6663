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
from leeward.wire.turn import Turn


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
        """Put an item at the end of a box. NoSuchBox, ItemTaken, KnownOnly (a box with a gate), NoRoom, Busy.

        It is of its box's class.
        """
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

    async def put_blob(self, blob: bytes, erase_hash: bytes, sealed: bytes, *, mail: bool = False) -> bool:
        """Keep a blob; False if it was there already with the same bytes and hash, else BlobTaken. NoRoom, Busy.

        `mail` is the class of a blob that is new; one that was there already keeps its own.
        """
        ...

    async def get_blob(self, blob: bytes) -> bytes:
        """Return a blob's bytes. NoSuchBlob."""
        ...

    async def delete_blob(self, blob: bytes, erase_token: bytes) -> None:
        """Erase a blob. NoSuchBlob."""
        ...

    async def take_turn(self, turn: Turn) -> tuple[Page, ...]:
        """Do all of a turn or nothing: boxes, pieces and the item, all of class mail, then look; a page for each look.

        BoxTaken, BlobTaken, ItemTaken, NoSuchBox (of the box to append to), KnownOnly, NoRoom, Busy. A box to look into
        that is not there, or another token, gives an empty page after the same work.
        """
        ...

    async def is_known(self, box: bytes, read_token: bytes) -> bool:
        """Tell whether somebody has written into this mailbox and this is its read token: the words are known."""
        ...

    async def has_blob(self, blob: bytes) -> bool:
        """Tell whether a blob is there whole."""
        ...

    async def set_gate(self, box: bytes, read_token: bytes, *, known_only: bool) -> None:
        """Let everybody append to this box in turns, or only those whose turn looks into a known mailbox. NoSuchBox.

        A box whose gate was once set takes items in turns only: `append` to it is KnownOnly.
        """
        ...

    async def put_notice(self, box: bytes, read_token: bytes, notice: bytes) -> None:
        """Keep the public notice of a box: the team's newest intake card. NoSuchBox, TooLarge."""
        ...

    async def get_notice(self, box: bytes) -> bytes | None:
        """Return the public notice of a box, None if there is none or no such box."""
        ...

    async def waiting(self, most: int) -> list[bytes]:
        """Return addresses of mailboxes with items that nobody has listed yet, at most so many.

        If there are more, those whose newest item came on a later day.
        """
        ...

    async def unread_mail(self) -> int:
        """Return how many bytes came in turns, or as blobs of class mail, within the last hour and were not read."""
        ...

    async def expire(self, keep: Keep) -> Expired:
        """Erase mail whose time is over, and give the room back. Never what is of class team."""
        ...

    def close(self) -> None:
        """Finish what was begun, and let go of the store."""
        ...


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days mail is kept: items and mailboxes, and pieces."""

    unread: int = 180  # items that nobody has listed, and mailboxes that nobody has looked into
    read: int = 30  # items after they were first listed
    blobs: int = 180  # pieces of class mail


@dataclass(frozen=True, slots=True)
class Expired:
    """How much was erased."""

    items: int = 0
    boxes: int = 0
    blobs: int = 0


class BlobFiles(Protocol):
    """Immutable files by name; a name is written once. Blocking: callers bring a thread."""

    def put(self, name: str, sealed: bytes) -> None:
        """Keep these bytes under a new name, durably. NoRoom."""
        ...

    def get(self, name: str) -> bytes | None:
        """Return the bytes, or None if there is no such file."""
        ...

    def size(self, name: str) -> int | None:
        """Return the file's length without reading it, or None if there is no such file."""
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
