"""How much mail came within the last hour and has not been read: in memory only, by the minute.

The disk knows no time finer than a day; a restart begins at nothing. Memory is bounded: beyond so many items and blobs
at once, what comes is counted but no longer told apart, and leaves the count when its hour is over.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW = 60  # minutes
APART_MOST = 50_000  # items and blobs that are told apart

_MINUTE_MS = 60_000


@dataclass(slots=True)
class _Minute:
    number: int
    size: int = 0
    items: set[tuple[bytes, int]] = field(default_factory=set)  # box and number of what can still be read
    blobs: set[bytes] = field(default_factory=set)


class FreshMail:
    """Counts bytes. Used from one event loop."""

    def __init__(self) -> None:
        self._minutes: deque[_Minute] = deque()
        self._items: dict[bytes, dict[int, tuple[_Minute, int]]] = {}  # box -> number -> where and how much
        self._blobs: dict[bytes, tuple[_Minute, int]] = {}
        self._apart = 0
        self._total = 0

    def came(self, now_ms: int, box: bytes, number: int, size: int) -> None:
        """Count an item with all that came along."""
        minute = self._add(now_ms, size)
        if self._apart < APART_MOST and number not in self._items.get(box, ()):
            self._apart += 1
            minute.items.add((box, number))
            self._items.setdefault(box, {})[number] = (minute, size)

    def blob_came(self, now_ms: int, blob: bytes, size: int) -> None:
        """Count a blob."""
        minute = self._add(now_ms, size)
        if self._apart < APART_MOST and blob not in self._blobs:
            self._apart += 1
            minute.blobs.add(blob)
            self._blobs[blob] = (minute, size)

    def read(self, box: bytes, upto: int) -> None:
        """Forget the items of a box up to a number."""
        held = self._items.get(box)
        if held is None:
            return
        while held:
            number = next(iter(held))  # they came in order
            if number > upto:
                return
            minute, size = held.pop(number)
            minute.items.discard((box, number))
            self._drop(minute, size)
        del self._items[box]

    def boxes(self) -> list[bytes]:
        """Return the boxes with items that were not read yet."""
        return list(self._items)

    def blob_read(self, blob: bytes) -> None:
        """Forget a blob."""
        held = self._blobs.pop(blob, None)
        if held is not None:
            held[0].blobs.discard(blob)
            self._drop(*held)

    def size(self, now_ms: int) -> int:
        """Return how many bytes are unread of what came within the hour."""
        self._forget(now_ms // _MINUTE_MS)
        return self._total

    def _add(self, now_ms: int, size: int) -> _Minute:
        number = now_ms // _MINUTE_MS
        self._forget(number)
        if not self._minutes or self._minutes[-1].number != number:
            self._minutes.append(_Minute(number))
        minute = self._minutes[-1]
        minute.size += size
        self._total += size
        return minute

    def _drop(self, minute: _Minute, size: int) -> None:
        minute.size -= size
        self._total -= size
        self._apart -= 1

    def _forget(self, now: int) -> None:
        while self._minutes and not now - WINDOW < self._minutes[0].number <= now:
            minute = self._minutes.popleft()
            self._total -= minute.size
            self._apart -= len(minute.items) + len(minute.blobs)
            for box, number in minute.items:
                held = self._items[box]
                del held[number]
                if not held:
                    del self._items[box]
            for blob in minute.blobs:
                del self._blobs[blob]
