"""What a relay does not say, keep, or load."""

from __future__ import annotations

import hmac
import os
import re
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leeward.relay import mail_rows, rows, turn_rows
from leeward.relay.app import make_app
from leeward.relay.sqlite_file import open_file
from leeward.relay.sqlite_store import SqliteStore
from leeward.relay.store import Page
from leeward.relay.turn_rows import TurnJob
from leeward.wire.errors import NoSuchBlob, NoSuchBox
from leeward.wire.turn import Look, Make, Turn, print_turn

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


@pytest.mark.parametrize(("name", "columns"), [("0001_start", 21), ("0002_turns", 25)])
def test_every_column_of_the_store_is_explained(name: str, columns: int) -> None:
    sql = (ROOT / f"src/leeward/relay/sql/{name}.sql").read_text(encoding="utf-8")
    tables = "\n".join(re.findall(r"CREATE TABLE \w+ \((.*?)\n\)", sql, re.DOTALL))
    inside = [line for line in tables.splitlines() if re.match(r"  [a-z]", line)]
    assert len(inside) == columns
    assert all(" -- " in line for line in inside)
    for added in re.findall(r"ADD COLUMN (\w+)", sql):
        assert f"-- {added}: " in sql


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
        lambda c, box, token: mail_rows.set_gate(c, box, token, known_only=True),
        lambda c, box, token: mail_rows.put_notice(c, box, token, b"card"),
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


def test_looking_into_nothing_costs_what_looking_into_an_empty_mailbox_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = open_file(tmp_path / "x.sqlite")
    box, token = os.urandom(16), os.urandom(32)
    TurnJob(Turn((Make(box, rows.sha256(token), bytes(32)),)), 1)(connection)
    counted = Counted(connection)
    compared: list[int] = []
    real = hmac.compare_digest

    def watched(one: Any, two: Any) -> bool:
        compared.append(len(one))
        return real(one, two)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    work = []
    for look in (Look(box, token), Look(box, os.urandom(32)), Look(os.urandom(16), token)):
        for known in (
            turn_rows.look_into(connection, look, 1).page,
            turn_rows.is_known(connection, box, token),
        ):
            assert known in (Page([], 0), False)
        work.append((counted.asked(), compared[:]))
        compared.clear()
    assert work[0] == work[1] == work[2]
    connection.close()


def test_the_time_of_a_look_does_not_tell_whether_the_mailbox_is_there(
    store: SqliteStore, ask: Any, new_box: Any
) -> None:
    """The clock of this test: which of two halves is slower is told by ranks, so that one slow answer says nothing."""
    mine, tokens = new_box(), 300
    many = [new_box() for _ in range(200)]
    for first in range(0, len(many), 2):
        makes = tuple(Make(box.box, rows.sha256(box.read), bytes(32)) for box in many[first : first + 2])
        ask("POST", "/v1/turns", print_turn(Turn(makes)))
    ask("POST", "/v1/turns", print_turn(Turn((Make(mine.box, rows.sha256(mine.read), bytes(32)),))))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(ask.path))

        def seconds(look: Look) -> float:
            body = print_turn(Turn(looks=(look,)))
            sent = b"POST /v1/turns HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            began = time.perf_counter()
            connection.sendall(sent)
            left = 32 * 1024 + 1
            answer = b""
            while b"\r\n\r\n" not in answer or left > 0:
                answer += connection.recv(1 << 17)
                left = 32 * 1024 - len(answer.partition(b"\r\n\r\n")[2])
            return time.perf_counter() - began

        there: list[float] = []
        away: list[float] = []
        for number in range(tokens + 50):
            looks = [(there, Look(mine.box, mine.read)), (away, Look(os.urandom(16), os.urandom(32)))]
            for times, look in looks if number % 2 else reversed(looks):
                times.append(seconds(look))
    wins = sum(one > two for one, two in zip(there[50:], away[50:], strict=True))
    assert abs(wins - tokens / 2) < 5 * (tokens / 4) ** 0.5  # beyond five standard deviations of a fair coin
