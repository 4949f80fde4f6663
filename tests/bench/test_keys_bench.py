"""What the benchmark of keys measures, each in a small form: it really cuts off, burns, erases and plays histories."""

from __future__ import annotations

import tempfile
from pathlib import Path

from leeward.bench import keys
from leeward.bench.histories import play_some
from leeward.bench.history_desks import room


def test_a_device_is_cut_off_at_a_real_relay(tmp_path: Path) -> None:
    figures = {figure.key: figure for figure in keys._revoke(tmp_path, 2)}
    assert 0 < figures["vote_s"].value < figures["revoke_s"].value
    assert (
        "60 grants" in figures["revoke_s"].label
    )  # six parts, ten devices beside the founder's and the lost one
    assert (figures["revoke_s"].limit or 0) > 0


def test_burning_overwrites_a_little_however_large_the_vault_is(tmp_path: Path) -> None:
    figures = {figure.key: figure for figure in keys._burn(tmp_path, 2)}
    assert figures["burn_s"].value > 0
    assert 0 < figures["burn_bytes"].value < 100_000
    assert not (tmp_path / "burnt").exists()


def test_erasing_one_person_writes_the_vault_anew(tmp_path: Path) -> None:
    figures = {figure.key: figure for figure in keys._erase(tmp_path, 400)}
    assert figures["erase_s"].value > 0
    assert figures["erase_bytes"].value > 100_000


def test_histories_can_be_played_in_any_process(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="leeward-test-", dir=room(tmp_path)) as base:
        verdicts = play_some(0, 3, base) + play_some(3, 1, base)
    assert [verdict.seed for verdict in verdicts] == [0, 1, 2, 3]
    assert all(verdict.good() for verdict in verdicts)
