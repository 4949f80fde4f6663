"""The relay's benchmark runs against real processes and gives its figures with their limits."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leeward.bench import desk, relay
from leeward.relay.check import check_store
from leeward.relay.open_store import open_store


def test_it_gives_its_figures_beside_their_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    real = relay._load
    monkeypatch.setattr(relay, "_load", lambda socket, box, token, _: real(socket, box, token, 0.4))
    monkeypatch.setattr(desk, "_PEOPLE", 5)
    said: list[str] = []
    figures = {figure.key: figure for figure in relay.run(quick=True, progress=said.append)}
    assert {"appends_per_s", "relay_mb"} <= set(figures)
    appends = figures["appends_per_s"]
    assert appends.goal == 6000
    assert appends.limit is not None
    assert 0 < appends.value < appends.limit
    assert 10 < figures["relay_mb"].value < 200
    assert not figures["relay_mb"].more_is_better
    assert 0 < figures["append_p50_ms"].value <= figures["append_p99_ms"].value
    assert 1 < figures["append_cpu_us"].value < 5000
    assert len(said) == 7
    assert 30 < figures["desk_mb"].value < figures["desk_peak_mb"].value
    assert 0 < figures["help_s"].value < 3


def test_every_counted_append_is_in_the_store(tmp_path: Path) -> None:

    box, token = os.urandom(16), os.urandom(32)
    asyncio.run(relay._make_box(tmp_path / "store", box, token))
    with relay._relay(relay._STORING, tmp_path) as (_, socket):
        rate = relay._load(socket, box, token, 0.5)
    assert check_store(str(tmp_path / "store")) == []

    async def last() -> int:
        store = open_store(str(tmp_path / "store"))
        page = await store.list_items(box, token, 0, 1)
        store.close()
        return page.last

    assert asyncio.run(last()) == rate.answers > 0
    assert rate.per_s <= 5 * rate.answers / 0.5


def test_the_load_ends_with_an_error_where_nobody_answers(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "leeward.bench.relay_load", str(tmp_path / "none"), "00" * 16, "00" * 32]
    done = subprocess.run([*command, "2", "0.1"], capture_output=True, check=False, timeout=30)
    assert done.returncode != 0
    assert done.stdout == b""
