"""The few sizes that anything sealed or sent may have, so that a length tells little (docs/protocol.md 1).

Forty classes. From 64 KiB to 1 MiB they rise by at most 9.4 %, so that a file costs at most 12 % more with its seal;
below they are few, since short lengths tell most; above stand only what a relay takes at most, and exports.
"""

from __future__ import annotations

import bisect

_KIB = (
    4, 16, 32, 64, 69, 75, 82, 89, 96, 104, 113, 123, 133, 145, 157, 170, 185, 200, 217, 236,
    256, 278, 301, 327, 355, 385, 418, 453, 492, 533, 579, 628, 681, 739, 802, 870, 944, 1024, 2048, 4092,
)  # fmt: skip
CLASSES = tuple(size * 1024 for size in _KIB)
"""The classes in bytes, rising. What is larger than the last is a multiple of it."""

REPORT_FLOOR = 16 * 1024  # a report: a visit, a call for help and an alarm look the same
TURN_FLOOR = 32 * 1024  # a turn and its answer


def class_of(length: int, floor: int = 0) -> int:
    """Return the smallest class that holds `length` bytes and is at least `floor`."""
    wanted = max(length, floor)
    largest = CLASSES[-1]
    if wanted > largest:
        return -(-wanted // largest) * largest
    return CLASSES[bisect.bisect_left(CLASSES, wanted)]
