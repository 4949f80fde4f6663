"""Rows of a spreadsheet become records: which column is what, by what two rows are one, and what each cell says.

1. A column is imported only if somebody said what it is; a guess is shown before it counts.
2. One row names the columns; what is above it is not read. A row without any cell is no row.
3. A row has a key: the cells by which it is the same row when the sheet comes again. Two rows with one key are refused.
4. Each cell is read strictly (importing_cells); what cannot be read refuses its row, with the column and the reason.
5. An empty cell says nothing: it never empties a field.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from leeward.base.say import Message, Versions, say
from leeward.domain import importing_cells as cells
from leeward.domain.cases.text import clean_name, clean_text
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.importing_cells import Cell, bare, folded, plain
from leeward.domain.importing_field import Field
from leeward.domain.importing_fields import FIELDS, KEYS, field_of

ROWS_MOST = 20_000
COLUMNS_MOST = 200
_SHORT = 5  # letters of a header from which a part of it is believed


class Sheet(msgspec.Struct, frozen=True):
    """One table as it was read: the headers, and every row as cells of the headers' number."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    header_row: int = 1  # where the headers stand, counted from 1

    def samples(self, column: int, most: int = 3) -> list[str]:
        """Return the first different values of a column, for a person to recognise it by."""
        found: dict[str, None] = {}
        for row in self.rows:
            if text := _short(row[column]):
                found[text] = None
            if len(found) == most:
                break
        return list(found)


class Columns(msgspec.Struct, frozen=True):
    """What the columns are: by place, a field's code, or "" for what is left out; and which columns make the key."""

    target: str
    columns: tuple[str, ...]
    key_columns: tuple[int, ...] = ()  # if somebody chose them; else `KEYS`


class Problem(msgspec.Struct, frozen=True):
    """Why a row is refused: the column's header ("" for the row itself) and a sentence."""

    column: str
    why: Message


class Row(msgspec.Struct, frozen=True):
    """One row as it was read; `number` is its place in the sheet, counted from 1."""

    number: int
    key: tuple[str, ...]
    values: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()


def guess(target: str, headers: Sequence[str]) -> tuple[str, ...]:
    """Return for each header the field that it most likely names, "" for none; no field is given to two."""
    words = [bare(header) for header in headers]
    found = [""] * len(words)
    for exact in (True, False):
        for field in FIELDS[target]:
            if field.code in found:
                continue
            known = [
                bare(one) or one for one in (field.en, field.ru, field.code, *field.headers.split("|")) if one
            ]
            for place, word in enumerate(words):
                if not found[place] and _named(headers[place], word, known, exact=exact):
                    found[place] = field.code
                    break
    return tuple(found)


def _named(header: str, word: str, known: Sequence[str], *, exact: bool) -> bool:
    if exact:
        return bool(word and word in known) or folded(header) in known
    return any(len(one) >= _SHORT and f" {one} " in f" {word} " for one in known)


def guess_target(headers: Sequence[str]) -> str:
    """Return what a sheet most likely holds."""
    found = {target: guess(target, headers) for target in FIELDS}
    words = {bare(header) for header in headers}
    weights = {
        target: 2 * sum(1 for one in codes if one)
        - 6 * sum(1 for field in FIELDS[target] if field.needed and field.code not in codes)
        + sum(1 for field in FIELDS[target] if words & {bare(field.en), bare(field.ru)})
        for target, codes in found.items()
    }
    return max(weights, key=lambda target: weights[target])


def key_fields(mapping: Columns) -> tuple[str, ...]:
    """Return by which fields two rows are one; RuleBroken if nothing that is mapped can say so."""
    if mapping.key_columns:
        return ()
    mapped = set(mapping.columns)
    for fields in KEYS[mapping.target]:
        if mapped.issuperset(fields):
            return fields
    raise RuleBroken(
        say("Nothing says which rows are the same when this sheet comes again."),
        kept=say("Nothing was changed."),
        next_step=say("Say which column is the number or code, or tick the columns that make a row itself."),
    )


def check(sheet: Sheet, mapping: Columns) -> None:
    """Refuse a mapping that cannot be: RuleBroken."""
    used = Counter(filter(None, mapping.columns))
    twice = next((code for code, count in used.items() if count > 1), "")
    if len(mapping.columns) != len(sheet.headers) or not used.keys() <= {
        one.code for one in FIELDS[mapping.target]
    }:
        raise RuleBroken(say("These columns are not those of this sheet."), kept=say("Nothing was changed."))
    if twice:
        pairs = zip(sheet.headers, mapping.columns, strict=True)
        first, second, *_ = (header for header, code in pairs if code == twice)
        raise RuleBroken(
            say(
                "Two columns, “{first}” and “{second}”, are said to be the same thing.",
                first=first,
                second=second,
            ),
            kept=say("Nothing was changed."),
            next_step=say("Leave one of them out."),
        )
    missing = next((one for one in FIELDS[mapping.target] if one.needed and one.code not in used), None)
    if missing is not None:
        raise RuleBroken(
            say("No column says “{field}”, and without it no row can be imported.", field=shown(missing)),
            kept=say("Nothing was changed."),
            next_step=say("Choose the column for it."),
        )
    if any(not 0 <= place < len(sheet.headers) for place in mapping.key_columns):
        raise RuleBroken(say("These columns are not those of this sheet."), kept=say("Nothing was changed."))
    key_fields(mapping)


def shown(field: Field) -> Versions:
    """Return what a field is called, for a sentence."""
    return Versions(en=field.en, ru=field.ru)


def left_out(sheet: Sheet, mapping: Columns) -> list[str]:
    """Return the headers of the columns that are not imported, though something stands in them."""
    return [
        sheet.headers[place]
        for place, code in enumerate(mapping.columns)
        if not code and any(plain_or_empty(row[place]) for row in sheet.rows)
    ]


def read_rows(sheet: Sheet, mapping: Columns) -> Iterator[Row]:
    """Yield every row as it is read, those that are refused with their reasons (2, 3, 4)."""
    check(sheet, mapping)
    fields = [field_of(mapping.target, code) if code else None for code in mapping.columns]
    by_fields = key_fields(mapping)
    places = mapping.key_columns or tuple(mapping.columns.index(code) for code in by_fields)
    seen: dict[tuple[str, ...], int] = {}
    for number, cells_of in enumerate(sheet.rows, sheet.header_row + 1):
        if not any(plain_or_empty(cell) for cell in cells_of):
            continue  # 2
        values, problems = _read(sheet.headers, fields, cells_of)
        key = tuple(_key_part(cells_of[place], fields[place]) for place in places)
        if not any(key):
            column = sheet.headers[places[0]]
            problems.append(Problem(column, say("This cell is empty, and the row is known again by it.")))
        elif key in seen:
            problems.append(Problem("", say("This is the same row as row {number}.", number=seen[key])))  # 3
        else:
            seen[key] = number
        yield Row(number, key, values, tuple(problems))


def plain_or_empty(cell: Cell) -> str:
    """Return a cell as text, "" also for one that is too long to be one."""
    return "" if cell is None or cell == "" else str(cell).strip()


def _key_part(cell: Cell, field: Field | None) -> str:
    """Return a cell as part of a key: the same day, sum or telephone in another form is the same."""
    try:
        if field is not None and field.how in {"day", "moment", "birthday"}:
            day = cells.read_day(cell)
            return day.isoformat() if day else ""
        if field is not None and field.how == "money":
            money = cells.read_money(cell)
            return str(money[0]) if money else ""
        if field is not None and field.code == "phone":
            return "".join(one for one in plain(cell) if one.isdecimal() or one == "+")
        return folded(cell)
    except OutOfRange:
        return folded(str(cell)[:1000])


def _read(
    headers: Sequence[str], fields: Sequence[Field | None], row: Sequence[Cell]
) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for header, field, cell in zip(headers, fields, row, strict=True):
        if field is None:
            continue
        try:
            value = _value(field, cell)
        except OutOfRange as error:
            why = error.happened if isinstance(error.happened, Message) else say("This cell cannot be read.")
            problems.append(Problem(header, why))
            continue
        if value not in (None, "", ()):
            values[field.code] = value  # 5
        elif field.needed:
            problems.append(Problem(header, say("This cell is empty, and the row means nothing without it.")))
    return values, problems


def _value(field: Field, cell: Cell) -> Any:  # noqa: ANN401 - what a field holds
    if field.vocabulary is not None:
        read = cells.read_word if field.how == "word" else cells.read_words
        return read(cell, field.vocabulary, field.also)
    if field.how == "number":
        return cells.read_number(cell, field.least, field.most)
    if field.how == "moment":
        day = cells.read_day(cell)
        return None if day is None else _noon(day)
    return READERS[field.how](cell)


def _noon(day: dt.date) -> int:
    """Return the middle of a day in UTC: the one moment that is the same day nearly everywhere."""
    return int(dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC).timestamp() * 1000)


def _day_text(cell: Cell) -> str:
    day = cells.read_day(cell)
    return day.isoformat() if day else ""


def _birthday(cell: Cell) -> str:
    """Return a date of birth as its field shows it; words that are none stay as they are written."""
    try:
        return _day_text(cell)
    except OutOfRange:
        return clean_name(plain(cell))


READERS: Mapping[str, Callable[[Cell], Any]] = {
    "name": lambda cell: clean_name(plain(cell)),
    "text": lambda cell: clean_text(plain(cell)),
    "day": _day_text,
    "birthday": _birthday,
    "money": cells.read_money,
    "currency": cells.read_currency,
    "languages": cells.read_languages,
    "yes": cells.read_yes,
    "key": lambda cell: plain(cell)[:200],
    "person": lambda cell: plain(cell)[:200],
    "member": lambda cell: plain(cell)[:200],
}
"""How the cells of a field are read, by `Field.how`, where it needs no more than the cell."""


def _short(cell: Cell) -> str:
    text = " ".join(plain(cell if not isinstance(cell, str) else cell[:1000]).split())
    return text if len(text) <= 40 else f"{text[:39]}…"
