from __future__ import annotations

import pytest

from leeward.bench import importing
from leeward.office.importing_read import read_file


def test_a_small_run_gives_every_figure_and_nothing_is_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "QUICK_ROWS", 30)
    figures = {figure.key: figure for figure in importing.run(quick=True, progress=lambda _: None)}
    assert figures["duplicates_on_retry"].value == 0
    assert figures["duplicates_on_retry"].reached()
    whole = figures["rows_10k_s"]
    assert whole.goal == 60
    assert whole.limit is not None
    assert 0 < whole.limit < whole.value


def test_the_workbook_is_the_same_each_time_and_every_row_is_somebody() -> None:
    raw = importing.make_workbook(40)
    (sheet,) = read_file(raw)
    (again,) = read_file(importing.make_workbook(40))
    assert sheet == again
    assert len({row[1] for row in sheet.rows}) == len(sheet.rows) == 40
