"""What tests of stores ask with: boxes with their tokens, pieces, and turns."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field

from leeward.relay.store import BoxStore
from leeward.wire.turn import Look, Make, Post, Put


def sha256(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


@dataclass(frozen=True)
class Keys:
    """A box's address and tokens, as a client draws them."""

    box: bytes = field(default_factory=lambda: os.urandom(16))
    read: bytes = field(default_factory=lambda: os.urandom(32))
    write: bytes = field(default_factory=lambda: os.urandom(32))

    @property
    def make(self) -> Make:
        return Make(self.box, sha256(self.read), sha256(self.write))

    def post(self, sealed: bytes, item: bytes | None = None) -> Post:
        return Post(self.box, self.write, item or os.urandom(16), sealed)

    def look(self, after: int = 0) -> Look:
        return Look(self.box, self.read, after)

    async def made(self, store: BoxStore) -> Keys:
        """Make the box, as the team does."""
        assert await store.make_box(self.box, sha256(self.read), sha256(self.write))
        return self


@dataclass(frozen=True)
class Piece:
    """A blob's address, erase token and bytes."""

    blob: bytes = field(default_factory=lambda: os.urandom(32))
    erase: bytes = field(default_factory=lambda: os.urandom(32))
    sealed: bytes = field(default_factory=lambda: os.urandom(3000))

    @property
    def put(self) -> Put:
        return Put(self.blob, sha256(self.erase), self.sealed)
