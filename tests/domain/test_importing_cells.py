"""What stands in a cell is read as people write it, and never guessed."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.domain.cases.words import NEED, RISK
from leeward.domain.errors import OutOfRange
from leeward.domain.importing_cells import (
    Cell,
    folded,
    plain,
    read_currency,
    read_day,
    read_languages,
    read_money,
    read_number,
    read_word,
    read_words,
    read_yes,
)
from leeward.domain.importing_fields import FIELDS, field_of

_DAY = dt.date(2017, 4, 7)
_MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)


@pytest.mark.parametrize(
    "cell",
    [
        "07.04.2017", "7.4.2017", "7.4.17", "07.04.2017 г.", "07.04.2017 13:05", "2017-04-07", "2017/04/07",
        "2017-04-07 13:05", "2017-04-07T13:05:00", "7 апреля 2017", "7 апреля 2017 года", "7 April 2017",
        "April 7, 2017", "7th Apr 2017", " 07.04.2017 ", 42832, 42832.0, "42832", dt.date(2017, 4, 7),
        dt.datetime(2017, 4, 7, 21, 15),  # noqa: DTZ001 - as a spreadsheet holds it
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_form_that_people_write(cell: Cell) -> None:
    assert read_day(cell) == _DAY


@pytest.mark.parametrize(
    "cell",
    [
        "04/07/2017",
        "31.02.2017",
        "0017-04-07",
        "soon",
        "13",
        "07.04",
        "7 мартобря 2017",
        "99999",
        True,
        -5,
        "１",
    ],
)
def test_what_is_no_day_or_two_days_is_refused(cell: Cell) -> None:
    with pytest.raises(OutOfRange):
        read_day(cell)


@given(st.dates(dt.date(1930, 1, 1), dt.date(2069, 12, 31)))
def test_every_day_comes_back_from_every_form(day: dt.date) -> None:
    forms: list[Cell] = [
        day.isoformat(),
        f"{day:%d.%m.%Y}",
        f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
        (day - dt.date(1899, 12, 30)).days,
    ]
    assert {read_day(form) for form in forms} == {day}


@pytest.mark.parametrize(
    ("cell", "money"),
    [
        ("1 234,50", (123450, "")), ("1,234.50", (123450, "")), ("1.234,50 €", (123450, "EUR")), ("€12", (1200, "EUR")),
        ("3 500 руб.", (350000, "RUB")), (12.5, (1250, "")), (1900, (190000, "")), ("1.234.567", (123456700, "")),
        ("-5,5", (-550, "")), ("1 234", (123400, "")), (0.1 + 0.2, (30, "")), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_sum_is_read_to_the_cent(cell: Cell, money: tuple[int, str] | None) -> None:
    assert read_money(cell) == money


@pytest.mark.parametrize(
    "cell", ["1,234", "1.234", "12 € $", "a lot", "=1+1", "1e9", "--5", "12 coins", "5.678.9", 1e300]
)
def test_a_sum_that_could_be_another_is_refused(cell: Cell) -> None:
    with pytest.raises(OutOfRange):
        read_money(cell)


def test_words_are_known_in_both_languages_and_as_people_say_them() -> None:
    risk = field_of("people", "risk")
    for cell in ("high", "Высокий", "ВЫСОКАЯ", " высокий ", "High!"):
        assert read_word(cell, RISK, risk.also) == "high"
    assert read_word("very-high", RISK, risk.also) == read_word("Очень высокий", RISK, {}) == "very-high"
    need = field_of("people", "need")
    assert read_words("жильё, виза; Юрист\nвиза", NEED, need.also) == ("shelter", "visa", "legal")
    assert read_words("passport or ID", NEED, {}) == ("passport",)
    with pytest.raises(OutOfRange):
        read_word("fairly high", RISK, risk.also)
    assert read_word("", RISK, {}) == ""


def test_languages_numbers_yes_and_currencies() -> None:
    assert read_languages("русский и чеченский, EN") == ("ru", "ce", "en")
    assert read_number("3", 1, 30) == read_number(3.0, 1, 30) == 3
    assert read_yes("Да") is True
    assert read_yes("нет") is False
    assert read_currency("руб.") == "RUB"
    for refused in (lambda: read_languages("эльфийский"), lambda: read_number("31", 1, 30), lambda: read_yes("maybe"),
                    lambda: read_number("2.5", 1, 30), lambda: read_currency("coins")):  # fmt: skip
        with pytest.raises(OutOfRange):
            refused()


@pytest.mark.parametrize("text", ["=1+1", "+7 900", "-5", "@SUM(A1)", "=HYPERLINK(…)"])
def test_nothing_is_evaluated(text: str) -> None:
    assert plain(text) == text


def test_hidden_marks_are_gone_and_forms_compare_alike() -> None:
    assert plain("a\x00b\u202ec\ufeff\x07") == "abc"
    assert folded("  Пётр\u00a0 ИВАНОВ ") == folded("петр иванов")
    assert plain(17.0) == "17"
    assert plain(float("nan")) == ""
    assert plain("x\r\ny") == "x\ny"


@given(st.one_of(st.text(max_size=60), st.floats(), st.integers(), st.booleans(), st.none(), st.datetimes()))
def test_no_cell_does_more_than_refuse(cell: Cell) -> None:
    for target, fields in FIELDS.items():
        for field in fields:
            if field.vocabulary is None:
                continue
            try:
                code = read_word(cell, field.vocabulary, field.also)
            except OutOfRange:
                continue
            assert code == "" or code in field.vocabulary, target
    for reader in (read_day, read_money, read_languages, read_yes, read_currency, plain, folded):
        with contextlib.suppress(OutOfRange):
            reader(cell)


def test_every_further_word_leads_to_a_word_of_its_list() -> None:
    for fields in FIELDS.values():
        for field in fields:
            for word, code in field.also.items():
                assert field.vocabulary is not None
                assert code in field.vocabulary, (field.code, word)
                assert read_word(word, field.vocabulary, field.also), word
