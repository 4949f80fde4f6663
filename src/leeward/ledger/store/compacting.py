"""Writing the database anew after erasing, so that nothing of it stays in gaps of pages, free pages or the index.

Three steps:

 1. The index of words is merged into one: an entry of it that was deleted keeps its words until then.
 2. Every page is written anew (VACUUM), in memory and then through the write-ahead file, both encrypted on the disk.
 3. The write-ahead file is emptied.
Others wait to write meanwhile. Whoever does this while nobody is at the desk gives way when somebody comes: it is
broken off as if it had not begun, until SQLite copies the pages back, which ends by itself.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import apsw
import msgspec

from leeward.ledger.store.database import Database


class Compacted(msgspec.Struct, frozen=True):
    """How long it took, and the bytes of the database and its write-ahead file before and after.

    `done` is false if it was broken off: then everything is as before.
    """

    seconds: float
    before: int
    after: int
    done: bool = True


def compact(database: Database, stop: Callable[[], bool] = lambda: False) -> Compacted:
    """Write everything anew, unless `stop` says before a step, or `Database.give_way` in it, that somebody came.

    VaultInUse if somebody goes on reading for too long; NoRoom if the disk is full.
    """
    started = time.perf_counter()
    before = database.size()
    done = False
    with contextlib.suppress(apsw.InterruptError), database.breakable():
        if not stop():
            with database.writing(erasing=True) as writer:
                writer.execute("INSERT INTO words (words) VALUES ('optimize')")  # 1
        if not stop():
            database.rewrite()  # 2 3
            done = True
    return Compacted(time.perf_counter() - started, before, database.size(), done)
