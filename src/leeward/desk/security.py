"""Who may speak to the desk.

It is a web server on the member's own computer, so any page in the same browser and any program on the same machine
can knock. The rules:

 1. It listens on the loopback address only, on a random port unless one is chosen.
 2. The Host header must be exactly ours: a foreign name that resolves to 127.0.0.1 gets nothing (DNS rebinding).
 3. Nothing is shown without the cookie; without it every address gives the same plain page that says nothing.
 4. The launch address works once. Its token is 256 random bits; only its SHA-256 is kept, compared in constant time.
 5. The cookie is SameSite=Strict, HttpOnly, of the session only, and its name carries the port, so that desks on one
    computer do not overwrite each other's.
 6. Requests that change something, and event streams, must come from our own pages: Origin is ours, and
    Sec-Fetch-Site is same-origin. Other ports of this computer are "same-site" to a browser, so that is refused too.
 7. Every answer carries a policy that allows no foreign and no inline code, no framing, no caching, no referrer.
 8. Bodies are limited. Forms are urlencoded only: a multipart parser would put big parts on the disk in clear.
 9. Trouble is told in sentences, never with a trace.
"""

from __future__ import annotations

import hashlib
import hmac
import socket
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response

from leeward.base.ports import Chance
from leeward.desk.forms import Form

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FORM_MOST = 1024 * 1024  # bytes of one form
_FIELDS_MOST = 5000
_SAFE = frozenset({"GET", "HEAD"})
_LAUNCH = "/open/"
_BY_ITSELF = frozenset({"/events", "/safety/typed"})  # what an open page sends without anybody

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "referrer-policy": "same-origin",  # none to others; with "no-referrer" our own forms would say Origin: null
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
    "x-dns-prefetch-control": "off",
}
_CLOSED = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>Closed</title><p>This page is closed.</p>"
)


def open_socket(port: int = 0) -> socket.socket:
    """Return a listening socket on the loopback address; port 0 draws a free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))  # 1
        listener.listen(64)
    except OSError:
        listener.close()
        raise
    return listener


class Keyring:
    """Launch tokens not yet used, and the cookies of browsers let in."""

    def __init__(self, port: int, chance: Chance) -> None:
        self.port = port
        self.cookie = f"leeward-{port}"  # 5
        self._chance = chance
        self._launch: set[bytes] = set()
        self._cookies: set[bytes] = set()

    def launch_path(self) -> str:
        """Return a path that lets one browser in, once."""
        token = self._chance.draw(32).hex()
        self._launch.add(_digest(token))
        return _LAUNCH + token

    def use(self, untrusted_token: str) -> str | None:
        """Return a new cookie's value if the launch token is good; it is used up."""
        found = _find(self._launch, untrusted_token)  # 4
        if found is None:
            return None
        self._launch.discard(found)
        value = self._chance.draw(32).hex()
        self._cookies.add(_digest(value))
        return value

    def knows(self, untrusted_value: str) -> bool:
        """Tell whether a cookie was given out by us."""
        return _find(self._cookies, untrusted_value) is not None

    def forget_all(self) -> None:
        """Let nobody in any more."""
        self._launch.clear()
        self._cookies.clear()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _find(kept: set[bytes], untrusted: str) -> bytes | None:
    given = _digest(untrusted)
    return next((one for one in kept if hmac.compare_digest(one, given)), None)


class Gate:
    """ASGI middleware that enforces the rules above and reads forms for the pages."""

    def __init__(self, app: ASGIApp, keyring: Keyring, on_person: Callable[[], None] = lambda: None) -> None:
        self._app = app
        self._on_person = on_person
        self._keyring = keyring
        self._hosts = {f"127.0.0.1:{keyring.port}", f"localhost:{keyring.port}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand the request on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # the desk speaks no websocket

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():  # 7
                    if name != "content-security-policy" or name not in headers:
                        headers[name] = value
            await send(message)

        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is None and scope["method"] not in _SAFE:
            refusal, receive = await _read_form(scope, headers, receive)
        if refusal is not None:
            await refusal(scope, receive, guarded)
            return
        if _by_person(scope, headers):
            self._on_person()
        await self._app(scope, receive, guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if headers.getlist("host") not in [[host] for host in self._hosts]:  # 2
            return HTMLResponse(_CLOSED, 403)
        path: str = scope["path"]
        if path.startswith(_LAUNCH) and scope["method"] == "GET":
            return self._launch(path.removeprefix(_LAUNCH))
        known = self._keyring.knows(_cookie(headers, self._keyring.cookie))  # 3
        return None if known and _from_our_pages(scope, headers) else HTMLResponse(_CLOSED, 403)

    def _launch(self, token: str) -> Response:
        value = self._keyring.use(token)
        if value is None:
            return HTMLResponse(_CLOSED, 403)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._keyring.cookie, value, path="/", httponly=True, samesite="strict")  # 5
        return answer


def _from_our_pages(scope: Scope, headers: Headers) -> bool:
    """Tell whether our own page asks, or for a plain GET at least no other page does (6)."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site in {"cross-site", "same-site"} or origin not in {None, f"http://{headers['host']}"}:
        return False
    streams = headers.get("accept") == "text/event-stream"
    if scope["method"] in _SAFE and not streams:
        return True
    return site == "same-origin" or (site is None and origin is not None)


def _by_person(scope: Scope, headers: Headers) -> bool:
    """Tell whether somebody did something, rather than a page that looks again, or a picture that came with it."""
    if headers.get("leeward-live") or scope["path"] in _BY_ITSELF:
        return False
    return scope["method"] not in _SAFE or headers.get("sec-fetch-dest", "document") == "document"


def _cookie(headers: Headers, name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


async def _read_form(scope: Scope, headers: Headers, receive: Receive) -> tuple[Response | None, Receive]:
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/octet-stream":
        return None, receive  # an upload: its page reads the stream and sets its own limit
    if kind not in {"application/x-www-form-urlencoded", ""}:  # 8
        return Response("Forms are urlencoded here.\n", 415, media_type="text/plain"), receive
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return Response(status_code=400), receive
        body += message.get("body", b"")
        if len(body) > FORM_MOST:  # 8
            return Response(
                "This is more text than one form may hold (1 MB). Nothing was changed. Go back and split it.\n",
                413,
                media_type="text/plain",
            ), receive
        if not message.get("more_body", False):
            break
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MOST
        )
    except ValueError:
        return Response(
            "The form could not be read. Nothing was changed.\n", 400, media_type="text/plain"
        ), receive
    scope.setdefault("state", {})["form"] = Form(pairs)
    return None, receive
