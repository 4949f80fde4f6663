"""Hybrid logical clock: `milliseconds << 16 | counter`.

It follows the wall clock and never runs backwards; what was written in sight of something else is always later than
it, however far off that clock was.
"""

from __future__ import annotations

HLC_MOST = (1 << 63) - 1  # what SQLite and MessagePack readers hold as a signed number


def tick(now_ms: int, last: int, *seen: int) -> int:
    """Return the next clock: not before `now_ms`, and after `last` and each of `seen`."""
    earliest = max(now_ms, 0) << 16
    return min(max(earliest, last + 1, *(clock + 1 for clock in seen)), HLC_MOST)


def wall_ms(hlc: int) -> int:
    """Return the milliseconds of a clock."""
    return hlc >> 16
