"""The store of many machines: PostgreSQL for boxes and rows, and blobs wherever `BlobFiles` keeps them.

1. A piece's file is durable before its row is written, and its row is gone before its file: so a row always has its
   file. What a crash, or a commit in doubt, leaves behind is a file that no row names; it is swept at a start an hour
   later or more.
2. Nothing is told as done before the commit was answered (relay/postgres_writer.py).
3. Several relays share one database: numbers are given out under a lock on the box (relay/postgres_bulk.py).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

from leeward.base.limits import PAGE_ITEMS_MOST
from leeward.base.ports import Chance, Clock
from leeward.relay import postgres_rows as rows
from leeward.relay.batches import Outcome
from leeward.relay.fresh_mail import FreshMail
from leeward.relay.mail_rows import NOTICE_MOST
from leeward.relay.postgres_bells import PostgresBells
from leeward.relay.postgres_bulk import Done, Work, judge
from leeward.relay.postgres_expiry import expire, vacuum
from leeward.relay.postgres_link import Connection, open_database
from leeward.relay.postgres_reader import PostgresReaders
from leeward.relay.postgres_writer import PostgresWriter
from leeward.relay.read_marks import ReadMarks
from leeward.relay.rows import BlobRow, BoxRow, is_right
from leeward.relay.store import Appended, BlobFiles, Expired, Keep, Page
from leeward.wire.errors import Busy, NoSuchBlob, Refused, TooLarge
from leeward.wire.turn import Look, Make, Post, Put, Turn

_DISK_THREADS = 16  # most of their time is waiting for S3
_SWEEP_SECONDS = 3600.0  # an upload has its row long before, or it was cut short by a kill
_MARK_SECONDS = 2.0  # how long marks of reading wait for others
_LOOKED_AFTER = 64  # boxes of which it is asked whether another relay's reader has read them
_DAY_MS = 24 * 60 * 60 * 1000

T = TypeVar("T")


class PostgresStore:
    """A BoxStore over one PostgreSQL database. StoreAway, StoreUnsafe, StoreTooNew, StoreDamaged."""

    def __init__(self, url: str, blobs: BlobFiles, *, clock: Clock, chance: Chance) -> None:
        self.work_secret = open_database(url, chance.draw(32))  # for relay/lanes.py: alike in all relays
        self._blobs = blobs
        self._clock = clock
        self._chance = chance
        self._writer = PostgresWriter(url)
        self._bells = PostgresBells(url)
        self._readers = PostgresReaders(url)
        self._disk = ThreadPoolExecutor(_DISK_THREADS, thread_name_prefix="relay-disk")
        self._closing = False
        self._fresh = FreshMail()
        self._marks = ReadMarks()
        self._marking: asyncio.TimerHandle | None = None
        self._disk.submit(blobs.sweep, self._is_wanted, _SWEEP_SECONDS)

    async def make_box(self, box: bytes, read_hash: bytes, write_hash: bytes) -> bool:
        """See BoxStore.make_box."""
        done = await self._writer.do(Work(self._today(), makes=(Make(box, read_hash, write_hash),)))
        return done.made[0]

    async def append(self, box: bytes, write_token: bytes, item: bytes, sealed: bytes) -> Appended:
        """See BoxStore.append."""
        done = await self._writer.do(Work(self._today(), post=Post(box, write_token, item, sealed)))
        return self._appended(box, done)

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
            then(outcome.error or self._appended(box, outcome.value))

        work = Work(self._today(), post=Post(box, write_token, item, sealed))
        self._writer.submit(work, settled, asyncio.get_running_loop())

    async def list_items(self, box: bytes, read_token: bytes, after: int, limit: int) -> Page:
        """See BoxStore.list_items."""

        def question(connection: Connection) -> tuple[BoxRow, Page, bool]:
            row = rows.reading_box(connection, box, read_token)
            items, has_mail = rows.read_items(connection, box, row, after, limit)
            return row, Page(items, row.last), has_mail

        return self._noted(box, *await self._readers.ask(question))

    async def wait_for_item(self, box: bytes, read_token: bytes, after: int, seconds: float) -> None:
        """See BoxStore.wait_for_item."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        with self._bells.listen(box) as bell:
            while (left := end - loop.time()) > 0:
                row = await self._readers.ask(lambda c: rows.reading_box(c, box, read_token))
                if row.last > after:
                    return
                try:
                    await asyncio.wait_for(bell.wait(), min(left, self._bells.look_seconds))
                except TimeoutError:
                    continue
                bell.clear()

    async def delete_box(self, box: bytes, read_token: bytes) -> None:
        """See BoxStore.delete_box. What PostgreSQL's own files still hold of it, deploy/scale.md says."""
        await self._writer.run(lambda c: rows.delete_box(c, box, read_token))
        self._bells.ring(box)

    async def put_blob(self, blob: bytes, erase_hash: bytes, sealed: bytes, *, mail: bool = False) -> bool:
        """See BoxStore.put_blob."""
        work = Work(
            self._today(), mail=mail, blobs=self._rows_for([Put(blob, erase_hash, sealed)], mail=mail)
        )
        work = await self._put_files(work, [sealed])
        if not work.blobs:
            return False
        kept = (await self._write(work)).kept[0]
        if kept and mail:
            self._fresh.blob_came(self._clock.now_ms(), blob, len(sealed))
        return kept

    async def get_blob(self, blob: bytes) -> bytes:
        """See BoxStore.get_blob."""
        row = await self._blob_row(blob)
        sealed = await self._on_disk(partial(self._blobs.get, row.file)) if row is not None else None
        if sealed is None:
            raise NoSuchBlob
        self._fresh.blob_read(blob)
        return sealed

    async def delete_blob(self, blob: bytes, erase_token: bytes) -> None:
        """See BoxStore.delete_blob."""
        file = await self._writer.run(lambda c: rows.delete_blob(c, blob, erase_token))
        await asyncio.shield(self._drop_file(file))

    async def has_blob(self, blob: bytes) -> bool:
        """See BoxStore.has_blob."""
        row = await self._blob_row(blob)
        return row is not None and await self._on_disk(partial(self._blobs.size, row.file)) == row.size

    async def take_turn(self, turn: Turn) -> tuple[Page, ...]:
        """See BoxStore.take_turn."""
        if turn.makes or turn.puts or turn.post is not None:
            await self._take(turn)
        if not turn.looks:
            return ()
        seen = await self._readers.ask(lambda c: [_look_into(c, look) for look in turn.looks])
        for look, (row, page, has_mail) in zip(turn.looks, seen, strict=True):
            if row is not None:
                self._noted(look.box, row, page, has_mail)
        return tuple(page for _, page, _ in seen)

    async def is_known(self, box: bytes, read_token: bytes) -> bool:
        """See BoxStore.is_known."""
        return await self._readers.ask(lambda c: rows.is_known(rows.find_box(c, box), read_token))

    async def set_gate(self, box: bytes, read_token: bytes, *, known_only: bool) -> None:
        """See BoxStore.set_gate."""
        await self._writer.run(lambda c: rows.set_gate(c, box, read_token, known_only=known_only))

    async def put_notice(self, box: bytes, read_token: bytes, notice: bytes) -> None:
        """See BoxStore.put_notice."""
        if len(notice) > NOTICE_MOST:
            raise TooLarge
        await self._writer.run(lambda c: rows.put_notice(c, box, read_token, notice))

    async def get_notice(self, box: bytes) -> bytes | None:
        """See BoxStore.get_notice."""
        return await self._readers.ask(lambda c: rows.get_notice(c, box))

    async def waiting(self, most: int) -> list[bytes]:
        """See BoxStore.waiting."""
        await self._write_marks()
        return await self._readers.ask(lambda c: rows.waiting(c, most))

    async def unread_mail(self) -> int:
        """See BoxStore.unread_mail. What other relays took in counts there; what was read at any of them is read."""
        boxes = self._fresh.boxes()[:_LOOKED_AFTER]
        if boxes:
            seen = await self._readers.ask(lambda c: rows.find_seen(c, boxes))
            for box, upto in seen.items():
                self._fresh.read(box, upto)
        return self._fresh.size(self._clock.now_ms())

    async def expire(self, keep: Keep) -> Expired:
        """See BoxStore.expire."""
        await self._write_marks()
        expired = await expire(self._writer.run, self._drop_file, keep, self._today())
        with suppress(Busy):  # another relay, or the server by itself, does it at this moment
            await self._readers.ask(vacuum)
        return expired

    def close(self) -> None:
        """See BoxStore.close. Marks of reading that were not yet written are made again at the next reading."""
        self._closing = True
        self._disk.shutdown()
        self._readers.close()
        self._bells.close()
        self._writer.close()

    def _appended(self, box: bytes, done: Done) -> Appended:
        if done.appended is None:
            raise RuntimeError("an append that appended nothing")
        self._bells.ring(box)
        return done.appended

    async def _take(self, turn: Turn) -> None:
        """Do what a turn writes: its pieces' files, then all rows at once."""
        blobs = self._rows_for(turn.puts, mail=True)
        work = Work(self._today(), mail=True, makes=turn.makes, blobs=blobs, post=turn.post, looks=turn.looks)
        work = await self._put_files(work, [put.sealed for put in turn.puts])
        done = await self._write(work)
        if turn.post is not None and done.appended is not None:
            self._bells.ring(turn.post.box)
            if done.appended.made:
                size = len(turn.post.sealed) + sum(len(put.sealed) for put in turn.puts)
                self._fresh.came(self._clock.now_ms(), turn.post.box, done.appended.number, size)

    def _rows_for(self, puts: Sequence[Put], *, mail: bool) -> tuple[tuple[bytes, BlobRow], ...]:
        """Return the rows that these pieces shall have, each with a file name of its own."""
        return tuple((put.blob, self._row_for(put, mail=mail)) for put in puts)

    def _row_for(self, put: Put, *, mail: bool) -> BlobRow:
        name = f"{put.blob.hex()}.{self._chance.draw(8).hex()}"
        digest = hashlib.sha256(put.sealed).digest()
        return BlobRow(put.erase_hash, name, len(put.sealed), digest, self._today(), int(mail))

    async def _put_files(self, work: Work, sealed: Sequence[bytes]) -> Work:
        """Write the files of those pieces that are not there yet, and return the work with their rows alone.

        What would be refused anyhow is refused now, before a file is written for nothing.
        """
        if not work.blobs:
            return work
        forecast = await self._readers.ask(lambda c: judge(c, work))
        pieces = [(blob, row, raw) for (blob, row), raw in zip(work.blobs, sealed, strict=True)]
        new = [piece for piece, is_new in zip(pieces, forecast.kept, strict=True) if is_new]
        writing = [self._on_disk(partial(self._blobs.put, row.file, raw)) for _, row, raw in new]
        ended = await asyncio.gather(*writing, return_exceptions=True)
        errors = [end for end in ended if isinstance(end, BaseException)]
        if errors:
            await self._drop_files([row.file for _, row, _ in new])
            raise errors[0]
        for (blob, _, raw), is_new in zip(pieces, forecast.kept, strict=True):
            if not is_new:
                await self._heal(blob, raw)
        return replace(work, blobs=tuple((blob, row) for blob, row, _ in new))

    async def _write(self, work: Work) -> Done:
        """Do work whose files are written, and erase the files that got no row."""
        names = [row.file for _, row in work.blobs]
        try:
            done = await self._writer.do(work)
        except Busy:
            raise  # the rows may stand, and must find their files; if they do not, the files are swept
        except Refused:
            await self._drop_files(names)
            raise
        await self._drop_files([name for name, kept in zip(names, done.kept, strict=True) if not kept])
        return done

    async def _heal(self, blob: bytes, sealed: bytes) -> None:
        """Before telling that a blob is there, see that it is, and put back what was lost."""
        row = await self._blob_row(blob)
        if row is None or await self._on_disk(partial(self._blobs.get, row.file)) == sealed:
            return
        await self._on_disk(partial(self._blobs.put, row.file, sealed))
        now = await self._blob_row(blob)
        if now is None or now.file != row.file:  # it was erased meanwhile, and must not stay
            await self._drop_file(row.file)

    async def _blob_row(self, blob: bytes) -> BlobRow | None:
        return (await self._readers.ask(lambda c: rows.find_blobs(c, [blob]))).get(blob)

    def _noted(self, box: bytes, row: BoxRow, page: Page, has_mail: bool) -> Page:  # noqa: FBT001 - of one question
        """Note what was read, and return it."""
        if row.mail or has_mail:
            upto = page.items[-1].number if page.items else 0
            if self._marks.note(box, row, upto, self._today()) and self._marking is None:
                loop = asyncio.get_running_loop()
                self._marking = loop.call_later(_MARK_SECONDS, self._begin_marks)
            self._fresh.read(box, upto)
        return page

    def _begin_marks(self) -> None:
        """Write the marks down without anybody waiting; one that fails is made again at the next reading."""
        self._marking = None
        marks = self._marks.take()
        if marks and not self._closing:
            job = partial(rows.write_marks, marks=marks)
            try:
                self._writer.submit(job, lambda _: None, asyncio.get_running_loop())
            except Busy:
                return

    async def _write_marks(self) -> None:
        marks = self._marks.take()
        if marks:
            await self._writer.run(partial(rows.write_marks, marks=marks))

    async def _drop_file(self, name: str) -> None:
        await self._on_disk(partial(self._blobs.delete, name))

    async def _drop_files(self, names: Sequence[str]) -> None:
        """Erase files that no row names. One that stays all the same is swept."""
        await asyncio.gather(*(self._drop_file(name) for name in names), return_exceptions=True)

    def _is_wanted(self, name: str) -> bool:
        """Tell whether a blob's file belongs to a row; while closing, end the sweep."""
        if self._closing:
            raise Busy
        blob = bytes.fromhex(name[:64])
        row = self._readers.ask_here(lambda c: rows.find_blobs(c, [blob])).get(blob)
        return row is not None and row.file == name

    def _today(self) -> int:
        return self._clock.now_ms() // _DAY_MS

    async def _on_disk(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._disk, work)
        except OSError as error:
            raise Busy from error


def _look_into(connection: Connection, look: Look) -> tuple[BoxRow | None, Page, bool]:
    """List a mailbox, or say what an empty one says."""
    row = rows.find_box(connection, look.box)
    if not is_right(row.read_hash if row else None, look.read_token) or row is None:
        return None, Page([], 0), False
    items, has_mail = rows.read_items(connection, look.box, row, look.after, PAGE_ITEMS_MOST)
    return row, Page(items, row.last), has_mail
