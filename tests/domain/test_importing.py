"""Which column is what, by what two rows are one, and which rows are refused."""

from __future__ import annotations

import pytest

from leeward.domain.errors import RuleBroken
from leeward.domain.importing import Columns, Sheet, check, guess, guess_target, left_out, read_rows
from leeward.domain.importing_cells import Cell
from leeward.domain.importing_fields import FIELDS, KEYS, TARGET
from leeward.domain.importing_records import namer


def sheet(headers: str, *rows: tuple[Cell, ...]) -> Sheet:
    return Sheet("", tuple(headers.split("|")), rows)


def test_headers_are_recognised_in_both_languages_and_no_field_is_given_twice() -> None:
    ru = guess("people", ["№", "ФИО", "Телефон", "Уровень риска", "Кол-во", "Дата обращения", "Комментарии"])
    assert ru == ("key", "legal_name", "phone", "risk", "", "opened", "note")
    en = guess(
        "people",
        ["Case No.", "Full name", "Mobile", "RISK", "Languages", "Next step", "Deadline", "Notes", "Notes"],
    )
    assert en == ("key", "legal_name", "phone", "risk", "languages", "task", "task_due", "note", "")
    assert guess("people", ["", " ", "…", "☎"]) == ("", "", "", "")


def test_a_name_goes_where_it_is_closed_if_nobody_says_otherwise() -> None:
    for header in ("Имя", "Name", "ФИО", "Фамилия", "Surname"):
        (code,) = guess("people", [header])
        assert next(one for one in FIELDS["people"] if one.code == code).closed


@pytest.mark.parametrize(
    ("headers", "target"),
    [
        ("№|ФИО|Риск|Этап", "people"),
        ("Person|Amount|Date|Category", "expenses"),
        ("Название|Количество мест|Адрес", "places"),
        ("Дело|Задача|Ответственный|Дедлайн", "tasks"),
        ("Человек|Потребность|Статус|Партнер", "needs"),
    ],
)
def test_what_a_sheet_holds_is_guessed_from_its_headers(headers: str, target: str) -> None:
    assert guess_target(headers.split("|")) == target
    assert target in TARGET


def test_two_rows_of_one_key_and_a_row_without_are_refused_and_empty_rows_are_none() -> None:
    table = sheet("№|Риск", (17.0, "high"), (None, None), ("17", "low"), ("", "low"), (" 18 ", ""))
    rows = list(read_rows(table, Columns("people", ("key", "risk"))))
    assert [row.number for row in rows] == [2, 4, 5, 6]
    assert [bool(row.problems) for row in rows] == [False, True, True, False]
    assert "row 2" in str(rows[1].problems[0].why)
    assert rows[2].problems[0].column == "№"
    assert rows[3].values == {"key": "18"}


def test_a_row_is_refused_for_each_cell_that_cannot_be_read_with_the_column_and_the_reason() -> None:
    table = sheet("№|Риск|Первый контакт", ("1", "как обычно", "04/07/2017"))
    (row,) = read_rows(table, Columns("people", ("key", "risk", "opened")))
    assert [one.column for one in row.problems] == ["Риск", "Первый контакт"]


@pytest.mark.parametrize(
    "columns",
    [
        Columns("people", ("key", "key")),
        Columns("people", ("risk", "")),  # no key
        Columns("people", ("key",)),
        Columns("people", ("key", "capacity")),
        Columns("expenses", ("key", "person")),  # no amount
        Columns("people", ("risk", ""), key_columns=(5,)),
    ],
)
def test_columns_that_cannot_be_are_refused(columns: Columns) -> None:
    with pytest.raises(RuleBroken):
        check(sheet("№|Риск", ("1", "low")), columns)


def test_columns_can_be_chosen_as_the_key_even_if_they_are_not_imported() -> None:
    table = sheet("a|b|Риск", ("x", "1", "low"), ("x", "2", "low"), ("X ", " 1", "high"))
    rows = list(read_rows(table, Columns("people", ("", "", "risk"), key_columns=(0, 1))))
    assert [bool(row.problems) for row in rows] == [False, False, True]


def test_what_is_left_out_is_said_unless_it_is_empty() -> None:
    table = sheet("№|ФИО|Пусто", ("1", "Имя", ""), ("2", None, None))
    assert left_out(table, Columns("people", ("key", "", ""))) == ["ФИО"]


def test_the_same_day_sum_and_telephone_in_another_form_are_the_same_key() -> None:
    first = sheet("p|d|s", ("1", "07.04.2017", "1 000,50"))
    again = sheet("p|d|s", ("1", "2017-04-07", 1000.5))
    columns = Columns("expenses", ("person", "day", "amount"))
    assert [row.key for row in read_rows(first, columns)] == [row.key for row in read_rows(again, columns)]


def test_ids_need_the_secret_and_all_of_the_key() -> None:
    name, other = namer(b"one"), namer(b"other")
    assert name("people", "17") == namer(b"one")("people", "17")
    assert (
        len({name("people", "17"), other("people", "17"), name("people", "1", "7"), name("people", "18")})
        == 4
    )


def test_every_key_and_every_reader_is_of_a_field() -> None:
    for target, fields in FIELDS.items():
        codes = {one.code for one in fields}
        assert len(codes) == len(fields)
        assert all(set(keys) <= codes for keys in KEYS[target])
        table = Sheet("", tuple(one.code for one in fields), (tuple(None for _ in fields),))
        assert list(read_rows(table, Columns(target, tuple(one.code for one in fields)))) == []
