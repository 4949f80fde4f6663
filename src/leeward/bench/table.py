"""The shape of a benchmark's answer: each figure beside its limit of the same run and its goal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    `key` is its stable name in the JSON answer; `limit` is the physical or library limit measured in the same run,
    in the same unit (None where there is none); `goal` is the number to reach; `more_is_better` says which way.
    """

    key: str
    label: str
    value: float
    unit: str
    goal: float | None = None
    limit: float | None = None
    more_is_better: bool = True

    def reached(self) -> bool | None:
        """Tell whether the goal is met; None without a goal."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal


class Bench(Protocol):
    """What each module of this package offers as `run`."""

    def __call__(self, *, quick: bool, progress: Callable[[str], None]) -> list[Figure]:
        """Measure; `quick` ends within 50 s with the same keys; `progress` takes short lines for a person."""
        ...
