"""Seal and open whole files, of any size, in constant memory.

 1. What comes out stands under its name only when all of it verified and is on the disk; before, it is `NAME.partial`.
 2. After a failure nothing of it is left.
 3. Only its owner may read it.
Opening writes plaintext to the disk: for what a person asked to have outside of Leeward, never for our own use.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from leeward.seal._hazmat.pump import Sink, Source
from leeward.seal.envelope import Opener, open_stream, seal_stream
from leeward.seal.errors import FileTrouble
from leeward.seal.keys import Passphrase, Recipient

_EARLY = 8 * 1024 * 1024


def seal_file(source: Path, target: Path, to: Recipient | Passphrase) -> None:
    """Seal a file as one age file, without a frame; raise FileTrouble if the disk does not let us."""
    _through(source, target, lambda reader, writer: seal_stream(reader, writer, to))


def open_file(untrusted_source: Path, target: Path, keys: Opener) -> None:
    """Open an age file into another file; raise a SealError, and leave nothing, if any of it is not genuine."""
    _through(untrusted_source, target, lambda reader, writer: open_stream(reader, writer, keys))


class _DiskSink:
    """Writes to a file and lets the disk begin at once, instead of when everything waits for it at the end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._written = self._begun = 0

    def write(self, data: memoryview, /) -> int:
        count = self._file.write(data)
        self._written += count
        if self._written - self._begun >= _EARLY and hasattr(os, "posix_fadvise"):
            size = self._written - self._begun
            os.posix_fadvise(self._file.fileno(), self._begun, size, os.POSIX_FADV_DONTNEED)
            self._begun = self._written
        return count


def _through(source: Path, target: Path, work: Callable[[Source, Sink], None]) -> None:
    partial = target.with_name(f"{target.name}.partial")
    try:
        with source.open("rb", buffering=0) as reader:
            partial.unlink(missing_ok=True)
            try:
                with open(partial, "xb", buffering=0, opener=_private) as writer:
                    work(reader, _DiskSink(writer))
                    os.fsync(writer.fileno())
                partial.replace(target)  # 1
                _settle(target.parent)
            except BaseException:
                with contextlib.suppress(OSError):
                    partial.unlink(missing_ok=True)  # 2
                raise
    except OSError as error:
        raise FileTrouble(error.strerror or type(error).__name__) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)  # 3


def _settle(folder: Path) -> None:
    """Make a new name last through a power cut, where folders can be opened."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
