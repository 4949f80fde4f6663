"""`leeward export`: everything a vault can open, in a folder that opens without Leeward."""

from __future__ import annotations

import argparse
from pathlib import Path

from leeward.base.ports import SystemChance, SystemClock
from leeward.cli import ask, tell
from leeward.cli.touch import touch

EXAMPLES = """\
examples:
  leeward export my-vault /media/stick/leeward-2017-04-07
        asks for the vault's passphrase, then for one for the export
  age -d secrets.age
        inside that folder, with the stock age tool (1.3 or later): README.txt there goes on step by step

Everything in the folder is sealed, and its passphrase opens all that this vault could open: choose it as carefully.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("vault", type=Path, help="the vault's folder")
    parser.add_argument("folder", type=Path, help="a new folder, or an empty one")
    ask.add_passphrase(parser)
    ask.add_passphrase(parser, "export-passphrase", "the export's")


def run(arguments: argparse.Namespace) -> int:
    """Write it."""
    from leeward.ledger.store.vault import Vault  # noqa: PLC0415 - the question should come at once
    from leeward.office.export import export  # noqa: PLC0415
    from leeward.office.session import Session  # noqa: PLC0415

    passphrase = ask.passphrase(arguments, prompt="The vault's passphrase")
    other = ask.passphrase(arguments, "export-passphrase", prompt="A passphrase for the export", new=True)
    clock, chance = SystemClock(), SystemChance()
    progress = tell.Progress("Exporting")
    with Vault.open(arguments.vault, passphrase, clock=clock, chance=chance, touch=touch()) as vault:
        session = Session(vault, clock=clock, chance=chance)
        records = export(session, arguments.folder, other, progress=progress.share)
    progress.end()
    tell.line(f"{records} records with their history, and all sealed files, are in {arguments.folder}.")
    tell.line(f"Rehearse it: leeward restore {arguments.folder} some-new-folder")
    return 0
