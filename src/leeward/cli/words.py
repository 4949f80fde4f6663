"""Words from paper: asked for one sheet at a time, or read from a file or standard input; never from an argument."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leeward.base.errors import LeewardError
from leeward.cli import tell

if TYPE_CHECKING:
    from leeward.seal.shares import RecoveryKey


class NoWords(LeewardError):
    """There is nobody to ask and no file to read."""

    code = "cli.no-words"


def add_words(parser: argparse.ArgumentParser) -> None:
    """Add --words-file to a command."""
    parser.add_argument(
        "--words-file",
        metavar="FILE",
        help="read the words from FILE (- for standard input), one person or sheet a line, instead of asking",
    )


def read(arguments: argparse.Namespace) -> Sequence[RecoveryKey]:
    """Return the recovery keys of everybody whose words were given. SharesRefused, NoWords."""
    from leeward.seal.shares import read_keys  # noqa: PLC0415 - the question should come at once

    source: str | None = arguments.words_file
    if source is not None:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if line.strip()]
    elif sys.stdin.isatty():
        lines = _ask()
    else:
        raise NoWords(
            "Words are needed, and there is no terminal to ask at.",
            next_step="Give --words-file FILE, or --words-file - and the words on standard input.",
        )
    if not lines:
        raise NoWords("No words were given.", kept="Nothing was made.", next_step="Start again.")
    return read_keys(lines)


def _ask() -> list[str]:
    """Ask for one sheet after the other; a wrong one is asked for again at once."""
    from leeward.seal.errors import SharesRefused  # noqa: PLC0415
    from leeward.seal.shares import clean_words  # noqa: PLC0415

    tell.line(
        "Type the twenty words of one person or sheet in one line; the first four letters of each are enough."
    )
    tell.line("They are seen on this screen: let only those be here who belong. An empty line ends.")
    lines: list[str] = []
    while typed := input(f"Words {len(lines) + 1}: ").strip():
        try:
            lines.append(clean_words(typed))
        except SharesRefused as error:
            tell.error(error)
    return lines
