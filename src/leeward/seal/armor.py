"""The text form of an age file, for reading what other age tools wrote. We only write the binary form.

1. White space may stand before and after, nothing else.
2. The first and last line are exact; lines end in LF or CR LF.
3. Base64 in lines of 64, the last one shorter or full but not empty; canonical, with its padding.
"""

from __future__ import annotations

import base64
import binascii

from leeward.seal.errors import ArmorMalformed

_BEGIN = b"-----BEGIN AGE ENCRYPTED FILE-----"
_END = b"-----END AGE ENCRYPTED FILE-----"
_COLUMNS = 64
_SPACE = b" \t\r\n"


def is_armored(untrusted: bytes) -> bool:
    """Tell whether this wants to be the text form."""
    return untrusted.lstrip(_SPACE).startswith(_BEGIN)


def read_armor(untrusted: bytes) -> bytes:
    """Return the binary form of an age file, or raise ArmorMalformed."""
    lines = [line.removesuffix(b"\r") for line in untrusted.strip(_SPACE).split(b"\n")]  # 1 2
    if len(lines) < 2 or lines[0] != _BEGIN or lines[-1] != _END:
        raise ArmorMalformed("first or last line")  # 2
    body = lines[1:-1]
    if any(len(line) != _COLUMNS for line in body[:-1]) or (body and not 0 < len(body[-1]) <= _COLUMNS):
        raise ArmorMalformed("length of a line")  # 3
    text = b"".join(body)
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ArmorMalformed("base64") from None
    if base64.b64encode(data) != text:
        raise ArmorMalformed("base64 is not canonical")  # 3
    return data
