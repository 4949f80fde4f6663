"""What in an answer could lead to a place: code names, addresses, towns on somebody's way, who meets them there.

1. Whatever this desk may read counts, in any form of the words and in Latin or Cyrillic letters.
2. Of an address every word that belongs to it alone counts by itself; words such as "street" do not.
3. The person who writes is told which of their own words led there, and never what it was compared with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec

from leeward.base.accents import without_heaps
from leeward.base.say import Message, say
from leeward.domain.matching import SHORTEST, plain_words

_COMMON = frozenset(
    plain_words(
        "street avenue road lane square house flat apartment floor door entrance building block room left right code"
        " ring bell key keys from with near next and the number yard gate stairs second first third behind under"
        " улица ул проспект просп переулок пер площадь шоссе бульвар набережная дом кв квартира этаж подъезд корпус"
        " строение комната код ключ ключи домофон звонок слева справа рядом город село посёлок деревня район область"
        " номер двор ворота вход лестница первый второй третий через около возле напротив"
    )
)
_ENDINGS = tuple(
    re.findall(
        r"\w+",
        "a e i o u y ya yu ey oy iy yy om em oyu eyu am yam ami yami akh yakh ov ev in ina inu ine inym inoy ova ovu"
        " ove ovym ovoy ym im ykh ikh ymi imi ogo ego omu emu aya yaya uyu yuyu oe ee ie ye s",
    )
)
"""What a form of a Russian name may end in, in Latin letters. More than in a release: better too much refused."""
_FLEETING = re.compile(r"^(.*[^aeiouy])y?[eo]([^aeiouy]{1,2})$")  # Елец, Ельца; Орёл, Орла
_WORDS_SHOWN = re.compile(r"[^\W_]+")
_LONG = 4  # letters from which on a word loses its ending only if three are left
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
    shown = _WORDS_SHOWN.findall(_bare(text))
    words = [_forms_of(one) for one in shown]
    found: dict[Found, None] = {}
    for trace in traces:
        for wanted in _variants(trace):
            at = _where(words, wanted)
            if at >= 0:
                found[Found(trace.kind, " ".join(shown[at : at + len(wanted)]))] = None
    return list(found)


def _bare(text: str) -> str:
    """Return a text without accents and characters that nobody sees; the breve of й stays."""
    marks = unicodedata.normalize("NFD", without_heaps(text))
    kept = (
        c for c in marks if c == "\u0306" or not (unicodedata.combining(c) or unicodedata.category(c) == "Cf")
    )
    return unicodedata.normalize("NFC", "".join(kept))


def _variants(trace: Trace) -> Iterable[list[frozenset[str]]]:
    words = [one for one in _WORDS_SHOWN.findall(_bare(trace.text)) if plain_words(one)]
    if trace.kind == "address":  # 2
        for word in dict.fromkeys(words):
            plain = "".join(plain_words(word))
            if len(plain) > SHORTEST and plain not in _COMMON and not plain.isdecimal():
                yield [_forms_of(word)]
    elif sum(map(len, words)) >= SHORTEST:
        yield [_forms_of(word) for word in words]


def _forms_of(word: str) -> frozenset[str]:
    """Return what is left of a word without each ending that it may have; two forms of one word share something."""
    plain = "".join(plain_words(word))
    least = SHORTEST if len(plain) > _LONG else SHORTEST - 1
    bases = {
        plain,
        *(plain[: -len(end)] for end in _ENDINGS if plain.endswith(end) and len(plain) - len(end) >= least),
    }
    return frozenset(bases | {_FLEETING.sub(r"\1\2", base) for base in bases})


def _where(words: Sequence[frozenset[str]], wanted: Sequence[frozenset[str]]) -> int:
    size = len(wanted)
    for at in range(len(words) - size + 1):
        if all(one & form for one, form in zip(words[at : at + size], wanted, strict=True)):
            return at
    return -1
