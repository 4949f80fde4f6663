"""Telling open pages that something changed: one event stream a page, no content in it, only "look again"."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

_LOOK_SECONDS = 1.0  # how often the state of sync is compared, which changes without a change of the vault
_BEAT_LOOKS = 15  # a comment after so many looks shows a page that the desk still runs
_GATHER_SECONDS = 0.15  # changes come in bursts; one look is enough for all of them


class Bell:
    """Rings in every open page. `ring` may be called from any thread."""

    def __init__(self, watch: Callable[[], object] = lambda: None) -> None:
        self._watch = watch
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()
        self._closed = False
        self._leaving = False
        self.rings = 0

    def also(self, watch: Callable[[], object]) -> None:
        """Ring when this changes, too; it is asked once a second while a page is open, on the server's own thread."""
        first = self._watch
        self._watch = lambda: (first(), watch())

    def ring(self) -> None:
        """Tell every page to look again."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop ended between the two lines
                loop.call_soon_threadsafe(self._wake)

    def leave(self) -> None:
        """Tell every page that the desk is about to lock: hand over what was typed, and go blank."""
        self._leaving = True
        self.ring()

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        self._closed = True
        self.ring()

    def _wake(self) -> None:
        self.rings += 1
        for event in self._waiting:
            event.set()

    async def listen(self) -> AsyncIterator[bytes]:
        """Yield the stream's bytes until the desk closes."""
        self._loop = asyncio.get_running_loop()
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield b"retry: 1000\n\n"
            seen, looks, left = self._watch(), 0, False
            while not self._closed:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), _LOOK_SECONDS)
                looks += 1
                if self._leaving and not left:
                    left = True
                    yield b"event: leave\ndata: 0\n\n"
                if event.is_set() or self._watch() != seen:
                    await asyncio.sleep(_GATHER_SECONDS)
                    event.clear()
                    seen = self._watch()
                    yield b"data: %d\n\n" % self.rings
                elif looks % _BEAT_LOOKS == 0:
                    yield b": still here\n\n"
            yield b"event: closed\ndata: 0\n\n"  # other windows of a locked desk go blank
        finally:
            self._waiting.discard(event)
