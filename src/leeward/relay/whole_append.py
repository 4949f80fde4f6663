"""The short way of an append whose request has arrived to its last byte: answered without a task of its own.

Nearly every append is one packet, and the event loop's time is what bounds how many a relay can take. Here nothing is
waited for but the store, so no deadline is needed, and a few lines do what relay/app.py does for everything else:

1. Only a request in perfect order is taken. Whatever else it may be goes the long way, which has to say why.
2. The answer is given when the store returned, and is, byte for byte, the one that the long way would give.
3. Bodies count in the same budget.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import TypeAlias

from leeward.base.limits import ITEM_MOST
from leeward.relay.request import Budget
from leeward.relay.store import Appended, BoxStore
from leeward.wire.errors import Busy, Refused, print_refusal

Header: TypeAlias = tuple[bytes, bytes]
Answering: TypeAlias = Callable[[bytes, bytes], None]
TakeWhole: TypeAlias = Callable[[bytes, Sequence[Header], bytes, Answering], bool]

_PATH = re.compile(rb"/v1/boxes/([0-9a-f]{32})/items/([0-9a-f]{32})")
_BEARER = re.compile(rb"Bearer ([0-9a-f]{64})")
_NOT_HERE = (b"transfer-encoding", b"leeward-erase", b"expect")


class WholeAppends:
    """Takes appends for a store; its `take` is what relay/quiet_http.py calls."""

    def __init__(self, store: BoxStore, budget: Budget) -> None:
        self._store = store
        self._budget = budget

    def take(self, path: bytes, headers: Sequence[Header], body: bytes, answer: Answering) -> bool:
        """Take an append, and tell `answer` its head's lines and body later; False if nothing was done."""
        route = _PATH.fullmatch(path)
        token = _token(headers)
        size = len(body)
        if route is None or token is None or not 0 < size <= ITEM_MOST:
            return False  # 1

        def then(outcome: Appended | Exception) -> None:
            self._budget.give_back(size)
            answer(*_print(outcome))  # 2

        box, item = bytes.fromhex(route[1].decode()), bytes.fromhex(route[2].decode())
        try:
            self._budget.take(size)  # 3
        except Busy:
            return False
        try:
            self._store.begin_append(box, token, item, body, then)
        except Exception:  # noqa: BLE001 - nothing was begun; the long way finds out why, and tells
            self._budget.give_back(size)
            return False
        return True


def _token(headers: Sequence[Header]) -> bytes | None:
    """Return the token if the headers that count are there once each, and none that asks for more."""
    bearer: bytes | None = None
    lengths = 0
    for name, value in headers:
        if name == b"authorization":
            if bearer is not None:
                return None
            bearer = value
        elif name == b"content-length":
            lengths += 1
        elif name in _NOT_HERE:
            return None
    if bearer is None or lengths != 1:
        return None
    found = _BEARER.fullmatch(bearer)
    return None if found is None else bytes.fromhex(found[1].decode())


def _print(outcome: Appended | Exception) -> tuple[bytes, bytes]:
    if isinstance(outcome, Appended):
        body = b"%d" % outcome.number
        return b"%bcontent-length: %d\r\n" % (_MADE if outcome.made else _THERE, len(body)), body
    refusal = (
        outcome if isinstance(outcome, Refused) else Busy()
    )  # whatever it was, the client learns nothing of it
    body = print_refusal(refusal)
    retry = b"retry-after: %d\r\n" % refusal.retry_after if isinstance(refusal, Busy) else b""
    return b"%b%bcontent-length: %d\r\n" % (_lines(refusal.status), retry, len(body)), body


def _lines(status: int) -> bytes:
    line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"
    return line.encode("ascii") + b"cache-control: no-store\r\ncontent-type: text/plain\r\n"


_MADE, _THERE = _lines(201), _lines(200)
