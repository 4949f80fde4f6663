"""The document model: what the PDF and the preview are made from. Plain text only; nothing in it is markup."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import msgspec

from leeward.base.say import Message


class Style(enum.StrEnum):
    """How a line looks."""

    TEXT = "text"
    QUOTE = "quote"
    FACT = "fact"
    NOTE = "note"
    HEADING = "heading"  # a small one inside a section


class Line(msgspec.Struct, frozen=True):
    """One paragraph."""

    text: str
    style: Style = Style.TEXT
    tag: str = ""  # a grade, shown beside a heading


class Gap(msgspec.Struct, frozen=True):
    """A place where something was held back: a grey bar in the preview, with why. Never in the PDF."""

    why: Message
    what: Message
    size: int = 1  # lines, roughly


class Section(msgspec.Struct, frozen=True):
    """A heading and what stands under it."""

    heading: str
    lines: tuple[Line | Gap, ...]


class Document(msgspec.Struct, frozen=True):
    """One dossier for one audience."""

    title: str
    subtitle: str
    language: str
    made_on: str
    sections: tuple[Section, ...]

    def texts(self) -> list[str]:
        """Return every text that leaves, in order: what the leak scan reads."""
        found = [self.title, self.subtitle]
        for section in self.sections:
            found.append(section.heading)
            found.extend(
                text
                for line in section.lines
                if isinstance(line, Line)
                for text in (line.text, line.tag)
                if text
            )
        return found


def keep(document: Document) -> dict[str, Any]:
    """Return what left as plain values, without the gaps: what the register keeps."""
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "language": document.language,
        "made_on": document.made_on,
        "sections": [
            [section.heading, [[x.text, str(x.style), x.tag] for x in section.lines if isinstance(x, Line)]]
            for section in document.sections
        ],
    }


def as_kept(kept: Mapping[str, Any]) -> Document:
    """Return the document that `keep` kept."""
    sections = tuple(
        Section(heading, tuple(Line(text, Style(style), tag) for text, style, tag in lines))
        for heading, lines in kept["sections"]
    )
    return Document(kept["title"], kept["subtitle"], kept["language"], kept["made_on"], sections)
