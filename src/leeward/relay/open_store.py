"""Which store an address names."""

from __future__ import annotations

import re
from pathlib import Path

from leeward.base.ports import Chance, Clock, SystemChance, SystemClock
from leeward.relay.errors import UnknownStore
from leeward.relay.folder_blobs import FolderBlobs
from leeward.relay.sqlite_store import SqliteStore

FILE = "relay.sqlite"
BLOBS = "blobs"

_SCHEME = re.compile(r"[a-z][a-z0-9+.]+://")


def open_store(url: str, *, clock: Clock | None = None, chance: Chance | None = None) -> SqliteStore:
    """Open the store at a folder's path, or at `sqlite:///path/of/a/file`; made if it is not there.

    Blobs lie in the folder `blobs` beside the file. UnknownStore, StoreDamaged, StoreTooNew.
    """
    path = store_path(url)
    blobs = FolderBlobs(path.parent / BLOBS)
    return SqliteStore(path, blobs, clock=clock or SystemClock(), chance=chance or SystemChance())


def store_path(url: str) -> Path:
    """Return the SQLite file that an address means; UnknownStore."""
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite://"))
    if not url or _SCHEME.match(url):
        raise UnknownStore(url)
    return Path(url) / FILE
