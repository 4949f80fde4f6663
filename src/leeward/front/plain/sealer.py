"""Files of a form, sealed piece by piece while they arrive, and stored before the next ones are read.

1. A piece is plain in memory only until it is sealed; at most IN_FLIGHT pieces of all uploads are sealed or stored
   at once, and an upload that cannot go on is not read further.
2. Small pieces wait, sealed, to ride in the turn; larger ones are stored before it.
3. After a failure everything that was stored is erased again.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from leeward.base.ports import Chance
from leeward.front.errors import Trouble
from leeward.front.plain.form import PlainFile, PlainPiece
from leeward.front.plain.mail import Mail
from leeward.front.port import MailPort
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind
from leeward.wire.turn import PUTS_MOST, Put

IN_FLIGHT = 4  # pieces of all uploads
_OWN_IN_FLIGHT = 3  # pieces of one upload
_INLINE_MOST = 256 * 1024  # bytes that are sealed faster than another thread is asked to
_RIDING_MOST = 220 * 1024  # sealed bytes of pieces that go with the turn
_PIECES_MOST = 8_000  # of one message, so that what describes them fits a report


class Works:
    """What all uploads share: one thread that hashes, in order, two that seal, and a bound on pieces under way."""

    def __init__(self) -> None:
        self.hashing = ThreadPoolExecutor(1, "plain-hash")
        self.sealing = ThreadPoolExecutor(2, "plain-seal")
        self.slots = asyncio.Semaphore(IN_FLIGHT)


@dataclass(frozen=True, slots=True)
class _Piece:
    blob: bytes
    erase: bytes
    size: int
    sha256: str

    def described(self) -> dict[str, Any]:
        return {"blob": self.blob.hex(), "size": self.size, "sha256": self.sha256, "erase": self.erase.hex()}


@dataclass
class _File:
    """A file so far."""

    plain: PlainFile
    hash: Any = field(default_factory=hashlib.sha256)
    pieces: dict[int, _Piece] = field(default_factory=dict)
    count: int = 0

    def described(self) -> dict[str, Any]:
        return {
            "name": self.plain.name,
            "type": self.plain.type,
            "size": self.plain.size,
            "sha256": self.hash.hexdigest(),
            "pieces": [self.pieces[number].described() for number in range(self.count)],
        }


class Sealer:
    """The files of one message."""

    def __init__(self, port: MailPort, mail: Mail, chance: Chance, works: Works) -> None:
        self.riding: list[Put] = []
        self._port = port
        self._mail = mail
        self._chance = chance
        self._works = works
        self._files: dict[PlainFile, _File] = {}
        self._count = self._riding_size = 0
        self._stored: list[_Piece] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._fault: BaseException | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether no file came."""
        return not self._files

    async def take(self, piece: PlainPiece) -> None:
        """Begin to seal a piece, and wait until another may begin; raise what happened to an earlier one."""
        self._raise_fault()
        file = self._files.get(piece.file)
        if file is None:
            file = self._files[piece.file] = _File(piece.file)
        if not piece.plain:
            return
        self._count += 1
        if self._count > _PIECES_MOST:
            raise Trouble("trouble_large", 413)
        number, file.count = file.count, file.count + 1
        if len(piece.plain) <= _INLINE_MOST and piece.last and number == 0:
            await self._take_small(file, piece.plain)
            return
        await self._works.slots.acquire()  # 1
        task = asyncio.create_task(self._work(file, number, piece.plain))
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        while len(self._tasks) >= _OWN_IN_FLIGHT:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        self._raise_fault()

    async def finish(self) -> list[dict[str, Any]]:
        """Wait until every piece is stored or rides in the turn; return the files as a report describes them."""
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._raise_fault()
        return [file.described() for file in self._files.values()]

    async def take_back(self) -> None:
        """Erase what was stored (3)."""
        if self._tasks:
            await asyncio.wait(self._tasks)  # not cut off: what is being stored could come after its erasure
        for piece in self._stored:
            with contextlib.suppress(Exception):
                await self._port.delete_blob(piece.blob, piece.erase)

    async def _take_small(self, file: _File, plain: bytearray) -> None:
        file.hash.update(plain)
        sealed, sha256 = self._seal(plain)
        await self._keep(file, 0, sealed, sha256)

    async def _work(self, file: _File, number: int, plain: bytearray) -> None:
        loop = asyncio.get_running_loop()
        try:
            hashed = loop.run_in_executor(self._works.hashing, file.hash.update, plain)
            sealed, sha256 = await loop.run_in_executor(self._works.sealing, self._seal, plain)
            await hashed
            await self._keep(file, number, sealed, sha256)
        finally:
            self._works.slots.release()

    def _seal(self, plain: bytearray) -> tuple[bytes, str]:
        sealed = seal(Kind.PIECE, plain, self._mail.recipient)
        return sealed, hashlib.sha256(sealed).hexdigest()

    async def _keep(self, file: _File, number: int, sealed: bytes, sha256: str) -> None:
        piece = _Piece(self._chance.draw(32), self._chance.draw(32), len(sealed), sha256)
        file.pieces[number] = piece
        erase_hash = hashlib.sha256(piece.erase).digest()
        if self._riding_size + len(sealed) <= _RIDING_MOST and len(self.riding) < PUTS_MOST:  # 2
            self._riding_size += len(sealed)
            self.riding.append(Put(piece.blob, erase_hash, sealed))
            return
        self._stored.append(piece)  # before it is stored: a failure half-way is taken back too
        await self._port.put_blob(piece.blob, erase_hash, sealed, mail=True)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self._fault = task.exception()

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault
