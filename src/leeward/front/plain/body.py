"""The body of a form, within its stated length and its time.

1. A body states its length, and is no longer than that.
2. Whoever sends slower than SLOWEST on average, after PATIENCE, is dropped.
3. What is left of a refused body is read and dropped within reason, so that the browser shows the answer.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from leeward.front.errors import Trouble

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]

SLOWEST = 2048  # bytes a second that a body must reach on average
PATIENCE = 30.0  # seconds of grace before that is asked for
_DRAIN_MOST = 64 * 1024 * 1024
_DRAIN_SECONDS = 20.0
_DRAIN_PAUSE = 2.0
_DECIMAL = re.compile(r"[0-9]{1,15}")


class ClientGone(Exception):
    """The browser went away or kept us waiting; there is nobody to answer."""


class Body:
    """The body of one request."""

    def __init__(self, receive: Receive, stated: str | None, most: int) -> None:
        if stated is None or not _DECIMAL.fullmatch(stated):
            raise Trouble("trouble_form", 411)  # 1
        self.length = int(stated)
        self.complete = self.length == 0
        self.read = 0
        self.too_large = self.length > most
        self._receive = receive
        self._start = asyncio.get_running_loop().time()
        self._timeout: asyncio.Timeout | None = None
        self._given_up = False

    async def parts(self) -> AsyncIterator[bytes]:
        """Give the body part by part; ClientGone, Trouble."""
        if self.too_large:
            raise Trouble("trouble_large", 413)
        loop = asyncio.get_running_loop()
        while not self.complete:
            late = self._start + PATIENCE + self.read / SLOWEST - loop.time()  # 2
            part = await self._next(late)
            if self.read > self.length:
                raise ClientGone  # 1
            if part:
                yield part
        if self.read != self.length:
            raise ClientGone

    def rate(self, now: float) -> float:
        """Return bytes a second so far."""
        return self.read / max(now - self._start, 0.001)

    def age(self, now: float) -> float:
        """Return seconds since the body began."""
        return now - self._start

    def give_up(self) -> None:
        """Wait for no more of it: whoever reads gets ClientGone."""
        self._given_up = True
        if self._timeout is not None:
            self._timeout.reschedule(0.0)

    async def drain(self) -> None:
        """Read and drop what is left (3)."""
        loop = asyncio.get_running_loop()
        end, most = loop.time() + _DRAIN_SECONDS, self.read + _DRAIN_MOST
        try:
            while not self.complete and self.read < most and loop.time() < end:
                await self._next(_DRAIN_PAUSE)
        except ClientGone:
            return

    async def _next(self, seconds: float) -> bytes:
        if self._given_up:
            raise ClientGone
        try:
            async with asyncio.timeout(seconds) as self._timeout:
                message = await self._receive()
        except TimeoutError as error:
            raise ClientGone from error
        finally:
            self._timeout = None
        if message["type"] != "http.request":
            raise ClientGone
        part: bytes = message.get("body", b"")
        self.read += len(part)
        self.complete = not message.get("more_body", False)
        return part
