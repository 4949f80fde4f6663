"""Where backups lie: a folder, such as on a stick, or anything else that keeps folders of files by name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Protocol

from leeward.base.say import Message, say
from leeward.office.errors import OfficeError
from leeward.office.export import MANIFEST
from leeward.office.restore import damage_of

NAME = re.compile(r"leeward-\d{8}-\d{6}")


class BackupRefused(OfficeError):
    """A backup cannot go there, or did not."""

    code = "backup.refused"


class BackupFailed(OfficeError):
    """A backup was not made; `failed` says why."""

    code = "backup.failed"

    def __init__(self, failed: str) -> None:
        super().__init__(why_failed(failed))
        self.failed = failed


def why_failed(code: str) -> Message:
    """Return why the last backup failed, and what to do."""
    if code == "circle":
        return say("Nobody is agreed on who could open it. Agree on that under Coming back.")
    if code == "library":
        return say("This program was installed without the part that speaks to S3 stores (obstore).")
    if code == "damaged":
        return say(
            "What was written there could not be read again as it was. The disk or store may be failing."
        )
    return say("The place could not be written to: it is away, full, or the key for it is wrong.")


class Place(Protocol):
    """Where backups lie, by their names."""

    def names(self) -> list[str]:
        """Return the names of the complete backups there."""
        ...

    def put(self, folder: Path, name: str) -> int:
        """Copy a backup there, read all of it again, and return its size. BackupRefused (2)."""
        ...

    def remove(self, name: str) -> None:
        """Remove one."""
        ...


class Folder:
    """Backups as folders of one folder, such as on a stick or a disk of the house."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        """See Place."""
        return sorted(
            found.name
            for found in self._folder.iterdir()
            if NAME.fullmatch(found.name) and (found / MANIFEST).is_file()
        )

    def put(self, folder: Path, name: str) -> int:
        """See Place. A folder that is not there (a stick that is out) is not made: it would fill another disk."""
        if not self._folder.is_dir():
            raise BackupFailed("place")
        unfinished = self._folder / f"{name}.part"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(folder, unfinished)
        if damage_of(unfinished):
            shutil.rmtree(unfinished, ignore_errors=True)
            raise BackupFailed("damaged")
        unfinished.rename(self._folder / name)
        return sum(file.stat().st_size for file in (self._folder / name).rglob("*") if file.is_file())

    def remove(self, name: str) -> None:
        """See Place."""
        shutil.rmtree(self._folder / name, ignore_errors=True)


def refused(what: Message) -> BackupRefused:
    """Return the error for settings that cannot be."""
    return BackupRefused(what, kept=say("Nothing was changed."), next_step=say("Look at the field again."))
