"""Looking into a running desk from another program of the same user, or into what it leaves when it crashes."""

from __future__ import annotations

import subprocess
import sys

import pytest

_LOOK = """
import pathlib, resource
from leeward.cli.main import main
main([])
print(resource.getrlimit(resource.RLIMIT_CORE))
print(pathlib.Path("/proc/self/mem").stat().st_uid)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the files of /proc are Linux's")
def test_a_crash_leaves_no_keys_and_memory_is_nobody_elses() -> None:
    done = subprocess.run([sys.executable, "-c", _LOOK], capture_output=True, text=True, check=True)
    core, owner = done.stdout.splitlines()[-2:]
    assert core == "(0, 0)"
    assert owner == "0"  # no longer this user's: the system refuses it to them
