"""Make the two lists of 7,776 words that codes are spelled with. Deterministic; run it only to make a new list.

    python tools/make_wordlists.py            write src/leeward/seal/words/{en,ru}.txt
    python tools/make_wordlists.py --check    make them in memory and compare

A list is never changed once codes have been given out: a word's place in it is part of the code.

English: the EFF's large list (as package xkcdpass carries it) without words that could endanger or hurt whoever is
seen with them, filled up from the EFF's two short lists.
Russian: the most frequent nouns (wordfreq) that the OpenCorpora dictionary (pymorphy3) knows as inanimate, nominative
singular or plural only, 3 to 9 letters, none with ё, no names; common animals; without the same kind of words. Of words
that sound alike (unstressed vowels, voiced and unvoiced, doubled letters) only the commonest is taken.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import re
import sys
from pathlib import Path
from typing import Any, TypeAlias

Reader: TypeAlias = Any
"""A pymorphy3.MorphAnalyzer; that package carries no types."""

ROOT = Path(__file__).resolve().parent.parent
WORDS = ROOT / "src" / "leeward" / "seal" / "words"
CARE = Path(__file__).resolve().parent / "wordlists"
SIZE = 7776
ENGLISH = re.compile(r"[a-z]{3,10}")
RUSSIAN = re.compile(r"[а-я]{3,9}")
NAMES = {
    "Name",
    "Surn",
    "Patr",
    "Geox",
    "Orgn",
    "Trad",
    "Abbr",
    "Init",
    "Slng",
    "Erro",
    "Dist",
    "Infr",
    "Vulg",
}
RARE_SCORE = 0.02  # readings rarer than this do not count against a word
SOUNDS = str.maketrans(
    {
        "о": "а", "я": "а", "е": "и", "э": "и", "ы": "и", "й": "и", "ю": "у", "б": "п", "в": "ф",
        "г": "к", "д": "т", "з": "с", "ж": "ш", "щ": "ш", "ь": None, "ъ": None,
    }
)  # fmt: skip


def main() -> int:
    """Write or compare both lists."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    check = parser.parse_args().check
    same = True
    for name, words in (("en", make_english()), ("ru", make_russian())):
        text = "".join(f"{word}\n" for word in sorted(words))
        path = WORDS / f"{name}.txt"
        if check:
            same &= path.read_text("utf-8") == text
        else:
            path.write_text(text, "utf-8")
        print(f"{name}: {len(words)} words, {len(text.encode())} bytes")
    return 0 if same else 1


def make_english() -> list[str]:
    """Return the English words."""
    package = importlib.util.find_spec("xkcdpass")
    if package is None or package.origin is None:
        raise SystemExit("install the dependency group `words` first")
    folder = Path(package.origin).parent / "static"
    unwanted = read_unwanted("drop_en.txt")
    words: dict[str, None] = {}
    for name in ("eff-long", "eff-short", "eff-special"):
        for word in (folder / name).read_text("utf-8").split():
            if ENGLISH.fullmatch(word) and not unwanted.fullmatch(word) and len(words) < SIZE:
                words[word] = None
    return enough(list(words))


def make_russian() -> list[str]:
    """Return the Russian words."""
    # By name, as only whoever remakes the lists has them.
    reader = importlib.import_module("pymorphy3").MorphAnalyzer(lang="ru")
    wordfreq = importlib.import_module("wordfreq")
    unwanted = read_unwanted("drop_ru.txt")
    words = (CARE / "animals_ru.txt").read_text("utf-8").split()
    sounds = {sound_of(word) for word in words}
    for word in wordfreq.top_n_list("ru", 400_000, wordlist="best"):
        if len(words) == SIZE:
            break
        if not RUSSIAN.fullmatch(word) or unwanted.fullmatch(word) or sound_of(word) in sounds:
            continue
        if is_plain_noun(word, reader):
            words.append(word)
            sounds.add(sound_of(word))
    return enough(words)


def is_plain_noun(word: str, reader: Reader) -> bool:
    """Tell whether a word is first of all the dictionary form of an inanimate noun, and nobody's or no place's name."""
    readings = reader.parse(word)
    usual = [reading for reading in readings if reading.score > RARE_SCORE]
    if not readings[0].is_known or readings[0].tag.POS != "NOUN":
        return False
    if any(NAMES & set(reading.tag.grammemes) or "anim" in reading.tag for reading in usual):
        return False
    if any("ё" in reading.normal_form for reading in readings):
        return False
    as_noun = [reading for reading in readings if reading.tag.POS == "NOUN" and reading.normal_form == word]
    plain = any(
        "nomn" in reading.tag and ("sing" in reading.tag or "Pltm" in reading.tag) for reading in as_noun
    )
    return plain and sum(reading.score for reading in as_noun) >= 1 / 2


def sound_of(word: str) -> str:
    """Return a rough key of how a word sounds on a bad line."""
    return re.sub(r"(.)\1+", r"\1", word.translate(SOUNDS))


def read_unwanted(name: str) -> re.Pattern[str]:
    """Return what matches a word of a care list; `stem*` there means every word that begins so."""
    lines = (CARE / name).read_text("utf-8").split()
    return re.compile("|".join(re.escape(line).replace(r"\*", ".*") for line in lines))


def enough(words: list[str]) -> list[str]:
    """Return the words, or stop if there are not exactly enough."""
    if len(words) != SIZE or len(set(words)) != SIZE:
        raise SystemExit(f"{len(words)} words instead of {SIZE}")
    return words


if __name__ == "__main__":
    sys.exit(main())
