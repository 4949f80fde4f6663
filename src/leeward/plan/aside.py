"""The bound, raised by a process of its own while plans are looked for: they need a processor each.

    python -m leeward.plan.aside        (by `Aside`, below)

- Standard input: one line `{"rounds": 300, "coarse": 1, "seconds": 12.5}`, then the instance on one line. The process
  ends when its standard input does: whoever asked is gone.
- Standard output: lines `{"value": ..., "prices": [...], "done": false}`, each a better bound with the prices that
  prove it, in the order of `Prices.flat`; the last is `done`.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import msgspec

from leeward.plan.ascent import Bound, ascend
from leeward.plan.bounds import BYTES_MOST
from leeward.plan.instance import Instance
from leeward.plan.pricing import Pricer
from leeward.plan.tables import Tables, pooled, tables


class Asked(msgspec.Struct):
    """How long to raise the bound."""

    rounds: int
    coarse: int
    seconds: float  # at most


class Raised(msgspec.Struct):
    """What came of it: the bound, and prices for every bed (also where houses were pooled)."""

    value: float
    prices: list[float]
    done: bool = False


class Aside:
    """The process, from the side of whoever asks. Nothing waits for it but `result`."""

    def __init__(self, instance: Instance, asked: Asked) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "leeward.plan.aside"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt is for whoever asked, who then ends this one
        )
        self._answer: Raised | None = None
        self._done = threading.Event()
        lines = msgspec.json.encode(asked) + b"\n" + msgspec.json.encode(instance) + b"\n"
        self._thread = threading.Thread(target=self._talk, args=(lines,), daemon=True)
        self._thread.start()

    def _talk(self, lines: bytes) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            with contextlib.suppress(OSError, msgspec.DecodeError, ValueError):
                self._process.stdin.write(lines)
                self._process.stdin.flush()
                for line in self._process.stdout:
                    self._answer = msgspec.json.decode(line, type=Raised)
        finally:
            self._done.set()

    def ended(self) -> bool:
        """Return whether nothing more will come."""
        return self._done.is_set()

    def result(self) -> Raised | None:
        """Return the best that came so far."""
        return self._answer

    def wait(self, seconds: float) -> None:
        """Wait for the last line, at most so long."""
        self._done.wait(seconds)

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()
        self._thread.join()
        for one in (self._process.stdin, self._process.stdout):
            if one is not None:
                with contextlib.suppress(OSError):
                    one.close()


def main() -> None:
    """Raise the bound, and say it."""
    source = sys.stdin.buffer
    asked = msgspec.json.decode(source.readline(BYTES_MOST), type=Asked)
    begun = time.perf_counter()
    instance = msgspec.json.decode(source.readline(BYTES_MOST), type=Instance)
    threading.Thread(target=_leave_with, args=(source,), daemon=True).start()
    raise_bound(tables(instance), asked, begun, _say)


def _say(found: Raised) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    sys.stdout.buffer.flush()


def raise_bound(t: Tables, asked: Asked, begun: float, tell: Callable[[Raised], None]) -> None:
    """Raise the bound of these tables, and say it on the way."""
    small, pools = pooled(t, asked.coarse)

    def told(bound: Bound, *, done: bool = False) -> None:
        prices = replace(bound.prices, beds=bound.prices.beds[pools])
        tell(Raised(bound.value, prices.flat().tolist(), done))

    def over() -> bool:
        return time.perf_counter() - begun >= asked.seconds

    told(ascend(Pricer(small), asked.rounds, over, told), done=True)


def _leave_with(source: object) -> None:
    """End this process when nobody is there any more."""
    source.read()  # type: ignore[attr-defined]
    os._exit(1)


if __name__ == "__main__":
    main()
