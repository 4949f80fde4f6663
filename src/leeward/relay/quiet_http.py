"""The HTTP server's connection, with the deadlines and the silence that uvicorn's own does not have.

1. The head of a request must be complete within HEAD_SECONDS of its first byte, or of the connection's start.
2. A head has at most HEAD_MOST bytes; one that is never finished costs at most one read more than that.
3. A client that stops reading is dropped after STALL_SECONDS.
4. What is not HTTP gets our own word, not the server's sentence, and the client's address is forgotten.
5. Beyond CONNECTIONS_MOST connections, whichever has waited longest for its client gives way to a new one: what is
   idle or in a head for IDLE_SECONDS, or in a body that does not go on. If there is none, the new one is closed.
6. A body that goes on after its answer must end within HEAD_SECONDS too.
7. A POST that has arrived whole in one read, with nothing before it under way, is offered to the app's `take_whole`.
   Anything else, and what that does not take, goes uvicorn's way, as if it had not been held back.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from leeward.relay.request import MOVE, STALE
from leeward.relay.whole_append import TakeWhole

HEAD_SECONDS = 10.0
HEAD_MOST = 16 * 1024
STALL_SECONDS = 60.0
CONNECTIONS_MOST = 1000
IDLE_SECONDS = 2.0

_BAD = (
    b"HTTP/1.1 400 Bad Request\r\ncache-control: no-store\r\ncontent-type: text/plain\r\n"
    b"content-length: 12\r\nconnection: close\r\n\r\nbad-request\n"
)


class _NobodyWaits:
    """What uvicorn sets when a connection ends."""

    def set(self) -> None:
        """Wake nobody."""


_NOBODY = _NobodyWaits()


class _Whole:
    """Stands where uvicorn keeps the request that is being answered, with what it looks at there."""

    __slots__ = ("_http", "disconnected", "keep_alive", "response_complete")
    message_event = _NOBODY

    def __init__(self, http: QuietHttp) -> None:
        self._http = http
        self.disconnected = False
        self.keep_alive = True
        self.response_complete = False

    def answer(self, head: bytes, body: bytes) -> None:
        """Send the answer, if there is still somebody who wants it."""
        self.response_complete = True
        transport = self._http.transport
        if self.disconnected or transport.is_closing():
            return
        if self.keep_alive:
            transport.write(b"%b\r\n%b" % (head, body))
        else:
            transport.write(b"%bconnection: close\r\n\r\n%b" % (head, body))
            transport.close()
        self._http.on_response_complete()


class QuietHttp(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._head_timer: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._in_head = False  # a head has begun and is not complete
        self._in_body = False  # a head is complete and its body is not
        self._head_size = 0
        self._refused = False
        self._take_whole: TakeWhole | None = getattr(self.app, "take_whole", None)
        self._held: list[bytes] | None = None  # the body of a request that may yet turn out whole (7)
        self._moved_at = self.loop.time()  # when the client last did something that goes on
        self._moved = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the first head's deadline (1), or turn the client away (5)."""
        super().connection_made(cast("asyncio.Transport", transport))
        self.client = None  # 4
        if len(self.connections) > CONNECTIONS_MOST and not self._find_place():
            self.transport.abort()
            return
        self._start_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers."""
        self._stop_head()
        self._stop_stall()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, and see that a head that is not complete yet stays within its time (1) and size (2)."""
        if self._refused or self.transport.is_closing():
            return
        self._moved += len(data)
        if self._moved >= MOVE:
            self._moved, self._moved_at = 0, self.loop.time()
        is_all_head = self._in_head or not self._in_body
        if not self._in_head:
            self._head_size = 0
        super().data_received(data)
        if self._held is not None:
            self._let_go()  # 7: there is more to come
        if self._in_head:
            if self._head_timer is None:
                self._start_head()
            self._head_size += len(data) if is_all_head else 0
            if self._head_size > HEAD_MOST:
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End the head's deadline; go on with it unless it is too large (2)."""
        self._in_head = False
        self._in_body = True
        self._moved_at = self.loop.time()
        self._stop_head()
        size = len(self.url)
        for name, value in self.headers:
            size += len(name) + len(value) + 4
        if size > HEAD_MOST:
            self.send_400_response("")
        if self._refused:
            return
        if self._take_whole is not None and self._may_be_whole():
            self._held = []
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body, unless the request was refused."""
        if self._held is not None:
            self._held.append(body)
        elif not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Be ready for the next head."""
        self._in_body = False
        self._stop_head()
        if self._held is not None:
            if self._is_taken(b"".join(self._held)):
                self._held = None
                return
            self._let_go()
        if not self._refused:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Begin the deadline of a body that nobody asked for (6)."""
        super().on_response_complete()
        self._moved_at = self.loop.time()
        if self._in_body and self.cycle.response_complete and not self.transport.is_closing():
            self._start_head()

    def _find_place(self) -> bool:
        """Close the connection that has waited longest for its client (5); False if none has."""
        now = self.loop.time()
        late = [one for one in self.connections if isinstance(one, QuietHttp) and one.waits_since(now)]
        if not late:
            return False
        min(late, key=lambda one: one.waits_since(now)).transport.abort()
        return True

    def waits_since(self, now: float) -> float:
        """Return since when this waits for its client, 0 if it does not, or not for long."""
        answered = self.cycle is None or self.cycle.response_complete
        ours = (
            self.flow.read_paused or self.transport.get_write_buffer_size() > 0
        )  # it is the client who waits
        if self.transport.is_closing() or ours or not (answered or self._in_body):
            return 0.0
        most = STALE if self._in_body else IDLE_SECONDS
        return self._moved_at if now - self._moved_at > most else 0.0

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP (4)."""
        del msg
        if self._refused:
            return
        self._refused = True
        self._stop_head()
        self.transport.write(_BAD)
        self.transport.close()

    def pause_writing(self) -> None:
        """Begin the deadline of a client that does not read (3)."""
        if self._stall_timer is None:
            self._stall_timer = self.loop.call_later(STALL_SECONDS, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        """End it."""
        self._stop_stall()
        super().resume_writing()

    def _may_be_whole(self) -> bool:
        """Tell whether rule 7 holds so far."""
        parser = self.parser
        return (
            parser.get_method() == b"POST"
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and not self.expect_100_continue
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and parser.get_http_version() == "1.1"
        )

    def _is_taken(self, body: bytes) -> bool:
        """Offer a whole request to the app (7)."""
        whole = _Whole(self)
        if self._take_whole is None or not self._take_whole(self.url, self.headers, body, whole.answer):
            return False
        if not whole.response_complete:
            self.cycle = cast("RequestResponseCycle", whole)
        return True

    def _let_go(self) -> None:
        """Let a request that was held back go uvicorn's way (7)."""
        held, self._held = self._held or [], None
        if self._refused:
            return
        super().on_headers_complete()
        for part in held:
            super().on_body(part)

    def _start_head(self) -> None:
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _stop_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_stall(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
