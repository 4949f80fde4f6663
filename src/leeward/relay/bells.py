"""Who waits for a box, and waking them when something came. Within one process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Bells:
    """One bell for each box that somebody waits for. Used from one event loop."""

    def __init__(self) -> None:
        self._waiting: dict[bytes, set[asyncio.Event]] = {}

    @contextmanager
    def listen(self, box: bytes) -> Iterator[asyncio.Event]:
        """Give an event that is set when the box is rung."""
        event = asyncio.Event()
        self._waiting.setdefault(box, set()).add(event)
        try:
            yield event
        finally:
            left = self._waiting[box]
            left.discard(event)
            if not left:
                del self._waiting[box]

    def ring(self, box: bytes) -> None:
        """Wake all who wait for this box."""
        for event in self._waiting.get(box, ()):
            event.set()

    def ring_everybody(self) -> None:
        """Wake all who wait for any box."""
        for events in self._waiting.values():
            for event in events:
                event.set()
