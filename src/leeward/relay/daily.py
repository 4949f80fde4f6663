"""Erasing once a day what is over, beside the answering (BoxStore.expire).

1. A day is a day of the clock. The first time is soon after the start, since a relay may be stopped every night.
2. What fails (a full disk, a busy store) is tried again with the next step; nobody is told, and nothing is logged.
"""

from __future__ import annotations

import asyncio

from leeward.base.ports import Clock
from leeward.relay.store import BoxStore, Keep

FIRST_SECONDS = 60.0
STEP_SECONDS = 600.0
_DAY_MS = 24 * 60 * 60 * 1000


async def expire_daily(store: BoxStore, keep: Keep, clock: Clock) -> None:
    """Go on until cancelled."""
    done = -1
    await asyncio.sleep(FIRST_SECONDS)  # 1
    while True:
        day = clock.now_ms() // _DAY_MS
        if day != done:
            try:
                await store.expire(keep)
                done = day
            except Exception:  # noqa: BLE001, S110 - 2: whatever it was, answering goes on
                pass
        await asyncio.sleep(STEP_SECONDS)
