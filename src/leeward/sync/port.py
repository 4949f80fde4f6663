"""What a desk asks of a relay: the routes of protocol 4 as one interface, so that tests can use a lying relay."""

from __future__ import annotations

import hashlib
from typing import Protocol

from leeward.sync.listing import Listing


class Relay(Protocol):
    """A relay that may be away, wrong, or lying. All methods raise SyncError and nothing else."""

    def hello(self) -> None:
        """Return if a relay answers."""
        ...

    def make_box(self, box: str, read: str, write: str) -> bool:
        """Make a box with these tokens; True if it is new, False if it was there already with the same."""
        ...

    def append(self, box: str, write: str, item: str, sealed: bytes) -> int:
        """Put an item into a box and return its number; the same item again gets the same number."""
        ...

    def list_items(
        self, box: str, read: str, *, after: int = 0, limit: int = 500, wait: float = 0
    ) -> Listing:
        """Return items after a number, waiting up to `wait` seconds if there is none yet."""
        ...

    def delete_box(self, box: str, read: str) -> None:
        """Erase a box and everything in it."""
        ...

    def put_blob(self, blob: str, sealed: bytes, erase: str) -> None:
        """Keep a sealed piece that can be erased by whoever has the `erase` token."""
        ...

    def get_blob(self, blob: str) -> bytes | None:
        """Return a sealed piece, or None if the relay does not have it."""
        ...

    def has_blob(self, blob: str) -> bool:
        """Tell whether the relay has a sealed piece."""
        ...

    def delete_blob(self, blob: str, erase: str) -> None:
        """Erase a piece."""
        ...

    def turn(self, body: bytes) -> tuple[Listing, ...]:
        """Hand over a turn, all of it or nothing; return what the mailboxes hold that it looks into."""
        ...

    def put_notice(self, box: str, read: str, notice: bytes) -> None:
        """Put the box's public notice: the newest intake card."""
        ...

    def get_notice(self, box: str) -> bytes | None:
        """Return a box's public notice, or None if it has none."""
        ...

    def set_gate(self, box: str, read: str, *, known_only: bool) -> None:
        """Say who may append in turns: everybody, or only those who have words already."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


def hash_of_token(token: str) -> bytes:
    """Return what a relay stores of a token (hex): the SHA-256 of its bytes."""
    return hashlib.sha256(bytes.fromhex(token)).digest()
