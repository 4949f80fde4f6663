"""Spreadsheets for tests: invented people, as teams write them down."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import openpyxl  # type: ignore[import-untyped]

from leeward.domain.importing import Columns, Sheet, guess
from leeward.domain.importing_cells import Cell
from leeward.office.importing import Plan, do_import, make_plan
from leeward.office.session import Session

HEADERS = (
    "№",
    "ФИО",
    "Телефон",
    "Риск",
    "Этап",
    "Языки",
    "Дата обращения",
    "Нужды",
    "Следующая задача",
    "Комментарий",
)
ROWS: tuple[tuple[Cell, ...], ...] = (
    (1, "Тимур Вымышленный", "+7 900 000-00-01", "высокий", "Первый контакт", "русский, чеченский", "07.04.2017",
     "жильё, виза", "Позвонить вечером", "Просит писать только ночью"),
    (2, "Аслан Придуманный", "+7 900 000-00-02", "средняя", "Проверено", "ru", "2017-04-08", "врач", None, None),
    (3, "Руслан Небывалый", None, "крайний", None, "чеченский", "9 апреля 2017", None, None, "=1+1 — не формула"),
)  # fmt: skip


def table(rows: Sequence[Sequence[Cell]] = ROWS, headers: Sequence[str] = HEADERS) -> Sheet:
    """Return a sheet as it is after reading."""
    return Sheet("", tuple(headers), tuple(tuple(row) for row in rows))


def people_columns(sheet: Sheet) -> Columns:
    """Return the columns as they are guessed."""
    return Columns("people", guess("people", sheet.headers))


def bring(
    session: Session, sheet: Sheet, columns: Columns | None = None, *, member_ids: Sequence[str] = ()
) -> Plan:
    """Look at a dry run and import what it shows."""
    columns = columns or people_columns(sheet)
    shown = make_plan(session, sheet, columns, member_ids=member_ids)
    return do_import(session, sheet, columns, shown.digest, member_ids=member_ids)


def counts(plan: Plan) -> dict[str, int]:
    """Return how many rows are in each state that occurs."""
    found = {state: plan.count(state) for state in ("new", "changed", "same", "refused")}
    return {state: count for state, count in found.items() if count}


def as_csv(headers: Sequence[str], rows: Sequence[Sequence[Cell]], *, divider: str = ",") -> str:
    """Return a CSV text."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=divider, lineterminator="\r\n")
    writer.writerows([headers, *rows])
    return out.getvalue()


def as_xlsx(*sheets: tuple[str, Sequence[Sequence[object]]]) -> bytes:
    """Return a workbook."""
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets:
        made = book.create_sheet(name)
        for row in rows:
            made.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
