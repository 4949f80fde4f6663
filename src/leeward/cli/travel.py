"""`leeward travel`: empty this computer before a journey; a colleague lets its owner in again afterwards."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from leeward.base.errors import LeewardError
from leeward.base.ports import SystemChance, SystemClock
from leeward.cli import ask, tell
from leeward.cli.touch import touch

if TYPE_CHECKING:
    from leeward.office.session import Session
    from leeward.office.travel import Departure

EXAMPLES = """\
examples:
  leeward travel my-vault --until 2017-05-02
        says what would be gone, shows eight words to be remembered, and empties the folder once they are typed
  leeward travel my-vault --stay
        calls off what was begun

Coming back: leeward join my-vault --relay URL --back, while a colleague opens Safety, “Invite somebody”, and
chooses your name. Before a border also look through: exports, backups, downloads, and the program itself.
For scripts: the passphrase (--passphrase-file -), then the eight words are lines of standard input.
"""
_KINDS = {
    "team": "the team itself",
    "intake": "the hotline",
    "beds": "beds",
    "record": "the record",
    "case": "people",
    "errands": "errands",
    "reception": "what partners send",
    "address": "addresses",
    "identity": "legal identities",
}
_CLEAR = "\033[2J\033[3J\033[H"  # the words are not to stay in the window


class NobodyTyped(LeewardError):
    """The words were not typed."""

    code = "cli.nobody-typed"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("folder", type=Path, help="the vault's folder")
    parser.add_argument(
        "--until", type=dt.date.fromisoformat, metavar="DATE", help="when you expect to be back"
    )
    parser.add_argument("--stay", action="store_true", help="call off a departure that was begun")
    parser.add_argument("--language", choices=("en", "ru"), default="en", help="of the eight words")
    ask.add_passphrase(parser)


def run(arguments: argparse.Namespace) -> int:
    """Leave."""
    from leeward.office import travel  # noqa: PLC0415 - the question should come at once

    if travel.is_half_gone(arguments.folder):
        return _tell_gone(travel.remove(arguments.folder))
    passphrase = ask.passphrase(arguments, prompt="Passphrase")
    from leeward.ledger.store.vault import Vault  # noqa: PLC0415
    from leeward.office.session import Session  # noqa: PLC0415

    clock, chance = SystemClock(), SystemChance()
    with Vault.open(arguments.folder, passphrase, clock=clock, chance=chance, touch=touch()) as vault:
        session = Session(vault, clock=clock, chance=chance)
        if arguments.stay:
            travel.stay(session)
            tell.line(
                "Called off. If colleagues see this computer as cut off, one of them brings it back (Safety)."
            )
            return 0
        _leave(arguments, session)
    return _tell_gone(travel.remove(arguments.folder))


def _leave(arguments: argparse.Namespace, session: Session) -> None:
    from leeward.office import travel  # noqa: PLC0415
    from leeward.office.relay import relay_of  # noqa: PLC0415

    relay = relay_of(session)
    tell.line("Asking the relay…")
    travel.send_all(session, relay)
    _tell_departure(travel.look(session))
    travel.check(session)
    words = travel.words(session).words(arguments.language)
    tell.line("Your eight words. They open nothing; with them, a colleague lets you in as yourself:")
    tell.line()
    tell.line(f"    {' '.join(words[:4])}")
    tell.line(f"    {' '.join(words[4:])}")
    tell.line()
    tell.line(
        "Remember them; write them nowhere. If you are ever forced to come back, exchange the last two."
    )
    tell.line("When you know them, type all eight: the vault on this computer is then gone. Ctrl+C stops.")
    if sys.stdin.isatty():
        input("Press Enter to hide them… ")
        tell.line(_CLEAR)
    until = arguments.until and int(dt.datetime.combine(arguments.until, dt.time(23, 59)).timestamp() * 1000)
    travel.leave(session, partial(travel.send_all, session, relay), _typed(), until=until or 0)


def _typed() -> str:
    try:
        return input("The eight words: " if sys.stdin.isatty() else "")
    except EOFError:
        raise NobodyTyped(
            "Nobody typed the words.",
            kept="Nothing was removed; the vault is as it was.",
            next_step="Start the same command again: it shows the same words.",
        ) from None


def _tell_departure(found: Departure) -> None:
    loss = found.loss
    tell.line(
        f"Gone from this computer: {loss.records} records in {loss.circles} parts, {loss.files} pieces of files,"
    )
    tell.line(
        "and what is set up on this computer alone, such as a mailbox. All of it is on the relay, sealed."
    )
    names = {one.id: one.name for one in found.colleagues}
    tell.line(f"Who can let you in again: {', '.join(names.values()) or 'nobody'}")
    for kind, count in Counter(part.kind for part in found.parts).items():
        able = [part.givers for part in found.parts if part.kind == kind]
        who = sorted({names.get(one, "your other computer") for givers in able for one in givers})
        tell.line(f"  - {_KINDS.get(kind, kind)} ({count}): {', '.join(who) or 'nobody'}")
    for part in found.alone:
        tell.aside(f"Nobody else holds: {part.about or _KINDS.get(part.kind, part.kind)}")


def _tell_gone(left: tuple[str, ...]) -> int:
    tell.line("Gone. Nothing of the vault is on this computer any more; only the program is.")
    if left:
        tell.aside(f"Not the vault's, so it was left in the folder: {', '.join(left)}")
    tell.line(
        "Also look through exports, backups and downloads, and switch the computer off: memory is not washed."
    )
    return 0
