"""The header of an age v1 file, parsed strictly and printed back. Pure.

 1. The first line is the version, and only v1.
 2. Lines are ASCII and end in LF alone.
 3. A stanza has at least one argument; arguments are printable and not empty.
 4. A body is canonical base64 without `=`, in lines of 64, the last one shorter (maybe empty).
 5. There is at least one stanza, then the MAC line: 32 bytes in canonical base64.
What is accepted prints back to the same bytes. Whether the MAC is right is the caller's to check.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from leeward.seal.errors import EnvelopeMalformed

INTRO = b"age-encryption.org/v1\n"
HEADER_MOST = 256 * 1024  # over 150 hybrid recipients; ours have one
_COLUMNS = 64
_ARGUMENT = re.compile(rb"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Stanza:
    """How the file key was wrapped for one recipient: arguments (the first is the type) and a body."""

    args: tuple[str, ...]
    body: bytes

    def print(self) -> bytes:
        """Return the stanza's lines."""
        text = to_base64(self.body)
        lines = [b"-> " + " ".join(self.args).encode()]
        lines += [text[start : start + _COLUMNS] for start in range(0, len(text) + 1, _COLUMNS)]
        return b"\n".join(lines) + b"\n"


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed header: its stanzas, the MAC found, and the bytes that the MAC covers."""

    stanzas: tuple[Stanza, ...]
    mac: bytes
    covered: bytes


def print_covered(stanzas: tuple[Stanza, ...]) -> bytes:
    """Return the header's bytes up to and including `---`, which are what its MAC covers."""
    return INTRO + b"".join(stanza.print() for stanza in stanzas) + b"---"


def print_header(covered: bytes, mac: bytes) -> bytes:
    """Return the whole header."""
    return covered + b" " + to_base64(mac) + b"\n"


def find_end(untrusted: bytes) -> int | None:
    """Return where the header ends, None if not within these bytes; raise as soon as it cannot be one."""
    if not INTRO.startswith(untrusted[: len(INTRO)]):
        raise EnvelopeMalformed("version line")  # 1
    begins = untrusted.find(b"\n---", 0, HEADER_MOST)
    ends = untrusted.find(b"\n", begins + 1, HEADER_MOST) + 1 if begins >= 0 else 0
    if not ends and len(untrusted) > HEADER_MOST:
        raise EnvelopeMalformed("header too long")
    return ends or None


def parse_header(untrusted: bytes) -> Header:
    """Return the header that exactly these bytes are, or raise EnvelopeMalformed."""
    if not untrusted.startswith(INTRO):
        raise EnvelopeMalformed("version line")  # 1
    lines = untrusted[len(INTRO) :].split(b"\n")
    if lines.pop() != b"":
        raise EnvelopeMalformed("no end of line")  # 2
    stanzas: list[Stanza] = []
    place = 0
    while place < len(lines) and lines[place].startswith(b"-> "):
        stanza, place = _parse_stanza(lines, place)
        stanzas.append(stanza)
    if not stanzas or place != len(lines) - 1 or not lines[place].startswith(b"--- "):
        raise EnvelopeMalformed("stanzas or MAC line")  # 5
    mac = from_base64(lines[place][4:])
    if len(mac) != 32:
        raise EnvelopeMalformed("MAC length")  # 5
    return Header(tuple(stanzas), mac, untrusted[: -len(lines[place]) + 2])


def _parse_stanza(lines: list[bytes], place: int) -> tuple[Stanza, int]:
    """Return the stanza that starts at a line, and the place after it."""
    args = lines[place][3:].split(b" ")
    if not all(_ARGUMENT.fullmatch(arg) for arg in args):
        raise EnvelopeMalformed("stanza arguments")  # 2 3
    body: list[bytes] = []
    while True:
        place += 1
        if place >= len(lines) or len(lines[place]) > _COLUMNS:
            raise EnvelopeMalformed("stanza body")  # 4
        body.append(from_base64(lines[place]))
        if len(lines[place]) < _COLUMNS:
            break
    return Stanza(tuple(arg.decode() for arg in args), b"".join(body)), place + 1


def to_base64(data: bytes) -> bytes:
    """Return base64 without padding."""
    return base64.b64encode(data).rstrip(b"=")


def from_base64(untrusted: bytes) -> bytes:
    """Return the bytes behind canonical unpadded base64, or raise EnvelopeMalformed."""
    if b"=" in untrusted or len(untrusted) % 4 == 1:
        raise EnvelopeMalformed("base64")  # 4
    try:
        data = base64.b64decode(untrusted + b"=" * (-len(untrusted) % 4), validate=True)
    except binascii.Error:
        raise EnvelopeMalformed("base64") from None
    if to_base64(data) != untrusted:
        raise EnvelopeMalformed("base64 is not canonical")  # 4  one body has one text
    return data
