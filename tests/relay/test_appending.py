"""Many appends in one statement do exactly what each of them would do alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.relay import rows
from leeward.relay.appending import STRETCH_BYTES, Append
from leeward.relay.sqlite_file import open_file
from leeward.relay.store import Appended
from leeward.wire.errors import ItemTaken, NoSuchBox, Refused

BOXES = [bytes([number]) * 16 for number in range(3)]  # the last of them does not exist
TOKENS = [bytes([number]) * 32 for number in range(2)]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = _open(tmp_path / "x")
    yield opened
    opened.close()


def _open(path: Path) -> sqlite3.Connection:
    connection = open_file(path)
    for box in BOXES[:2]:
        rows.make_box(connection, box, rows.sha256(b"r"), rows.sha256(TOKENS[0]), 1)
    return connection


def _append(box: int = 0, token: int = 0, item: int = 0, sealed: bytes = b"sealed") -> Append:
    return Append(BOXES[box], TOKENS[token], bytes([item]) * 16, sealed, 7)


def _kept(connection: sqlite3.Connection) -> list[object]:
    items = connection.execute("SELECT * FROM items ORDER BY row").fetchall()
    return items + connection.execute("SELECT * FROM boxes ORDER BY box").fetchall()


def _spoken(outcome: Appended | Refused) -> object:
    return outcome.word if isinstance(outcome, Refused) else outcome


def _one_by_one(connection: sqlite3.Connection, appends: list[Append]) -> list[object]:
    told: list[object] = []
    for append in appends:
        try:
            told.append(append(connection))
        except Refused as refusal:
            told.append(refusal.word)
    return told


def test_many_new_items_are_one_statement(connection: sqlite3.Connection) -> None:
    said: list[str] = []
    connection.set_trace_callback(said.append)
    outcomes = Append.run_all(connection, [_append(number % 2, item=number) for number in range(20)])
    assert outcomes == [Appended(number // 2 + 1, made=True) for number in range(20)]
    assert len([text for text in said if text.startswith("INSERT")]) == 1
    assert len([text for text in said if text.startswith("UPDATE")]) == 2


def test_an_id_that_is_taken_fails_nobody_else(connection: sqlite3.Connection) -> None:
    outcomes = Append.run_all(
        connection,
        [_append(item=1), _append(item=1), _append(item=1, sealed=b"other"), _append(item=2), _append(2)],
    )
    assert outcomes[:2] == [Appended(1, made=True), Appended(1, made=False)]
    assert isinstance(outcomes[2], ItemTaken)
    assert outcomes[3] == Appended(2, made=True)
    assert isinstance(outcomes[4], NoSuchBox)


def test_large_items_are_not_held_together(connection: sqlite3.Connection) -> None:
    said: list[int] = []
    connection.set_trace_callback(lambda text: said.append(text.count("(x'")))
    large = bytes(STRETCH_BYTES // 2)
    Append.run_all(connection, [_append(item=number, sealed=large) for number in range(5)])
    assert [count for count in said if count] == [2, 2, 1]


@settings(max_examples=40, deadline=None)
@given(
    appends=st.lists(
        st.builds(
            _append,
            st.integers(0, 2),
            st.integers(0, 1),
            st.integers(0, 60),
            st.sampled_from([b"one", b"two", bytes(5000)]),
        ),
        max_size=80,
    )
)
def test_together_is_what_one_by_one_would_be(
    tmp_path_factory: pytest.TempPathFactory, appends: list[Append]
) -> None:
    folder = tmp_path_factory.mktemp("both")
    together, alone = _open(folder / "together"), _open(folder / "alone")
    try:
        for connection in (together, alone):
            connection.execute("BEGIN")
        outcomes = [_spoken(outcome) for outcome in Append.run_all(together, appends)]
        assert outcomes == _one_by_one(alone, appends)
        assert _kept(together) == _kept(alone)
    finally:
        together.close()
        alone.close()
