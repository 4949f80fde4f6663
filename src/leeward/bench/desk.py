"""How much memory a desk with the practice operation takes, and how soon `leeward --help` answers.

The desk is a process of its own, as `leeward desk` starts it, its vault behind a passphrase of full strength; it is
measured after each of the ten places was opened. The peak includes the passphrase's hashing (256 MiB for a second).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from leeward.bench.table import Figure
from leeward.practice.team import PracticeTeam
from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.sync.client import RelayClient

PLACES = ("", "inbox", "people", "places", "journeys", "record", "figures", "appeals", "release", "safety")
_PASSPHRASE = "a bench under the lime trees"  # noqa: S105 - of a vault that lives for a minute
_ROLES = ("operator", "coordinator", "documenter")
_LEEWARD = [sys.executable, "-m", "leeward.cli.main"]
_TRIES = 7
_PEOPLE = 40  # of the practice operation


def run(*, quick: bool, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see Bench. `quick` opens each place once, the whole ten times."""
    with tempfile.TemporaryDirectory(prefix="leeward-bench-") as name:
        folder = Path(name)
        progress("making the practice operation")
        _make(folder)
        progress("opening every place of a desk")
        with (
            _desk(folder / "coordinator") as (process, address),
            httpx.Client(follow_redirects=True) as browser,
        ):
            browser.get(address).raise_for_status()
            times = []
            for _round in range(1 if quick else 10):
                for place in PLACES:
                    begun = time.perf_counter()
                    browser.get(httpx.URL(address).join(f"/{place}")).raise_for_status()
                    times.append(time.perf_counter() - begun)
            now_mb, peak_mb = _memory_mb(process.pid)
    progress("asking for help")
    slowest = max(times) * 1000
    return [
        Figure(
            "desk_mb", "memory of a desk with the practice operation", now_mb, "MB", 200, more_is_better=False
        ),
        Figure(
            "desk_peak_mb", "its peak, while the passphrase was hashed", peak_mb, "MB", more_is_better=False
        ),
        Figure("desk_page_ms", "slowest of its pages", slowest, "ms", more_is_better=False),
        Figure("help_s", "leeward --help", _help_s(), "s", 0.3, _python_s(), more_is_better=False),
    ]


def _make(folder: Path) -> None:
    store = open_store(str(folder / "relay"))
    with (
        Serving(make_app(store)) as serving,
        PracticeTeam(folder, dict.fromkeys(_ROLES, _PASSPHRASE)) as team,
    ):
        relay = RelayClient(serving.address)
        team.play(relay, seed=2017, people=_PEOPLE, language="en", progress=lambda _done, _of: None)
        relay.close()
    store.close()


@contextmanager
def _desk(vault: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [*_LEEWARD, "desk", str(vault), "--no-browser", "--passphrase-file", "-"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    try:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a child without pipes")
        process.stdin.write(_PASSPHRASE + "\n")
        process.stdin.flush()
        yield process, process.stdout.readline().split(" at ", 1)[1].strip()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _memory_mb(pid: int) -> tuple[float, float]:
    """Return resident memory now and at its peak, in MB of 1,000,000 bytes (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    told = {line.split(":")[0]: line.split() for line in lines}
    return int(told["VmRSS"][1]) * 1024 / 1e6, int(told["VmHWM"][1]) * 1024 / 1e6


def _help_s() -> float:
    return min(_seconds([*_LEEWARD, "--help"]) for _ in range(_TRIES))


def _python_s() -> float:
    return min(_seconds([sys.executable, "-c", ""]) for _ in range(_TRIES))


def _seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - ours
    return time.perf_counter() - begun
