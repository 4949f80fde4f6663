"""How much of plain uploads may be in memory at once.

1. What is held is counted in bytes that have arrived; promises cost nobody room.
2. Whoever finds no room waits a while; the slowest upload that has lasted long gives way first, so that somebody
   who sends a byte a second cannot keep the others out.
"""

from __future__ import annotations

import asyncio

from leeward.front.errors import Trouble
from leeward.front.plain.body import PATIENCE, Body, ClientGone

MOST = 40 * 1024 * 1024  # bytes
_WAIT_SECONDS = 20.0


class Held:
    """What one upload holds."""

    def __init__(self, room: Room, body: Body) -> None:
        self.size = 0
        self.body = body
        self.evicted = False
        self._room = room

    async def grow(self, size: int) -> None:
        """Hold `size` bytes more (less, if negative); Trouble if there is no room, ClientGone if another goes first."""
        await self._room.change(self, size)


class Room:
    """All that is held."""

    def __init__(self, most: int = MOST, *, wait: float = _WAIT_SECONDS) -> None:
        self._most = most
        self._wait = wait
        self._used = 0
        self._all: set[Held] = set()
        self._freed = asyncio.Event()

    def enter(self, body: Body) -> Held:
        """Let an upload begin; it holds nothing yet."""
        held = Held(self, body)
        self._all.add(held)
        return held

    def leave(self, held: Held) -> None:
        """Free what an upload holds."""
        self._all.discard(held)
        self._give(held, held.size)

    async def change(self, held: Held, size: int) -> None:
        """Hold more or less for an upload."""
        if held.evicted:
            raise ClientGone
        if size <= 0:
            self._give(held, -size)
            return
        loop = asyncio.get_running_loop()
        end = loop.time() + self._wait
        while self._used + size > self._most:
            self._freed.clear()
            self._evict(loop.time(), held)
            try:
                async with asyncio.timeout(max(end - loop.time(), 0)):
                    await self._freed.wait()
            except TimeoutError as error:
                raise Trouble("trouble_busy", 503) from error
            if held.evicted:
                raise ClientGone
        self._used += size
        held.size += size

    def _give(self, held: Held, size: int) -> None:
        self._used -= size
        held.size -= size
        if size:
            self._freed.set()

    def _evict(self, now: float, asking: Held) -> None:
        """Take back the room of the slowest upload that has had its time (2)."""
        old = [one for one in self._all if one.size and one is not asking and one.body.age(now) > PATIENCE]
        if not old:
            return
        slowest = min(old, key=lambda one: one.body.rate(now))
        if slowest.body.rate(now) < asking.body.rate(now):
            slowest.evicted = True
            slowest.body.give_up()
            self._give(slowest, slowest.size)
