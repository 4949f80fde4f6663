"""The one connection of a relay that writes to PostgreSQL: what waits at one moment shares one commit.

1. A job's result is handed out only after the commit that holds it was answered.
2. A refusal (wire.errors.Refused) is the job's own; it has written nothing, and the others of its batch commit.
3. If anything else fails, the batch is rolled back and each job runs again alone: no failure fails a neighbour.
4. If the server went away before the commit was sent, the batch is tried once more on a new connection. If it went
   away after that, nobody knows whether the commit stands: Busy, and whoever asked asks again, which is safe.
5. While the server is away everything is Busy at once, but for one try a moment.
6. A full disk is NoRoom for the job it struck.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any, TypeAlias, TypeVar, cast

import psycopg

from leeward.relay.batches import Batches, Outcome
from leeward.relay.postgres_bulk import Done, Raced, Work, do_all
from leeward.relay.postgres_link import Connection, connect
from leeward.wire.errors import Busy, NoRoom, Refused

T = TypeVar("T")
Task: TypeAlias = Callable[[Connection], Any]
Job: TypeAlias = Work | Task

_AGAIN_SECONDS = 0.3  # between two tries to reach a server that is away
_RACES_MOST = 4


class _Lost(Exception):
    """The connection is gone. `in_doubt` says that a commit may stand."""

    def __init__(self, *, in_doubt: bool) -> None:
        self.in_doubt = in_doubt


class PostgresWriter(Batches[Job]):
    """Writes for one relay. `url` is the database's address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Connection | None = None
        self._try_after = 0.0
        super().__init__()

    async def do(self, work: Work) -> Done:
        """Do a request's work together with others'; return what became of it once that is durable."""
        return cast("Done", await self.wait_for(work))

    async def run(self, task: Callable[[Connection], T]) -> T:
        """Run a function in a transaction shared with others. It may raise Refused before it has written anything."""
        return cast("T", await self.wait_for(task))

    def _size_of(self, job: Job) -> int:
        return job.size if isinstance(job, Work) else 0

    def _end(self) -> None:
        self._drop()

    def _outcomes(self, batch: list[Job]) -> list[Outcome]:
        try:
            return self._patiently(batch)
        except _Lost:
            return [Outcome(error=Busy()) for _ in batch]  # 4, 5
        except Exception:  # noqa: BLE001 - 3: whatever it was, it belongs to one of them
            self._roll_back()
        return [self._alone(job) for job in batch]

    def _alone(self, job: Job) -> Outcome:
        try:
            return self._patiently([job])[0]
        except psycopg.errors.DiskFull:
            self._roll_back()
            return Outcome(error=NoRoom())  # 6
        except Exception:  # noqa: BLE001 - 3: a mistake in one job must not end the thread of all
            self._roll_back()
            return Outcome(error=Busy())

    def _patiently(self, batch: list[Job]) -> list[Outcome]:
        """Do a batch, again if another relay was quicker, or if the connection was lost before anything stood."""
        lost = races = 0
        while True:
            try:
                return self._together(batch)
            except Raced:
                self._roll_back()
                races += 1
                if races > _RACES_MOST:
                    raise
            except _Lost as loss:
                lost += 1
                if loss.in_doubt or lost > 1:
                    raise  # 4

    def _together(self, batch: Sequence[Job]) -> list[Outcome]:
        connection = self._connected()
        committing = False
        try:
            outcomes: list[Outcome] = []
            for is_work, jobs in groupby(batch, lambda job: isinstance(job, Work)):
                if is_work:
                    works = cast("list[Work]", list(jobs))
                    outcomes += map(_outcome_of, do_all(connection, works))
                else:
                    outcomes += [_run(connection, cast("Task", job)) for job in jobs]
            committing = True
            connection.commit()  # 1
        except psycopg.Error as error:
            if connection.closed or isinstance(error, _GONE):
                self._drop()
                raise _Lost(in_doubt=committing) from error
            raise
        return outcomes

    def _connected(self) -> Connection:
        if self._connection is None:
            if time.monotonic() < self._try_after:
                raise _Lost(in_doubt=True)  # 5: no second try now
            try:
                self._connection = connect(self._url)
            except psycopg.Error as error:
                self._try_after = time.monotonic() + _AGAIN_SECONDS
                raise _Lost(in_doubt=True) from error
        return self._connection

    def _roll_back(self) -> None:
        if self._connection is not None:
            try:
                self._connection.rollback()
            except psycopg.Error:
                self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()


_GONE = (
    psycopg.InterfaceError,
    psycopg.errors.AdminShutdown,
    psycopg.errors.CrashShutdown,
    psycopg.errors.CannotConnectNow,
    psycopg.errors.IdleInTransactionSessionTimeout,
)


def _run(connection: Connection, task: Task) -> Outcome:
    try:
        return Outcome(task(connection))
    except Refused as refusal:
        return Outcome(error=refusal)  # 2


def _outcome_of(result: Done | Refused) -> Outcome:
    return Outcome(error=result) if isinstance(result, Refused) else Outcome(result)
