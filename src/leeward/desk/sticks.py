"""The stick that burns the vault: a removable medium, attached while the desk runs, that carries one certain file.

 1. Only a medium that the system calls removable, or that hangs on the USB bus; also through an encrypted layer.
 2. Only one that was not there at the look before: preparing a stick that is attached burns nothing.
 3. Only a plain file at the medium's top, of the name and the SHA-256 that were set up. It is read once.
Linux only, from /proc and /sys; elsewhere `can_watch` is False and nothing is offered.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import stat
import threading
from pathlib import Path

import msgspec

from leeward.base.errors import LeewardError
from leeward.desk.state import DeskState
from leeward.office.computer import STICK_BYTES, Stick, burn_by_stick, stick_of

_LOOK_SECONDS = 1.0
_LAYERS_MOST = 4  # of encryption or volumes between a file system and its medium
_OCTAL = re.compile(r"\\([0-7]{3})")


class Roots(msgspec.Struct, frozen=True):
    """Where the system tells of its media."""

    mountinfo: Path = Path("/proc/self/mountinfo")
    sys: Path = Path("/sys")


def can_watch(roots: Roots | None = None) -> bool:
    """Tell whether this system says what is removable in a way we know."""
    roots = roots or Roots()
    return roots.mountinfo.exists() and (roots.sys / "dev" / "block").is_dir()


def removable(roots: Roots) -> dict[str, Path]:
    """Return the top folders of removable media, by the number of their device. OSError if the system does not say."""
    found: dict[str, Path] = {}
    for line in roots.mountinfo.read_text(encoding="utf-8", errors="surrogateescape").split("\n"):
        fields = line.split(" ")
        if len(fields) < 6 or fields[3] != "/" or not re.fullmatch(r"\d+:\d+", fields[2]):
            continue
        device = roots.sys / "dev" / "block" / fields[2]
        if fields[2] not in found and _is_removable(device, _LAYERS_MOST):
            found[fields[2]] = Path(_OCTAL.sub(lambda match: chr(int(match[1], 8)), fields[4]))
    return found


def carries(folder: Path, stick: Stick) -> bool:
    """Tell whether the file that was set up lies at the top of a medium."""
    try:
        file = os.open(folder / stick.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return False
    try:
        known = os.fstat(file)
        if not stat.S_ISREG(known.st_mode) or known.st_size != STICK_BYTES:
            return False
        return hmac.compare_digest(hashlib.sha256(os.read(file, STICK_BYTES + 1)).digest(), stick.sha256)
    except OSError:
        return False
    finally:
        os.close(file)


class StickWatch:
    """Looks once a second; `look` is one of them. A thread of its own: a broken stick may keep a reader waiting."""

    def __init__(self, desk: DeskState, roots: Roots | None = None) -> None:
        self._desk = desk
        self._roots = roots or Roots()
        self._seen: set[str] | None = None
        self._ending = threading.Event()
        self.look()

    def start(self) -> None:
        """Begin to look, if this system can."""
        if can_watch(self._roots):
            threading.Thread(target=self._run, name="stick", daemon=True).start()

    def stop(self) -> None:
        """End with the next look."""
        self._ending.set()

    def look(self) -> bool:
        """Burn the vault if a medium that carries the file was attached since the last look; tell whether it was."""
        try:
            media = removable(self._roots)
        except OSError:
            return False  # not told is not gone: what was seen stays seen
        fresh = [
            folder for device, folder in media.items() if self._seen is not None and device not in self._seen
        ]
        self._seen = set(media)
        if not fresh:
            return False
        with contextlib.suppress(LeewardError):  # it was closed a moment ago
            stick = stick_of(self._desk.session)
            if stick is not None and any(carries(folder, stick) for folder in fresh):
                return self._burn()
        return False

    def _burn(self) -> bool:
        try:
            burn_by_stick(self._desk.session)
        finally:
            self._desk.bell.close()
            self._desk.hurried = True
            self._desk.lock()
        return True

    def _run(self) -> None:
        while not self._ending.wait(_LOOK_SECONDS):
            if self.look():
                return


def _is_removable(device: Path, layers: int) -> bool:
    try:
        place = device.resolve(strict=True)
    except (OSError, RuntimeError):
        return False
    if any(re.fullmatch(r"usb\d+", part) for part in place.parts):  # 1
        return True
    for file in (place / "removable", place.parent / "removable"):  # a disk says it, of its partitions too
        with contextlib.suppress(OSError, ValueError):
            if file.read_text(encoding="ascii").strip() == "1":
                return True
    below = sorted((place / "slaves").iterdir()) if (place / "slaves").is_dir() else []
    return layers > 0 and any(_is_removable(one, layers - 1) for one in below)
