"""`leeward restore`: a vault from an export."""

from __future__ import annotations

import argparse
from pathlib import Path

from leeward.base.ports import SystemChance, SystemClock
from leeward.cli import ask, tell

EXAMPLES = """\
examples:
  leeward restore /media/stick/leeward-2017-04-07 my-vault
        asks for the export's passphrase, then for one for the new vault

Every file is checked against the signed manifest first; nothing is made if one is damaged or missing.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("export", type=Path, help="the export's folder")
    parser.add_argument("folder", type=Path, help="of the new vault; must not exist yet")
    ask.add_passphrase(parser, "export-passphrase", "the export's")
    ask.add_passphrase(parser, whose="the new vault's")


def run(arguments: argparse.Namespace) -> int:
    """Make it."""
    from leeward.office.restore import restore  # noqa: PLC0415 - the question should come at once

    other = ask.passphrase(arguments, "export-passphrase", prompt="The export's passphrase")
    passphrase = ask.passphrase(arguments, prompt="A new passphrase for the vault", new=True)
    progress = tell.Progress("Restoring")
    session = restore(
        arguments.export,
        other,
        arguments.folder,
        passphrase,
        clock=SystemClock(),
        chance=SystemChance(),
        progress=progress.share,
    )
    progress.end()
    with session.vault as vault:
        records = sum(vault.count(kind) for kind in vault.kinds())
    tell.line(f"{records} records are back. Open the desk: leeward desk {arguments.folder}")
    tell.line(
        "To its colleagues this is a new device: they read what it writes once one of them lets it in (Safety)."
    )
    return 0
