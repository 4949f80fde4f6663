"""One thread that works through what many requests wait for, all that waits at one moment together.

A store says what a batch is done with (`_outcomes`); here is how requests get in and their outcomes get out. The thread
is woken once for all that one turn of an event loop brought, not for the first of them.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from leeward.wire.errors import Busy

BATCH_MOST = 256
BACKLOG_MOST = 4096
BATCH_BYTES = 16 * 1024 * 1024  # after which a batch is large enough, if its store counts bytes

JobT = TypeVar("JobT")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: its value, or the error that it ended with."""

    value: Any = None
    error: Exception | None = None


Then = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class _Waiting(Generic[JobT]):
    job: JobT
    then: Then
    loop: asyncio.AbstractEventLoop


class Batches(ABC, Generic[JobT]):
    """Takes jobs from event loops, and has its own thread do them by `_outcomes`, one batch after the other."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting[JobT]] = deque()
        self._calls: queue.SimpleQueue[bool] = queue.SimpleQueue()  # True: look; False: look, then end
        self._called_by: asyncio.AbstractEventLoop | None = (
            None  # the loop that will call before its next turn
        )
        self._closed = False
        self._in_doubt = False  # set by a store that must not write any more
        self._thread = threading.Thread(target=self._work, name="relay-writer", daemon=True)
        self._thread.start()

    def submit(self, job: JobT, then: Then, loop: asyncio.AbstractEventLoop) -> None:
        """Do a job, and tell `then` its outcome, in this loop, which is the running one. Busy."""
        if self._closed or self._in_doubt or len(self._waiting) >= BACKLOG_MOST:
            raise Busy
        self._waiting.append(_Waiting(job, then, loop))
        if self._called_by is not loop:
            self._called_by = loop
            loop.call_soon(self._call)

    async def wait_for(self, job: JobT) -> object:
        """Do a job; return its value or raise its error."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[object] = loop.create_future()

        def settle(outcome: Outcome) -> None:
            if future.done():
                return  # its request went away; what it wrote stays written
            if outcome.error is not None:
                future.set_exception(outcome.error)
            else:
                future.set_result(outcome.value)

        self.submit(job, settle, loop)
        return await future

    def close(self) -> None:
        """Finish all jobs that wait, then let go of the store."""
        if not self._closed:
            self._closed = True
            self._calls.put(False)
        self._thread.join()

    @abstractmethod
    def _outcomes(self, batch: list[JobT]) -> list[Outcome]:
        """Return the outcome of each, which is durable. Called in the thread; must not raise."""

    @abstractmethod
    def _end(self) -> None:
        """Let go of the store. Called in the thread, last."""

    def _size_of(self, job: JobT) -> int:
        """Return how much of `BATCH_BYTES` a job takes."""
        del job
        return 0

    def _call(self) -> None:
        self._called_by = None  # first: who comes after this calls again
        self._calls.put(True)

    def _work(self) -> None:
        on = True
        while on:
            on = self._calls.get()
            while batch := self._next_batch():
                _hand_out(batch, self._outcomes([waiting.job for waiting in batch]))
        self._end()

    def _next_batch(self) -> list[_Waiting[JobT]]:
        batch: list[_Waiting[JobT]] = []
        size = 0
        while self._waiting and len(batch) < BATCH_MOST and size < BATCH_BYTES:
            batch.append(self._waiting.popleft())
            size += self._size_of(batch[-1].job)
        return batch


def _hand_out(batch: list[_Waiting[JobT]], outcomes: list[Outcome]) -> None:
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
