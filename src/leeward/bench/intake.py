"""How many reports a relay takes a second, each with 2 KB of text and an attachment of 100 KB, and a large upload.

The relay runs as `leeward relay` runs it, with its intake page; the load (bench/intake_load.py) is a process of its own
on the same processors, over a unix socket. Two paths are measured apart: *sealed* (the page sealed the report; the
relay keeps one turn) and *plain* (a form without script; the front seals in memory, then keeps the same turn). What the
page would do on the reporter's own device is done beforehand.

Limits, measured in the same run: for the rates, how many batches of that size this disk takes when 16 are synced at
once; for the upload, a plain copy of the same bytes with a sync at its end.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket as sockets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from leeward.base.ports import SystemChance
from leeward.bench.measure import cpu_seconds, synced_per_s
from leeward.bench.table import Figure
from leeward.office.cards import print_intake_card
from leeward.relay.open_store import open_store
from leeward.seal.envelope import seal
from leeward.seal.keys import Recipient, make_identity
from leeward.seal.kinds import Kind
from leeward.seal.signing import make_signing_key
from leeward.wire.turn import Look, Make, Post, Put, Turn, print_turn

AT_ONCE = 16
MANY = 64
TEXT = ("Four sentences that somebody typed on a borrowed phone. " * 40)[:2048]
ATTACHMENT = 100 * 1024
UPLOAD = 50 * 1024 * 1024
BOUNDARY = "----leewardbench"
RETURNING = 2000  # pairs of mailboxes with an answer in each, which are looked into in turn
_START_SECONDS = 30.0
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Team:
    """A team that nobody is in: its card, its intake box with its tokens, what seals to it."""

    card: str
    box: bytes
    read: bytes
    write: bytes
    recipient: Recipient


@dataclass(frozen=True, slots=True)
class Told:
    """What a load told, and the relay's processor time for each answer in milliseconds."""

    answers: int
    errors: int
    first_error: str
    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float


def run(*, quick: bool, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see Bench. `quick` takes about 30 s, the whole about 90 s."""
    seconds = 3.0 if quick else 10.0
    team = make_team()
    with tempfile.TemporaryDirectory(prefix="leeward-bench-") as name:
        folder = Path(name)
        rows = asyncio.run(prepare(folder / "store", team))
        (folder / "rows").write_bytes(rows)
        (folder / "card.json").write_text(team.card, encoding="utf-8")
        paths = specs(team, folder)
        with relay(folder) as (pid, address):
            load = Loads(pid, address, paths)
            load.run("sealed", AT_ONCE, 0.5)
            told: dict[str, Told] = {}
            for path in ("sealed", "plain", "return"):
                progress(f"{path}, {AT_ONCE} at once for {seconds:.0f} s")
                told[path] = load.run(path, AT_ONCE, seconds)
            progress(f"{MANY} at once")
            many = [load.run(path, MANY, seconds / 2) for path in ("sealed", "plain")]
            peak = _memory_mb(pid, "VmHWM")
        with relay(folder) as (pid, address):
            progress("one upload of 50 MB")
            uploads = [upload(pid, address) for _ in range(3)]
        progress("the disk alone")
        disk = synced_per_s(folder / "disk", ATTACHMENT + 40 * 1024, AT_ONCE, seconds / 4)
        copy = _copied_mb_per_s(folder)
    for one in (*told.values(), *many):
        if one.errors:
            progress(f"an error: {one.first_error}")
    sealed, plain, back = told["sealed"], told["plain"], told["return"]
    speed, growth = sorted(uploads)[len(uploads) // 2]
    return [
        Figure("sealed_per_s", "reports sealed by the page, 16 at once", sealed.per_s, "/s", 400, disk),
        Figure("sealed_p50_ms", "half of them answered within", sealed.p50_ms, "ms", more_is_better=False),
        Figure("sealed_p99_ms", "99 of 100 answered within", sealed.p99_ms, "ms", 250, more_is_better=False),
        Figure("plain_per_s", "reports without script, 16 at once", plain.per_s, "/s", 200, disk),
        Figure("plain_p50_ms", "half of them answered within", plain.p50_ms, "ms", more_is_better=False),
        Figure("plain_p99_ms", "99 of 100 answered within", plain.p99_ms, "ms", 250, more_is_better=False),
        Figure(
            "errors", "answers that were none, 16 at once", sealed.errors + plain.errors + back.errors, "",
            0, more_is_better=False,
        ),
        Figure(
            "errors_at_64", "the same, 64 at once", sum(one.errors for one in many), "", 0, more_is_better=False
        ),
        Figure("sealed_at_64_per_s", "reports sealed by the page, 64 at once", many[0].per_s, "/s"),
        Figure("sealed_at_64_p99_ms", "99 of 100", many[0].p99_ms, "ms", more_is_better=False),
        Figure("plain_at_64_per_s", "reports without script, 64 at once", many[1].per_s, "/s"),
        Figure("plain_at_64_p99_ms", "99 of 100", many[1].p99_ms, "ms", more_is_better=False),
        Figure(
            "server_cpu_ms", "the relay's processor time for each report (the dearer path)",
            max(sealed.cpu_ms, plain.cpu_ms), "ms", 5, more_is_better=False,
        ),
        Figure("sealed_cpu_ms", "the same, sealed by the page", sealed.cpu_ms, "ms", more_is_better=False),
        Figure("peak_mb", "the relay's peak memory in all this", peak, "MiB", 120, more_is_better=False),
        Figure("upload_mb_per_s", "one file of 50 MB without script, durable and sealed", speed, "MB/s", 150, copy),
        Figure("upload_growth_mb", "what the relay grew by meanwhile", growth, "MiB", 32, more_is_better=False),
        Figure("return_per_s", "visits to both mailboxes with an answer each, 16 at once", back.per_s, "/s", 500),
        Figure("return_p99_ms", "99 of 100", back.p99_ms, "ms", more_is_better=False),
    ]  # fmt: skip


def make_team(languages: tuple[str, ...] = ("ru", "en")) -> Team:
    """Return a team of this run."""
    chance = SystemChance()
    recipient = make_identity(chance).recipient()
    box, read, write = os.urandom(16), os.urandom(32), os.urandom(32)
    card = print_intake_card(
        make_signing_key(chance),
        recipient,
        team="Bench",
        languages=languages,
        box=box.hex(),
        write=write.hex(),
    )
    return Team(card, box, read, write, recipient)


async def prepare(folder: Path, team: Team, *, mailboxes: int = RETURNING) -> bytes:
    """Make the intake box and pairs of mailboxes with an answer each; return addresses and read tokens of each pair."""
    store = open_store(str(folder))
    await store.make_box(team.box, sha256(team.read).digest(), sha256(team.write).digest())
    answer = seal(Kind.REPLY, b'{"v":1,"id":"00","at":0,"text":"An answer."}', team.recipient)
    rows: list[bytes] = []

    async def make(_number: int) -> None:
        ways = sorted((os.urandom(16), os.urandom(32), os.urandom(32)) for _ in range(2))
        await store.take_turn(
            Turn(tuple(Make(box, sha256(read).digest(), sha256(write).digest()) for box, read, write in ways))
        )
        for box, _, write in ways:
            await store.append(box, write, os.urandom(16), answer)
        rows.append(b"".join(box + read for box, read, _ in ways))

    for start in range(0, mailboxes, 100):
        await asyncio.gather(*map(make, range(start, min(start + 100, mailboxes))))
    store.close()
    return b"".join(rows)


def specs(team: Team, folder: Path) -> dict[str, dict[str, Any]]:
    """Return the loads by path; `folder` holds the rows of `prepare`, and will hold the bodies."""
    return {
        "sealed": sealed_spec(team, folder),
        "plain": plain_spec(folder),
        "return": return_spec(team, folder),
    }


def sealed_spec(team: Team, folder: Path) -> dict[str, Any]:
    """Return the load of turns: a report of TEXT, a piece, and two mailboxes, at fresh addresses every time."""
    marks = [os.urandom(size) for size in (16, 16, 32, 16)]
    piece = seal(Kind.PIECE, os.urandom(ATTACHMENT), team.recipient)
    described = {
        "pieces": [{"blob": marks[2].hex(), "size": len(piece), "sha256": "0" * 64, "erase": "0" * 64}]
    }
    report = {
        "v": 1,
        "id": "0" * 32,
        "lang": "en",
        "text": TEXT,
        "files": [described],
        "ways": ["x" * 2200] * 2,
    }
    sealed = seal(Kind.REPORT, json.dumps(report).encode(), team.recipient)
    turn = Turn(
        makes=tuple(Make(mark, os.urandom(32), os.urandom(32)) for mark in marks[:2]),
        puts=(Put(marks[2], os.urandom(32), piece),),
        post=Post(team.box, team.write, marks[3], sealed),
    )
    return _spec(folder, "sealed", "POST /v1/turns", print_turn(turn), marks, "application/octet-stream")


def return_spec(team: Team, folder: Path) -> dict[str, Any]:
    """Return the load of visits: a turn that tells the team and looks into both mailboxes of somebody's words."""
    mark = os.urandom(16)
    looks = sorted((Look(os.urandom(16), os.urandom(32)) for _ in range(2)), key=lambda look: look.box)
    opened = seal(
        Kind.REPORT, json.dumps({"v": 1, "id": "0" * 32, "voice": "0" * 64}).encode(), team.recipient
    )
    body = print_turn(Turn(post=Post(team.box, team.write, mark, opened), looks=tuple(looks)))
    spec = _spec(folder, "return", "POST /v1/turns", body, [mark], "application/octet-stream")
    spec["rows"] = str(folder / "rows")
    spec["row_holes"] = [
        [body.index(part), len(part)] for look in looks for part in (look.box, look.read_token)
    ]
    return spec


def plain_spec(folder: Path) -> dict[str, Any]:
    """Return the load of forms without script."""
    body = form(TEXT, os.urandom(ATTACHMENT))
    spec = _spec(folder, "plain", "POST /plain/send", body, [], f"multipart/form-data; boundary={BOUNDARY}")
    spec["wanted"] = 'id="code"'
    return spec


def form(text: str, attachment: bytes) -> bytes:
    """Return the body of the form that a browser without script sends."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in (("lang", "en"), ("text", text))
    ]
    named = 'Content-Disposition: form-data; name="files"; filename="photo.jpg"\r\nContent-Type: image/jpeg'
    parts += [f"--{BOUNDARY}\r\n{named}\r\n\r\n".encode(), attachment, f"\r\n--{BOUNDARY}--\r\n".encode()]
    return b"".join(parts)


def _spec(folder: Path, name: str, line: str, body: bytes, marks: list[bytes], kind: str) -> dict[str, Any]:
    path = folder / f"{name}.body"
    path.write_bytes(body)
    return {
        "head": f"{line} HTTP/1.1\r\nHost: relay\r\nContent-Type: {kind}",
        "body": str(path),
        "holes": [[body.index(mark), len(mark)] for mark in marks],
        "rows": "",
        "row_holes": [],
        "wanted": "",
        "most": 1_000_000,
    }


@contextmanager
def relay(folder: Path) -> Iterator[tuple[int, Path]]:
    """Run `leeward relay` on a socket until the end of the block; its process id and the socket."""
    address = folder / "relay.sock"
    words = ["relay", str(folder / "store"), "--card", str(folder / "card.json"), "--socket", str(address)]
    words += ["--quota-mb", "1000000"]  # what is measured is the relay, not its defence
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-m", "leeward.cli.main", *words], stdout=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + _START_SECONDS
        while not address.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("the relay did not start")
            time.sleep(0.02)
        yield process.pid, address
    finally:
        process.terminate()
        process.wait(60)


class Loads:
    """Runs loads against one relay."""

    def __init__(self, pid: int, address: Path, specs: dict[str, dict[str, Any]]) -> None:
        self._pid = pid
        self._address = address
        self._specs = specs

    def run(self, path: str, connections: int, seconds: float) -> Told:
        """Send the requests of a path, so many at once."""
        spec = self._specs[path] | {
            "socket": str(self._address), "connections": connections, "seconds": seconds,
        }  # fmt: skip
        before = cpu_seconds(self._pid)
        done = subprocess.run(
            [sys.executable, "-m", "leeward.bench.intake_load"],
            input=json.dumps(spec).encode(), capture_output=True, check=True, timeout=seconds + 120,
        )  # fmt: skip
        told = json.loads(done.stdout)
        cpu = (cpu_seconds(self._pid) - before) / max(told["answers"], 1) * 1000
        return Told(
            told["answers"], told["errors"], told["first_error"],
            told["per_s"], told["p50_ms"], told["p99_ms"], cpu,
        )  # fmt: skip


def upload(pid: int, address: Path, *, size: int = UPLOAD) -> tuple[float, float]:
    """Send one file of 50 MB by the form without script; MB/s until the words came, and MiB of growth meanwhile."""
    body = form("A large file.", os.urandom(size))
    head = (
        f"POST /plain/send HTTP/1.1\r\nHost: relay\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode()
    _forget_peak(pid)
    before = _memory_mb(pid, "VmRSS")
    begun = time.perf_counter()
    with sockets.socket(sockets.AF_UNIX) as line:
        line.settimeout(120)
        line.connect(str(address))
        line.sendall(head)
        line.sendall(body)
        answer = b""
        while part := line.recv(65536):
            answer += part
    took = time.perf_counter() - begun
    if b'id="code"' not in answer:
        raise RuntimeError(f"the upload was not taken: {answer[:200]!r}")
    return size / 1e6 / took, _memory_mb(pid, "VmHWM") - before


def _memory_mb(pid: int, name: str) -> float:
    """Return a line of a process's status in MiB; 0 where the system has no /proc."""
    path = Path(f"/proc/{pid}/status")
    if not path.exists():
        return 0.0
    line = next(line for line in path.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


def _forget_peak(pid: int) -> None:
    """Begin the peak of a process's memory anew (Linux)."""
    path = Path(f"/proc/{pid}/clear_refs")
    if path.exists():
        path.write_text("5")


def _copied_mb_per_s(folder: Path) -> float:
    """Return how fast 50 MB in memory reach this disk for good."""
    data = os.urandom(UPLOAD)
    begun = time.perf_counter()
    with (folder / "copy").open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return UPLOAD / _MIB / (time.perf_counter() - begun)
