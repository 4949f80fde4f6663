"""A report of protocol 3, read strictly: every byte of it may be hostile.

1. The JSON has the published form, or ReportMalformed says what is wrong; unknown members are let be.
2. Hex is lower case and of the right length; exactly two ways, exactly one of them the alarm.
3. Text loses control characters, marks that turn it around, halves of characters and heaps of accents (which take
   hours to put in order), and is cut at TEXT_MOST (never silently).
4. What only helps us to answer (path, facts, answers, sign) never costs us the message: an unknown word there is let
   be.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec

from leeward.base.accents import without_heaps
from leeward.base.limits import TEXT_MOST
from leeward.domain.errors import DomainError
from leeward.domain.files import FileRef, read_file_ref
from leeward.domain.intake.records import Answered, FactsTold, WayBack
from leeward.domain.intake.words import DEVICE

_HEX_16 = re.compile(r"[0-9a-f]{32}")
_HEX_32 = re.compile(r"[0-9a-f]{64}")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_QUESTION = re.compile(r"[\w-]{1,64}")
_FILES_MOST = 100
_ANSWERS_MOST = 100
_FACT_MOST = 500  # characters of one fact about answering safely
_ANSWER_MOST = 5_000
EVENTS = frozenset({"opened", "ended"})
PATHS = frozenset({"page", "plain", "offline"})
SIGNS = frozenset({"safe", "help"})


class ReportMalformed(DomainError):
    """What was sealed is no report; the text of the error says why, in words for the team."""

    code = "intake.report-malformed"


class _Way(msgspec.Struct, frozen=True):
    alarm: bool
    box: str
    write: str
    recipient: str
    voice: str


class _Facts(msgspec.Struct, frozen=True):
    where: str = ""
    when: str = ""
    device: str = ""
    phrase: str = ""
    note: str = ""


class _Answer(msgspec.Struct, frozen=True):
    q: str
    text: str


class _Wire(msgspec.Struct, frozen=True):
    v: int
    id: str
    lang: str = ""
    text: str = ""
    files: list[msgspec.Raw] = msgspec.field(default_factory=list)
    ways: list[_Way] = msgspec.field(default_factory=list)
    voice: str = ""
    event: str = ""
    urgent: bool = False
    path: str = ""
    facts: _Facts = _Facts()
    questions: int = 0
    answers: list[_Answer] = msgspec.field(default_factory=list)
    sign: str = ""


class Spoken(msgspec.Struct, frozen=True):
    """A way back together with the voice that belongs to it."""

    way: WayBack
    voice: str


class Report(msgspec.Struct, frozen=True):
    """A report as understood. First messages have ways and no voice, later ones a voice and no ways."""

    id: str
    language: str
    text: str
    cut: bool
    files: tuple[FileRef, ...]
    ways: tuple[Spoken, ...]
    voice: str
    event: str  # "", "opened" (a visit without writing) or "ended"
    urgent: bool = False  # the writer's own word
    path: str = ""  # how it was sealed: "page", "plain" (by the server), "offline"; "" is not said
    facts: FactsTold = FactsTold()
    questions: int = 0  # version of the questionnaire that was answered
    answers: tuple[Answered, ...] = ()
    sign: str = ""  # "safe" or "help": it answers the question whether they are


def read_report(untrusted: bytes) -> Report:
    """Return the report, or raise ReportMalformed."""
    try:
        wire = msgspec.json.decode(untrusted, type=_Wire)  # 1
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReportMalformed(f"It is not written as a report: {error}.") from error
    if wire.v != 1:
        raise ReportMalformed("It is of a newer kind than this desk knows.", next_step="Update this desk.")
    if not _HEX_16.fullmatch(wire.id):
        raise ReportMalformed("Its id is not one.")
    if bool(wire.ways) == bool(wire.voice):
        raise ReportMalformed("It does not say who speaks.")
    if wire.voice and not _HEX_32.fullmatch(wire.voice):
        raise ReportMalformed("Its voice is not one.")
    if wire.event and wire.event not in EVENTS:
        raise ReportMalformed("It tells of an event that this desk does not know.")
    text = tidy(wire.text)
    return Report(
        id=wire.id,
        language=wire.lang if _LANGUAGE.fullmatch(wire.lang) else "",
        text=text[:TEXT_MOST],
        cut=len(text) > TEXT_MOST,  # 3
        files=_files(wire.files),
        ways=_ways(wire.ways),
        voice=wire.voice,
        event=wire.event,
        urgent=wire.urgent,
        path=wire.path if wire.path in PATHS else "",  # 4
        facts=_facts(wire.facts),
        questions=wire.questions if 0 <= wire.questions < 1 << 31 else 0,
        answers=_answers(wire.answers),
        sign=wire.sign if wire.sign in SIGNS and wire.voice else "",  # 4
    )


def tidy(untrusted_text: str) -> str:
    """Return text in form NFC without control characters and direction marks, in time that grows with its length."""
    lines = untrusted_text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub("", unicodedata.normalize("NFC", without_heaps(lines))).strip()


def _facts(untrusted: _Facts) -> FactsTold:
    told = [
        tidy(one)[:_FACT_MOST] for one in (untrusted.where, untrusted.when, untrusted.phrase, untrusted.note)
    ]
    return FactsTold(
        where=told[0],
        when=told[1],
        device=untrusted.device if untrusted.device in DEVICE else "",  # 4
        phrase=told[2],
        note=told[3],
    )


def _answers(untrusted: list[_Answer]) -> tuple[Answered, ...]:
    said = [Answered(one.q, tidy(one.text)[:_ANSWER_MOST]) for one in untrusted if _QUESTION.fullmatch(one.q)]
    return tuple(one for one in said if one.text)[:_ANSWERS_MOST]


def _ways(untrusted: list[_Way]) -> tuple[Spoken, ...]:
    if not untrusted:
        return ()
    if sorted(way.alarm for way in untrusted) != [False, True]:  # 2
        raise ReportMalformed("It should have two ways back, one of them the alarm.")
    for way in untrusted:
        lengths = _HEX_16.fullmatch(way.box) and _HEX_32.fullmatch(way.write) and _HEX_32.fullmatch(way.voice)
        if not lengths or not way.recipient.startswith("age1pq1") or len(way.recipient) > 2100:
            raise ReportMalformed("A way back is not one.")
    if untrusted[0].voice == untrusted[1].voice or untrusted[0].box == untrusted[1].box:
        raise ReportMalformed("Its two ways back are one.")
    ordered = sorted(untrusted, key=lambda way: way.alarm)
    return tuple(Spoken(WayBack(way.alarm, way.box, way.write, way.recipient), way.voice) for way in ordered)


def _files(untrusted: list[msgspec.Raw]) -> tuple[FileRef, ...]:
    if len(untrusted) > _FILES_MOST:
        raise ReportMalformed("It has more attachments than anybody sends.")
    try:
        return tuple(read_file_ref(msgspec.json.decode(raw)) for raw in untrusted)
    except (DomainError, msgspec.DecodeError) as error:
        raise ReportMalformed(f"An attachment is not described as one. {error}") from error
