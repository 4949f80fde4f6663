"""What reporters and readers of the board ask over HTTP: turns, the board, gates, notices, pieces of class mail.

1. A turn is read whole, within the budget; its sum, if it came along, is checked before anything else.
2. The answer's size tells the class of what is in the mailboxes, and nothing else.
3. Everybody gets the same board, remade after BOARD_SECONDS at most when somebody asks.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac

from leeward.base.limits import PIECE_SEALED_MOST
from leeward.base.ports import Chance, SystemChance
from leeward.relay.answers import BYTES, Answer
from leeward.relay.lanes import Lanes
from leeward.relay.request import Budget, Request, Share
from leeward.relay.store import BoxStore
from leeward.wire import board, routes
from leeward.wire.errors import BadRequest, NoSuchBox, WrongSum
from leeward.wire.hexes import HASH_BYTES, parse_hex
from leeward.wire.turn import TURN_MOST, parse_turn, print_turn_answer
from leeward.wire.work import subject_of

BOARD_SECONDS = 10.0
NOTICE_MOST = 256 * 1024
_GATES = {b"open": False, b"known": True}


class Turns:
    """Answers for a store."""

    def __init__(
        self, store: BoxStore, budget: Budget, lanes: Lanes, *, chance: Chance | None = None
    ) -> None:
        self._store = store
        self._budget = budget
        self._lanes = lanes
        self._chance = chance or SystemChance()
        self._board = b""
        self._board_until = 0.0
        self._board_lock = asyncio.Lock()

    async def turn(self, request: Request) -> Answer:
        """`POST /v1/turns`."""
        request.allow("POST")
        length = request.length(TURN_MOST)
        with self._budget.share() as share:  # 1
            turn = parse_turn(await self._body(request, length, share))
            async with self._lanes.admit(subject_of(turn), request.header(b"leeward-work"), turn.looks):
                pages = await self._store.take_turn(turn)
        return Answer(200, print_turn_answer([(page.items, page.last) for page in pages]), BYTES)  # 2

    async def put_blob(self, blob: bytes, request: Request) -> Answer:
        """`PUT /v1/blobs/{blob}`."""
        erase_hash = parse_hex(request.header(b"leeward-erase") or "", HASH_BYTES)
        kind = request.header(b"leeward-class")
        if kind not in (None, "mail"):
            raise BadRequest
        length = request.length(PIECE_SEALED_MOST)
        if length == 0:
            raise BadRequest
        with self._budget.share() as share:
            sealed = await self._body(request, length, share)
            if kind is None:
                made = await self._store.put_blob(blob, erase_hash, sealed)
            else:
                async with self._lanes.admit(blob, request.header(b"leeward-work")):
                    made = await self._store.put_blob(blob, erase_hash, sealed, mail=True)
        return Answer(201 if made else 200)

    async def waiting(self, request: Request) -> Answer:
        """`GET /v1/waiting`."""
        request.allow("GET")
        async with self._board_lock:
            now = asyncio.get_running_loop().time()
            if now >= self._board_until:  # 3
                named = await self._store.waiting(board.SIZES[-1])
                self._board = board.make_board(named, self._chance.draw)
                self._board_until = now + BOARD_SECONDS
            return Answer(200, self._board, BYTES)

    async def gate(self, route: routes.Gate, request: Request) -> Answer:
        """`PUT /v1/boxes/{box}/gate`."""
        request.allow("PUT")
        token, length = request.token(), request.length(max(map(len, _GATES)))
        with self._budget.share() as share:
            word = await self._body(request, length, share)
        if word not in _GATES:
            raise BadRequest
        await self._store.set_gate(route.box, token, known_only=_GATES[word])
        return Answer(204)

    async def notice(self, route: routes.Notice, request: Request) -> Answer:
        """`GET` and `PUT /v1/boxes/{box}/notice`."""
        request.allow("GET", "PUT")
        if request.method == "GET":
            notice = await self._store.get_notice(route.box)
            if notice is None:
                raise NoSuchBox
            return Answer(200, notice, BYTES)
        token, length = request.token(), request.length(NOTICE_MOST)
        if length == 0:
            raise BadRequest
        with self._budget.share() as share:
            await self._store.put_notice(route.box, token, await self._body(request, length, share))
        return Answer(204)

    async def _body(self, request: Request, length: int, share: Share) -> bytes:
        """Read a body, and compare it with the sum that came along. BadRequest, WrongSum."""
        stated = request.header(b"leeward-sum")
        wanted = None if stated is None else parse_hex(stated, HASH_BYTES)
        body = await request.body(length, share)
        if wanted is not None and not hmac.compare_digest(wanted, hashlib.sha256(body).digest()):
            raise WrongSum
        return body
