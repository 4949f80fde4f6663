"""Words for searching: what a text is made of, in forms that meet whatever form somebody types. Pure.

1. Text is NFKC, case-folded, ё as е, without stress marks; letters and digits make words, all else separates.
2. A word is indexed by its stem (Snowball: Russian for Cyrillic, English for Latin letters) and as it stands.
3. What people type is data: whatever it holds, it becomes a list of such words or nothing.
4. Ids, hashes, keys and dates in ISO form are not text and are left out, as are fields named `*_id` and `*_ids`.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator

import Stemmer  # type: ignore[import-not-found]  # it has no types

from leeward.base.accents import without_heaps
from leeward.ledger.merge import State
from leeward.ledger.model import Value

WORD_MOST = 64  # characters of a word; the rest of a longer one does not count
QUERY_WORDS_MOST = 12
PREFIX_LEAST = 3  # letters of an unfinished word before everything that begins so is looked for
TEXT_INDEXED_MOST = 200_000  # characters of one record that are indexed
_CACHE_MOST = 400_000

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_NOT_TEXT = re.compile(
    r"[a-z2-7]{26}|[0-9a-fA-F]{16,}|[A-Za-z0-9+/_-]{40,}={0,2}|age1pq1\w+"
    r"|\d{4}-\d\d(-\d\d)?([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?",
    re.ASCII,
)
_YO = str.maketrans({"ё": "е"})
_local = threading.local()
_cache: dict[str, tuple[str, ...]] = {}


def plain_form(text: str) -> str:
    """Return the text as words are compared (rule 1)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", without_heaps(text))
        folded = text.casefold().translate(_YO)
        if not _WORD.fullmatch(folded.replace(" ", "")):
            folded = "".join(c for c in folded if unicodedata.category(c) != "Mn")
        return folded
    return text.casefold()


def words_of(text: str) -> list[str]:
    """Return the words of a text in plain form, in order."""
    return [word[:WORD_MOST] for word in _WORD.findall(plain_form(text))]


def forms_of(word: str) -> tuple[str, ...]:
    """Return the stem of a plain word, and the word if it differs."""
    known = _cache.get(word)
    if known is None:
        stem = _stem(word)
        known = (stem,) if stem == word else (stem, word)
        if len(_cache) >= _CACHE_MOST:
            _cache.clear()
        _cache[word] = known
    return known


def index_terms(texts: Iterable[str]) -> set[str]:
    """Return every term under which a record with these texts is found."""
    terms: set[str] = set()
    room = TEXT_INDEXED_MOST
    for text in texts:
        for word in words_of(text[:room]):
            terms.update(forms_of(word))
        room -= len(text)
        if room <= 0:
            break
    return terms


def query_terms(untrusted_query: str) -> list[str]:
    """Return the plain words that somebody looks for, each once (rule 3)."""
    return list(dict.fromkeys(words_of(untrusted_query[:2000])))[:QUERY_WORDS_MOST]


def texts_of(state: State) -> Iterator[str]:
    """Yield every text that people wrote into a record: live values and notes (rule 4)."""
    for family in (state.sets, state.notes, state.adds):
        for field, live in family.items():
            if field.endswith(("_id", "_ids")):
                continue
            for write in live:
                value = write.value
                if type(value) is str:
                    if not is_not_text(value):
                        yield value
                elif value is not None and not isinstance(value, (int, float, bytes)):
                    yield from _inner_texts(value)


def is_not_text(value: str) -> bool:
    """Tell whether a value is an id, a hash, a key or an ISO date (rule 4)."""
    return not value or (" " not in value[:80] and _NOT_TEXT.fullmatch(value) is not None)


def _inner_texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        if not is_not_text(value):
            yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if not name.endswith(("_id", "_ids")):
                yield from _inner_texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _inner_texts(inner)


def _stem(word: str) -> str:
    stemmers = getattr(_local, "stemmers", None)
    if stemmers is None:
        # PyStemmer's objects are not to be shared between threads; its own cache would double ours.
        stemmers = _local.stemmers = (Stemmer.Stemmer("russian", 0), Stemmer.Stemmer("english", 0))
    russian, english = stemmers
    if _CYRILLIC.search(word):
        return str(russian.stemWord(word))
    if word.isascii() and word.isalpha():
        return str(english.stemWord(word))
    return word


def snippet_of(texts: Iterable[str], words: list[str], length: int = 160) -> str:
    """Return the piece of a record's texts around the first word looked for; its beginning if none is found."""
    stems = {forms_of(word)[0] for word in words}
    last = words[-1] if words else ""
    first_text = ""
    for text in texts:
        first_text = first_text or text
        for match in _WORD.finditer(text[:TEXT_INDEXED_MOST]):
            plain = plain_form(match.group())[:WORD_MOST]
            if forms_of(plain)[0] in stems or (len(last) >= PREFIX_LEAST and plain.startswith(last)):
                return _cut(text, match.start(), length)
    return _cut(first_text, 0, length)


def _cut(text: str, at: int, length: int) -> str:
    start = max(0, at - length // 3)
    end = min(len(text), start + length)
    piece = " ".join(text[start:end].split())
    return ("… " if start else "") + piece + (" …" if end < len(text) else "")
