"""The front over ASGI: a few fixed answers, made at the start from the intake card and the built files.

1. Nothing of a request is kept, logged or echoed; there is no cookie, no form that posts, no other host.
2. The page may run and fetch only what this server serves, by exact hash.
3. Nothing may be kept by the browser: no cache, no referrer, no frame around it.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from leeward.front.assets import Built, load_built
from leeward.front.card import check_card
from leeward.front.pages import Pages, render_pages

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; media-src blob:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,  # 2
    "Cache-Control": "no-store",  # 3
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, noarchive",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), browsing-topics=()",
}
_HTML = "text/html; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"


def make_front(card: Mapping[str, Any]) -> ASGIApp:
    """Return the front for a team's intake card; raises CardRefused or NotBuilt.

    Answers `/` and `/units` (where Leave leads), each in the language of `?lang=` or of the browser; `/a/NAME`, the
    built files; and `/page.sha256`, the hashes of all of these, one a line with their addresses.
    """
    built = load_built()
    pages = render_pages(check_card(card), built)
    page = {language: _Body(body, _HTML) for language, body in pages.page.items()}
    away = {language: _Body(body, _HTML) for language, body in pages.away.items()}
    files = {url: _Body(file.body, file.type) for url, file in built.files.items()}
    hashes = _Body(_print_hashes(pages, built), _TEXT)

    def localised(bodies: Mapping[str, _Body]) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            accepted = request.headers.get("accept-language", "")
            return bodies[pages.choose(request.query_params.get("lang", ""), accepted)].answer(request)

        return serve

    async def asset(request: Request) -> Response:
        file = files.get(request.url.path)
        return await _nothing(request) if file is None else file.answer(request)

    async def facts(request: Request) -> Response:
        return hashes.answer(request)

    return Starlette(
        routes=[
            Route("/", localised(page)),
            Route("/units", localised(away)),
            Route("/a/{name}", asset),
            Route("/page.sha256", facts),
            Route("/favicon.ico", _no_icon),
        ],
        exception_handlers={404: _nothing, 405: _nothing},
    )


class _Body:
    """One fixed answer, compressed once: it holds nothing of the request, so its length tells nothing."""

    __slots__ = ("_packed", "_plain", "_type")

    def __init__(self, plain: bytes, kind: str) -> None:
        self._plain = plain
        self._packed = gzip.compress(plain, 9, mtime=0)
        self._type = kind

    def answer(self, request: Request) -> Response:
        """Answer a request, compressed if the browser can read that."""
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self._plain, 200, _HEADERS, self._type)
        headers = {**_HEADERS, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(self._packed, 200, headers, self._type)


async def _no_icon(_request: Request) -> Response:
    return Response(b"", 204, _HEADERS)


async def _nothing(_request: Request, _error: Exception | None = None) -> Response:
    return Response(b"no-such-page\n", 404, _HEADERS, _TEXT)


def _print_hashes(pages: Pages, built: Built) -> bytes:
    served = {f"/?lang={language}": body for language, body in pages.page.items()}
    served |= {f"/units?lang={language}": body for language, body in pages.away.items()}
    served |= {file.url: file.body for file in built.files.values()}
    lines = (f"{hashlib.sha256(body).hexdigest()}  {url}\n" for url, body in sorted(served.items()))
    return "".join(lines).encode()
