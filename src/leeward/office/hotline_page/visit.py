"""One look at the page from outside, as like a person's as a program can make it.

1. Every visit has a connection of its own, through the same proxy with fresh SOCKS credentials, so that Tor gives it
   another circuit than the sync and than every earlier visit.
2. Requests carry the headers of Tor Browser, in its order, in one of the languages it is sold in; what a browser loads
   with a page is loaded after it, what a person does is done after pauses.
3. Answers are read within a limit, and unpacked within a limit.

What it cannot imitate: the TLS handshake and HTTP/2 of a browser (an onion address has neither), how a browser opens
connections side by side, and how long a particular person reads. A server that knows all three could tell the two apart
on an ordinary https address. docs/adr/0018 says what follows.
"""

from __future__ import annotations

import zlib
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import httpx

from leeward.base.ports import Chance
from leeward.office.hotline_page.rendered import Served

_BODY_MOST = 8 * 1024 * 1024
_PATIENCE = 60.0  # seconds; a new circuit takes its time
_BROWSER = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
_LANGUAGES = {
    "ar": "ar,en-US;q=0.7,en;q=0.3",
    "es": "es-ES,es;q=0.8,en-US;q=0.5,en;q=0.3",
    "fa": "fa-IR,fa;q=0.8,en-US;q=0.5,en;q=0.3",
    "fr": "fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3",
    "ru": "ru-RU,ru;q=0.8,en-US;q=0.5,en;q=0.3",
    "tr": "tr-TR,tr;q=0.8,en-US;q=0.5,en;q=0.3",
    "uk": "uk-UA,uk;q=0.8,en-US;q=0.5,en;q=0.3",
}
_ENGLISH = "en-US,en;q=0.5"
_ACCEPT = {
    "document": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "style": "text/css,*/*;q=0.1",
    "script": "*/*",
    "empty": "*/*",
}


class Unreachable(Exception):
    """Nothing answered, or nothing that is HTTP. Says why with a code of AWAY."""


class Unreadable(Exception):
    """The answer is packed in a way that our server never uses."""


def browser_languages(language: str) -> str:
    """Return the Accept-Language header of a Tor Browser in this language; English where there is none."""
    return _LANGUAGES.get(language, _ENGLISH)


class Visit:
    """One visitor at `address` ("https://…" or "http://….onion"); a context manager."""

    def __init__(self, address: str, *, proxy: str = "", chance: Chance, language: str = "en") -> None:
        self._base = address.rstrip("/")
        self._secure = self._base.startswith("https:")
        self._trusted = self._secure or (urlsplit(self._base).hostname or "").endswith(".onion")
        self.languages = browser_languages(language)
        try:
            self._transport = httpx.HTTPTransport(
                proxy=_other_circuit(proxy, chance) if proxy else None, trust_env=False, retries=0
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise Unreachable("proxy") from error

    def get(self, url: str, kind: str = "document") -> Served:
        """Fetch one address as a browser would: kind "document", "style", "script", or "empty" (by a script)."""
        try:
            request = httpx.Request("GET", self._base + url, headers=self._headers(kind))
            request.extensions = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), _PATIENCE)}
            answer = self._transport.handle_request(request)
            try:
                raw = bytearray()
                for chunk in answer.iter_raw():
                    raw += chunk
                    if len(raw) > _BODY_MOST:
                        raise Unreadable("an answer without end")  # 3
            finally:
                answer.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
            raise Unreachable(_REASONS.get(type(error).__name__, "connection")) from error
        headers: dict[str, str] = {}
        for (
            name,
            value,
        ) in answer.headers.multi_items():  # a header that comes twice differs from one that comes once
            before = headers.get(name.lower())
            headers[name.lower()] = value if before is None else f"{before}, {value}"
        return Served(answer.status_code, headers, _unpack(bytes(raw), headers.get("content-encoding", "")))

    def close(self) -> None:
        """Leave."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _headers(self, kind: str) -> list[tuple[str, str]]:  # 2
        sent = [
            ("Host", urlsplit(self._base).netloc),
            ("User-Agent", _BROWSER),
            ("Accept", _ACCEPT[kind]),
            ("Accept-Language", self.languages),
            ("Accept-Encoding", "gzip, deflate, br, zstd" if self._secure else "gzip, deflate"),
            ("Connection", "keep-alive"),
        ]
        if kind == "document":
            sent.append(("Upgrade-Insecure-Requests", "1"))
        if self._trusted:
            sent.append(("Sec-Fetch-Dest", kind))
            sent.append(("Sec-Fetch-Mode", {"document": "navigate", "empty": "cors"}.get(kind, "no-cors")))
            sent.append(("Sec-Fetch-Site", "none" if kind == "document" else "same-origin"))
        if kind == "document":
            sent += [("Sec-Fetch-User", "?1")] if self._trusted else []
            sent.append(("Priority", "u=0, i"))
        elif kind == "empty":
            sent += [("Priority", "u=4"), ("Pragma", "no-cache"), ("Cache-Control", "no-cache")]
        else:
            sent.append(("Priority", "u=2"))
        return sent


def _other_circuit(proxy: str, chance: Chance) -> str:
    """Return the proxy with credentials drawn anew: Tor keeps streams with different ones apart (1)."""
    parts = urlsplit(proxy)
    host = parts.hostname or ""
    place = f"[{host}]" if ":" in host else host
    where = f"{place}:{parts.port}" if parts.port else place
    return urlunsplit((parts.scheme, f"{chance.draw(8).hex()}:{chance.draw(8).hex()}@{where}", "", "", ""))


def _unpack(raw: bytes, encoding: str) -> bytes:
    if not encoding or encoding == "identity":
        return raw
    if encoding not in {"gzip", "deflate"}:
        raise Unreadable(f"packed as {encoding[:20]}")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        plain = unpacker.decompress(raw, _BODY_MOST)
    except zlib.error as error:
        raise Unreadable("packed wrongly") from error
    if not unpacker.eof or unpacker.unused_data:
        raise Unreadable("packed wrongly")
    return plain


_REASONS = {
    "ConnectTimeout": "late",
    "ReadTimeout": "late",
    "ProxyError": "proxy",
    "RemoteProtocolError": "broken",
    "ReadError": "broken",
}
