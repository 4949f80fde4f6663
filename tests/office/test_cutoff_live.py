"""Cutting off with the desks' own threads, a real relay, and nobody syncing by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tests.support.teams import closing, found, newcomer, real_relay, settle

from leeward.ledger.model import put
from leeward.office.cutoff import Fresh, progress, put_out
from leeward.office.sync import Syncer
from leeward.sync.client import RelayClient


def wait_until(true: Callable[[], bool], seconds: float = 25.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.05)


def test_new_keys_are_made_and_heard_of_in_the_background(tmp_path: Path) -> None:
    with real_relay(tmp_path / "relay") as address:
        doors = [RelayClient(address) for _ in range(3)]
        anna = found(tmp_path / "anna", doors[0])
        boris = newcomer(tmp_path / "boris", anna, doors[1], name="Boris", role="coordinator")
        clara = newcomer(tmp_path / "clara", anna, doors[2], name="Clara", role="coordinator")
        settle(anna, boris, clara)
        syncers = [Syncer(desk.session, desk.relay, wait_seconds=2) for desk in (anna, boris)]
        with closing(anna, boris, clara):
            for syncer in syncers:
                syncer.start()
            wait_until(lambda: all(syncer.state.synced_at for syncer in syncers))
            put_out(anna.session, [clara.device_id])
            wait_until(lambda: progress(anna.session) == {clara.device_id: Fresh(4, 4)})
            wait_until(lambda: progress(boris.session) == {clara.device_id: Fresh(4, 4)})
            record = boris.vault.compartment_of("record")
            boris.session.commit(record, put("claim", "later", text="x"))
            wait_until(lambda: anna.vault.get("later") is not None)
            anna.session.commit(record, put("claim", "and back", text="x"))
            wait_until(lambda: boris.vault.get("and back") is not None)
            for syncer in syncers:
                syncer.stop()
            clara.sync()
            assert clara.vault.count("claim") == 0
            assert anna.vault.faults() == boris.vault.faults() == []
        for door in doors:
            door.close()
