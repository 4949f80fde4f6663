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

import asyncio
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from leeward.wire.errors import Busy, NoRoom, Refused

BATCH_MOST = 256
BACKLOG_MOST = 4096

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], Any]
RunAll = Callable[[sqlite3.Connection, Sequence[Job]], list[Any]]

_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_TRUNCATE}
_IN_DOUBT = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}  # the low byte of the code


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: its value, or the error that it ended with."""

    value: Any = None
    error: Exception | None = None


Then = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class _Waiting:
    job: Job
    then: Then
    loop: asyncio.AbstractEventLoop


class Writer:
    """Runs jobs on one connection in one thread. `connection` is used by that thread alone from now on.

    The thread is woken once for all that one turn of an event loop brought, not for the first of them.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: deque[_Waiting] = deque()
        self._calls: queue.SimpleQueue[bool] = queue.SimpleQueue()  # True: look; False: look, then end
        self._called_by: asyncio.AbstractEventLoop | None = (
            None  # the loop that will call before its next turn
        )
        self._closed = False
        self._in_doubt = False
        self._thread = threading.Thread(target=self._work, name="relay-writer", daemon=True)
        self._thread.start()

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run a job in a transaction shared with others; return its result once that is durable."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(outcome: Outcome) -> None:
            if future.done():
                return  # its request went away; what it wrote stays written
            if outcome.error is not None:
                future.set_exception(outcome.error)
            else:
                future.set_result(outcome.value)

        self.submit(job, settle, loop)
        return await future

    def submit(self, job: Job, then: Then, loop: asyncio.AbstractEventLoop) -> None:
        """Run a job likewise, and tell `then` its outcome, in this loop, which is the running one. Busy."""
        if self._closed or self._in_doubt or len(self._waiting) >= BACKLOG_MOST:
            raise Busy
        self._waiting.append(_Waiting(job, then, loop))
        if self._called_by is not loop:
            self._called_by = loop
            loop.call_soon(self._call)

    def close(self) -> None:
        """Finish all jobs that wait, then close the connection."""
        if not self._closed:
            self._closed = True
            self._calls.put(False)
        self._thread.join()

    def _call(self) -> None:
        self._called_by = None  # first: who comes after this calls again
        self._calls.put(True)

    def _work(self) -> None:
        on = True
        while on:
            on = self._calls.get()
            while batch := self._next_batch():
                _hand_out(batch, self._outcomes(batch))
        self._connection.close()

    def _next_batch(self) -> list[_Waiting]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), BATCH_MOST))]

    def _outcomes(self, batch: list[_Waiting]) -> list[Outcome]:
        try:
            return self._together(batch)
        except Exception:  # noqa: BLE001 - 3: whatever it was, it belongs to one of them
            self._roll_back()
        return [self._alone(waiting.job) for waiting in batch]

    def _together(self, batch: list[_Waiting]) -> list[Outcome]:
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


def _neighbours(batch: list[_Waiting]) -> Iterator[tuple[RunAll | None, list[Job]]]:
    """Give the jobs in order, those that can run in one go together."""
    for run_all, group in groupby(
        (waiting.job for waiting in batch), lambda job: getattr(job, "run_all", None)
    ):
        yield run_all, list(group)


def _outcome_of(result: object) -> Outcome:
    return Outcome(error=result) if isinstance(result, Refused) else Outcome(result)


def _hand_out(batch: list[_Waiting], outcomes: list[Outcome]) -> None:
    """Give every request its outcome, waking each event loop once."""
    for loop in {waiting.loop for waiting in batch}:
        pairs = [
            (waiting.then, outcome)
            for waiting, outcome in zip(batch, outcomes, strict=True)
            if waiting.loop is loop
        ]
        if not loop.is_closed():
            loop.call_soon_threadsafe(_tell, pairs)


def _tell(pairs: list[tuple[Then, Outcome]]) -> None:
    for then, outcome in pairs:
        then(outcome)
