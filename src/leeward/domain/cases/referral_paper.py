"""What a partner reads: a page of HTML with the same as JSON inside, padded. Pure; the format: docs/protocol.md 10.

1. Everything shown and everything in the JSON comes from the parts given here; nothing else is known to this module.
2. All text is escaped; the page has no script that runs, fetches nothing, and its policy forbids both.
3. A file goes under a number and its kind, never under the name that it came with.
"""

from __future__ import annotations

import base64
import hashlib
import html
import mimetypes
import re
from collections.abc import Iterable

import msgspec

from leeward.base.sizes import class_of

FLOOR = 64 * 1024
_MEDIA = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,80}")
_WORDS = {
    "en": {
        "referral": "Referral",
        "transfer": "Transfer of a case",
        "recall": "Please delete what we sent",
        "for": "For",
        "note": "From us",
        "files": "Files",
        "secret": "Somebody's safety depends on this page. Do not pass it on, print it or store it in a cloud.",
        "recalled": "They no longer allow it. Please delete the file named here and every copy, and tell us when that "
        "is done.",
        "number": "Number",
    },
    "ru": {
        "referral": "Направление",
        "transfer": "Передача дела",
        "recall": "Просим удалить то, что мы прислали",
        "for": "Кому",
        "note": "От нас",
        "files": "Файлы",
        "secret": "От этой страницы зависит чья-то безопасность. Не пересылайте её, не печатайте, не кладите в облако.",
        "recalled": "Человек больше этого не разрешает. Удалите, пожалуйста, названный здесь файл и все копии и "
        "сообщите нам, когда это будет сделано.",
        "number": "Номер",
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


class Paper(msgspec.Struct, frozen=True):
    """All that leaves."""

    referral_id: str
    kind: str  # "referral" or "transfer" or "recall"
    receiver: str
    language: str
    made_on: str
    note: str = ""
    parts: tuple[Part, ...] = ()
    files: tuple[Attached, ...] = ()
    deletes: tuple[str, ...] = ()  # of a recall: SHA-256 of the files to be deleted

    def texts(self) -> tuple[tuple[str, str], ...]:
        """Return every text in it with the field that it belongs to."""
        lines = ((part.code, line) for part in self.parts for line in part.lines)
        return (("note", self.note), *lines)


def data_of(paper: Paper) -> dict[str, object]:
    """Return what the page holds for machines."""
    return {
        "leeward": paper.kind,
        "version": 1,
        "id": paper.referral_id,
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
                "name": _name(number, one),
                "media_type": _media(one),
                "size": len(one.plain),
                "sha256": hashlib.sha256(one.plain).hexdigest(),
            }
            for number, one in enumerate(paper.files, start=1)
        ],
        "delete": list(paper.deletes),
    }


def head_of(paper: Paper) -> tuple[str, str]:
    """Return the title, and the sentence that stands on top, in the reader's language."""
    words = _WORDS.get(paper.language, _WORDS["en"])
    return words[paper.kind], words["recalled" if paper.kind == "recall" else "secret"]


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
    yield f"{words['number']}: {html.escape(paper.referral_id)}, {html.escape(paper.made_on)}</p>\n"
    yield f"<p><b>{told}</b></p>\n"
    for digest in paper.deletes:
        yield f"<p>SHA-256 <code>{html.escape(digest)}</code></p>\n"
    if paper.note:
        yield f"<h2>{words['note']}</h2>\n<p>{html.escape(paper.note)}</p>\n"
    for part in paper.parts:
        yield f"<h2>{html.escape(part.title)}</h2>\n"
        for line in part.lines:
            yield f"<p>{html.escape(line)}</p>\n"
    if paper.files:
        yield f"<h2>{words['files']}</h2>\n"
    for number, file in enumerate(paper.files, start=1):
        content = base64.b64encode(file.plain).decode()
        name = _name(number, file)
        yield f'<p><a download="{name}" href="data:{_media(file)};base64,{content}">{name}</a></p>\n'
    inside = msgspec.json.encode(data_of(paper)).decode()
    for sign in "<>&\u2028\u2029":
        inside = inside.replace(sign, f"\\u{ord(sign):04x}")
    yield f'<script type="application/json" id="leeward">{inside}</script>\n</body></html>\n'


def _name(number: int, file: Attached) -> str:
    ending = mimetypes.guess_extension(_media(file)) or ".bin"
    return f"file-{number}{ending}"


def _media(file: Attached) -> str:
    told = file.media_type.casefold()
    return told if _MEDIA.fullmatch(told) and told != "text/html" else "application/octet-stream"
