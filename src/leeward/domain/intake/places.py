"""What in an answer could lead to a place: code names, addresses, towns on somebody's way, who meets them there.

1. Whatever this desk may read counts, in any form of the words and in Latin or Cyrillic letters.
2. Of an address every word that belongs to it alone counts by itself; words such as "street" do not.
3. The person who writes is told which of their own words led there, and never what it was compared with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from leeward.base.say import Message, say
from leeward.domain.matching import SHORTEST, holds, plain_words, stem

_COMMON = frozenset(
    plain_words(
        "street avenue road lane square house flat apartment floor door entrance building block room left right code"
        " ring bell key keys from with near next and the number yard gate stairs second first third behind under"
        " улица ул проспект просп переулок пер площадь шоссе бульвар набережная дом кв квартира этаж подъезд корпус"
        " строение комната код ключ ключи домофон звонок слева справа рядом город село посёлок деревня район область"
        " номер двор ворота вход лестница первый второй третий через около возле напротив"
    )
)
_FLEETING = re.compile(r"^(.{2,}[^aeiouy])y?[eo]([^aeiouy]{1,2})$")  # Елец, Ельца; Орёл, Орла
_WORDS_SHOWN = re.compile(r"[^\W_]+")
WHAT = {
    "place": say("the code name of a place of ours"),
    "address": say("part of an address of ours"),
    "town": say("a town on somebody's way"),
    "handover": say("where somebody is met on the way"),
}


class Trace(msgspec.Struct, frozen=True):
    """Something that must not be told. `kind` is one of WHAT."""

    kind: str
    text: str


class Found(msgspec.Struct, frozen=True):
    """Which words of the answer lead where."""

    kind: str
    words: str

    @property
    def what(self) -> Message:
        """Return what kind of thing it is."""
        return WHAT[self.kind]


def find_places(text: str, traces: Iterable[Trace]) -> list[Found]:
    """Return what of a text leads to a place, each kind and words once (3)."""
    shown = _WORDS_SHOWN.findall(text)
    words = [(plain_words(one) or [""])[0] for one in shown]
    found: dict[Found, None] = {}
    for trace in traces:
        for stems in _variants(trace):
            at = _where(words, stems)
            if at >= 0:
                found[Found(trace.kind, " ".join(shown[at : at + len(stems)]))] = None
    return list(found)


def _variants(trace: Trace) -> Iterable[list[str]]:
    words = plain_words(trace.text)
    if trace.kind == "address":  # 2
        for word in dict.fromkeys(words):
            if len(word) > SHORTEST and word not in _COMMON and not word.isdecimal():
                yield from _forms([word])
    elif sum(map(len, words)) >= SHORTEST:
        yield from _forms(words)


def _forms(words: Sequence[str]) -> Iterable[list[str]]:
    usual = [stem(word) for word in words]
    yield usual
    short = [_FLEETING.sub(r"\1\2", word) for word in usual]
    if short != usual:
        yield short


def _where(words: Sequence[str], stems: Sequence[str]) -> int:
    size = len(stems)
    return next((at for at in range(len(words) - size + 1) if holds(words[at : at + size], stems)), -1)
