"""What the front needs of a relay. In one process it is the relay's own store; alone, a client of its HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from leeward.wire.listing import ListedItem
from leeward.wire.turn import Turn


class Looked(Protocol):
    """What a turn found in a mailbox it looked into."""

    @property
    def items(self) -> Sequence[ListedItem]:
        """Return the items after the number asked for, oldest first."""
        ...

    @property
    def last(self) -> int:
        """Return the number of the mailbox's last item."""
        ...


class MailPort(Protocol):
    """Keeps sealed mail. Every method may raise wire.errors.Refused, of which nothing was stored."""

    async def take_turn(self, turn: Turn) -> Sequence[Looked]:
        """Do all of a turn or nothing (protocol 4.3); what was found by each of its looks."""
        ...

    async def put_blob(self, blob: bytes, erase_hash: bytes, sealed: bytes, *, mail: bool = False) -> bool:
        """Keep a sealed piece, durably; `mail` expires."""
        ...

    async def delete_blob(self, blob: bytes, erase_token: bytes) -> None:
        """Erase a piece. NoSuchBlob."""
        ...

    async def delete_box(self, box: bytes, read_token: bytes) -> None:
        """Erase a mailbox and all in it. NoSuchBox."""
        ...

    async def get_notice(self, box: bytes) -> bytes | None:
        """Return the newest intake card that the team published, None if there is none."""
        ...

    async def unread_mail(self) -> int:
        """Return how many bytes of class mail came within the last hour and have not been read."""
        ...

    async def is_known(self, box: bytes, read_token: bytes) -> bool:
        """Tell whether somebody has written into this mailbox, and this is its read token: the words are known."""
        ...
