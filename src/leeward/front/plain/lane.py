"""Who is heard first among people without a script, when more comes than a team can read.

A script can be asked to work for its place (docs/protocol.md 4.5); a person cannot. So:

1. At rest nobody waits.
2. While more unread mail came within an hour than QUOTA, forms go on one after another, RATE of them a second.
3. Known words go first. Of the others, chance decides, so that whoever sends a hundred forms at once does not stand
   before everybody who comes later.
4. Who is not called within WAIT_SECONDS is told to try again; nothing of theirs was stored.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence

from leeward.base.ports import Chance
from leeward.front.errors import Trouble
from leeward.front.port import MailPort
from leeward.wire.turn import Look

QUOTA = 1024 * 1024 * 1024  # bytes of unread mail in an hour, as the relay counts it
RATE = 50.0  # forms a second
WAIT_SECONDS = 9.0
_WAITING_MOST = 2000
_LOOK_SECONDS = 0.5  # how old the count of unread bytes may be


class Lane:
    """The order in which forms go on."""

    def __init__(
        self,
        port: MailPort,
        chance: Chance,
        *,
        quota: int = QUOTA,
        rate: float = RATE,
        wait: float = WAIT_SECONDS,
    ) -> None:
        self._port = port
        self._chance = chance
        self._quota = quota
        self._pause = 1 / rate
        self._wait = wait
        self._queue: list[tuple[int, bytes, asyncio.Future[None]]] = []
        self._pump: asyncio.Task[None] | None = None
        self._looked = float("-inf")
        self._crowded = False

    async def admit(self, looks: Sequence[Look] = ()) -> None:
        """Return when a form may go on; `looks` are the mailboxes that it says are its own. Trouble (4)."""
        if not await self._is_crowded() and not self._queue:
            return  # 1
        known = any([await self._port.is_known(look.box, look.read_token) for look in looks])
        if len(self._queue) >= _WAITING_MOST and not known:
            raise Trouble("trouble_busy", 503)
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, (0 if known else 1, self._chance.draw(16), called))  # 3
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._call())
        try:
            async with asyncio.timeout(self._wait):
                await called
        except TimeoutError as error:
            raise Trouble("trouble_busy", 503) from error  # 4

    async def _call(self) -> None:
        """Call one after another while anybody waits (2)."""
        while self._queue:
            *_, called = heapq.heappop(self._queue)
            if not called.done():
                called.set_result(None)
                await asyncio.sleep(self._pause)

    async def _is_crowded(self) -> bool:
        now = asyncio.get_running_loop().time()
        if now >= self._looked + _LOOK_SECONDS:
            self._looked = now
            self._crowded = await self._port.unread_mail() > self._quota
        return self._crowded
