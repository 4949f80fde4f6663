"""Commands on the keys of a vault, as processes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from leeward.base.ports import SystemChance, SystemClock
from leeward.cli.children import Child
from leeward.ledger.errors import NoVault, WrongPassphrase
from leeward.ledger.store.vault import Vault

LEEWARD = [sys.executable, "-m", "leeward.cli.main"]
OLD, NEW = "seven grey geese over the marsh", "nine slow barges on the canal"


def leeward(*words: str | Path, lines: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LEEWARD, *map(str, words)], input=lines, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "vault"
    Vault.create(made, OLD, member_id="m", work_factor=2, clock=SystemClock(), chance=SystemChance()).close()
    return made


def test_passphrase_changes_it(folder: Path) -> None:
    files = ("--passphrase-file", "-", "--new-passphrase-file", "-")
    done = leeward("passphrase", folder, *files, lines=f"{OLD}\n{NEW}\n")
    assert done.returncode == 0, done.stderr
    assert "The new passphrase holds." in done.stdout
    with pytest.raises(WrongPassphrase):
        Vault.open(folder, OLD, clock=SystemClock(), chance=SystemChance())
    Vault.open(folder, NEW, clock=SystemClock(), chance=SystemChance()).close()


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (f"{NEW}\n{NEW}\n", "The passphrase is not right."),
        (f"{OLD}\nshort\n", "Use six words, or at least 12"),
    ],
)
def test_passphrase_refuses_and_changes_nothing(folder: Path, lines: str, told: str) -> None:
    before = {file.name: file.read_bytes() for file in (folder / "slots").iterdir()}
    files = ("--passphrase-file", "-", "--new-passphrase-file", "-")
    done = leeward("passphrase", folder, *files, lines=lines)
    assert done.returncode == 3
    assert told in done.stderr
    assert {file.name: file.read_bytes() for file in (folder / "slots").iterdir()} == before


def test_burn_needs_no_passphrase_but_a_word(folder: Path) -> None:
    for lines in ("", "no\n", "BURN it\n"):
        refused = leeward("burn", folder, lines=lines)
        assert refused.returncode == 2
        assert "Nothing was burnt." in refused.stderr
    Vault.open(folder, OLD, clock=SystemClock(), chance=SystemChance()).close()
    assert leeward("burn", folder, lines="burn\n").returncode == 0
    with pytest.raises(NoVault):
        Vault.open(folder, OLD, clock=SystemClock(), chance=SystemChance())
    again = leeward("burn", folder, "--now")
    assert again.returncode == 3
    assert "no vault" in again.stderr


def test_burn_while_a_desk_has_it_open_locks_that_desk(folder: Path) -> None:
    words = ["desk", str(folder), "--no-browser", "--passphrase-file", "-", "--until-stdin-ends"]
    desk = Child(words, first_line=OLD)
    try:
        address = desk.address()
        assert "/open/" in address
        done = leeward("burn", folder, "--now")
        assert done.returncode == 0, done.stderr
        start = time.monotonic()
        assert desk.process.wait(10) == 0
        assert time.monotonic() - start < 5
        assert desk.process.stdout is not None
        assert "its keys are gone from memory" in desk.process.stdout.read()
    finally:
        desk.stop()
    opened = leeward("desk", folder, "--no-browser", "--passphrase-file", "-", lines=f"{OLD}\n")
    assert opened.returncode == 3
    assert "no vault" in opened.stderr
