"""The front over ASGI: fixed answers made from the intake card and the built files, and the forms without a script.

1. Nothing of a request is kept or logged; there is no cookie and no other host.
2. The page may run and fetch only what this server serves, by exact hash; the pages without a script may run nothing.
3. Nothing may be kept by the browser: no cache, no referrer, no frame around it.
4. When the team publishes a newer card, everything is made anew from it, if it may follow the one served (card.py).
   With another box, that one's notice is asked from then on, at once: a front that was away goes the whole row.
5. The newest card is kept on the disk (kept.py), so that nobody can bring the page back to an older one.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from leeward.base.ports import Chance, Clock, SystemChance, SystemClock
from leeward.front.assets import Built, load_built
from leeward.front.card import Card, check_card
from leeward.front.errors import CardRefused
from leeward.front.kept import KeptCard
from leeward.front.pages import Pages, render_pages
from leeward.front.plain.app import PlainForms, Served
from leeward.front.plain.lane import QUOTA
from leeward.front.plain.mail import Mail
from leeward.front.plain.render import Renderer
from leeward.front.port import MailPort

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; media-src blob:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_PLAIN_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
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
_PLAIN_HEADERS = {
    **_HEADERS,
    "Content-Security-Policy": _PLAIN_POLICY,  # 2
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
}
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
_HTML = "text/html; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"


_ASK_SECONDS = 5.0  # between two questions for a newer card, while somebody visits
_ANSWER_SECONDS = 2.0
_ROW_MOST = 32  # cards taken one after another


def make_front(
    card: Mapping[str, Any],
    port: MailPort,
    *,
    quota: int = QUOTA,
    clock: Clock | None = None,
    chance: Chance | None = None,
    kept: KeptCard | None = None,
) -> ASGIApp:
    """Return the front for a team's intake card; raises CardRefused or NotBuilt.

    `quota` is how many bytes of unread mail may come in an hour before forms wait their turn (plain/lane.py);
    `kept` is where the newest card is kept (5).

    Answers `/`, `/plain` (the form without a script) and `/units` (where Leave leads), each in the language of `?lang=`
    or of the browser; `/a/NAME`, the built files; `/page.sha256`, the hashes of all of these, one a line with their
    addresses; and the forms under `/plain/`.
    """
    kept = kept or KeptCard(None)
    front = _Front(kept.begin(card), load_built(), port, chance or SystemChance(), kept)
    forms = PlainForms(
        lambda: front.showing.served,
        port,
        lambda page, status: Response(page, status, _PLAIN_HEADERS, _HTML),
        quota=quota,
        clock=clock or SystemClock(),
        chance=chance or SystemChance(),
    )
    post = ["POST"]
    app = Starlette(
        routes=[
            Route("/", front.localised(lambda showing: showing.page)),
            Route("/plain", front.localised(lambda showing: showing.plain)),
            Route("/units", front.localised(lambda showing: showing.away)),
            Route("/a/{name}", front.asset),
            Route("/page.sha256", front.facts),
            Route("/favicon.ico", _no_icon),
            Route("/plain/send", forms.send, methods=post),
            Route("/plain/open", forms.open, methods=post),
            Route("/plain/write", forms.write, methods=post),
            Route("/plain/end", forms.end, methods=post),
        ],
        exception_handlers={404: _nothing, 405: _nothing},
    )
    app.router.redirect_slashes = False  # a redirect would name whatever host the request named
    return app


class _Showing:
    """Everything that is made of one card."""

    def __init__(self, card: Card, built: Built, port: MailPort, chance: Chance) -> None:
        pages = render_pages(card, built)
        self.pages = pages
        self.page = {language: _Body(body, _HTML) for language, body in pages.page.items()}
        self.away = {language: _Body(body, _HTML) for language, body in pages.away.items()}
        self.plain = {language: _Body(body, _HTML, _PLAIN_HEADERS) for language, body in pages.plain.items()}
        self.hashes = _Body(_print_hashes(pages, built), _TEXT)
        self.served = Served(card, Mail(card, port, chance), Renderer(card, built))


class _Front:
    """What is shown now, and how it comes to be renewed."""

    def __init__(self, card: Card, built: Built, port: MailPort, chance: Chance, kept: KeptCard) -> None:
        self._built = built
        self._kept = kept
        self._port = port
        self._chance = chance
        self._files = {url: _Body(file.body, file.type) for url, file in built.files.items()}
        self._notice = b""  # the newest card that was looked at
        self._asked = float("-inf")
        self._asking = False
        self.showing = _Showing(card, built, port, chance)

    def localised(self, choose: Callable[[_Showing], Mapping[str, _Body]]) -> Endpoint:
        """Return what answers with one of the pages, in the visitor's language."""

        async def serve(request: Request) -> Response:
            await self._renew()
            accepted = request.headers.get("accept-language", "")
            language = self.showing.pages.choose(request.query_params.get("lang", ""), accepted)
            return choose(self.showing)[language].answer(request)

        return serve

    async def asset(self, request: Request) -> Response:
        """Answer with a built file."""
        file = self._files.get(request.url.path)
        return await _nothing(request) if file is None else file.answer(request)

    async def facts(self, request: Request) -> Response:
        """Answer with the hashes of everything."""
        await self._renew()
        return self.showing.hashes.answer(request)

    async def _renew(self) -> None:
        """Ask for a newer card now and then, and show it (4); a relay that does not answer changes nothing."""
        now = asyncio.get_running_loop().time()
        if self._asking or now < self._asked + _ASK_SECONDS:
            return
        self._asked, self._asking = now, True
        try:
            for _ in range(_ROW_MOST):
                if not await self._step():
                    return
        finally:
            self._asking = False

    async def _step(self) -> bool:
        """Take the newer card that this one's box tells of; True if that names another box, which is asked next."""
        box = self.showing.served.card.box
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                notice = await self._port.get_notice(bytes.fromhex(box))
        except Exception:  # noqa: BLE001 - what is shown stays right
            return False
        if notice is None or notice == self._notice:
            return False
        self._notice = notice
        newer = await asyncio.to_thread(self._show, notice)
        if newer is None:
            return False
        self.showing = newer
        return newer.served.card.box != box

    def _show(self, untrusted_notice: bytes) -> _Showing | None:
        try:
            untrusted_card = json.loads(untrusted_notice)
            card = check_card(untrusted_card) if isinstance(untrusted_card, dict) else None
        except (ValueError, RecursionError, CardRefused):
            return None
        if card is None or not card.may_follow(self.showing.served.card):
            return None
        self._kept.keep(untrusted_card)  # 5: before it is shown
        return _Showing(card, self._built, self._port, self._chance)


class _Body:
    """One fixed answer, compressed once: it holds nothing of the request, so its length tells nothing."""

    __slots__ = ("_headers", "_packed", "_plain", "_type")

    def __init__(self, plain: bytes, kind: str, headers: Mapping[str, str] = _HEADERS) -> None:
        self._headers = headers
        self._plain = plain
        self._packed = gzip.compress(plain, 9, mtime=0)
        self._type = kind

    def answer(self, request: Request) -> Response:
        """Answer a request, compressed if the browser can read that."""
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self._plain, 200, self._headers, self._type)
        headers = {**self._headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(self._packed, 200, headers, self._type)


async def _no_icon(_request: Request) -> Response:
    return Response(b"", 204, _HEADERS)


async def _nothing(_request: Request, _error: Exception | None = None) -> Response:
    return Response(b"no-such-page\n", 404, _HEADERS, _TEXT)


def _print_hashes(pages: Pages, built: Built) -> bytes:
    served = {f"/?lang={language}": body for language, body in pages.page.items()}
    served |= {f"/units?lang={language}": body for language, body in pages.away.items()}
    served |= {f"/plain?lang={language}": body for language, body in pages.plain.items()}
    served |= {file.url: file.body for file in built.files.values()}
    lines = (f"{hashlib.sha256(body).hexdigest()}  {url}\n" for url, body in sorted(served.items()))
    return "".join(lines).encode()
