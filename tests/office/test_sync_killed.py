"""A desk killed at any moment of its syncing: nothing it confirmed is lost, nothing is doubled, no chain is broken."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.teams import PASSPHRASE, Desk, found, newcomer, real_relay, settle

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.store.vault import Vault
from leeward.office.session import Session
from leeward.sync.client import RelayClient

_DESK = """
import sys
from pathlib import Path
from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.model import put
from leeward.ledger.store.vault import Vault
from leeward.office.files import keep_file
from leeward.office.session import Session
from leeward.office.sync import Syncer
from leeward.sync.client import RelayClient
folder, passphrase, address = sys.argv[1:]
clock, chance = SystemClock(), SystemChance()
session = Session(Vault.open(Path(folder), passphrase, clock=clock, chance=chance), clock=clock, chance=chance)
syncer = Syncer(session, RelayClient(address, timeout=5), wait_seconds=2, sweep_seconds=0.2)
syncer.start()
circle = session.compartment_of("intake")
number = 0
while True:
    number += 1
    record = session.make_id()
    session.commit(circle, put("contact", record, name=record))
    print("entry", record, flush=True)
    if number % 7 == 0:
        ref = keep_file(session, circle, [record.encode() * 2000], name="f", media_type="text/plain")
        print("piece", ref.pieces[0].blob, flush=True)
"""


def _run_and_kill(folder: Path, address: str, seconds: float) -> list[tuple[str, str]]:
    """Let a desk work for a while, kill it, and return what it had confirmed."""
    command = [sys.executable, "-c", _DESK, str(folder), PASSPHRASE, address]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first.startswith("entry"), "the desk did not start"
    time.sleep(seconds)
    process.kill()
    lines = [first, *process.stdout.read().splitlines(keepends=True)]
    process.stdout.close()
    process.wait(10)
    confirmed = [line.split() for line in lines if line.endswith("\n")]
    return [(what, which) for what, which in confirmed]


def _killed_desks(tmp_path: Path, kills: int) -> None:
    chooser = random.Random(7)
    with real_relay(tmp_path / "relay") as address:
        anna = found(tmp_path / "anna", RelayClient(address))
        boris = newcomer(tmp_path / "boris", anna, RelayClient(address), role="operator")
        settle(anna, boris)
        anna.close()
        confirmed: list[tuple[str, str]] = []
        for _ in range(kills):
            confirmed += _run_and_kill(tmp_path / "anna", address, chooser.uniform(0.02, 0.5))
        clock, chance = SystemClock(), SystemChance()
        vault = Vault.open(tmp_path / "anna", PASSPHRASE, clock=clock, chance=chance)
        again = Desk(Session(vault, clock=clock, chance=chance), anna.relay)
        entries = {which for what, which in confirmed if what == "entry"}
        pieces = {which for what, which in confirmed if what == "piece"}
        for desk in (again, boris):
            settle(again, boris)
            there = [record.id for record in desk.vault.find("contact")]
            assert len(there) == len(set(there))
            assert entries <= set(there)
            assert desk.vault.faults() == []
            assert desk.exchange().memory.faults() == []
        assert len({record.id for record in again.vault.find("contact")} - entries) <= kills
        outbox = again.exchange().outbox
        while outbox.deliver_pieces(again.relay, 50):
            pass
        for blob in pieces:
            assert boris.relay.get_blob(blob) == again.vault.blob_get(blob) is not None
        for desk in (again, boris):
            desk.relay.close()
            desk.close()


def test_a_killed_desk_has_lost_and_doubled_nothing(tmp_path: Path) -> None:
    _killed_desks(tmp_path, 3)


@pytest.mark.slow
def test_a_desk_killed_many_times_has_lost_and_doubled_nothing(tmp_path: Path) -> None:
    _killed_desks(tmp_path, 10)
