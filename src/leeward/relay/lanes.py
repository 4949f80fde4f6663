"""Who is heard first, and who must show work, when more comes than a team can read (protocol 4.5).

1. At rest nothing is asked, and nobody waits for anybody.
2. Work is asked while more than `quota` bytes of unread mail came within an hour, or while many wait here. The bits
   rise with both: twice as much, two bits more.
3. Known words are asked for nothing and go first, each mailbox so many times an hour; more would be a flood of its own.
4. Of the others, more work goes first; of equals, who came first.
5. Nothing about who asked is kept: salts come from a secret and the time, and work binds to what is sent.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
import hmac
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from leeward.base.ports import Chance, Clock, SystemChance, SystemClock
from leeward.relay.store import BoxStore
from leeward.wire.errors import WorkNeeded
from leeward.wire.turn import Look
from leeward.wire.work import SALT_BYTES, count_bits, parse_done

QUOTA = 1024 * 1024 * 1024  # bytes of unread mail in an hour: thousands of reports with pictures
BITS_FIRST = 14  # a sixtieth of a second on a laptop, a second or less on a cheap phone
BITS_MOST = 22
GRACE = 2  # bits by which the demand may have risen while somebody worked
SLOTS = 96  # requests that the store is asked at once
QUEUE_LONG = 192  # requests waiting here from which work is asked
KNOWN_PER_HOUR = 60  # turns that store something, of one known mailbox
_KNOWN_MOST = 20_000  # mailboxes counted in an hour
_SALT_MS = 10 * 60 * 1000  # a salt is good for this long, and as long again
_HOUR_MS = 60 * 60 * 1000
_LOOK_MS = 500  # how old the count of unread bytes may be


class Lanes:
    """The order in which requests that store mail come to the store. Used from one event loop."""

    def __init__(
        self,
        store: BoxStore,
        quota: int = QUOTA,
        *,
        secret: bytes | None = None,
        clock: Clock | None = None,
        chance: Chance | None = None,
    ) -> None:
        """Ask for work beyond `quota`. Processes that share a store must share `secret`: work for one suits all."""
        self._store = store
        self._quota = quota
        self._clock = clock or SystemClock()
        self._secret = secret or (chance or SystemChance()).draw(32)
        self._free = SLOTS
        self._queue: list[tuple[int, int, int, asyncio.Future[None]]] = []
        self._arrived = 0
        self._unread = 0
        self._unread_at = -_LOOK_MS
        self._known: dict[bytes, int] = {}
        self._known_hour = 0

    @asynccontextmanager
    async def admit(
        self, subject: bytes | None, untrusted_work: str | None, looks: Sequence[Look] = ()
    ) -> AsyncIterator[None]:
        """Let a request to the store when its turn has come. WorkNeeded; BadRequest if the work has not its form.

        `subject` is None for what stores nothing: it shows no work. `looks` are the mailboxes that it says are its own.
        """
        bits = await self._bits()
        rank, done = 1, 0
        if bits or self._free == 0:
            if subject is not None and untrusted_work is not None:
                done = self._done(subject, untrusted_work)
            if looks and await self._is_known(looks, stores=subject is not None):
                rank = 0  # 3
            elif subject is not None and done < bits - (GRACE if done else 0):
                raise WorkNeeded(self._salt(0), bits)  # 2
        async with self._place(rank, done):
            yield

    @asynccontextmanager
    async def admit_form(self, looks: Sequence[Look] = ()) -> AsyncIterator[None]:
        """Let a request of the front's to the store, for a person without a script, who can do no work.

        The front has made it wait already (front/plain/lane.py); so it stands beside those who did what is asked.
        """
        bits = await self._bits()
        crowded = bool(bits) or self._free == 0
        known = crowded and bool(looks) and await self._is_known(looks, stores=True)  # 3
        async with self._place(0 if known else 1, bits):
            yield

    @asynccontextmanager
    async def _place(self, rank: int, done: int) -> AsyncIterator[None]:
        await self._enter(rank, done)
        try:
            yield
        finally:
            self._leave()

    async def _bits(self) -> int:
        now = self._clock.now_ms()
        if not 0 <= now - self._unread_at < _LOOK_MS:
            self._unread_at = now
            self._unread = await self._store.unread_mail()
        over = max(self._unread / self._quota, len(self._queue) / QUEUE_LONG)
        if over < 1:
            return 0  # 1
        return min(BITS_FIRST + 2 * (int(over).bit_length() - 1), BITS_MOST)

    async def _is_known(self, looks: Sequence[Look], *, stores: bool) -> bool:
        """Tell whether any of the looks is known and has not had its turns of this hour; every known one is counted."""
        asked = await asyncio.gather(*(self._store.is_known(look.box, look.read_token) for look in looks))
        hour = self._clock.now_ms() // _HOUR_MS
        if hour != self._known_hour:
            self._known, self._known_hour = {}, hour
        goes_first = False
        for look in (look for look, is_known in zip(looks, asked, strict=True) if is_known):
            count = self._known.get(look.box, 0)
            if count >= KNOWN_PER_HOUR or (count == 0 and len(self._known) >= _KNOWN_MOST):
                continue
            self._known[look.box] = count + int(stores)
            goes_first = True
        return goes_first

    def _salt(self, back: int) -> bytes:
        period = self._clock.now_ms() // _SALT_MS - back
        return hmac.digest(self._secret, b"leeward-salt-1 %d" % period, hashlib.sha256)[:SALT_BYTES]

    def _done(self, subject: bytes, untrusted_work: str) -> int:
        salt, nonce = parse_done(untrusted_work)
        if salt not in (self._salt(0), self._salt(1)):
            return 0
        return count_bits(salt, subject, nonce)

    async def _enter(self, rank: int, done: int) -> None:
        if self._free and not self._queue:
            self._free -= 1
            return
        loop = asyncio.get_running_loop()
        called: asyncio.Future[None] = loop.create_future()
        self._arrived += 1
        heapq.heappush(self._queue, (rank, -done, self._arrived, called))  # 4
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():
                self._leave()  # it was called, and did not come
            raise

    def _leave(self) -> None:
        while self._queue:
            *_, called = heapq.heappop(self._queue)
            if not called.done():
                called.set_result(None)  # the place goes on to the next
                return
        self._free += 1
