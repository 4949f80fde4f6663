"""Verifying: a sound vault and relay are found sound, with counts; one wrong byte anywhere is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.relay_simulator import Door, RelaySimulator
from tests.support.teams import PASSPHRASE, found, newcomer, settle

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.errors import WrongPassphrase
from leeward.ledger.model import put
from leeward.office.files import keep_file
from leeward.office.verify import Report, verify
from leeward.sync.outbox import Outbox


class Closed:
    """A vault that was used, synced and closed, and its relay."""

    def __init__(self, folder: Path) -> None:
        self.relay = RelaySimulator()
        self.folder = folder / "anna"
        anna = found(self.folder, self.relay.door())
        boris = newcomer(folder / "boris", anna, self.relay.door(), role="operator")
        self.circle = anna.vault.compartment_of("intake")
        self.box = anna.vault.compartment(self.circle).box
        for desk in (anna, boris, anna):
            desk.session.commit(self.circle, put("contact", desk.session.make_id(), name="x"))
            settle(anna, boris)
        keep_file(anna.session, self.circle, [b"photo"], name="p", media_type="image/png")
        Outbox(anna.vault, anna.session.chance).deliver_pieces(anna.relay, 100)
        self.door: Door = self.relay.door()
        anna.close()
        boris.close()

    def verify(self) -> Report:
        return verify(self.folder, PASSPHRASE, clock=SystemClock(), chance=SystemChance(), relay=self.door)

    def places(self) -> list[str]:
        return [fault.where for fault in self.verify().faults]


@pytest.fixture
def closed(tmp_path: Path) -> Closed:
    return Closed(tmp_path)


def test_what_is_sound_is_found_sound_with_counts(closed: Closed) -> None:
    report = closed.verify()
    assert report.sound, report.faults
    assert report.records > 10
    assert report.entries >= report.segments > 5
    assert report.relay_items == report.segments
    assert (report.blobs, report.relay_pieces) == (1, 1)


def test_the_wrong_passphrase_is_an_error_and_not_a_fault(closed: Closed) -> None:
    with pytest.raises(WrongPassphrase):
        verify(closed.folder, "wrong", clock=SystemClock(), chance=SystemChance())


def test_a_flipped_byte_of_any_item_on_the_relay_is_named(closed: Closed) -> None:
    for number, item in enumerate(list(closed.relay.boxes[closed.box].items), start=1):
        for at in (0, len(item.untrusted_sealed) // 2, -1):
            raw = bytearray(item.untrusted_sealed)
            raw[at] ^= 1
            closed.relay.tear(closed.box, number, lambda _old, new=bytes(raw): new)  # type: ignore[misc]
            assert f"item {number}" in closed.places()
        closed.relay.tear(closed.box, number, lambda _old, new=item.untrusted_sealed: new)  # type: ignore[misc]


def test_items_and_boxes_and_pieces_that_are_gone_or_changed_are_named(closed: Closed) -> None:
    closed.door.hide.add((closed.box, 2))
    assert "after item 0" in closed.places()
    closed.door.hide.clear()
    closed.relay.roll_back(closed.box, len(closed.relay.boxes[closed.box].items) - 1)
    assert any(place.startswith("segment ") for place in closed.places())
    blob = next(iter(closed.relay.blobs))
    sealed, erase = closed.relay.blobs[blob]
    closed.relay.blobs[blob] = (sealed[:-1] + bytes([sealed[-1] ^ 1]), erase)
    assert f"piece {blob}" in closed.places()
    del closed.relay.boxes[closed.box]
    assert "box" in closed.places()


def test_a_flipped_byte_in_the_vault_is_named(closed: Closed) -> None:
    database = closed.folder / "vault.db"
    raw = database.read_bytes()
    database.write_bytes(raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :])
    report = closed.verify()
    assert any("vault.db" in fault.where for fault in report.faults)
