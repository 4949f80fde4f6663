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

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from leeward.seal._hazmat.kdf import hkdf
from leeward.seal._hazmat.pump import Batch, Done, Sink, Source, pump, write_all
from leeward.seal.errors import ContentDamaged, EnvelopeMalformed

NONCE_SIZE = 16
CHUNK = 64 * 1024
TAG = 16


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

    def seal_batch(number: int, batch: Batch, sealed: memoryview) -> Done:
        used = 0
        for chunk, final in batch.chunks(CHUNK):
            target = sealed[used : used + len(chunk) + TAG]
            encrypt_into(_nonce(number, final=final), chunk, None, target)
            used += len(target)
            number += 1
        return Done(sealed[:used])

    pump(source, sink, unit=CHUNK, work=seal_batch)


def decrypt_stream(file_key: bytes, nonce: bytes, source: Source, sink: Sink) -> None:
    """Open chunk by chunk, handing each one out once it verified; raise ContentDamaged where one does not."""
    decrypt_into = _cipher(file_key, nonce).decrypt_into

    def open_chunk(number: int, chunk: memoryview, target: memoryview, *, final: bool) -> int | None:
        size = len(chunk) - TAG
        if size < 0:
            return None
        try:
            decrypt_into(_nonce(number, final=final), chunk, None, target[:size])
        except InvalidTag:
            return None
        return size

    def open_batch(number: int, batch: Batch, plain: memoryview) -> Done:
        used = 0
        for chunk, final in batch.chunks(CHUNK + TAG):
            size = open_chunk(number, chunk, plain[used:], final=final)
            if size is None and len(chunk) == CHUNK + TAG:  # genuine, only not the last, or not the end?
                size = open_chunk(number, chunk, plain[used:], final=not final)
                if size is not None:
                    return Done(
                        plain[: used + size], ContentDamaged("cut short" if final else "goes on")
                    )  # 3
            if size is None or (final and number and not size):
                return Done(plain[:used], ContentDamaged("chunk"))  # 1 2
            used += size
            number += 1
        return Done(plain[:used])

    pump(source, sink, unit=CHUNK + TAG, work=open_batch)


def require_nonce(nonce: bytes) -> None:
    """Raise if a file ends before its payload begins."""
    if len(nonce) != NONCE_SIZE:
        raise EnvelopeMalformed("no payload")


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(hkdf(file_key, salt=nonce, info=b"payload"))


def _nonce(number: int, *, final: bool) -> bytes:
    return (number << 8 | final).to_bytes(12)
