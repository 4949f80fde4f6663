"""Running a desk until it is locked or stopped: one process, one port of the loopback address, no log."""

from __future__ import annotations

import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from leeward.desk.app import Desk

_STOP_SECONDS = 2  # how long a stop waits for answers under way


class DeskServer(uvicorn.Server):
    """A server for one desk. `stop()` from any thread ends it; signals end it quietly."""

    def __init__(self, desk: Desk, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                desk.app,
                ws="none",
                lifespan="off",
                interface="asgi3",
                access_log=False,
                log_config=None,
                log_level="critical",
                server_header=False,
                date_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self._desk = desk
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End on a signal without raising it again: stopping was asked for, and is done."""
        del sig, frame
        self.stop()

    def stop(self) -> None:
        """Let nobody in any more, and end."""
        self._desk.close()
        self.should_exit = True
