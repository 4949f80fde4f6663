"""`leeward recover`: come back from nothing, with the words of enough members."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from leeward.base.errors import LeewardError
from leeward.base.ports import SystemChance, SystemClock
from leeward.cli import ask, tell, words

if TYPE_CHECKING:
    from leeward.office.recovery_back import Back

EXAMPLES = """\
examples:
  leeward recover my-vault --relay http://….onion --proxy socks5h://127.0.0.1:9050 --name Mila
        asks for the words of as many people as the team agreed on, then for a passphrase for the new vault
  leeward recover my-vault --export /media/stick/backup-2017-04-07 --name Mila
        the same from a backup

Whoever types their words here shows them to this computer: afterwards each of them draws new ones
(Safety, Coming back).
"""


class WhereFrom(LeewardError):
    """Neither a relay nor an export was named, or both."""

    code = "cli.where-from"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("folder", type=Path, help="of the new vault; must not exist yet")
    parser.add_argument("--relay", default="", metavar="URL", help="the team's relay")
    parser.add_argument("--proxy", default="", metavar="URL", help="the SOCKS proxy to it, such as Tor's")
    parser.add_argument("--export", type=Path, metavar="FOLDER", help="a backup, instead of the relay")
    parser.add_argument("--name", required=True, help="what the team calls you")
    words.add_words(parser)
    ask.add_passphrase(parser, whose="the new vault's")


def run(arguments: argparse.Namespace) -> int:
    """Come back."""
    if bool(arguments.relay) == (arguments.export is not None):
        raise WhereFrom(
            "Say where the team is to come back from.",
            kept="Nothing was made.",
            next_step="Give either --relay URL or --export FOLDER.",
        )
    keys = words.read(arguments)
    passphrase = ask.passphrase(arguments, prompt="A new passphrase for the vault", new=True)
    progress = tell.Progress("Coming back")
    from leeward.office.recovery_back import come_back  # noqa: PLC0415
    from leeward.office.recovery_export import come_back_from_export  # noqa: PLC0415
    from leeward.sync.client import RelayClient  # noqa: PLC0415 - the question should come at once

    clock, chance = SystemClock(), SystemChance()
    if arguments.export is not None:
        session, back = come_back_from_export(
            arguments.folder,
            passphrase,
            keys,
            arguments.export,
            name=arguments.name,
            clock=clock,
            chance=chance,
            progress=progress.share,
        )
    else:
        session, back = come_back(
            arguments.folder,
            passphrase,
            keys,
            RelayClient(arguments.relay, proxy=arguments.proxy or None),
            url=arguments.relay,
            proxy=arguments.proxy,
            name=arguments.name,
            clock=clock,
            chance=chance,
            progress=progress.share,
        )
    session.vault.close()
    progress.end()
    _tell(arguments.folder, back)
    return 0


def _tell(folder: Path, back: Back) -> None:
    tell.line(f"{back.records} records in {back.parts} parts are back. Open the desk: leeward desk {folder}")
    if back.closed:
        tell.line(
            f"{back.closed} kept bundles of keys were not used: older ones, ones that other people's words open, "
            "or ones from a device that was cut off."
        )
    if back.giver:
        tell.line(
            f"The backup was signed by the device {back.giver}: ask whoever made it for its fingerprint."
        )
    tell.line(
        "Cut off every computer that is gone (Safety): only then does it read nothing that is written now."
    )
    tell.line("Everybody whose words were typed draws new ones (Safety, Coming back).")
    tell.line("Colleagues whose desks are left let this device in under Safety, with this card:")
    tell.line(back.card)
    tell.line(f"Its fingerprint, to be read to them by voice: {back.fingerprint}")
