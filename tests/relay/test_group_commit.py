"""Requests that share a commit share nothing else."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.relay import batches
from leeward.relay.group_commit import Writer
from leeward.wire.errors import Busy, ItemTaken, NoRoom, NoSuchBox

Job = Callable[[sqlite3.Connection], Any]


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS t (x INTEGER PRIMARY KEY, y)")
    return connection


def insert(number: int, size: int = 10) -> Job:
    def job(connection: sqlite3.Connection) -> int:
        connection.execute("INSERT INTO t VALUES (?, ?)", (number, bytes(size)))
        return number

    return job


def refuse(connection: sqlite3.Connection) -> None:
    raise NoSuchBox


def write_and_refuse(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO t VALUES (1000, 'must not stay')")
    raise ItemTaken


def fail(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO t VALUES (2000, 'must not stay')")
    connection.execute("INSERT INTO nowhere VALUES (1)")


def mistake(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO t VALUES (3000, 'must not stay')")
    raise ValueError("a mistake of ours")


def run(path: Path, *jobs: Job, pages: int = 0) -> list[Any]:
    """Run jobs in one batch: the writer is held back until all of them wait."""

    async def together() -> list[Any]:
        connection = connect(path)
        if pages:
            connection.execute(f"PRAGMA max_page_count = {pages}")
        writer = Writer(connection)
        hold = threading.Event()
        held = asyncio.ensure_future(writer.run(lambda _: hold.wait(10)))
        await asyncio.sleep(0.02)
        waiting = [asyncio.ensure_future(writer.run(job)) for job in jobs]
        await asyncio.sleep(0)
        hold.set()
        await held
        results = await asyncio.gather(*waiting, return_exceptions=True)
        writer.close()
        return list(results)

    return asyncio.run(together())


def kept(path: Path) -> list[int]:
    connection = sqlite3.connect(path)
    found = [row[0] for row in connection.execute("SELECT x FROM t ORDER BY x")]
    connection.close()
    return found


def test_a_batch_is_one_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commits: list[str] = []
    real = connect

    def watched(path: Path) -> sqlite3.Connection:
        connection = real(path)
        connection.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
        return connection

    monkeypatch.setitem(globals(), "connect", watched)
    assert run(tmp_path / "x", *map(insert, range(50))) == list(range(50))
    assert len(commits) == 2
    assert kept(tmp_path / "x") == list(range(50))


def test_a_refusal_does_not_touch_its_neighbours(tmp_path: Path) -> None:
    one, two, three = run(tmp_path / "x", insert(1), refuse, insert(3))
    assert (one, three) == (1, 3)
    assert isinstance(two, NoSuchBox)
    assert kept(tmp_path / "x") == [1, 3]


def test_a_refusal_after_a_write_leaves_no_trace(tmp_path: Path) -> None:
    one, two, three = run(tmp_path / "x", insert(1), write_and_refuse, insert(3))
    assert (one, three) == (1, 3)
    assert isinstance(two, ItemTaken)
    assert kept(tmp_path / "x") == [1, 3]


@pytest.mark.parametrize("failing", [fail, mistake, insert(1)])
def test_a_failure_fails_nobody_else(tmp_path: Path, failing: Job) -> None:
    one, two, three = run(tmp_path / "x", insert(1), failing, insert(3))
    assert (one, three) == (1, 3)
    assert isinstance(two, Busy)
    assert kept(tmp_path / "x") == [1, 3]


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_CORRUPT]
)
def test_an_error_that_leaves_durability_in_doubt_closes_the_door(tmp_path: Path, code: int) -> None:
    def doubt(_: sqlite3.Connection) -> None:
        error = sqlite3.OperationalError("the disk is not what it was")
        error.sqlite_errorcode = code
        raise error

    one, two, three = run(tmp_path / "x", insert(1), doubt, insert(3))
    assert one == 1
    assert isinstance(two, Busy)
    assert isinstance(three, Busy)
    assert kept(tmp_path / "x") == [1]


def test_no_room_strikes_only_what_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "x"
    one, two, three = run(path, insert(1), insert(2, 200_000), insert(3), pages=20)
    assert (one, three) == (1, 3)
    assert isinstance(two, NoRoom)
    assert kept(path) == [1, 3]
    assert run(path, insert(2, 200_000)) == [2]


def test_after_closing_and_with_a_long_queue_it_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def closed() -> None:
        writer = Writer(connect(tmp_path / "x"))
        monkeypatch.setattr(batches, "BACKLOG_MOST", 0)
        with pytest.raises(Busy):
            await writer.run(insert(1))
        monkeypatch.undo()
        writer.close()
        writer.close()
        with pytest.raises(Busy):
            await writer.run(insert(1))

    asyncio.run(closed())
    assert kept(tmp_path / "x") == []


def test_closing_finishes_what_waits(tmp_path: Path) -> None:
    async def close_at_once() -> list[int]:
        writer = Writer(connect(tmp_path / "x"))
        waiting = [asyncio.ensure_future(writer.run(insert(number))) for number in range(300)]
        await asyncio.sleep(0)
        writer.close()
        return list(await asyncio.gather(*waiting))

    assert asyncio.run(close_at_once()) == list(range(300))
    assert kept(tmp_path / "x") == list(range(300))


@settings(max_examples=25, deadline=None)
@given(kinds=st.lists(st.sampled_from(["insert", "refuse", "write_and_refuse"]), max_size=12))
def test_any_mixture_keeps_exactly_what_succeeded(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str]
) -> None:
    path = tmp_path_factory.mktemp("mixture") / "x"
    jobs = {"refuse": refuse, "write_and_refuse": write_and_refuse}
    results = run(path, *[jobs.get(kind) or insert(number) for number, kind in enumerate(kinds)])
    assert kept(path) == [result for result in results if isinstance(result, int)]
    assert [isinstance(result, int) for result in results] == [kind == "insert" for kind in kinds]
