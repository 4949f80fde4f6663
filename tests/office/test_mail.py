"""The hotline's post: each item is handed over once and in order, and nothing hostile holds up the rest."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import Door, RelaySimulator
from tests.support.teams import Desk, found, newcomer

from leeward.ledger.errors import NoRoom
from leeward.office.errors import FileDamaged
from leeward.office.mail import damaged_mail, pull_mail
from leeward.office.session import Session
from leeward.office.team import hotline_of
from leeward.sync.honesty import Lie
from leeward.sync.memory import Memory


class Post:
    """Counts what is handed over, and stumbles where it is told to."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.trouble: dict[bytes, Exception] = {}

    def take_in(self, _session: Session, item_id: str, sealed: bytes) -> None:
        assert len(item_id) == 32
        if sealed in self.trouble:
            raise self.trouble[sealed]
        self.got.append(sealed)


@pytest.fixture
def door() -> Door:
    return RelaySimulator().door()


@pytest.fixture
def anna(tmp_path: Path, door: Door) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", door)
    desk.sync()
    yield desk
    desk.close()


def send(desk: Desk, *bodies: bytes) -> None:
    hotline = hotline_of(desk.session)
    for body in bodies:
        desk.relay.append(hotline.box, hotline.write, secrets.token_hex(16), body)


def test_items_are_handed_over_once_and_in_order(anna: Desk) -> None:
    post = Post()
    send(anna, b"one", b"two", b"three")
    assert pull_mail(anna.session, anna.relay, post.take_in) == 3
    assert pull_mail(anna.session, anna.relay, post.take_in) == 0
    send(anna, *(b"%d" % number for number in range(45)))
    assert pull_mail(anna.session, anna.relay, post.take_in) == 45
    assert post.got[:4] == [b"one", b"two", b"three", b"0"]


@pytest.mark.parametrize("error", [FileDamaged("broken"), ValueError("a fault of ours"), RecursionError()])
def test_what_cannot_be_opened_is_kept_and_shown_and_holds_up_nothing(anna: Desk, error: Exception) -> None:
    post = Post()
    post.trouble[b"two"] = error
    send(anna, b"one", b"two", b"three")
    pull_mail(anna.session, anna.relay, post.take_in)
    assert post.got == [b"one", b"three"]
    (damaged,) = damaged_mail(anna.session)
    assert damaged.number == 2
    assert anna.vault.blob_get(damaged.blob) == b"two"
    assert "kept as it came" in str(damaged.message)


def test_trouble_of_this_desk_stops_the_queue_and_it_goes_on_later(anna: Desk) -> None:
    post = Post()
    post.trouble[b"two"] = NoRoom("The disk is full.")
    send(anna, b"one", b"two", b"three")
    with pytest.raises(NoRoom):
        pull_mail(anna.session, anna.relay, post.take_in)
    post.trouble.clear()
    pull_mail(anna.session, anna.relay, post.take_in)
    assert post.got == [b"one", b"two", b"three"]
    assert damaged_mail(anna.session) == []


def test_a_relay_that_lies_about_the_post_is_named(anna: Desk, door: Door) -> None:
    post = Post()
    send(anna, b"one", b"two", b"three")
    hotline = hotline_of(anna.session)
    door.hide.add((hotline.box, 2))
    pull_mail(anna.session, anna.relay, post.take_in)
    assert post.got == [b"one", b"three"]
    faults = Memory(anna.vault, anna.session.clock).faults()
    assert len(faults) == 1
    assert Lie.WITHHELD.value


def test_a_desk_without_the_intake_key_asks_for_nothing(anna: Desk, tmp_path: Path, door: Door) -> None:
    vera = newcomer(tmp_path / "vera", anna, door.store.door(), name="Vera", role="advocate")
    send(anna, b"one")
    post = Post()
    assert pull_mail(vera.session, vera.relay, post.take_in) == 0
    vera.close()
