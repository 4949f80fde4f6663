"""Desks and a relay that lies: nothing false is taken, nothing confirmed is lost, and each lie is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.relay_simulator import Door, RelaySimulator
from tests.support.teams import Desk, found, newcomer, settle

from leeward.ledger.model import put
from leeward.sync.errors import RelayNonsense, RelayUnreachable, SyncError
from leeward.sync.exchange import Round
from leeward.sync.honesty import SAID, Lie


class Two:
    """Two desks of one team at one relay, with the intake circle in common."""

    def __init__(self, folder: Path) -> None:
        self.relay = RelaySimulator()
        self.anna = found(folder / "anna", self.relay.door())
        self.boris = newcomer(folder / "boris", self.anna, self.relay.door(), role="operator")
        settle(self.anna, self.boris)
        self.circle = self.anna.vault.compartment_of("intake")
        self.box = self.anna.vault.compartment(self.circle).box

    def door(self, desk: Desk) -> Door:
        assert isinstance(desk.relay, Door)
        return desk.relay

    def write(self, desk: Desk, *names: str) -> None:
        for name in names:
            desk.session.commit(self.circle, put("contact", desk.session.make_id(), name=name))

    def names(self, desk: Desk) -> list[str]:
        return sorted(str(record.fields["name"]) for record in desk.vault.find("contact"))

    def lies(self, desk: Desk) -> set[Lie]:
        said = {str(SAID[lie]): lie for lie in Lie}
        return {said[str(fault.what)] for fault in desk.exchange().memory.faults()}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    made = Two(tmp_path)
    yield made
    made.anna.close()
    made.boris.close()


def test_what_one_writes_the_other_reads_and_no_lie_is_seen(two: Two) -> None:
    two.write(two.anna, "a1", "a2")
    two.write(two.boris, "b1")
    settle(two.anna, two.boris)
    assert two.names(two.anna) == two.names(two.boris) == ["a1", "a2", "b1"]
    for desk in (two.anna, two.boris):
        assert two.lies(desk) == set()
        assert desk.vault.faults() == []
        assert desk.vault.unsent() == 0


def test_an_append_whose_answer_was_lost_is_not_doubled(two: Two) -> None:
    two.write(two.anna, "a1")
    before = len(two.relay.boxes[two.box].items)
    two.door(two.anna).lose_answers = 1
    with pytest.raises(RelayUnreachable):
        two.anna.sync()
    assert two.anna.vault.unsent() == 1
    settle(two.anna, two.boris)
    assert len(two.relay.boxes[two.box].items) == before + 1
    assert two.names(two.boris) == ["a1"]
    assert two.lies(two.anna) == set()


def test_what_was_changed_after_a_lost_answer_is_named_and_goes_out_under_another_id(two: Two) -> None:
    two.write(two.anna, "a1")
    two.door(two.anna).lose_answers = 1
    with pytest.raises(RelayUnreachable):
        two.anna.sync()
    two.relay.tear(two.box, len(two.relay.boxes[two.box].items), lambda raw: raw[:-1] + b"?")
    two.anna.sync()
    assert Lie.DROPPED in two.lies(two.anna)
    assert two.anna.vault.unsent() == 0
    settle(two.anna, two.boris)
    assert two.names(two.boris) == ["a1"]


def test_a_count_below_a_number_that_was_promised_is_named_by_the_next_look(two: Two) -> None:
    two.write(two.anna, "a1")
    settle(two.anna, two.boris)
    frozen = len(two.relay.boxes[two.box].items)
    two.write(two.anna, "a2")
    exchange = two.anna.exchange()
    exchange.push(Round())
    two.door(two.anna).freeze[two.box] = frozen
    exchange.check_anchors(Round())
    assert two.lies(two.anna) == {Lie.DROPPED}


def test_a_dropped_append_is_named_and_offered_again(two: Two) -> None:
    two.write(two.anna, "a1")
    two.door(two.anna).drop_appends = 1
    two.anna.sync()
    assert two.lies(two.anna) == {Lie.DROPPED}
    settle(two.anna, two.boris)
    assert two.names(two.boris) == ["a1"]


def test_withholding_is_named_and_mended(two: Two) -> None:
    first = len(two.relay.boxes[two.box].items) + 1
    two.door(two.boris).hide.add((two.box, first))
    two.write(two.anna, "a1")
    two.anna.sync()
    two.write(two.anna, "a2")
    two.anna.sync()
    two.boris.sync()
    assert Lie.WITHHELD in two.lies(two.boris)
    assert two.names(two.boris) == []
    two.door(two.boris).hide.clear()
    two.boris.sync()
    assert two.names(two.boris) == ["a1", "a2"]


def test_a_frozen_view_shows_by_what_colleagues_have_seen(two: Two, tmp_path: Path) -> None:
    vera = newcomer(tmp_path / "vera", two.anna, two.relay.door(), name="Vera", role="operator")
    settle(two.anna, two.boris, vera)
    # Boris is shown Anna's words, but not Vera's that Anna had seen: hide them as if they were never there.
    two.write(vera, "v1")
    vera.sync()
    hidden = two.relay.boxes[two.box].items.pop()
    two.anna.vault.accept(two.circle, [(hidden.number, hidden.untrusted_sealed)])
    two.write(two.anna, "a1")
    two.anna.sync()
    two.boris.sync()
    assert any("withholds" in str(fault.what) for fault in two.boris.vault.faults())
    vera.close()


def test_a_roll_back_is_named_and_what_was_lost_is_offered_again(two: Two, tmp_path: Path) -> None:
    two.write(two.anna, "a1", "a2")
    settle(two.anna, two.boris)
    two.relay.roll_back(two.box, 1)
    two.boris.sync()
    assert two.lies(two.boris) == {Lie.ROLLED_BACK}
    fresh = newcomer(tmp_path / "vera", two.anna, two.relay.door(), name="Vera", role="operator")
    settle(two.anna, two.boris, fresh)
    assert two.names(fresh) == ["a1", "a2"]
    assert two.names(two.anna) == two.names(two.boris) == ["a1", "a2"]
    fresh.close()


def test_a_roll_back_that_grew_again_to_the_same_length_is_found(two: Two) -> None:
    two.write(two.anna, "a1")
    settle(two.anna, two.boris)
    two.relay.roll_back(two.box, len(two.relay.boxes[two.box].items) - 1)
    two.write(two.anna, "a2")
    two.anna.exchange().push(Round())
    two.boris.sync()
    assert two.lies(two.boris) == {Lie.ROLLED_BACK}
    settle(two.anna, two.boris)
    assert two.names(two.boris) == two.names(two.anna) == ["a1", "a2"]


def test_a_relay_that_lost_everything_is_filled_again(two: Two) -> None:
    two.write(two.anna, "a1")
    settle(two.anna, two.boris)
    two.relay.boxes.clear()
    two.write(two.boris, "b1")
    settle(two.boris, two.anna)
    assert two.names(two.anna) == two.names(two.boris) == ["a1", "b1"]
    assert len(two.relay.boxes[two.box].items) >= 2


def test_replay_and_reordering_are_named_and_harmless(two: Two) -> None:
    for name in ("a1", "a2", "a3"):
        two.write(two.anna, name)
        two.anna.sync()
    two.door(two.boris).reorder = True
    two.boris.sync()
    assert two.lies(two.boris) == {Lie.REORDERED}
    two.door(two.boris).reorder = False
    two.door(two.boris).replay = True
    two.boris.sync()
    assert two.lies(two.boris) == {Lie.REORDERED, Lie.REPLAYED}
    assert two.names(two.boris) == ["a1", "a2", "a3"]


def test_torn_bytes_are_refused_with_their_place_and_offered_again_by_their_author(two: Two) -> None:
    two.write(two.anna, "a1")
    two.anna.sync()
    number = len(two.relay.boxes[two.box].items)
    two.relay.tear(two.box, number, lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]))
    record = two.boris.session.compartment_of("beds")
    two.anna.session.commit(record, put("stay", two.anna.session.make_id(), nights=3))
    settle(two.anna, two.boris)
    assert [fault.where for fault in two.boris.vault.faults()] == [f"item {number}"]
    assert two.boris.vault.count("stay") == 1
    assert two.names(two.boris) == ["a1"]  # its author saw that it is not what it was
    assert Lie.ROLLED_BACK in two.lies(two.anna)


def test_nonsense_and_absence_change_nothing(two: Two) -> None:
    two.write(two.anna, "a1")
    two.door(two.anna).nonsense = True
    with pytest.raises(RelayNonsense):
        two.anna.sync()
    two.door(two.anna).nonsense, two.door(two.anna).away = False, True
    with pytest.raises(RelayUnreachable):
        two.anna.sync()
    assert two.anna.vault.unsent() == 1
    assert two.names(two.anna) == ["a1"]


LIES = ("hide", "reorder", "replay", "away", "lose", "drop", "roll_back", "none")
STEP = st.tuples(st.sampled_from(["anna", "boris"]), st.sampled_from(["write", "sync", *LIES]))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEP, max_size=16))
def test_whatever_a_relay_does_desks_end_equal_once_it_behaves(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    two = Two(tmp_path_factory.mktemp("two"))
    written: list[str] = []
    for who, what in steps:
        desk = two.anna if who == "anna" else two.boris
        door = two.door(desk)
        if what == "write":
            written.append(f"{who} {len(written)}")
            two.write(desk, written[-1])
        elif what == "sync":
            try:
                desk.sync()
            except SyncError:
                assert door.away or door.lose_answers >= 0
        else:
            _lie(two, door, what)
        for reader in (two.anna, two.boris):  # nothing false, ever
            assert set(two.names(reader)) <= set(written)
    for desk in (two.anna, two.boris):
        _behave(two.door(desk))
    settle(two.anna, two.boris, rounds=4)
    assert two.names(two.anna) == two.names(two.boris) == sorted(written)
    two.anna.close()
    two.boris.close()


def _lie(two: Two, door: Door, what: str) -> None:
    items = two.relay.boxes[two.box].items
    match what:
        case "hide":
            door.hide.add((two.box, len(items)))
        case "reorder":
            door.reorder = True
        case "replay":
            door.replay = True
        case "away":
            door.away = True
        case "lose":
            door.lose_answers += 1
        case "drop":
            door.drop_appends += 1
        case "roll_back":
            two.relay.roll_back(two.box, max(len(items) - 2, 0))
        case _:
            _behave(door)


def _behave(door: Door) -> None:
    door.hide.clear()
    door.reorder = door.replay = door.away = False
    door.lose_answers = door.drop_appends = 0
