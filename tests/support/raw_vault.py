"""What lies in a vault's files, as somebody reads it who has the key and no respect for SQLite.

Every page of the database and every frame of its write-ahead file is decrypted by itself, free pages and gaps
included; what was compressed is unpacked. (Format of a page: ledger/store/pages.py.)
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from tests.support.marks import Search, files_below, in_files, search_for

from leeward.ledger.store.database import PAGE_BYTES
from leeward.ledger.store.pages import page_is_whole
from leeward.ledger.store.vault import Vault
from leeward.ledger.words import index_terms

_WAL_HEADER, _FRAME_HEADER = 32, 24
_PLAIN = 24  # bytes at the beginning of the first page that are not encrypted
_PACKED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")


def key_of(vault: Vault) -> bytes:
    """Return the key of an open vault's database."""
    return vault.database._key


def plain_page(key: bytes, number: int, page: bytes) -> bytes:
    """Return what a page holds; its tag must be right, so that nothing is overlooked for being read wrongly."""
    assert page_is_whole(key, number, page)
    nonce = page[-32:-16]
    counter = int.from_bytes(nonce[12:], "little") ^ number

    one_time = _stream(key, counter, nonce, bytes(64))[32:]
    skipped = _PLAIN if number == 1 else 0
    return page[:skipped] + _stream(one_time, counter + 1, nonce, page[skipped:-32])


def _stream(key: bytes, counter: int, nonce: bytes, content: bytes) -> bytes:
    start = (counter & 0xFFFFFFFF).to_bytes(4, "little") + nonce[:12]
    return Cipher(algorithms.ChaCha20(key, start), None).encryptor().update(content)


def plain_pages(database: Path, key: bytes) -> Iterator[bytes]:
    """Return every page of a database and every frame of its write-ahead file, old ones too."""
    content = database.read_bytes()
    for at in range(0, len(content), PAGE_BYTES):
        page = content[at : at + PAGE_BYTES]
        if any(page):
            yield plain_page(key, at // PAGE_BYTES + 1, page)
    log = database.with_name(database.name + "-wal")
    frames = log.read_bytes()[_WAL_HEADER:] if log.exists() else b""
    for at in range(0, len(frames), _FRAME_HEADER + PAGE_BYTES):
        frame = frames[at : at + _FRAME_HEADER + PAGE_BYTES]
        yield plain_page(key, int.from_bytes(frame[:4], "big"), frame[_FRAME_HEADER:])


def unpacked(content: bytes) -> Iterator[bytes]:
    """Return what was compressed by zlib or gzip anywhere in these bytes."""
    for begin in _PACKED.finditer(content):
        try:
            yield zlib.decompressobj(wbits=47).decompress(content[begin.start() :], 1 << 20)
        except zlib.error:
            continue


def search_with_stems(*texts: str) -> Search:
    """Return what finds these texts in any spelling, and each of the words that the index makes of them."""
    return search_for(*texts, *(term for term in index_terms(texts) if len(term) >= 10))


def traces(vault: Vault, search: Search) -> list[bytes]:
    """Return where a search finds something in an open vault: in pages, in the index, in files beside it."""
    found = [hit for _, hit in in_files(files_below(vault.folder), search)]
    for page in plain_pages(vault.folder / "vault.db", key_of(vault)):
        found += search.hits(page)
        found += [hit for inner in unpacked(page) for hit in search.hits(inner)]
    for term in index_words(vault):
        found += search.hits(term.encode())
    return found


def index_words(vault: Vault) -> list[str]:
    """Return every word that the index holds, spelt out: its pages leave out what a word shares with the one before."""
    with vault.database.writing() as writer:
        writer.execute("CREATE VIRTUAL TABLE temp.every_word USING fts5vocab('main', 'words', 'row')")
        rows = writer.execute("SELECT term FROM temp.every_word").fetchall()
        writer.execute("DROP TABLE temp.every_word")
    return [str(term) for (term,) in rows]
