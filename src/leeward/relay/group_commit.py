"""One thread that writes, many requests that wait: everything that waits at one moment shares one commit, one fsync.

1. A job's result is handed out only after the commit that holds it is durable.
2. A refusal (wire.errors.Refused) is the job's own; the others of its batch commit without it.
3. If anything else fails, the batch is rolled back and each job runs again alone: no failure fails a neighbour.
4. A full disk is NoRoom for the job it struck, and the next job is tried as if nothing had been.
5. After an error that leaves durability in doubt (a failed fsync, a damaged file), nothing is written until a restart.
6. Neighbours with the same function `run_all` are run by it in one go. It returns, for each, its value or its refusal;
   who is refused has written nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar, cast

from leeward.relay.batches import Batches, Outcome
from leeward.wire.errors import Busy, NoRoom, Refused

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
RunAll = Callable[[sqlite3.Connection, Sequence[Job]], list[Any]]

_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_TRUNCATE}
_IN_DOUBT = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}  # the low byte of the code


class Writer(Batches[Job]):
    """Runs jobs on one connection in one thread. `connection` is used by that thread alone from now on."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.last: Job | None = None  # done before the connection is closed; nobody waits for its outcome
        super().__init__()

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run a job in a transaction shared with others; return its result once that is durable."""
        return cast("T", await self.wait_for(job))

    def _end(self) -> None:
        if self.last is not None:
            self._alone(self.last)
        self._connection.close()

    def _size_of(self, job: Job) -> int:
        size: int = getattr(job, "size", 0)
        return size

    def _outcomes(self, batch: list[Job]) -> list[Outcome]:
        try:
            return self._together(batch)
        except Exception:  # noqa: BLE001 - 3: whatever it was, it belongs to one of them
            self._roll_back()
        return [self._alone(job) for job in batch]

    def _together(self, batch: list[Job]) -> list[Outcome]:
        connection = self._connection
        outcomes: list[Outcome] = []
        connection.execute("BEGIN IMMEDIATE")
        for run_all, jobs in _neighbours(batch):
            if run_all is not None:
                outcomes += map(_outcome_of, run_all(connection, jobs))  # 6
            else:
                outcomes += [self._beside_others(job) for job in jobs]
        connection.execute("COMMIT")  # 1
        return outcomes

    def _beside_others(self, job: Job) -> Outcome:
        before = self._connection.total_changes
        try:
            return Outcome(job(self._connection))
        except Refused as refusal:
            if self._connection.total_changes != before:
                raise  # 2: it wrote, and must be taken back alone
            return Outcome(error=refusal)

    def _alone(self, job: Job) -> Outcome:
        if self._in_doubt:
            return Outcome(error=Busy())
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            value = job(connection)
            connection.execute("COMMIT")  # 1
        except Refused as refusal:
            self._roll_back()
            return Outcome(error=refusal)
        except sqlite3.Error as error:
            self._roll_back()
            return Outcome(error=self._refusal_of(error))
        except Exception:  # noqa: BLE001 - 3: a mistake in one job must not end the thread of all
            self._roll_back()
            return Outcome(error=Busy())
        return Outcome(value)

    def _refusal_of(self, error: sqlite3.Error) -> Refused:
        code = getattr(error, "sqlite_errorcode", 0)
        if code in _FULL:
            return NoRoom()  # 4
        if code & 0xFF in _IN_DOUBT:
            self._in_doubt = True  # 5
        return Busy()

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self._in_doubt = True  # 5


def _neighbours(batch: list[Job]) -> Iterator[tuple[RunAll | None, list[Job]]]:
    """Give the jobs in order, those that can run in one go together."""
    for run_all, group in groupby(batch, lambda job: getattr(job, "run_all", None)):
        yield run_all, list(group)


def _outcome_of(result: object) -> Outcome:
    return Outcome(error=result) if isinstance(result, Refused) else Outcome(result)
