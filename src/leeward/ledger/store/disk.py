"""Durable files: either the old content or the whole new one, also after the power fails."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from leeward.base.say import say
from leeward.ledger.errors import NoRoom


def write_durably(path: Path, content: bytes) -> None:
    """Write a whole file; on the disk when this returns. `content` must be sealed already."""
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise NoRoom(
            say("A file could not be written; the disk may be full."),
            kept=say("What was saved before is safe."),
            next_step=say("Make room on the disk, then try again."),
        ) from error


def destroy(path: Path) -> None:
    """Overwrite a small file, and only then take its name away; durable when this returns."""
    overwrite(path)
    path.unlink()
    sync_folder(path.parent)


def overwrite(path: Path, content: bytes = b"") -> None:
    """Put random bytes, or these as many, in the place of a small file's content; durable when this returns.

    What a journal, a copy on write or an SSD's spare cells keep is beyond reach (docs/known-weaknesses.md).
    """
    with path.open("r+b", buffering=0) as file:
        file.write(content or secrets.token_bytes(os.fstat(file.fileno()).st_size))
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system knows how."""
    if os.name != "nt":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
