"""Sealed blobs beside the database: folder/blobs/ab/abcdef…, each a file of its own.

What is small and goes soon lies in the database instead, as letters on their way do: kept and let go of with the note
that tells of it, in one transaction, without waiting for a file.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw

from leeward.base.say import say
from leeward.ledger.store.database import Database, damaged
from leeward.ledger.store.disk import overwrite, sync_folder, write_durably

BLOBS = "blobs"
_SMALL_MOST = 32 * 1024
_ADDRESS = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """The blobs of one vault. They come sealed and stay sealed."""

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder / BLOBS
        self._database = database

    def put(self, address: str, sealed: bytes) -> None:
        """Keep a blob; durable when this returns. A file without its hash in the database was never confirmed."""
        self.write([(address, sealed)])
        with self._database.writing() as writer:
            self.confirm(writer, [(address, sealed)])

    def write(self, blobs: Sequence[tuple[str, bytes]]) -> None:
        """Write the files of blobs, pairs of address and sealed bytes, which are to be confirmed."""
        paths = [self._path(address) for address, _ in blobs]
        new = [folder for folder in {path.parent for path in paths} if not folder.is_dir()]
        if new:
            if not self._folder.is_dir():
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                sync_folder(self._folder.parent)
            for folder in new:
                folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self._folder)
        for path, (_, sealed) in zip(paths, blobs, strict=True):
            write_durably(path, sealed)

    def confirm(self, writer: apsw.Connection, blobs: Sequence[tuple[str, bytes]]) -> None:
        """Confirm blobs that were written, with the writer's transaction."""
        writer.executemany(
            "INSERT OR REPLACE INTO blob (address, sha256) VALUES (?,?)",
            [(address, hashlib.sha256(sealed).digest()) for address, sealed in blobs],
        )

    def keep(self, writer: apsw.Connection, blobs: Sequence[tuple[str, bytes]]) -> None:
        """Keep blobs with the writer's transaction; the files of those that are not small were written."""
        writer.executemany(
            "INSERT OR REPLACE INTO blob VALUES (?,?,?)",
            [
                (_named(pair[0]), hashlib.sha256(pair[1]).digest(), pair[1] if is_small(pair) else None)
                for pair in blobs
            ],
        )

    def get(self, address: str) -> bytes | None:
        """Return a blob, None if it is not here; VaultDamaged if it is not what was put."""
        rows = self._database.ask("SELECT sha256, sealed FROM blob WHERE address=?", (_named(address),))
        if not rows:
            return None
        digest, sealed = rows[0]
        if sealed is None:
            try:
                sealed = self.raw(address)
            except FileNotFoundError:
                return None
            except OSError as error:
                raise damaged(say("A file of this vault cannot be read from the disk.")) from error
        if hashlib.sha256(sealed).digest() != digest:
            raise damaged(say("A sealed file in this vault was changed after it was written."))
        return bytes(sealed)

    def delete(self, address: str, *, for_good: bool = False) -> None:
        """Remove a blob if it is here; `for_good` puts random bytes in its place first."""
        if for_good:
            with contextlib.suppress(FileNotFoundError):
                overwrite(self._path(address))
        with self._database.writing(erasing=for_good) as writer:
            files = self.drop(writer, [address])
        self.unlink(files)
        if for_good and self._path(address).parent.is_dir():
            sync_folder(self._path(address).parent)

    def drop(self, writer: apsw.Connection, addresses: Sequence[str]) -> list[str]:
        """Confirm blobs no longer; return those to `unlink` once the writer's transaction has ended."""
        files = []
        for address in addresses:
            here: Any = writer.execute(
                "SELECT 1 FROM blob WHERE address=? AND sealed IS NOT NULL", (_named(address),)
            ).fetchone()
            writer.execute("DELETE FROM blob WHERE address=?", (address,))
            if here is None:
                files.append(address)
        return files

    def unlink(self, addresses: Sequence[str]) -> None:
        """Take away the files of blobs."""
        for address in addresses:
            self._path(address).unlink(missing_ok=True)

    def raw(self, address: str) -> bytes:
        """Return a blob's file as it lies on the disk."""
        return self._path(address).read_bytes()

    def noted(self) -> dict[str, bytes]:
        """Return the hash of every confirmed blob that is a file, by address."""
        rows = self._database.ask("SELECT address, sha256 FROM blob WHERE sealed IS NULL", brief=False)
        return {str(address): bytes(digest) for address, digest in rows}

    def small(self) -> dict[str, bool]:
        """Return the addresses of those without a file, and whether each is what was put."""
        rows = self._database.ask(
            "SELECT address, sha256, sealed FROM blob WHERE sealed IS NOT NULL", brief=False
        )
        return {str(address): hashlib.sha256(sealed).digest() == digest for address, digest, sealed in rows}

    def files(self) -> Iterator[str]:
        """Yield the address of every file, in order."""
        for path in sorted(self._folder.glob("??/*")):
            if _ADDRESS.fullmatch(path.name):
                yield path.name

    def addresses(self) -> Iterator[str]:
        """Yield every address, in order."""
        rows = self._database.ask("SELECT address FROM blob WHERE sealed IS NOT NULL", brief=False)
        yield from sorted({*self.files(), *(str(address) for (address,) in rows)})

    def _path(self, address: str) -> Path:
        return self._folder / _named(address)[:2] / address


def is_small(blob: tuple[str, bytes]) -> bool:
    """Tell whether a blob that goes soon, address and sealed bytes, is to lie in the database."""
    return len(blob[1]) <= _SMALL_MOST


def _named(address: str) -> str:
    if not _ADDRESS.fullmatch(address):  # an address becomes a file's name: nothing else may
        raise RuntimeError("a blob's address is 64 hexadecimal digits")
    return address
