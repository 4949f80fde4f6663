"""Erasing with the real relay: its files, looked at byte by byte, hold nothing of the person any more."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.support.erasing import Scene, erase, marked, scene, work
from tests.support.postgres import running_postgres
from tests.support.relay_simulator import RelaySimulator
from tests.support.s3 import running_s3
from tests.support.teams import PASSPHRASE, Desk, closing

from leeward.base.ports import SystemChance
from leeward.office.export import export
from leeward.office.relay import use_relay
from leeward.office.restore import restore
from leeward.office.verify import verify
from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.relay.store import Keep
from leeward.sync.client import RelayClient


class Doors:
    """Each desk's own way to a relay that listens."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.made: list[RelayClient] = []

    def door(self) -> RelayClient:
        self.made.append(RelayClient(self.address))
        return self.made[-1]

    def close(self) -> None:
        for door in self.made:
            door.close()


def slices(made: Scene, *, pieces: bool) -> list[bytes]:
    """Return a part of each sealed item and piece that holds something of the person, as the relay has it."""
    anna = made.anna
    found = []
    for circle in (*made.circles, *(one.id for one in anna.vault.compartments() if one.kind == "intake")):
        for room in anna.vault.rooms(circle, every=True):
            items = anna.relay.list_items(room.box, room.read).items
            found += [item.untrusted_sealed[-400:-300] for item in items]
    files = [one for one in anna.vault.find("case_file") if one.fields["case_id"] == made.case_id]
    for record in files:
        for piece in record.fields["file"]["pieces"]:
            sealed = anna.relay.get_blob(piece["blob"])
            assert sealed is not None
            if pieces:
                found.append(sealed[-400:-300])
    return found


def piece_of(made: Scene) -> str:
    """Return the address of the piece of a file that is theirs."""
    [record] = [one for one in made.anna.vault.find("case_file") if one.fields["case_id"] == made.case_id]
    return str(record.fields["file"]["pieces"][0]["blob"])


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def run(tmp_path: Path, store: Any, raw: Any, *, pieces: bool = True) -> list[int]:
    """Erase with the real relay over a store; return which of what is sought is still in its raw bytes."""
    with Serving(make_app(store)) as serving, contextlib.closing(Doors(serving.address)) as doors:
        made = scene(tmp_path, doors)
        sought = slices(made, pieces=pieces)
        piece = piece_of(made)
        assert len(sought) > 3
        before = raw()
        assert all(one in before for one in sought)
        with closing(*made.desks):
            erase(made, first=made.desks[:2], rounds=6)
            for desk in made.desks:
                assert marked(desk) == set()
                assert not desk.relay.has_blob(piece)
                assert desk.vault.faults() == desk.exchange().memory.faults() == []
        for desk in made.desks:
            folder = desk.session.vault.folder
            report = verify(
                folder,
                PASSPHRASE,
                clock=made.clock,
                chance=SystemChance(),
                relay=doors.door(),
            )
            assert report.faults == []
            assert report.segments > 0
    asyncio.run(store.expire(Keep()))
    after = raw()
    store.close()
    return [number for number, one in enumerate(sought) if one in after]


def test_the_relays_files_hold_nothing_of_them_and_all_chains_verify(tmp_path: Path) -> None:
    folder = tmp_path / "relay"
    assert run(tmp_path, open_store(str(folder)), lambda: everything(folder)) == []


@pytest.mark.slow
def test_nor_do_those_of_postgresql_and_s3(tmp_path: Path) -> None:
    places = tmp_path / "s3"
    places.mkdir()
    with running_postgres() as cluster, running_s3(places) as s3:
        url = cluster.new_database()

        def raw() -> bytes:
            """The tables' files after a vacuum; the server's own log is recycled later, and no part of a store."""
            name = url.split("://")[1].split("/")[1].split("?")[0]
            with psycopg.connect(cluster.admin_url(name), autocommit=True) as admin:
                admin.execute("VACUUM FULL")
                admin.execute("CHECKPOINT")
            return everything(cluster.data / "base")

        store: Any = open_store(url, s3.url("ours"))
        assert run(tmp_path, store, raw, pieces=False) == []


def test_an_export_made_before_is_erased_again_when_it_is_restored(tmp_path: Path) -> None:
    relay = RelaySimulator()
    made = scene(tmp_path, relay)
    with closing(*made.desks):
        export(made.anna.session, tmp_path / "before", "words of an export", work_factor=2)
        erase(made, first=made.desks[:2], rounds=6)
        export(made.anna.session, tmp_path / "after", "words of an export", work_factor=2)
        for name, holds in (("after", False), ("before", True)):
            session = restore(
                tmp_path / name,
                "words of an export",
                tmp_path / f"restored-{name}",
                "new words",
                clock=made.clock,
                chance=SystemChance(),
                work_factor=2,
            )
            door = relay.door()
            use_relay(session.vault, door)
            desk = Desk(session, door)
            with closing(desk):
                assert bool(marked(desk)) == holds
                if holds:
                    made.clock.ms += 1000
                    work(desk, rounds=3)
                    assert marked(desk) == set()
