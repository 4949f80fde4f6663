"""`leeward`: which command, and its help. Each command's module is loaded only when it is asked for."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from leeward.base.errors import LeewardError
from leeward.cli import tell
from leeward.cli.guard import keep_memory_private


class Command(Protocol):
    """What each command's module offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's arguments and its examples."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit code."""
        ...


class Entry(NamedTuple):
    """A line of the overview."""

    name: str
    sentence: str


COMMANDS = (
    Entry("demo", "see the whole of it with invented people: a relay, its intake page and three desks"),
    Entry("init", "make a vault on this computer: found a team, or join one"),
    Entry("join", "bring this computer into a team, with a code that a member says over a call"),
    Entry("desk", "open your desk in the browser"),
    Entry("passphrase", "give a vault another passphrase, and destroy the old one's key slot"),
    Entry("travel", "empty this computer before a journey; a colleague lets you in again afterwards"),
    Entry("key", "let a security key be needed beside the passphrase, or no more"),
    Entry("burn", "destroy a vault's key, so that nobody can open it any more"),
    Entry("relay", "run the server that keeps sealed mail and serves the intake page"),
    Entry("verify", "check every signature, chain and stored byte of a vault or of a relay's folder"),
    Entry("form", "check whose an offline form is, and that no byte of it was changed"),
    Entry("export", "write a folder that opens without Leeward, with the stock age tool"),
    Entry("restore", "make a vault from such a folder"),
    Entry("recover", "come back from nothing, with the words of enough members"),
    Entry("compare", "rehearse a backup: make a vault from it for a moment, and compare record by record"),
    Entry("plan", "find the safest order: who sleeps where each night, who leaves by which way on which day"),
    Entry("bench", "measure what we call fast, beside what this computer could do at best"),
)

DESCRIPTION = """\
Leeward: a response desk for people in danger.

New here?            leeward demo
Found a team:        leeward init my-vault --team "Harbour" --name Mila --relay https://…
Open your desk:      leeward desk my-vault
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code (0 done, 1 found something wrong, 2 asked wrongly, 3 cannot go on)."""
    keep_memory_private()
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:2] == ["relay", "check"]:
        return _check_relay(words[2:])
    parser = argparse.ArgumentParser(
        prog="leeward", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    asked = next((word for word in words if not word.startswith("-")), None)
    module: Command | None = None
    for entry in COMMANDS:
        sub = commands.add_parser(
            entry.name,
            help=entry.sentence,
            description=entry.sentence[0].upper() + entry.sentence[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if entry.name == asked:
            module = importlib.import_module(f"leeward.cli.{entry.name}")
            module.configure(sub)
    arguments = parser.parse_args(words)
    if module is None:
        parser.print_help()
        return 0 if not words else 2
    return _run(module, arguments)


def _check_relay(words: Sequence[str]) -> int:
    """Run the one command of two words."""
    module: Command = importlib.import_module("leeward.cli.relay_check")
    parser = argparse.ArgumentParser(
        prog="leeward relay check",
        description="Look at a relay's machine: whether it is set up so that its promises hold.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.configure(parser)
    return _run(module, parser.parse_args(words))


def _run(module: Command, arguments: argparse.Namespace) -> int:
    try:
        return module.run(arguments)
    except LeewardError as error:
        tell.error(error)
        return 3
    except KeyboardInterrupt:
        tell.line("Stopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
