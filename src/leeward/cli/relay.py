"""`leeward relay`: the server that keeps sealed mail and serves the intake page."""

from __future__ import annotations

import argparse
import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.cli import tell
from leeward.cli.children import add_hanging, end_with_parent

if TYPE_CHECKING:
    from leeward.front.kept import KeptCard

EXAMPLES = """\
examples:
  leeward relay /srv/leeward --socket /run/leeward/relay.sock --card card.json
        behind a Tor onion service (docs: deploy/README.md)
  leeward relay here --port 8000 --card card.json
        on this computer, to try it out
  leeward relay here --port 8000
        the relay alone: no intake page is served
  leeward relay --front-of http://….onion --proxy socks5h://127.0.0.1:9050 --card card.json --port 8001
        the intake page alone, for a relay that runs elsewhere
  leeward relay check /srv/leeward --address http://….onion
        whether a server is set up so that a relay's promises hold (leeward relay check --help)

The card is what `leeward init` wrote for your team; it is public. The relay can open nothing that it keeps.
"""


_KEPT = {
    "unread": "reports and answers that nobody has fetched, and mailboxes that nobody looks into",
    "read": "reports and answers after they were first fetched",
    "blobs": "pieces of files that reporters sent",
}


class CardUnreadable(LeewardError):
    """The card file is missing or is no card."""

    code = "cli.card"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "folder",
        type=_place,
        nargs="?",
        help="where sealed things are kept, made if it is not there; or postgresql://… (docs: deploy/scale.md)",
    )
    what.add_argument(
        "--front-of", metavar="URL", help="keep nothing: serve the intake page for the relay at this address"
    )
    parser.add_argument(
        "--blobs",
        metavar="URL",
        help="keep pieces of files elsewhere: file:///a/folder or s3://bucket/prefix?endpoint=…&region=…",
    )
    parser.add_argument(
        "--proxy", metavar="URL", help="with --front-of: the SOCKS proxy to that relay, such as Tor's"
    )
    parser.add_argument(
        "--card", type=Path, metavar="FILE", help="the team's intake card; without it no page is served"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--socket", type=Path, metavar="PATH", help="listen on this unix socket (for a deployment)"
    )
    where.add_argument(
        "--port", type=int, default=0, help="listen on this port of 127.0.0.1; 0 draws a free one"
    )
    parser.add_argument(
        "--quota-mb",
        type=_positive,
        metavar="MB",
        default=1000,
        help="unread mail in an hour beyond which whoever writes is asked for a little work (1000)",
    )
    for kind, days in (("unread", 180), ("read", 30), ("blobs", 180)):
        parser.add_argument(
            f"--keep-{kind}",
            type=_positive,
            metavar="DAYS",
            default=days,
            help=f"{_KEPT[kind]}: erased after so many days ({days}); what is the team's own stays",
        )
    add_hanging(parser)


def _place(text: str) -> Path | str:
    """Return a folder, or the address of a server as it is."""
    return text if "://" in text else Path(text)


def _positive(text: str) -> int:
    """Return a whole number above 0; argparse makes a sentence of the error."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def run(arguments: argparse.Namespace) -> int:
    """Serve until a signal."""
    from leeward.front.app import make_front  # noqa: PLC0415 - `--help` need not load a server
    from leeward.front.card import check_card  # noqa: PLC0415
    from leeward.relay.app import make_app  # noqa: PLC0415
    from leeward.relay.front_door import FrontDoor  # noqa: PLC0415
    from leeward.relay.lanes import Lanes  # noqa: PLC0415
    from leeward.relay.open_store import open_store, work_secret  # noqa: PLC0415
    from leeward.relay.serve import serve  # noqa: PLC0415
    from leeward.relay.store import Keep  # noqa: PLC0415

    card = None if arguments.card is None else read_card(arguments.card)
    if arguments.front_of is not None:
        return _serve_front(arguments, card)
    if card is not None:
        check_card(card)  # before anything is made
    quota = arguments.quota_mb * 1_000_000
    store = open_store(str(arguments.folder), arguments.blobs)
    if arguments.until_stdin_ends:
        end_with_parent(lambda: signal.raise_signal(signal.SIGTERM))
    lanes = Lanes(store, quota, secret=work_secret(store))
    try:
        serve(
            make_app(
                store,
                None
                if card is None
                else make_front(card, FrontDoor(store, lanes), quota=quota, kept=kept_card(arguments)),
                lanes=lanes,
                keep=Keep(arguments.keep_unread, arguments.keep_read, arguments.keep_blobs),
            ),
            port=arguments.port,
            uds=arguments.socket,
            on_ready=lambda address: tell.line(f"Relay at {address}"),
        )
    finally:
        store.close()  # a store that was closed carries sums over every byte
    return 0


def _serve_front(arguments: argparse.Namespace, card: dict[str, object] | None) -> int:
    """Serve the intake page alone until a signal."""
    from leeward.front.app import make_front  # noqa: PLC0415
    from leeward.front.remote import RemoteRelay  # noqa: PLC0415
    from leeward.relay.serve import serve  # noqa: PLC0415

    if card is None:
        raise CardUnreadable(
            say("Without a card there is no intake page to serve."),
            kept=say("Nothing was started."),
            next_step=say("Add --card with the file that “leeward init” wrote."),
        )
    front = make_front(
        card, RemoteRelay(arguments.front_of, proxy=arguments.proxy), kept=kept_card(arguments)
    )
    if arguments.until_stdin_ends:
        end_with_parent(lambda: signal.raise_signal(signal.SIGTERM))
    serve(
        front,
        port=arguments.port,
        uds=arguments.socket,
        on_ready=lambda address: tell.line(f"Intake page at {address}"),
    )
    return 0


def kept_card(arguments: argparse.Namespace) -> KeptCard:
    """Return where the newest card is kept: in the relay's folder, or beside the card's file if there is none."""
    from leeward.front.kept import KeptCard  # noqa: PLC0415 - as above

    card: Path = arguments.card
    if isinstance(arguments.folder, Path):
        return KeptCard(arguments.folder / "page-card.json")
    beside = card.with_name(f"{card.name}.newest")
    if not os.access(card.parent, os.W_OK):
        tell.aside(
            f"The folder of {card} cannot be written to: after a restart the page begins with this card again. "
            "Put the card into a folder that this program may write to."
        )
    return KeptCard(beside)


def read_card(path: Path) -> dict[str, object]:
    """Return the card of a file; its signature is checked by the front."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CardUnreadable(
            say("The intake card {path} cannot be read: {error}.", path=path, error=error),
            kept=say("Nothing was started, and nothing in the folder was touched."),
            next_step=say("Copy the file again from a desk: Safety, “Intake page”."),
        ) from error
    if not isinstance(card, dict):
        raise CardUnreadable(
            say("{path} is not an intake card.", path=path), next_step=say("Give the file that a desk wrote.")
        )
    return card
