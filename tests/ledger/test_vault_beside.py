"""Two slots and two vaults in every folder: whoever is forced gives the other passphrase, and nothing tells which."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from leeward.base.errors import LeewardError
from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.errors import VaultDamaged, WrongPassphrase
from leeward.ledger.model import put
from leeward.ledger.store import beside, slots
from leeward.ledger.store.check import check
from leeward.ledger.store.slots import SLOTS, make_blind, slot_files, work_factor_of
from leeward.ledger.store.vault import Vault
from leeward.seal.envelope import open_sealed

TRUE, FORCED, WRONG = "мост восемь honest river", "фонарь девять quiet harbour", "neither of the two"
PORTS: Any = {"clock": SystemClock(), "chance": SystemChance()}
PLACES = {"1.age", "2.age"}


def make(folder: Path, *, second: bool = False, alone: bool = False, work_factor: int = 2) -> Path:
    with Vault.create(folder, TRUE, member_id="m", work_factor=work_factor, **PORTS) as vault:
        vault.make_compartment("record")
        vault.commit(vault.compartment_of("record"), put("claim", "r", text="kept"))
        vault.blob_put("ab" * 32, b"sealed of the first")
        if second:
            beside.set_up(folder, vault.database, FORCED, "m", SystemChance(), alone=alone)
    return folder


def opens(folder: Path, words: str) -> str:
    """Return which vault a passphrase opens: "true", "second", or "" for none."""
    try:
        with Vault.open(folder, words, **PORTS) as vault:
            return "true" if vault.count("claim") else "second"
    except WrongPassphrase:
        return ""


def looks(folder: Path) -> dict[str, tuple[int, int]]:
    """Return what a listing shows: names, sizes and rights; databases only whether they are there."""
    found = {}
    for path in folder.rglob("*"):
        size = path.stat().st_size if path.is_file() and path.name != "vault.db" else -1
        found[str(path.relative_to(folder))] = (size, path.stat().st_mode)
    return found


@pytest.fixture
def both(tmp_path: Path) -> Path:
    return make(tmp_path / "vault", second=True)


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    return make(tmp_path / "vault", second=True, alone=True)


def test_each_passphrase_opens_its_own_and_no_other_does(both: Path) -> None:
    assert [opens(both, words) for words in (TRUE, FORCED, WRONG, TRUE)] == ["true", "second", "", "true"]
    assert check(both, TRUE, clock=SystemClock(), progress=lambda _done, _of: None) == []
    assert check(both, FORCED, clock=SystemClock(), progress=lambda _done, _of: None) == []


def test_a_folder_looks_the_same_with_and_without_one(tmp_path: Path, both: Path) -> None:
    other = make(tmp_path / "other")
    Vault.open(other, TRUE, **PORTS).close()
    assert looks(other) == looks(both)
    for folder in (other, both):
        files = slot_files(folder)
        assert {file.name for file in files} == PLACES
        assert len({file.stat().st_mtime_ns for file in files}) == 1
        first, second = (file.read_bytes() for file in files)
        assert len(first) == len(second)
        assert work_factor_of(first) == work_factor_of(second)
        database = (folder / "beside" / "vault.db").read_bytes()
        assert len(database) % 4096 == 0
        assert database[16:24] == (folder / "vault.db").read_bytes()[16:24]
        assert max(database[24:].count(value) for value in range(256)) < 1.35 * len(database) / 256


def test_which_slot_is_whose_is_drawn(tmp_path: Path) -> None:
    found = {slots.find_slot(make(tmp_path / str(one)), TRUE)[1].name for one in range(24)}
    assert found == PLACES


def test_a_blind_slot_is_one_that_every_passphrase_is_tried_at(tmp_path: Path) -> None:
    folder = make(tmp_path / "vault")
    slot = slot_files(folder)[0].read_bytes()
    blind = make_blind(slot)
    assert blind != make_blind(slot)
    assert len(blind) == len(slot)
    for file in slot_files(folder):
        file.write_bytes(make_blind(slot))
    for words in (TRUE, FORCED, ""):
        with pytest.raises(WrongPassphrase):
            Vault.open(folder, words, **PORTS)
    with pytest.raises(VaultDamaged):
        make_blind(b"not a slot")


def test_both_slots_are_tried_whichever_opens(both: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    real = open_sealed

    def counting(kind: Any, sealed: bytes, keys: Any) -> bytes:
        tried.append(str(kind))
        return real(kind, sealed, keys)

    monkeypatch.setattr(slots, "open_sealed", counting)
    for words in (TRUE, FORCED, WRONG):
        tried.clear()
        opens(both, words)
        assert len(tried) == 2


@pytest.mark.slow
def test_the_time_of_an_opening_tells_nothing(tmp_path: Path) -> None:
    folder = make(tmp_path / "vault", second=True, work_factor=15)
    took: dict[str, list[float]] = {TRUE: [], FORCED: [], WRONG: []}
    for _ in range(12):
        for words, times in took.items():
            start = time.perf_counter()
            opens(folder, words)
            times.append(time.perf_counter() - start)
    true, forced, wrong = (statistics.median(times) for times in took.values())
    assert abs(true - forced) < 0.25 * true
    assert wrong > 0.6 * true


def test_it_stays_alone_if_it_was_told_to(alone: Path, tmp_path: Path) -> None:
    key = slots.open_slots(alone, TRUE)
    old = [file.read_bytes() for file in slot_files(alone)]
    assert opens(alone, FORCED) == "second"
    assert opens(alone, TRUE) == ""
    assert opens(alone, FORCED) == "second"
    assert beside.home_of(alone, slots.open_slots(alone, FORCED)) == alone
    assert check(alone, FORCED, clock=SystemClock(), progress=lambda _done, _of: None) == []
    assert looks(alone) == looks(_opened(make_plain(tmp_path / "plain"), FORCED)), (
        "as if there never was more"
    )
    for file in alone.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert key not in content
        assert not any(
            slot[400:500] in content for slot in old if slots.find_slot(alone, FORCED)[1].read_bytes() != slot
        )


def make_plain(folder: Path) -> Path:
    Vault.create(folder, FORCED, member_id="m", work_factor=2, **PORTS).close()
    return folder


def _opened(folder: Path, words: str) -> Path:
    Vault.open(folder, words, **PORTS).close()
    return folder


def test_the_slot_is_overwritten_in_its_place(alone: Path, tmp_path: Path) -> None:
    true_slot = slots.find_slot(alone, TRUE)[1]
    content = true_slot.read_bytes()
    os.link(true_slot, tmp_path / "second-name")
    opens(alone, FORCED)
    overwritten = (tmp_path / "second-name").read_bytes()
    assert len(overwritten) == len(content)
    assert sum(a == b for a, b in zip(content[60:], overwritten[60:], strict=True)) < len(content) / 16


def test_whether_it_was_by_force_is_known_until_somebody_takes_note(alone: Path) -> None:
    with Vault.open(alone, FORCED, **PORTS) as vault:
        assert beside.was_opened(vault.database)
    with Vault.open(alone, FORCED, **PORTS) as vault:
        assert beside.was_opened(vault.database), "the desk was killed before it told anybody"
        beside.take_note(vault.database)
    with Vault.open(alone, FORCED, **PORTS) as vault:
        assert not beside.was_opened(vault.database)


def test_a_free_opening_is_never_taken_for_a_forced_one(both: Path) -> None:
    with Vault.open(both, TRUE, **PORTS) as vault:
        assert not beside.was_opened(vault.database)
    opens(both, FORCED)
    with Vault.open(both, TRUE, **PORTS) as vault:
        assert not beside.was_opened(vault.database)


def test_what_a_crash_left_beside_is_not_mistaken_for_nothing(both: Path) -> None:
    with Vault.open(both, FORCED, **PORTS) as vault:
        vault.local_put("a", "b")
        crashed = both.with_name("crashed")
        shutil.copytree(both, crashed)  # with its write-ahead file
    assert (crashed / "beside" / "vault.db-wal").stat().st_size
    assert opens(crashed, TRUE) == "true"
    with Vault.open(crashed, FORCED, **PORTS) as vault:
        assert vault.local_get("a") == "b"


_CHILD = """
import os, signal, sys
from pathlib import Path
from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.store import beside
from leeward.ledger.store.database import Database
from leeward.ledger.store.vault import Vault
steps = int(sys.argv[2])
def killing(owner, name):
    real = getattr(owner, name)
    def step(*args, **kwargs):
        global steps
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        steps -= 1
        return real(*args, **kwargs)
    setattr(owner, name, step)
ports = {"clock": SystemClock(), "chance": SystemChance()}
folder = Path(sys.argv[1])
def arm():
    killing(os, "fsync"); killing(Path, "replace"); killing(Path, "unlink")
    killing(Path, "rename"); killing(Database, "writing")
if sys.argv[3] == "open":
    arm()
    Vault.open(folder, sys.argv[4], **ports)
else:
    vault = Vault.open(folder, sys.argv[4], **ports)
    arm()
    beside.set_up(folder, vault.database, sys.argv[5], "m", SystemChance(), alone=False)
print("done", steps, flush=True)
"""


def killed_at(folder: Path, step: int, *what: str) -> bool:
    """Do something in a process that is killed at a step; tell whether it was."""
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, str(folder), str(step), *what],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": "src"},
        timeout=60,
        check=False,
    )
    assert child.returncode in {0, -signal.SIGKILL}, child.stderr
    return child.returncode != 0


def all_steps(folder: Path, tmp_path: Path, *what: str) -> list[Path]:
    """Return a copy of the folder for each step that somebody was killed at."""
    found: list[Path] = []
    while True:
        copy = tmp_path / f"killed-{len(found)}"
        shutil.copytree(folder, copy)
        if not killed_at(copy, len(found), *what):
            return found
        found.append(copy)


def test_killed_at_any_step_of_staying_alone_it_goes_on(alone: Path, tmp_path: Path) -> None:
    left = all_steps(alone, tmp_path, "open", FORCED)
    assert len(left) > 6
    gone = False
    for copy in left:
        again = copy.with_name(f"{copy.name}-again")
        shutil.copytree(copy, again)
        true = opens(again, TRUE)
        assert true == "true" or not true
        gone = gone or not true
        assert bool(true) != gone, "once gone, it does not come back"
        assert opens(copy, FORCED) == "second"
        assert opens(copy, TRUE) == ""
        with Vault.open(copy, FORCED, **PORTS) as vault:
            assert beside.was_opened(vault.database)
            assert vault.blob_get("ab" * 32) is None
        assert {path.name for path in (copy / SLOTS).iterdir()} == PLACES
        assert {path.name for path in copy.iterdir()} <= {"vault.db", "lock", "beside", SLOTS, "blobs.gone"}
    assert gone


def test_killed_at_any_step_of_setting_up_there_is_one_that_works_or_none(tmp_path: Path) -> None:
    folder = make(tmp_path / "vault")
    left = all_steps(folder, tmp_path, "set", TRUE, FORCED)
    assert len(left) > 6
    for copy in left:
        assert opens(copy, TRUE) == "true"
        try:
            assert opens(copy, FORCED) in {"second", ""}
        except LeewardError as error:
            pytest.fail(repr(error))
        assert check(copy, TRUE, clock=SystemClock(), progress=lambda _done, _of: None) == []
        assert {path.name for path in (copy / SLOTS).iterdir()} == PLACES
