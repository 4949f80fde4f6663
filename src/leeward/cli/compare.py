"""`leeward compare`: whether a backup would bring back what a vault holds, tried out."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from leeward.base.ports import SystemChance, SystemClock
from leeward.cli import ask, tell, words
from leeward.cli.touch import touch

EXAMPLES = """\
examples:
  leeward compare /media/stick/backup-2017-04-07 my-vault
        asks for the words of enough people, makes a vault from the backup for a moment, and compares
  leeward compare /media/stick/leeward-2017-04-07 my-vault --by-passphrase
        the same for an export with a passphrase

Exit code 0: everything is there and the same. 1: something differs; what was written since the backup does, too.
"""
_SHOWN = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("export", type=Path, help="the backup's folder")
    parser.add_argument("vault", type=Path, help="the vault's folder")
    parser.add_argument("--by-passphrase", action="store_true", help="the export has a passphrase of its own")
    words.add_words(parser)
    ask.add_passphrase(parser)
    ask.add_passphrase(parser, "export-passphrase", "the export's")


def run(arguments: argparse.Namespace) -> int:
    """Try it."""
    passphrase = ask.passphrase(arguments, prompt="The vault's passphrase")
    by_passphrase = arguments.by_passphrase or arguments.export_passphrase_file is not None
    opener = (
        ask.passphrase(arguments, "export-passphrase", prompt="The export's passphrase")
        if by_passphrase
        else words.read(arguments)
    )
    from leeward.ledger.store.vault import Vault  # noqa: PLC0415 - the question should come at once
    from leeward.office.recovery_export import compare, trial  # noqa: PLC0415
    from leeward.office.session import Session  # noqa: PLC0415

    clock, chance = SystemClock(), SystemChance()
    began = time.monotonic()
    with (
        Vault.open(arguments.vault, passphrase, clock=clock, chance=chance, touch=touch()) as vault,
        trial(arguments.export, opener, clock=clock, chance=chance) as other,
    ):
        session = Session(vault, clock=clock, chance=chance)
        found = compare(session, other)
        kinds = {
            one: (record.kind if (record := vault.get(one)) is not None else "record")
            for one in (*found.missing, *found.changed)
        }
    tell.line(
        f"{found.compared} records were compared with their history in {time.monotonic() - began:.1f} s."
    )
    for what, ids in (
        ("not in the backup", found.missing),
        ("in the backup in another state", found.changed),
        ("in the backup only", found.more),
    ):
        if ids:
            tell.line(f"{len(ids)} {what}:")
            for one in ids[:_SHOWN]:
                tell.line(f"  {kinds.get(one, 'record')} {one}")
            if len(ids) > _SHOWN:
                tell.line(f"  and {len(ids) - _SHOWN} more")
    if found.parts_missing:
        tell.line(f"{len(found.parts_missing)} parts of the work are not in the backup at all.")
    tell.line(
        "The backup brings back everything as it is." if found.same else "The backup and the vault differ."
    )
    return 0 if found.same else 1
