"""Opening a store and a socket: what is made, what is refused in plain words, and what a migration leaves behind."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from leeward.base.errors import LeewardError
from leeward.relay import errors, sqlite_file
from leeward.relay.app import make_app
from leeward.relay.check import check_store
from leeward.relay.errors import AddressInUse, RelayError, StoreDamaged, StoreTooNew, UnknownStore
from leeward.relay.folder_blobs import FolderBlobs
from leeward.relay.open_store import open_store, store_path
from leeward.relay.rows import seal_of, sha256
from leeward.relay.serve import Serving
from leeward.relay.sqlite_store import SqliteStore
from leeward.relay.store import BoxStore, Expired, Keep
from leeward.relay.sums import sums_path


def make(folder: Path) -> Path:
    store = open_store(str(folder))
    asyncio.run(store.make_box(bytes(16), bytes(32), bytes(32)))
    store.close()
    return folder / "relay.sqlite"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/srv/leeward", "/srv/leeward/relay.sqlite"),
        ("here", "here/relay.sqlite"),
        ("sqlite:///srv/leeward/x.sqlite", "/srv/leeward/x.sqlite"),
    ],
)
def test_an_address_names_a_file(url: str, path: str) -> None:
    assert store_path(url) == Path(path)


@pytest.mark.parametrize("url", ["", "mysql://host/base", "s3://bucket", "sqlite://x", "file:///x"])
def test_an_unknown_address_is_refused(url: str) -> None:
    with pytest.raises(UnknownStore):
        open_store(url)


def test_a_store_is_made_for_its_owner_alone_and_found_again(tmp_path: Path) -> None:
    path = make(tmp_path / "new" / "store")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    store = open_store(f"sqlite://{path}")
    assert asyncio.run(store.make_box(bytes(16), bytes(32), bytes(32))) is False
    store.close()


def test_sums_lie_beside_a_closed_store_only(tmp_path: Path) -> None:
    sums = sums_path(make(tmp_path))
    assert sums.exists()
    store = open_store(str(tmp_path))
    assert not sums.exists()
    second = open_store(str(tmp_path))
    asyncio.run(store.make_box(bytes(15) + b"x", bytes(32), bytes(32)))
    store.close()
    assert not sums.exists()
    second.close()
    assert sums.exists()
    assert check_store(str(tmp_path)) == []


@pytest.mark.parametrize("raw", [b"hello" * 1000, b"SQLite format 3\0" + bytes(5000)])
def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "relay.sqlite").write_bytes(raw)
    with pytest.raises(StoreDamaged):
        open_store(str(tmp_path))
    assert (tmp_path / "relay.sqlite").read_bytes() == raw


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "relay.sqlite")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(StoreDamaged, match="another program"):
        open_store(str(tmp_path))


def test_a_later_version_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(make(tmp_path))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreTooNew):
        open_store(str(tmp_path))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreDamaged):
        open_store(str(tmp_path / "file"))


def test_a_migration_leaves_a_backup_and_happens_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(tmp_path)
    known = sqlite_file.migrations()
    added = "-- A column; it is empty.\nALTER TABLE boxes ADD COLUMN more TEXT;\n"
    monkeypatch.setattr(sqlite_file, "migrations", lambda: [*known, (3, added)])
    for _ in range(2):
        sqlite_file.open_file(path).close()
    backup = sqlite3.connect(tmp_path / "relay.sqlite.before-3")
    assert backup.execute("PRAGMA user_version").fetchone() == (2,)
    assert backup.execute("SELECT count(*) FROM boxes").fetchone() == (1,)
    backup.close()
    now = sqlite3.connect(path)
    assert now.execute("PRAGMA user_version").fetchone() == (3,)
    assert now.execute("SELECT more FROM boxes").fetchall() == [(None,)]
    now.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path)
    known = sqlite_file.migrations()
    broken = "ALTER TABLE boxes ADD COLUMN more TEXT;\nINSERT INTO nowhere VALUES (1);\n"
    monkeypatch.setattr(sqlite_file, "migrations", lambda: [*known, (3, broken)])
    with pytest.raises(StoreDamaged):
        sqlite_file.open_file(path)
    monkeypatch.undo()
    assert check_store(str(tmp_path)) == []


def test_several_may_make_one_store_at_once(tmp_path: Path) -> None:
    opened: list[BoxStore] = []
    threads = [threading.Thread(target=lambda: opened.append(open_store(str(tmp_path)))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 12
    for store in opened:
        store.close()
    assert check_store(str(tmp_path)) == []


def test_a_socket_in_use_is_refused_and_one_left_behind_is_taken_over(
    store: SqliteStore, tmp_path: Path
) -> None:
    path = tmp_path / "relay.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    with Serving(make_app(store), uds=path), pytest.raises(AddressInUse):
        Serving(make_app(store), uds=path)
    assert not path.exists()


def test_a_file_where_the_socket_should_be_is_left_alone(store: SqliteStore, tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("text")
    with pytest.raises(AddressInUse):
        Serving(make_app(store), uds=path)
    assert path.read_text() == "text"


def test_a_port_in_use_is_refused(store: SqliteStore) -> None:
    with Serving(make_app(store)) as serving:
        port = int(serving.address.rpartition(":")[2])
        with pytest.raises(AddressInUse):
            Serving(make_app(store), port=port)


def test_a_blob_is_whole_or_not_there(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    name = f"{'ab' * 32}.{'01' * 8}"
    assert blobs.get(name) is None
    blobs.put(name, b"sealed")
    assert blobs.get(name) == b"sealed"
    assert list(blobs.names()) == [name]
    assert blobs.path_of(name) == tmp_path / "blobs" / "ab" / name
    blobs.delete(name)
    blobs.delete(name)
    assert list(blobs.names()) == []


@pytest.mark.parametrize(
    "name", ["", "../x", "ab", "AB" * 32 + "." + "01" * 8, "ab" * 32, "ab" * 32 + "." + "01" * 8 + "/x"]
)
def test_no_other_name_is_a_blobs(tmp_path: Path, name: str) -> None:
    with pytest.raises(RuntimeError):
        FolderBlobs(tmp_path).put(name, b"x")


def test_what_a_kill_left_among_the_blobs_is_swept_an_hour_later(tmp_path: Path) -> None:
    store = open_store(str(tmp_path))
    wanted = os.urandom(32)
    asyncio.run(store.put_blob(wanted, bytes(32), b"wanted"))
    store.close()
    folder = tmp_path / "blobs" / "ab"
    folder.mkdir(exist_ok=True)
    old, new, part, foreign = (
        folder / f"{'ab' * 32}.{'01' * 8}",
        folder / f"{'ab' * 32}.{'02' * 8}",
        folder / f"{'ab' * 32}.{'03' * 8}.part",
        folder / "notes.txt",
    )
    for path in (old, new, part, foreign):
        path.write_bytes(b"x")
    for path in (tmp_path / "blobs").rglob("*.*"):
        if path != new:
            os.utime(path, (1_000_000_000, 1_000_000_000))
    store = open_store(str(tmp_path))
    assert isinstance(store, SqliteStore)
    store._disk.submit(int).result()
    end = time.monotonic() + 5
    while (old.exists() or part.exists()) and time.monotonic() < end:
        time.sleep(0.01)
    assert asyncio.run(store.get_blob(wanted)) == b"wanted"
    store.close()
    assert not old.exists()
    assert not part.exists()
    assert new.exists()
    assert foreign.exists()


def test_an_upload_that_is_given_up_never_leaves_a_row_without_its_file(tmp_path: Path) -> None:
    async def give_up() -> None:
        store = open_store(str(tmp_path))
        assert isinstance(store, SqliteStore)
        hold = threading.Event()
        held = asyncio.ensure_future(store._writer.run(lambda _: hold.wait(10)))
        upload = asyncio.ensure_future(store.put_blob(b"b" * 32, bytes(32), b"piece"))
        while not store._writer._waiting:  # noqa: ASYNC110 - the queue belongs to a thread
            await asyncio.sleep(0.01)
        upload.cancel()
        hold.set()
        await held
        with pytest.raises(asyncio.CancelledError):
            await upload
        await store._writer.run(lambda _: None)
        assert await store.put_blob(b"b" * 32, bytes(32), b"piece") is False
        assert await store.get_blob(b"b" * 32) == b"piece"
        store.close()

    asyncio.run(give_up())
    assert check_store(str(tmp_path)) == []


@pytest.mark.parametrize("damage", ["lost", "changed"])
def test_a_blob_sent_again_heals_its_file(tmp_path: Path, damage: str) -> None:
    async def heal() -> None:
        store = open_store(str(tmp_path))
        assert await store.put_blob(bytes(32), bytes(32), b"piece") is True
        (file,) = (tmp_path / "blobs").rglob("*.*")
        if damage == "lost":
            file.unlink()
        else:
            file.write_bytes(b"pieco")
        assert await store.put_blob(bytes(32), bytes(32), b"piece") is False
        assert await store.get_blob(bytes(32)) == b"piece"
        store.close()

    asyncio.run(heal())
    assert check_store(str(tmp_path)) == []


def test_errors_are_in_the_tree_and_speak_in_three_parts(tmp_path: Path) -> None:
    made: list[RelayError] = [
        UnknownStore("x"),
        StoreDamaged("here", "why"),
        StoreTooNew("here"),
        AddressInUse("there"),
    ]
    here = {kind for kind in RelayError.__subclasses__() if kind.__module__ == errors.__name__}
    assert {type(error) for error in made} == here
    for error in made:
        assert isinstance(error, LeewardError)
        assert error.happened
        assert error.kept
        assert error.next_step
        assert type(error).__name__ in (errors.__doc__ or "")


def test_a_disk_that_fails_is_busy_not_a_lie(
    store: SqliteStore, run_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with run_app(make_app(store)) as ask:
        monkeypatch.setattr(os, "fsync", broken)
        answer = ask.put_blob(os.urandom(32), b"piece", bytes(32))
        assert (answer.status, answer.body) == (503, b"busy\n")
        monkeypatch.undo()
        assert ask.put_blob(os.urandom(32), b"piece", bytes(32)).status == 201
    assert len([path for path in (store.path.parent / "blobs").rglob("*") if path.is_file()]) == 1


def test_a_store_of_the_first_version_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = sqlite_file.migrations()
    monkeypatch.setattr(sqlite_file, "migrations", lambda: known[:1])
    old = sqlite3.connect(tmp_path / "relay.sqlite", isolation_level=None)
    sqlite_file.run_migrations(old, 1)
    old.execute(f"PRAGMA application_id = {sqlite_file.APPLICATION_ID}")
    old.execute("PRAGMA user_version = 1")
    box, token = bytes(range(16)), b"t" * 32
    columns = (box, sha256(token), sha256(token), 1, 2, 20_000)
    old.execute("INSERT INTO boxes VALUES (?, ?, ?, ?, ?, ?, ?)", (*columns, seal_of(b"b", *columns)))
    for number in (1, 2):
        item = (box, number, bytes([number]) * 16, 20_000, b"segment")
        old.execute("INSERT INTO items VALUES (NULL, ?, ?, ?, ?, ?, ?)", (*item, seal_of(b"i", *item)))
    old.close()
    monkeypatch.undo()

    async def go_on() -> None:
        store = open_store(str(tmp_path))
        assert (await store.list_items(box, token, 0, 10)).last == 2
        assert (await store.append(box, token, bytes(16), b"another")).number == 3
        assert await store.expire(Keep(0, 0, 0)) == Expired()
        store.close()

    asyncio.run(go_on())
    assert check_store(str(tmp_path)) == []
    now = sqlite3.connect(tmp_path / "relay.sqlite")
    assert now.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    now.close()
