"""The benchmark of the seal measures what it says, at a small size."""

from __future__ import annotations

from pathlib import Path

import pytest

from leeward.bench import seal as bench


def test_it_gives_every_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "QUICK_BYTES", 3_000_000)
    monkeypatch.setattr(bench, "ROUNDS", 2)
    said: list[str] = []
    figures = {figure.key: figure for figure in bench.run(quick=True, progress=said.append)}
    goals = {"encrypt_ratio": 0.6, "decrypt_ratio": 0.6, "file_ratio": 0.8, "peak_mb": 40.0}
    assert {key: figures[key].goal for key in goals} == goals
    assert all(figure.value > 0 for figure in figures.values())
    assert not figures["peak_mb"].more_is_better
    assert len(said) >= 5


def test_its_copy_is_a_copy(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(bytes(range(256)) * 5000)
    bench.copy_file(plain, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == plain.read_bytes()


def test_the_stream_takes_little_memory_however_long_it_is(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(bytes(60_000_000))
    assert bench.measure_peak(tmp_path).value < 40
