"""How long a frame is made, so that lengths tell nothing (docs/protocol.md 1)."""

from __future__ import annotations

from leeward.base.sizes import REPORT_FLOOR, class_of
from leeward.seal.kinds import Kind

_FLOORS = {Kind.REPORT: REPORT_FLOOR}


def padded_length(kind: Kind, length: int) -> int:
    """Return the size class of a frame with `length` bytes of header and body."""
    return class_of(length, _FLOORS.get(kind, 0))
