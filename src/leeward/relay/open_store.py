"""Which store an address names.

    /a/folder, sqlite:///a/file            SQLite; blobs in the folder `blobs` beside it, unless said otherwise
    postgresql://user@host/database        PostgreSQL; where blobs are must be said
    file:///a/folder                       blobs as files
    s3://bucket/prefix?endpoint=…          blobs as objects (relay/s3_blobs.py)

PostgreSQL and S3 need libraries that are loaded only when asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable
from urllib.parse import unquote, urlsplit

from leeward.base.ports import Chance, Clock, SystemChance, SystemClock
from leeward.relay.errors import UnknownStore
from leeward.relay.folder_blobs import FolderBlobs
from leeward.relay.scale_errors import BlobsNotNamed, ExtraMissing, UnknownBlobs, shown
from leeward.relay.sqlite_store import SqliteStore
from leeward.relay.store import BlobFiles, BoxStore

FILE = "relay.sqlite"
BLOBS = "blobs"

_SCHEME = re.compile(r"[a-z][a-z0-9+.]+://")
_POSTGRES = ("postgresql://", "postgres://")


@runtime_checkable
class SharedStore(Protocol):
    """A store that several relays share, and with it the secret from which they ask for work (relay/lanes.py)."""

    work_secret: bytes


def open_store(
    url: str, blobs: str | None = None, *, clock: Clock | None = None, chance: Chance | None = None
) -> BoxStore:
    """Open the store at an address, made if it is not there, with its blobs at another.

    UnknownStore, UnknownBlobs, StoreDamaged, StoreTooNew, and the errors of relay/scale_errors.py.
    """
    clock, chance = clock or SystemClock(), chance or SystemChance()
    if url.startswith(_POSTGRES):
        if blobs is None:
            raise BlobsNotNamed
        open_postgres = _load("psycopg", "leeward.relay.postgres_store", "PostgresStore")
        return cast("BoxStore", open_postgres(url, open_blobs(blobs), clock=clock, chance=chance))
    path = store_path(url)
    files = FolderBlobs(path.parent / BLOBS) if blobs is None else open_blobs(blobs)
    return SqliteStore(path, files, clock=clock, chance=chance)


def work_secret(store: BoxStore) -> bytes | None:
    """Return what all relays of this store make their salts from, None if each draws its own."""
    return store.work_secret if isinstance(store, SharedStore) else None


def open_blobs(url: str) -> BlobFiles:
    """Open the place of blobs at an address; a folder is made with the first of them. UnknownBlobs, KeysMissing."""
    if url.startswith("s3://"):
        return cast("BlobFiles", _load("obstore", "leeward.relay.s3_blobs", "S3Blobs")(url))
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc or not parts.path.strip("/"):
        raise UnknownBlobs(url)
    return FolderBlobs(Path(unquote(parts.path)))


def store_path(url: str) -> Path:
    """Return the SQLite file that an address means; UnknownStore."""
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite://"))
    if not url or _SCHEME.match(url):
        raise UnknownStore(shown(url))
    return Path(url) / FILE


def _load(library: str, module: str, name: str) -> Callable[..., Any]:
    """Return what a module offers that needs a library which only large relays have. ExtraMissing."""
    try:
        import_module(library)
    except ImportError as error:
        raise ExtraMissing(library) from error
    offered: Callable[..., Any] = getattr(import_module(module), name)
    return offered
