"""What the relay reads of a request: path, a few headers, and a body within its stated length and time.

1. Path and query are taken as sent; an escape ("%") is no path of ours.
2. A header that counts may come once. A body must state its length; chunked bodies are refused.
3. A body that is late, slow, short or long is refused or dropped.
4. Where the budget is gone, whoever stopped sending gives way to whoever asks: nobody holds it by stopping half-way.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TypeAlias

from leeward.wire.errors import BadRequest, Busy, LengthNeeded, TooLarge
from leeward.wire.hexes import parse_bearer

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]

SLOWEST = 2048  # bytes a second that a body must reach on average
PATIENCE = 30.0  # seconds of grace before that is asked for
MOVE = 16 * 1024  # bytes that count as going on
STALE = 3.0  # seconds without them, after which a body gives way (4)
_DRAIN_MOST = 8 * 1024 * 1024  # bytes of a refused body that are read and dropped, so that the answer arrives
_DRAIN_SECONDS = 5.0
_DRAIN_PAUSE = 1.0  # seconds between two parts of it
_COUNTED = frozenset(
    (
        b"authorization",
        b"content-length",
        b"transfer-encoding",
        b"leeward-class",
        b"leeward-erase",
        b"leeward-sum",
        b"leeward-work",
    )
)
_DECIMAL = re.compile(rb"[0-9]{1,15}")


class ClientGone(Exception):
    """The client went away or kept us waiting; there is nobody to answer."""


class Budget:
    """How many bytes of bodies may be in memory at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0
        self._shares: set[Share] = set()

    @contextmanager
    def share(self) -> Iterator[Share]:
        """Give one request its share, empty at first; what it took is free again afterwards."""
        share = Share(self)
        self._shares.add(share)
        try:
            yield share
        finally:
            self._shares.discard(share)
            self.give_back(share.size)

    def take(self, size: int) -> None:
        """Hold `size` bytes more; Busy if they are not there. Whoever took them gives them back."""
        if self.held + size > self.most and not self._make_room(size):
            raise Busy
        self.held += size

    def give_back(self, size: int) -> None:
        """Hold `size` bytes less."""
        self.held -= size

    def _make_room(self, size: int) -> bool:
        """Drop bodies that have stopped, the longest first, until there is room (4); tell whether there is."""
        stale = sorted(
            (share for share in self._shares if share.is_stale()), key=lambda share: share.moved_at
        )
        for share in stale:
            if self.held + size <= self.most:
                break
            self.give_back(share.give_up())
        return self.held + size <= self.most


class Share:
    """What one request holds of the budget: only what has arrived, so that mere promises cost nobody room."""

    __slots__ = ("_budget", "_counted", "moved_at", "size", "waiting")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._counted = 0
        self.moved_at = time.monotonic()
        self.size = 0
        self.waiting: asyncio.Timeout | None = None  # while the next part of a body is waited for

    def take(self, size: int) -> None:
        """Hold `size` bytes more; Busy if they are not there."""
        self._budget.take(size)
        self.size += size
        self._counted += size
        if self._counted >= MOVE:
            self._counted = 0
            self.moved_at = time.monotonic()

    def is_stale(self) -> bool:
        """Tell whether it holds room for a body that does not go on."""
        return self.waiting is not None and self.size > 0 and time.monotonic() - self.moved_at > STALE

    def give_up(self) -> int:
        """Wait for no more of the body; return what it held."""
        if self.waiting is not None:
            self.waiting.reschedule(0.0)
        held, self.size = self.size, 0
        return held


class Request:
    """One request's head, and its body when asked for."""

    __slots__ = ("_headers", "_receive", "_repeated", "_scope", "complete", "method", "version")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.version: str = scope["http_version"]
        self._scope = scope
        self._receive = receive
        self._headers: dict[bytes, bytes] = {}
        self._repeated = False
        for untrusted_name, untrusted_value in scope["headers"]:
            if untrusted_name in _COUNTED:
                self._repeated = self._repeated or untrusted_name in self._headers
                self._headers[untrusted_name] = untrusted_value
        has_body = self._headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in self._headers
        self.complete = not has_body  # whether the body has been read to its end

    def allow(self, *methods: str) -> None:
        """Return if the request has one of these methods; BadRequest."""
        if self.method not in methods:
            raise BadRequest

    def path(self) -> str:
        """Return the path as sent."""
        raw: bytes = self._scope.get("raw_path") or self._scope["path"].encode()
        return raw.decode("latin-1")  # 1

    def query(self) -> str:
        """Return the query as sent."""
        return bytes(self._scope["query_string"]).decode("latin-1")

    def header(self, name: bytes) -> str | None:
        """Return one of the headers that count; BadRequest if any of them came twice."""
        if self._repeated:
            raise BadRequest  # 2
        value = self._headers.get(name)
        return None if value is None else value.decode("latin-1")

    def token(self) -> bytes:
        """Return the token that came along; BadRequest."""
        return parse_bearer(self.header(b"authorization"))

    def length(self, most: int) -> int:
        """Return the stated length of the body; LengthNeeded, TooLarge, BadRequest."""
        if self.header(b"transfer-encoding") is not None:
            raise LengthNeeded  # 2
        stated = self.header(b"content-length")
        if stated is None:
            raise LengthNeeded  # 2
        if not _DECIMAL.fullmatch(stated.encode("latin-1")):
            raise BadRequest
        if int(stated) > most:
            raise TooLarge
        return int(stated)

    async def body(self, length: int, share: Share) -> bytes:
        """Return the body of this length; ClientGone if it does not come (3), Busy if there is no room in memory."""
        message = await self._next(PATIENCE)
        share.take(len(message["body"]))
        if not message.get("more_body", False):  # nearly always the whole body came at once
            self.complete = True
            return self._whole(message["body"], length)
        loop = asyncio.get_running_loop()
        start = loop.time()
        parts: list[bytes] = [message["body"]]
        size = len(message["body"])
        while message.get("more_body", False):
            late = start + PATIENCE + size / SLOWEST - loop.time()
            message = await self._next(late, share)
            share.take(len(message["body"]))
            parts.append(message["body"])
            size += len(message["body"])
            if size > length:
                raise BadRequest
        self.complete = True
        return self._whole(b"".join(parts), length)

    async def drain(self) -> None:
        """Read and drop what is left of a refused body, within reason, so that the client can read the answer."""
        size = 0
        loop = asyncio.get_running_loop()
        end = loop.time() + _DRAIN_SECONDS
        while not self.complete and size < _DRAIN_MOST and loop.time() < end:
            try:
                message = await self._next(_DRAIN_PAUSE)
            except ClientGone:
                return
            size += len(message["body"])
            self.complete = not message.get("more_body", False)

    async def _next(self, seconds: float, share: Share | None = None) -> MutableMapping[str, Any]:
        try:
            async with asyncio.timeout(seconds) as waiting:
                if share is not None:
                    share.waiting = waiting
                message = await self._receive()
        except TimeoutError as error:
            raise ClientGone from error
        finally:
            if share is not None:
                share.waiting = None
        if message["type"] != "http.request":
            raise ClientGone
        return message

    @staticmethod
    def _whole(body: bytes, length: int) -> bytes:
        if len(body) != length:
            raise BadRequest
        return body
