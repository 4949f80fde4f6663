"""The durable queue besides the ledger: nothing leaves it before a relay has it, and nothing refused stops the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import Door, RelaySimulator

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.store.vault import Vault
from leeward.sync.errors import RelayUnreachable
from leeward.sync.outbox import Outbox
from leeward.wire.errors import BadRequest

BOX, READ, WRITE = "b" * 32, "1" * 64, "2" * 64


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    with Vault.create(
        tmp_path / "vault", "x", member_id="m", clock=SystemClock(), chance=SystemChance(), work_factor=2
    ) as made:
        yield made


@pytest.fixture
def door() -> Door:
    return RelaySimulator().door()


def box_of(vault: Vault) -> Outbox:
    return Outbox(vault, SystemChance())


def bodies(door: Door) -> list[bytes]:
    return [item.untrusted_sealed for item in door.store.boxes[BOX].items]


def test_a_box_is_made_before_its_items_go_and_all_go_in_order(vault: Vault, door: Door) -> None:
    outbox = box_of(vault)
    for body in (b"one", b"two"):
        outbox.send(BOX, WRITE, body)
    outbox.make_box(BOX, READ, WRITE)
    assert outbox.waiting() == 3
    assert box_of(vault).deliver_items(door) == [BOX, BOX]
    assert bodies(door) == [b"one", b"two"]
    assert outbox.waiting() == 0
    assert list(vault.blobs()) == []


def test_what_waits_outlives_the_process_and_a_lost_answer_doubles_nothing(
    tmp_path: Path, door: Door
) -> None:
    door.make_box(BOX, READ, WRITE)
    clock, chance = SystemClock(), SystemChance()
    folder = tmp_path / "vault"
    with Vault.create(folder, "x", member_id="m", clock=clock, chance=chance, work_factor=2) as vault:
        outbox = Outbox(vault, chance)
        outbox.send(BOX, WRITE, b"one")
        outbox.send(BOX, WRITE, b"two")
        door.lose_answers = 1
        with pytest.raises(RelayUnreachable):
            outbox.deliver_items(door)
        assert outbox.waiting() == 2
    with Vault.open(folder, "x", clock=clock, chance=chance) as vault:
        Outbox(vault, chance).deliver_items(door)
        assert Outbox(vault, chance).waiting() == 0
    assert bodies(door) == [b"one", b"two"]


def test_an_item_refused_for_good_is_kept_aside_and_stops_nothing(vault: Vault, door: Door) -> None:
    door.make_box(BOX, READ, WRITE)
    outbox = box_of(vault)
    lost = outbox.send(BOX, WRITE, b"under an id that somebody took")
    door.append(BOX, WRITE, lost, b"other bytes")
    outbox.send(BOX, WRITE, b"one")
    assert outbox.deliver_items(door) == [BOX]
    assert outbox.refused() == [lost]
    assert outbox.waiting() == 0
    assert len(list(vault.blobs())) == 1


def test_an_item_for_a_box_that_is_not_there_yet_waits_for_it(vault: Vault, door: Door) -> None:
    outbox = box_of(vault)
    outbox.send(BOX, WRITE, b"one")
    assert outbox.deliver_items(door) == []
    assert outbox.waiting() == 1
    door.make_box(BOX, READ, WRITE)
    assert outbox.deliver_items(door) == [BOX]


@pytest.mark.parametrize("box", ["", "x" * 32, "B" * 32, "b" * 31, "../" + "b" * 29])
def test_what_could_never_be_sent_is_not_taken(vault: Vault, box: str) -> None:
    with pytest.raises(BadRequest):
        box_of(vault).send(box, WRITE, b"one")
    assert box_of(vault).waiting() == 0
    assert list(vault.blobs()) == []


def test_pieces_go_a_few_at_a_time_and_are_kept_here(vault: Vault, door: Door) -> None:
    outbox = box_of(vault)
    addresses = [SystemChance().draw(32).hex() for _ in range(5)]
    for address in addresses:
        vault.blob_put(address, address.encode())
    outbox.upload((address, "3" * 64) for address in addresses)
    assert outbox.deliver_pieces(door, 2) is True
    assert outbox.waiting() == 3
    door.away = True
    with pytest.raises(RelayUnreachable):
        outbox.deliver_pieces(door, 2)
    assert outbox.waiting() == 3
    door.away = False
    assert outbox.deliver_pieces(door, 10) is False
    assert set(door.store.blobs) == set(addresses) == set(vault.blobs())
