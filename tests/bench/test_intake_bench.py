"""The benches of the intake and of its page: what they send is taken, and their keys stand still."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from leeward.bench import intake, page
from leeward.bench.intake_load import Load


def test_every_path_is_taken_without_an_error(tmp_path: Path) -> None:
    team = intake.make_team()
    (tmp_path / "rows").write_bytes(asyncio.run(intake.prepare(tmp_path / "store", team, mailboxes=50)))
    (tmp_path / "card.json").write_text(team.card, encoding="utf-8")
    specs = intake.specs(team, tmp_path)
    with intake.relay(tmp_path) as (pid, address):
        loads = intake.Loads(pid, address, specs)
        for path in specs:
            told = loads.run(path, 4, 0.5)
            assert (told.errors, told.first_error) == (0, "")
            assert told.answers > 4
        speed, _growth = intake.upload(pid, address, size=3_000_000)
        assert speed > 0


def test_a_load_gives_every_request_an_address_of_its_own(tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"head" + bytes(16) + b"row-" + bytes(8))
    (tmp_path / "rows").write_bytes(b"12345678abcdefgh")
    load = Load(
        {
            "body": str(body), "head": "POST / HTTP/1.1", "holes": [[4, 16]], "rows": str(tmp_path / "rows"),
            "row_holes": [[24, 8]], "wanted": "", "most": 10, "seconds": 1,
        }
    )  # fmt: skip
    first, second, third = (load.next_request().partition(b"\r\n\r\n")[2] for _ in range(3))
    assert len({first[4:20], second[4:20], third[4:20]}) == 3
    assert [one[24:] for one in (first, second, third)] == [b"12345678", b"abcdefgh", b"12345678"]


def test_the_first_page_is_small_in_every_language() -> None:
    figures = {one.key: one for one in page.run(quick=True, progress=lambda _: None)}
    assert figures["first_page_kb"].reached() is True
    assert figures["first_page_kb"].value == pytest.approx(
        sum(one.value for key, one in figures.items() if key.endswith("_kb") and key != "first_page_kb")
    )
