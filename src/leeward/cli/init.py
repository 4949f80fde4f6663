"""`leeward init`: a new vault, for the founder of a team or for a device that joins one."""

from __future__ import annotations

import argparse
from pathlib import Path

from leeward.base.ports import SystemChance, SystemClock
from leeward.cli import ask, tell
from leeward.cli.touch import touch

EXAMPLES = """\
examples:
  leeward init my-vault --team "Harbour" --name Mila --role operator --relay http://….onion --proxy socks5h://127.0.0.1:9050
        founds a team; writes my-vault/card.json, which the relay serves in its intake page
  leeward init my-vault --team "Harbour" --name Mila --languages ru,en,ce
        the same, with an intake page in three languages, the first for whoever asks for none of them
  leeward init my-vault --join --name Timur --role coordinator
        prepares this device; writes device-card.json to hand to a member who is already there
  leeward init my-vault --welcome welcome.json --fingerprint "abcd efgh …"
        takes the answer: the fingerprint is the one the member read to you over a call

There is no way back into a vault whose passphrase is forgotten, except through a colleague. Use six words.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "folder", type=Path, help="the vault's folder; must not exist yet, save with --welcome"
    )
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument(
        "--team", metavar="NAME", help="found a team of this name (the name is shown on the intake page)"
    )
    way.add_argument("--join", action="store_true", help="prepare a device that is to join a team")
    way.add_argument(
        "--welcome", type=Path, metavar="FILE", help="take the welcome of a member who let this device in"
    )
    parser.add_argument("--name", default="", help="what the team calls you")
    parser.add_argument(
        "--role",
        default="operator",
        choices=("operator", "coordinator", "documenter", "advocate", "safety", "volunteer", "partner"),
        help="decides which keys you start with",
    )
    parser.add_argument("--relay", default="", metavar="URL", help="the relay's address")
    parser.add_argument("--proxy", default="", metavar="URL", help="the SOCKS proxy to it, such as Tor's")
    parser.add_argument(
        "--languages",
        type=_languages,
        default="ru,en",
        metavar="CODES",
        help="of the intake page, such as ru,en,ce",
    )
    parser.add_argument("--fingerprint", default="", help="with --welcome: what you were told over a call")
    parser.add_argument(
        "--beside",
        default="",
        metavar="FINGERPRINT",
        help="with --join: of another device of yours, which then lets this one in",
    )
    ask.add_passphrase(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make or join."""
    if arguments.welcome is not None:
        return _take_welcome(arguments)
    if not arguments.name:
        tell.aside("What does the team call you? Add --name.")
        return 2
    return _found(arguments) if arguments.team else _prepare(arguments)


def _found(arguments: argparse.Namespace) -> int:
    from leeward.office.errands import errands_circle  # noqa: PLC0415
    from leeward.office.team import found_team, team_of  # noqa: PLC0415

    passphrase = ask.passphrase(arguments, prompt="A new passphrase", new=True)
    session = found_team(
        arguments.folder,
        passphrase,
        team_name=arguments.team,
        member_name=arguments.name,
        role=arguments.role,
        clock=SystemClock(),
        chance=SystemChance(),
        languages=arguments.languages,
        relay=arguments.relay,
        proxy=arguments.proxy,
    )
    with session.vault:
        errands_circle(session)  # before anybody else is there, so that there is one
        team = team_of(session)
        card = arguments.folder / "card.json"
        card.write_text(team.card if team else "", encoding="utf-8")
        tell.line(
            f"The team “{arguments.team}” is founded. Your fingerprint: {spoken(session.vault.device.id)}"
        )
        tell.line(f"Give {card} to the relay: leeward relay FOLDER --card {card.name}")
        tell.line(f"Open your desk: leeward desk {arguments.folder}")
    _warn_of_drafts(arguments.languages)
    return 0


def _languages(text: str) -> tuple[str, ...]:
    """Return the languages named, each once; refuse those that the intake page has no sentences in."""
    from leeward.front.pages import known_languages  # noqa: PLC0415 - only this command needs it

    named = tuple(dict.fromkeys(one.strip().lower() for one in text.split(",") if one.strip()))
    known = known_languages()
    strange = [one for one in named if one not in known]
    if strange or not named:
        message = f"the page has no {', '.join(strange)}; it knows" if strange else "name at least one of"
        raise argparse.ArgumentTypeError(f"{message} {', '.join(known)}")
    return named


def _warn_of_drafts(languages: tuple[str, ...]) -> None:
    """Say which of the page's languages no native speaker has read yet."""
    from leeward.front.pages import load_texts  # noqa: PLC0415

    drafts = [one for one in languages if not load_texts("catalogue", one)["checked"]]
    if drafts:
        tell.aside(
            f"No native speaker has checked the page in: {', '.join(drafts)}."
            " Have somebody read it before you send anybody there."
        )


def _prepare(arguments: argparse.Namespace) -> int:
    from leeward.office.team import device_card, prepare_to_join  # noqa: PLC0415

    passphrase = ask.passphrase(arguments, prompt="A new passphrase", new=True)
    session = prepare_to_join(arguments.folder, passphrase, clock=SystemClock(), chance=SystemChance())
    with session.vault:
        card = arguments.folder / "device-card.json"
        made = device_card(session, name=arguments.name, role=arguments.role, beside=arguments.beside)
        card.write_text(made, encoding="utf-8")
        tell.line(f"This device's fingerprint: {spoken(session.vault.device.id)}")
        tell.line(
            f"Hand {card} to a member, and read them the fingerprint over a call (Safety, “Let a device in”)."
        )
        tell.line(f"Then: leeward init {arguments.folder} --welcome FILE --fingerprint “theirs”")
    return 0


def _take_welcome(arguments: argparse.Namespace) -> int:
    from leeward.ledger.store.vault import Vault  # noqa: PLC0415
    from leeward.office.session import Session  # noqa: PLC0415
    from leeward.office.team import join  # noqa: PLC0415

    if not arguments.fingerprint:
        tell.aside(
            "Add --fingerprint: what the member read to you over a call. Without it anybody could be welcoming you."
        )
        return 2
    passphrase = ask.passphrase(arguments, prompt="Passphrase")
    clock, chance = SystemClock(), SystemChance()
    with Vault.open(arguments.folder, passphrase, clock=clock, chance=chance, touch=touch()) as vault:
        team = join(
            Session(vault, clock=clock, chance=chance),
            arguments.welcome.read_text(encoding="utf-8"),
            fingerprint=arguments.fingerprint,
            relay=arguments.relay,
            proxy=arguments.proxy,
        )
    tell.line(f"Joined “{team}”. The keys come with the first sync: leeward desk {arguments.folder}")
    return 0


def spoken(fingerprint: str) -> str:
    """Return a fingerprint in groups of four, as it is read over a call."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))
