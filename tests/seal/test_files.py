"""Whole files: all of it or nothing, and readable only by its owner."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from leeward.seal import errors
from leeward.seal.files import open_file, seal_file
from leeward.seal.keys import Identity

ANNA = Identity.from_seed(b"\x21" * 32)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain"
    path.write_bytes(bytes(range(256)) * 40_000)
    return path


def test_a_file_comes_back(plain: Path, tmp_path: Path) -> None:
    seal_file(plain, tmp_path / "sealed", ANNA.recipient())
    open_file(tmp_path / "sealed", tmp_path / "back", [ANNA])
    assert (tmp_path / "back").read_bytes() == plain.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back", "plain", "sealed"]


@pytest.mark.parametrize("place", [0, 60, 2_000, 5_000_000, -1])
def test_1_2_a_changed_file_leaves_nothing_and_keeps_what_was_there(
    plain: Path, tmp_path: Path, place: int
) -> None:
    seal_file(plain, tmp_path / "sealed", ANNA.recipient())
    changed = bytearray((tmp_path / "sealed").read_bytes())
    changed[place] ^= 1
    (tmp_path / "sealed").write_bytes(changed)
    (tmp_path / "back").write_bytes(b"what was there")
    with pytest.raises(errors.SealError):
        open_file(tmp_path / "sealed", tmp_path / "back", [ANNA])
    assert (tmp_path / "back").read_bytes() == b"what was there"
    assert not (tmp_path / "back.partial").exists()


def test_2_a_file_cut_short_leaves_nothing(plain: Path, tmp_path: Path) -> None:
    seal_file(plain, tmp_path / "sealed", ANNA.recipient())
    (tmp_path / "sealed").write_bytes((tmp_path / "sealed").read_bytes()[: 5 * 1024 * 1024])
    with pytest.raises(errors.ContentDamaged):
        open_file(tmp_path / "sealed", tmp_path / "back", [ANNA])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plain", "sealed"]


def test_3_only_its_owner_may_read_what_comes_out(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "sealed.partial").write_bytes(b"left by a crash")
    seal_file(plain, tmp_path / "sealed", ANNA.recipient())
    assert stat.S_IMODE((tmp_path / "sealed").stat().st_mode) == 0o600


def test_a_disk_that_says_no_is_told_in_words(plain: Path, tmp_path: Path) -> None:
    for source, target in (
        (tmp_path / "missing", tmp_path / "sealed"),
        (tmp_path, tmp_path / "sealed"),
        (plain, tmp_path / "no" / "such" / "folder"),
        (plain, Path("/proc/sealed")),
    ):
        with pytest.raises(errors.FileTrouble):
            seal_file(source, target, ANNA.recipient())


def test_a_full_disk_is_told_in_words(plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: str, _flags: int) -> int:
        return os.open("/dev/full", os.O_WRONLY)

    monkeypatch.setattr("leeward.seal.files._private", full)
    with pytest.raises(errors.FileTrouble, match="No space left"):
        seal_file(plain, tmp_path / "sealed", ANNA.recipient())
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]
