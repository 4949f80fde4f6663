"""Letters between devices: read by nobody else, believed only from the team, and dealt with once they can be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, StillClock, closing, found, newcomer, settle

from leeward.base.errors import LeewardError
from leeward.base.say import say
from leeward.ledger.errors import LetterError, NoRoom
from leeward.ledger.letter import BODY_MOST, VERSION, Letter, print_letter, read_letter, sender_of
from leeward.office import letters
from leeward.office.cutoff import put_out
from leeward.office.session import Session
from leeward.sync.memory import Memory

DAY = 24 * 3600 * 1000


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def three(tmp_path: Path, relay: RelaySimulator) -> Iterator[tuple[Desk, Desk, Desk]]:
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="coordinator")
    clara = newcomer(tmp_path / "clara", anna, relay.door(), name="Clara", role="volunteer")
    settle(anna, boris, clara)
    with closing(anna, boris, clara):
        yield anna, boris, clara


def arrive(desk: Desk) -> None:
    """Fetch what came to the device's box, and leave it unopened."""
    exchange = desk.exchange()
    exchange.sync()


def test_only_the_receiver_reads_it_and_knows_from_whom(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, clara = three
    reached = letters.send(anna.session, [boris.device_id, anna.device_id], "test", b"move him tonight")
    anna.exchange().sync()
    arrive(boris)
    arrive(clara)
    came: list[letters.Came] = []
    assert letters.deliver(boris.session, {"test": lambda _session, one: came.append(one)}) == 1
    assert reached == [boris.device_id]
    assert [(one.device_id, one.member_id, one.body) for one in came] == [
        (anna.device_id, anna.session.member_id, b"move him tonight")
    ]
    assert Memory(clara.vault, clara.session.clock).letters() == []
    assert letters.deliver(boris.session, {"test": lambda _session, one: came.append(one)}) == 0


def test_passed_on_it_says_nothing_to_a_third(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, clara = three
    letter = Letter(VERSION, "one", anna.device_id, boris.device_id, "test", 1, b"")
    raw = print_letter(letter, anna.vault.device.signing_key)
    key = anna.vault.device.signing_key.verify_key()
    assert read_letter(raw, receiver=boris.device_id, sender_key=key) == letter
    with pytest.raises(LetterError):
        read_letter(raw, receiver=clara.device_id, sender_key=key)


def test_in_a_colleagues_name_it_is_refused(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, clara = three
    letter = Letter(VERSION, "one", anna.device_id, boris.device_id, "test", 1, b"")
    forged = print_letter(letter, clara.vault.device.signing_key)
    with pytest.raises(LetterError):
        read_letter(forged, receiver=boris.device_id, sender_key=anna.vault.device.signing_key.verify_key())


def test_from_a_device_that_was_put_out_it_waits_and_is_let_go(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, clara = three
    put_out(anna.session, [clara.device_id])
    letters.send(clara.session, [boris.device_id], "test", b"it is me")
    settle(anna, boris)
    clara.exchange().push(clara.exchange().sync())
    arrive(boris)
    came: list[letters.Came] = []
    acts = {"test": lambda _session, one: came.append(one)}
    assert letters.deliver(boris.session, acts) == 0
    assert len(Memory(boris.vault, boris.session.clock).letters()) == 1
    later = Session(boris.vault, clock=StillClock(boris.session.now() + 8 * DAY), chance=boris.session.chance)
    assert letters.deliver(later, acts) == 0
    assert Memory(boris.vault, later.clock).letters() == []
    assert came == []


def test_one_that_a_full_disk_kept_from_being_dealt_with_comes_again_and_a_bad_one_stops_nobody(
    three: tuple[Desk, Desk, Desk],
) -> None:
    anna, boris, _ = three
    for body in (b"full", b"bad", b"good"):
        letters.send(anna.session, [boris.device_id], "test", body)
    anna.exchange().sync()
    arrive(boris)
    seen: list[bytes] = []
    trouble: dict[bytes, Exception] = {
        b"full": NoRoom(say("The disk is full.")),
        b"bad": LeewardError(say("It is of no use.")),
    }

    def act(_session: Session, came: letters.Came) -> None:
        seen.append(came.body)
        if came.body in trouble:
            raise trouble.pop(came.body)

    assert letters.deliver(boris.session, {"test": act}) == 1
    assert letters.deliver(boris.session, {"test": act}) == 1
    assert seen == [b"full", b"bad", b"good", b"full"]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_letter_or_refused(untrusted: bytes) -> None:
    with pytest.raises(LetterError):
        sender_of(untrusted)


def test_a_body_without_end_is_refused(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, _ = three
    letter = Letter(VERSION, "one", anna.device_id, boris.device_id, "test", 1, bytes(BODY_MOST + 1))
    with pytest.raises(LetterError):
        sender_of(print_letter(letter, anna.vault.device.signing_key))
