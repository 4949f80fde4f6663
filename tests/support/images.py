"""Looking through raw images (files, open files, memory) for marks and keys, however they are packed.

Where something is packed, its beginnings are looked for anywhere: streams of zlib and gzip, and members of zip files,
one inside another. What an LZ77 coder without a second step wrote (Snappy, LZ4: LevelDB, Mozilla) holds drawn letters
as they are. Brotli has no beginning that could be looked for: nothing of ours sends it.
"""

from __future__ import annotations

import array
import base64
import contextlib
import io
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.support.marks import _KERNELS, Marks, _chunks, spellings

_BEGINNINGS = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|PK\x03\x04")
CODED, STEM, TORN = "coded", "stem", "torn"
"""Names of a mark that cannot be read where it lies, of the letters that all have in common, of what is left of one."""
_HEX = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_DEEP = 3  # a stream in a member of a zip file in a stream
_MOST = 8 << 20  # bytes taken out of one stream
_PAGE = _BLOCK = 4096


def layers(content: bytes, depth: int = _DEEP) -> Iterator[bytes]:
    """Yield some bytes, and all that was packed anywhere in them."""
    yield content
    if not depth:
        return
    for begin in _BEGINNINGS.finditer(content):
        inner = (
            _member(content, begin.start()) if begin[0] == b"PK\3\4" else _stream(content[begin.start() :])
        )
        if len(inner) > 8:
            yield from layers(inner, depth - 1)


def _stream(packed: bytes, wbits: int = 47) -> bytes:
    """Return what a stream begins with, also if it was cut off or is not one from some place on."""
    taking, out = zlib.decompressobj(wbits), bytearray()
    for at in range(0, len(packed), _BLOCK):
        before = taking.copy()
        try:
            out += taking.decompress(packed[at : at + _BLOCK], _MOST)
        except zlib.error:  # what came before the place that is wrong is taken byte by byte
            with contextlib.suppress(zlib.error):
                for one in packed[at : at + _BLOCK]:
                    out += before.decompress(bytes([one]), _MOST)
            break
        if taking.eof or len(out) > _MOST:
            break
    return bytes(out)


def _member(content: bytes, at: int) -> bytes:
    """Return what a member of a zip file holds; what is stored in it as it is has been looked at already."""
    head = content[at : at + 30]
    if len(head) < 30 or struct.unpack_from("<H", head, 8)[0] != zlib.DEFLATED:
        return b""
    name, extra = struct.unpack_from("<HH", head, 26)
    return _stream(content[at + 30 + name + extra :], -15)


class Finder:
    """Finds the marks of one run, each by its name, and secrets: keys and tokens as bytes, texts as they are."""

    def __init__(self, *marks: Marks, secrets: Mapping[str, bytes | str] | None = None) -> None:
        cores = [one.prefix[1:] for one in marks]  # small letters only: indexes write everything small
        self._forms = {form: "mark" for core in cores for form in spellings(core)}
        self._plain = {core.encode() for core in cores}
        self._few = {form: "mark" for core in cores for form in _common(core)}
        self._tokens: dict[
            bytes, str
        ] = {}  # in memory these are looked for as the protocol writes them: 64 hex digits
        self._named = re.compile(rb"[a-z]{19}-([a-z0-9_.-]+?)-[a-z]{12}(?![a-z])")
        for name, secret in (secrets or {}).items():
            self._forms |= dict.fromkeys(_secret_forms(secret), name)
            if name.endswith((" read", " write")) and isinstance(secret, bytes):
                self._tokens[secret.hex().encode()] = name
            else:
                self._few[secret.encode() if isinstance(secret, str) else secret] = name

    def names(self, content: bytes, *, few: bool = False) -> set[str]:
        """Return what is in these bytes as they are: names of marks and of secrets; in their `few` common spellings."""
        found: set[str] = set()
        if few and self._tokens:
            runs = {run for run in _HEX.findall(content) if run in self._tokens}
            found |= {self._tokens[run] for run in runs}
        for form, name in (self._few if few else self._forms).items():
            if form not in content:
                continue
            if name != "mark":
                found.add(name)
                continue
            found |= self._marks_in(content, form)
        return found

    def _marks_in(self, content: bytes, form: bytes) -> set[str]:
        wide = form.count(b"\0") * 2 == len(form)
        found = set()
        at = content.find(form)
        while at >= 0:
            around = content[at : at + 300]
            text = around.replace(b"\0", b"") if wide else around
            named = self._named.match(text)
            found.add(named[1].decode() if named else self._unreadable(form, text))
            at = content.find(form, at + len(form))
        return found

    def _unreadable(self, form: bytes, text: bytes) -> str:
        """Name a mark that does not stand there whole: coded, the common letters alone, or half written over."""
        if form.replace(b"\0", b"") not in self._plain:
            return CODED
        left = re.match(rb"[a-z]{19}-([a-z]{0,4})", text)
        return f"{TORN} {left[1].decode()}".strip() if left else STEM

    def in_files(self, paths: Iterable[Path], *, names_too: bool = True) -> dict[str, set[str]]:
        """Return what is found in files, packed or not, and in their names, by the name of the file."""
        found: dict[str, set[str]] = {}
        for path in paths:
            hits = self.names(str(path).encode()) if names_too else set()
            with contextlib.suppress(OSError):
                for layer in layers(path.read_bytes()):
                    hits |= self.names(layer)
            if hits:
                found[str(path)] = hits
        return found

    def in_memory(self, pids: Iterable[int]) -> set[str]:
        """Return what is found in the memory of processes, in every mapping of theirs that holds anything."""
        found: set[str] = set()
        seen: set[tuple[str, ...]] = set()
        for pid in pids:
            with contextlib.suppress(OSError):
                for content in _memory(pid, seen):
                    found |= self.names(content, few=True)
        return found


def _common(text: str) -> set[bytes]:
    """Return how programs hold a text in memory: UTF-8 and 16, and base64 wherever it begins."""
    wide = {text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")}
    return wide | {base64.b64encode(bytes(skip) + text.encode())[(0, 2, 3)[skip] : -4] for skip in range(3)}


def _secret_forms(secret: bytes | str) -> set[bytes]:
    """Return how a key or token may be written down: its bytes, hex, base64; a text in every spelling."""
    if isinstance(secret, str):
        return {secret.encode(), secret.encode("utf-16-le"), base64.b64encode(secret.encode())[:-4]}
    return {secret, secret.hex().encode(), base64.b64encode(secret)[:-4]}


def _memory(pid: int, seen: set[tuple[str, ...]]) -> Iterator[bytes]:
    """Yield what a process holds, in chunks; what several share, or have as it is on the disk, once."""
    entries = re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", Path(f"/proc/{pid}/smaps").read_text())
    with (
        Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory,
        Path(f"/proc/{pid}/pagemap").open("rb", buffering=0) as pages,
    ):
        for entry in entries[1:]:
            line, _, rest = entry.partition("\n")
            span, rights, offset, device, inode = line.split()[:5]
            common = (device, inode, offset, span if inode == "0" else "")
            held = sum(int(one) for one in re.findall(r"^(?:Rss|Swap): +(\d+)", rest, re.MULTILINE))
            if not rights.startswith("r") or line.endswith(_KERNELS) or not held or common in seen:
                continue
            if inode != "0" and ("s" in rights or "w" not in rights):
                seen.add(common)
            start, end = (int(one, 16) for one in span.split("-"))
            for begin, stop in _present(pages, start, end):
                with contextlib.suppress(OSError):
                    yield from _chunks(memory, begin, stop)


def _present(pages: io.FileIO, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of a mapping that are in memory or in swap: browsers reserve far more than they use."""
    pages.seek(start // _PAGE * 8)
    entries = array.array("Q", pages.read((end - start) // _PAGE * 8))
    begin = None
    for number, entry in enumerate(entries):
        if entry >> 62 and begin is None:
            begin = number
        elif not entry >> 62 and begin is not None:
            yield start + begin * _PAGE, start + number * _PAGE
            begin = None
    if begin is not None:
        yield start + begin * _PAGE, end
