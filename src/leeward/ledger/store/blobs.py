"""Sealed blobs beside the database: folder/blobs/ab/abcdef…, each a file of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from leeward.ledger.store.database import damaged
from leeward.ledger.store.disk import sync_folder, write_durably

BLOBS = "blobs"
_ADDRESS = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """The blobs of one vault. They come sealed and stay sealed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / BLOBS

    def put(self, address: str, sealed: bytes) -> None:
        """Keep a blob; durable when this returns."""
        path = self._path(address)
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(self._folder)
            sync_folder(self._folder.parent)
        write_durably(path, sealed)

    def get(self, address: str) -> bytes | None:
        """Return a blob, None if it is not here."""
        try:
            return self._path(address).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise damaged("A file of this vault cannot be read from the disk.") from error

    def delete(self, address: str) -> None:
        """Remove a blob if it is here."""
        self._path(address).unlink(missing_ok=True)

    def addresses(self) -> Iterator[str]:
        """Yield every address, in order."""
        for path in sorted(self._folder.glob("??/*")):
            if _ADDRESS.fullmatch(path.name):
                yield path.name

    def _path(self, address: str) -> Path:
        if not _ADDRESS.fullmatch(address):  # an address becomes a file's name: nothing else may
            raise RuntimeError("a blob's address is 64 hexadecimal digits")
        return self._folder / address[:2] / address
