"""Clock and chance, passed in so that tests own them."""

from __future__ import annotations

import secrets
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC, as this device believes."""
        ...


class Chance(Protocol):
    """Draws what nobody can foresee."""

    def draw(self, count: int) -> bytes:
        """Return `count` random bytes fit for keys."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now_ms(self) -> int:
        """Return the system's time in milliseconds."""
        return time.time_ns() // 1_000_000


class SystemChance:
    """The operating system's randomness."""

    def draw(self, count: int) -> bytes:
        """Return `count` bytes from the system's generator."""
        return secrets.token_bytes(count)
