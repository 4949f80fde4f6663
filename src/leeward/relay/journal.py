"""Checking the journal (`-wal`) that SQLite keeps beside a store: it drops what does not verify without a word.

After a kill the journal may hold confirmed items that are not yet in the file. SQLite reads it up to the first frame
whose checksum is wrong, so one changed byte could take back many commits in silence. This tells damage from an
ordinary end:

 1. The header's checksum holds.
 2. Frames follow that carry the header's two salts and continue its checksum; the first other frame ends the journal.
 3. If that frame, or any after it, still carries one of the two salts, it belonged to this journal: it is damaged,
    or was cut short.

Format: https://www.sqlite.org/fileformat2.html#walformat
"""

from __future__ import annotations

import struct
from pathlib import Path

from leeward.base.say import say
from leeward.relay.fault import Fault

_HEADER = 32
_FRAME_HEADER = 24
_MAGIC = 0x377F0682  # or one more, where checksums are big-endian


def check_journal(path: Path) -> list[Fault]:
    """Return what is damaged in the journal at `path`, which may be missing or in use."""
    faults: list[Fault] = []
    for _ in range(3):
        try:
            before = path.stat()
            raw = path.read_bytes()
            after = path.stat()
        except FileNotFoundError:
            return []
        faults = _faults(path, raw)
        if not faults or (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
            return faults
    return []  # it is being written at this moment: whoever writes it reads it too


def _faults(path: Path, raw: bytes) -> list[Fault]:
    if not raw:
        return []
    if len(raw) < _HEADER:
        return [
            Fault(f"{path}: bytes 0 to {len(raw) - 1}", say("The journal breaks off in its first bytes."))
        ]
    magic, _, page_size, _, salt_1, salt_2, sum_1, sum_2 = struct.unpack(">8I", raw[:_HEADER])
    order = ">" if magic & 1 else "<"
    running = _checksum(order, raw[:24], (0, 0))
    if magic & ~1 != _MAGIC or running != (sum_1, sum_2):  # 1
        return [
            Fault(
                f"{path}: bytes 0 to 31", say("The journal's first bytes are damaged: SQLite ignores it all.")
            )
        ]
    step = _FRAME_HEADER + page_size
    salts = (salt_1, salt_2)
    at = _HEADER
    while at + step <= len(raw):
        running = _checksum(order, raw[at : at + 8], running)
        running = _checksum(order, raw[at + _FRAME_HEADER : at + step], running)
        if struct.unpack_from(">4I", raw, at + 8) != (*salts, *running):  # 2
            break
        at += step
    for later in range(at, len(raw) - _FRAME_HEADER + 1, step):  # 3
        found = struct.unpack_from(">2I", raw, later + 8)
        if found[0] == salt_1 or found[1] == salt_2:
            what = say(
                "The journal is damaged here, or a write was cut short: SQLite drops what follows, {count} bytes.",
                count=len(raw) - at,
            )
            return [Fault(f"{path}: bytes {at} to {min(at + step, len(raw)) - 1}", what)]
    return []


def _checksum(order: str, raw: bytes, start: tuple[int, int]) -> tuple[int, int]:
    """Return SQLite's running checksum after these bytes (a multiple of 8)."""
    one, two = start
    words = struct.unpack(f"{order}{len(raw) // 4}I", raw)
    for at in range(0, len(words), 2):
        one = (one + words[at] + two) & 0xFFFFFFFF
        two = (two + words[at + 1] + one) & 0xFFFFFFFF
    return one, two
