"""Another passphrase: the old slot is gone from the disk, and a kill at any moment leaves one that opens."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.errors import NoVault, VaultDamaged, WrongPassphrase
from leeward.ledger.model import put
from leeward.ledger.store.check import check
from leeward.ledger.store.slots import SLOTS, find_slot, slot_files, write_slot
from leeward.ledger.store.vault import Vault
from leeward.seal.keys import Passphrase

OLD, NEW = "мост восемь honest river", "фонарь девять quiet harbour"
PORTS: Any = {"clock": SystemClock(), "chance": SystemChance()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Vault.create(tmp_path / "vault", OLD, member_id="m", work_factor=2, **PORTS) as vault:
        vault.make_compartment("record")
        vault.commit(vault.compartment_of("record"), put("claim", "r", text="kept"))
    return tmp_path / "vault"


def opens(folder: Path, words: str) -> bool:
    try:
        with Vault.open(folder, words, **PORTS) as vault:
            assert vault.count("claim") == 1
    except WrongPassphrase:
        return False
    return True


def own_slot(folder: Path, words: str = OLD) -> Path:
    return find_slot(folder, words)[1]


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in (folder / SLOTS).iterdir())


def traces(slot: bytes, folder: Path) -> list[str]:
    """Return the files under a folder that hold a piece of a slot beyond the words every age file begins with."""
    body = slot[slot.index(b"scrypt ") + 7 :]
    pieces = [body[at : at + 16] for at in range(0, len(body) - 16, 8)]
    found = []
    for file in (file for file in folder.rglob("*") if file.is_file()):
        content = file.read_bytes()
        if any(piece in content for piece in pieces):
            found.append(file.name)
    return found


def test_the_new_one_opens_and_the_old_one_is_gone_from_every_file(folder: Path) -> None:
    old_slot = own_slot(folder).read_bytes()
    assert traces(old_slot, folder) == [own_slot(folder).name]
    with Vault.open(folder, OLD, **PORTS) as vault:
        vault.change_passphrase(OLD, NEW, work_factor=2)
        assert traces(old_slot, folder) == [], "also while it is open, with its write-ahead file"
    assert traces(old_slot, folder) == []
    assert not opens(folder, OLD)
    assert opens(folder, NEW)
    assert names(folder) == ["1.age", "2.age"]
    assert check(folder, NEW, clock=SystemClock(), progress=lambda _done, _of: None) == []


def test_the_old_slot_is_overwritten_before_it_loses_its_name(folder: Path, tmp_path: Path) -> None:
    old_slot = own_slot(folder).read_bytes()
    os.link(own_slot(folder), tmp_path / "second-name")
    with Vault.open(folder, OLD, **PORTS) as vault:
        vault.change_passphrase(OLD, NEW, work_factor=2)
    assert len((tmp_path / "second-name").read_bytes()) == len(old_slot)
    assert traces(old_slot, tmp_path) == []


def test_a_wrong_old_one_changes_nothing(folder: Path) -> None:
    before = [file.read_bytes() for file in slot_files(folder)]
    with Vault.open(folder, OLD, **PORTS) as vault:
        for wrong in ("", "half \ud800", NEW):
            with pytest.raises(WrongPassphrase):
                vault.change_passphrase(wrong, NEW, work_factor=2)
    assert [file.read_bytes() for file in slot_files(folder)] == before


def test_a_slot_that_somebody_planted_gives_no_say(folder: Path) -> None:
    with Vault.open(folder, OLD, **PORTS) as vault:
        write_slot(folder, 7, bytes(32), Passphrase("planted", 2))
        with pytest.raises(WrongPassphrase):
            vault.change_passphrase("planted", NEW, work_factor=2)
    with pytest.raises(VaultDamaged):
        Vault.open(folder, "planted", **PORTS)
    assert opens(folder, OLD)
    assert names(folder) == ["1.age", "2.age"], "the next opening clears it away"


def test_slots_that_came_back_from_a_backup_open(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / SLOTS, tmp_path / "backup")
    with Vault.open(folder, OLD, **PORTS) as vault:
        vault.change_passphrase(OLD, NEW, work_factor=2)
    new_slot = own_slot(folder, NEW)
    new_slot.rename(new_slot.with_name(f"{new_slot.stem}.new.age"))  # as an interrupted change has it
    shutil.copy(tmp_path / "backup" / new_slot.name, new_slot)
    assert not opens(folder, OLD), "beside the new one the old one has no say"
    assert names(folder) == ["1.age", "2.age"]
    assert opens(folder, NEW)
    shutil.copytree(tmp_path / "backup", folder / SLOTS, dirs_exist_ok=True)
    assert opens(folder, OLD), "alone it is better than nothing"
    assert check(folder, OLD, clock=SystemClock(), progress=lambda _done, _of: None) == []


def test_a_vault_of_before_gets_its_second_slot_and_either_place(folder: Path, tmp_path: Path) -> None:
    old_slot = own_slot(folder).read_bytes()
    found = set()
    for number in range(24):
        copy = tmp_path / f"older-{number}"
        shutil.copytree(folder, copy)
        shutil.rmtree(copy / "beside")
        shutil.rmtree(copy / SLOTS)
        (copy / SLOTS).mkdir()
        (copy / SLOTS / "3.age").write_bytes(old_slot)
        assert opens(copy, OLD)
        assert names(copy) == ["1.age", "2.age"]
        assert (copy / "beside" / "vault.db").exists()
        assert check(copy, OLD, clock=SystemClock(), progress=lambda _done, _of: None) == []
        found.add(own_slot(copy).name)
    assert found == {"1.age", "2.age"}


def test_a_vault_without_its_slots_gets_no_new_one(folder: Path) -> None:
    with Vault.open(folder, OLD, **PORTS) as vault:
        shutil.rmtree(folder / SLOTS)
        with pytest.raises(NoVault):
            vault.change_passphrase(OLD, NEW, work_factor=2)


_CHILD = """
import os, signal, sys
from pathlib import Path
from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.store.database import Database
from leeward.ledger.store.vault import Vault
vault = Vault.open(Path(sys.argv[1]), sys.argv[2], clock=SystemClock(), chance=SystemChance())
steps = int(sys.argv[4])
def killing(owner, name):
    real = getattr(owner, name)
    def step(*args, **kwargs):
        global steps
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        steps -= 1
        return real(*args, **kwargs)
    setattr(owner, name, step)
killing(os, "fsync")
killing(Path, "replace")
killing(Path, "unlink")
killing(Database, "writing")
vault.change_passphrase(sys.argv[2], sys.argv[3], work_factor=2)
print("changed", steps, flush=True)
"""
_STEPS = 9  # fsync, name, folder of the new slot; the database; the same three of the old one; name and folder again


@pytest.mark.parametrize("step", range(_STEPS + 1))
def test_killed_at_any_step_the_old_or_the_new_one_opens(folder: Path, tmp_path: Path, step: int) -> None:
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, str(folder), OLD, NEW, str(step)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": "src"},
        timeout=60,
        check=False,
    )
    if step == _STEPS:
        assert child.stdout == "changed 0\n", child.stderr
    else:
        assert child.returncode == -signal.SIGKILL, child.stderr
    decided = step > 3
    for first, then in ((OLD, NEW), (NEW, OLD)):
        copy = tmp_path / f"copy-{first[:4]}"
        shutil.copytree(folder, copy)
        used = next(words for words in (first, then) if opens(copy, words))
        assert not opens(copy, then if used == first else first), "the one that was used stays, alone"
        assert opens(copy, used)
        assert names(copy) == ["1.age", "2.age"]
        assert used == NEW or not decided
        assert check(copy, used, clock=SystemClock(), progress=lambda _done, _of: None) == []
