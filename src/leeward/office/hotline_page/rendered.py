"""What this desk would serve as the page, made by the very code that serves it, from the team's own card.

Every byte and every rule that goes with it comes from the front itself: whatever differs at the relay differs from
what a front of this version would have answered.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, cast

import msgspec

from leeward.front.app import make_front
from leeward.front.port import MailPort

SUMS = "/page.sha256"
_LINE = re.compile(r"([0-9a-f]{64})  (/\S*)")
_LOADED = re.compile(rb'<(?:script|link)\b[^>]*\b(?:src|href)="(/a/[^"]+)"')
_UNSCRIPTED = re.compile(rb"<noscript>.*?</noscript>", re.DOTALL)


class Served(msgspec.Struct, frozen=True):
    """One answer: status, headers with lower-case names, and the body without compression."""

    status: int
    headers: dict[str, str]
    body: bytes


class Rendered:
    """The page of one card."""

    def __init__(self, card: str) -> None:
        self._front = make_front(json.loads(card), cast("MailPort", NoMail()))
        [sums] = self._ask([(SUMS, "")])
        self.sums = sums.body
        self.files = {url: digest for digest, url in _LINE.findall(sums.body.decode())}
        self._known: dict[tuple[str, str], Served] = {}

    @property
    def whole(self) -> str:
        """Return the page's one hash: the SHA-256 of the list of all hashes, as it is served."""
        return hashlib.sha256(self.sums).hexdigest()

    @property
    def assets(self) -> dict[str, str]:
        """Return the built files, which hold nothing of the card: address to SHA-256."""
        return {url: digest for url, digest in self.files.items() if url.startswith("/a/")}

    def answer(self, url: str, accept_language: str = "") -> Served:
        """Return what the front answers at an address to a browser with these languages."""
        key = (url, accept_language)
        if key not in self._known:
            [self._known[key]] = self._ask([key])
        return self._known[key]

    def answers(self, urls: Iterable[str]) -> dict[str, Served]:
        """Return the answers at several addresses."""
        wanted = list(urls)
        return dict(zip(wanted, self._ask([(url, "") for url in wanted]), strict=True))

    def _ask(self, asked: list[tuple[str, str]]) -> list[Served]:
        async def all_of_them() -> list[Served]:
            return [await _get(self._front, url, language) for url, language in asked]

        with ThreadPoolExecutor(1) as pool:  # a thread of its own: the caller's may run a loop already
            return pool.submit(asyncio.run, all_of_them()).result()


class NoMail:
    """Where a page that is only compared leaves mail: nowhere. It answers the one question that showing a page asks."""

    async def get_notice(self, box: bytes) -> bytes | None:
        """Return an empty notice: the card is the one that was given."""
        return box[:0]


def loaded_by(html: bytes, *, scripts: bool = True) -> list[str]:
    """Return the files that a browser fetches for a page, with scripts switched on or off, in their order."""
    if scripts:
        html = _UNSCRIPTED.sub(b"", html)
    return [
        url.decode("ascii", "replace")
        for url in dict.fromkeys(_LOADED.findall(html))
        if scripts or not url.endswith(b".js")
    ]


@lru_cache(maxsize=8)
def render(card: str) -> Rendered:
    """Return the page of a card, made once."""
    return Rendered(card)


async def _get(front: Any, url: str, language: str) -> Served:  # noqa: ANN401 - an ASGI application
    path, _, query = url.partition("?")
    headers = [(b"host", b"page.invalid")]
    if language:
        headers.append((b"accept-language", language.encode("ascii")))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "server": ("page.invalid", 80),
        "client": None,
    }
    parts: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        parts.append(message)

    await front(scope, receive, send)
    start = next(part for part in parts if part["type"] == "http.response.start")
    body = b"".join(part.get("body", b"") for part in parts if part["type"] == "http.response.body")
    told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Served(int(start["status"]), told, body)
