"""(a) The relay with all its stores, running: none of what anybody wrote, no key, no token on its disk."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from tests.seizure.laptop import tell
from tests.seizure.stage import Stage, open_stage
from tests.support.marks import files_below, open_files
from tests.support.postgres import running_postgres
from tests.support.s3 import running_s3


def look_at(stage: Stage, *folders: Path, pids: list[int]) -> None:
    """Look through every file, open files without a name, and memory."""
    finder = stage.finder("keys", "tokens", "words")
    opened = [path for pid in pids for path in open_files(pid)]
    assert finder.in_files([*files_below(*folders), *opened]) == {}
    held = stage.finder("keys", "words", shown=False).in_memory(pids)
    assert held == set()


def test_no_file_and_no_memory_of_a_running_relay_holds_a_mark_or_a_key(stage: Stage) -> None:
    relay = stage.running[0]
    names = {path.name.rsplit("-", 1)[-1] for path in files_below(relay.folder)}
    assert "wal" in names, "it is imaged in the middle of its work"
    look_at(stage, relay.folder, pids=[relay.pid])


def test_what_it_keeps_of_a_token_is_a_hash(stage: Stage) -> None:
    """No token is on the disk, though each was sent; those of the last minutes may be in memory, as in any server."""
    finder = stage.finder("tokens", shown=False)
    assert len(stage.tokens) > 60
    assert finder.in_files(files_below(stage.running[0].folder)) == {}
    recent = finder.in_memory([stage.running[0].pid])
    tell(f"tokens in the relay's memory: {len(recent)} of {len(stage.tokens)}")
    assert all(one in stage.tokens for one in recent)


def test_after_it_was_killed_nothing_more_is_there(stage: Stage, tmp_path: Path) -> None:
    image = tmp_path / "image"
    subprocess.run(["cp", "-a", str(stage.running[0].folder), str(image)], check=True)
    assert sum(path.stat().st_size for path in files_below(image)) > 1_000_000
    assert stage.finder("keys", "tokens", "words").in_files(files_below(image)) == {}
    (image / "planted.sqlite").write_bytes(bytes(99) + next(iter(stage.written.values())).encode("utf-16-le"))
    assert len(stage.finder().in_files(files_below(image))) == 1


@pytest.mark.slow
def test_nor_with_postgresql_and_an_object_store(tmp_path: Path) -> None:
    (tmp_path / "s3").mkdir()
    with (
        running_postgres("shared_buffers=16MB", "max_wal_size=64MB") as postgres,
        running_s3(tmp_path / "s3") as s3,
    ):
        assert postgres.process is not None
        assert s3.process is not None
        store = (postgres.new_database(), "--blobs", s3.url("pieces/"))
        with open_stage(tmp_path / "team", people=30, store=store) as stage:
            servers = [postgres.process.pid, s3.process.pid]
            below = [one.pid for pid in servers for one in psutil.Process(pid).children(recursive=True)]
            pids = [stage.running[0].pid, *servers, *below]
            look_at(stage, stage.running[0].folder, postgres.folder, tmp_path / "s3", pids=pids)
