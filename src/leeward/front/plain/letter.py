"""What a person wrote into a form, and the reports that are made of it (docs/protocol.md 3)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leeward.base.limits import TEXT_MOST
from leeward.base.ports import Chance
from leeward.front.card import QUESTIONS_MOST, Questions
from leeward.front.errors import Trouble
from leeward.front.plain.form import BYTES_A_CHARACTER, Form
from leeward.seal.codes import Way

FACT_MOST = 500  # characters
ANSWER_MOST = 5000
SIGNS = ("safe", "help")
DEVICES = ("own", "shared", "borrowed", "searched")
_FACTS = ("where", "when", "device", "phrase", "note")
_ANSWER = "q."
_ANSWER_NAME = re.compile(r"q\.[A-Za-z0-9_-]{1,64}")
_VERSION = re.compile(r"[1-9][0-9]{0,14}")

FIELDS: Mapping[str, int] = {
    "lang": 16,
    "text": BYTES_A_CHARACTER * TEXT_MOST * 2,  # a browser writes an end of line as two characters
    "urgent": 8,
    "sign": 8,
    "questions": 16,
    "ticket": 8192,
    **dict.fromkeys(_FACTS, BYTES_A_CHARACTER * FACT_MOST),
}


def make_letter_form(content_type: str) -> Form:
    """Return what reads a form that sends a message."""
    return Form(content_type, FIELDS, prefix=(_ANSWER, BYTES_A_CHARACTER * ANSWER_MOST))


@dataclass(frozen=True)
class Letter:
    """A message without its files."""

    lang: str
    text: str = ""
    urgent: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    questions: int = 0
    answers: tuple[tuple[str, str], ...] = ()
    sign: str = ""  # "safe" or "help"

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was written."""
        return not self.text and not self.answers and not self.sign


def read_letter(untrusted: Mapping[str, str], lang: str, questions: Questions | None) -> Letter:
    """Return the message of a form's fields; Trouble if something is too long, or a needed answer is missing."""
    text = _shown(untrusted.get("text", ""))
    if len(text) > TEXT_MOST:
        raise Trouble("trouble_long", 413)
    facts = {name: _shown(untrusted.get(name, "")) for name in _FACTS}
    if any(len(value) > FACT_MOST for value in facts.values()):
        raise Trouble("trouble_field", 413, n=str(FACT_MOST))
    if facts["device"] not in DEVICES:
        facts["device"] = ""
    answers = [
        (name.removeprefix(_ANSWER), _shown(value))
        for name, value in untrusted.items()
        if _ANSWER_NAME.fullmatch(name) and value.strip()
    ]
    if len(answers) > QUESTIONS_MOST or any(len(value) > ANSWER_MOST for _, value in answers):
        raise Trouble("trouble_field", 413, n=str(ANSWER_MOST))
    version = untrusted.get("questions", "")
    asked = int(version) if _VERSION.fullmatch(version) else 0
    _require_answers(questions, asked, {name for name, _ in answers}, lang)
    return Letter(
        lang=lang,
        text=text,
        urgent=bool(untrusted.get("urgent")),
        facts={name: value for name, value in facts.items() if value},
        questions=asked,
        answers=tuple(answers),
        sign=sign if (sign := untrusted.get("sign", "")) in SIGNS else "",
    )


def _require_answers(questions: Questions | None, asked: int, answered: set[str], lang: str) -> None:
    if questions is None or questions.version != asked:
        return  # the page that was filled in had other questions, or none
    for question in questions.list:
        if question.required and question.id not in answered:
            raise Trouble("trouble_required", question=question.text_in(lang))


def print_report(
    letter: Letter, files: list[dict[str, Any]], members: Mapping[str, Any], chance: Chance
) -> bytes:
    """Return the report of a message; `members` says who speaks (`ways` or `voice`)."""
    report: dict[str, Any] = {
        "v": 1,
        "id": chance.draw(16).hex(),
        "lang": letter.lang,
        "text": letter.text,
        "files": files,
        "path": "plain",
        **members,
    }
    if letter.urgent:
        report["urgent"] = True
    if letter.sign and "voice" in members:
        report["sign"] = letter.sign
    if letter.facts:
        report["facts"] = letter.facts
    if letter.answers and letter.questions:
        report["questions"] = letter.questions
        report["answers"] = [{"q": question, "text": text} for question, text in letter.answers]
    return _print(report)


def print_event(voice: str, event: str, chance: Chance) -> bytes:
    """Return the report of a visit ("opened") or of the end ("ended")."""
    return _print({"v": 1, "id": chance.draw(16).hex(), "voice": voice, "event": event, "path": "plain"})


def describe_way(way: Way, *, alarm: bool) -> dict[str, Any]:
    """Return WAY of protocol 3."""
    recipient = way.identity.recipient().string()
    return {"alarm": alarm, "box": way.box, "write": way.write, "recipient": recipient, "voice": way.voice}


def _print(report: Mapping[str, Any]) -> bytes:
    return json.dumps(report, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _shown(untrusted: str) -> str:
    return untrusted.replace("\r\n", "\n").replace("\r", "\n").strip()
