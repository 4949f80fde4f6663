from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import apsw
import pytest

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.errors import (
    BadValue,
    EntryTooLarge,
    NoRoom,
    NoVault,
    PlaintextRefused,
    UnknownCompartment,
    VaultClosed,
    VaultDamaged,
    VaultExists,
    VaultInUse,
    WrongPassphrase,
)
from leeward.ledger.model import Op, add, note, put, remove
from leeward.ledger.store.vault import Vault

WORDS = "мост восемь honest river"


def reopen(vault: Vault, words: str = WORDS) -> Vault:
    vault.close()
    return Vault.open(vault.folder, words, clock=SystemClock(), chance=SystemChance())


def test_what_was_committed_is_there_after_opening_again(vault: Vault) -> None:
    record = vault.compartment_of("record")
    dot = vault.commit(
        record,
        put("claim", "r1", text="Взят у дома", case_id="c1", detail={"a": [1, None, b"\x00"]})
        + add("claim", "r1", "tag_set", "x", "y")
        + note("claim", "r1", "remarks", "seen twice"),
    )
    device, member = vault.device.id, vault.member_id
    with reopen(vault) as again:
        found = again.get("r1")
        assert found is not None
        assert found.fields["text"] == "Взят у дома"
        assert found.fields["tag_set"] == ("x", "y")
        assert found.fields["remarks"][0].value == "seen twice"
        assert found.fields["detail"] == {"a": [1, None, b"\x00"]}
        assert (found.kind, found.compartment, found.created_by) == ("claim", record, member)
        assert (again.device.id, again.member_id) == (device, member)
        assert (dot.device, dot.count) == (device, 1)
        assert again.generation >= 1


def test_history_tells_everything_in_order(vault: Vault) -> None:
    record = vault.compartment_of("record")
    vault.commit(record, put("claim", "r1", text="one") + add("claim", "r1", "tag_set", "x"))
    vault.commit(record, put("claim", "r1", text="two"))
    vault.commit(record, put("claim", "other", text="nothing of this"))
    vault.commit(record, remove("claim", "r1", "tag_set", "x"))
    lines = [(line.field, line.op, line.value) for line in vault.history("r1")]
    assert lines == [
        ("text", Op.SET, "one"),
        ("tag_set", Op.ADD, "x"),
        ("text", Op.SET, "two"),
        ("tag_set", Op.REMOVE, "x"),
    ]
    assert vault.history("unknown") == []
    now = vault.get("r1")
    assert now is not None
    assert "tag_set" not in now.fields


def test_find_gives_the_newest_change_first_and_narrows_by_every_reference(vault: Vault) -> None:
    record, team = vault.compartment_of("record"), vault.compartment_of("team")
    for number in range(6):
        vault.commit(
            record,
            put("task", f"t{number}", case_id=f"c{number % 2}", owner_id="m1" if number < 4 else "m2")
            + add("task", f"t{number}", "helper_ids", f"h{number % 3}"),
        )
    vault.commit(team, put("task", "elsewhere", case_id="c0"))
    vault.commit(record, put("task", "t0", status="done"))
    names = [found.id for found in vault.find("task")]
    assert names == ["t0", "elsewhere", "t5", "t4", "t3", "t2", "t1"]
    assert [f.id for f in vault.find("task", limit=2)] == ["t0", "elsewhere"]
    assert [f.id for f in vault.find("task", refs={"case_id": "c0"}, compartment=record)] == [
        "t0",
        "t4",
        "t2",
    ]
    assert [f.id for f in vault.find("task", refs={"case_id": "c0", "owner_id": "m1"})] == ["t0", "t2"]
    assert [f.id for f in vault.find("task", refs={"helper_ids": "h0"})] == ["t0", "t3"]
    assert vault.count("task") == 7
    assert vault.count("task", refs={"case_id": "c1"}) == 3
    assert vault.count("nothing") == 0
    vault.commit(record, put("task", "t0", case_id="c1"))
    assert vault.count("task", refs={"case_id": "c1"}) == 4
    assert [f.id for f in vault.find("task", refs={"case_id": "c0"}, limit=9)] == ["elsewhere", "t4", "t2"]


def test_values_of_this_device_stay_here_and_listeners_hear_of_changes(vault: Vault) -> None:
    heard: list[frozenset[str]] = []
    vault.on_change(heard.append)
    before = vault.generation
    vault.local_put("draft", {"text": "half a sentence"})
    assert vault.local_get("draft") == {"text": "half a sentence"}
    assert vault.local_get("nothing") is None
    vault.commit(vault.compartment_of("record"), put("claim", "r", text="x") + put("act", "s", code="y"))
    assert heard == [frozenset({"claim", "act"})]
    assert vault.generation > before
    assert vault.unsent() == 1


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "<script>alert(1)</script>", "a\x00b\x1b[31m\u202e", "'; DROP"]
)
def test_any_text_is_only_text(vault: Vault, text: str) -> None:
    vault.commit(vault.compartment_of("record"), put("claim", "r", title=text))
    found = vault.get("r")
    assert found is not None
    assert found.fields["title"] == text


@pytest.mark.parametrize("value", ["half \ud800", 1 << 70, {1: "x"}, object(), ["\udfff"], {"\ud800": 1}])
def test_what_cannot_be_written_down_is_refused_and_changes_nothing(vault: Vault, value: Any) -> None:
    record = vault.compartment_of("record")
    vault.commit(record, put("claim", "r", title="before"))
    with pytest.raises(BadValue, match="Nothing was changed"):
        vault.commit(record, put("claim", "r", title=value))
    found = vault.get("r")
    assert found is not None
    assert found.fields["title"] == "before"
    assert vault.unsent() == 1


def test_an_entry_beyond_a_segment_is_refused(vault: Vault) -> None:
    with pytest.raises(EntryTooLarge):
        vault.commit(vault.compartment_of("record"), put("claim", "r", title=b"x" * 4_000_000))
    assert vault.get("r") is None


def test_mixing_operations_on_one_field_is_our_own_mistake(vault: Vault) -> None:
    record = vault.compartment_of("record")
    vault.commit(record, put("claim", "r", title="x"))
    with pytest.raises(RuntimeError):
        vault.commit(record, add("claim", "r", "title", "y"))


def test_a_circle_whose_keys_are_not_here_cannot_be_written(vault: Vault) -> None:
    with pytest.raises(UnknownCompartment):
        vault.compartment_of("intake")
    with pytest.raises(UnknownCompartment):
        vault.commit("a" * 26, put("claim", "r", title="x"))
    made = vault.make_compartment("case", id="b" * 26)
    assert vault.make_compartment("case", id="b" * 26) == made


def test_a_wrong_passphrase_opens_nothing_and_says_so(vault: Vault) -> None:
    for wrong in ("мост восемь honest rivers", "", "half \ud800"):
        with pytest.raises(WrongPassphrase, match="Nothing was changed"):
            reopen(vault, wrong)
    reopen(vault).close()


def test_no_vault_and_something_else_in_the_folder(tmp_path: Path, vault: Vault) -> None:
    with pytest.raises(NoVault):
        Vault.open(tmp_path / "nowhere", WORDS, clock=SystemClock(), chance=SystemChance())
    with pytest.raises(VaultExists):
        Vault.create(vault.folder, WORDS, member_id="x", clock=SystemClock(), chance=SystemChance())


def test_a_vault_is_open_in_one_place_at_a_time(vault: Vault) -> None:
    with pytest.raises(VaultInUse, match="Go on working there"):
        Vault.open(vault.folder, WORDS, clock=SystemClock(), chance=SystemChance())


def test_a_closed_vault_says_that_it_is_locked(vault: Vault) -> None:
    vault.close()
    with pytest.raises(VaultClosed):
        vault.get("r")
    with pytest.raises(VaultClosed):
        vault.set_member("x")


def test_a_library_that_cannot_encrypt_is_refused(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    vault.close()
    monkeypatch.setattr(apsw, "mc_version", "", raising=False)
    with pytest.raises(PlaintextRefused, match="apsw-sqlite3mc"):
        Vault.open(vault.folder, WORDS, clock=SystemClock(), chance=SystemChance())
    with pytest.raises(PlaintextRefused):
        Vault.create(
            tmp_path / "new", WORDS, member_id="x", clock=SystemClock(), chance=SystemChance(), work_factor=4
        )
    assert not (tmp_path / "new").exists()


def test_a_library_that_ignores_the_key_is_refused(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain SQLite answers PRAGMA key with nothing at all."""

    class Deaf(apsw.Connection):
        def execute(self, statements: str, *args: Any, **more: Any) -> apsw.Cursor:
            if statements.startswith(("PRAGMA key", "PRAGMA cipher")):
                statements = "PRAGMA nothing_of_the_kind"
            return super().execute(statements, *args, **more)

    vault.close()
    monkeypatch.setattr(apsw, "Connection", Deaf)
    with pytest.raises(PlaintextRefused, match="did not take the key"):
        Vault.open(vault.folder, WORDS, clock=SystemClock(), chance=SystemChance())


def test_a_database_in_clear_is_refused(vault: Vault) -> None:
    vault.close()
    path = vault.folder / "vault.db"
    path.unlink()
    plain = apsw.Connection(str(path))
    plain.execute("CREATE TABLE t (x)")
    plain.close()
    with pytest.raises(PlaintextRefused, match="not encrypted"):
        Vault.open(vault.folder, WORDS, clock=SystemClock(), chance=SystemChance())


def test_nothing_of_the_content_lies_in_clear_in_any_file(vault: Vault) -> None:
    marker = "MARKER-одна-метка"
    for number in range(50):
        vault.commit(vault.compartment_of("record"), put("claim", f"r{number}", text=f"{marker} {number}"))
    vault.local_put("draft", marker)
    vault.outgoing()
    secrets = [marker.encode(), b"MARKER", "метка".encode(), b"claim", WORDS.encode()]
    secrets += [vault.device.identity.string().encode(), vault.device.signing_key.to_bytes()]

    def scan() -> int:
        files = [path for path in vault.folder.rglob("*") if path.is_file()]
        for path in files:
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path
        return len(files)

    assert scan() >= 4  # while it is open: database, write-ahead file, slot, lock
    vault.close()
    scan()


def test_readers_do_not_wait_for_a_writer(vault: Vault) -> None:
    record = vault.compartment_of("record")
    vault.commit(record, put("claim", "r", text="before"))
    entered, leave = threading.Event(), threading.Event()

    def write() -> None:
        with vault.database.writing() as writer:
            writer.execute("DELETE FROM record")
            entered.set()
            leave.wait(10)
            raise KeyboardInterrupt

    def guarded() -> None:
        with pytest.raises(KeyboardInterrupt):
            write()

    thread = threading.Thread(target=guarded)
    thread.start()
    assert entered.wait(10)
    started = time.monotonic()
    assert vault.get("r") is not None
    assert vault.search("before").total == 1
    assert time.monotonic() - started < 5  # the writer stays for ten
    leave.set()
    thread.join()
    assert vault.count("claim") == 1


def test_many_threads_commit_and_read_at_once(vault: Vault) -> None:
    record = vault.compartment_of("record")
    trouble: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for number in range(15):
                vault.commit(record, put("claim", f"{name}-{number}", text=f"word{name}"))
                assert vault.get(f"{name}-{number}") is not None
                vault.search(f"word{name}")
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            trouble.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert vault.count("claim") == 90
    assert vault.unsent() == 90


def test_a_full_disk_says_so_and_loses_nothing(vault: Vault) -> None:
    record = vault.compartment_of("record")
    vault.commit(record, put("claim", "first", text="safe"))
    writer = vault.database._writer
    pages: Any = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count={pages[0] + 20}")

    def fill() -> None:
        for number in range(200):
            vault.commit(record, put("claim", f"r{number}", text="x" * 5000))

    with pytest.raises(NoRoom, match="What was saved before is safe"):
        fill()
    kept = vault.count("claim")
    writer.execute("PRAGMA max_page_count=1000000")
    vault.commit(record, put("claim", "after", text="room again"))
    with reopen(vault) as again:
        assert again.count("claim") == kept + 1
        assert again.get("first") is not None
        assert again.unsent() == kept + 1


@pytest.mark.parametrize("place", [30, 5000, 40_000])
def test_a_damaged_database_is_a_clear_error(vault: Vault, place: int) -> None:
    for number in range(30):
        vault.commit(vault.compartment_of("record"), put("claim", f"r{number}", text="word " * 300))
    vault.close()
    path = vault.folder / "vault.db"
    content = bytearray(path.read_bytes())
    for start in range(place % 4096, len(content), 4096):
        content[start] ^= 1
    path.write_bytes(content)
    with pytest.raises(VaultDamaged, match="restore"):
        Vault.open(vault.folder, WORDS, clock=SystemClock(), chance=SystemChance())


def test_blobs_are_kept_beside_and_a_changed_one_is_not_handed_out(vault: Vault) -> None:
    address = "ab" * 32
    assert vault.blob_get(address) is None
    vault.blob_put(address, b"sealed bytes")
    assert vault.blob_get(address) == b"sealed bytes"
    assert list(vault.blobs()) == [address]
    path = vault.folder / "blobs" / "ab" / address
    path.write_bytes(b"sealed bytez")
    with pytest.raises(VaultDamaged):
        vault.blob_get(address)
    vault.blob_delete(address)
    vault.blob_delete(address)
    assert list(vault.blobs()) == []
    with pytest.raises(RuntimeError):
        vault.blob_put("../../evil", b"x")


def test_a_clock_far_off_does_not_stop_the_work(team: Any) -> None:
    vault = team.desk("late")
    compartment = vault.make_compartment("record").id
    team.clocks[0].now = 1 << 45
    vault.commit(compartment, put("claim", "r", text="from the year 3000"))
    team.clocks[0].now = 5
    vault.commit(compartment, put("claim", "r", text="from 1970, but later"))
    found = vault.get("r")
    assert found.fields["text"] == "from 1970, but later"
    assert found.conflicts == {}
    assert [line.value for line in vault.history("r")] == ["from the year 3000", "from 1970, but later"]


@pytest.mark.parametrize("refs", [{}, {"case_id": "c"}, {"case_id": "c", "owner_id": "m"}])
@pytest.mark.parametrize("narrow", ["everywhere", "record"])
def test_a_page_is_read_off_an_index_and_never_sorted(
    vault: Vault, refs: dict[str, str], narrow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sorting would make a page slower with every record."""
    monkeypatch.setattr(vault.database, "_is_small", lambda: False)
    place = vault.compartment_of("record")
    vault.commit(place, put("task", "t", case_id="c", owner_id="m"))
    plans: list[str] = []

    def watch(_: Any, sql: str, bindings: Any) -> bool:
        if sql.lstrip().startswith("SELECT r.id"):
            plans.extend(
                str(row[3]) for row in vault.database._writer.execute(f"EXPLAIN QUERY PLAN {sql}", bindings)
            )
        return True

    with vault.database.reading() as connection:
        vault.database._pool.clear()
        connection.exec_trace = watch
    assert [
        f.id
        for f in vault.find("task", refs=refs, compartment=place if narrow == "record" else None, limit=5)
    ] == ["t"]
    assert plans
    assert not any("TEMP B-TREE" in line or "SCAN" in line for line in plans)
