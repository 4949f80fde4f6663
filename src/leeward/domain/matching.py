"""Finding words again, however they are written. Pure.

Case does not matter, nor ё/е, accents, Latin or Cyrillic spelling, or the form of a Russian word ("Заур", "Zaura").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from leeward.base.accents import without_heaps

_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ӏ": "",
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
SHORTEST = 3  # letters of a secret word that is looked for by itself
_NOUN = (
    "a",
    "u",
    "e",
    "y",
    "i",
    "o",
    "s",
    "ya",
    "yu",
    "om",
    "em",
    "oy",
    "ey",
    "oyu",
    "eyu",
    "am",
    "yam",
    "ami",
    "yami",
)
_OWNED = (
    "akh",
    "yakh",
    "ov",
    "ev",
    "in",
    "ina",
    "inu",
    "ine",
    "inym",
    "inoy",
    "ova",
    "ovu",
    "ove",
    "ovi",
    "ovym",
    "ovoy",
)
_QUALITY = ("ym", "im", "ykh", "ikh", "ogo", "ego", "omu", "emu", "aya", "uyu", "oe")
_ENDINGS = frozenset(("", *_NOUN, *_OWNED, *_QUALITY))
"""What a Russian form of a name may end in, in Latin letters (also an English "s")."""


def holds(words: Sequence[str], stems: Sequence[str]) -> bool:
    """Tell whether forms of these stems stand in the words, one after another."""
    size = len(stems)
    return any(
        all(is_form(word, stem) for word, stem in zip(words[i : i + size], stems, strict=True))
        for i in range(len(words) - size + 1)
    )


def is_form(word: str, stem: str) -> bool:
    """Tell whether a word is the stem with an ending that a Russian form of a name may have."""
    return word.startswith(stem) and word[len(stem) :] in _ENDINGS


def stem(word: str) -> str:
    """Return the word without a vowel ending, so that its forms are found; short words are kept whole."""
    bare = word.rstrip("aeiouy")
    return bare if len(bare) >= SHORTEST and len(word) - len(bare) <= 2 else word


def plain_words(text: str) -> list[str]:
    """Return the words of a text in small Latin letters, without accents and characters that nobody sees."""
    whole = (
        unicodedata.normalize("NFKC", without_heaps(text)).casefold().replace("й", "y")
    )  # its breve is no accent
    plain = unicodedata.normalize("NFKD", whole)
    plain = "".join(c for c in plain if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return [_latin(word) for word in _WORD.findall(plain)]


def _latin(word: str) -> str:
    return "".join(_LATIN.get(letter, letter) for letter in word)
