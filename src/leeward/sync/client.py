"""A relay over HTTP, a unix socket, or a SOCKS proxy (Tor).

1. Every answer is read within a limit, while it streams in; an endless answer costs no memory.
2. An answer outside the protocol is RelayNonsense, never another exception.
3. What failed on the way, or was answered "busy", is asked again a few times, a little later each time. Every
   request is safe to repeat: an append carries its item id, so that a lost answer never doubles an item.
4. No redirect is followed, no proxy is taken from the environment, no cookie is kept, and nothing says who asks.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

import httpx

from leeward.base.limits import LONG_POLL_SECONDS, PIECE_SEALED_MOST
from leeward.sync import listing as listed
from leeward.sync.errors import RelayNonsense, RelayRefused, RelayUnreachable
from leeward.sync.listing import Listing, read_listing
from leeward.sync.port import hash_of_token
from leeward.wire.errors import Busy, ListingDamaged, parse_refusal
from leeward.wire.hexes import print_bearer
from leeward.wire.listing import LAST_HEADER
from leeward.wire.routes import HELLO_BODY, Blob, Box, Hello, Item, Items, print_route
from leeward.wire.turn import parse_turn, parse_turn_answer

_DECIMAL = re.compile(r"[0-9]{1,18}")
_SHORT = 256  # bytes of any answer that is not a listing or a piece
_NOTICE_MOST = 256 * 1024
_ANSWER_MOST = 32 * 1024 * 1024  # of a turn: two listings of 8 MiB and an item each, padded
_TURNS = "/v1/turns"
_ATTEMPTS = 4
_FIRST_PAUSE = 0.2  # seconds; doubles with each attempt
_LONGEST_PAUSE = 5.0

T = TypeVar("T")


class RelayClient:
    """Speaks protocol 4 to the relay at `url` ("http://host:port" or "unix:/path"); thread-safe.

    `proxy` is a SOCKS proxy such as "socks5h://127.0.0.1:9050", which also resolves names (needed for onions).
    """

    def __init__(
        self, url: str, *, proxy: str | None = None, timeout: float = 20.0, attempts: int = _ATTEMPTS
    ) -> None:
        self.url = url
        self._attempts = attempts
        self._timeout = timeout
        self.asked_at = 0.0  # time.monotonic() when a request last began or ended
        self._closed = threading.Event()
        if url.startswith("unix:"):
            transport = httpx.HTTPTransport(uds=url.removeprefix("unix:"))
            base = "http://relay"
        else:
            transport = httpx.HTTPTransport(proxy=proxy, trust_env=False)
            base = url.rstrip("/")
        try:
            self._http = httpx.Client(
                transport=transport,
                base_url=base,
                timeout=timeout,
                trust_env=False,  # 4
                follow_redirects=False,  # 4
                headers={"User-Agent": "", "Accept": "", "Accept-Encoding": "identity"},  # 4
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise RelayUnreachable(f"“{url[:80]}” is no address") from error

    def hello(self) -> None:
        """Return if a relay answers."""

        def ask() -> None:
            with self._ask("GET", print_route(Hello())) as answer:
                _expect(answer, 200)
                if _short(answer) != HELLO_BODY:
                    raise RelayNonsense("no relay's greeting")

        self._again(ask)

    def make_box(self, box: str, read: str, write: str) -> bool:
        """Make a box with these tokens; True if it is new, False if it was there already with the same."""
        body = hash_of_token(read) + hash_of_token(write)

        def ask() -> bool:
            with self._ask("PUT", print_route(Box(bytes.fromhex(box))), content=body) as answer:
                return _expect(answer, 200, 201) == 201

        return self._again(ask)

    def append(self, box: str, write: str, item: str, sealed: bytes) -> int:
        """Put an item into a box and return its number; the same item again gets the same number."""

        def ask() -> int:
            path = print_route(Item(bytes.fromhex(box), bytes.fromhex(item)))
            with self._ask("POST", path, token=write, content=sealed) as answer:
                _expect(answer, 200, 201)
                return _decimal(_short(answer).decode("ascii", "replace").strip())

        return self._again(ask)

    def list_items(
        self, box: str, read: str, *, after: int = 0, limit: int = 500, wait: float = 0
    ) -> Listing:
        """Return items after a number, waiting up to `wait` seconds if there is none yet."""
        seconds = int(min(max(wait, 0), LONG_POLL_SECONDS))
        path = print_route(Items(bytes.fromhex(box), after, limit, seconds))

        def ask() -> Listing:
            with self._ask("GET", path, token=read, patience=seconds) as answer:
                _expect(answer, 200)
                last = _decimal(answer.headers.get(LAST_HEADER, ""))
                return read_listing(answer.iter_raw(), last, items_most=limit)  # 1

        return self._again(ask)

    def delete_box(self, box: str, read: str) -> None:
        """Erase a box and everything in it."""
        self._plain("DELETE", print_route(Box(bytes.fromhex(box))), 204, token=read)

    def put_blob(self, blob: str, sealed: bytes, erase: str) -> None:
        """Keep a sealed piece that can be erased by whoever has the `erase` token."""
        headers = {"Leeward-Erase": hash_of_token(erase).hex()}
        self._plain("PUT", print_route(Blob(bytes.fromhex(blob))), 200, 201, content=sealed, headers=headers)

    def get_blob(self, blob: str) -> bytes | None:
        """Return a sealed piece, or None if the relay does not have it."""

        def ask() -> bytes | None:
            with self._ask("GET", print_route(Blob(bytes.fromhex(blob)))) as answer:
                if answer.status_code == 404:
                    _short(answer)
                    return None
                _expect(answer, 200)
                return _limited(answer, PIECE_SEALED_MOST)

        return self._again(ask)

    def has_blob(self, blob: str) -> bool:
        """Tell whether the relay has a sealed piece, without fetching it."""

        def ask() -> bool:
            with self._ask("HEAD", print_route(Blob(bytes.fromhex(blob)))) as answer:
                if answer.status_code == 404:
                    return False
                _expect(answer, 200)
                return True

        return self._again(ask)

    def delete_blob(self, blob: str, erase: str) -> None:
        """Erase a piece."""
        self._plain("DELETE", print_route(Blob(bytes.fromhex(blob))), 204, token=erase)

    def turn(self, body: bytes) -> tuple[Listing, ...]:
        """Hand over a turn, all of it or nothing; return what the mailboxes hold that it looks into."""
        looks = len(parse_turn(body).looks)

        def ask() -> tuple[Listing, ...]:
            with self._ask("POST", _TURNS, content=body) as answer:
                _expect(answer, 200)
                try:
                    found = parse_turn_answer(_limited(answer, _ANSWER_MOST), looks)
                except ListingDamaged as error:
                    raise RelayNonsense("no answer to a turn") from error
                return tuple(
                    Listing(tuple(listed.Item(one.number, one.item.hex(), one.sealed) for one in items), last)
                    for items, last in found
                )

        return self._again(ask)

    def put_notice(self, box: str, read: str, notice: bytes) -> None:
        """Put the box's public notice, which the front shows: the newest intake card."""
        self._plain("PUT", f"{print_route(Box(bytes.fromhex(box)))}/notice", 204, token=read, content=notice)

    def get_notice(self, box: str) -> bytes | None:
        """Return a box's public notice, or None if it has none."""

        def ask() -> bytes | None:
            with self._ask("GET", f"{print_route(Box(bytes.fromhex(box)))}/notice") as answer:
                if answer.status_code == 404:
                    _short(answer)
                    return None
                _expect(answer, 200)
                return _limited(answer, _NOTICE_MOST)

        return self._again(ask)

    def set_gate(self, box: str, read: str, *, known_only: bool) -> None:
        """Say who may append in turns: everybody, or only those who have words already."""
        word = b"known" if known_only else b"open"
        self._plain("PUT", f"{print_route(Box(bytes.fromhex(box)))}/gate", 204, token=read, content=word)

    def close(self) -> None:
        """Let go of connections; whoever waits between two attempts gives up at once."""
        self._closed.set()
        self._http.close()

    def _plain(
        self,
        method: str,
        path: str,
        *expected: int,
        token: str = "",
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        def ask() -> None:
            with self._ask(method, path, token=token, content=content, headers=headers) as answer:
                _expect(answer, *expected)

        self._again(ask)

    @contextmanager
    def _ask(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        patience: float = 0,
    ) -> Iterator[httpx.Response]:
        sent = dict(headers or {})
        if token:
            sent["Authorization"] = print_bearer(bytes.fromhex(token))
        if content is not None:
            sent["Content-Type"] = "application/octet-stream"
        timeout = httpx.Timeout(self._timeout, read=self._timeout + patience)
        self.asked_at = time.monotonic()
        try:
            with self._http.stream(method, path, content=content, headers=sent, timeout=timeout) as answer:
                yield answer
        finally:
            self.asked_at = time.monotonic()

    def _again(self, ask: Callable[[], T]) -> T:
        """Ask until there is an answer, at most a few times (3); name every failure (2)."""
        pause = _FIRST_PAUSE
        for attempt in range(1, self._attempts + 1):
            why, wanted = "", 0.0
            try:
                return ask()
            except _Busy as error:
                why, wanted = "it is busy", error.seconds
            except httpx.RemoteProtocolError as error:
                why = "the connection broke off"
                if attempt == self._attempts and "illegal" in str(error).lower():
                    raise RelayNonsense("not HTTP") from error
            except (httpx.TransportError, OSError) as error:
                why = _REASONS.get(type(error).__name__, "no connection")
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                raise RelayNonsense("not HTTP") from error
            except RuntimeError as error:
                if not self._closed.is_set():
                    raise  # misuse by our own code
                raise RelayUnreachable("the desk is closing") from error
            if attempt == self._attempts or self._closed.wait(min(max(pause, wanted), _LONGEST_PAUSE)):
                break
            pause *= 2
        raise RelayUnreachable(why)


class _Busy(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


_REASONS = {
    "ConnectError": "no connection",
    "ConnectTimeout": "no connection in time",
    "ReadTimeout": "no answer in time",
    "WriteTimeout": "it stopped reading",
    "ProxyError": "the proxy has no way to it",
    "ReadError": "the connection broke off",
    "WriteError": "the connection broke off",
}


def _expect(answer: httpx.Response, *expected: int) -> int:
    status = answer.status_code
    if status in expected:
        return status
    refusal = parse_refusal(status, _short(answer))
    if isinstance(refusal, Busy) or status == 503:
        wanted = answer.headers.get("retry-after", "")
        raise _Busy(float(wanted) if _DECIMAL.fullmatch(wanted) else 0.0)
    if refusal is None:
        raise RelayNonsense(f"status {status}")
    raise RelayRefused(refusal)


def _decimal(text: str) -> int:
    if not _DECIMAL.fullmatch(text):
        raise RelayNonsense("a number was expected")
    return int(text)


def _short(answer: httpx.Response) -> bytes:
    return _limited(answer, _SHORT)


def _limited(answer: httpx.Response, most: int) -> bytes:
    """Return the whole body, which has at most `most` bytes (1)."""
    body = bytearray()
    for chunk in answer.iter_raw():
        body += chunk
        if len(body) > most:
            raise RelayNonsense("an answer without end")
    return bytes(body)
