"""The last look before anything leaves: does the text still hold what must not be in it? Pure.

1. Secrets are compared without regard to case, ё/е, accents, Latin or Cyrillic spelling, or the form of a Russian
   word ("Заур", "Заура", "Zaur").
2. Anything that looks like a telephone number, an e-mail address or a handle is a leak, whoever's it is.
3. Where the audience gets months or seasons, an exact day is a leak.
4. A leak stops the release. The message says where and what kind, and does not repeat the secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from leeward.base.say import Message, say
from leeward.domain.errors import RuleBroken
from leeward.domain.matching import SHORTEST, holds, plain_words, stem
from leeward.domain.release.audience import Dates, view_of
from leeward.domain.release.document import Document, Line

_NOT_NUMBERS = re.compile(
    r"\b[0-9a-f]{64}\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{4,5}/\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b"
)
_PHONE = re.compile(r"(?<![\w])\+?\d(?:[\s().\-\u2010-\u2015\u00a0]{0,3}\d){6,14}(?!\w)")
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b")
_HANDLE = re.compile(r"(?<![\w@])@\w{3,}")
_DAY = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"
    r"|\b\d{1,2}(?:st|nd|rd|th|-?го)?\s+(?:of\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)\w*"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2}\b(?!\d)",
    re.IGNORECASE,
)


class Secret(msgspec.Struct, frozen=True):
    """Something that must not be in the text. `kind`: "name", "pseudonym", "place", "member"."""

    kind: str
    text: str


class Leak(msgspec.Struct, frozen=True):
    """Where something was found (section from 1, line from 1; 0 is the title), and what kind of thing."""

    section: int
    line: int
    kind: str
    what: Message


class LeakFound(RuleBroken):
    """The text of a release still holds what must not leave."""

    code = "domain.leak"


_WHAT: Mapping[str, Message] = {
    "name": say("a legal name"),
    "pseudonym": say("a pseudonym of this desk"),
    "place": say("the code name of a place of ours"),
    "member": say("the name of a colleague"),
    "phone": say("something that looks like a telephone number"),
    "mail": say("an e-mail address"),
    "handle": say("a messenger handle"),
    "day": say("an exact day"),
}


def scan(
    document: Document, secrets: Iterable[Secret], audience: str, allowed: Iterable[str] = ()
) -> tuple[Leak, ...]:
    """Return every leak. `allowed` are names whose owners let this audience have them."""
    free = {tuple(plain_words(name)) for name in allowed}
    looked_for = [
        (secret.kind, [stem(word) for word in words])
        for secret in secrets
        for words in _variants(secret)
        if words and tuple(words) not in free and not any(set(words) <= set(name) for name in free)
    ]
    exact_days = view_of(audience).dates == Dates.DAY
    leaks = []
    for section, line, text in _places(document):
        for kind in _kinds(text, looked_for, exact_days=exact_days):
            leaks.append(Leak(section, line, kind, _WHAT[kind]))  # noqa: PERF401 - two levels read better as loops
    return tuple(leaks)


def require_no_leak(leaks: Iterable[Leak]) -> None:
    """Raise LeakFound for the first leak (rule 4)."""
    for leak in leaks:
        raise LeakFound(
            say(
                "Part {section}, line {line} holds {what}.",
                section=leak.section,
                line=leak.line,
                what=leak.what,
            ),
            kept=say("Nothing has left."),
            next_step=say("Change that line at its source, then prepare the release again."),
        )


def _places(document: Document) -> Iterable[tuple[int, int, str]]:
    yield 0, 0, f"{document.title}\n{document.subtitle}"
    for number, section in enumerate(document.sections, start=1):
        yield number, 0, section.heading
        for row, line in enumerate(section.lines, start=1):
            if isinstance(line, Line):
                yield number, row, f"{line.text}\n{line.tag}"


def _kinds(text: str, looked_for: list[tuple[str, list[str]]], *, exact_days: bool) -> list[str]:
    words = plain_words(text)
    found = {kind for kind, stems in looked_for if holds(words, stems)}  # 1
    bare = _NOT_NUMBERS.sub(" ", text)
    if _PHONE.search(bare):  # 2
        found.add("phone")
    if _MAIL.search(text):
        found.add("mail")
    elif _HANDLE.search(text):
        found.add("handle")
    if not exact_days and _DAY.search(text):  # 3
        found.add("day")
    return sorted(found)


def _variants(secret: Secret) -> list[list[str]]:
    """Return the whole as words; of a legal name also each word by itself."""
    words = plain_words(secret.text)
    if secret.kind in {"name", "member"}:
        return [[word] for word in words if len(word) >= SHORTEST]
    return [words] if sum(map(len, words)) >= SHORTEST else []
