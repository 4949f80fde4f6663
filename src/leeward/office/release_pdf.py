"""A document as a PDF: tagged for screen readers (PDF/UA-1), the same bytes from the same document, on any machine.

1. Text goes in as JSON data and is placed as strings; nothing in it is ever read as markup.
2. Only the fonts inside the library are used; the time in the file is the document's day, never the clock.
3. No file is read or written besides the template in this package; nothing is fetched.
4. Characters that cannot be printed are left out before, so that a hostile text cannot stop a release.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import string
import unicodedata
from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import Any, TypeAlias

import typst

from leeward.base.say import say
from leeward.domain.release.document import Document, Line
from leeward.domain.release.words import word
from leeward.office.errors import OfficeError

Plain: TypeAlias = Callable[[str], str]
"""Returns a text as it can be printed."""

_UNDRAWN = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_TRIES = 24  # each finds one more run of characters that the fonts lack
_OUTSIDE = 0x0530  # beyond Latin, Greek and Cyrillic: given up as a whole after so many tries


class NotPrintable(OfficeError):
    """The document could not be made into a PDF."""

    code = "office.not-printable"


def make_pdf(document: Document, day: str) -> bytes:
    """Return the PDF's bytes; the same for the same document and ISO day."""
    return typeset("dossier.typ", lambda plain: _as_data(document, plain), document.texts, day)


def typeset(
    template: str,
    data: Callable[[Plain], dict[str, Any]],
    texts: Callable[[], Iterable[str]],
    day: str,
) -> bytes:
    """Return a PDF of a template of this package. `data` is asked for what stands in it, each text through `plain`."""
    source = files("leeward.office").joinpath(template).read_bytes()
    stamp = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), tzinfo=dt.UTC)
    undrawn: set[str] = set()

    def plain(text: str) -> str:
        return "".join(f"[U+{ord(c):04X}]" if c in undrawn else c for c in _plain(text))

    for _ in range(_TRIES):
        try:
            return _compile(source, json.dumps(data(plain), ensure_ascii=False), stamp)
        except typst.TypstError as error:
            missing = _UNDRAWN.search(str(error))
            if missing is None or set(missing[1]) <= undrawn:
                raise _not_printable(error) from error
            undrawn |= set(missing[1]) - set(string.printable)
    undrawn |= {c for text in texts() for c in text if ord(c) >= _OUTSIDE}
    try:
        return _compile(source, json.dumps(data(plain), ensure_ascii=False), stamp)
    except typst.TypstError as error:
        raise _not_printable(error) from error


def _compile(source: bytes, data: str, stamp: dt.datetime) -> bytes:
    made: Any = typst.compile(
        source,
        format="pdf",
        ignore_system_fonts=True,  # 2
        font_paths=[],
        sys_inputs={"document": data},  # 1
        pdf_standards=["ua-1"],
        timestamp=int(stamp.timestamp()),  # 2
    )
    return bytes(made)


def _not_printable(error: Exception) -> NotPrintable:
    return NotPrintable(
        say("The document could not be printed."),
        kept=say("Nothing has left; the release is kept as a draft."),
        next_step=say(
            "Look for unusual characters in the title and texts: {reason}", reason=str(error)[:200]
        ),
    )


def _as_data(document: Document, plain: Plain) -> dict[str, Any]:
    return {
        "title": plain(document.title) or "—",
        "subtitle": plain(document.subtitle),
        "language": document.language,
        "made_on": plain(document.made_on),
        "page": word("page", document.language),
        "sections": [
            {
                "heading": plain(section.heading),
                "lines": [
                    {"text": plain(line.text) or "—", "style": str(line.style), "tag": plain(line.tag)}
                    for line in section.lines
                    if isinstance(line, Line)
                ],
            }
            for section in document.sections
        ],
    }


def _plain(text: str) -> str:
    """Return the text without control, private, unassigned and direction-turning characters (rule 4)."""
    kept = []
    for character in text.replace("\r\n", "\n"):
        category = unicodedata.category(character)
        if character == "\n" or not category.startswith("C"):
            kept.append(character)
        elif character == "\t":
            kept.append(" ")
    return "".join(kept).strip()
