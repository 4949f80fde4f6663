"""Marker strings, how they may be written down, and where they are looked for: files, open files, memory.

Each mark of a run begins with the same letters drawn by chance, so a search for these finds all of them.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import struct
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from leeward.base.ports import SystemChance

_CHANCE = SystemChance()
_CHUNK = 16 * 1024 * 1024
_KERNELS = ("[vvar]", "[vsyscall]", "[vvar_vclock]")  # not a process's own
_LONGEST = 1024  # more than any spelling of what is looked for


class Marks:
    """The marks of one run."""

    def __init__(self) -> None:
        self.prefix = "Mk" + _letters(18)

    def new(self, what: str) -> str:
        """Return a mark unlike every other: letters, digits and dashes only."""
        return f"{self.prefix}-{what}-{_letters(12)}"


def _letters(count: int) -> str:
    return "".join(chr(97 + byte % 26) for byte in _CHANCE.draw(count))


def spellings(text: str) -> set[bytes]:
    """Return how a text looks in UTF-8 and 16, base64 wherever it begins, hex, and as addresses and JSON write it."""
    raw = text.encode()
    forms = {
        raw,
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        raw.hex().encode(),
        raw.hex().upper().encode(),
    }
    for before in range(3):
        coded = base64.b64encode(bytes(before) + raw)
        inside = coded[(0, 2, 3)[before] : -4]  # what neither the bytes before nor those after can change
        forms |= {inside, inside.replace(b"+", b"-").replace(b"/", b"_")}
    forms |= {"".join(f"%{byte:{form}}" for byte in raw).encode() for form in ("02x", "02X")}
    quoted = urllib.parse.quote(text, safe="")
    forms |= {quoted.encode(), quoted.lower().encode(), urllib.parse.quote_plus(text).encode()}
    return forms | {json.dumps(text)[1:-1].encode()}


@dataclass(frozen=True)
class Search:
    """Finds any spelling of some texts."""

    forms: frozenset[bytes]

    def hits(self, content: bytes) -> list[bytes]:
        """Return the first hit of each spelling with the bytes around."""
        places = (content.find(form) for form in self.forms)
        return [content[max(0, at - 60) : at + 120] for at in places if at >= 0]


def search_for(*texts: str) -> Search:
    """Return what finds any spelling of any of these texts."""
    return Search(frozenset(form for text in texts for form in spellings(text)))


def in_files(paths: Iterable[Path], search: Search) -> list[tuple[str, bytes]]:
    """Return which of these files hold it, with the bytes around; what Mozilla packed is unpacked first."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            content = path.read_bytes()
            found += [(str(path), hit) for form in (content, *unpacked(content)) for hit in search.hits(form)]
    return found


def files_below(*folders: Path) -> Iterator[Path]:
    """Return every file below these folders."""
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())


def open_files(pid: int) -> Iterator[Path]:
    """Return whatever files a process holds open, also those whose names are gone."""
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            if handle.is_file():
                yield handle


def in_memory(pids: Iterable[int], search: Search) -> list[tuple[str, bytes]]:
    """Return what is found in the memory of processes, in every mapping that can be read, with the bytes around.

    What several of them share, or have as it is on the disk, is read once.
    """
    found = []
    seen = set()
    for pid in pids:
        maps = Path(f"/proc/{pid}/maps").read_text()
        with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
            for line in maps.splitlines():
                span, rights, offset, device, inode = line.split()[:5]
                start, end = (int(one, 16) for one in span.split("-"))
                common = (device, inode, offset, end - start)
                if not rights.startswith("r") or line.endswith(_KERNELS) or common in seen:
                    continue
                if inode != "0" and ("s" in rights or "w" not in rights):
                    seen.add(common)
                for content in _chunks(memory, start, end):
                    found += [(line, hit) for hit in search.hits(content)]
    return found


def _chunks(memory: io.FileIO, start: int, end: int) -> Iterator[bytes]:
    """Return a mapping in chunks, each with the end of the one before; what has gone meanwhile is left out."""
    tail = b""
    with contextlib.suppress(OSError):
        memory.seek(start)
        while start < end and (content := memory.read(min(_CHUNK, end - start))):
            yield tail + content
            tail = content[-_LONGEST:]
            start += len(content)


def unpacked(content: bytes) -> Iterator[bytes]:
    """Return what a file of Mozilla's LZ4 holds; nothing for any other file."""
    if content.startswith(b"mozLz40\0"):
        yield _unpack_lz4(content[12:], struct.unpack_from("<I", content, 8)[0])


def _unpack_lz4(packed: bytes, size: int) -> bytes:
    """One LZ4 block: runs of literal bytes, and copies of what came before."""
    out = bytearray()
    at = 0

    def length(begun: int, at: int) -> tuple[int, int]:
        while begun >= 15 and (more := packed[at]) is not None:
            begun, at = begun + more, at + 1
            if more < 255:
                break
        return begun, at

    while at < len(packed):
        token = packed[at]
        literals, at = length(token >> 4, at + 1)
        out += packed[at : at + literals]
        at += literals
        if at >= len(packed):
            break
        back = packed[at] | packed[at + 1] << 8
        copied, at = length(token & 15, at + 2)
        for _ in range(copied + 4):
            out.append(out[-back])
    assert len(out) == size
    return bytes(out)
