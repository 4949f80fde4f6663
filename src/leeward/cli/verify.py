"""`leeward verify`: every signature, chain and stored byte, of a vault, of a relay's folder, or of an export."""

from __future__ import annotations

import argparse
from pathlib import Path

from leeward.base.errors import LeewardError
from leeward.base.ports import SystemChance, SystemClock
from leeward.base.say import say
from leeward.cli import ask, tell
from leeward.cli.touch import Touching, touch

EXAMPLES = """\
examples:
  leeward verify my-vault
        asks for the passphrase; reads every page, signature, chain and sealed file
  leeward verify my-vault --relay
        fetches everything from the vault's relay too, and compares
  leeward verify /var/lib/leeward
        a relay's folder: every row and blob against its hashes; nothing can be opened, and nothing needs to be
  leeward verify my-export
        every file of an export against its signed manifest

Ends with 0 if all is sound, with 1 if something is not, and says where.
"""


class NothingToVerify(LeewardError):
    """The folder is none of the three."""

    code = "cli.nothing-to-verify"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("folder", type=Path, help="of a vault, of a relay, or of an export")
    parser.add_argument("--relay", action="store_true", help="compare the vault with its relay as well")
    ask.add_passphrase(parser)


def run(arguments: argparse.Namespace) -> int:
    """Find out what it is, and check it."""
    folder: Path = arguments.folder
    if (folder / "slots").is_dir():
        return _vault(arguments)
    if (folder / "manifest.json").is_file():
        return _export(folder)
    if (folder / "relay.sqlite").is_file():
        return _relay(folder)
    raise NothingToVerify(
        say("{folder} is no vault, no relay's folder and no export.", folder=folder),
        next_step=say("Give the folder that was named to leeward init, leeward relay or leeward export."),
    )


def _vault(arguments: argparse.Namespace) -> int:
    from leeward.office.verify import verify  # noqa: PLC0415 - the question should come at once
    from leeward.sync.client import RelayClient  # noqa: PLC0415

    passphrase = ask.passphrase(arguments, prompt="Passphrase")
    progress = tell.Progress("Verifying")
    relay = None
    touching = touch()
    if arguments.relay:
        url, proxy = _relay_of(arguments.folder, passphrase, touching)
        relay = RelayClient(url, proxy=proxy or None)
    report = verify(
        arguments.folder,
        passphrase,
        clock=SystemClock(),
        chance=SystemChance(),
        relay=relay,
        progress=progress.share,
        touch=touching,
    )
    progress.end()
    tell.line(
        f"Checked: {report.segments} signed segments with {report.entries} entries, {report.records} records, "
        f"{report.blobs} sealed files."
    )
    if report.relay_asked:
        tell.line(
            f"Fetched from the relay and compared: {report.relay_items} items, {report.relay_pieces} pieces."
        )
    return _verdict([f"{fault.where}: {fault.what}" for fault in report.faults])


def _relay_of(folder: Path, passphrase: str, touching: Touching) -> tuple[str, str]:
    from leeward.ledger.store.vault import Vault  # noqa: PLC0415
    from leeward.office.relay import relay_address  # noqa: PLC0415

    clock, chance = SystemClock(), SystemChance()
    with Vault.open(folder, passphrase, clock=clock, chance=chance, touch=touching) as vault:
        return relay_address(vault)


def _export(folder: Path) -> int:
    from leeward.office.restore import damage_of  # noqa: PLC0415

    return _verdict([f"{name}: missing, or not what was written" for name in damage_of(folder)])


def _relay(folder: Path) -> int:
    from leeward.relay.check import check_store  # noqa: PLC0415

    progress = tell.Progress("Verifying")
    faults = check_store(str(folder), progress.share)
    progress.end()
    return _verdict([str(fault) for fault in faults])


def _verdict(faults: list[str]) -> int:
    for fault in faults:
        tell.line(f"WRONG  {fault}")
    if faults:
        tell.line(
            f"{len(faults)} found wrong. Keep the folder as it is, and ask a colleague's desk for a second look."
        )
        return 1
    tell.line("All of it is sound.")
    return 0
