"""The payload of an age file: STREAM with ChaCha20-Poly1305 in chunks of 64 KiB.

A chunk's nonce is its number (11 bytes, big-endian) and a last byte that is 1 for the final chunk only, so that
chunks can be neither exchanged, nor cut off at the end, nor added.

 1. Every chunk but the last is full; the last one may be full.
 2. The last chunk is empty only if the whole content is.
 3. The end of the file is the end of the last chunk.
Streaming hands out chunks as they verify, before the end is seen: write them where a failure can take them back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from leeward.seal._hazmat.kdf import hkdf
from leeward.seal.errors import ContentDamaged, EnvelopeMalformed

NONCE_SIZE = 16
CHUNK = 64 * 1024
TAG = 16
_BATCH = 4  # chunks read at once: few system calls, and both buffers stay in the processor's cache


class Source(Protocol):
    """What can be read from: a file opened with `open(..., "rb")`, or io.BytesIO."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Read into the buffer; 0 at the end."""
        ...


class Sink(Protocol):
    """What can be written to."""

    def write(self, data: memoryview, /) -> int | None:
        """Write some of the data and return how many bytes."""
        ...


def encrypt_bytes(file_key: bytes, plain: bytes) -> list[bytes]:
    """Return nonce and sealed chunks of content that is in memory."""
    nonce = secrets.token_bytes(NONCE_SIZE)
    encrypt = _cipher(file_key, nonce).encrypt
    view = memoryview(plain)
    last = max(len(plain) - 1, 0) // CHUNK
    parts = [nonce]
    parts += [
        encrypt(_nonce(n, final=n == last), view[n * CHUNK : (n + 1) * CHUNK], None) for n in range(last + 1)
    ]
    return parts


def decrypt_bytes(file_key: bytes, untrusted: memoryview) -> bytes:
    """Return the content of a payload (nonce and chunks) that is in memory, or raise ContentDamaged."""
    nonce, sealed = bytes(untrusted[:NONCE_SIZE]), untrusted[NONCE_SIZE:]
    require_nonce(nonce)
    decrypt = _cipher(file_key, nonce).decrypt
    last = max(len(sealed) - 1, 0) // (CHUNK + TAG)
    try:
        parts = [
            decrypt(_nonce(n, final=n == last), sealed[n * (CHUNK + TAG) : (n + 1) * (CHUNK + TAG)], None)
            for n in range(last + 1)
        ]
    except InvalidTag:
        raise ContentDamaged("chunk") from None  # 1 3
    if last and not parts[-1]:
        raise ContentDamaged("empty last chunk")  # 2
    return b"".join(parts)


def encrypt_stream(file_key: bytes, source: Source, sink: Sink) -> None:
    """Seal everything the source gives, in constant memory."""
    nonce = secrets.token_bytes(NONCE_SIZE)
    write_all(sink, memoryview(nonce))
    encrypt_into = _cipher(file_key, nonce).encrypt_into
    plain, sealed = memoryview(bytearray(_BATCH * CHUNK)), memoryview(bytearray(_BATCH * (CHUNK + TAG)))
    held = number = 0
    ended = False
    while not ended:
        held = read_full(source, plain, held)
        ended = held < len(plain)
        count = max(-(-held // CHUNK), 1) if ended else _BATCH - 1  # one chunk stays: it may be the last
        used = 0
        for place in range(count):
            chunk = plain[place * CHUNK : min((place + 1) * CHUNK, held)]
            target = sealed[used : used + len(chunk) + TAG]
            encrypt_into(_nonce(number, final=ended and place == count - 1), chunk, None, target)
            used += len(target)
            number += 1
        write_all(sink, sealed[:used])
        if not ended:
            plain[:CHUNK] = plain[count * CHUNK :]
            held = CHUNK


def decrypt_stream(file_key: bytes, nonce: bytes, source: Source, sink: Sink) -> None:
    """Open chunk by chunk, handing each one out as soon as it verifies; raise ContentDamaged where one does not."""
    unit = CHUNK + TAG
    decrypt_into = _cipher(file_key, nonce).decrypt_into
    plain, sealed = memoryview(bytearray(_BATCH * CHUNK)), memoryview(bytearray(_BATCH * unit))
    held = number = 0
    ended = False
    while not ended:
        held = read_full(source, sealed, held)
        ended = held < len(sealed)
        count = max(-(-held // unit), 1) if ended else _BATCH - 1
        used = 0
        try:
            for place in range(count):
                chunk = sealed[place * unit : min((place + 1) * unit, held)]
                final = ended and place == count - 1
                size = _open_chunk(decrypt_into, _nonce(number, final=final), chunk, plain[used:])
                if size is None and len(chunk) == unit:  # genuine, only not the last, or not the end?
                    other = _open_chunk(decrypt_into, _nonce(number, final=not final), chunk, plain[used:])
                    if other is not None:
                        used += other
                        raise ContentDamaged("cut short" if final else "more after the end")  # 3
                if size is None or (final and number and not size):
                    raise ContentDamaged("chunk")  # 1 2
                used += size
                number += 1
        finally:
            write_all(sink, plain[:used])
        if not ended:
            sealed[:unit] = sealed[count * unit :]
            held = unit


def require_nonce(nonce: bytes) -> None:
    """Raise if a file ends before its payload begins."""
    if len(nonce) != NONCE_SIZE:
        raise EnvelopeMalformed("no payload")


def read_full(source: Source, buffer: memoryview, held: int = 0) -> int:
    """Fill the buffer from `held` on; return how much it holds, less than its size only at the source's end."""
    while held < len(buffer):
        count = source.readinto(buffer[held:])
        if not count:
            break
        held += count
    return held


def write_all(sink: Sink, data: memoryview) -> None:
    """Write everything, also to a sink that takes only some at a time."""
    while data:
        count = sink.write(data)
        if not count:
            raise RuntimeError("a sink must say how much it took, and block until it can")
        data = data[count:]


def _open_chunk(
    decrypt_into: Callable[[bytes, memoryview, None, memoryview], int],
    nonce: bytes,
    chunk: memoryview,
    target: memoryview,
) -> int | None:
    """Open one chunk into the target's beginning; return its length, None if it is not genuine under this nonce."""
    size = len(chunk) - TAG
    if size < 0:
        return None
    try:
        decrypt_into(nonce, chunk, None, target[:size])
    except InvalidTag:
        return None
    return size


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(hkdf(file_key, salt=nonce, info=b"payload"))


def _nonce(number: int, *, final: bool) -> bytes:
    return (number << 8 | final).to_bytes(12)
