"""Keeping what this process holds in memory, keys above all, out of files and out of other programs' reach."""

from __future__ import annotations

import ctypes
import sys

_PR_SET_DUMPABLE = 4  # Linux, prctl(2)


def keep_memory_private() -> None:
    """Leave no core dump when this process crashes; on Linux, let no other program of this user look inside either."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not there on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
