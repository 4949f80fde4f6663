"""The forms without a script: what is sent is sealed in memory at once and handed to the relay.

1. Nothing of a request is logged or kept; what is plain lives in memory for the time of the request.
2. Words are shown only after the relay has taken the whole message; on any failure before, what was stored of it is
   erased, and a page says what happened.
3. Every answer to a form is one of few lengths, and says nothing about whether a mailbox exists.
4. Another site cannot send these forms in somebody's name.
5. Nothing is sealed or stored of a later message whose ticket, which our forms send first, does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from leeward.base.ports import Chance, Clock
from leeward.front.card import Card
from leeward.front.errors import Trouble
from leeward.front.plain.body import Body, ClientGone
from leeward.front.plain.form import Form
from leeward.front.plain.lane import Lane
from leeward.front.plain.letter import make_letter_form, read_letter
from leeward.front.plain.mail import UNSURE, Mail, looks_of
from leeward.front.plain.render import Renderer
from leeward.front.plain.room import Room
from leeward.front.plain.sealer import Sealer, Works
from leeward.front.plain.ticket import Tickets
from leeward.front.port import MailPort
from leeward.seal.codes import Code, parse_code
from leeward.seal.errors import CodeRefused, SealError
from leeward.wire.errors import KnownOnly, NoRoom, Refused

BODY_MOST = 8 * 1024 * 1024 * 1024  # bytes of one form
_WORDS_BODY_MOST = 64 * 1024
_WORDS_FIELDS = {"lang": 16, "words": 4000, "ticket": 8192, "after": 20, "sure": 8}
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,17}")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")


@dataclass(frozen=True)
class Served:
    """What is served under one card."""

    card: Card
    mail: Mail
    renderer: Renderer


class PlainForms:
    """Answers the forms. `served` gives what is served now, `answer` makes the HTTP answer of a page."""

    def __init__(
        self,
        served: Callable[[], Served],
        port: MailPort,
        answer: Callable[[bytes, int], Response],
        *,
        quota: int,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._served = served
        self._port = port
        self._answer = answer
        self._chance = chance
        self._clock = clock
        self._tickets = Tickets(clock, chance)
        self._works: Works | None = None
        self._room = Room()
        self._lane = Lane(port, chance, quota=quota)

    async def send(self, request: Request) -> Response:
        """Take a first message, and tell the words."""
        return await self._take_letter(request, later=False)

    async def write(self, request: Request) -> Response:
        """Take a later message, and show the conversation."""
        return await self._take_letter(request, later=True)

    async def open(self, request: Request) -> Response:
        """Open a conversation with words or a ticket."""
        return await self._take_words(request, self._open)

    async def end(self, request: Request) -> Response:
        """End a conversation and erase it."""
        return await self._take_words(request, self._end)

    async def _take_letter(self, request: Request, *, later: bool) -> Response:
        served = self._served()
        sealer = Sealer(self._port, served.mail, self._chance, self._shared_works())
        body, fields = None, dict[str, str]()
        try:
            body = _body_of(request, BODY_MOST)
            form = make_letter_form(request.headers.get("content-type", ""))
            fields = form.fields
            if not later:
                await self._lane.admit()  # before anything of it is read
            await self._read(body, form, sealer, later=later)
            page = await self._deal_with_letter(served, fields, sealer, later=later)
            return self._answer(page, 200)
        except ClientGone:
            await sealer.take_back()
            return self._gone()
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing of it stays, and a page says what to do
            trouble = _trouble_of(error)
            if trouble.key != UNSURE:  # 2: else the message may have been taken, and needs its pieces
                await sealer.take_back()
            return await self._refuse(served, body, fields, trouble)

    async def _deal_with_letter(
        self, served: Served, fields: Mapping[str, str], sealer: Sealer, *, later: bool
    ) -> bytes:
        lang = served.renderer.language(fields.get("lang", ""))
        code = self._tickets.read(fields.get("ticket", "")) if later else None
        letter = read_letter(fields, lang, None if later else served.card.questions)
        if letter.is_empty and sealer.is_empty:
            raise Trouble("trouble_empty")
        if code is not None:
            await self._lane.admit(looks_of(code))
        files = await sealer.finish()
        if code is None:
            drawn = await served.mail.send_first(letter, files, sealer.riding)
            return served.renderer.told(lang, drawn)
        talk = await served.mail.send_later(code, letter, files, sealer.riding)
        asks = not letter.sign and talk.asks(self._clock.now_ms())
        return served.renderer.talk(lang, talk, self._tickets.make(code), note="talk_sent", asks=asks)

    async def _refuse(
        self, served: Served, body: Body | None, fields: Mapping[str, str], trouble: Trouble
    ) -> Response:
        """Answer with the page that says what happened, and the text again."""
        renderer = served.renderer
        lang = renderer.language(fields.get("lang", ""))
        if trouble.key == "fault_expired":
            page = renderer.faults(lang, "", trouble)
        else:
            page = renderer.trouble(
                lang, trouble, typed_text=fields.get("text", ""), ticket=fields.get("ticket", "")
            )
        return await self._last(body, page, trouble.status)

    async def _take_words(
        self, request: Request, deal: Callable[[Served, str, Mapping[str, str]], Awaitable[bytes]]
    ) -> Response:
        served = self._served()
        body, fields = None, dict[str, str]()
        try:
            body = _body_of(request, _WORDS_BODY_MOST)
            form = Form(request.headers.get("content-type", ""), _WORDS_FIELDS)
            fields = form.fields
            await self._read(body, form, None)
            lang = served.renderer.language(fields.get("lang", ""))
            return self._answer(await deal(served, lang, fields), 200)
        except ClientGone:
            return self._gone()
        except Exception as error:  # noqa: BLE001 - as above
            fault = _fault_of(error)
            lang = served.renderer.language(fields.get("lang", ""))
            page = served.renderer.faults(lang, fields.get("words", ""), fault)
            return await self._last(body, page, fault.status if isinstance(fault, Trouble) else 422)

    async def _open(self, served: Served, lang: str, fields: Mapping[str, str]) -> bytes:
        code = self._code_of(fields)
        await self._lane.admit(looks_of(code))
        after = fields.get("after", "")
        talk = await served.mail.visit(code, int(after) if _DECIMAL.fullmatch(after) else 0)
        asks = talk.asks(self._clock.now_ms())
        return served.renderer.talk(lang, talk, self._tickets.make(code), asks=asks)

    async def _end(self, served: Served, lang: str, fields: Mapping[str, str]) -> bytes:
        code = self._code_of(fields)
        await self._lane.admit(looks_of(code))
        if not fields.get("sure"):
            talk = await served.mail.visit(code, 0)
            return served.renderer.talk(lang, talk, self._tickets.make(code), note="end_unsure")
        await served.mail.end(code)
        return served.renderer.ended(lang)

    def _code_of(self, fields: Mapping[str, str]) -> Code:
        if "ticket" in fields:
            return self._tickets.read(fields["ticket"])
        typed = fields.get("words", "")
        return parse_code(typed, "ru" if _CYRILLIC.search(typed) else "en")

    async def _read(self, body: Body, form: Form, sealer: Sealer | None, *, later: bool = False) -> None:
        """Read a form to its end, sealing its files on the way."""
        held = self._room.enter(body)
        unproved = later
        try:
            async for part in body.parts():
                form.feed(part)
                if unproved and form.ready:
                    self._tickets.read(form.fields.get("ticket", ""))  # 5
                    unproved = False
                while form.ready:
                    piece = form.ready.popleft()
                    if sealer is None:
                        raise Trouble("trouble_form", 400)
                    await sealer.take(piece)
                await held.grow(form.held - held.size)
            form.end()
        finally:
            self._room.leave(held)

    async def _last(self, body: Body | None, page: bytes, status: int) -> Response:
        """Answer a form that was refused, once the browser has sent what it had to send."""
        answer = self._answer(page, status)
        if body is not None:
            await body.drain()
        if body is None or not body.complete:
            answer.headers["Connection"] = "close"
        return answer

    def _gone(self) -> Response:
        answer = self._answer(b"", 400)
        answer.headers["Connection"] = "close"
        return answer

    def _shared_works(self) -> Works:
        if self._works is None:
            self._works = Works()
        return self._works


def _body_of(request: Request, most: int) -> Body:
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:  # 4
        raise Trouble("trouble_form", 403)
    if "transfer-encoding" in request.headers:
        raise Trouble("trouble_form", 411)
    return Body(request.receive, request.headers.get("content-length"), most)


def _fault_of(error: Exception) -> CodeRefused | Trouble:
    """Return what a page says of an error while somebody looks into a conversation."""
    if isinstance(error, CodeRefused) or (isinstance(error, Trouble) and error.key != UNSURE):
        return error
    return Trouble("trouble_look", 503)


def _trouble_of(error: Exception) -> Trouble:
    """Return what a page says of an error while a message was taken."""
    match error:
        case Trouble():
            return error
        case KnownOnly():
            return Trouble("trouble_known_only", 403)
        case NoRoom():
            return Trouble("trouble_room", 507)
        case Refused():  # nothing was stored
            return Trouble("trouble_busy", 503)
        case SealError():
            return Trouble("trouble_sealing", 500)
        case _:
            return Trouble("trouble_away", 503)
