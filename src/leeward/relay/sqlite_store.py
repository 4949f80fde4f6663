"""The store of one machine: a SQLite file for boxes and rows, and blobs wherever `BlobFiles` keeps them.

A blob's file is durable before its row is written, and its row is gone before its file: so a row always has its file,
and a crash leaves at worst a file that nothing names. Those are swept away at the next start that is an hour later
or more.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from leeward.base.ports import Chance, Clock
from leeward.relay import mail_rows, rows, turn_rows
from leeward.relay.appending import Append
from leeward.relay.batches import Outcome
from leeward.relay.bells import Bells
from leeward.relay.fresh_mail import FreshMail
from leeward.relay.group_commit import Writer
from leeward.relay.read_marks import ReadMarks, write_marks
from leeward.relay.sqlite_expiry import expire
from leeward.relay.sqlite_file import open_file, open_reader
from leeward.relay.store import Appended, BlobFiles, Expired, Keep, Page
from leeward.relay.sums import write_sums
from leeward.relay.turn_rows import TurnJob
from leeward.wire.errors import BlobTaken, Busy, NoRoom, NoSuchBlob
from leeward.wire.turn import Post, Turn

_READERS = 2
_DISK_THREADS = 4
_LOOK_SECONDS = 1.0  # how often a waiting request looks for items that another process wrote
_SWEEP_SECONDS = 3600.0  # an upload has its row long before, or it was cut short by a kill
_MARK_SECONDS = 2.0  # how long marks of reading wait for others
_DAY_MS = 24 * 60 * 60 * 1000

T = TypeVar("T")


class SqliteStore:
    """A BoxStore over one SQLite file."""

    def __init__(self, path: Path, blobs: BlobFiles, *, clock: Clock, chance: Chance) -> None:
        self.path = path
        self._blobs = blobs
        self._clock = clock
        self._chance = chance
        self._writer = Writer(open_file(path))
        self._bells = Bells()
        self._own = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="relay-reader")
        self._disk = ThreadPoolExecutor(_DISK_THREADS, thread_name_prefix="relay-disk")
        self._closing = False
        self._fresh = FreshMail()
        self._marks = ReadMarks()
        self._marking: asyncio.TimerHandle | None = None
        self._disk.submit(blobs.sweep, self._is_wanted, _SWEEP_SECONDS)

    async def make_box(self, box: bytes, read_hash: bytes, write_hash: bytes) -> bool:
        """See BoxStore.make_box."""
        day = self._today()
        return await self._writer.run(lambda c: rows.make_box(c, box, read_hash, write_hash, day))

    async def append(self, box: bytes, write_token: bytes, item: bytes, sealed: bytes) -> Appended:
        """See BoxStore.append."""
        appended: Appended = await self._writer.run(Append(box, write_token, item, sealed, self._today()))
        self._bells.ring(box)
        return appended

    def begin_append(
        self,
        box: bytes,
        write_token: bytes,
        item: bytes,
        sealed: bytes,
        then: Callable[[Appended | Exception], None],
    ) -> None:
        """See BoxStore.begin_append."""

        def settled(outcome: Outcome) -> None:
            if outcome.error is None:
                self._bells.ring(box)
            then(outcome.error or outcome.value)

        job = Append(box, write_token, item, sealed, self._today())
        self._writer.submit(job, settled, asyncio.get_running_loop())

    async def list_items(self, box: bytes, read_token: bytes, after: int, limit: int) -> Page:
        """See BoxStore.list_items."""

        def question(connection: sqlite3.Connection) -> turn_rows.Looked:
            row = rows.reading_box(connection, box, read_token)
            items, has_mail = rows.read_items(connection, box, row, after, limit)
            return turn_rows.Looked(row, Page(items, row.last), has_mail)

        looked = await self._read(question)
        self._note(box, looked)
        return looked.page

    async def wait_for_item(self, box: bytes, read_token: bytes, after: int, seconds: float) -> None:
        """See BoxStore.wait_for_item."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        with self._bells.listen(box) as bell:
            while (left := end - loop.time()) > 0:
                row = await self._read(lambda c: rows.reading_box(c, box, read_token))
                if row.last > after:
                    return
                try:
                    await asyncio.wait_for(bell.wait(), min(left, _LOOK_SECONDS))
                except TimeoutError:
                    continue
                bell.clear()

    async def delete_box(self, box: bytes, read_token: bytes) -> None:
        """See BoxStore.delete_box. The journal is emptied too, so that nothing of it stays on the disk."""
        await self._writer.run(lambda c: rows.delete_box(c, box, read_token))
        self._bells.ring(box)
        await self._forget_journal()

    async def put_blob(self, blob: bytes, erase_hash: bytes, sealed: bytes, *, mail: bool = False) -> bool:
        """See BoxStore.put_blob."""
        size = len(sealed)
        piece, there, sha256 = await self._read(
            lambda c: (rows.find_piece(c, blob), rows.find_blob(c, blob), rows.sha256(sealed))
        )
        if piece is not None:
            if (piece.erase_hash, piece.sealed) != (erase_hash, sealed):
                raise BlobTaken
            return False
        if there is not None and rows.is_same_blob(there, erase_hash, sha256, size):
            await self._heal(blob, there.file, sealed)
            return False
        name = f"{blob.hex()}.{self._chance.draw(8).hex()}"
        await self._on_disk(partial(self._blobs.put, name, sealed))
        new = rows.BlobRow(erase_hash, name, size, sha256, self._today(), int(mail))
        try:
            kept = await self._writer.run(lambda c: rows.insert_blob(c, blob, new))
        except (BlobTaken, NoRoom):
            await self._on_disk(partial(self._blobs.delete, name))
            raise  # after any other end the row may stand, and must find its file
        if not kept:
            await self._on_disk(partial(self._blobs.delete, name))
        elif mail:
            self._fresh.blob_came(self._clock.now_ms(), blob, size)
        return kept

    async def get_blob(self, blob: bytes) -> bytes:
        """See BoxStore.get_blob."""
        piece, row = await self._read(lambda c: (rows.find_piece(c, blob), rows.find_blob(c, blob)))
        if piece is not None:
            return piece.sealed
        sealed = await self._on_disk(partial(self._blobs.get, row.file)) if row is not None else None
        if sealed is None:
            raise NoSuchBlob
        self._fresh.blob_read(blob)
        return sealed

    async def delete_blob(self, blob: bytes, erase_token: bytes) -> None:
        """See BoxStore.delete_blob."""
        file = await self._writer.run(lambda c: rows.delete_blob(c, blob, erase_token))
        if file is not None:
            await asyncio.shield(self._on_disk(partial(self._blobs.delete, file)))
        await self._forget_journal()

    async def has_blob(self, blob: bytes) -> bool:
        """See BoxStore.has_blob."""
        piece, row = await self._read(lambda c: (mail_rows.has_piece(c, blob), rows.find_blob(c, blob)))
        if piece or row is None:
            return piece
        size, file = row.size, row.file
        return await self._on_disk(lambda: self._blobs.size(file) == size)

    async def take_turn(self, turn: Turn) -> tuple[Page, ...]:
        """See BoxStore.take_turn."""
        today = self._today()
        if turn.makes or turn.puts or turn.post is not None:
            taken = await self._writer.run(TurnJob(turn, today))
            seen = taken.looked
            if turn.post is not None:
                self._appended(turn, turn.post, taken.number)
        elif turn.looks:
            seen = await self._read(lambda c: turn_rows.look_into_all(c, turn.looks, today))
        else:
            return ()
        for look, looked in zip(turn.looks, seen, strict=True):
            self._note(look.box, looked)
        return tuple(looked.page for looked in seen)

    async def is_known(self, box: bytes, read_token: bytes) -> bool:
        """See BoxStore.is_known."""
        return await self._read(lambda c: turn_rows.is_known(c, box, read_token))

    async def set_gate(self, box: bytes, read_token: bytes, *, known_only: bool) -> None:
        """See BoxStore.set_gate."""
        await self._writer.run(lambda c: mail_rows.set_gate(c, box, read_token, known_only=known_only))

    async def put_notice(self, box: bytes, read_token: bytes, notice: bytes) -> None:
        """See BoxStore.put_notice."""
        await self._writer.run(lambda c: mail_rows.put_notice(c, box, read_token, notice))

    async def get_notice(self, box: bytes) -> bytes | None:
        """See BoxStore.get_notice."""
        return await self._read(lambda c: mail_rows.get_notice(c, box))

    async def waiting(self, most: int) -> list[bytes]:
        """See BoxStore.waiting."""
        await self._write_marks()
        return await self._read(lambda c: mail_rows.waiting(c, most))

    async def unread_mail(self) -> int:
        """See BoxStore.unread_mail. What other processes took in counts there."""
        return self._fresh.size(self._clock.now_ms())

    async def expire(self, keep: Keep) -> Expired:
        """See BoxStore.expire. In small parts, between which others write."""
        await self._write_marks()
        expired = await expire(self._writer.run, self._read, self._drop_file, keep, self._today())
        await self._forget_journal()
        return expired

    def close(self) -> None:
        """See BoxStore.close."""
        self._closing = True
        marks = self._marks.take()
        self._disk.shutdown()
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._writer.last = partial(write_marks, marks=marks) if marks else None
        self._writer.close()
        write_sums(self.path)

    async def _heal(self, blob: bytes, name: str, sealed: bytes) -> None:
        """Before telling that a blob is there, see that it is, and put back what the disk has lost."""
        if await self._on_disk(partial(self._blobs.get, name)) == sealed:
            return
        await self._on_disk(partial(self._blobs.put, name, sealed))
        now = await self._read(lambda c: rows.find_blob(c, blob))
        if now is None or now.file != name:  # it was erased meanwhile, and must not stay
            await self._on_disk(partial(self._blobs.delete, name))

    def _appended(self, turn: Turn, post: Post, number: int) -> None:
        """Ring for what a turn brought, and count it if it is new."""
        self._bells.ring(post.box)
        if number:
            size = len(post.sealed) + sum(len(put.sealed) for put in turn.puts)
            self._fresh.came(self._clock.now_ms(), post.box, number, size)

    def _note(self, box: bytes, looked: turn_rows.Looked) -> None:
        """Note what was read."""
        page, row = looked.page, looked.row
        if row.mail or looked.has_mail:
            upto = page.items[-1].number if page.items else 0
            if self._marks.note(box, row, upto, self._today()) and self._marking is None:
                loop = asyncio.get_running_loop()
                self._marking = loop.call_later(_MARK_SECONDS, self._begin_marks)
            self._fresh.read(box, upto)

    def _begin_marks(self) -> None:
        """Write the marks down without anybody waiting; one that fails is made again at the next reading."""
        self._marking = None
        marks = self._marks.take()
        if marks and not self._closing:
            job = partial(write_marks, marks=marks)
            try:
                self._writer.submit(job, lambda _: None, asyncio.get_running_loop())
            except Busy:
                return

    async def _write_marks(self) -> None:
        marks = self._marks.take()
        if marks:
            await self._writer.run(lambda c: write_marks(c, marks))

    async def _drop_file(self, name: str) -> None:
        await self._on_disk(partial(self._blobs.delete, name))

    def _is_wanted(self, name: str) -> bool:
        """Tell whether a blob's file belongs to a row; while closing, everything stays."""
        if self._closing:
            return True
        row = rows.find_blob(self._reader(), bytes.fromhex(name[:64]))
        return row is not None and row.file == name

    def _today(self) -> int:
        return self._clock.now_ms() // _DAY_MS

    async def _read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Ask on a reading connection, in a thread, so that a large listing stops nobody."""
        return await self._in(self._readers, lambda: question(self._reader()))

    async def _on_disk(self, work: Callable[[], T]) -> T:
        return await self._in(self._disk, work)

    async def _in(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        except (sqlite3.Error, OSError) as error:
            raise Busy from error

    def _reader(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = open_reader(self.path)
            self._own.connection = connection
            self._connections.append(connection)
        return connection

    async def _forget_journal(self) -> None:
        """Move the journal into the file and cut it to nothing; a reader in the way leaves that to the next time."""
        try:
            await self._read(lambda c: c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
        except Busy:
            return
