"""verify, export and restore as commands, on a small practice operation."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from leeward.practice.team import PracticeTeam
from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.sync.client import RelayClient

LEEWARD = [sys.executable, "-m", "leeward.cli.main"]
PASSPHRASES = {
    "operator": "an operator of the tests",
    "coordinator": "a coordinator of the tests",
    "documenter": "a documenter of the tests",
}
OTHER = "quite another passphrase"


def leeward(*words: str | Path, line: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LEEWARD, *map(str, words)],
        input=line + "\n",
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("operation")
    store = open_store(str(folder / "relay"))
    with Serving(make_app(store)) as serving, PracticeTeam(folder, PASSPHRASES, work_factor=4) as team:
        relay = RelayClient(serving.address)
        team.play(relay, seed=5, people=6, language="ru", progress=lambda _done, _of: None)
        relay.close()
    store.close()
    return folder


def test_verify_finds_everything_sound(operation: Path) -> None:
    for role, passphrase in PASSPHRASES.items():
        done = leeward("verify", operation / role, "--passphrase-file", "-", line=passphrase)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "All of it is sound." in done.stdout
    done = leeward("verify", operation / "relay")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("what", ["operator/vault.db", "relay/relay.sqlite"])
def test_verify_tells_where_one_byte_was_flipped(operation: Path, tmp_path: Path, what: str) -> None:
    chance = random.Random(what)
    content = (operation / what).read_bytes()
    folder, name = what.split("/")
    for _ in range(4):
        copy = tmp_path / f"{chance.random()}"
        subprocess.run(["cp", "-r", operation / folder, copy], check=True)
        place = chance.randrange(4096, len(content))
        flipped = bytearray(content)
        flipped[place] ^= 1 << chance.randrange(8)
        (copy / name).write_bytes(flipped)
        done = leeward("verify", copy, "--passphrase-file", "-", line=PASSPHRASES["operator"])
        assert done.returncode in {1, 3}, f"byte {place} of {what}: {done.stdout}"
        told = done.stdout + done.stderr
        assert "WRONG" in told or "damaged" in told
        assert "Traceback" not in told


def test_an_export_comes_back_and_a_damaged_one_is_named(operation: Path, tmp_path: Path) -> None:
    (tmp_path / "other").write_text(OTHER)
    exported = tmp_path / "exported"
    done = leeward(
        "export", operation / "documenter", exported, "--passphrase-file", "-",
        "--export-passphrase-file", tmp_path / "other", line=PASSPHRASES["documenter"],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert leeward("verify", exported).returncode == 0
    words = ("--passphrase-file", "-", "--export-passphrase-file", tmp_path / "other")
    restored = leeward(
        "restore", exported, tmp_path / "restored", *words, line="a passphrase for the restored"
    )
    assert restored.returncode == 0, restored.stderr
    assert done.stdout.split()[0] == restored.stdout.split()[0], "as many records come back as went out"
    records = exported / "records.age"
    damaged = bytearray(records.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    records.write_bytes(damaged)
    told = leeward("verify", exported)
    assert told.returncode == 1
    assert "records.age" in told.stdout
    again = leeward("restore", exported, tmp_path / "never", *words, line="a passphrase for the restored")
    assert again.returncode == 3
    assert "records.age" in again.stderr
    assert not (tmp_path / "never").exists()


def test_verify_says_when_there_is_nothing_to_verify(tmp_path: Path) -> None:
    done = leeward("verify", tmp_path)
    assert done.returncode == 3
    assert "no vault" in done.stderr
