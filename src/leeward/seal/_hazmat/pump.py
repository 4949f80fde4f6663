"""Move a stream through a cipher in batches of chunks, in constant memory: one thread reads and writes, one computes.

The cipher lets go of the interpreter while it works, so that sealing a file takes about as long as copying it. Batches
are handed to the sink in order; an error found in a batch is raised after what came before it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeAlias

BATCH = 16  # chunks read, computed and written at once: a system call for each MiB


class Source(Protocol):
    """What can be read from: a file opened with `open(..., "rb")`, or io.BytesIO."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Read into the buffer; 0 at the end."""
        ...


class Sink(Protocol):
    """What can be written to."""

    def write(self, data: memoryview, /) -> int | None:
        """Write some of the data and return how many bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Up to BATCH chunks; `last` if the source ends with them."""

    data: memoryview
    last: bool

    def chunks(self, unit: int) -> Iterator[tuple[memoryview, bool]]:
        """Return each chunk and whether it is the final one of all; an empty source has one empty chunk."""
        count = max(-(-len(self.data) // unit), 1)
        for place in range(count):
            yield self.data[place * unit : (place + 1) * unit], self.last and place == count - 1


@dataclass(frozen=True, slots=True)
class Done:
    """What came out of a batch, and the error that stopped it, if any."""

    out: memoryview
    error: Exception | None = None


Work: TypeAlias = Callable[[int, Batch, memoryview], Done]
"""Takes the number of the batch's first chunk, the batch, and where to put what comes out."""


def pump(source: Source, sink: Sink, *, unit: int, work: Work) -> None:
    """Pass the whole source, cut into chunks of `unit` bytes, through `work` into the sink."""
    batches = read_batches(source, BATCH * unit)
    # A tag is 16 bytes; what comes out of a batch is at most that much longer a chunk.
    outs = [memoryview(bytearray(BATCH * (unit + 16))) for _ in range(2)]
    first = next(batches)
    if first.last:  # short: not worth a thread
        finish(sink, work(0, first, outs[0]))
        return
    with ThreadPoolExecutor(1) as worker:
        waiting: Future[Done] = worker.submit(work, 0, first, outs[0])
        for number, batch in enumerate(batches, 1):
            job = worker.submit(work, number * BATCH, batch, outs[number % 2])
            finish(sink, waiting.result())
            waiting = job
        finish(sink, waiting.result())


def finish(sink: Sink, done: Done) -> None:
    """Write what came out of a batch, then raise what stopped it."""
    write_all(sink, done.out)
    if done.error is not None:
        raise done.error


def read_batches(source: Source, size: int) -> Iterator[Batch]:
    """Read one batch ahead, so that the last one is known to be the last.

    Three buffers take turns: one is computed, one waits, one is read into.
    """
    buffers = [memoryview(bytearray(size)) for _ in range(3)]
    turn = 0
    held = read_full(source, buffers[0])
    while held == size:
        following = (turn + 1) % 3
        held_after = read_full(source, buffers[following])
        if not held_after:
            break
        yield Batch(buffers[turn], last=False)
        turn, held = following, held_after
    yield Batch(buffers[turn][:held], last=True)


def read_full(source: Source, buffer: memoryview) -> int:
    """Fill the buffer; return how much it holds, less than its size only at the source's end."""
    held = 0
    while held < len(buffer):
        count = source.readinto(buffer[held:])
        if not count:
            break
        held += count
    return held


def write_all(sink: Sink, data: memoryview) -> None:
    """Write everything, also to a sink that takes only some at a time."""
    while data:
        count = sink.write(data)
        if not count:
            raise RuntimeError("a sink must say how much it took, and block until it can")
        data = data[count:]
