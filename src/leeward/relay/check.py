"""Checking a relay's store, at rest or in use: whether all that was confirmed is still there, and is what it was.

 1. The file is, byte for byte, what it was when it was closed (relay/sums.py; only if it was closed properly).
 2. The journal, if there is one, verifies to its end (relay/journal.py).
 3. The file is ours, its tables are the ones this version makes, and SQLite finds pages and indexes sound.
 4. Every row has the seal of its columns, and every column its type.
 5. Every item is in a box, and each box has as many items as it counts: up to its last, less those that expired.
 6. Every blob's row has its file, with the size and SHA-256 of its row.
 7. Nothing else lies among the blobs.
The relay cannot open what it keeps; whether an item is genuine is for the desks to check.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from leeward.base.say import say
from leeward.relay import rows
from leeward.relay.fault import Fault
from leeward.relay.folder_blobs import FolderBlobs
from leeward.relay.journal import check_journal
from leeward.relay.open_store import BLOBS, store_path
from leeward.relay.rows import seal_of
from leeward.relay.sqlite_file import APPLICATION_ID, migrations, run_migrations
from leeward.relay.sums import check_sums, has_journal, journal_path

Progress: TypeAlias = Callable[[int, int], None]
_Row: TypeAlias = tuple[Any, ...]

_FRESH_SECONDS = 60  # a file younger than this may be a blob on its way
_FAULTS_OF_SQLITE_MOST = 1000
_UNREADABLE = (sqlite3.Error, UnicodeDecodeError)  # the latter where SQLite's own words quote what is damaged
_MAIL = "CASE WHEN typeof(mail) = 'integer' AND mail IN (0, 1) THEN mail ELSE 2 END"  # 2: damaged


@dataclass(frozen=True, slots=True)
class _Table:
    """What a row's seal covers: letters by class (0 the team's, 1 mail), columns and their types."""

    letters: tuple[bytes, ...]
    columns: str
    types: str
    mail: str = "0"


_TABLES = {
    "boxes": _Table((b"b",), rows.BOX_COLUMNS, "blob blob blob" + " integer" * 8),
    "items": _Table((b"i", b"m"), "box, number, item, day, sealed", "blob integer blob integer blob", _MAIL),
    "pieces": _Table((b"p",), "blob, erase_hash, day, sealed", "blob blob integer blob"),
    "reads": _Table((b"r",), "box, day, number", "blob integer integer"),
    "notices": _Table((b"n",), "box, notice", "blob blob"),
    "blobs": _Table(
        (b"f", b"g"),
        "blob, erase_hash, file, size, sha256, day",
        "blob blob text integer blob integer",
        _MAIL,
    ),
}


# What a store's file begins with, by place; other bytes of its head change as it is used.
# https://www.sqlite.org/fileformat2.html#the_database_header
_HEAD = {
    0: b"SQLite format 3\x00",
    16: (4096).to_bytes(2, "big"),  # page size
    18: bytes((2, 2, 0, 64, 32, 32)),  # journal kept beside it; nothing reserved; fixed fractions
    44: (4).to_bytes(4, "big"),  # format of the schema
    48: bytes(4),  # no cache size of its own
    56: (1).to_bytes(4, "big"),  # UTF-8
    64: (1).to_bytes(4, "big"),  # gives pages back piece by piece
    68: APPLICATION_ID.to_bytes(4, "big"),
    72: bytes(20),  # for later
}


def _silent(done: int, of: int) -> None:
    """Tell nobody how far it is."""
    del done, of


def check_store(url: str, progress: Progress = _silent) -> list[Fault]:
    """Return everything that is wrong with the store at this address; an empty list means that all of it is sound.

    `progress` is told how many rows and blobs are done, and of how many. UnknownStore.
    """
    path = store_path(url)
    if not path.is_file():
        return [Fault(str(path), say("There is no store here."))]
    faults = check_sums(path)  # 1
    faults += check_journal(journal_path(path))  # 2
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        connection.text_factory = bytes  # a damaged text must not stop the reading
        try:
            faults += _Check(path, connection, progress).run()
        finally:
            connection.close()
    except _UNREADABLE as error:
        faults.append(_unreadable(path, error))
    return faults


class _Check:
    """One look at a store's rows and blobs, all as of one moment."""

    def __init__(self, path: Path, connection: sqlite3.Connection, progress: Progress) -> None:
        self._path = path
        self._connection = connection
        self._progress = progress
        self._blobs = FolderBlobs(path.parent / BLOBS)
        self._done = 0
        self._of = 0

    def run(self) -> list[Fault]:
        self._connection.execute("BEGIN")
        faults = list(self._file())
        for part in (self._count, self._rows, self._counters, self._blob_files):
            try:
                faults.extend(part())
            except _UNREADABLE as error:
                faults.append(_unreadable(self._path, error))
        self._connection.execute("ROLLBACK")
        return faults

    def _file(self) -> Iterator[Fault]:
        """Rule 3."""
        if self._one("PRAGMA application_id") != APPLICATION_ID:
            yield Fault(str(self._path), say("The head of the file is not the one of a relay's store."))
        with self._path.open("rb") as file:
            head = file.read(100)
        for start, wanted in () if has_journal(self._path) else _HEAD.items():
            if head[start : start + len(wanted)] != wanted:
                where = f"{self._path}: bytes {start} to {start + len(wanted) - 1}"
                yield Fault(where, say("The head of the file is not the one of a relay's store."))
        version = self._one("PRAGMA user_version")
        if version not in [number for number, _ in migrations()]:
            yield Fault(str(self._path), say("The tables have a number that this version does not know."))
        elif _schema(self._connection) != _schema(_fresh(version)):
            yield Fault(str(self._path), say("The tables are not the ones that this version makes."))
        for (line,) in self._connection.execute(f"PRAGMA integrity_check({_FAULTS_OF_SQLITE_MOST})"):
            if line != b"ok":
                yield Fault(
                    str(self._path), say("SQLite finds: {what}", what=line.decode("utf-8", "replace"))
                )

    def _count(self) -> Iterator[Fault]:
        counts = [self._one(f"SELECT count(*) FROM {table}") for table in _TABLES]  # noqa: S608 - our own names
        self._of = sum(counts) + counts[-1]
        yield from ()

    def _rows(self) -> Iterator[Fault]:
        """Rule 4."""
        for name, table in _TABLES.items():
            kinds = " || ' ' || ".join(f"typeof({column})" for column in table.columns.split(", "))
            question = f"SELECT {table.columns}, seal, {kinds}, {table.mail} FROM {name}"  # noqa: S608 - our own names
            for *values, seal, found, mail in self._connection.execute(question):
                self._step()
                sound = found == table.types.encode() and mail < len(table.letters)
                if not sound or seal_of(table.letters[mail], *values) != seal:
                    yield Fault(
                        _where(name, values), say("This row is not what was stored: its seal is wrong.")
                    )

    def _counters(self) -> Iterator[Fault]:
        """Rule 5."""
        question = """
            SELECT boxes.box, last, gone, count(number), max(number)
            FROM boxes LEFT JOIN items ON items.box = boxes.box GROUP BY boxes.box"""
        for box, last, gone, count, most in self._connection.execute(question):
            if not isinstance(last, int) or not isinstance(gone, int):
                continue  # reported by rule 4
            if count != last - gone or (count and most > last):
                what = say(
                    "The box counts {last} items, of which {gone} have expired, but {count} are there.",
                    last=last,
                    gone=gone,
                    count=count,
                )
                yield Fault(_where("boxes", [box]), what)
        for box, number, item in self._connection.execute(
            "SELECT box, number, item FROM items WHERE box NOT IN (SELECT box FROM boxes)"
        ):
            yield Fault(_where("items", [box, number, item]), say("This item is in a box that is not there."))

    def _blob_files(self) -> Iterator[Fault]:
        """Rules 6 and 7."""
        named: set[str] = set()
        for blob, file, size, sha256 in self._connection.execute(
            "SELECT blob, file, size, sha256 FROM blobs"
        ):
            self._step()
            name = file.decode("utf-8", "replace") if isinstance(file, bytes) else str(file)
            named.add(name)
            fault = self._blob_fault(name, size, sha256)
            if fault is not None and self._still_names(blob):
                yield Fault(f"{_where('blobs', [blob])}, {fault.where}", fault.what)
        for name in self._blobs.names():
            if name not in named and not self._is_fresh(name):
                yield Fault(
                    str(self._blobs.find(name)),
                    say(
                        "No blob names this file. If the relay was killed lately, it is a leftover that nobody was "
                        "told of, and is swept at a start an hour later."
                    ),
                )

    def _blob_fault(self, name: str, size: int, sha256: bytes) -> Fault | None:
        try:
            path = self._blobs.path_of(name)
            raw = path.read_bytes()
        except FileNotFoundError:
            return Fault(str(path), say("The blob's file is missing."))
        except RuntimeError:
            return Fault(name[:100], say("This is no name of a blob's file."))
        except OSError as error:
            return Fault(str(path), say("The blob's file cannot be read: {why}.", why=str(error)))
        if len(raw) != size or hashlib.sha256(raw).digest() != sha256:
            return Fault(str(path), say("The blob's bytes are not what was stored."))
        return None

    def _still_names(self, blob: bytes) -> bool:
        """Tell whether the row is there now: in a store in use it may have been erased since we began."""
        with sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True) as connection:
            found = connection.execute("SELECT 1 FROM blobs WHERE blob = ?", (blob,)).fetchone()
        connection.close()
        return found is not None

    def _is_fresh(self, name: str) -> bool:
        """Tell whether a file may be a blob that a running relay is about to name."""
        if not has_journal(self._path):
            return False
        try:
            return time.time() - self._blobs.find(name).stat().st_mtime < _FRESH_SECONDS
        except FileNotFoundError:
            return True  # it was on its way, and has arrived or gone

    def _one(self, question: str) -> int:
        return int(self._connection.execute(question).fetchone()[0])

    def _step(self) -> None:
        self._done += 1
        if self._done % 256 == 0 or self._done == self._of:
            self._progress(self._done, self._of)


def _where(table: str, values: list[Any]) -> str:
    """Say which box, item or blob a row is about."""
    shown = [value.hex() if isinstance(value, bytes) else str(value) for value in values[:3]]
    match table:
        case "boxes":
            return f"box {shown[0]}"
        case "items":
            return f"box {shown[0]}, item number {shown[1]} ({shown[2]})"
        case "reads" | "notices":
            return f"box {shown[0]}, its row in {table}"
        case _:
            return f"blob {shown[0]}"


def _schema(connection: sqlite3.Connection) -> list[_Row]:
    found = connection.execute(
        "SELECT type, name, tbl_name, CAST(sql AS BLOB) FROM sqlite_schema ORDER BY name"
    )
    return [tuple(value.encode() if isinstance(value, str) else value for value in row) for row in found]


def _fresh(version: int) -> sqlite3.Connection:
    """Return an empty store of a version, in memory."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    run_migrations(connection, version)
    return connection


def _unreadable(path: Path, error: Exception) -> Fault:
    return Fault(str(path), say("SQLite cannot read it: {why}.", why=str(error)))
