"""Blobs as files in a folder: `blobs/ab/abcd….1f2e3d4c`, written whole or not at all.

1. Bytes go to a temporary name in the same folder, are synced, get their name, and the folder is synced.
2. A name is used once: what stands under a name never changes.
3. A full disk is NoRoom, and the half-written file is gone.
"""

from __future__ import annotations

import errno
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from leeward.wire.errors import NoRoom

_NAME = re.compile(r"[0-9a-f]{64}\.[0-9a-f]{16}")
_TEMPORARY = ".part"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FolderBlobs:
    """Keeps blobs under `folder`, which is made with the first of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_of(self, name: str) -> Path:
        """Return where a blob of this name lies."""
        if not _NAME.fullmatch(name):
            raise RuntimeError("not a blob's name")
        return self.folder / name[:2] / name

    def find(self, name: str) -> Path:
        """Return where something that `names` gave lies."""
        return self.path_of(name) if _NAME.fullmatch(name) else self.folder / name

    def put(self, name: str, sealed: bytes) -> None:
        """See BlobFiles.put."""
        path = self.path_of(name)
        temporary = path.with_name(name + _TEMPORARY)
        try:
            if not path.parent.exists():
                self._make_folders()
            with temporary.open("xb", buffering=0) as file:
                _write_all(file.fileno(), sealed)
                os.fsync(file.fileno())  # 1
            temporary.rename(path)
            _sync_folder(path.parent)  # 1
        except OSError as error:
            temporary.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise NoRoom from error  # 3
            raise

    def _make_folders(self) -> None:
        """Make all the folders that names lead to, durably: one by one they would cost every early blob two syncs."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(256):
            (self.folder / f"{number:02x}").mkdir(mode=0o700, exist_ok=True)
        _sync_folder(self.folder.parent)
        _sync_folder(self.folder)

    def get(self, name: str) -> bytes | None:
        """See BlobFiles.get."""
        try:
            return self.path_of(name).read_bytes()
        except FileNotFoundError:
            return None

    def size(self, name: str) -> int | None:
        """See BlobFiles.size."""
        try:
            return self.path_of(name).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        """See BlobFiles.delete."""
        path = self.path_of(name)
        path.unlink(missing_ok=True)
        if path.parent.exists():
            _sync_folder(path.parent)

    def sweep(self, is_wanted: Callable[[str], bool], age: float) -> None:
        """See BlobFiles.sweep. Files that are not ours are left to the eyes of `leeward verify`."""
        for found in self.names():
            name = found.rpartition("/")[2].removesuffix(_TEMPORARY)
            path = self.find(found)
            try:
                if (
                    _NAME.fullmatch(name)
                    and time.time() - path.stat().st_mtime > age
                    and (found.endswith(_TEMPORARY) or not is_wanted(name))
                ):
                    path.unlink()
            except FileNotFoundError:
                continue

    def names(self) -> Iterator[str]:
        """See BlobFiles.names."""
        for path in self.folder.rglob("*"):
            if path.is_dir():
                continue
            inside = path.relative_to(self.folder)
            proper = _NAME.fullmatch(path.name) and inside.parts == (path.name[:2], path.name)
            yield path.name if proper else inside.as_posix()


def _write_all(descriptor: int, raw: bytes) -> None:
    view = memoryview(raw)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_folder(folder: Path) -> None:
    """Make the folder's list of names durable (POSIX; elsewhere the system offers no such call)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
