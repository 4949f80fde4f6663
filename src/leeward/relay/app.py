"""The relay's answers over ASGI, without a framework: what an auditor must read is what runs.

1. A request is refused from its head where that is possible; a body is read only within its stated length and time.
2. Nothing is answered 2xx before the store returned, which it does when things are durable.
3. Answers hold no server, no date, nothing of the request, and no trace of an error.
4. All bodies in memory at once stay within a budget; beyond it, "busy".
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TypeAlias

from leeward.base.limits import ITEM_MOST
from leeward.base.ports import Clock, SystemClock
from leeward.relay.answers import BYTES, CLOSE, TEXT, Answer, Send, answer_of, send_answer
from leeward.relay.daily import expire_daily
from leeward.relay.lanes import Lanes
from leeward.relay.request import Budget, ClientGone, Receive, Request, Scope
from leeward.relay.store import BoxStore, Keep
from leeward.relay.turns import Turns
from leeward.relay.whole_append import TakeWhole, WholeAppends
from leeward.wire import routes
from leeward.wire.errors import BadRequest, Busy, NoSuchBlob, Refused
from leeward.wire.hexes import HASH_BYTES
from leeward.wire.listing import LAST_HEADER, print_listing

AsgiApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

BUDGET = 192 * 1024 * 1024  # bytes


def make_app(
    store: BoxStore,
    pages: AsgiApp | None = None,
    *,
    budget: int = BUDGET,
    lanes: Lanes | None = None,
    keep: Keep | None = None,
    clock: Clock | None = None,
) -> AsgiApp:
    """Return the relay as an ASGI app; whatever is not under /v1 goes to `pages`, if given.

    With `keep`, mail expires while it is served (relay/serve.py runs `beside`).
    """
    relay = _Relay(store, pages, Budget(budget), lanes or Lanes(store))
    if keep is not None:
        relay.beside = partial(expire_daily, store, keep, clock or SystemClock())
    return relay


class _Relay:
    def __init__(self, store: BoxStore, pages: AsgiApp | None, budget: Budget, lanes: Lanes) -> None:
        self._store = store
        self._pages = pages
        self._budget = budget
        self.beside: Callable[[], Coroutine[None, None, None]] | None = None
        self._turns = Turns(store, budget, lanes)
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
                await send_answer(send, answer, head_only=request.method == "HEAD")
        except ClientGone:
            return
        except Refused as refusal:
            await self._refuse(refusal, request, send)
        except Exception:  # noqa: BLE001 - rule 3: whatever it was, the client learns nothing of it
            await self._refuse(Busy(), request, send)

    async def _refuse(self, refusal: Refused, request: Request, send: Send) -> None:
        await request.drain()
        answer = answer_of(refusal)
        if not request.complete:
            answer.headers += (CLOSE,)  # a body that nobody read must not be taken for the next request
        await send_answer(send, answer, head_only=request.method == "HEAD")

    async def _answer(  # noqa: C901, PLR0911 - one case for each path
        self, path: str, request: Request
    ) -> Answer:
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
            case routes.Turns():
                return await self._turns.turn(request)
            case routes.Waiting():
                return await self._turns.waiting(request)
            case routes.Gate():
                return await self._turns.gate(route, request)
            case routes.Notice():
                return await self._turns.notice(route, request)
            case routes.Hello():
                request.allow("GET")
                return Answer(200, routes.HELLO_BODY, TEXT)

    async def _box(self, route: routes.Box, request: Request) -> Answer:
        request.allow("PUT", "DELETE")
        if request.method == "DELETE":
            await self._store.delete_box(route.box, request.token())
            return Answer(204)
        length = request.length(2 * HASH_BYTES)
        with self._budget.share() as share:
            body = await request.body(length, share)
        if length != 2 * HASH_BYTES:
            raise BadRequest
        made = await self._store.make_box(route.box, body[:HASH_BYTES], body[HASH_BYTES:])
        return Answer(201 if made else 200)

    async def _append(self, route: routes.Item, request: Request) -> Answer:
        request.allow("POST")
        token, length = request.token(), request.length(ITEM_MOST)  # 1
        if length == 0:
            raise BadRequest
        with self._budget.share() as share:  # 4
            sealed = await request.body(length, share)
            appended = await self._store.append(route.box, token, route.item, sealed)  # 2
        return Answer(201 if appended.made else 200, b"%d" % appended.number, TEXT)

    async def _list(self, route: routes.Items, request: Request) -> Answer:
        request.allow("GET")
        token = request.token()
        page = await self._store.list_items(route.box, token, route.after, route.limit)
        if not page.items and route.wait:
            await self._store.wait_for_item(route.box, token, route.after, route.wait)
            page = await self._store.list_items(route.box, token, route.after, route.limit)
        last = (LAST_HEADER.lower().encode("ascii"), b"%d" % page.last)
        return Answer(200, print_listing(page.items), BYTES, last)

    async def _blob(self, route: routes.Blob, request: Request) -> Answer:
        request.allow("GET", "HEAD", "PUT", "DELETE")
        match request.method:
            case "GET":
                return Answer(200, await self._store.get_blob(route.blob), BYTES)
            case "HEAD":
                if not await self._store.has_blob(route.blob):
                    raise NoSuchBlob
                return Answer(200, b"", BYTES)
            case "DELETE":
                await self._store.delete_blob(route.blob, request.token())
                return Answer(204)
            case _:
                return await self._turns.put_blob(route.blob, request)
