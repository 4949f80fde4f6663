"""Reading a spreadsheet that somebody brings, from memory, as if it were hostile: it may well be.

1. Nothing of it touches the disk. It is read from memory; a workbook by a child process over pipes, whose memory, time
   and files are limited (importing_child.py): whatever a crafted workbook does to the parser, the desk goes on.
2. Before anything is unpacked, the zip's own directory is asked how large it says it will be.
3. Sizes are limited: bytes, rows, columns, cells, characters. Beyond them it is refused with a sentence.
4. Nothing is evaluated: of a formula the value that the other program left is read, and text stays text.
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from leeward.base.say import Message, say
from leeward.domain.importing import COLUMNS_MOST, ROWS_MOST, Sheet
from leeward.domain.importing_cells import CELL_MOST, Cell, plain
from leeward.office.errors import OfficeError

FILE_MOST = 32 * 1024 * 1024  # bytes as they are brought
UNZIPPED_MOST = 256 * 1024 * 1024  # bytes that a workbook may say it unpacks to
_PARTS_MOST = 2000  # files in a workbook
_CHILD_SECONDS = 60.0
_ANSWER_MOST = 256 * 1024 * 1024
_DIVIDERS = ";,\t|"
_LOOKED_AT = 200  # lines by which the divider is found
_HEADER_WITHIN = 20  # rows among which the headers are looked for
_ZIP = b"PK\x03\x04"
_OLD = b"\xd0\xcf\x11\xe0"  # the older form of workbooks (.xls), and workbooks with a password
_answer = msgspec.msgpack.Decoder(tuple[str, list[tuple[str, list[list[str | int | float | bool | None]]]]])


class NotASpreadsheet(OfficeError):
    """What was brought cannot be read as a table."""

    code = "import.unreadable"


def refuse(what: Message, next_step: Message | str = "") -> NotASpreadsheet:
    """Return the error for a file that is not read."""
    return NotASpreadsheet(what, kept=say("Nothing was imported."), next_step=next_step)


def read_file(untrusted_bytes: bytes) -> list[Sheet]:
    """Return the tables of a CSV file or of a workbook (XLSX, ODS), those with at least one row; NotASpreadsheet."""
    if len(untrusted_bytes) > FILE_MOST:  # 3
        raise refuse(
            say("This file is larger than {most} MB.", most=FILE_MOST // 2**20),
            say("Divide it, or save it without pictures."),
        )
    if untrusted_bytes.startswith(_OLD):
        raise refuse(
            say("This is a workbook of the old form, or one with a password."),
            say("Save it as XLSX without a password, and bring that."),
        )
    if untrusted_bytes.startswith(_ZIP):
        tables: Sequence[tuple[str, Sequence[Sequence[Cell]]]] = _tables_of_workbook(untrusted_bytes)
    else:
        tables = [("", list(_rows_of_text(_decoded(untrusted_bytes))))]
    sheets = [sheet for name, rows in tables if (sheet := _sheet(name, rows)) is not None]
    if not sheets:
        raise refuse(
            say("There is no table in this file: no headers with rows below them."),
            say("The first row names the columns."),
        )
    return sheets


# workbooks -----------------------------------------------------------------------------------------------------


def _tables_of_workbook(untrusted_bytes: bytes) -> Sequence[tuple[str, Sequence[Sequence[Cell]]]]:
    _check_directory(untrusted_bytes)
    command = [sys.executable, "-P", "-m", "leeward.office.importing_child"]
    try:
        child = subprocess.run(  # noqa: S603 - our own module (1)
            command, input=untrusted_bytes, capture_output=True, timeout=_CHILD_SECONDS, check=False
        )
        if child.returncode != 0 or len(child.stdout) > _ANSWER_MOST:
            raise _unreadable()
        word, tables = _answer.decode(child.stdout)
    except subprocess.TimeoutExpired as error:
        raise _unreadable() from error
    except (msgspec.MsgspecError, UnicodeError, ValueError) as error:
        raise _unreadable() from error
    if word == "too-large":
        raise _too_large()
    if word != "ok":
        raise _unreadable()
    return tables


def _check_directory(untrusted_bytes: bytes) -> None:
    """Refuse what says itself that it is too large, or is sealed with a password (2)."""
    try:
        with zipfile.ZipFile(io.BytesIO(untrusted_bytes)) as archive:
            parts = archive.infolist()
    except (
        zipfile.BadZipFile,
        ValueError,
        OSError,
        RuntimeError,
        UnicodeError,
        OverflowError,
    ) as error:
        raise _unreadable() from error
    if len(parts) > _PARTS_MOST or sum(part.file_size for part in parts) > UNZIPPED_MOST:
        raise _too_large()
    if any(part.flag_bits & 1 for part in parts):
        raise refuse(say("This file has a password."), say("Save it without one, and bring that."))


def _unreadable() -> NotASpreadsheet:
    return refuse(
        say("This file cannot be read as a spreadsheet; it may be damaged."),
        say("Open it in your office program, save it as XLSX or CSV, and bring that."),
    )


def _too_large() -> NotASpreadsheet:
    return refuse(
        say(
            "This table is too large: at most {rows} rows and {columns} columns are read.",
            rows=ROWS_MOST,
            columns=COLUMNS_MOST,
        ),
        say("Divide it into several sheets, or delete columns that are not needed."),
    )


# text ----------------------------------------------------------------------------------------------------------


def _decoded(untrusted_bytes: bytes) -> str:
    """Return a text file's characters: by its mark, else UTF-8, else UTF-16 by its zeros, else Windows Cyrillic."""
    zeros = [untrusted_bytes[at:4000:2].count(0) for at in (0, 1)]
    if untrusted_bytes[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        guesses = ["utf-16"]
    elif any(zeros):
        guesses = ["utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"]
    else:
        guesses = ["utf-8-sig", "cp1251"]
    for encoding in guesses:
        try:
            text = untrusted_bytes.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise refuse(
        say("It cannot be told how the letters of this file are written."),
        say("Save it as XLSX, or as CSV in UTF-8."),
    )


def _rows_of_text(text: str) -> Iterator[list[Cell]]:
    divider = ""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # what Excel writes for itself
        divider, text = first.strip()[-1], f"\n{rest}"  # the empty line keeps the numbers of rows
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider or _divider_of(text), strict=True)
    count = 0
    try:
        for row in reader:
            count += 1
            if count > ROWS_MOST + _HEADER_WITHIN or len(row) > COLUMNS_MOST * 10:
                raise _too_large()
            yield list(row)
    except csv.Error as error:
        raise refuse(
            say("Line {line} of this file cannot be divided into cells.", line=reader.line_num),
            say("Look for a quotation mark that does not end, or save it as XLSX."),
        ) from error


def _divider_of(text: str) -> str:
    """Return what stands between cells: what gives the most lines the same number of cells, more than one."""
    lines = text[: CELL_MOST * 2].splitlines(keepends=True)[:_LOOKED_AT]
    best, found = (0, 0), ","
    for divider in _DIVIDERS:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=divider) if row)
        except csv.Error:
            continue
        wide = [(count, width) for width, count in widths.items() if width > 1]
        if wide and max(wide) > best:
            best, found = max(wide), divider
    return found


# tables --------------------------------------------------------------------------------------------------------


def _sheet(name: str, rows: Sequence[Sequence[Cell]]) -> Sheet | None:
    """Return a table with its headers; None if it holds none."""
    filled = [sum(1 for cell in row if _has(cell)) for row in rows]
    most = max(filled[:_LOOKED_AT], default=0)
    head = next((at for at, count in enumerate(filled[:_HEADER_WITHIN]) if count * 2 >= most and count), None)
    if head is None or not any(filled[head + 1 :]):
        return None
    last = max(at for at, count in enumerate(filled) if count)
    body = rows[head + 1 : last + 1]
    width = max(
        max((at + 1 for at, cell in enumerate(row) if _has(cell)), default=0) for row in rows[head : last + 1]
    )
    if len(body) > ROWS_MOST or width > COLUMNS_MOST:
        raise _too_large()
    if any(isinstance(cell, str) and len(cell) > CELL_MOST for row in body for cell in row):
        raise refuse(
            say("A cell of this file holds more than {most} characters.", most=CELL_MOST),
            say("Attach such a text to the case as a file instead."),
        )
    headers = [" ".join(plain(cell).split())[:100] for cell in _padded(rows[head], width)]
    return Sheet(
        name[:100],
        tuple(header or _letters(at) for at, header in enumerate(headers)),
        tuple(_padded(row, width) for row in body),
        head + 1,
    )


def _padded(row: Sequence[Cell], width: int) -> tuple[Cell, ...]:
    return (*row[:width], *([None] * (width - len(row))))


def _has(cell: Cell) -> bool:
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip()))


def _letters(column: int) -> str:
    """Return what a spreadsheet calls a column: A to Z, then AA."""
    name, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
