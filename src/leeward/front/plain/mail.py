"""What the front asks of the relay for a person without a script: each time one turn, the same that a script sends.

1. A first message makes both mailboxes; the words are told only after the turn was taken.
2. A visit, a later message and the end are alike, whichever form of the words was written, and whether or not a
   mailbox is there: the front itself cannot tell.
3. Each looks into both mailboxes of the words, in the order of their addresses, and from the same number on; only what
   the written form opens is opened. Both are erased in the same order.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leeward.base.ports import Chance
from leeward.front.card import Card
from leeward.front.errors import Trouble
from leeward.front.plain.letter import Letter, describe_way, print_event, print_report
from leeward.front.port import Looked, MailPort
from leeward.seal.codes import Code, Way, derive_way, make_code
from leeward.seal.envelope import open_sealed, seal
from leeward.seal.errors import SealError
from leeward.seal.keys import Recipient
from leeward.seal.kinds import Kind
from leeward.wire.errors import NoSuchBox, Refused
from leeward.wire.turn import Look, Make, Post, Put, Turn

AFTER_ALL = (1 << 53) - 1  # looking after this number finds nothing: it only shows that the words are known
UNSURE = "trouble_server"  # the trouble after which nobody can tell whether a message was taken


@dataclass(frozen=True)
class Answer:
    """One answer of the team; `at` is milliseconds since 1970."""

    id: str
    at: int
    text: str
    sign: int = 0  # until when the team asks whether they are safe; 1 takes the question away


@dataclass(frozen=True)
class Talk:
    """What a mailbox held: answers oldest first, how many did not open, and how much came sealed (hidden ones too)."""

    answers: tuple[Answer, ...]
    damaged: int
    sealed_size: int
    next_after: int | None  # where to look for more, if there is more

    def asks(self, now: int) -> bool:
        """Tell whether the team asks now whether they are safe: its newest word about it counts."""
        return next((one.sign for one in reversed(self.answers) if one.sign), 0) > now


def looks_of(code: Code, after: int = 0) -> tuple[Look, ...]:
    """Return what looks into both mailboxes of the words, in the order of their addresses (3)."""
    return tuple(Look(bytes.fromhex(way.box), bytes.fromhex(way.read), after) for way in _ways(code))


class Mail:
    """Asks for one team."""

    def __init__(self, card: Card, port: MailPort, chance: Chance) -> None:
        self._card = card
        self._box = bytes.fromhex(card.box)
        self._write = bytes.fromhex(card.write)
        self._port = port
        self._chance = chance

    @functools.cached_property
    def recipient(self) -> Recipient:
        """Return to whom reports and pieces are sealed; KeyMalformed."""
        return Recipient.from_string(self._card.recipient)

    async def send_first(self, letter: Letter, files: list[dict[str, Any]], puts: list[Put]) -> Code:
        """Send a first message; return its words once it is stored (1)."""
        code = make_code(self._chance)
        ways = [derive_way(code), derive_way(code.alarm_form())]
        described = [describe_way(ways[0], alarm=False), describe_way(ways[1], alarm=True)]
        if self._chance.draw(1)[0] & 1:  # nothing in the order tells which is which
            ways.reverse()
        report = print_report(letter, files, {"ways": described}, self._chance)
        makes = tuple(_make(way) for way in ways)
        await self._take(Turn(makes, tuple(puts), self._post(report)))
        return code

    async def send_later(
        self, code: Code, letter: Letter, files: list[dict[str, Any]], puts: list[Put]
    ) -> Talk:
        """Send a later message, and look for answers in the same turn."""
        report = print_report(letter, files, {"voice": derive_way(code).voice}, self._chance)
        looked = await self._take(Turn((), tuple(puts), self._post(report), looks_of(code)))
        return open_answers(looked, code)

    async def visit(self, code: Code, after: int) -> Talk:
        """Look for answers after a number; the team learns that somebody with the words was there."""
        event = print_event(derive_way(code).voice, "opened", self._chance)
        looked = await self._take(Turn((), (), self._post(event), looks_of(code, after)))
        return open_answers(looked, code)

    async def end(self, code: Code) -> None:
        """Tell the team that it is over, and erase both mailboxes."""
        event = print_event(derive_way(code).voice, "ended", self._chance)
        await self._take(Turn((), (), self._post(event), looks_of(code, AFTER_ALL)))
        for one in _ways(code):  # 3
            with contextlib.suppress(NoSuchBox):
                await self._port.delete_box(bytes.fromhex(one.box), bytes.fromhex(one.read))

    async def _take(self, turn: Turn) -> Sequence[Looked]:
        """Ask for a turn; a Refused if nothing of it was done, Trouble if nobody can tell."""
        try:
            return await self._port.take_turn(turn)
        except Refused:
            raise
        except Exception as error:
            raise Trouble(UNSURE, 503) from error

    def _post(self, report: bytes) -> Post:
        return Post(self._box, self._write, self._chance.draw(16), seal(Kind.REPORT, report, self.recipient))


def _make(way: Way) -> Make:
    read_hash = hashlib.sha256(bytes.fromhex(way.read)).digest()
    write_hash = hashlib.sha256(bytes.fromhex(way.write)).digest()
    return Make(bytes.fromhex(way.box), read_hash, write_hash)


def _ways(code: Code) -> list[Way]:
    return sorted((derive_way(code), derive_way(code.alarm_form())), key=lambda way: way.box)


def open_answers(looked: Sequence[Looked], code: Code) -> Talk:
    """Return what is in the mailbox of these words; `looked` is what `looks_of` found.

    What its team marked hidden is not shown, what does not open is counted. Whether there is more, and from where, is
    the same for both forms of the words (2).
    """
    way = derive_way(code)
    mine = looked[_ways(code).index(way)]
    answers: dict[str, Answer] = {}
    damaged = 0
    for item in mine.items:
        try:
            answer = _read_answer(open_sealed(Kind.REPLY, item.sealed, [way.identity]))
        except (SealError, ValueError, RecursionError):
            damaged += 1
            continue
        if answer is not None:
            answers[answer.id] = answer
    shown = tuple(sorted(answers.values(), key=lambda answer: (answer.at, answer.id)))
    more = [one.items[-1].number for one in looked if one.items and one.items[-1].number < one.last]
    sealed_size = sum(len(item.sealed) for one in looked for item in one.items)
    return Talk(shown, damaged, sealed_size, min(more, default=None))


def _read_answer(untrusted: bytes) -> Answer | None:
    """Return an answer, None if it is hidden; ValueError if it is none."""
    value = json.loads(untrusted)
    if not isinstance(value, dict) or value.get("v") != 1 or isinstance(value.get("at"), bool):
        raise ValueError("not an answer")
    if value.get("hidden") is True:
        return None
    name, at, text = value.get("id"), value.get("at"), value.get("text")
    if not isinstance(name, str) or not isinstance(at, int) or not isinstance(text, str):
        raise ValueError("not an answer")  # noqa: TRY004 - one exception for whatever is none
    sign = value.get("sign", 0)
    until = sign if isinstance(sign, int) and not isinstance(sign, bool) else 0
    return Answer(name, min(max(at, 0), _AT_MOST), text, until)


_AT_MOST = 253_402_300_799_999  # the last millisecond that a calendar of four digits knows
