"""How many durable appends of 4 KB a relay takes a second, and how small it is when idle.

The relay (with its intake page, as `leeward relay` runs it), the one that stores nothing, and the load
(bench/relay_load.py) are processes of their own; the load comes over a unix socket, 32 requests at once. A rate is
the middle one of five equal parts of the time, since other programs disturb; the processor time of the relay for each
append hardly depends on them (where the system tells it: Linux).
Limits, measured in the same run:

- the same load against the same server with a store that keeps nothing: what HTTP itself allows;
- a file that is written and synced batch by batch: what the disk allows, with 32 appends to a sync.

The lower of the two is the limit shown.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from leeward.base.ports import SystemChance
from leeward.bench import desk
from leeward.bench.measure import cpu_seconds, synced_per_s
from leeward.bench.relay_load import ITEM_SIZE
from leeward.bench.table import Figure
from leeward.office.cards import print_intake_card
from leeward.relay.open_store import open_store
from leeward.seal.keys import make_identity
from leeward.seal.signing import make_signing_key

CONNECTIONS = 32
_START_SECONDS = 20.0

_STORING = """
import json, sys
from pathlib import Path
from leeward.front.app import make_front
from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import serve
store = open_store(sys.argv[1])
try:
    serve(make_app(store, make_front(json.loads(sys.argv[3]), store)), uds=Path(sys.argv[2]))
finally:
    store.close()
"""
_FORGETTING = """
import sys
from pathlib import Path
from leeward.relay.app import make_app
from leeward.relay.serve import serve
from leeward.relay.store import Appended
class Nothing:
    async def append(self, box, write_token, item, sealed):
        return Appended(1, made=True)
    def begin_append(self, box, write_token, item, sealed, then):
        then(Appended(1, made=True))
serve(make_app(Nothing()), uds=Path(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True)
class _Rate:
    answers: int
    per_s: float
    p50_ms: float
    p99_ms: float
    longest_ms: float


def run(*, quick: bool, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see Bench. `quick` takes about 15 s, the whole about 50 s."""
    seconds = 3.0 if quick else 12.0
    with tempfile.TemporaryDirectory(prefix="leeward-bench-") as name:
        folder = Path(name)
        box, token = os.urandom(16), os.urandom(32)
        asyncio.run(_make_box(folder / "store", box, token))
        progress("an idle relay")
        with _relay(_STORING, folder) as (process, socket):
            time.sleep(1)
            idle_mb = _resident_mb(process.pid)
            progress(f"appends for {seconds:.0f} s")
            _load(socket, box, token, 0.5)
            before = cpu_seconds(process.pid)
            appends = _load(socket, box, token, seconds)
            cpu_us = (cpu_seconds(process.pid) - before) / appends.answers * 1e6
        progress("the same without a store")
        with _relay(_FORGETTING, folder) as (_, socket):
            _load(socket, box, token, 0.5)
            http = _load(socket, box, token, seconds / 2)
        progress("the disk alone")
        disk = synced_per_s(folder / "disk", ITEM_SIZE, CONNECTIONS, seconds / 4)
    limit = min(http.per_s, disk)
    return [
        Figure("appends_per_s", "durable appends of 4 KB, 32 at once", appends.per_s, "/s", 6000, limit),
        Figure(
            "relay_mb",
            "memory of an idle relay with its intake page",
            idle_mb,
            "MB",
            60,
            more_is_better=False,
        ),
        Figure("append_p50_ms", "half of them answered within", appends.p50_ms, "ms", more_is_better=False),
        Figure("append_p99_ms", "99 of 100 answered within", appends.p99_ms, "ms", more_is_better=False),
        Figure(
            "append_longest_ms",
            "the slowest of them answered within",
            appends.longest_ms,
            "ms",
            more_is_better=False,
        ),
        Figure(
            "append_cpu_us", "the relay's processor time for each of them", cpu_us, "µs", more_is_better=False
        ),
        Figure("http_per_s", "the same requests, nothing stored", http.per_s, "/s"),
        Figure("disk_per_s", "4 KB written and synced, 32 to a sync", disk, "/s"),
        *desk.run(quick=quick, progress=progress),
    ]


async def _make_box(folder: Path, box: bytes, token: bytes) -> None:
    store = open_store(str(folder))
    await store.make_box(box, sha256(token).digest(), sha256(token).digest())
    store.close()


def _card() -> str:
    """Return the intake card of a team that nobody is in."""
    chance = SystemChance()
    recipient = make_identity(chance).recipient()
    return print_intake_card(
        make_signing_key(chance),
        recipient,
        team="Bench",
        languages=("ru", "en"),
        box="0" * 32,
        write="0" * 64,
    )


@contextmanager
def _relay(code: str, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Run a relay on a socket until the end of the block."""
    socket = folder / "relay.sock"
    command = [sys.executable, "-c", code, str(folder / "store"), str(socket), _card()]
    process = subprocess.Popen(command)  # noqa: S603 - our own interpreter and code
    try:
        end = time.monotonic() + _START_SECONDS
        while not socket.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the relay did not start")
            time.sleep(0.02)
        yield process, socket
    finally:
        process.terminate()
        process.wait(30)


def _load(socket: Path, box: bytes, token: bytes, seconds: float) -> _Rate:
    command = [sys.executable, "-m", "leeward.bench.relay_load", str(socket), box.hex(), token.hex()]
    command += [str(CONNECTIONS), str(seconds)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=seconds + 90)  # noqa: S603 - as above
    told = json.loads(done.stdout)
    return _Rate(told["answers"], told["per_s"], told["p50_ms"], told["p99_ms"], told["longest_ms"])


def _resident_mb(pid: int) -> float:
    """Return the resident memory of a process in MB of 1,000,000 bytes."""
    done = subprocess.run(  # noqa: S603 - a fixed command
        ["ps", "-o", "rss=", "-p", str(pid)],  # noqa: S607 - wherever the system keeps it
        capture_output=True,
        check=True,
        text=True,
    )
    return int(done.stdout) * 1024 / 1e6
