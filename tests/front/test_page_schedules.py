"""Long forms of web/tests: a thousand schedules of a bad line, and a file of two gigabytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run_node(test: str, **environment: str) -> None:
    done = subprocess.run(
        ["node", "--test", f"web/tests/{test}"],
        cwd=ROOT,
        env={**os.environ, "PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_thousand_schedules_of_lost_doubled_cut_and_resumed_pieces_give_no_corrupt_file() -> None:
    run_node("schedules.test.mjs", LEEWARD_SCHEDULES="1000", LEEWARD_SEED="100001")


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_file_of_two_gigabytes_is_sealed_in_constant_memory() -> None:
    run_node("large.test.mjs", LEEWARD_MEGABYTES="2040")
