"""Bells that ring in every relay on one PostgreSQL: LISTEN and NOTIFY, beside the commits, never in them.

It only hurries: a waiting request looks by itself now and then, so a ring that is lost costs a moment and nothing else.
What is sent is the first bytes of boxes' addresses, many in one notification; the server keeps none of it.
"""

from __future__ import annotations

import asyncio
import os
import select
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg

from leeward.relay.bells import Bells
from leeward.relay.postgres_link import Connection, connect

_CHANNEL = "leeward_bell"
_TAG = 4  # bytes of an address
_TAGS_MOST = 900  # in one notification, which may be 8,000 bytes long
_AGAIN_SECONDS = 0.5
_LOOK_SECONDS = 5.0  # how often a waiting request looks while bells from elsewhere are heard
_LOOK_SECONDS_DEAF = 1.0


class PostgresBells:
    """Who waits for a box in this process, and a connection that wakes them for what other processes wrote."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._bells = Bells()  # by tag; used from event loops alone
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hears = False
        self._closed = False
        self._to_tell: deque[bytes] = deque()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self._thread = threading.Thread(target=self._work, name="relay-bells", daemon=True)
        self._thread.start()

    @property
    def look_seconds(self) -> float:
        """How long to wait for a bell before looking again."""
        return _LOOK_SECONDS if self._hears else _LOOK_SECONDS_DEAF

    @contextmanager
    def listen(self, box: bytes) -> Iterator[asyncio.Event]:
        """Give an event that is set when the box, or one with a like address, is rung in any relay."""
        self._loop = asyncio.get_running_loop()
        with self._bells.listen(box[:_TAG]) as event:
            yield event

    def ring(self, box: bytes) -> None:
        """Wake all who wait for this box, here at once, and elsewhere soon. Called in the event loop."""
        self._bells.ring(box[:_TAG])
        if not self._closed:
            self._to_tell.append(box[:_TAG])
            self._nudge()

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        self._nudge()
        self._thread.join()
        os.close(self._wake)
        os.close(self._woken)

    def _nudge(self) -> None:
        with suppress(BlockingIOError):  # the pipe is full: it will look anyhow
            os.write(self._wake, b"\0")

    def _work(self) -> None:
        while not self._closed:
            try:
                connection = connect(self._url)
            except psycopg.Error:
                self._sleep(_AGAIN_SECONDS)
                continue
            try:
                self._serve(connection)
            except (psycopg.Error, OSError):
                self._sleep(_AGAIN_SECONDS)
            finally:
                self._hears = False
                with suppress(psycopg.Error):
                    connection.close()

    def _serve(self, connection: Connection) -> None:
        connection.autocommit = True
        connection.execute(f"LISTEN {_CHANNEL}".encode())
        self._ring_here(None)  # what came while nobody listened
        self._hears = True
        while not self._closed:
            self._tell(connection)
            ready, _, _ = select.select([connection.fileno(), self._woken], [], [])
            if self._woken in ready:
                os.read(self._woken, 4096)
            for notification in connection.notifies(timeout=0):
                if notification.pid != connection.info.backend_pid:
                    self._ring_here(notification.payload)

    def _tell(self, connection: Connection) -> None:
        tags: set[bytes] = set()
        while self._to_tell and len(tags) < _TAGS_MOST:
            tags.add(self._to_tell.popleft())
        if tags:
            connection.execute(
                "SELECT pg_notify(%s, %s)", (_CHANNEL, "".join(tag.hex() for tag in sorted(tags)))
            )
        if self._to_tell:
            self._nudge()

    def _ring_here(self, untrusted_payload: str | None) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            with suppress(RuntimeError):  # the loop closed this moment: nobody waits
                loop.call_soon_threadsafe(self._ring_all, untrusted_payload)

    def _ring_all(self, untrusted_payload: str | None) -> None:
        if untrusted_payload is None:
            self._bells.ring_everybody()
            return
        try:
            tags = bytes.fromhex(untrusted_payload)
        except ValueError:
            return  # somebody else's use of the channel
        for start in range(0, len(tags), _TAG):
            self._bells.ring(tags[start : start + _TAG])

    def _sleep(self, seconds: float) -> None:
        """Wait, or until closed; what was to be told meanwhile is looked for by whoever waits."""
        self._to_tell.clear()
        end = time.monotonic() + seconds
        while not self._closed and (left := end - time.monotonic()) > 0:
            if select.select([self._woken], [], [], left)[0]:
                os.read(self._woken, 4096)
