"""The page as a front serves it for a simulated relay, from the card file that was handed over; it can be restarted."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
from tests.support.relay_simulator import RelaySimulator

from leeward.front.app import make_front
from leeward.front.kept import KeptCard


class Notices:
    """What a front asks of a relay to show a page."""

    def __init__(self, relay: RelaySimulator) -> None:
        self._relay = relay

    async def get_notice(self, box: bytes) -> bytes | None:
        found_ = self._relay.boxes.get(box.hex())
        return found_.notice if found_ is not None else None


class Page:
    """The page as the relay serves it, from the card file that was handed over."""

    def __init__(self, relay: RelaySimulator, card: str, folder: Path) -> None:
        self._given = (json.loads(card), Notices(relay), KeptCard(folder / "page-card.json"))
        self.restart()

    def restart(self) -> None:
        card, port, kept = self._given
        self._front = make_front(card, port, kept=kept)  # type: ignore[arg-type]

    def shows(self, box: str) -> bool:
        """Tell whether what is written on the page, with a script or without, goes to this box."""

        async def ask() -> bool:
            transport = httpx.ASGITransport(self._front)
            async with httpx.AsyncClient(transport=transport, base_url="http://front") as session:
                return box in (await session.get("/?lang=en")).text

        return asyncio.run(ask())
