"""`leeward passphrase`: another passphrase for a vault."""

from __future__ import annotations

import argparse
from pathlib import Path

from leeward.base.ports import SystemChance, SystemClock
from leeward.cli import ask, tell
from leeward.cli.touch import touch

EXAMPLES = """\
examples:
  leeward passphrase my-vault
        asks for the passphrase as it is, then twice for the new one
  leeward passphrase my-vault --passphrase-file old.txt --new-passphrase-file new.txt
        for scripts; with - the line comes on standard input

While a desk has the vault open, change it there: Safety, “The vault on this computer”.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("folder", type=Path, help="the vault's folder")
    ask.add_passphrase(parser)
    ask.add_passphrase(parser, "new-passphrase", "the vault's new")


def run(arguments: argparse.Namespace) -> int:
    """Change it."""
    from leeward.ledger.store.vault import Vault  # noqa: PLC0415 - the question should come at once

    old = ask.passphrase(arguments, prompt="The passphrase as it is")
    clock, chance = SystemClock(), SystemChance()
    with Vault.open(arguments.folder, old, clock=clock, chance=chance, touch=touch()) as vault:
        new = ask.passphrase(arguments, "new-passphrase", prompt="The new passphrase", new=True)
        vault.change_passphrase(old, new)
    tell.line("The new passphrase holds. The old one's key slot was overwritten and is gone.")
    tell.line(
        "Whoever copied that slot before and knows the old passphrase still has the vault's key: if that may be so, "
        "make a new vault (leeward export, then leeward restore)."
    )
    return 0
