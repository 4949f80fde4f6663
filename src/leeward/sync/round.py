"""What one round with the relay did."""

from __future__ import annotations

import msgspec


class Round(msgspec.Struct):
    """What one round did."""

    sent: int = 0  # segments and items
    taken: int = 0  # entries accepted
    granted: int = 0  # compartments whose keys came
    boxes: set[str] = msgspec.field(default_factory=set)  # boxes that got something from us
    looked: bool = False  # every box was asked for: what the round remembers is written at its end
