"""recover and compare as commands: a real relay, a vault that is gone, words from two sheets."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.recovery import agree, key_of
from tests.support.teams import PASSPHRASE, found, real_relay

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.model import put
from leeward.ledger.store.vault import Vault
from leeward.office.export import export
from leeward.office.recovery import circle_now
from leeward.sync.client import RelayClient

NEW = "a new lamp in the window"


def leeward(*words: str | Path, lines: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "leeward.cli.main", *map(str, words)],
        input=lines,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A team of one, its backup, two sheets of three, and a relay; the vault itself lies in `anna`."""
    folder = tmp_path_factory.mktemp("lost")
    with real_relay(folder / "relay") as address:
        relay = RelayClient(address)
        desk = found(folder / "anna", relay)
        desk.session.commit(
            desk.vault.compartment_of("record"), put("claim", "claim".ljust(26, "a"), text="x")
        )
        agree(desk, needed=1)
        circle = circle_now(desk.session)
        assert circle is not None
        export(desk.session, folder / "backup", circle)
        (folder / "words").write_text("\n".join(key_of(desk).sheets()[1:]))
        (folder / "new").write_text(NEW + "\n")
        (folder / "old").write_text(PASSPHRASE + "\n")
        desk.close()
        yield folder, address
        relay.close()


def recover(folder: Path, made: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    files = ("--words-file", folder / "words", "--passphrase-file", folder / "new")
    return leeward("recover", made, "--name", "Anna", *files, *words)


def test_a_lost_vault_comes_back_from_the_relay(lost: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = lost
    done = recover(folder, tmp_path / "back", "--relay", address)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "in 4 parts are back" in done.stdout
    with Vault.open(tmp_path / "back", NEW, clock=SystemClock(), chance=SystemChance()) as vault:
        assert vault.get("claim".ljust(26, "a")) is not None
        assert vault.device.id in done.stdout


def test_and_from_a_backup(lost: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = lost
    done = recover(folder, tmp_path / "back", "--export", folder / "backup")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "in 4 parts are back" in done.stdout
    assert "signed by the device" in done.stdout


def test_one_sheet_or_no_place_makes_nothing(lost: tuple[Path, str], tmp_path: Path) -> None:
    folder, address = lost
    assert recover(folder, tmp_path / "back").returncode == 3
    one = (folder / "words").read_text().splitlines()[0]
    done = leeward(
        "recover",
        tmp_path / "back",
        "--name",
        "Anna",
        "--relay",
        address,
        "--words-file",
        "-",
        "--passphrase-file",
        folder / "new",
        lines=one,
    )
    assert done.returncode == 3
    assert "1 of a kit that needs 2" in done.stderr
    assert not (tmp_path / "back").exists()


def test_comparing_says_what_differs_and_by_its_exit_code(lost: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = lost
    shutil.copytree(folder / "anna", tmp_path / "anna")
    files = ("--words-file", folder / "words", "--passphrase-file", folder / "old")
    done = leeward("compare", folder / "backup", tmp_path / "anna", *files)
    assert done.returncode == 0, done.stdout + done.stderr
    with Vault.open(tmp_path / "anna", PASSPHRASE, clock=SystemClock(), chance=SystemChance()) as vault:
        vault.commit(vault.compartment_of("record"), put("claim", "later".ljust(26, "a"), text="y"))
    done = leeward("compare", folder / "backup", tmp_path / "anna", *files)
    assert done.returncode == 1
    assert "1 not in the backup:\n  claim later" in done.stdout
