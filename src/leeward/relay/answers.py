"""An answer and its way out: no server, no date, nothing to be stored (protocol 4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from leeward.wire.errors import Busy, Refused, WorkNeeded, print_refusal
from leeward.wire.work import WORK_HEADER, print_asked

Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Header: TypeAlias = tuple[bytes, bytes]

BYTES = (b"content-type", b"application/octet-stream")
TEXT = (b"content-type", b"text/plain")
CLOSE = (b"connection", b"close")
_CACHE = (b"cache-control", b"no-store")
_CHUNK = 64 * 1024  # bytes of an answer handed over at once: a slow reader is seen between two


class Answer:
    """A status, a body, and what is special in the head."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, body: bytes = b"", *headers: Header) -> None:
        self.status = status
        self.body = body
        self.headers = headers


def answer_of(refusal: Refused) -> Answer:
    """Return a relay's no."""
    headers = [TEXT]
    if isinstance(refusal, Busy):
        headers.append((b"retry-after", b"%d" % refusal.retry_after))
    if isinstance(refusal, WorkNeeded):
        asked = print_asked(refusal.salt, refusal.bits)
        headers.append((WORK_HEADER.lower().encode("ascii"), asked.encode("ascii")))
    return Answer(refusal.status, print_refusal(refusal), *headers)


async def send_answer(send: Send, answer: Answer, *, head_only: bool = False) -> None:
    """Send it; of one that answers HEAD, only the head."""
    headers = [_CACHE, *answer.headers]
    if answer.body or (
        answer.status != 204 and not head_only
    ):  # HEAD need not know the length of what is there
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = b"" if head_only else answer.body
    for start in range(0, max(len(body), 1), _CHUNK):
        end = start + _CHUNK
        await send({"type": "http.response.body", "body": body[start:end], "more_body": end < len(body)})
