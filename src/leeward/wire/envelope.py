"""What the offline form makes: a report to be carried by any channel (protocol 3.3).

1. `leeward-envelope-1 LF`, then turns in order, each after its length (4 bytes, big-endian), and nothing else.
2. Every turn is a turn of protocol 4.3 to the byte; only the last appends, and none looks into a mailbox.
3. As text it is the base64 of these bytes between two lines; what a messenger or a mail program does to lines
   (wraps, quotes, blanks, other text around it) is forgiven, anything else is not.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Sequence

from leeward.base.say import say
from leeward.wire.errors import WireError
from leeward.wire.turn import TURN_MOST, Turn, parse_turn

MAGIC = b"leeward-envelope-1\n"
BEGIN = "-----BEGIN LEEWARD ENVELOPE-----"
END = "-----END LEEWARD ENVELOPE-----"
ENVELOPE_MOST = 64 * 1024 * 1024  # bytes; the form takes attachments of 20 MiB
_LINE = 64
_LENGTH = struct.Struct(">I")
_BEGIN = re.compile(rb"-----\s{0,8}BEGIN LEEWARD ENVELOPE\s{0,8}-----")
_END = re.compile(rb"-----\s{0,8}END LEEWARD ENVELOPE\s{0,8}-----")
_BETWEEN = re.compile(
    rb"[\s>\x00|]+|\xc2\xa0|\xe2\x80[\x8b-\x8f]|\xef\xbb\xbf"
)  # wraps, quotes, unseen blanks
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


class EnvelopeDamaged(WireError):
    """The bytes are no envelope, or not a whole one."""

    code = "wire.envelope-damaged"

    def __init__(self) -> None:
        super().__init__(
            say("This is no envelope of the offline form, or not a whole one."),
            kept=say("Nothing of it was taken in."),
            next_step=say("Ask for it again: the saved file as it is, or the text from BEGIN to END."),
        )


def print_envelope(turns: Sequence[bytes]) -> bytes:
    """Return the envelope of these turns."""
    parts = [MAGIC]
    for turn in turns:
        parts += (_LENGTH.pack(len(turn)), turn)
    return b"".join(parts)


def print_envelope_text(envelope: bytes) -> str:
    """Return it as text that can be pasted into a letter."""
    text = base64.b64encode(envelope).decode()
    lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
    return "\n".join((BEGIN, *lines, END, ""))


def parse_envelope(untrusted: bytes) -> list[tuple[bytes, Turn]]:
    """Return the turns, each as it is sent and as it is understood; EnvelopeDamaged. Takes both forms."""
    raw = untrusted if untrusted.startswith(MAGIC) else _from_text(untrusted)
    if len(raw) > ENVELOPE_MOST or not raw.startswith(MAGIC):  # 1
        raise EnvelopeDamaged
    turns: list[tuple[bytes, Turn]] = []
    at = len(MAGIC)
    while at < len(raw):
        start = at + _LENGTH.size
        if start > len(raw):
            raise EnvelopeDamaged
        (length,) = _LENGTH.unpack_from(raw, at)
        at = start + length
        if not 0 < length <= TURN_MOST or at > len(raw):
            raise EnvelopeDamaged
        body = raw[start:at]
        try:
            turns.append((body, parse_turn(body)))  # 2
        except WireError as error:
            raise EnvelopeDamaged from error
    appends = [turn.post is not None for _, turn in turns]
    if appends != [False] * (len(turns) - 1) + [True] or any(turn.looks for _, turn in turns):  # 2
        raise EnvelopeDamaged
    return turns


def _from_text(untrusted: bytes) -> bytes:
    if len(untrusted) > 2 * ENVELOPE_MOST:
        raise EnvelopeDamaged
    begin = _BEGIN.search(untrusted)
    end = (
        _END.search(untrusted, begin.end()) if begin else None
    )  # looked for once: a text may begin a million times
    if begin is None or end is None:
        raise EnvelopeDamaged
    packed = _BETWEEN.sub(b"", untrusted[begin.end() : end.start()])  # 3
    if not _BASE64.fullmatch(packed):
        raise EnvelopeDamaged
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EnvelopeDamaged from error
