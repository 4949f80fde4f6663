"""A file that a page posted: taken from the socket into memory, and refused with a sentence beside its field."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from leeward.base.errors import LeewardError
from leeward.base.say import Message
from leeward.desk.render import speech_of

TAKEN = 201


async def body_of(request: Request, most: int) -> bytes:
    """Return the posted bytes; what is larger comes cut a little beyond `most`, for its reader to refuse."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            break
    return bytes(body)


def taken() -> Response:
    """Return the answer to a file that was taken."""
    return PlainTextResponse("ok", TAKEN)


def refused(request: Request, error: LeewardError) -> Response:
    """Return the answer to a file that was not, in the reader's language."""
    speech = speech_of(request)
    told = (
        speech.message(one, 0) if isinstance(one, Message) else one
        for one in (error.happened, error.next_step)
    )
    return PlainTextResponse(" ".join(filter(None, told)), 409)
