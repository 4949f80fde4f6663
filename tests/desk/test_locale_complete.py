"""Every sentence has a Russian one, with the same values in it and all three plural forms."""

from __future__ import annotations

import re

import pytest
from tests.support.texts import Text, not_literal, texts

from leeward.desk.language import AREAS, read_catalogue, vocabularies

_VALUES = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def _values(text: str) -> set[str]:
    return {a or b for a, b in _VALUES.findall(text)}


@pytest.fixture(scope="module")
def russian() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for area in AREAS:
        found.update(read_catalogue("ru", area))
    return found


@pytest.fixture(scope="module")
def shown() -> list[Text]:
    return list(texts())


def test_every_sentence_has_a_russian_one(shown: list[Text], russian: dict[str, tuple[str, ...]]) -> None:
    missing = [f"{one.where}: {one.text}" for one in shown if not all(russian.get(one.text, ("",)))]
    assert missing == []


def test_plurals_have_three_forms_and_single_texts_one(
    shown: list[Text], russian: dict[str, tuple[str, ...]]
) -> None:
    wrong = [
        f"{one.where}: {one.text}"
        for one in shown
        if one.text in russian and len(russian[one.text]) != (3 if one.plural else 1)
    ]
    assert wrong == []


def test_the_same_values_stand_in_both(shown: list[Text], russian: dict[str, tuple[str, ...]]) -> None:
    wrong = []
    for one in shown:
        allowed = _values(one.text) | _values(one.plural)
        wrong += [
            f"{one.where}: {form}"
            for form in russian.get(one.text, ())
            if not _values(form) <= allowed | {"num", "n"} or not allowed - {"num", "n"} <= _values(form)
        ]
    assert wrong == []


def test_sentences_are_literal_where_they_are_said() -> None:
    assert not_literal() == []


def test_every_word_of_every_vocabulary_is_in_both_languages() -> None:
    empty = [
        f"{name}/{term.code}"
        for name, words in vocabularies().items()
        for term in words
        if not (term.en and term.ru)
    ]
    assert empty == []


def test_a_catalogue_says_nothing_twice_and_differently() -> None:
    seen: dict[str, tuple[str, tuple[str, ...]]] = {}
    wrong = []
    for area in AREAS:
        for text, forms in read_catalogue("ru", area).items():
            if text in seen and seen[text][1] != forms:
                wrong.append(f"{text}: {seen[text][0]} and {area}")
            seen[text] = (area, forms)
    assert wrong == []
