"""Works a plan out in a process of its own, which knows ids and numbers only and ends with this one.

1. The question goes through a pipe, never through a file. The process holds no key and no name.
2. The first plan, by the rule of thumb, is there within a second or two; each later one is at least as good.
3. `stop` keeps the best so far; `end` drops everything. One plan is worked out at a time.
4. What comes back is read strictly, and only if it answers this very question.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import msgspec

from leeward.office.planning.gather import Question
from leeward.plan.answer import Plan
from leeward.plan.errors import BadPlan
from leeward.plan.lacks import Clash
from leeward.plan.reading import canonical, digest, read_plan

COMMAND = (sys.executable, "-m", "leeward.cli.main", "plan", "-", "--stream")
_KINDS = frozenset({"plan", "final"})
_GRACE = 3.0  # seconds between asking it to end and ending it
_LINE_MOST = 64_000_000


class Work:
    """One plan being worked out. `tell` is called, from a thread, whenever there is news."""

    def __init__(
        self, question: Question, tell: Callable[[], None], *, seconds: float = 60, seed: int = 1
    ) -> None:
        self.question = question
        self.best: Plan | None = None
        self.first: Plan | None = None  # by the rule of thumb
        self.clashes: tuple[Clash, ...] = ()  # why there is no plan at all
        self.done = False
        self.failed = ""  # what the process said when it ended without an answer
        self.begun = time.monotonic()
        self.seconds = seconds
        self._tell = tell
        self._lock = threading.Lock()
        self._ended = False
        self._instance = digest(question.instance)
        quiet = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(  # noqa: S603 - this program itself
            [*COMMAND, "--seconds", str(seconds), "--seed", str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **quiet},
        )
        threading.Thread(target=self._feed, daemon=True).start()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    @property
    def running(self) -> bool:
        """Tell whether better plans may still come."""
        return not self.done

    def stop(self) -> None:
        """Ask for the best so far."""
        self._write(b"stop\n")

    def end(self) -> None:
        """End it, and wait until it has ended; its answer is not wanted any more."""
        self._ended = True
        self._process.terminate()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self._listening.join(_GRACE)

    def kill(self) -> None:
        """End it at once, without waiting for anything."""
        self._ended = True
        self._process.kill()

    def _feed(self) -> None:
        self._write(canonical(self.question.instance) + b"\n")

    def _write(self, line: bytes) -> None:
        with self._lock, contextlib.suppress(OSError, ValueError):  # it has ended already
            assert self._process.stdin is not None
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        with contextlib.suppress(OSError, ValueError):
            while line := self._process.stdout.readline(_LINE_MOST):
                self._take(line)
            if self.best is None:
                self.failed = self._process.stderr.read(4_000).decode(errors="replace").strip()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with self._lock, contextlib.suppress(OSError):
                assert pipe is not None
                pipe.close()
        self.done = True
        if not self._ended:
            self._tell()

    def _take(self, untrusted: bytes) -> None:
        """Rules 2 and 4."""
        try:
            kind, body = next(iter(msgspec.json.decode(untrusted, type=dict[str, msgspec.Raw]).items()))
            if kind == "clashes":
                self.clashes = msgspec.json.decode(body, type=tuple[Clash, ...])
                return
            plan = read_plan(bytes(body))
        except (msgspec.DecodeError, BadPlan, StopIteration):
            return
        if kind not in _KINDS or (plan.instance and plan.instance != self._instance):
            return
        if {line.id for line in plan.parties} != {party.id for party in self.question.instance.parties}:
            return
        if self.best is not None and plan.points > self.best.points:
            return
        self.first = self.first or plan
        self.best = plan
        if not self._ended:
            self._tell()
