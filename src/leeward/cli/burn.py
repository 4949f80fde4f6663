"""`leeward burn`: a vault that nobody can open any more."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from leeward.cli import tell

EXAMPLES = """\
examples:
  leeward burn my-vault
        asks for one word, and destroys the key; no passphrase is needed
  leeward burn my-vault --now
        asks nothing: for a key of the keyboard, or a script

A desk that has the vault open locks at once. What comes back comes from a colleague, the relay or an export.
"""
WORD = "BURN"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("folder", type=Path, help="the vault's folder")
    parser.add_argument("--now", action="store_true", help="ask nothing")


def run(arguments: argparse.Namespace) -> int:
    """Burn it."""
    from leeward.ledger.store.burn import burn  # noqa: PLC0415 - the question should come at once

    if not arguments.now:
        tell.aside(
            f"Nobody will be able to open {arguments.folder} any more, with no passphrase. Type {WORD}:"
        )
        if sys.stdin.readline().strip().casefold() != WORD.casefold():
            tell.aside("Nothing was burnt.")
            return 2
    burn(arguments.folder)
    tell.line("Burnt. Its key slots were overwritten and are gone.")
    tell.line(
        "What stays: sealed files that nothing opens. Not touched: exports, backups of the folder, what was saved out "
        "of the desk. Memory and swap are not washed: switch the computer off."
    )
    return 0
