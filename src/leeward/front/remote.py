"""The relay as the front sees it when they run apart: protocol 4 over HTTP, a unix socket, or a SOCKS proxy (Tor).

1. Every answer is read within a limit; what is not an answer of the protocol is RelayAway.
2. Every request is safe to repeat: after a cut, or "busy", it is sent again, the very same bytes, a little later.
3. Work that the relay asks for is done here, one request at a time: people without a script cannot do it themselves,
   and what it costs bounds how fast this front can flood the relay.
4. No redirect is followed, no proxy is taken from the environment, and nothing says who asks.
5. A connection lasts for one request: none stands open that says somebody was here, or is left when the server ends.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from leeward.front.errors import RelayAway
from leeward.wire.errors import BadRequest, Busy, ListingDamaged, NoSuchBox, WorkNeeded, parse_refusal
from leeward.wire.hexes import print_bearer
from leeward.wire.listing import ListedItem
from leeward.wire.routes import Blob, Box, Notice, Route, Turns, print_route
from leeward.wire.turn import Turn, parse_turn_answer, print_turn
from leeward.wire.work import WORK_HEADER, parse_asked, print_done, solve, subject_of

_ANSWER_MOST = 32 * 1024 * 1024  # of a turn: two listings of 8 MiB and an item each, padded
_NOTICE_MOST = 256 * 1024
_SHORT = 256
_ATTEMPTS = 4
_FIRST_PAUSE = 0.2  # seconds; doubles with each attempt
_BITS_MOST = 22  # some seconds of work; a relay that wants more is as good as busy


@dataclass(frozen=True, slots=True)
class Found:
    """What a turn found in one mailbox."""

    items: Sequence[ListedItem]
    last: int


class RemoteRelay:
    """The relay at `url` ("http://host:port" or "unix:/path"). It is a MailPort."""

    def __init__(self, url: str, *, proxy: str | None = None, seconds: float = 30.0) -> None:
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=0)  # 5
        if url.startswith("unix:"):
            transport = httpx.AsyncHTTPTransport(uds=url.removeprefix("unix:"), limits=limits)
            base = "http://relay"
        else:
            transport = httpx.AsyncHTTPTransport(proxy=proxy, trust_env=False, limits=limits)  # 4
            base = url.rstrip("/")
        self._working = asyncio.Lock()
        try:
            self._http = httpx.AsyncClient(
                transport=transport,
                base_url=base,
                timeout=seconds,
                trust_env=False,
                follow_redirects=False,
                headers={"User-Agent": "", "Accept": "", "Accept-Encoding": "identity"},
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise RelayAway from error

    async def take_turn(self, turn: Turn) -> tuple[Found, ...]:
        """See MailPort.take_turn. RelayAway: nobody can tell whether it was done."""
        body = print_turn(turn)
        headers = {"Leeward-Sum": hashlib.sha256(body).hexdigest()}
        answer = await self._ask("POST", Turns(), headers, body, subject=subject_of(turn), most=_ANSWER_MOST)
        try:
            return tuple(Found(items, last) for items, last in parse_turn_answer(answer, len(turn.looks)))
        except ListingDamaged as error:
            raise RelayAway from error

    async def put_blob(self, blob: bytes, erase_hash: bytes, sealed: bytes, *, mail: bool = False) -> bool:
        """See MailPort.put_blob."""
        headers = {"Leeward-Erase": erase_hash.hex(), "Leeward-Sum": hashlib.sha256(sealed).hexdigest()}
        if mail:
            headers["Leeward-Class"] = "mail"
        await self._ask("PUT", Blob(blob), headers, sealed, subject=blob)
        return True

    async def delete_blob(self, blob: bytes, erase_token: bytes) -> None:
        """See MailPort.delete_blob."""
        await self._ask("DELETE", Blob(blob), {"Authorization": print_bearer(erase_token)})

    async def delete_box(self, box: bytes, read_token: bytes) -> None:
        """See MailPort.delete_box."""
        await self._ask("DELETE", Box(box), {"Authorization": print_bearer(read_token)})

    async def get_notice(self, box: bytes) -> bytes | None:
        """See MailPort.get_notice."""
        try:
            return await self._ask("GET", Notice(box), {}, most=_NOTICE_MOST)
        except NoSuchBox:
            return None

    async def unread_mail(self) -> int:
        """Return 0: the relay itself says when too much comes, by asking for work (3)."""
        return 0

    async def is_known(self, box: bytes, read_token: bytes) -> bool:
        """Return False: the relay itself looks whether words are known."""
        del box, read_token
        return False

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def _ask(
        self,
        method: str,
        route: Route,
        headers: dict[str, str],
        body: bytes = b"",
        *,
        subject: bytes | None = None,
        most: int = _SHORT,
    ) -> bytes:
        """Ask until there is an answer, a few times (2), and return its body; a Refused, or RelayAway."""
        pause = _FIRST_PAUSE
        for attempt in range(_ATTEMPTS):
            last = attempt == _ATTEMPTS - 1
            try:
                return await self._once(method, route, headers, body, most)
            except WorkNeeded as asked:
                if last or subject is None or asked.bits > _BITS_MOST:
                    raise
                async with self._working:  # 3
                    nonce = await asyncio.to_thread(solve, asked.salt, subject, asked.bits)
                headers = {**headers, WORK_HEADER: print_done(asked.salt, nonce)}
                continue
            except (Busy, RelayAway):
                if last:
                    raise
            await asyncio.sleep(pause)
            pause *= 2
        raise RelayAway

    async def _once(
        self, method: str, route: Route, headers: dict[str, str], body: bytes, most: int
    ) -> bytes:
        try:
            async with self._http.stream(method, print_route(route), headers=headers, content=body) as answer:
                read = bytearray()
                async for part in answer.aiter_raw():
                    read += part
                    if len(read) > most:
                        raise RelayAway  # 1
                status, asked = answer.status_code, answer.headers.get(WORK_HEADER, "")
        except (httpx.HTTPError, OSError) as error:
            raise RelayAway from error
        if status in {200, 201, 204}:
            return bytes(read)
        refusal = parse_refusal(status, bytes(read))
        if refusal is None:
            raise RelayAway  # 1
        if isinstance(refusal, WorkNeeded):
            try:
                raise WorkNeeded(*parse_asked(asked))
            except BadRequest as error:
                raise RelayAway from error
        raise refusal
