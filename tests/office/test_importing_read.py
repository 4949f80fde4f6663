"""Files as teams have them are read; hostile ones are refused with a sentence, and nothing of any is on the disk."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.sheets import HEADERS, ROWS, as_csv, as_xlsx

from leeward.domain.importing_cells import plain
from leeward.office.importing_read import FILE_MOST, NotASpreadsheet, read_file

_TEXT = as_csv(HEADERS, ROWS)


@pytest.mark.parametrize("divider", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_in_every_encoding_and_with_every_divider(encoding: str, divider: str) -> None:
    text = as_csv(HEADERS, ROWS, divider=divider)
    raw = text.encode(encoding, errors="replace") if encoding != "cp1251" else text.encode("cp1251")
    (sheet,) = read_file(raw)
    assert sheet.headers[1:3] == ("ФИО", "Телефон")
    assert [row[1] for row in sheet.rows] == [row[1] for row in ROWS]
    assert sheet.rows[0][7] == "жильё, виза"


def test_what_excel_writes_first_quotes_and_lines_within_cells() -> None:
    (sheet,) = read_file(b'sep=;\r\nName;Note\r\n"a;b";"line 1\nline ""2"""\r\n')
    assert sheet.rows == (("a;b", 'line 1\nline "2"'),)
    assert sheet.header_row == 2


def test_a_workbook_with_days_numbers_formulas_and_several_sheets() -> None:
    rows: list[list[object]] = [
        ["Список"],
        [],
        ["№", "День", "Сумма", "Формула"],
        [1, dt.date(2017, 4, 7), 12.5, "=1+1"],
        [2.0, "x", True, None],
    ]
    first, second = read_file(as_xlsx(("Люди", rows), ("Пусто", []), ("Ещё", [["a"], ["b"]])))
    assert (first.name, first.headers, first.header_row) == ("Люди", ("№", "День", "Сумма", "Формула"), 3)
    assert [plain(cell) for cell in first.rows[0]] == [
        "1",
        "2017-04-07",
        "12.5",
        "",
    ]  # nobody has reckoned it yet
    assert second.rows == (("b",),)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"   \n\n", b"\0\1\2\3" * 500, b"only headers;and\n", b"\xd0\xcf\x11\xe0" + b"x" * 600, b"PK\x03\x04",
        b"PK\x03\x04" + b"\xff" * 5000, b"a;\x98\n\x98;1", b'a;b\n"never ends;1\n',
        b"%PDF-1.7\n%\xff\0\xff",
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_sentence(raw: bytes) -> None:
    with pytest.raises(NotASpreadsheet) as refused:
        read_file(raw)
    assert str(refused.value.happened)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook(change: Callable[[str], str]) -> bytes:
    """Return a workbook whose one sheet's XML was changed."""
    with zipfile.ZipFile(io.BytesIO(as_xlsx(("s", [["a", "b"], ["1", "2"]])))) as archive:
        parts = {one.filename: archive.read(one) for one in archive.infolist()}
    name = "xl/worksheets/sheet1.xml"
    return zipped({**parts, name: change(parts[name].decode()).encode()})


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    raw = zipped({"xl/worksheets/sheet1.xml": b"\0" * 300_000_000, "xl/workbook.xml": b"<x/>"})
    assert len(raw) < 400_000
    with pytest.raises(NotASpreadsheet, match="too large"):
        read_file(raw)


def test_a_zip_that_lies_about_its_size_does_no_harm() -> None:
    raw = bytearray(zipped({"xl/worksheets/sheet1.xml": b"\0" * 50_000_000, "xl/workbook.xml": b"<x/>"}))
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (100).to_bytes(4, "little")
    with pytest.raises(NotASpreadsheet):
        read_file(bytes(raw))


@pytest.mark.parametrize("far", ["XFD1048576", "XFD1", "A1048576", "ZZZZZZ999999999999"])
def test_a_cell_far_away_that_asks_for_terabytes_ends_only_the_child(far: str) -> None:
    with pytest.raises(NotASpreadsheet):
        read_file(workbook(lambda xml: xml.replace('r="B2"', f'r="{far}"')))


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'

    def planted(xml: str) -> str:
        head, tag, rest = xml.partition("<worksheet")
        return (
            head + bomb + tag + rest.replace("<v>1</v>", "<v>&b;&f;</v>").replace("<t>1</t>", "<t>&b;&f;</t>")
        )

    try:
        sheets = read_file(workbook(planted))
    except NotASpreadsheet:
        return
    assert "root:" not in str(sheets)
    assert "aaaa" not in str(sheets)


def test_limits_of_rows_columns_cells_and_bytes() -> None:
    for raw in (
        b"a;b\n" + b"1;2\n" * 20_001,
        (";".join(f"c{n}" for n in range(201)) + "\n" + "1;" * 200 + "1\n").encode(),
        b";" * 1_000_000 + b"\n" + b"1;" * 1_000_000,
        b"a;b\n1;" + b"x" * 130_000,
        b"x" * (FILE_MOST + 1),
    ):
        with pytest.raises(NotASpreadsheet):
            read_file(raw)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400).map(lambda raw: raw if not raw.startswith(b"PK") else b"x" + raw))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        for sheet in read_file(raw):
            assert all(len(row) == len(sheet.headers) for row in sheet.rows)
    except NotASpreadsheet:
        return


def test_a_workbook_cut_anywhere_is_refused() -> None:
    whole = as_xlsx(("s", [HEADERS, *ROWS]))
    for part in (0.1, 0.5, 0.9, 0.99):
        with pytest.raises(NotASpreadsheet):
            read_file(whole[: int(len(whole) * part)])
