"""Whether a relay is set up so that its promises hold: rules about a machine, without changing anything on it.

Each rule looks at one thing and says what it found, why that matters, and how to mend it. `Host` is where it looks, so
that a test can build a machine out of a folder. What cannot be found out is said as that, never as "good".
"""

from __future__ import annotations

import enum
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

_COMMAND_SECONDS = 20


class Level(enum.StrEnum):
    """How a finding is to be taken."""

    GOOD = "good"
    UNKNOWN = "unknown"  # it could not be found out here
    LOOK = "look"  # a person should decide
    WRONG = "wrong"  # a promise does not hold


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    code: str  # stable, such as "folder.mode"
    level: Level
    what: str
    why: str = ""
    mend: str = ""


Run = Callable[[list[str]], str | None]


def run_command(words: list[str]) -> str | None:
    """Return what a command prints, None if it is not there or fails."""
    if shutil.which(words[0]) is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603 - our own words only, no shell
            words, capture_output=True, text=True, timeout=_COMMAND_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


class Host(msgspec.Struct, frozen=True):
    """The machine that is looked at."""

    root: Path = Path("/")
    run: Run = run_command
    now: Callable[[], float] = time.time
    free: Callable[[Path], tuple[int, int]] = lambda path: shutil.disk_usage(path)[
        ::2
    ]  # total and free bytes

    def read(self, path: str) -> str | None:
        """Return a small file of the system, None if it cannot be read."""
        try:
            return (self.root / path.lstrip("/")).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None

    def there(self, path: str) -> bool:
        """Tell whether a path exists."""
        return (self.root / path.lstrip("/")).exists()


def check_folder(folder: Path, host: Host) -> Iterator[Finding]:
    """Only the relay's own user may read what is kept."""
    why = "What lies there is sealed, but sizes, days and addresses of boxes tell whoever reads them a story."
    try:
        found = folder.stat()
    except OSError as error:
        yield Finding(
            "folder.there",
            Level.WRONG,
            f"The folder {folder} cannot be looked at ({error.strerror}).",
            "Without it nothing else can be checked.",
            "Name the folder that the relay was started with, and run this as root or as the relay's user.",
        )
        return
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        yield Finding(
            "folder.mode",
            Level.WRONG,
            f"Others than its owner may enter {folder} (mode {mode:04o}).",
            why,
            f"chmod 700 {folder}",
        )
    else:
        yield Finding("folder.mode", Level.GOOD, f"Only its owner may enter {folder}.")
    if found.st_uid == 0:
        yield Finding(
            "folder.owner",
            Level.WRONG,
            f"{folder} belongs to root.",
            "A relay that runs as root hands the whole machine to whoever finds a fault in it.",
            "Give it a user of its own, as deploy/README.md does.",
        )
    else:
        yield Finding("folder.owner", Level.GOOD, f"{folder} belongs to a user of its own.")
    yield from _files(folder, found.st_uid)
    yield from _room(folder, host)
    yield from _future(folder, host)


def _files(folder: Path, owner: int) -> Iterator[Finding]:
    open_ones, strangers, count = [], [], 0
    for top, names, files in os.walk(folder):
        for name in [*names, *files]:
            path = Path(top, name)
            found = path.lstat()
            count += 1
            if stat.S_ISLNK(found.st_mode) or stat.S_IMODE(found.st_mode) & 0o077:
                open_ones.append(path)
            if found.st_uid != owner:
                strangers.append(path)
    if open_ones:
        yield Finding(
            "files.mode",
            Level.WRONG,
            f"{len(open_ones)} of {count} things in {folder} are open to others or are links, such as {open_ones[0]}.",
            "The folder's own mode may change one day; each file should hold by itself.",
            f"chmod -R go= {folder}, and look at what a link there is for.",
        )
    else:
        yield Finding("files.mode", Level.GOOD, f"All {count} things in it are for their owner only.")
    if strangers:
        yield Finding(
            "files.owner",
            Level.WRONG,
            f"{len(strangers)} things in {folder} belong to somebody else, such as {strangers[0]}.",
            "The relay could not change or erase them, and somebody else can.",
            f"chown -R --reference={folder} {folder}",
        )


def _room(folder: Path, host: Host) -> Iterator[Finding]:
    total, free = host.free(folder)
    told = f"{free / 1e9:.1f} of {total / 1e9:.1f} GB are free where the relay keeps things."
    if free < 2e9 or free < total / 20:
        yield Finding(
            "disk.room",
            Level.WRONG,
            told,
            "A full disk makes the relay refuse reports from people who may have one chance to send them.",
            "Make room, or shorten --keep-read and --keep-blobs.",
        )
    else:
        yield Finding("disk.room", Level.GOOD, told)


def _future(folder: Path, host: Host) -> Iterator[Finding]:
    newest = max((path.lstat().st_mtime for path in folder.iterdir()), default=0.0)
    if newest > host.now() + 300:
        yield Finding(
            "clock.past",
            Level.WRONG,
            "Something in the folder was written at a time that has not come yet.",
            "The clock was set back: mail expires late, and Tor refuses to work with a clock that is off by hours.",
            "Set the clock, then see that it stays set: timedatectl status",
        )


def check_socket(path: Path) -> Iterator[Finding]:
    """Only Tor's group may speak to the relay."""
    try:
        found = path.lstat()
        around = path.parent.stat()
    except OSError:
        yield Finding(
            "socket.there",
            Level.WRONG,
            f"There is no socket at {path}.",
            "Then nobody reaches the relay: it does not run, or listens elsewhere.",
            "systemctl status leeward-relay; see that the unit, torrc and this command name the same path.",
        )
        return
    if not stat.S_ISSOCK(found.st_mode):
        yield Finding(
            "socket.there", Level.WRONG, f"{path} is no socket.", "", "Remove it, and restart the relay."
        )
        return
    if found.st_mode & 0o002 and around.st_mode & 0o001:
        yield Finding(
            "socket.mode",
            Level.WRONG,
            f"Everybody on this machine may speak to {path}.",
            "Whoever does is not behind Tor: another program here could flood it, or watch how it answers.",
            f"chmod 660 {path}; a socket that the relay makes has this mode already.",
        )
    else:
        yield Finding("socket.mode", Level.GOOD, f"Only its owner and one group may speak to {path}.")
