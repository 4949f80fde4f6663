"""Importing ten thousand people from one workbook: the hardest sheet there is, since each row is a circle of its own.

Measured is what a person waits for after saying what the columns are: reading the file, and the import itself. Beside
it, in the same run: the dry run, the same sheet once more, bare parsing, and as many bare circles with one record each.
Every row is a case, a person, two needs, a task, a line of the story and a legal identity, in two circles.
"""

from __future__ import annotations

import io
import random
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from python_calamine import CalamineWorkbook

from leeward.base.ports import SystemChance, SystemClock
from leeward.bench.table import Figure
from leeward.domain.cases.case import Case
from leeward.domain.cases.work import Need, Task
from leeward.domain.importing import Columns, guess, guess_target
from leeward.ledger.model import put
from leeward.ledger.store.many import Many
from leeward.office import importing_keys
from leeward.office.importing import do_import, make_plan
from leeward.office.importing_read import read_file
from leeward.office.session import Session
from leeward.office.team import found_team

ROWS = 10_000
QUICK_ROWS = 2_000
_GOAL_SECONDS = 60.0
_PASSPHRASE = "invented words for a bench"  # noqa: S105 - of a vault that lives for one run
_HEADERS = (
    "№", "ФИО", "Телефон", "Риск", "Этап", "Языки", "Сколько человек", "Дата обращения", "Нужды",
    "Следующая задача", "Срок", "Комментарий", "Не для импорта",
)  # fmt: skip
_RISKS = ("высокий", "средняя", "low", "Very high", "не оценён")
_STAGES = ("Первый контакт", "Vetted", "В укрытии", "documents")
_DAYS = ("07.04.2017", "2017-04-08", "9 апреля 2017", "10.4.17")
_NEEDS = ("жильё, виза", "врач; юрист", "shelter, visa", "психолог, паспорт")


def run(*, quick: bool, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see bench/table.py. Quick: a fifth of the rows, told as for all of them."""
    rows = QUICK_ROWS if quick else ROWS
    times = ROWS / rows
    folder = Path(tempfile.mkdtemp(prefix="leeward-bench-"))
    try:
        raw = make_workbook(rows)
        progress("bare parsing")
        bare = _timed(
            lambda: CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0).to_python()
        )
        progress(f"bare circles: {2 * rows:,} with one record each")
        circles = _bare_circles(folder / "bare", 2 * rows)
        session = _team(folder / "vault")
        with session.vault:
            progress("reading")
            begun = time.perf_counter()
            (sheet,) = read_file(raw)
            reading = time.perf_counter() - begun
            target = guess_target(sheet.headers)
            columns = Columns(target, guess(target, sheet.headers))
            progress("dry run")
            begun = time.perf_counter()
            shown = make_plan(session, sheet, columns)
            dry = time.perf_counter() - begun
            progress("importing")
            begun = time.perf_counter()
            came = do_import(session, sheet, columns, shown.digest)
            importing = time.perf_counter() - begun
            before = _counts(session)
            if came.count("new") != rows or before[0] != rows:
                raise RuntimeError("not every row became a case")
            progress("the same sheet again")
            begun = time.perf_counter()
            again = make_plan(session, sheet, columns)
            do_import(session, sheet, columns, again.digest)
            retry = time.perf_counter() - begun
            doubled = sum(_counts(session)) - sum(before)
            packing = _timed(session.vault.outgoing) / (2 * rows) * 1000
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [
        Figure("rows_10k_s", "10,000 rows, each a person with a circle of their own: read and imported",
               (reading + importing) * times, "s", _GOAL_SECONDS, (bare + circles) * times, more_is_better=False),
        Figure("duplicates_on_retry", "records that the same sheet made once more", float(doubled), "", 0.0,
               more_is_better=False),
        Figure("dry_run_s", "the dry run of 10,000 rows", dry * times, "s", more_is_better=False),
        Figure("retry_s", "the same sheet again: dry run and import", retry * times, "s", more_is_better=False),
        Figure("parse_s", "reading the file, in a process of its own", reading * times, "s", None, bare * times,
               more_is_better=False),
        Figure("pack_ms", "afterwards, in the background: signing and sealing one circle", packing, "ms",
               more_is_better=False),
    ]  # fmt: skip


def make_workbook(rows: int) -> bytes:
    """Return an XLSX workbook of invented people; the same for the same number of rows."""
    chosen = random.Random(2017)  # noqa: S311 - which words, not keys
    people: list[Sequence[str | int]] = [
        (
            number, f"Вымышленный Человек {number}", f"+7 900 {number:07d}", chosen.choice(_RISKS),
            chosen.choice(_STAGES), "русский, чеченский", 1 + number % 4, chosen.choice(_DAYS),
            chosen.choice(_NEEDS), "Позвонить вечером", "12.04.2017",
            f"Просит писать только ночью, номер {chosen.randrange(10**9)}", "остаётся в таблице",
        )
        for number in range(1, rows + 1)
    ]  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        lines = ("".join(_cell(cell) for cell in row) for row in (_HEADERS, *people))
        body = "".join(f"<row>{line}</row>" for line in lines)
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>',
        )
    return out.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_OFFICE = "http://schemas.openxmlformats.org"
_MAIN = f"{_OFFICE}/spreadsheetml/2006/main"
_LINKS = f"{_OFFICE}/package/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_OFFICE}/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
    f'ContentType="{_TYPES}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
    f'ContentType="{_TYPES}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_LINKS}"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/officeDocument/2006/relationships">'
    '<sheets><sheet name="people" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_LINKS}"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def _team(folder: Path) -> Session:
    return found_team(
        folder, _PASSPHRASE, team_name="Bench", member_name="Mila", role="coordinator",
        clock=SystemClock(), chance=SystemChance(), work_factor=10,
    )  # fmt: skip


def _bare_circles(folder: Path, count: int) -> float:
    """Return the seconds that as many circles take with nothing in them but a short record and who holds the key."""
    session = _team(folder)
    with session.vault:
        made = {session.make_id(): "case" for _ in range(count)}
        own = importing_keys.own_access(session, session.now())
        entries = [(circle, [*put("case", session.make_id(), pseudonym="x"), *own]) for circle in made]
        return _timed(lambda: session.vault.commit_many(Many(made, entries)))


def _counts(session: Session) -> tuple[int, ...]:
    kinds = (Case.kind, "person", Need.kind, Task.kind, "case_note", "identity", "imported", "access")
    return tuple(session.vault.count(kind) for kind in kinds)


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
