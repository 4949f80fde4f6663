"""One flipped byte anywhere in a vault's folder is reported, with where."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.errors import LedgerError, NoVault, VaultInUse, WrongPassphrase
from leeward.ledger.fault import Fault
from leeward.ledger.model import note, put
from leeward.ledger.store.check import check
from leeward.ledger.store.vault import Vault

WORDS = "мост восемь honest river"


def quiet(done: int, of: int) -> None:
    assert 0 <= done <= of


def run(folder: Path) -> list[Fault]:
    return check(folder, WORDS, clock=SystemClock(), progress=quiet)


@pytest.fixture
def folder(team: Any) -> Path:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    for number in range(30):
        boris_or_anna = anna if number % 2 else boris
        if boris_or_anna is boris and number == 0:
            team.settle()
        boris_or_anna.commit(place, put("claim", f"r{number}", text=f"word {number} " * 60))
    team.settle()
    anna.commit(place, note("claim", "r1", "remarks", "not yet pushed"))
    anna.outgoing()
    anna.commit(place, note("claim", "r1", "remarks", "not yet packed"))
    anna.blob_put("ab" * 32, b"sealed " * 1000)
    with anna.database.writing() as writer:  # leave free pages behind
        writer.execute("CREATE TABLE gone AS SELECT * FROM chunk")
        writer.execute("DROP TABLE gone")
    anna.close()
    return Path(anna.folder)


def test_a_sound_vault_has_no_faults(folder: Path) -> None:
    assert run(folder) == []


def test_a_flipped_byte_anywhere_is_reported_with_its_place(folder: Path) -> None:
    rng = random.Random(7)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size]
    files.remove(folder / "beside" / "vault.db")  # drawn anew at each opening
    assert {path.name for path in files} == {"vault.db", "1.age", "2.age", "ab" * 32}
    for path in files:
        whole = path.read_bytes()
        places = {0, 15, 16, 24, 60, len(whole) - 1, *(rng.randrange(len(whole)) for _ in range(20))}
        for place in sorted(place for place in places if place < len(whole)):
            torn = bytearray(whole)
            torn[place] ^= 1 << rng.randrange(8)
            path.write_bytes(torn)
            try:
                faults = run(folder)
                assert any(path.name in fault.where for fault in faults), (path, place)
                if path.name == "vault.db":
                    assert f"page {place // 4096 + 1} of vault.db" in {fault.where for fault in faults}
            except LedgerError:
                assert (
                    path.parent.name == "slots"
                )  # a slot that opens no more is reported by name of its error
        path.write_bytes(whole)
    assert run(folder) == []


def test_every_page_is_covered_free_ones_too(folder: Path) -> None:
    path = folder / "vault.db"
    whole = path.read_bytes()
    torn = bytearray(whole)
    for start in range(100, len(whole), 4096):
        torn[start] ^= 4
    path.write_bytes(torn)
    named = {fault.where for fault in run(folder)}
    assert {f"page {number + 1} of vault.db" for number in range(len(whole) // 4096)} <= named


def test_a_flipped_byte_in_what_a_crash_left_is_reported(team: Any, tmp_path: Path) -> None:
    vault = team.desk("crashed")
    place = vault.make_compartment("record").id
    for number in range(5):
        vault.commit(place, put("claim", f"r{number}", text="x"))
    crashed = tmp_path / "copy"
    crashed.mkdir()
    shutil.copytree(vault.folder / "slots", crashed / "slots")
    journal = (vault.folder / "vault.db-wal").read_bytes()
    database = (vault.folder / "vault.db").read_bytes()
    rng = random.Random(3)
    for place_in_file in (0, 9, 17, 26, 33, 40, 44, 50, *(rng.randrange(len(journal)) for _ in range(12))):
        (crashed / "vault.db").write_bytes(database)
        torn = bytearray(journal)
        torn[place_in_file] ^= 1
        (crashed / "vault.db-wal").write_bytes(torn)
        faults = run(crashed)
        assert any("vault.db-wal" in fault.where for fault in faults), place_in_file
    (crashed / "vault.db").write_bytes(database)
    (crashed / "vault.db-wal").write_bytes(journal)
    assert run(crashed) == []


def test_writes_lost_to_a_damaged_journal_are_said_at_opening_and_a_cut_end_is_not(
    team: Any, tmp_path: Path
) -> None:
    vault = team.desk("crashed")
    place = vault.make_compartment("record").id
    for number in range(5):
        vault.commit(place, put("claim", f"r{number}", text="x"))
    journal = (vault.folder / "vault.db-wal").read_bytes()
    database = (vault.folder / "vault.db").read_bytes()
    torn = bytearray(journal)
    torn[32 + 24 + 4120 * 3] ^= 1
    headless = bytearray(journal)
    headless[5] ^= 1
    for name, content, said in (
        ("whole", journal, 0),
        ("cut", journal[:-100], 0),
        ("torn", bytes(torn), 1),
        ("headless", bytes(headless), 1),
    ):
        crashed = tmp_path / name
        crashed.mkdir()
        shutil.copytree(vault.folder / "slots", crashed / "slots")
        (crashed / "vault.db").write_bytes(database)
        (crashed / "vault.db-wal").write_bytes(content)
        with Vault.open(crashed, WORDS, clock=SystemClock(), chance=SystemChance()) as again:
            assert len(again.faults()) == said, name


def test_pages_cut_off_or_swapped_are_reported(folder: Path) -> None:
    path = folder / "vault.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:-4096])
    assert run(folder)
    path.write_bytes(whole[: -4096 * 2] + whole[-4096:] + whole[-4096 * 2 : -4096])
    assert len([fault for fault in run(folder) if "page" in fault.where]) == 2


def test_blobs_missing_or_never_confirmed_are_reported(folder: Path) -> None:
    (folder / "blobs" / "ab" / ("ab" * 32)).unlink()
    (folder / "blobs" / "cd").mkdir()
    (folder / "blobs" / "cd" / ("cd" * 32)).write_bytes(b"x")
    assert sorted(fault.where[:11] for fault in run(folder)) == ["blobs/ab/ab", "blobs/cd/cd"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE segment SET signature = zeroblob(3373) WHERE number = 1",
        "DELETE FROM chunk WHERE no = 3",
        "UPDATE chunk SET body = x'90' WHERE no = 3",
        "DELETE FROM segment WHERE number = 1",
        "UPDATE chain SET count = count + 1",
        "UPDATE segment SET head = (SELECT head FROM segment ORDER BY rowid DESC LIMIT 1)",
        "UPDATE outbox SET sealed = x'00'",
    ],
)
def test_what_a_wrong_hand_changes_inside_is_reported(folder: Path, statement: str) -> None:
    """Whoever has the passphrase can write proper pages, but not sign for others."""

    vault = Vault.open(folder, WORDS, clock=SystemClock(), chance=SystemChance())
    with vault.database.writing() as writer:
        writer.execute(statement)
    vault.close()
    assert run(folder)


def test_checking_asks_for_the_passphrase_and_a_closed_vault(
    folder: Path, tmp_path: Path, vault: Vault
) -> None:
    with pytest.raises(WrongPassphrase):
        check(folder, "wrong words", clock=SystemClock(), progress=quiet)
    with pytest.raises(NoVault):
        run(tmp_path / "nowhere")
    with pytest.raises(VaultInUse):
        run(vault.folder)
