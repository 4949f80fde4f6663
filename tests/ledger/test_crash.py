"""A process killed at any moment: what was confirmed is there, and nothing is pushed twice under two names."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.store.check import check
from leeward.ledger.store.vault import Vault

WORDS = "мост восемь honest river"

_CHILD = """
import sys
from pathlib import Path
from typing import Any
from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.model import put
from leeward.ledger.store.vault import Vault
vault = Vault.open(Path(sys.argv[1]), sys.argv[2], clock=SystemClock(), chance=SystemChance())
place = vault.compartment_of("record")
start = vault.count("claim")
print("open", flush=True)
for number in range(start, start + 100000):
    vault.commit(place, put("claim", f"r{number}", text=f"confirmed {number}"))
    print(number, flush=True)
    if number % 5 == 4:
        for out in vault.outgoing():
            print("out", out.item, len(out.sealed), flush=True)
"""


@pytest.mark.parametrize("seconds", [0.05, 0.13, 0.3])
def test_every_confirmed_commit_survives_a_kill(tmp_path: Path, seconds: float) -> None:
    folder = tmp_path / "vault"
    ports: Any = {"clock": SystemClock(), "chance": SystemChance()}
    with Vault.create(folder, WORDS, member_id="m", work_factor=4, **ports) as vault:
        vault.make_compartment("record")
    confirmed = -1
    offered: dict[str, int] = {}
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(folder), WORDS],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": "src"},
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"open\n"
            time.sleep(seconds)
            child.kill()
            for line in child.stdout.read().split(b"\n")[:-1]:
                if line.startswith(b"out"):
                    offered[line.split()[1].decode()] = int(line.split()[2])
                else:
                    confirmed = int(line)
        faults = check(folder, WORDS, clock=SystemClock(), progress=print)
        assert faults == [] or all("vault.db-wal" in fault.where for fault in faults)
        with Vault.open(folder, WORDS, clock=SystemClock(), chance=SystemChance()) as vault:
            assert vault.count("claim") >= confirmed + 1
            for number in range(confirmed + 1):
                assert vault.get(f"r{number}") is not None
            kept = {out.item: len(out.sealed) for out in vault.outgoing()}
            assert offered.items() <= kept.items()
            assert vault.search("confirmed").total == vault.count("claim")
            assert vault.unsent() == vault.count("claim")
    assert confirmed > 0


_FILLER = """
import resource, sys
from pathlib import Path
from typing import Any
from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.errors import NoRoom
from leeward.ledger.model import put
from leeward.ledger.store.vault import Vault
vault = Vault.open(Path(sys.argv[1]), sys.argv[2], clock=SystemClock(), chance=SystemChance())
place = vault.compartment_of("record")
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
number = 0
try:
    while number < 1000:
        vault.commit(place, put("claim", f"r{number}", text="x" * 5000))
        number += 1
except NoRoom as error:
    print(error)
try:
    vault.blob_put("ab" * 32, b"x" * 1_500_000)
except NoRoom as error:
    print(error)
print(number, flush=True)
"""


def test_a_file_that_may_not_grow_is_said_so_and_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    ports: Any = {"clock": SystemClock(), "chance": SystemChance()}
    with Vault.create(folder, WORDS, member_id="m", work_factor=4, **ports) as vault:
        vault.make_compartment("record")
    done = subprocess.run(
        [sys.executable, "-c", _FILLER, str(folder), WORDS],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": "src"},
    )
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 3, done.stderr.decode()
    assert all("may be full" in line and "is safe" in line for line in lines[:2])
    with Vault.open(folder, WORDS, clock=SystemClock(), chance=SystemChance()) as vault:
        assert vault.count("claim") == int(lines[2]) > 10
        assert list(vault.blobs()) == []
        assert [path.name for path in folder.rglob("*.partial")] == []
