"""The frame: kind, version and true length, inside what is sealed. No I/O.

1. The header is exactly `leeward-KIND-VERSION SP LENGTH LF`, LENGTH without leading zeros.
2. The kind and version are the ones expected here: a reply can never pose as a segment.
3. The whole has the padded length of its content, no more and no less.
4. Padding is zeros: nothing can hide in it, and one content has one form.
"""

from __future__ import annotations

import re

from leeward.seal.errors import FrameMalformed, WrongKind
from leeward.seal.kinds import Kind
from leeward.seal.padding import padded_length

_HEADER_MOST = 64
_HEADER = re.compile(rb"(leeward-[a-z]{1,20}-[1-9][0-9]{0,3}) (0|[1-9][0-9]{0,14})\n")


def make_frame(kind: Kind, body: bytes | bytearray | memoryview) -> bytes:
    """Return the padded frame around a body."""
    header = b"%b %d\n" % (kind.label, len(body))
    used = len(header) + len(body)
    return b"".join((header, body, bytes(padded_length(kind, used) - used)))


def read_frame(kind: Kind, untrusted_frame: bytes) -> bytes:
    """Return the body of a frame of that kind, or raise FrameMalformed or WrongKind."""
    match = _HEADER.match(untrusted_frame[:_HEADER_MOST])  # 1
    if match is None:
        raise FrameMalformed("header")
    if match[1] != kind.label:  # 2
        raise WrongKind(f"expected {kind.label.decode()}, found {match[1].decode()}")
    start, end = match.end(), match.end() + int(match[2])
    if end > len(untrusted_frame) or len(untrusted_frame) != padded_length(kind, end):  # 3
        raise FrameMalformed("length")
    if untrusted_frame.count(0, end) != len(untrusted_frame) - end:  # 4
        raise FrameMalformed("padding")
    return untrusted_frame[start:end]
