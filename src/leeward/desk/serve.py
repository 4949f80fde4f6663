"""Serving a desk: one server on one loopback socket, until it is locked or stopped."""

from __future__ import annotations

import datetime as dt

import uvicorn

from leeward.desk.app import make_desk
from leeward.desk.security import open_socket
from leeward.desk.state import Syncer
from leeward.office.session import Session

_GRACE_SECONDS = 2


class DeskServer:
    """Binds when made (OSError if the port is taken), serves in `run`, ends by `stop` or by the member's lock.

    Whoever calls `run` closes the vault when it returns: only then is everything locked.
    """

    def __init__(
        self,
        session: Session,
        syncer: Syncer | None = None,
        *,
        port: int = 0,
        language: str = "",
        zone: dt.tzinfo | None = None,
    ) -> None:
        self._socket = open_socket(port)
        self.port: int = self._socket.getsockname()[1]
        self.desk = make_desk(session, syncer, port=self.port, lock=self.stop, language=language, zone=zone)
        self._server = uvicorn.Server(
            uvicorn.Config(
                self.desk.app,
                log_level="critical",  # no addresses, no traces: both could hold content
                access_log=False,
                server_header=False,
                date_header=False,
                lifespan="off",
                timeout_graceful_shutdown=_GRACE_SECONDS,
                timeout_keep_alive=30,
            )
        )

    def address(self) -> str:
        """Return an address that lets one browser in, once."""
        return self.desk.address()

    def run(self) -> None:
        """Serve until stopped."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()

    def stop(self) -> None:
        """End soon. From any thread."""
        self.desk.close()
        self._server.should_exit = True
