"""Numbers that could point at a person are held back.

1. In what is published, a count from 1 to 4 is not shown. 0 is: it points at nobody.
2. If exactly one cell of a table with a shown total is held back, it could be worked out; the smallest of the other
   cells that are not 0 is held back too. If there is none, the total is.
3. Several held-back cells of which the sum is under the limit could also be worked out closely; then one more goes.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

LEAST = 5


class Cell(msgspec.Struct, frozen=True):
    """One count; None is held back."""

    key: str
    count: int | None


class SafeTable(msgspec.Struct, frozen=True):
    """A table that may be published."""

    cells: tuple[Cell, ...]
    total: int | None
    held_back: int


def hold_back(counts: Mapping[str, int], *, least: int = LEAST) -> SafeTable:
    """Return the table with small numbers held back: rules 1 to 3. Keys stay in order."""
    hidden = {key for key, count in counts.items() if 0 < count < least}
    total: int | None = sum(counts.values())
    if hidden and (len(hidden) == 1 or sum(counts[key] for key in hidden) < least):
        others = [key for key, count in counts.items() if count and key not in hidden]
        if others:
            hidden.add(min(others, key=lambda key: (counts[key], key)))
        else:
            total = None
    if total is not None and 0 < total < least:
        total = None
    cells = tuple(Cell(key, None if key in hidden else count) for key, count in counts.items())
    return SafeTable(cells, total, len(hidden))


def safe_count(count: int, *, least: int = LEAST) -> int | None:
    """Return a single count, or None if it is too small to show."""
    return None if 0 < count < least else count
