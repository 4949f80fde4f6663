"""Running an app on a unix socket or a loopback port, silently, until a signal or a call ends it."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

import uvicorn

from leeward.relay.app import AsgiApp
from leeward.relay.errors import AddressInUse
from leeward.relay.quiet_http import QuietHttp

_STOP_SECONDS = 2  # how long a stop waits for answers under way
_BACKLOG = 1024


def serve(
    app: AsgiApp,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    uds: Path | None = None,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Answer until SIGINT or SIGTERM. AddressInUse if something else listens there.

    With `uds` it listens on that unix socket, which only the owner and group can open; else on `host`:`port`
    (0 is any free port). `on_ready` is told the address, as "http://127.0.0.1:8000" or "unix:/path".
    """
    listening, address = _listen(host, port, uds)
    server = _Server(_config(app), on_ready=lambda: on_ready(address) if on_ready else None)
    try:
        server.run_until_stopped(listening)
    finally:
        listening.close()
        if uds is not None:
            uds.unlink(missing_ok=True)


class Serving:
    """The same in a thread, beside other work: `with Serving(app) as serving: serving.address`."""

    def __init__(
        self, app: AsgiApp, *, host: str = "127.0.0.1", port: int = 0, uds: Path | None = None
    ) -> None:
        self._uds = uds
        self._socket, self.address = _listen(host, port, uds)
        self._ready = threading.Event()
        self._server = _Server(_config(app), on_ready=self._ready.set)
        self._thread = threading.Thread(
            target=self._server.run_until_stopped, args=(self._socket,), name="relay-http", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End it, giving answers under way a moment."""
        self._server.stop()
        self._thread.join()
        self._socket.close()
        if self._uds is not None:
            self._uds.unlink(missing_ok=True)


class _Server(uvicorn.Server):
    """A uvicorn server that tells when it listens, ends quietly on a signal, and sleeps while nothing happens."""

    def __init__(self, config: uvicorn.Config, *, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._beside: Callable[[], Coroutine[None, None, None]] | None = getattr(config.app, "beside", None)
        self._on_ready = on_ready
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._on_ready()

    async def main_loop(self) -> None:
        """Wait for the stop; uvicorn's own loop would wake ten times a second to renew a date that we do not send.

        What the app wants done beside its answers runs as long.
        """
        beside = None if self._beside is None else asyncio.ensure_future(self._beside())
        if not self.should_exit:
            await self._stopped.wait()
        if beside is not None:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)

    def stop(self) -> None:
        """End it, from any thread or a signal."""
        self.should_exit = True
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._stopped.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End on a signal without raising it again afterwards: stopping was asked for, and is done."""
        del sig, frame
        self.stop()

    def run_until_stopped(self, listening: socket.socket) -> None:
        """Serve on a listening socket."""
        self.run(sockets=[listening])


def _config(app: AsgiApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=QuietHttp,
        ws="none",
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        log_level="critical",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_STOP_SECONDS,
        backlog=_BACKLOG,
    )


def _listen(host: str, port: int, uds: Path | None) -> tuple[socket.socket, str]:
    if uds is not None:
        return _listen_unix(uds), f"unix:{uds}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise AddressInUse(f"{host}:{port}") from error
    shown = f"[{host}]" if ":" in host else host
    return listening, f"http://{shown}:{listening.getsockname()[1]}"


def _listen_unix(path: Path) -> socket.socket:
    """Listen at a path; a socket left behind by a killed relay is taken over, a living one is not."""
    if path.is_socket():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            if probe.connect_ex(str(path)) == 0:
                raise AddressInUse(str(path))
        path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(
        0o117
    )  # nobody but the owner and the group (Tor) may speak to it, from the first moment
    try:
        listening.bind(str(path))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise AddressInUse(str(path)) from error
    finally:
        os.umask(before)
    return listening
