"""Word codes: the rules of seal/codes.py, each broken."""

from __future__ import annotations

import hashlib
import json
import runpy
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.base.ports import SystemChance
from leeward.seal import errors
from leeward.seal.codes import PRIME, WEIGHTS, Code, derive_way, make_code, parse_code, split_words
from leeward.seal.wordlists import LISTS, index_of, nearest_words, words_of

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests" / "vectors" / "codes.json").read_text("utf-8"))
LANGUAGES = st.sampled_from(sorted(LISTS))


@st.composite
def codes(draw: st.DrawFn) -> Code:
    seed = draw(st.binary(max_size=8))

    class Foreseen:
        count = 0

        def draw(self, count: int) -> bytes:
            self.count += 1
            return hashlib.sha256(seed + self.count.to_bytes(8)).digest()[:count]

    return make_code(Foreseen())


@pytest.mark.parametrize("language", sorted(LISTS))
def test_a_list_has_7776_different_plain_words_in_order(language: str) -> None:
    words = words_of(language)
    assert len(words) == len(set(words)) == 7776
    assert list(words) == sorted(words)
    assert all(
        word.isalpha() and 3 <= len(word) <= 10 and split_words(word.upper()) == [word] for word in words
    )


@pytest.mark.parametrize("language", sorted(LISTS))
def test_a_list_is_the_one_that_codes_were_given_out_with(language: str) -> None:
    raw = (ROOT / "src" / "leeward" / "seal" / "words" / f"{language}.txt").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == LISTS[language] == VECTORS["lists"][language]["sha256"]


def test_the_lists_share_no_word_so_that_a_code_has_one_language() -> None:
    assert not set(words_of("en")) & set(words_of("ru"))


@pytest.mark.parametrize(
    "word", ["радуга", "тюрьма", "полиция", "гей", "пытка", "мечеть", "rainbow", "police", "closet"]
)
def test_words_that_endanger_are_not_there(word: str) -> None:
    assert word not in index_of("en")
    assert word not in index_of("ru")


@pytest.mark.parametrize("vector", VECTORS["codes"])
def test_vectors_of_codes(vector: dict[str, Any]) -> None:
    for form in (vector, vector["alarm"]):
        code = Code(form["indices"])
        way = derive_way(code)
        assert form["keys"] == {
            "box": way.box,
            "read": way.read,
            "write": way.write,
            "identity": way.identity.string(),
            "recipient": way.identity.recipient().string(),
            "voice": way.voice,
            "upload": way.upload,
        }
        assert form["digits"] == code.digits()
        assert parse_code(code.digits(), "en") == code
        for language, text in form["words"].items():
            assert parse_code(text, language) == code
    assert Code(vector["indices"]).alarm_form().indices == tuple(vector["alarm"]["indices"])


@pytest.mark.parametrize("vector", VECTORS["inputs"])
def test_vectors_of_messy_inputs(vector: dict[str, Any]) -> None:
    assert parse_code(vector["text"], vector["language"]).indices == tuple(vector["indices"])


@pytest.mark.parametrize("vector", VECTORS["refused"])
def test_vectors_of_refused_inputs(vector: dict[str, Any]) -> None:
    failures = {
        "count": errors.WrongWordCount,
        "unknown": errors.UnknownWords,
        "disagree": errors.WordsDisagree,
    }
    with pytest.raises(failures[vector["failure"]]) as caught:
        parse_code(vector["text"], vector["language"])
    if isinstance(caught.value, errors.WrongWordCount):
        assert caught.value.count == vector["count"]
    if isinstance(caught.value, errors.UnknownWords):
        assert {str(place): word for place, word in caught.value.unknown.items()} == vector["unknown"]
        assert {str(place): list(near) for place, near in caught.value.nearest.items()} == vector["nearest"]


def test_the_vectors_are_remade_byte_for_byte() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "make_code_vectors.py"))["make_text"]()
    assert made == (ROOT / "tests" / "vectors" / "codes.json").read_text("utf-8")


@given(codes(), LANGUAGES)
def test_words_and_codes_round_trip(code: Code, language: str) -> None:
    assert parse_code(" ".join(code.words(language)), language) == code
    assert code.alarm_form().alarm_form() == code != code.alarm_form()


@given(codes(), st.integers(0, 7), st.integers(1, 7775))
def test_2_any_single_wrong_word_is_caught(code: Code, place: int, by: int) -> None:
    wrong = list(code.indices)
    wrong[place] = (wrong[place] + by) % 7776
    with pytest.raises(errors.WordsDisagree):
        Code(wrong)


@given(codes(), st.integers(0, 7), st.integers(0, 7))
def test_2_any_exchange_of_two_words_but_the_last_is_caught(code: Code, one: int, two: int) -> None:
    swapped = list(code.indices)
    swapped[one], swapped[two] = swapped[two], swapped[one]
    if tuple(swapped) == code.indices:
        return
    if {one, two} == {6, 7}:
        assert Code(swapped) == code.alarm_form()
        return
    with pytest.raises(errors.WordsDisagree):
        Code(swapped)


def test_3_equal_last_words_are_refused() -> None:
    total = -sum(weight * 5 for weight in WEIGHTS[1:6]) % PRIME
    first = next(w for w in range(7776) for s in (-(w + 14 * 9 - total) % PRIME,) if s == 0)
    with pytest.raises(errors.WordsDisagree):
        Code((first, 5, 5, 5, 5, 5, 9, 9))


@pytest.mark.parametrize("indices", [(1,) * 7, (1,) * 9, (0,) * 7 + (7776,), (-1,) + (0,) * 7])
def test_indices_that_cannot_be_are_our_own_mistake(indices: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="eight indices"):
        Code(indices)


@given(codes(), LANGUAGES, st.sampled_from(["-", " ", "\n", " 1. ", "—", "\u200b", "_", ", "]))
def test_4_case_forms_and_separators_do_not_matter(code: Code, language: str, between: str) -> None:
    text = between.join(code.words(language))
    text = unicodedata.normalize("NFD", text.upper()).replace("е", "ё")
    assert parse_code(text, language) == code


DIGITS = [chr(point) for point in range(0x110000) if chr(point).isdecimal()]


@given(codes(), LANGUAGES, st.data())
def test_5_digits_of_any_script_and_whatever_stands_between_do_not_matter(
    code: Code, language: str, data: st.DataObject
) -> None:
    between = st.sampled_from(["", " ", "-", "/", "\u200b", "\u200f", "\n", "."])
    text = "".join(
        data.draw(between) + data.draw(st.sampled_from([one for one in DIGITS if int(one) == int(digit)]))
        for digit in code.digits().replace(" ", "")
    )
    assert parse_code(text, language) == code


@given(st.lists(st.integers(0, 9), max_size=40), LANGUAGES)
def test_5_other_digits_are_refused_in_words(digits: list[int], language: str) -> None:
    text = "".join(map(str, digits))
    failure = errors.WordsDisagree if len(digits) == 32 else errors.WrongWordCount
    with pytest.raises(failure):
        parse_code(text, language)


@given(codes(), LANGUAGES, st.sampled_from(["\u00ad", "\u200d", "\u2060", "\ufeff", "\u202c", "\u0301"]))
def test_4_marks_without_width_are_no_separators(code: Code, language: str, mark: str) -> None:
    after = "bdfjqtv" if language == "en" else "аеиоуэюя"  # where an accent does not make another letter
    words = ["".join(c + mark if c in after else c for c in word) for word in code.words(language)]
    assert parse_code(" ".join(words), language) == code


@given(st.text(max_size=300), LANGUAGES)
def test_nothing_typed_raises_anything_else(text: str, language: str) -> None:
    with pytest.raises(errors.CodeRefused):
        parse_code(text, language)


def test_a_very_long_text_is_refused_quickly() -> None:
    with pytest.raises(errors.WrongWordCount):
        parse_code("ы " * 1_000_000, "ru")
    with pytest.raises(errors.UnknownWords):
        parse_code(" ".join(["я" * 100_000] * 8), "ru")


def test_6_every_derived_key_is_another_one() -> None:
    code = make_code(SystemChance())
    seen = set()
    for form in (code, code.alarm_form()):
        way = derive_way(form)
        hexes = (way.box, way.read, way.write, way.voice, way.upload)
        seen |= {*hexes, way.identity.string(), way.read[:32]}
        assert [len(part) for part in hexes] == [32, 64, 64, 64, 64]
    assert len(seen) == 14


def test_codes_and_ways_print_as_nothing() -> None:
    code = Code(VECTORS["codes"][0]["indices"])
    way = derive_way(code)
    shown = f"{code!r} {code} {way!r} {way}"
    assert not any(word in shown for word in code.words("en"))
    assert way.box not in shown
    assert way.voice not in shown
    assert way.upload not in shown
    assert code.digits()[:4] not in shown
    assert str(code.indices[0]) not in shown


def test_nearest_words_are_one_edit_away() -> None:
    assert "минута" in nearest_words("минтуа", "ru")
    assert "минута" in nearest_words("миннута", "ru")
    assert "минута" in nearest_words("минта", "ru")
    assert "минута" in nearest_words("манута", "ru")
    assert nearest_words("минута" * 100, "ru") == ()


def test_a_frightened_person_is_told_which_word_and_what_it_may_be() -> None:
    words = list(Code(VECTORS["codes"][0]["indices"]).words("ru"))
    words[4] = "минутта"
    with pytest.raises(errors.UnknownWords) as caught:
        parse_code(" ".join(words), "ru")
    assert "Word 5, “минутта”" in str(caught.value)
    assert "минута" in str(caught.value)
    assert "safe" in str(caught.value)
