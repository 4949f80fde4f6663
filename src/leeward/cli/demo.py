"""`leeward demo`: the whole of it with invented people, on this computer only.

A relay with its intake page and three desks, each a process of its own, as in earnest. Everything lies in one
folder, which is gone afterwards unless it was named.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import signal
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path

from leeward.cli import tell
from leeward.cli.children import Child

EXAMPLES = """\
examples:
  leeward demo
        opens the operator's desk in the browser; Ctrl+C ends everything and leaves nothing behind
  leeward demo --no-browser --port 8000
        intake page on 8000, desks on 8001, 8002 and 8003
  leeward demo --folder my-demo
        keeps everything in my-demo, and goes on from there the next time
"""
PASSPHRASES = {
    "operator": "operator under the lamp at night",
    "coordinator": "coordinator with forty small keys",
    "documenter": "documenter who writes it all down",
}
WORK_FACTOR = 15  # of the practice vaults' passphrases, which are printed anyway; a real vault uses 18


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.epilog = EXAMPLES
    parser.add_argument("--no-browser", action="store_true", help="print the addresses and open nothing")
    parser.add_argument(
        "--port", type=int, default=0, help="of the intake page; the desks take the next three"
    )
    parser.add_argument("--folder", type=Path, help="keep everything there instead of leaving nothing behind")
    parser.add_argument(
        "--language", choices=("en", "ru"), default="", help="of the desks, instead of the browser's"
    )
    parser.add_argument("--people", type=int, default=40, help="how many invented people are in hiding")
    parser.add_argument("--seed", type=int, default=2017, help="another seed makes other people")
    parser.add_argument("--empty", action="store_true", help="three desks of a team on its first day")


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl+C or SIGTERM."""
    ending = threading.Event()
    for stopping in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stopping, lambda *_: ending.set())
    with _folder(arguments.folder) as folder, contextlib.ExitStack() as stack:
        page = _relay(stack, folder, arguments)
        desks = {}
        for number, (role, passphrase) in enumerate(PASSPHRASES.items(), start=1):
            port = arguments.port + number if arguments.port else 0
            words = ["desk", str(folder / role), "--no-browser", "--port", str(port), "--relay", page,
                     "--passphrase-file", "-", "--until-stdin-ends", "--lock-after", "240"]  # fmt: skip
            words += ["--language", arguments.language] if arguments.language else []
            desks[role] = _start(stack, words, first_line=passphrase)
        addresses = {role: child.address() for role, child in desks.items()}
        shown = "  |  ".join(f"{role} {addresses[role]} ({PASSPHRASES[role]})" for role in PASSPHRASES)
        tell.line(f"Intake page {page}/  |  {shown}")
        tell.aside("Everybody in it is invented. Ctrl+C ends it.")
        if not arguments.no_browser:
            webbrowser.open(addresses["operator"])
        ending.wait()
        for child in desks.values():
            child.let_go()  # all at once; then each is waited for
    return 0


def _relay(stack: contextlib.ExitStack, folder: Path, arguments: argparse.Namespace) -> str:
    """Start the relay, made and filled first if this folder is new; return its address."""
    words = ["relay", str(folder / "relay"), "--card", str(folder / "card.json"), "--port", str(arguments.port),
             "--until-stdin-ends"]  # fmt: skip
    if (folder / "ready").exists():
        return _start(stack, words).address()
    from leeward.practice.team import PracticeTeam  # noqa: PLC0415 - the ledger and its crypto, only when needed
    from leeward.sync.client import RelayClient  # noqa: PLC0415

    progress = tell.Progress("Making the practice operation")
    with PracticeTeam(folder, PASSPHRASES, work_factor=WORK_FACTOR) as team:
        (folder / "card.json").write_text(json.dumps(team.card()), encoding="utf-8")
        page = _start(stack, words).address()
        relay = RelayClient(page)
        if arguments.empty:
            team.sync(relay)
        else:
            language = arguments.language or "en"
            team.play(
                relay,
                seed=arguments.seed,
                people=arguments.people,
                language=language,
                progress=progress.share,
            )
        relay.close()
    progress.end()
    (folder / "ready").write_text("The practice operation is complete.\n", encoding="utf-8")
    return page


def _start(stack: contextlib.ExitStack, words: list[str], *, first_line: str = "") -> Child:
    child = Child(words, first_line=first_line)
    stack.callback(child.stop)
    return child


@contextlib.contextmanager
def _folder(named: Path | None) -> Iterator[Path]:
    if named is not None:
        named.mkdir(parents=True, exist_ok=True)
        yield named
        return
    folder = Path(tempfile.mkdtemp(prefix="leeward-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
