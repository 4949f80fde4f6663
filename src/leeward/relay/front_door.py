"""The relay as the front sees it in one process: the store, behind the same lanes as the turns of pages.

What is read, and what is erased, goes straight to the store.
"""

from __future__ import annotations

from leeward.relay.lanes import Lanes
from leeward.relay.store import BoxStore, Page
from leeward.wire.turn import Turn


class FrontDoor:
    """What front/port.py asks for."""

    def __init__(self, store: BoxStore, lanes: Lanes) -> None:
        self._store = store
        self._lanes = lanes

    async def take_turn(self, turn: Turn) -> tuple[Page, ...]:
        """See BoxStore.take_turn."""
        async with self._lanes.admit_form(turn.looks):
            return await self._store.take_turn(turn)

    async def put_blob(self, blob: bytes, erase_hash: bytes, sealed: bytes, *, mail: bool = False) -> bool:
        """See BoxStore.put_blob."""
        async with self._lanes.admit_form():
            return await self._store.put_blob(blob, erase_hash, sealed, mail=mail)

    async def delete_blob(self, blob: bytes, erase_token: bytes) -> None:
        """See BoxStore.delete_blob."""
        await self._store.delete_blob(blob, erase_token)

    async def delete_box(self, box: bytes, read_token: bytes) -> None:
        """See BoxStore.delete_box."""
        await self._store.delete_box(box, read_token)

    async def get_notice(self, box: bytes) -> bytes | None:
        """See BoxStore.get_notice."""
        return await self._store.get_notice(box)

    async def unread_mail(self) -> int:
        """See BoxStore.unread_mail."""
        return await self._store.unread_mail()

    async def is_known(self, box: bytes, read_token: bytes) -> bool:
        """See BoxStore.is_known."""
        return await self._store.is_known(box, read_token)
