"""A segment made to keep every desk of a circle busy for hours."""

from __future__ import annotations

import time

from leeward.ledger.merge import Stamp, State, apply
from leeward.ledger.model import Change, Dot, Op


def test_naming_thousands_of_writes_that_never_came_costs_little() -> None:
    state: State | None = None
    start = time.process_time()
    for count in range(1, 8001):
        over = (Dot("somebody", count * 7919 % 100_003),)
        state = apply(state, Stamp(count, "d", count, 1), Change("r", "k", "f", Op.SET, 1, over))
    assert state is not None
    assert len(state.dead["f"]) == 8000
    assert state.dead["f"] == sorted(state.dead["f"])
    assert time.process_time() - start < 10  # it took half a minute, and four times that for twice as many
