"""`leeward join`: bring this computer into a team, with a code that a member says over a call."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from leeward.base.errors import LeewardError
from leeward.base.ports import SystemChance, SystemClock
from leeward.cli import ask, tell
from leeward.cli.touch import touch

if TYPE_CHECKING:
    from leeward.office.joining import Held, Joining
    from leeward.office.session import Session
    from leeward.seal.codes import Code

EXAMPLES = """\
examples:
  leeward join my-vault --relay http://….onion --proxy socks5h://127.0.0.1:9050 --name Timur
        asks for a new passphrase, then for the code that your colleague says: six digits and three words
  leeward join my-vault --relay https://relay.example --back
        comes back from a journey (leeward travel): asks for your eight words, too
  leeward join my-vault --relay https://relay.example
        goes on with a vault whose first try failed; a further computer of yours joins in the same way

Your colleague opens Safety, “Invite somebody”, and stays on the call: both of you compare three words.
For scripts: the passphrase (--passphrase-file -), the code, and yes are lines of standard input.
"""

_WORDS = {
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


_YES = {"y", "yes", "д", "да"}


class NoCode(LeewardError):
    """Nobody typed a code."""

    code = "cli.no-code"


class NotTheSame(LeewardError):
    """The newcomer says that the two of them read different words."""

    code = "cli.not-the-same"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("folder", type=Path, help="the vault's folder; made if it does not exist")
    parser.add_argument("--relay", required=True, metavar="URL", help="the relay's address")
    parser.add_argument("--proxy", default="", metavar="URL", help="the SOCKS proxy to it, such as Tor's")
    parser.add_argument("--name", default="", help="what the team calls you; asked for if left out")
    parser.add_argument(
        "--back", action="store_true", help="you come back from a journey, with your eight words"
    )
    ask.add_passphrase(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the vault, meet, compare, and take the keys."""
    name = arguments.name or ("back" if arguments.back else "")  # who comes back has a name there
    name = name or (_line("What does the team call you? ") if sys.stdin.isatty() else "")
    if not name.strip():
        tell.aside("What does the team call you? Add --name.")
        return 2
    known = arguments.folder.exists() and any(arguments.folder.iterdir())
    passphrase = ask.passphrase(
        arguments, prompt="Passphrase" if known else "A new passphrase, for this computer", new=not known
    )
    from leeward.office.joining import Joining  # noqa: PLC0415 - the question should come at once
    from leeward.sync.client import RelayClient  # noqa: PLC0415

    session = _session(arguments.folder, passphrase, known=known, back=arguments.back)
    relay = RelayClient(arguments.relay, proxy=arguments.proxy or None)
    try:
        with session.vault:
            joining = Joining(
                session,
                relay,
                name=name.strip()[:100],
                address=arguments.relay,
                proxy=arguments.proxy,
            )
            tell.line("Asking the relay…")
            joining.prepare()
            return _join(joining, arguments.folder)
    finally:
        relay.close()


def _session(folder: Path, passphrase: str, *, known: bool, back: bool) -> Session:
    from leeward.ledger.store.vault import Vault  # noqa: PLC0415
    from leeward.office.session import Session  # noqa: PLC0415
    from leeward.office.team import prepare_to_join  # noqa: PLC0415

    clock, chance = SystemClock(), SystemChance()
    if known:
        vault = Vault.open(folder, passphrase, clock=clock, chance=chance, touch=touch())
        return Session(vault, clock=clock, chance=chance)
    if back:
        from leeward.office.travel_join import prepare_to_return  # noqa: PLC0415

        return prepare_to_return(folder, passphrase, _ask_words(), clock=clock, chance=chance)
    return prepare_to_join(folder, passphrase, clock=clock, chance=chance)


def _ask_words() -> Code:
    """Return the eight words of somebody who comes back, once they can be ones."""
    from leeward.office.travel_join import read_words  # noqa: PLC0415
    from leeward.seal.errors import CodeRefused  # noqa: PLC0415

    while True:
        try:
            return read_words(_line("Your eight words: "))
        except CodeRefused as trouble:
            tell.error(trouble)


def _join(joining: Joining, folder: Path) -> int:
    while True:
        try:
            words = joining.meet(_ask_code())
            tell.line()
            tell.line(f"    {'   '.join(words)}")
            tell.line()
            tell.line("Read these three words to your colleague. Are they the same on their screen?")
            _require_same()
            tell.line("Waiting for them to press “Yes”…")
            team = joining.wait_for_yes()
            break
        except NoCode:
            raise
        except LeewardError as trouble:
            tell.error(trouble)
    of_same = " as a further computer of the same person" if joining.is_own else ""
    tell.line(f"You are in the team “{team}”{of_same}. Fetching the keys…")
    progress = tell.Progress("Keys")
    try:
        held = joining.fetch(progress=progress.share)
    except LeewardError as trouble:
        progress.end()
        tell.error(trouble)
        tell.line(f"You are in all the same. The keys come once your desk is open: leeward desk {folder}")
        return 0
    progress.end()
    return _tell_held(held, folder)


def _require_same() -> None:
    """Go on only if the words are the same: otherwise whoever is between could take this computer into their team."""
    if _line("Type yes if they are, no if they are not: ").strip().casefold() not in _YES:
        raise NotTheSame(
            "The words are not the same: somebody may have put themselves between you.",
            kept="Nothing was joined.",
            next_step="Ask for a new code, by another way.",
        )


def _tell_held(held: Held, folder: Path) -> int:
    """Say what this computer can open now, all of it."""
    kinds = Counter(part.kind for part in held.parts)
    tell.line("This computer can open:")
    for kind, count in kinds.items():
        tell.line(f"  - {_words(kind, count)}")
    if held.extra:
        tell.aside(f"{len(held.extra)} of these were not in the list that was granted. Tell your colleague.")
    if held.missing:
        tell.line(f"Still on the way: {_list(Counter(part.kind for part in held.missing))}.")
        tell.line("It comes as soon as your colleague's computer is online, also while your desk is open.")
    else:
        tell.line("That is everything that was granted.")
    tell.line(f"Open your desk: leeward desk {folder}")
    return 0


def _list(kinds: Counter[str]) -> str:
    return ", ".join(_words(kind, count) for kind, count in kinds.items())


def _words(kind: str, count: int) -> str:
    word = _WORDS.get(kind, kind)
    return f"{word}: {count}" if kind in {"case", "address", "identity"} else word


def _ask_code() -> str:
    return _line("The code, as your colleague says it (six digits, three words): ")


def _line(prompt: str) -> str:
    """Return a line that somebody typed; NoCode at the end of the input."""
    try:
        return input(prompt if sys.stdin.isatty() else "")
    except EOFError:
        raise NoCode(
            "Nobody typed a code any more.",
            kept="This vault stays as it is.",
            next_step="Start the same command again when your colleague has a code for you.",
        ) from None
