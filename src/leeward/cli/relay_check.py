"""`leeward relay check`: whether a relay is set up so that its promises hold, in words, without changing anything."""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from leeward.cli import tell
from leeward.relay.deployment import Finding, Host, Level, check_folder, check_socket
from leeward.relay.deployment_answers import Answered, Ask, check_address, check_answers
from leeward.relay.deployment_host import check_host

EXAMPLES = """\
examples:
  leeward relay check /var/lib/leeward --address http://….onion
        as root on the server: folder, socket, answers, unit, logs, swap, clock, disk
  leeward relay check /var/lib/leeward --address http://….onion --proxy socks5h://127.0.0.1:9050
        the same, and what is answered at that address, through Tor
  leeward relay check /var/lib/leeward --quick --json
        without reading every row and file of the store; for a program to read

Ends with 0 if no promise is broken, with 1 if one is. It changes nothing, and asks nobody but this machine, the relay
and, if you name them, its address and proxy. A folder that is called “check” is written as ./check.
"""

_ASK_SECONDS = 60.0  # an onion service that was not visited lately takes its time
_MARKS = {Level.GOOD: "good ", Level.UNKNOWN: "?    ", Level.LOOK: "LOOK ", Level.WRONG: "WRONG"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument(
        "folder", type=Path, nargs="?", default=Path("/var/lib/leeward"), help="the relay's folder"
    )
    parser.add_argument(
        "--socket", type=Path, metavar="PATH", default=None, help="its unix socket (/run/leeward/relay.sock)"
    )
    parser.add_argument("--port", type=int, default=0, help="instead of a socket: its port of 127.0.0.1")
    parser.add_argument("--address", default="", metavar="URL", help="where people and desks reach it")
    parser.add_argument(
        "--proxy", default="", metavar="URL", help="ask at the address through this SOCKS proxy"
    )
    parser.add_argument(
        "--unit", default="leeward-relay", metavar="NAME", help="its systemd unit (leeward-relay)"
    )
    parser.add_argument("--no-page", action="store_true", help="it serves no intake page")
    parser.add_argument("--quick", action="store_true", help="do not read the whole store")
    parser.add_argument("--json", action="store_true", help="print the findings for a program")


def run(arguments: argparse.Namespace, host: Host | None = None) -> int:
    """Look at everything; return 1 if a promise is broken."""
    findings = list(look(arguments, host or Host()))
    wrong = sum(finding.level is Level.WRONG for finding in findings)
    if arguments.json:
        told = [
            {
                "code": one.code,
                "level": one.level.value,
                "what": one.what,
                "why": one.why,
                "mend": one.mend,
            }
            for one in findings
        ]
        tell.line(json.dumps({"sound": not wrong, "findings": told}, ensure_ascii=False))
        return 1 if wrong else 0
    for finding in sorted(findings, key=lambda one: list(_MARKS).index(one.level)):
        tell.line(f"{_MARKS[finding.level]}  {finding.what}")
        if finding.level is not Level.GOOD:
            for name, words in (("why", finding.why), ("mend", finding.mend)):
                if words:
                    tell.line(f"         {name}: {words}")
    looks = sum(finding.level is Level.LOOK for finding in findings)
    tell.line()
    if wrong:
        tell.line(f"{wrong} found wrong, {looks} to look at.")
        return 1
    tell.line(f"No promise is broken; {looks} to look at." if looks else "No promise is broken.")
    return 0


def look(arguments: argparse.Namespace, host: Host) -> Iterator[Finding]:
    """Yield everything that is found."""
    yield _version()
    yield from check_folder(arguments.folder, host)
    if not arguments.quick:
        yield from _store(arguments.folder)
    page = not arguments.no_page
    if arguments.port:
        place = f"http://127.0.0.1:{arguments.port}"
        yield from check_answers(_asking(place), place, page=page)
    else:
        socket = arguments.socket or Path("/run/leeward/relay.sock")
        yield from check_socket(socket)
        if socket.is_socket():
            yield from check_answers(_asking("http://relay", socket=socket), str(socket), page=page)
    yield from check_address(arguments.address)
    if arguments.address and arguments.proxy:
        yield from check_answers(
            _asking(arguments.address, proxy=arguments.proxy), arguments.address, page=page
        )
    yield from check_host(arguments.folder, arguments.unit, host)


def _version() -> Finding:
    try:
        ours = metadata.version("leeward")
    except metadata.PackageNotFoundError:
        ours = "from its source"
    return Finding("version", Level.GOOD, f"Leeward {ours} on Python {platform.python_version()}.")


def _store(folder: Path) -> Iterator[Finding]:
    from leeward.relay.check import check_store  # noqa: PLC0415 - the quick look need not load it

    if not (folder / "relay.sqlite").is_file():
        yield Finding(
            "store.sound",
            Level.UNKNOWN,
            f"There is no store of this kind in {folder}.",
            "A store over PostgreSQL and S3 is checked by their own tools.",
        )
        return
    progress = tell.Progress("Reading the store")
    faults = check_store(str(folder), progress.share)
    progress.end()
    if not faults:
        yield Finding(
            "store.sound", Level.GOOD, "The store opens, and every row and file in it is what was kept."
        )
    for fault in faults[:20]:
        yield Finding(
            "store.sound",
            Level.WRONG,
            str(fault),
            "Something that was confirmed may be lost or changed.",
            "Keep the folder as it is. See which desks hold the same: leeward verify VAULT --relay",
        )


def _asking(base: str, *, socket: Path | None = None, proxy: str = "") -> Ask:
    """Return how to ask for a path: of a socket, of a port, or through a proxy."""
    import httpx  # noqa: PLC0415 - `--help` should come at once

    def ask(path: str) -> Answered:
        transport = httpx.HTTPTransport(uds=str(socket) if socket is not None else None, proxy=proxy or None)
        try:
            with httpx.Client(
                base_url=base, transport=transport, timeout=_ASK_SECONDS, trust_env=False
            ) as client:
                got = client.get(path)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise OSError(str(error) or type(error).__name__) from error
        return Answered(
            got.status_code, {name.lower(): value for name, value in got.headers.items()}, got.content
        )

    return ask
