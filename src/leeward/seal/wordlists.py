"""The word lists that codes are spelled with: 7,776 words each, in alphabetical order (words/README.md).

A word's place is part of every code ever given out, so a list never changes; its SHA-256 is checked when it is read.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from importlib import resources

LIST_SIZE = 7776
LISTS: Mapping[str, str] = {
    "en": "e0e650e393de7a2797d3b0f0157c36d059c94ed384c5ecc5425bfb2635cc07d9",
    "ru": "c1745d80449e93f9f48da4e333b0a4b12ead39aa88cfa9ce4f6cf0652eb60294",
}
"""Language to the SHA-256 of its list."""

_ALPHABETS = {"en": "abcdefghijklmnopqrstuvwxyz", "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя"}
_LONGEST = 20  # a longer "word" is no slip of a finger


@functools.cache
def words_of(language: str) -> tuple[str, ...]:
    """Return the words of a language ("en", "ru") by index."""
    if language not in LISTS:
        raise ValueError(f"there is no word list {language!r}")
    raw = resources.files("leeward.seal").joinpath("words", f"{language}.txt").read_bytes()
    words = tuple(raw.decode().split())
    if hashlib.sha256(raw).hexdigest() != LISTS[language] or len(words) != LIST_SIZE:
        raise RuntimeError(f"the word list {language} is damaged; install Leeward again")
    return words


@functools.cache
def index_of(language: str) -> Mapping[str, int]:
    """Return each word's index."""
    return {word: index for index, word in enumerate(words_of(language))}


def nearest_words(word: str, language: str) -> tuple[str, ...]:
    """Return the words of the list within one edit (a letter more, less, other, or two neighbours exchanged)."""
    if len(word) > _LONGEST:
        return ()
    known, letters = index_of(language), _ALPHABETS[language]
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    near = {head + tail[1:] for head, tail in splits if tail}
    near |= {head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1}
    near |= {head + letter + tail[1:] for head, tail in splits if tail for letter in letters}
    near |= {head + letter + tail for head, tail in splits for letter in letters}
    return tuple(sorted(near & known.keys()))
