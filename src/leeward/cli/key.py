"""`leeward key`: security keys as a second factor of opening a vault."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from leeward.base.ports import SystemChance, SystemClock
from leeward.cli import ask, tell
from leeward.cli.touch import Terminal, touch

if TYPE_CHECKING:
    from leeward.office.session import Session

EXAMPLES = """\
examples:
  leeward key my-vault --add blue
        enrolls the security key that is plugged in; from then on nothing here opens without it
  leeward key my-vault --add drawer
        a second one, kept elsewhere: either of them opens
  leeward key my-vault --remove blue
        blue opens nothing any more; the others need not be plugged in, but one of them opens the vault for this
  leeward key my-vault --list
        which there are

Never needed: a vault opens by its passphrase alone unless a key was enrolled. Lock the desk first.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("folder", type=Path, help="the vault's folder")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--add", metavar="NAME", help="enroll the key that is plugged in, under this name")
    what.add_argument("--remove", metavar="NAME", help="let the key of this name open the vault no more")
    what.add_argument("--list", action="store_true", help="say which keys are enrolled")
    parser.add_argument(
        "--without-a-way-back",
        action="store_true",
        help="enroll a first key although no colleague's device could let you in again",
    )
    ask.add_passphrase(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it."""
    from leeward.ledger.store.vault import Vault  # noqa: PLC0415 - the question should come at once
    from leeward.office import security_key  # noqa: PLC0415
    from leeward.office.session import Session  # noqa: PLC0415

    words = ask.passphrase(arguments, prompt="Passphrase")
    clock, chance = SystemClock(), SystemChance()
    with Vault.open(arguments.folder, words, clock=clock, chance=chance, touch=touch()) as vault:
        session = Session(vault, clock=clock, chance=chance)
        if arguments.add is not None:
            return _add(session, arguments.add, sure=arguments.without_a_way_back)
        if arguments.remove is not None:
            security_key.remove(session, arguments.remove)
            _removed(len(security_key.enrolled(session)))
            return 0
        for key in security_key.enrolled(session):
            day = dt.datetime.fromtimestamp(key.added_at / 1000, dt.UTC).date()
            tell.line(f"{key.name}  since {day}{'  with its PIN' if key.pin else ''}")
        if not security_key.enrolled(session):
            tell.line("No security key. The passphrase alone opens this vault.")
    return 0


def _add(session: Session, name: str, *, sure: bool) -> int:
    from leeward.office import security_key  # noqa: PLC0415

    first = not security_key.enrolled(session)
    ways = security_key.colleagues(session), security_key.can_recover(session)
    if first and not sure and not any(ways):
        tell.aside("Nothing was changed: no other device of the team could let you in again, and no words")
        tell.aside("outside this computer would bring the team back.")
        tell.aside(
            "If this key is lost, all that is here would be lost with it. Let a colleague join first, or agree"
        )
        tell.aside(
            "on recovery and print your words; or say --without-a-way-back, and enroll a second key at once."
        )
        return 3
    tell.aside("You will be asked to touch it twice.")
    security_key.add(session, name, Terminal())
    if first:
        tell.line(
            "Enrolled. From now on nothing in this folder opens without a security key, whichever passphrase"
        )
        tell.line("is given: whoever is forced, and has no key at hand, can open nothing at all.")
        tell.line("Copies and backups of this folder from before still open by the passphrase alone.")
        tell.line(
            f"If the key is lost: enroll a second one now (leeward key {session.vault.folder} --add NAME) and"
        )
        tell.line(_way_back(*ways))
    else:
        tell.line("Enrolled. Each of your security keys opens this vault, with the passphrase.")
    return 0


def _way_back(colleagues: int, recovers: bool) -> str:  # noqa: FBT001 - one caller, above
    """Return the end of the sentence that says what is left if every key is lost."""
    if colleagues and recovers:
        return (
            "keep it elsewhere. Without any key, a colleague can let you join anew, or enough members' words."
        )
    if colleagues:
        return "keep it elsewhere. Without any key, a colleague can let you join anew; no words would bring it back."
    if recovers:
        return "keep it elsewhere. Without any key, enough members' words bring it back; no colleague could."
    return "keep it elsewhere. Without any key, all that is here is lost."


def _removed(left: int) -> None:
    if left:
        tell.line("Removed. It opens this vault no more; copies of the folder from before it still opens.")
    else:
        tell.line("Removed. The passphrase alone opens this vault again.")
