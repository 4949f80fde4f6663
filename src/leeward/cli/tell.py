"""The one module that prints. Plain text; progress only to a terminal; errors in three parts."""

from __future__ import annotations

import shutil
import sys

from leeward.base.errors import LeewardError


def line(text: str = "") -> None:
    """Print one line for the user at once."""
    print(text, flush=True)


def aside(text: str) -> None:
    """Print one line that is not part of the answer."""
    print(text, file=sys.stderr, flush=True)


def error(trouble: LeewardError) -> None:
    """Say what happened, what was not lost, what to do."""
    for part in (trouble.happened, trouble.kept, trouble.next_step):
        if part:
            aside(str(part))


class Progress:
    """One line that renews itself on a terminal, and stays silent elsewhere."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._shown = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        """Show how far it is, in words."""
        if self._shown:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{f'{self._what}: {text}'[:width]:<{width}}", end="", file=sys.stderr, flush=True)

    def share(self, done: int, of: int) -> None:
        """Show a bar."""
        filled = round(24 * done / of) if of else 24
        self(f"[{'#' * filled}{'.' * (24 - filled)}] {done} of {of}")

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            print(file=sys.stderr, flush=True)
