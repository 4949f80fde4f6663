"""Seal and open. Bytes in, bytes out, or an exception; the formats are in docs/protocol.md 1.

What is sealed by `seal` and opened by `open_sealed`:

 1. It is one age v1 file in binary form.
 2. Its header has exactly one stanza, hybrid for keys and scrypt for a passphrase: nobody else was added in silence.
 3. A key at hand opens the stanza.
 4. The header is the one its author wrote (HMAC under the file key), compared in constant time.
 5. All of the content verifies before any of it is returned.
 6. The content is a frame of the kind expected here (seal/frame.py).

`seal_stream` and `open_stream` carry any age file of any size in constant memory, and owe 2, 5 and 6 to the caller:
open into a place from which a failure can be taken back.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from typing import TypeAlias

from leeward.seal._hazmat import stanzas
from leeward.seal._hazmat.header import (
    Header,
    Stanza,
    find_end,
    parse_header,
    print_covered,
    print_header,
)
from leeward.seal._hazmat.payload import (
    NONCE_SIZE,
    decrypt_bytes,
    decrypt_stream,
    encrypt_bytes,
    encrypt_stream,
    require_nonce,
)
from leeward.seal._hazmat.pump import Sink, Source, read_full, write_all
from leeward.seal._hazmat.stanzas import CLASSIC, FILE_KEY_SIZE, HYBRID, SCRYPT
from leeward.seal.errors import EnvelopeMalformed, HeaderAltered, NoKeyFits, WrongPassphrase
from leeward.seal.frame import make_frame, read_frame
from leeward.seal.keys import ClassicIdentity, ClassicRecipient, Identity, Passphrase, Recipient
from leeward.seal.kinds import Kind

Opener: TypeAlias = Sequence[Identity | ClassicIdentity] | Passphrase
"""Identities, of which any may fit, or one passphrase."""

_READ = 4096


def seal(kind: Kind, body: bytes | bytearray, to: Recipient | Passphrase) -> bytes:
    """Return the body, framed, padded and sealed."""
    return encrypt(make_frame(kind, body), to)


def open_sealed(kind: Kind, untrusted_sealed: bytes, keys: Sequence[Identity] | Passphrase) -> bytes:
    """Return the body of something sealed, or raise a SealError. See the rules above."""
    header, rest = _split(untrusted_sealed)  # 1
    expected = SCRYPT if isinstance(keys, Passphrase) else HYBRID
    if [stanza.args[0] for stanza in header.stanzas] != [expected]:
        raise EnvelopeMalformed("not exactly one stanza of the expected type")  # 2
    file_key = _open_header(header, keys)  # 3 4
    return read_frame(kind, decrypt_bytes(file_key, rest))  # 5 6


def encrypt(plain: bytes, to: Recipient | ClassicRecipient | Passphrase) -> bytes:
    """Return a plain age file without a frame, as the stock tool would make it; for exports, recovery, partners."""
    header, file_key = _make_header(to)
    return b"".join((header, *encrypt_bytes(file_key, plain)))


def decrypt(untrusted_sealed: bytes, keys: Opener) -> bytes:
    """Return the content of any age file that is in memory; all of it verified, no frame expected."""
    header, rest = _split(untrusted_sealed)
    return decrypt_bytes(_open_header(header, keys), rest)


def seal_stream(source: Source, sink: Sink, to: Recipient | Passphrase) -> None:
    """Seal all that the source gives as one age file, in constant memory."""
    header, file_key = _make_header(to)
    write_all(sink, memoryview(header))
    encrypt_stream(file_key, source, sink)


def open_stream(untrusted_source: Source, sink: Sink, keys: Opener) -> None:
    """Open an age file chunk by chunk. Each chunk is handed out when it verifies, before the end was seen."""
    header, nonce, rest = _read_header(untrusted_source)
    file_key = _open_header(header, keys)
    require_nonce(nonce)
    decrypt_stream(file_key, nonce, rest, sink)


class _Joined:
    """A source that first gives bytes which were read already."""

    def __init__(self, first: bytes, then: Source) -> None:
        self._first = memoryview(first)
        self._then = then

    def readinto(self, buffer: memoryview, /) -> int | None:
        if not self._first:
            return self._then.readinto(buffer)
        count = min(len(self._first), len(buffer))
        buffer[:count] = self._first[:count]
        self._first = self._first[count:]
        return count


def _read_header(source: Source) -> tuple[Header, bytes, Source]:
    """Read as far as the header's end and a little beyond: the header, the payload's nonce, and all that follows."""
    read = bytearray()
    end = None
    while end is None:
        block = bytearray(_READ)
        count = read_full(source, memoryview(block))
        read += block[:count]
        end = find_end(bytes(read))
        if end is None and count < _READ:
            raise EnvelopeMalformed("no end of the header")
    header = parse_header(bytes(read[:end]))
    joined = _Joined(bytes(read[end:]), source)
    nonce = bytearray(NONCE_SIZE)
    held = read_full(joined, memoryview(nonce))
    return header, bytes(nonce[:held]), joined


def _split(untrusted_sealed: bytes) -> tuple[Header, memoryview]:
    end = find_end(untrusted_sealed)
    if end is None:
        raise EnvelopeMalformed("no end of the header")
    return parse_header(untrusted_sealed[:end]), memoryview(untrusted_sealed)[end:]


def _make_header(to: Recipient | ClassicRecipient | Passphrase) -> tuple[bytes, bytes]:
    """Return a new header, and the new file key that it wraps."""
    file_key = secrets.token_bytes(FILE_KEY_SIZE)
    if isinstance(to, Passphrase):
        stanza = stanzas.wrap_scrypt(to.hazmat_bytes(), to.work_factor, file_key)
    elif isinstance(to, ClassicRecipient):
        stanza = stanzas.wrap_classic(to.key, file_key)
    else:
        stanza = stanzas.wrap_hybrid(to.key, file_key)
    covered = print_covered((stanza,))
    return print_header(covered, stanzas.header_mac(file_key, covered)), file_key


def _open_header(header: Header, keys: Opener) -> bytes:
    """Return the file key, once the header is known to be its author's."""
    if len(header.stanzas) > 1 and any(stanza.args[0] == SCRYPT for stanza in header.stanzas):
        raise EnvelopeMalformed("a passphrase must stand alone")
    file_key = _unwrap(header.stanzas, keys)
    if file_key is None:
        raise WrongPassphrase if isinstance(keys, Passphrase) else NoKeyFits
    if not hmac.compare_digest(stanzas.header_mac(file_key, header.covered), header.mac):  # 4
        raise HeaderAltered
    return file_key


def _unwrap(candidates: tuple[Stanza, ...], keys: Opener) -> bytes | None:
    """Return the file key from the first stanza that a key fits."""
    for key in (keys,) if isinstance(keys, Passphrase) else keys:
        for stanza in candidates:
            if isinstance(key, Passphrase):
                fits = stanza.args[0] == SCRYPT
                found = stanzas.unwrap_scrypt(key.hazmat_bytes(), stanza) if fits else None
            elif isinstance(key, Identity):
                fits = stanza.args[0] == HYBRID
                found = stanzas.unwrap_hybrid(key.hazmat_private(), stanza) if fits else None
            else:
                fits = stanza.args[0] == CLASSIC
                found = stanzas.unwrap_classic(key.hazmat_private(), stanza) if fits else None
            if found is not None:
                return found
    return None
