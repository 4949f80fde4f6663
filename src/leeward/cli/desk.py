"""`leeward desk`: one member's desk in the browser, until it is locked."""

from __future__ import annotations

import argparse
import contextlib
import errno
import threading
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

from leeward.base.errors import LeewardError
from leeward.base.ports import SystemChance, SystemClock
from leeward.base.say import say
from leeward.cli import ask, tell
from leeward.cli.children import add_hanging, end_with_parent
from leeward.cli.touch import touch

if TYPE_CHECKING:
    import socket

    from leeward.desk.serve import DeskServer
    from leeward.desk.state import DeskState
    from leeward.office.erasing_compact import Compactor
    from leeward.office.session import Session
    from leeward.office.sync import Syncer

EXAMPLES = """\
examples:
  leeward desk my-vault
        asks for the passphrase and opens the browser
  leeward desk my-vault --no-browser --port 8100 --passphrase-file -
        for scripts: the passphrase comes on standard input, the address is printed

The address works once, in one browser. Ctrl+L in the browser locks the desk: the keys leave this computer's memory.
"""


class PortInUse(LeewardError):
    """Something else listens there."""

    code = "cli.port-in-use"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("folder", type=Path, help="the vault's folder")
    parser.add_argument(
        "--port", type=int, default=0, help="the port on 127.0.0.1; by default a random free one"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address and open nothing")
    parser.add_argument(
        "--language", choices=("en", "ru"), default="", help="instead of the browser's language"
    )
    parser.add_argument(
        "--lock-after",
        type=int,
        default=0,
        choices=range(241),
        metavar="MINUTES",
        help="lock when nobody did anything for so long (to 240); 0, as usual, means what is set under Safety",
    )
    parser.add_argument(
        "--relay", default="", metavar="URL", help="from now on, work with the relay at this address"
    )
    parser.add_argument("--proxy", default="", metavar="URL", help="the SOCKS proxy to it, such as Tor's")
    ask.add_passphrase(parser)
    add_hanging(parser)


def run(arguments: argparse.Namespace) -> int:
    """Open the vault and serve until locked or stopped."""
    # A passphrase is in this list until the vault is open, and no name keeps it while the desk is served.
    passphrase = [ask.passphrase(arguments, prompt="Passphrase")]
    from leeward.desk.security import open_socket  # noqa: PLC0415 - the question should come at once
    from leeward.ledger.store.vault import Vault  # noqa: PLC0415
    from leeward.office.opened import tell_of_opening  # noqa: PLC0415
    from leeward.office.relay import set_relay  # noqa: PLC0415
    from leeward.office.session import Session  # noqa: PLC0415
    from leeward.office.travel import remove_remains  # noqa: PLC0415

    clock, chance = SystemClock(), SystemChance()
    try:
        listening = open_socket(arguments.port)
    except OSError as error:
        raise _no_port(arguments.port, error) from error
    with (
        listening,
        Vault.open(arguments.folder, passphrase.pop(), clock=clock, chance=chance, touch=touch()) as vault,
    ):
        session = Session(vault, clock=clock, chance=chance)
        if arguments.relay:
            set_relay(vault, arguments.relay, proxy=arguments.proxy)
        tell_of_opening(session)
        _serve(arguments, session, listening)
    remove_remains(vault)
    tell.line("The desk is closed and its keys are gone from memory.")
    return 0


def _serve(arguments: argparse.Namespace, session: Session, listening: socket.socket) -> None:
    from leeward.desk.app import make_desk  # noqa: PLC0415
    from leeward.desk.serve import DeskServer  # noqa: PLC0415
    from leeward.desk.watch import Watch  # noqa: PLC0415
    from leeward.office.backups import BackupKeeper  # noqa: PLC0415
    from leeward.office.beside import Keeping  # noqa: PLC0415
    from leeward.office.erasing_compact import owed_since  # noqa: PLC0415
    from leeward.office.hotline_page.keeper import Keeper  # noqa: PLC0415
    from leeward.office.relay import relay_of  # noqa: PLC0415
    from leeward.office.tending import Tending  # noqa: PLC0415

    syncer = _syncer(session)
    relay = relay_of(session) if syncer is not None else None
    keeper, keeping = Keeper(session, relay), Keeping(session, relay)
    backups = BackupKeeper(session)
    ending = threading.Event()
    if arguments.until_stdin_ends:
        end_with_parent(ending.set)
    desk = make_desk(
        session,
        syncer,
        port=listening.getsockname()[1],
        lock=ending.set,
        language=arguments.language,
        lock_after=arguments.lock_after,
    )

    def ready() -> None:
        address = desk.address()
        tell.line(f"Desk at {address}")
        if not arguments.no_browser:
            webbrowser.open(address)

    server = DeskServer(desk, ready)
    threading.Thread(target=_stop_when, args=(ending, server), name="lock", daemon=True).start()
    watch = Watch(desk.state)
    compactor = desk.state.compactor = _compactor(desk.state)
    if owed_since(session):
        tell.line("The vault is written anew, so that nothing stays of what was erased. A moment.")
    with contextlib.ExitStack() as running:  # stopped in the other order
        for one in (
            compactor,
            keeping,
            syncer,
            Tending(session),
            keeper,
            backups,
            desk.state.channels,
            watch,
        ):
            if one is not None:
                one.start()
                running.callback(one.stop)
        running.callback(desk.state.inviting.stop)
        running.callback(desk.state.importing.stop)
        server.run(sockets=[listening])


def _compactor(desk: DeskState) -> Compactor:
    """Return what writes the vault anew after an erasure while nobody is at this desk."""
    from leeward.office.erasing_compact import Compactor  # noqa: PLC0415
    from leeward.office.erasing_work import erase_without_relay  # noqa: PLC0415

    syncer, session = desk.syncer, desk.session
    return Compactor(
        session,
        idle=lambda: time.monotonic() - desk.person_at,
        hurried=lambda: desk.hurried,
        after=syncer.nudge if syncer is not None else lambda: erase_without_relay(session),
    )


def _stop_when(ending: threading.Event, server: DeskServer) -> None:
    ending.wait()
    server.stop()


def _syncer(session: Session) -> Syncer | None:
    """Return what keeps the vault in step; None if it was told of no relay yet, and the desk works alone."""
    from leeward.office.errors import NoRelayYet  # noqa: PLC0415
    from leeward.office.intake import take_in  # noqa: PLC0415
    from leeward.office.relay import relay_of  # noqa: PLC0415
    from leeward.office.sync import Syncer  # noqa: PLC0415

    try:
        return Syncer(session, relay_of(session), take_in=take_in)
    except NoRelayYet:
        return None


def _no_port(port: int, error: OSError) -> PortInUse:
    if error.errno == errno.EADDRINUSE:
        return PortInUse(
            say("Another program listens on port {port}.", port=port),
            kept=say("Your vault was not opened."),
            next_step=say("Close the other program, or leave out --port: a free one is drawn."),
        )
    return PortInUse(
        say("Port {port} cannot be used: {error}.", port=port, error=error.strerror or str(error)),
        kept=say("Your vault was not opened."),
        next_step=say("Choose a port from 1024 to 65535, or leave out --port."),
    )
