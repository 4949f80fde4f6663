"""Seeded chance: the same seed gives the same operation, on every machine."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from leeward.base.ids import make_id

T = TypeVar("T")


class SeededChance:
    """A port of chance that repeats itself. For practice data and tests only: never for keys."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - invented data must be the same every time

    def draw(self, count: int) -> bytes:
        """Return the next bytes of the sequence."""
        return self.random.randbytes(count)

    def make_id(self) -> str:
        """Return the next id."""
        return make_id(self)

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of them."""
        return self.random.choice(choices)

    def share(self, part: float) -> bool:
        """Return True in so many cases of one."""
        return self.random.random() < part

    def between(self, low: int, high: int) -> int:
        """Return a whole number, both ends included."""
        return self.random.randint(low, high)

    def hours(self, low: float, high: float) -> int:
        """Return a length of time in milliseconds, between two numbers of hours."""
        return int(self.random.uniform(low, high) * 3_600_000)
