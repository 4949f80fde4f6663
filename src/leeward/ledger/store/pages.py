"""The raw pages of the database's files, checked one by one without SQLite; pure but for reading.

A page of cipher `chacha20` (SQLite3 Multiple Ciphers, raw key) ends with a nonce of 16 bytes and a Poly1305 tag of 16
over everything before the tag, under a one-time key: the ChaCha20 stream of (key, nonce), whose counter is the nonce's
last four bytes XOR the page number. So free pages and the salt are covered too. Frames of the write-ahead file carry
SQLite's running checksum besides (https://www.sqlite.org/fileformat2.html#walformat).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.poly1305 import Poly1305

from leeward.ledger.store.database import PAGE_BYTES

_LOCK_PAGE = (
    0x40000000 // PAGE_BYTES + 1
)  # never written: https://www.sqlite.org/fileformat2.html#the_lock_byte_page
_WAL_HEADER = 32
_FRAME_HEADER = 24
_WAL_MAGIC = 0x377F0682  # the lowest bit says in which byte order checksums were made


def page_is_whole(key: bytes, number: int, page: bytes) -> bool:
    """Tell whether a page is what was written, by its tag."""
    nonce, tag = page[-32:-16], page[-16:]
    counter = int.from_bytes(nonce[12:], "little") ^ number
    stream = Cipher(algorithms.ChaCha20(key, counter.to_bytes(4, "little") + nonce[:12]), None).encryptor()
    try:
        Poly1305.verify_tag(stream.update(bytes(64))[:32], page[:-16], tag)
    except InvalidSignature:
        return False
    return True


def damaged_pages(path: Path, key: bytes, progress: Callable[[int, int], None]) -> Iterator[int]:
    """Yield the numbers (from 1) of pages that are not what was written; a torn last page too."""
    size = path.stat().st_size
    pages = -(-size // PAGE_BYTES)
    with path.open("rb") as file:
        for number in range(1, pages + 1):
            page = file.read(PAGE_BYTES)
            if number != _LOCK_PAGE and (len(page) < PAGE_BYTES or not page_is_whole(key, number, page)):
                yield number
            if number % 1024 == 0 or number == pages:
                progress(number, pages)


def damaged_frames(path: Path) -> Iterator[int]:
    """Yield the numbers (from 1; 0 for the header) of frames of a write-ahead file that are not what was written.

    Frames left over from an earlier round (both salts differ) end the file. A frame cut short is what a crash leaves,
    and was never confirmed; it is yielded all the same.
    """
    with path.open("rb") as file:
        header = file.read(_WAL_HEADER)
        if not header:
            return
        if len(header) < _WAL_HEADER:
            yield 0
            return
        magic = struct.unpack_from(">I", header)[0]
        order = ">" if magic & 1 else "<"
        running = _checksum(header[:24], (0, 0), order)
        sound = magic & ~1 == _WAL_MAGIC and struct.unpack_from(">I", header, 8)[0] == PAGE_BYTES
        if not sound or running != struct.unpack_from(">II", header, 24):
            yield 0
            return
        number = 0
        while frame := file.read(_FRAME_HEADER + PAGE_BYTES):
            number += 1
            salts = (frame[8:12] == header[16:20], frame[12:16] == header[20:24])
            if number > 1 and not any(salts):
                return
            if len(frame) < _FRAME_HEADER + PAGE_BYTES or not all(salts):
                yield number
                return
            running = _checksum(frame[_FRAME_HEADER:], _checksum(frame[:8], running, order), order)
            if running != struct.unpack_from(">II", frame, 16):
                yield number
                return


def frames_after_damage(path: Path) -> int:
    """Return how many whole frames of the last round follow the first damaged one: SQLite will drop them unsaid.

    0 for a sound file, and for one that ends in a frame cut short, which is what a crash leaves.
    """
    if not path.exists():
        return 0
    first = next(damaged_frames(path), None)
    if first is None:
        return 0
    size = _FRAME_HEADER + PAGE_BYTES
    lost = 0
    with path.open("rb") as file:
        header = file.read(_WAL_HEADER)
        file.seek(_WAL_HEADER + max(first - 1, 0) * size)
        while len(frame := file.read(size)) == size:
            lost += first == 0 or frame[8:12] == header[16:20] or frame[12:16] == header[20:24]
    return lost if first == 0 else max(0, lost - 1)


def _checksum(block: bytes, start: tuple[int, int], order: str) -> tuple[int, int]:
    first, second = start
    for one, two in struct.iter_unpack(order + "II", block):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + two + first) & 0xFFFFFFFF
    return first, second
