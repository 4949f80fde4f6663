"""The encrypted database: one writer, and readers that never wait for it.

Rules, each checked at every open, since a wrong library would write in clear without a word:

 1. The library is SQLite3 Multiple Ciphers. (`apsw` installed over `apsw-sqlite3mc` ignores PRAGMA key.)
 2. The file does not begin with "SQLite format 3".
 3. The key is the first thing said to a new connection, and its answer is "ok".
 4. Temporary tables stay in memory.
Errors of SQLite leave this package as errors of the ledger only.
"""

from __future__ import annotations

import contextlib
import hmac
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw

from leeward.base.say import Message, say
from leeward.ledger.errors import LedgerError, NoRoom, PlaintextRefused, VaultClosed, VaultDamaged, VaultInUse

KEY_BYTES = 32
PAGE_BYTES = 4096
PLAIN_BEGINNING = b"SQLite format 3"
_POOL_MOST = 8
_SMALL_PAGES = 256  # a database of which every question is brief
_BUSY_MS = 20_000
_STATEMENTS = 400  # kept ready on a connection; apsw's own 100 are fewer than this program has


class Database:
    """Connections to one encrypted file. Safe to use from any thread."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._closed = False
        self._pool: list[apsw.Connection] = []
        self._pool_lock = threading.Lock()
        self._write_lock = threading.RLock()
        self._depth = 0
        self._wanting: deque[None] = deque()  # one for everybody who wants to write, or does
        self._breakable = False
        self._break_lock = threading.Lock()
        self._erases: bool | None = None  # what secure_delete was last set to
        with translated():
            self._writer = self._connect()
            self._writer.execute("PRAGMA journal_mode=WAL")
            self._writer.execute("PRAGMA synchronous=FULL")
            self._writer.execute("PRAGMA wal_autocheckpoint=4000")

    def has_key(self, key: bytes) -> bool:
        """Tell whether a key is this database's."""
        return hmac.compare_digest(self._key, key)

    def close(self, *, fold: bool = True) -> None:
        """Close every connection; the last one folds the write-ahead file into the database, unless that can wait."""
        with self._alone(), self._pool_lock:
            self._closed = True
            pool, self._pool = self._pool, []
            with translated():
                if not fold:
                    self._writer.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
                    for connection in pool:
                        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
                for connection in pool:
                    connection.close()
                self._writer.close()

    @contextlib.contextmanager
    def reading(self, *, brief: bool = False) -> Iterator[apsw.Connection]:
        """Lend a connection that sees one state of the database until it is given back.

        `brief`, for a few statements of little, may be the writing one, as in `ask`: nothing is written inside.
        """
        if brief and not self._wanting and self._write_lock.acquire(blocking=False):
            try:
                if not self._depth and not self._closed:
                    self._depth += 1
                    try:
                        with _one_state(self._writer):
                            yield self._writer
                        return
                    finally:
                        self._depth -= 1
            finally:
                self._write_lock.release()
        connection = self._take()
        try:
            with _one_state(connection):
                yield connection
        finally:
            self._give_back(connection)

    def ask(
        self, sql: str, values: Sequence[str | int | bytes] = (), *, brief: bool = True
    ) -> list[tuple[Any, ...]]:
        """Return all rows of one statement that only reads. It sees one state by itself, without a transaction.

        `brief`, of little, may use the writing connection while nobody wants to write: a reader's page cache is lost
        with every commit, the writer's is not. A writer waits for one such statement at most. In a small database
        every question is of little.
        """
        if not self._wanting and self._write_lock.acquire(blocking=False):
            try:
                if not self._depth and not self._closed and (brief or self._is_small()):
                    with translated():
                        return self._writer.execute(sql, values).fetchall()
            finally:
                self._write_lock.release()
        connection = self._take()
        try:
            with translated():
                return connection.execute(sql, values).fetchall()
        finally:
            self._give_back(connection)

    @contextlib.contextmanager
    def writing(self, *, erasing: bool = False) -> Iterator[apsw.Connection]:
        """Lend the writing connection inside a transaction: durable at the end, or undone by an exception.

        `erasing` overwrites what is deleted with zeros.
        """
        with self._alone():
            if self._closed:
                raise _closed()
            if self._depth:
                raise RuntimeError("a transaction is open already")
            self._depth += 1
            try:
                with translated():
                    if self._erases is not erasing:
                        self._writer.execute(f"PRAGMA secure_delete={'ON' if erasing else 'OFF'}")
                        self._erases = erasing
                    self._writer.execute("BEGIN IMMEDIATE")
                    try:
                        yield self._writer
                        self._writer.execute("COMMIT")
                    finally:
                        if self._writer.in_transaction:
                            self._writer.execute("ROLLBACK")
            finally:
                self._depth -= 1

    def size(self) -> int:
        """Return the bytes of the file and of its write-ahead file."""
        files = (self._path, self._path.with_name(self._path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def rewrite(self) -> None:
        """Write every page anew, without free pages and gaps, and empty the write-ahead file.

        Takes as much memory as the database has bytes: its copy must not lie on the disk in clear. Waits for readers;
        VaultInUse if one goes on for too long.
        """
        with self._alone():
            if self._closed:
                raise _closed()
            if self._depth:
                raise RuntimeError("a transaction is open already")
            with translated():
                self._writer.execute("VACUUM")
                self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)

    @contextlib.contextmanager
    def breakable(self) -> Iterator[None]:
        """Keep other writers out for several steps; apsw.InterruptError if `give_way` is called meanwhile."""
        with self._alone():
            self._breakable = True
            try:
                yield
            finally:
                with self._break_lock:
                    self._breakable = False

    def give_way(self) -> None:
        """Break off what goes on in `breakable`, unless it has come to the point where SQLite ends it first."""
        with self._break_lock:
            if self._breakable:
                self._writer.interrupt()

    def checkpoint(self) -> None:
        """Fold the write-ahead file into the database as far as readers allow."""
        with self._alone(), translated():
            self._writer.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _is_small(self) -> bool:
        with translated():
            pages: Any = self._writer.execute("PRAGMA page_count").fetchall()
        return bool(pages[0][0] <= _SMALL_PAGES)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the writing connection; whoever only asks goes to another one from now on."""
        self._wanting.append(None)
        try:
            with self._write_lock:
                yield
        finally:
            self._wanting.pop()

    def _take(self) -> apsw.Connection:
        with self._pool_lock:
            if self._closed:
                raise _closed()
            if self._pool:
                return self._pool.pop()
        with translated():
            return self._connect()

    def _give_back(self, connection: apsw.Connection) -> None:
        with self._pool_lock:
            if not self._closed and len(self._pool) < _POOL_MOST:
                self._pool.append(connection)
                return
        connection.close()

    def _connect(self) -> apsw.Connection:
        refuse_plaintext(self._path)  # 1 2
        connection = apsw.Connection(str(self._path), statementcachesize=_STATEMENTS)
        try:
            unlock(connection, self._key)  # 3
            connection.set_busy_timeout(_BUSY_MS)
            connection.execute("PRAGMA temp_store=MEMORY")  # 4
            connection.execute("PRAGMA cache_size=-32768")
            connection.execute("SELECT count(*) FROM sqlite_master")
        except BaseException:
            connection.close()
            raise
        return connection


@contextlib.contextmanager
def _one_state(connection: apsw.Connection) -> Iterator[None]:
    """Let a connection see one state of the database."""
    with translated():
        connection.execute("BEGIN")
        try:
            yield
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def refuse_plaintext(path: Path) -> None:
    """Raise PlaintextRefused if the library cannot encrypt or the file is in clear."""
    if not getattr(apsw, "mc_version", ""):  # 1
        raise PlaintextRefused(
            say("The database library on this computer cannot encrypt."),
            kept=say("Nothing was written."),
            next_step=say("Remove the package apsw and install apsw-sqlite3mc again."),
        )
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        if file.read(len(PLAIN_BEGINNING)) == PLAIN_BEGINNING:  # 2
            raise PlaintextRefused(
                say("This vault's file is not encrypted."),
                kept=say("Nothing was written to it."),
                next_step=say("Do not work with it: it was put here by something else than Leeward."),
            )


def unlock(connection: apsw.Connection, key: bytes) -> None:
    """Say the key to a new connection; it must be the first thing said to it."""
    if len(key) != KEY_BYTES:
        raise RuntimeError("a database key has 32 bytes")
    cipher: Any = connection.execute("PRAGMA cipher='chacha20'").fetchall()
    answer: Any = connection.execute(f"PRAGMA key='raw:{key.hex()}'").fetchall()
    if cipher != [("chacha20",)] or answer != [("ok",)]:  # 3
        raise PlaintextRefused(
            say("The database library did not take the key."),
            kept=say("Nothing was written."),
            next_step=say("Install apsw-sqlite3mc again."),
        )


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn SQLite's errors into the ledger's."""
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError, apsw.FormatError) as error:
        raise damaged() from error
    except apsw.FullError as error:
        raise NoRoom(
            say("There is no room left on the disk."),
            kept=say("What was saved before is safe; this last change was not saved."),
            next_step=say("Make room on the disk, then save again."),
        ) from error
    except apsw.BusyError as error:
        raise VaultInUse(
            say("The vault was busy for too long."), kept=say("Nothing is lost."), next_step=say("Try again.")
        ) from error
    except apsw.IOError as error:
        raise _trouble_with_disk(error) from error
    except (apsw.ConnectionClosedError, apsw.ThreadingViolationError) as error:
        raise _closed() from error
    except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.AuthError, apsw.PermissionsError) as error:
        raise LedgerError(
            say("The vault's files cannot be opened or written."),
            kept=say("What was saved before is safe."),
            next_step=say("Check that the disk is attached and that you may write to the folder."),
        ) from error


def _trouble_with_disk(error: apsw.IOError) -> LedgerError:
    code = getattr(error, "extendedresult", 0)
    if code in {apsw.SQLITE_IOERR_DATA, apsw.SQLITE_IOERR_CORRUPTFS, apsw.SQLITE_IOERR_SHORT_READ}:
        return damaged()
    if code in {apsw.SQLITE_IOERR_WRITE, apsw.SQLITE_IOERR_SHMSIZE, apsw.SQLITE_IOERR_TRUNCATE}:
        return NoRoom(
            say("The disk did not take what was to be written; it may be full."),
            kept=say("What was saved before is safe; this last change was not saved."),
            next_step=say("Make room on the disk, then save again."),
        )
    return LedgerError(
        say("The disk could not be read or written."),
        kept=say("What was saved before is safe as far as the disk is."),
        next_step=say("Check the disk, and copy the vault's folder to another one."),
    )


def damaged(what: Message | None = None) -> VaultDamaged:
    """Return the error for bytes that are not what was written."""
    return VaultDamaged(
        what or say("The vault's file was damaged after it was written."),
        kept=say("What you had pushed to the relay is safe there and with your colleagues."),
        next_step=say("Keep a copy of the folder, run `leeward verify` on it, and restore from a backup."),
    )


def _closed() -> VaultClosed:
    return VaultClosed(
        say("The vault is locked."), kept=say("Everything is saved."), next_step=say("Open it again.")
    )
