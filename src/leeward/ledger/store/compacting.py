"""Writing the database anew after erasing, so that nothing of it stays in gaps of pages, free pages or the index.

Three steps:

 1. The index of words is merged into one: an entry of it that was deleted keeps its words until then.
 2. Every page is written anew (VACUUM), in memory and then through the write-ahead file, both encrypted on the disk.
 3. The write-ahead file is emptied.
"""

from __future__ import annotations

import time

import msgspec

from leeward.ledger.store.database import Database


class Compacted(msgspec.Struct, frozen=True):
    """How long it took, and the bytes of the database and its write-ahead file before and after."""

    seconds: float
    before: int
    after: int


def compact(database: Database) -> Compacted:
    """Write everything anew. VaultInUse if somebody goes on reading for too long; NoRoom if the disk is full."""
    started = time.perf_counter()
    before = database.size()
    with database.writing(erasing=True) as writer:
        writer.execute("INSERT INTO words (words) VALUES ('optimize')")  # 1
    database.rewrite()  # 2 3
    return Compacted(time.perf_counter() - started, before, database.size())
