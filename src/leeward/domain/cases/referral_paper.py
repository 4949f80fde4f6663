"""What a partner reads: a page of HTML with the same as JSON inside, padded. Pure; the format: docs/protocol.md 10.

1. Everything shown and everything in the JSON comes from the parts given here; nothing else is known to this module.
2. All text is escaped; the page has no script that runs, fetches nothing, and its policy forbids both.
3. A file goes under a number and its kind, never under the name that it came with.
4. What they allow goes along with its conditions; whose answer it is, as "self" or "family", never an id.
"""

from __future__ import annotations

import base64
import hashlib
import html
import mimetypes
import re
from collections.abc import Iterable, Mapping

import msgspec

from leeward.base.sizes import class_of
from leeward.domain.cases.consent import ANSWER, AUDIENCE, USE

FLOOR = 64 * 1024
VERSION = 2
_MEDIA = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}")
_WORDS = {
    "en": {
        "referral": "Referral",
        "transfer": "Transfer of a case",
        "recall": "Please delete what we sent",
        "answer": "Answer to a referral",
        "for": "For",
        "from": "From",
        "allowed": "What they allow you",
        "until": "until",
        "not-before": "not before",
        "family": "of somebody of the family",
        "note": "From us",
        "files": "Files",
        "secret": "Somebody's safety depends on this page. Do not pass it on, print it or store it in a cloud.",
        "recalled": "They no longer allow it. Please delete the file named here and every copy, and tell us when that "
        "is done.",
        "number": "Number",
        "answered": "This answers what you sent us. Open it with your own desk.",
        "accepted": "We took it on.",
        "rejected": "We cannot help with it.",
        "done": "It is done.",
        "deleted": "We deleted it.",
    },
    "ru": {
        "referral": "Направление",
        "transfer": "Передача дела",
        "recall": "Просим удалить то, что мы прислали",
        "answer": "Ответ на направление",
        "for": "Кому",
        "from": "От кого",
        "allowed": "Что вам разрешено",
        "until": "до",
        "not-before": "не раньше",
        "family": "от близкого человека",
        "note": "От нас",
        "files": "Файлы",
        "secret": "От этой страницы зависит чья-то безопасность. Не пересылайте её, не печатайте, не кладите в облако.",
        "recalled": "Человек больше этого не разрешает. Удалите, пожалуйста, названный здесь файл и все копии и "
        "сообщите нам, когда это будет сделано.",
        "number": "Номер",
        "answered": "Это ответ на то, что вы нам прислали. Откройте его у себя за рабочим столом.",
        "accepted": "Мы взялись за это.",
        "rejected": "С этим мы помочь не сможем.",
        "done": "Всё сделано.",
        "deleted": "Мы это удалили.",
    },
}
_STYLE = "body{font:17px/1.5 sans-serif;max-width:42em;margin:2em auto;padding:0 1em}p{white-space:pre-line}"


class Part(msgspec.Struct, frozen=True):
    """One field as the partner reads it. `data` holds codes only; every word of a person is in `lines`."""

    code: str
    title: str
    lines: tuple[str, ...]
    data: dict[str, str | list[str]] = {}


class Attached(msgspec.Struct, frozen=True):
    """A file that goes along."""

    media_type: str
    plain: bytes


class Allowed(msgspec.Struct, frozen=True):
    """One answer of theirs on which the paper rests."""

    use: str
    audience: str
    answer: str  # "given" or "conditional"
    conditions: str = ""
    day: str = ""  # when they said so
    expires: str = ""
    embargo: str = ""
    who: str = "self"  # or "family"


class Paper(msgspec.Struct, frozen=True):
    """All that leaves."""

    referral_id: str
    kind: str  # "referral" or "transfer", "recall", or "answer"
    receiver: str
    language: str
    made_on: str
    note: str = ""
    parts: tuple[Part, ...] = ()
    files: tuple[Attached, ...] = ()
    deletes: tuple[str, ...] = ()  # of a recall: SHA-256 of the files to be deleted
    sender: str = ""  # what we are called by partners
    reply: str = ""  # our recipient for answers; "": they answer by other ways
    consents: tuple[Allowed, ...] = ()
    secrets: tuple[str, ...] = ()  # who answers shows that they read this; who recalls, that they wrote it
    answer: str = ""  # of an answer: "accepted", "rejected", "done" or "deleted"

    def texts(self) -> tuple[tuple[str, str], ...]:
        """Return every text in it with the field that it belongs to."""
        lines = ((part.code, line) for part in self.parts for line in part.lines)
        return (("note", self.note), *(("consent", one.conditions) for one in self.consents), *lines)


def data_of(paper: Paper) -> dict[str, object]:
    """Return what the page holds for machines."""
    return {
        "leeward": paper.kind,
        "version": VERSION,
        "id": paper.referral_id,
        "from": paper.sender,
        "to": paper.receiver,
        "language": paper.language,
        "made_on": paper.made_on,
        "note": paper.note,
        "fields": [
            {"field": one.code, "title": one.title, "lines": list(one.lines), "codes": one.data}
            for one in paper.parts
        ],
        "files": [
            {
                "name": file_name(number, one),
                "media_type": _media(one),
                "size": len(one.plain),
                "sha256": hashlib.sha256(one.plain).hexdigest(),
            }
            for number, one in enumerate(paper.files, start=1)
        ],
        "consents": [msgspec.structs.asdict(one) for one in paper.consents],
        "delete": list(paper.deletes),
        "reply": paper.reply,
        "secrets": list(paper.secrets),
        "answer": paper.answer,
    }


def in_words(allowed: Allowed, language: str) -> str:
    """Return one answer of theirs as a reader sees it."""
    words = _WORDS.get(language, _WORDS["en"])
    told = (
        f"{USE.label(allowed.use, language)}, {AUDIENCE.label(allowed.audience, language)}: "
        + ANSWER.label(allowed.answer, language)
    )
    more = (
        words["family"] if allowed.who == "family" else "",
        f"{words['not-before']} {allowed.embargo}" if allowed.embargo else "",
        f"{words['until']} {allowed.expires}" if allowed.expires else "",
        allowed.conditions,
    )
    return ". ".join(filter(None, (told, *more)))


def head_of(paper: Paper) -> tuple[str, str]:
    """Return the title, and the sentence that stands on top, in the reader's language."""
    words = _WORDS.get(paper.language, _WORDS["en"])
    return words[paper.kind], words[{"recall": "recalled", "answer": "answered"}.get(paper.kind, "secret")]


def print_paper(paper: Paper) -> bytes:
    """Return the page as bytes of one of the few sizes that anything sealed has."""
    whole = "".join(_page(paper)).encode()
    return whole + b" " * (class_of(len(whole), FLOOR) - len(whole))


def _page(paper: Paper) -> Iterable[str]:
    words = _WORDS.get(paper.language, _WORDS["en"])
    title, told = head_of(paper)
    yield f'<!doctype html>\n<html lang="{"ru" if paper.language == "ru" else "en"}"><head><meta charset="utf-8">\n'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    yield '<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">\n'
    yield f"<title>{title}</title><style>{_STYLE}</style></head><body>\n<h1>{title}</h1>\n"
    yield f"<p><b>{words['for']}:</b> {html.escape(paper.receiver)}<br>"
    if paper.sender:
        yield f"<b>{words['from']}:</b> {html.escape(paper.sender)}<br>"
    yield f"{words['number']}: {html.escape(paper.referral_id)}, {html.escape(paper.made_on)}</p>\n"
    yield f"<p><b>{told}</b></p>\n"
    for digest in paper.deletes:
        yield f"<p>SHA-256 <code>{html.escape(digest)}</code></p>\n"
    if paper.answer:
        yield f"<p>{html.escape(words.get(paper.answer, paper.answer))}</p>\n"
    yield from _body(paper, words)
    inside = msgspec.json.encode(data_of(paper)).decode()
    for sign in "<>&\u2028\u2029":
        inside = inside.replace(sign, f"\\u{ord(sign):04x}")
    yield f'<script type="application/json" id="leeward">{inside}</script>\n</body></html>\n'


def _body(paper: Paper, words: Mapping[str, str]) -> Iterable[str]:
    if paper.note:
        yield f"<h2>{words['note']}</h2>\n<p>{html.escape(paper.note)}</p>\n"
    for part in paper.parts:
        yield f"<h2>{html.escape(part.title)}</h2>\n"
        for line in part.lines:
            yield f"<p>{html.escape(line)}</p>\n"
    if paper.consents:
        yield f"<h2>{words['allowed']}</h2>\n"
    for allowed in paper.consents:
        yield f"<p>{html.escape(in_words(allowed, paper.language))}</p>\n"
    if paper.files:
        yield f"<h2>{words['files']}</h2>\n"
    for number, file in enumerate(paper.files, start=1):
        content = base64.b64encode(file.plain).decode()
        name = file_name(number, file)
        yield f'<p><a download="{name}" href="data:{_media(file)};base64,{content}">{name}</a></p>\n'


def file_name(number: int, file: Attached) -> str:
    """Return under which name a file goes."""
    ending = mimetypes.guess_extension(_media(file)) or ".bin"
    return f"file-{number}{ending}"


def _media(file: Attached) -> str:
    told = file.media_type.casefold()
    return told if _MEDIA.fullmatch(told) and told != "text/html" else "application/octet-stream"
