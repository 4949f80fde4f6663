"""Listening to the computer's own lock: a screen saver that begins, a locked session, a lid that puts it to sleep.

On Linux these are signals on D-Bus, and `dbus-monitor`, which comes with D-Bus, prints them. Where there is no such
program or no bus, nothing is heard, and the desk still locks by itself (watch.py). Any program of this user may send
such a signal; all that it can do is to lock the desk.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator

_SAVERS = frozenset(
    f"org.{desktop}.ScreenSaver" for desktop in ("freedesktop", "gnome", "cinnamon", "mate", "kde", "xfce")
)
_LISTEN = (
    ("--session", "type='signal',member='ActiveChanged'"),
    (
        "--system",
        "type='signal',interface='org.freedesktop.login1.Manager',member='PrepareForSleep'",
        "type='signal',interface='org.freedesktop.login1.Session',member='Lock'",
    ),
)
_HEAD = re.compile(r"^signal .*; interface=([\w.]+); member=(\w+)$")


def locks(lines: Iterable[str]) -> Iterator[str]:
    """Yield the name of each signal that means: nobody should see this screen now."""
    heard = ""
    for line in lines:
        head = _HEAD.match(line.rstrip())
        if head is not None:
            interface, member = head.groups()
            heard = member if interface in _SAVERS or interface == "org.freedesktop.login1.Manager" else ""
            if (interface, member) == ("org.freedesktop.login1.Session", "Lock"):
                yield member
        elif heard and line.strip() == "boolean true":
            yield heard
            heard = ""


class ScreenLock:
    """Calls `on_lock`, on threads of its own, whenever the computer is locked or goes to sleep."""

    def __init__(self, on_lock: Callable[[], None]) -> None:
        self._on_lock = on_lock
        self._children: list[subprocess.Popen[str]] = []

    def start(self) -> None:
        """Begin to listen, where the system has a way."""
        program = shutil.which("dbus-monitor")
        for words in _LISTEN if program is not None else ():
            with contextlib.suppress(OSError):
                child = subprocess.Popen(  # noqa: S603 - a program of the system, with words of our own
                    [str(program), *words],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                    errors="replace",
                )
                self._children.append(child)
                threading.Thread(target=self._read, args=(child,), name="screen lock", daemon=True).start()

    def stop(self) -> None:
        """End the listeners."""
        for child in self._children:
            child.terminate()
            child.wait()

    def _read(self, child: subprocess.Popen[str]) -> None:
        assert child.stdout is not None
        with child.stdout as lines:
            for _ in locks(lines):
                self._on_lock()
