"""The relay's answers over ASGI, without a framework: what an auditor must read is what runs.

1. A request is refused from its head where that is possible; a body is read only within its stated length and time.
2. Nothing is answered 2xx before the store returned, which it does when things are durable.
3. Answers hold no server, no date, nothing of the request, and no trace of an error.
4. All bodies in memory at once stay within a budget; beyond it, "busy".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from leeward.base.limits import ITEM_MOST, PIECE_SEALED_MOST
from leeward.relay.request import Budget, ClientGone, Receive, Request, Scope
from leeward.relay.store import BoxStore
from leeward.relay.whole_append import TakeWhole, WholeAppends
from leeward.wire import routes
from leeward.wire.errors import BadRequest, Busy, Refused, print_refusal
from leeward.wire.hexes import HASH_BYTES, parse_hex
from leeward.wire.listing import LAST_HEADER, print_listing

Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Header: TypeAlias = tuple[bytes, bytes]

BUDGET = 192 * 1024 * 1024  # bytes
_CHUNK = 64 * 1024  # bytes of an answer handed over at once: a slow reader is seen between two

_CACHE = (b"cache-control", b"no-store")
_BYTES = (b"content-type", b"application/octet-stream")
_TEXT = (b"content-type", b"text/plain")
_CLOSE = (b"connection", b"close")


class _Answer:
    """A status, a body, and what is special in the head."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes = b"", *headers: Header) -> None:
        self.status = status
        self.body = body
        self.headers = headers


def make_app(store: BoxStore, pages: AsgiApp | None = None, *, budget: int = BUDGET) -> AsgiApp:
    """Return the relay as an ASGI app; whatever is not under /v1 goes to `pages`, if given."""
    return _Relay(store, pages, Budget(budget))


class _Relay:
    def __init__(self, store: BoxStore, pages: AsgiApp | None, budget: Budget) -> None:
        self._store = store
        self._pages = pages
        self._budget = budget
        self.take_whole: TakeWhole = WholeAppends(
            store, budget
        ).take  # the short way of what has arrived already

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise RuntimeError("the relay speaks HTTP only; run it with lifespan and websockets off")
        request = Request(scope, receive)
        path = request.path()
        if self._pages is not None and path != "/v1" and not path.startswith(routes.PREFIX):
            await self._pages(scope, receive, send)
            return
        try:
            answer = await self._answer(path, request)
            with self._budget.share() as share:  # 4
                share.take(len(answer.body))
                await _send(send, answer)
        except ClientGone:
            return
        except Refused as refusal:
            await self._refuse(refusal, request, send)
        except Exception:  # noqa: BLE001 - rule 3: whatever it was, the client learns nothing of it
            await self._refuse(Busy(), request, send)

    async def _refuse(self, refusal: Refused, request: Request, send: Send) -> None:
        await request.drain()
        headers = [_TEXT]
        if isinstance(refusal, Busy):
            headers.append((b"retry-after", b"%d" % refusal.retry_after))
        if not request.complete:
            headers.append(_CLOSE)  # a body that nobody read must not be taken for the next request
        await _send(send, _Answer(refusal.status, print_refusal(refusal), *headers))

    async def _answer(self, path: str, request: Request) -> _Answer:
        if request.version != "1.1":
            raise BadRequest
        route = routes.parse_route(path, request.query())
        match route:
            case routes.Item():
                return await self._append(route, request)
            case routes.Items():
                return await self._list(route, request)
            case routes.Box():
                return await self._box(route, request)
            case routes.Blob():
                return await self._blob(route, request)
            case routes.Hello():
                request.allow("GET")
                return _Answer(200, routes.HELLO_BODY, _TEXT)

    async def _box(self, route: routes.Box, request: Request) -> _Answer:
        request.allow("PUT", "DELETE")
        if request.method == "DELETE":
            await self._store.delete_box(route.box, request.token())
            return _Answer(204)
        length = request.length(2 * HASH_BYTES)
        with self._budget.share() as share:
            body = await request.body(length, share)
        if length != 2 * HASH_BYTES:
            raise BadRequest
        made = await self._store.make_box(route.box, body[:HASH_BYTES], body[HASH_BYTES:])
        return _Answer(201 if made else 200)

    async def _append(self, route: routes.Item, request: Request) -> _Answer:
        request.allow("POST")
        token, length = request.token(), request.length(ITEM_MOST)  # 1
        if length == 0:
            raise BadRequest
        with self._budget.share() as share:  # 4
            sealed = await request.body(length, share)
            appended = await self._store.append(route.box, token, route.item, sealed)  # 2
        return _Answer(201 if appended.made else 200, b"%d" % appended.number, _TEXT)

    async def _list(self, route: routes.Items, request: Request) -> _Answer:
        request.allow("GET")
        token = request.token()
        page = await self._store.list_items(route.box, token, route.after, route.limit)
        if not page.items and route.wait:
            await self._store.wait_for_item(route.box, token, route.after, route.wait)
            page = await self._store.list_items(route.box, token, route.after, route.limit)
        last = (LAST_HEADER.lower().encode("ascii"), b"%d" % page.last)
        return _Answer(200, print_listing(page.items), _BYTES, last)

    async def _blob(self, route: routes.Blob, request: Request) -> _Answer:
        request.allow("GET", "PUT", "DELETE")
        if request.method == "GET":
            return _Answer(200, await self._store.get_blob(route.blob), _BYTES)
        if request.method == "DELETE":
            await self._store.delete_blob(route.blob, request.token())
            return _Answer(204)
        erase_hash = parse_hex(request.header(b"leeward-erase") or "", HASH_BYTES)
        length = request.length(PIECE_SEALED_MOST)  # 1
        if length == 0:
            raise BadRequest
        with self._budget.share() as share:  # 4
            sealed = await request.body(length, share)
            made = await self._store.put_blob(route.blob, erase_hash, sealed)  # 2
        return _Answer(201 if made else 200)


async def _send(send: Send, answer: _Answer) -> None:
    headers = [_CACHE, *answer.headers]
    if answer.status != 204:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = answer.body
    for start in range(0, max(len(body), 1), _CHUNK):
        end = start + _CHUNK
        await send({"type": "http.response.body", "body": body[start:end], "more_body": end < len(body)})
