"""Word codes: eight words that bring a person back to their conversation (docs/protocol.md 2).

1. There are exactly eight words, all of the list of the language.
2. 1·w1 + 2·w2 + … + 7·w7 + 7·w8 ≡ 0 (mod 7,789): every single wrong word is caught, and every exchange of two
   words but that of the last two.
3. w7 ≠ w8, so that every code has a second order of its last two words: the alarm form. Nothing in a code says
   which of the two orders was shown first; only the team knows, from inside the seal.
4. Case, Unicode form, е/ё, stress marks, marks without width and whatever stands between the words do not matter.
5. A code has a form of 32 digits, four for each word, which looks like any other number; digits of any script are read.
6. Keys come from the eight indices alone, so that both languages and every page give the same ones.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from leeward.base.ports import Chance
from leeward.seal._hazmat.kdf import hkdf
from leeward.seal.errors import UnknownWords, WordsDisagree, WrongWordCount
from leeward.seal.keys import Identity
from leeward.seal.secret import Secret
from leeward.seal.wordlists import LIST_SIZE, index_of, nearest_words, words_of

CODE_WORDS = 8
PRIME = 7789
WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 7)
_SALT = b"leeward-code-1"
_DIGITS_EACH = 4
_MARKS = frozenset({"Mn", "Mc", "Me", "Cf"})
_SPACE_UNSEEN = "\u200b"
_FAIR = 65536 - 65536 % LIST_SIZE  # 16-bit draws from here on would favour some words


class Code(Secret):
    """Eight word indices that obey the rules. Whoever has it can read the answers."""

    __slots__ = ()

    def __init__(self, indices: Sequence[int]) -> None:
        """Take eight indices; raise WordsDisagree unless they obey rules 2 and 3."""
        if len(indices) != CODE_WORDS or not all(0 <= index < LIST_SIZE for index in indices):
            raise ValueError("a code has eight indices from 0 to 7,775")
        if sum(weight * index for weight, index in zip(WEIGHTS, indices, strict=True)) % PRIME:  # 2
            raise WordsDisagree
        if indices[6] == indices[7]:  # 3
            raise WordsDisagree
        super().__init__(b"".join(index.to_bytes(2) for index in indices))

    @property
    def indices(self) -> tuple[int, ...]:
        """Return the eight indices."""
        return tuple(int.from_bytes(self._raw[place : place + 2]) for place in range(0, len(self._raw), 2))

    def words(self, language: str) -> tuple[str, ...]:
        """Return the eight words in a language."""
        known = words_of(language)
        return tuple(known[index] for index in self.indices)

    def digits(self) -> str:
        """Return the code as 32 digits in two times four groups."""
        groups = [f"{index:04}" for index in self.indices]
        return f"{' '.join(groups[:4])}  {' '.join(groups[4:])}"

    def alarm_form(self) -> Code:
        """Return the code with its last two words exchanged: the other of the pair, whichever this one is."""
        *first, seventh, eighth = self.indices
        return Code((*first, eighth, seventh))

    def hazmat_bytes(self) -> bytes:
        """Return the indices as eight big-endian 16-bit numbers; for the derivation only."""
        return self._raw


@dataclass(frozen=True, slots=True)
class Way:
    """What a code opens: a mailbox on the relay, and the identity and voice of whoever holds the words.

    `box` is 32 hex digits; `read`, `write` (the box's tokens), `voice` and `upload` 64. Of `upload` the pieces of
    files are sealed (docs/protocol.md 3.2).
    """

    box: str = field(repr=False)
    read: str = field(repr=False)
    write: str = field(repr=False)
    identity: Identity = field(repr=False)
    voice: str = field(repr=False)
    upload: str = field(repr=False)


def make_code(chance: Chance) -> Code:
    """Draw a code; all of them are equally likely."""
    while True:
        first = [_draw_index(chance) for _ in range(CODE_WORDS - 1)]
        rest = sum(weight * index for weight, index in zip(WEIGHTS, first, strict=False))
        last = -rest * pow(WEIGHTS[-1], -1, PRIME) % PRIME
        if last < LIST_SIZE and last != first[-1]:
            return Code((*first, last))


def parse_code(untrusted_text: str, language: str) -> Code:
    """Return the code that somebody typed, as words or as digits, or raise a CodeRefused that says what to look at."""
    digits = split_digits(untrusted_text)
    if digits:
        return _code_of_digits(digits)
    words = split_words(untrusted_text)
    if len(words) != CODE_WORDS:  # 1
        raise WrongWordCount(len(words))
    known = index_of(language)
    unknown = {place: word for place, word in enumerate(words, 1) if word not in known}
    if unknown:  # 1
        raise UnknownWords(unknown, {place: nearest_words(word, language) for place, word in unknown.items()})
    return Code([known[word] for word in words])  # 2 3


def split_words(untrusted_text: str) -> list[str]:
    """Return the runs of letters in a text, in lower case, NFKC, with е for ё, without stress marks."""
    return "".join(letter if letter.isalpha() else " " for letter in _plain(untrusted_text)).split()


def split_digits(untrusted_text: str) -> list[int]:
    """Return the values of the digits in a text that has no letters; none if it has some."""
    text = _plain(untrusted_text)
    if any(letter.isalpha() for letter in text):  # isalpha: categories L*
        return []
    return [int(letter) for letter in text if letter.isdecimal()]  # 5 isdecimal: category Nd


def _plain(untrusted_text: str) -> str:
    text = unicodedata.normalize("NFKC", untrusted_text).lower().replace("ё", "е").replace(_SPACE_UNSEEN, " ")
    if text.isascii():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter) not in _MARKS)  # 4


def _code_of_digits(digits: list[int]) -> Code:
    if len(digits) != CODE_WORDS * _DIGITS_EACH:
        raise WrongWordCount(len(digits) // _DIGITS_EACH)
    numbers = "".join(map(str, digits))
    indices = [int(numbers[at : at + _DIGITS_EACH]) for at in range(0, len(numbers), _DIGITS_EACH)]
    if max(indices) >= LIST_SIZE:
        raise WordsDisagree
    return Code(indices)  # 2 3


def derive_way(code: Code) -> Way:
    """Return what a code opens; the same for the same code for ever."""
    secret = code.hazmat_bytes()

    def derive(info: bytes, size: int) -> bytes:
        return hkdf(secret, salt=_SALT, info=info, size=size)  # 6

    return Way(
        box=derive(b"box", 16).hex(),
        read=derive(b"read", 32).hex(),
        write=derive(b"write", 32).hex(),
        identity=Identity.from_seed(derive(b"identity", 32)),
        voice=derive(b"voice", 32).hex(),
        upload=derive(b"upload", 32).hex(),
    )


def _draw_index(chance: Chance) -> int:
    while True:
        number = int.from_bytes(chance.draw(2))
        if number < _FAIR:
            return number % LIST_SIZE
