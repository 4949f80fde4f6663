"""Opening the SQLite file of a store: its settings, and its numbered migrations, each after a backup."""

from __future__ import annotations

import secrets
import sqlite3
import time
from importlib import resources
from pathlib import Path

from leeward.relay.errors import StoreDamaged, StoreTooNew
from leeward.relay.rows import seal_of
from leeward.relay.sums import drop_sums

APPLICATION_ID = 0x4C575244  # "LWRD" in the file's header: told apart from any other SQLite file
BUSY_MS = 5000  # how long one process waits for another that is writing
_CHECKPOINT_PAGES = (
    4000  # 16 MiB: whoever comes while the journal is moved into the file waits well below 100 ms
)
_INCREMENTAL = 2  # PRAGMA auto_vacuum: erased pages can be given back to the disk piece by piece


def open_file(path: Path) -> sqlite3.Connection:
    """Open the store's file for writing, made or migrated if need be. StoreDamaged, StoreTooNew."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)  # SQLite's journal takes over who may read it
        connection = _connect_patiently(path)
        drop_sums(path)
        try:
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    except (sqlite3.Error, UnicodeDecodeError, OSError) as error:
        raise StoreDamaged(str(path), str(error)) from error
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """Open one more connection that only reads."""
    connection = _connect(path)
    connection.execute("PRAGMA query_only = ON")
    return connection


def migrations() -> list[tuple[int, str]]:
    """Return the numbered SQL files of this version, in order: (number, SQL)."""
    folder = resources.files("leeward.relay") / "sql"
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    return sorted((int(entry.name[:4]), entry.read_text(encoding="utf-8")) for entry in found)


def _seal(table: str, *columns: bytes | str | int) -> bytes:
    """Return the seal of a row, for use in SQL."""
    return seal_of(table.encode("ascii"), *columns)


def _connect_patiently(path: Path) -> sqlite3.Connection:
    """Connect, also where another process makes the file at this moment: SQLite does not wait for that by itself."""
    end = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            return _connect(path)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000)
    connection.create_function("leeward_seal", -1, _seal, deterministic=True)  # for migrations
    try:
        if path.stat().st_size == 0:
            connection.execute(
                f"PRAGMA auto_vacuum = {_INCREMENTAL}"
            )  # can be said only of a file without tables
        _set_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection) -> None:
    for setting in (
        "journal_mode = WAL",
        "synchronous = FULL",  # a commit returns after its fsync
        "secure_delete = ON",  # erased means overwritten
        "temp_store = MEMORY",
        "trusted_schema = OFF",
        "cell_size_check = ON",
        f"wal_autocheckpoint = {_CHECKPOINT_PAGES}",
        "cache_size = -8000",
    ):
        connection.execute(f"PRAGMA {setting}")


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN")  # one look at both: another process may be making the tables
    version = _version(connection)
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    connection.execute("ROLLBACK")
    known = migrations()
    if version > known[-1][0]:
        raise StoreTooNew(str(path))
    if version == 0 and tables:
        raise StoreDamaged(str(path), "it is another program's file")
    for number, sql in known:
        if number > version:
            if version:
                _back_up(connection, path.with_name(f"{path.name}.before-{number}"))
            _apply(connection, number, sql)
    if int(connection.execute("PRAGMA auto_vacuum").fetchone()[0]) != _INCREMENTAL:
        connection.execute(f"PRAGMA auto_vacuum = {_INCREMENTAL}")
        connection.execute("VACUUM")  # once: a file of before learns to give room back


def run_migrations(connection: sqlite3.Connection, upto: int) -> None:
    """Make the tables of a version in an empty file."""
    connection.create_function("leeward_seal", -1, _seal, deterministic=True)
    for number, sql in migrations():
        if number <= upto:
            connection.executescript(sql)


def _apply(connection: sqlite3.Connection, number: int, sql: str) -> None:
    """Run one migration, whole or not at all; another process may have been quicker."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) < number:
            for statement in sql.split(";\n"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _back_up(connection: sqlite3.Connection, to: Path) -> None:
    """Copy the file as it was. Several processes may do so at once, and one may have migrated it by now."""
    part = to.with_name(f"{to.name}.{secrets.token_hex(4)}.part")
    before = _version(connection)
    connection.execute("VACUUM INTO ?", (str(part),))
    if _version(connection) == before:
        part.replace(to)
    else:
        part.unlink()


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
