"""Values of one device: what is kept in memory never differs from the database, and what waits is never half there."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.errors import VaultClosed, VaultDamaged, VaultInUse
from leeward.ledger.model import put
from leeward.ledger.store.blobs import Blobs
from leeward.ledger.store.check import check
from leeward.ledger.store.database import Database
from leeward.ledger.store.local import Local
from leeward.ledger.store.schema import STEPS, upgrade
from leeward.ledger.store.vault import Vault

WORDS = "мост восемь honest river"


def written(vault: Vault, key: str) -> object:
    """Return a value as another reader finds it in the database."""
    with vault.database.reading() as connection:
        row: Any = connection.execute("SELECT value FROM local WHERE key=?", (key,)).fetchone()
    return msgspec.msgpack.decode(row[0]) if row else None


def test_a_value_is_on_the_disk_when_put_returns(vault: Vault) -> None:
    assert vault.local_get("a") is None
    vault.local_put("a", {"x": 1})
    assert vault.local_get("a") == written(vault, "a") == {"x": 1}


def test_what_was_read_cannot_be_changed_in_memory(vault: Vault) -> None:
    vault.local_put("a", [1])
    held: Any = vault.local_get("a")
    held.append(2)
    assert vault.local_get("a") == [1]


def test_a_value_put_with_later_counts_at_once_and_is_written_with_what_comes_next(vault: Vault) -> None:
    vault.local_put("a", 1, later=True)
    assert vault.local_get("a") == 1
    assert written(vault, "a") is None
    vault.local_put("b", 2)
    assert written(vault, "a") == 1
    vault.local_put("a", 3, later=True)
    vault.set_cursor("box", 7)
    assert written(vault, "a") == 3
    vault.local_put("a", 4, later=True)
    vault.local_settle()
    assert written(vault, "a") == 4


def test_a_place_in_a_box_that_waits_is_written_with_the_values_that_wait(vault: Vault) -> None:
    def found(box: str) -> object:
        with vault.database.reading() as connection:
            row: Any = connection.execute("SELECT number FROM cursor WHERE box=?", (box,)).fetchone()
        return row[0] if row else None

    vault.local_put("a", 1, later=True)
    vault.set_cursor("box", 7, later=True)
    assert (vault.cursor("box"), found("box"), written(vault, "a")) == (7, None, None)
    vault.local_settle()
    assert (vault.cursor("box"), found("box"), written(vault, "a")) == (7, 7, 1)
    vault.set_cursor("box", 9, later=True)
    vault.set_cursor("box", 0)
    assert (vault.cursor("box"), found("box")) == (0, 0)
    vault.set_cursor("box", 3, later=True)
    vault.set_cursor("box", 3)
    assert found("box") == 3


def test_what_waits_is_written_at_closing(vault: Vault) -> None:
    vault.local_put("a", 1, later=True)
    vault.close()
    with Vault.open(vault.folder, WORDS, clock=SystemClock(), chance=SystemChance()) as again:
        assert again.local_get("a") == 1


def test_a_closed_vault_gives_no_value_that_was_kept_in_memory(vault: Vault) -> None:
    vault.local_put("a", 1)
    vault.close()
    with pytest.raises(VaultClosed):
        vault.local_get("a")
    with pytest.raises(VaultClosed):
        vault.cursor("box")


def test_the_same_value_is_not_written_again(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.local_put("a", [1, 2])
    vault.set_cursor("box", 3)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("written")

    monkeypatch.setattr(Database, "writing", refuse)
    vault.local_put("a", [1, 2])
    vault.set_cursor("box", 3)
    with pytest.raises(AssertionError):
        vault.local_put("a", [1])


def test_a_value_put_with_later_and_then_for_good_is_written(vault: Vault) -> None:
    vault.local_put("a", 1, later=True)
    vault.local_put("a", 1)
    assert written(vault, "a") == 1


def test_a_put_that_fails_is_as_if_it_had_not_been(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.local_put("a", 1)
    vault.local_put("b", 1, later=True)

    def busy(*_: object, **__: object) -> None:
        raise VaultInUse("busy")

    with monkeypatch.context() as patch:
        patch.setattr(Database, "writing", busy)
        for key in ("a", "b"):
            with pytest.raises(VaultInUse):
                vault.local_put(key, 2)
    assert (vault.local_get("a"), vault.local_get("b")) == (1, 1)
    vault.local_settle()
    assert (written(vault, "a"), written(vault, "b")) == (1, 1)


def test_a_forgotten_circle_takes_what_waits_under_its_name_with_it(vault: Vault) -> None:
    case = vault.make_compartment("case")
    vault.local_put(f"view.{case.box}", 1, later=True)
    vault.set_cursor(case.box, 4)
    vault.local_put(f"view.{case.box}", 2, later=True)
    vault.forget(case.id)
    assert vault.local_get(f"view.{case.box}") is None
    assert vault.cursor(case.box) == 0
    vault.local_settle()
    assert written(vault, f"view.{case.box}") is None


@pytest.mark.parametrize("size", [6, 100_000])  # in the database, and as a file
def test_blobs_and_their_note_come_and_go_together(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    address, sealed = "ab" * 32, b"s" * size
    vault.blob_put_all([(address, sealed)], note=("list", [address]))
    assert (vault.blob_get(address), written(vault, "list")) == (sealed, [address])
    assert list(vault.blobs()) == [address]
    assert bool(list(vault.folder.glob("blobs/*/*"))) is (size > 6)

    def broken(*_: object) -> None:
        raise VaultInUse("busy")

    with monkeypatch.context() as patch:
        patch.setattr("leeward.ledger.store.blobs.Blobs.drop", broken)
        with pytest.raises(VaultInUse):
            vault.blob_delete_all([address], note=("list", []))
    assert (vault.blob_get(address), vault.local_get("list")) == (sealed, [address])
    vault.blob_delete_all([address], note=("list", []))
    assert (vault.blob_get(address), written(vault, "list")) == (None, [])
    assert not list(vault.blobs())
    assert not list(vault.folder.glob("blobs/*/*"))


def test_a_small_blob_is_found_damaged_and_let_go_of_like_any_other(vault: Vault) -> None:
    one, two = "ab" * 32, "cd" * 32
    vault.blob_put_all([(one, b"one"), (two, b"two")], note=("list", [one, two]))
    vault.blob_delete(two, for_good=True)
    assert list(vault.blobs()) == [one]
    with vault.database.writing() as writer:
        writer.execute("UPDATE blob SET sealed=x'00'")
    with pytest.raises(VaultDamaged):
        vault.blob_get(one)
    with pytest.raises(RuntimeError):
        vault.blob_put_all([("../" + one, b"x")], note=("list", []))
    vault.close()
    assert [
        fault.where for fault in check(vault.folder, WORDS, clock=SystemClock(), progress=lambda *_: None)
    ] == [f"blob {one} in vault.db"]


def test_a_vault_of_the_step_before_keeps_its_blobs_and_takes_small_ones(tmp_path: Path) -> None:
    database = Database(tmp_path / "vault.db", bytes(32))
    with database.writing() as writer:
        for step in STEPS[:3]:
            writer.execute(step)
        writer.execute("PRAGMA user_version=3")
        writer.execute("INSERT INTO blob VALUES (?,?)", ("ab" * 32, hashlib.sha256(b"old").digest()))
    blobs = Blobs(tmp_path, database)
    blobs.write([("ab" * 32, b"old")])
    for _ in range(2):
        with database.writing() as writer:
            upgrade(writer)
    with database.writing() as writer:
        blobs.keep(writer, [("cd" * 32, b"new")])
    assert (blobs.get("ab" * 32), blobs.get("cd" * 32)) == (b"old", b"new")
    assert list(blobs.files()) == ["ab" * 32]
    database.close()


_steps = st.lists(
    st.tuples(
        st.sampled_from(("put", "later", "settle", "cursor", "cursor later", "elsewhere")),
        st.sampled_from("abc"),
        st.integers(0, 3),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(_steps)
def test_whatever_is_done_the_last_value_counts(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, int]]
) -> None:
    database = Database(tmp_path_factory.mktemp("local") / "v.db", bytes(32))
    with database.writing() as writer:
        writer.execute("CREATE TABLE local (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID")
        writer.execute("CREATE TABLE cursor (box TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")
    local, values, cursors = Local(database), dict[str, int](), dict[str, int]()
    for what, key, number in steps:
        match what:
            case "settle":
                local.settle()
            case "cursor" | "cursor later":
                local.set_cursor(key, number, later=what == "cursor later")
                cursors[key] = number
            case "elsewhere":
                with local.writing() as writer:
                    writer.execute("INSERT OR REPLACE INTO cursor VALUES (?,?)", (key, number))
                local.changed(box=key)
                cursors[key] = number
            case _:
                local.put(key, number, later=what == "later")
                values[key] = number
        assert [local.get(one) for one in "abc"] == [values.get(one) for one in "abc"]
        assert [local.cursor(one) for one in "abc"] == [cursors.get(one, 0) for one in "abc"]
    local.close()
    fresh = Local(database)
    assert [fresh.get(one) for one in "abc"] == [values.get(one) for one in "abc"]
    assert [fresh.cursor(one) for one in "abc"] == [cursors.get(one, 0) for one in "abc"]
    database.close()


def at_once(*works: Callable[[], None]) -> None:
    failed: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not failed
    assert not any(thread.is_alive() for thread in threads)


def test_threads_that_put_and_read_end_with_what_is_in_the_database(vault: Vault) -> None:
    def puts(key: str, *, later: bool) -> Callable[[], None]:
        def work() -> None:
            for number in range(60):
                vault.local_put(key, number, later=later)

        return work

    def reads() -> None:
        last = 0
        for _ in range(300):
            now: Any = vault.local_get("a") or 0
            assert now >= last
            last = now

    at_once(puts("a", later=False), puts("b", later=True), puts("c", later=False), reads, vault.local_settle)
    vault.local_settle()
    for key in "abc":
        assert vault.local_get(key) == written(vault, key) == 59


def test_a_question_sees_nothing_of_a_transaction_that_goes_on(vault: Vault) -> None:
    count = "SELECT count(*) FROM local"
    before = vault.database.ask(count)
    with vault.database.writing() as writer:
        writer.execute("INSERT INTO local VALUES ('x', x'01')")
        assert vault.database.ask(count) == before  # of the same thread, too
    assert vault.database.ask(count)[0][0] == before[0][0] + 1


def test_who_asks_without_end_does_not_keep_a_writer_out(vault: Vault) -> None:
    done = threading.Event()

    def asks() -> None:
        while not done.wait(0):
            vault.database.ask("SELECT count(*) FROM record")

    def writes() -> None:
        record = vault.compartment_of("record")
        try:
            for number in range(20):
                vault.commit(record, put("claim", f"r{number}", text="x"))
        finally:
            done.set()

    at_once(asks, asks, writes)
    assert vault.count("claim") == 20
