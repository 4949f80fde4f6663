"""What a relay does not say, keep, or load."""

from __future__ import annotations

import hmac
import os
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leeward.relay import rows
from leeward.relay.app import make_app
from leeward.relay.sqlite_file import open_file
from leeward.relay.sqlite_store import SqliteStore
from leeward.wire.errors import NoSuchBlob, NoSuchBox

ROOT = Path(__file__).resolve().parents[2]


def test_importing_the_relay_loads_no_crypto_library_and_nothing_that_opens() -> None:
    code = """
import sys, pkgutil, importlib, leeward.relay
for found in pkgutil.walk_packages(leeward.relay.__path__, "leeward.relay."):
    importlib.import_module(found.name)
loaded = [n for n in sys.modules if n.split(".")[0] in {"cryptography", "nacl", "apsw", "_cffi_backend"}
          or n.startswith(("leeward.seal", "leeward.ledger", "leeward.domain", "leeward.office", "leeward.front"))]
print(loaded)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "src"
    )
    assert run.stdout == "[]\n"


def test_answers_carry_no_server_no_date_and_are_not_to_be_stored(ask: Any, new_box: Any) -> None:
    box = new_box()
    answers = [
        ask.make_box(box),
        ask.append(box, b"x"),
        ask.items(box),
        ask("GET", "/v1/hello"),
        ask("GET", "/nothing"),
        ask("GET", "/v1/blobs/zz"),
        ask("DELETE", box.path, token=box.read),
    ]
    allowed = {"cache-control", "content-type", "content-length", "leeward-last", "connection"}
    for answer in answers:
        assert {name.lower() for name, _ in answer.headers} <= allowed
        assert answer.header("Cache-Control") == "no-store"


def test_a_fault_inside_is_busy_and_leaves_no_trace(
    store: SqliteStore, run_app: Any, new_box: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            raise ValueError("a secret detail")

    with run_app(make_app(Broken())) as ask:
        answer = ask.make_box(new_box())
    assert (answer.status, answer.body) == (503, b"busy\n")
    assert capfd.readouterr() == ("", "")


def test_a_fault_in_the_pages_leaves_no_trace(
    store: SqliteStore, run_app: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    async def pages(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError("a secret detail")

    with run_app(make_app(store, pages)) as ask:
        answer = ask("GET", "/")
    assert answer.status >= 500
    assert b"secret" not in answer.body
    assert capfd.readouterr() == ("", "")


def test_nothing_in_the_store_is_a_token_or_a_time_finer_than_a_day(
    ask: Any, new_box: Any, store: SqliteStore
) -> None:
    box, erase = new_box(), os.urandom(32)
    ask.make_box(box)
    ask.append(box, b"sealed bytes")
    ask.put_blob(os.urandom(32), b"sealed piece", erase)
    kept = b"".join(path.read_bytes() for path in store.path.parent.rglob("*") if path.is_file())
    for secret in (box.read, box.write, erase):
        assert secret not in kept
        assert secret.hex().encode() not in kept
    today = int(time.time()) // 86400
    connection = sqlite3.connect(store.path)
    for table in ("boxes", "items", "blobs"):
        (day,) = connection.execute(f"SELECT day FROM {table}").fetchone()
        assert day in (today - 1, today)
    connection.close()


def test_every_column_of_the_store_is_explained() -> None:
    sql = (ROOT / "src/leeward/relay/sql/0001_start.sql").read_text(encoding="utf-8")
    inside = [line for line in sql.splitlines() if line.startswith("  ") and "UNIQUE" not in line]
    assert len(inside) == 21
    assert all(" -- " in line for line in inside)


def test_erased_bytes_are_gone_from_the_files(ask: Any, new_box: Any, store: SqliteStore) -> None:
    box, mark = new_box(), os.urandom(24)
    ask.make_box(box)
    ask.append(box, mark * 200)
    ask("DELETE", box.path, token=box.read)
    blob, erase = os.urandom(32), os.urandom(32)
    ask.put_blob(blob, mark * 100, erase)
    ask("DELETE", f"/v1/blobs/{blob.hex()}", token=erase)
    for path in store.path.parent.rglob("*"):
        if path.is_file():
            assert mark not in path.read_bytes(), path
            assert box.box not in path.read_bytes(), path


def test_only_the_owner_can_read_the_store_and_the_group_can_speak(
    ask: Any, new_box: Any, store: SqliteStore
) -> None:
    ask.make_box(new_box())
    ask.put_blob(os.urandom(32), b"x", bytes(32))
    for path in (store.path, store.path.parent / "blobs"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    assert stat.S_IMODE(ask.path.stat().st_mode) & 0o007 == 0


class Counted:
    """A connection that counts its statements."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.statements: list[str] = []
        connection.set_trace_callback(self.statements.append)

    def asked(self) -> list[str]:
        seen = [statement.split("=")[0].split("VALUES")[0] for statement in self.statements]
        self.statements.clear()
        return seen


@pytest.mark.parametrize(
    "question",
    [
        rows.reading_box,
        lambda c, box, token: rows.append(c, box, token, bytes(16), b"x", 1),
        rows.delete_box,
        lambda c, box, token: rows.delete_blob(c, box * 2, token),
    ],
)
def test_an_unknown_address_costs_what_a_wrong_token_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: Callable[..., object]
) -> None:
    connection = open_file(tmp_path / "x.sqlite")
    box, token = os.urandom(16), os.urandom(32)
    rows.make_box(connection, box, rows.sha256(token), rows.sha256(token), 1)
    rows.insert_blob(connection, box * 2, rows.BlobRow(rows.sha256(token), "f", 1, bytes(32), 1, 0))
    counted = Counted(connection)
    compared: list[int] = []
    real = hmac.compare_digest

    def watched(one: Any, two: Any) -> bool:
        compared.append(len(one))
        return real(one, two)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    work = []
    for address in (box, os.urandom(16)):
        with pytest.raises((NoSuchBox, NoSuchBlob)):
            question(connection, address, os.urandom(32))
        work.append((counted.asked(), compared[:]))
        compared.clear()
    assert work[0] == work[1]
    assert work[0][1] == [32]
    assert len(work[0][0]) == 1
    connection.close()
