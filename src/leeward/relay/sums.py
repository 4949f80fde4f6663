"""Sums of a store's file, so that every single byte at rest can be checked, also those that hold no row.

They are written when the store is closed properly and dropped when it is opened. `relay.sqlite.sums` is ASCII:
`leeward-relay-sums 1 SIZE`, the SHA-256 of each block of 64 KiB, and last the SHA-256 of the lines before.
A store that was killed has none; then rows and pages are checked by their own means (relay/check.py).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from leeward.base.say import say
from leeward.relay.fault import Fault

BLOCK = 64 * 1024
SIZE_MOST = 2 * 1024 * 1024 * 1024  # beyond this a stop would take too long; then there are no sums
_TITLE = "leeward-relay-sums 1"


def sums_path(path: Path) -> Path:
    """Return where the sums of a store's file lie."""
    return path.with_name(path.name + ".sums")


def journal_path(path: Path) -> Path:
    """Return where SQLite keeps the journal of a store's file."""
    return path.with_name(path.name + "-wal")


def has_journal(path: Path) -> bool:
    """Tell whether a process has the store open, or left it without closing: SQLite keeps a journal beside it then."""
    journal = journal_path(path)
    return journal.exists() and journal.stat().st_size > 0


def write_sums(path: Path) -> None:
    """Write the sums of a file that was just closed, unless somebody else has it open or it is very large."""
    if has_journal(path) or path.stat().st_size > SIZE_MOST:
        return
    text = "\n".join([f"{_TITLE} {path.stat().st_size}", *_blocks(path)]) + "\n"
    text += hashlib.sha256(text.encode("ascii")).hexdigest() + "\n"
    temporary = path.with_name(path.name + ".sums.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(sums_path(path))
    if has_journal(
        path
    ):  # somebody came while we counted: they drop the sums, but perhaps before we had written them
        drop_sums(path)


def drop_sums(path: Path) -> None:
    """Forget the sums of a file that is open from now on."""
    sums_path(path).unlink(missing_ok=True)


def check_sums(path: Path) -> list[Fault]:
    """Return which blocks are not what they were when the store was closed; nothing if there are no sums."""
    try:
        untrusted_text = sums_path(path).read_bytes()
    except FileNotFoundError:
        return []
    if has_journal(path):
        return []
    body, _, seal = untrusted_text[:-1].rpartition(b"\n")
    if hashlib.sha256(body + b"\n").hexdigest().encode("ascii") != seal or untrusted_text[-1:] != b"\n":
        return [
            Fault(str(sums_path(path)), say("The file of sums is damaged; the store is checked without it."))
        ]
    lines = body.decode("ascii").split("\n")
    faults = []
    size = int(lines[0].removeprefix(_TITLE))
    if size != path.stat().st_size:
        what = say("The file has another length than when it was closed, {size} bytes.", size=size)
        faults.append(Fault(str(path), what))
    for number, (now, then) in enumerate(zip(_blocks(path), lines[1:], strict=False)):
        if now != then:
            where = f"{path}: bytes {number * BLOCK} to {min((number + 1) * BLOCK, size) - 1}"
            faults.append(Fault(where, say("These bytes are not what they were when the store was closed.")))
    return faults


def _blocks(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield hashlib.sha256(block).hexdigest()
