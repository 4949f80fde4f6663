from __future__ import annotations

import pytest

from leeward.base.ports import SystemChance, SystemClock
from leeward.bench import search
from leeward.bench.invented import Author, record_id, work_on_records
from leeward.ledger.store.vault import Vault


def test_a_small_run_gives_every_figure_beside_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def fewer(vault: Vault, records: int, progress: object) -> float:
        del records
        return _fill(vault, 200, lines.append)

    def few_queries(vault: Vault, records: int, count: int) -> list[str]:
        del records, count
        return _queries(vault, 200, 20)

    lines: list[str] = []
    _fill, _queries = search._fill, search._queries
    monkeypatch.setattr(search, "_fill", fewer)
    monkeypatch.setattr(search, "_queries", few_queries)
    figures = {figure.key: figure for figure in search.run(quick=True, progress=lines.append)}
    assert {"search_p99_ms", "page_p99_ms", "unlock_s"} <= set(figures)
    for key in ("search_p99_ms", "page_p99_ms", "unlock_s"):
        figure = figures[key]
        assert figure.goal is not None
        assert figure.limit is not None
        assert figure.value >= 0
        assert not figure.more_is_better
    assert any("filling" in line for line in lines)


def test_invented_work_is_the_same_for_one_seed_and_merges_without_conflict(tmp_path: object) -> None:
    first = list(work_on_records(Author(3, rare=50), "d", 5, 10))
    assert first == list(work_on_records(Author(3, rare=50), "d", 5, 10))
    assert len(first) == 50
    assert len({record_id(number) for number in range(1000)}) == 1000


def test_what_the_colleague_seals_is_taken_in_like_any_desks(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("bench") / "vault"
    ports = (SystemClock(), SystemChance())
    with Vault.create(
        folder, "some words", member_id="m", clock=ports[0], chance=ports[1], work_factor=4
    ) as vault:
        search._fill(vault, 30, print)
        assert vault.count("account") == 30
        assert vault.conflicts() == []
        assert vault.faults() == []
        assert len(vault.history(record_id(0))) == 13
