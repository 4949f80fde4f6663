"""Hearing that somebody wants a long search to end: a line on standard input, its end, or a signal."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Self, TypeVar

import msgspec

from leeward.cli import tell

_FIRST_MOST = 64_000_000  # bytes of a line
_Found = TypeVar("_Found")


class Stopping:
    """Knows when somebody asked to stop; runs the work beside, so that a signal is heard while the solver is busy."""

    def __init__(self, lines: Lines, *, gone_is_stop: bool) -> None:
        self._lines = lines
        self._gone_is_stop = gone_is_stop
        self._event = threading.Event()
        self._signals = Signals()
        self.asked = self._event.is_set

    def __enter__(self) -> Self:
        self._signals.hold()
        return self

    def __exit__(self, *_: object) -> None:
        self._signals.release()

    def wait_for(self, work: Callable[[], _Found]) -> _Found:
        """Return what the work returns; raise what it raises."""
        found: list[_Found] = []
        raised: list[BaseException] = []

        def beside() -> None:
            try:
                found.append(work())
            except BaseException as fault:  # noqa: BLE001 - raised again by the one who waits
                raised.append(fault)

        worker = threading.Thread(target=beside, daemon=True)
        threading.Thread(target=self._listen, daemon=True).start()
        worker.start()
        while worker.is_alive():
            worker.join(0.05)
            if self._signals.came():
                if self._event.is_set():
                    tell.aside("Stopped.")
                    os._exit(130)  # libraries' own threads must not trip over an interpreter that ends
                self._event.set()
        if raised:
            raise raised[0]
        return found[0]

    def _listen(self) -> None:
        for line in self._lines:
            if line.strip() == b"stop":
                self._event.set()
                return
        if self._gone_is_stop:
            self._event.set()


class Signals:
    """Holds SIGINT and SIGTERM back and asks for them: a solver's library may put its own handler in our place."""

    _ASKED = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self._came = 0
        self._before: dict[signal.Signals, Any] = {}

    def hold(self) -> None:
        """Begin to hold them back."""
        if hasattr(signal, "SIGTTIN"):
            signal.signal(
                signal.SIGTTIN, signal.SIG_IGN
            )  # in a shell's background there is no input: go on without
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, self._ASKED)  # and in all threads that begin now
        else:  # Windows
            self._before = {one: signal.signal(one, self._count) for one in self._ASKED}

    def release(self) -> None:
        """Let them through again; one that nobody asked for asked for an answer, which is coming."""
        self.came()
        for one, handler in self._before.items():
            signal.signal(one, handler)
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, self._ASKED)

    def came(self) -> bool:
        """Tell whether one has come since this was asked last."""
        if hasattr(signal, "sigpending"):
            waiting = signal.sigpending() & set(self._ASKED)
            if waiting:
                signal.sigwait(waiting)
            return bool(waiting)
        came, self._came = self._came, 0
        return bool(came)

    def _count(self, _number: int, _frame: FrameType | None) -> None:
        self._came += 1


class Lines:
    """Lines of standard input, read below Python's own buffer: a thread waiting there may be left behind at the end."""

    def __init__(self) -> None:
        self._rest = b""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            parts = [self._rest]
            while b"\n" not in parts[-1]:
                more = _more()
                if not more or sum(map(len, parts)) > _FIRST_MOST:
                    self._rest = b"".join(parts)
                    return
                parts.append(more)
            line, _, self._rest = b"".join(parts).partition(b"\n")
            yield line

    def first(self) -> bytes:
        """Return the first line if it is a whole JSON object, and everything otherwise."""
        line = next(iter(self), self._rest)
        if line.rstrip().endswith(b"}") and line.lstrip().startswith(b"{") and _is_json(line):
            return line
        parts = [line, *self, self._rest]
        return b"\n".join(parts)


def _more() -> bytes:
    try:
        return os.read(0, 1 << 16)
    except OSError:  # no standard input at all
        return b""


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except msgspec.DecodeError:
        return False
    return True
