"""Child processes of the demo: each a real `leeward` command that ends when its parent does."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from leeward.base.errors import LeewardError
from leeward.base.say import say

_STOP_SECONDS = 8


class ChildFailed(LeewardError):
    """A process of the demo ended before it was ready."""

    code = "cli.child-failed"


class Child:
    """One `leeward` command, whose standard input is the string it hangs by: when that closes, it stops."""

    def __init__(self, words: Sequence[str], *, first_line: str = "") -> None:
        self.words = list(words)
        self.process = subprocess.Popen(  # noqa: S603 - our own command, with words of our own
            [sys.executable, "-m", "leeward.cli.main", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdin is not None
        self._string = self.process.stdin
        if first_line:
            self._string.write(first_line + "\n")
            self._string.flush()

    def address(self) -> str:
        """Wait for the line that says where it listens; return the address. ChildFailed if it ends instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if " at " not in line:
            raise ChildFailed(
                say("`leeward {words}` did not start.", words=" ".join(self.words)),
                kept=say("Nothing was lost: the demo's folder is as it was."),
                next_step=say("Read the lines above this one, and start again."),
            )
        return line.split(" at ", 1)[1]

    def let_go(self) -> None:
        """Close the string, so that it begins to stop."""
        with contextlib.suppress(OSError):
            self._string.close()

    def stop(self) -> None:
        """Let go of it; end it if it does not end."""
        self.let_go()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def add_hanging(parser: argparse.ArgumentParser) -> None:
    """Add the option by which a child hangs by its parent; not shown in the help."""
    parser.add_argument("--until-stdin-ends", action="store_true", help=argparse.SUPPRESS)


def end_with_parent(stop: Callable[[], None]) -> None:
    """In a child: call `stop` when standard input ends, which it does when the parent is gone, however it went."""

    def watch() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        stop()

    threading.Thread(target=watch, name="parent", daemon=True).start()
