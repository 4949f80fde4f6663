"""What lies beside a vault: it holds what was chosen, is up to date, and knows of nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import PASSPHRASE, Desk, found, newcomer, settle

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.errors import WrongPassphrase
from leeward.ledger.model import put
from leeward.ledger.store import beside as store
from leeward.ledger.store.making import open_beside
from leeward.ledger.store.passphrase import PassphraseTaken
from leeward.ledger.store.vault import Vault
from leeward.office import beside
from leeward.office.beside import BesideRefused
from leeward.office.relay import use_relay
from leeward.office.session import Session
from leeward.office.team import admit, device_card, grant_case, join, members, prepare_to_join

PORTS: Any = {"clock": SystemClock(), "chance": SystemChance()}
FORCED = "a quiet boat under the bridge"
MARK = "Marker-of-the-true-vault"


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def two(tmp_path: Path, relay: RelaySimulator) -> Iterator[tuple[Desk, Desk]]:
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="coordinator")
    settle(anna, boris)
    with only(anna), only(boris):
        yield anna, boris


@contextlib.contextmanager
def only(desk: Desk) -> Iterator[Desk]:
    try:
        yield desk
    finally:
        desk.close()


def by_force(desk: Desk, relay: RelaySimulator, words: str = FORCED) -> Desk:
    """Lock a desk, and open its folder with another passphrase."""
    desk.close()
    vault = Vault.open(desk.vault.folder, words, **PORTS)
    door = relay.door()
    use_relay(vault, door)
    return Desk(Session(vault, **PORTS), door)


def set_up(desk: Desk, *kinds: str, alone: bool = False) -> None:
    circles = [desk.vault.compartment_of(kind) for kind in kinds]
    beside.set_up(desk.session, FORCED, FORCED, circles=circles, alone=alone)


def test_it_opens_with_the_teams_part_alone_and_up_to_date(
    two: tuple[Desk, Desk], relay: RelaySimulator
) -> None:
    anna, boris = two
    anna.session.commit(anna.vault.compartment_of("record"), put("claim", "c", text=MARK))
    set_up(anna)
    boris.session.commit(
        boris.vault.compartment_of("team"), put("member", boris.session.member_id, name="Boris B.")
    )
    settle(boris, anna)
    assert beside.fill(anna.session, anna.relay)
    second = by_force(anna, relay)
    with only(second):
        assert [one.kind for one in second.vault.compartments()] == ["team"]
        assert [one.name for one in members(second.session)] == ["Anna", "Boris B."]
        assert second.session.member_id == anna.session.member_id
        assert second.vault.faults() == []
        assert second.vault.device.id != anna.device_id
        roster = second.vault.roster()
        assert roster[second.device_id].member_id == roster[anna.device_id].member_id
        second.sync()
        second.session.commit(second.vault.compartment_of("team"), put("note", "n", text="from the second"))
        settle(second, boris)
        assert boris.vault.get("n") is not None, "a device like any other"
        assert boris.vault.faults() == []
    again = Vault.open(anna.vault.folder, PASSPHRASE, **PORTS)
    with again:
        assert again.device.id == anna.device_id
        assert again.get("c") is not None


def test_chosen_circles_come_along_with_later_keys_and_entries(
    two: tuple[Desk, Desk], relay: RelaySimulator
) -> None:
    anna, _ = two
    set_up(anna, "record")
    record = anna.vault.compartment_of("record")
    anna.session.commit(record, put("claim", "c", text=MARK))
    anna.vault.next_epoch(record)
    anna.session.commit(record, put("claim", "d", text=MARK))
    assert beside.fill(anna.session)
    with only(by_force(anna, relay)) as second:
        assert {one.kind for one in second.vault.compartments()} == {"team", "record"}
        assert second.vault.count("claim") == 2
        assert second.vault.search(MARK).total == 2


def test_filling_twice_copies_nothing_twice_and_goes_on(two: tuple[Desk, Desk]) -> None:
    anna, _ = two
    set_up(anna)
    team = anna.vault.compartment_of("team")
    sizes = []
    for name in ("Anna A.", "Anna B."):
        anna.session.commit(team, put("member", anna.session.member_id, name=name))
        beside.fill(anna.session, anna.relay)
        beside.fill(anna.session, anna.relay)
        anna.sync()
        key = store.beside_key(anna.vault.folder, anna.vault.database)
        assert key is not None
        with Vault(open_beside(anna.vault.folder, key), **PORTS) as second:
            assert {one.name for one in members(Session(second, **PORTS))} == {name, "Boris"}
            assert second.faults() == []
            assert set(second.reached(team)) >= {anna.device_id}
            sizes.append(second.count("access"))
    assert sizes[0] == sizes[1]


def test_what_colleagues_grant_later_does_not_come_to_it(
    two: tuple[Desk, Desk], relay: RelaySimulator
) -> None:
    anna, boris = two
    set_up(anna)
    beside.fill(anna.session, anna.relay)
    settle(anna, boris)
    case = boris.vault.make_compartment("case").id
    grant_case(boris.session, case, {anna.session.member_id})
    boris.session.commit(case, put("task", "t", text=MARK))
    settle(boris, anna)
    assert anna.vault.get("t") is not None
    beside.fill(anna.session, anna.relay)
    with only(by_force(anna, relay)) as second:
        settle(second, boris)
        assert [one.kind for one in second.vault.compartments()] == ["team"]
        assert second.vault.get("t") is None


def test_another_further_device_is_passed_the_keys_of_cases(
    two: tuple[Desk, Desk], relay: RelaySimulator, tmp_path: Path
) -> None:
    anna, boris = two
    session = prepare_to_join(tmp_path / "laptop", PASSPHRASE, work_factor=2, **PORTS)
    door = relay.door()
    use_relay(session.vault, door)
    laptop = Desk(session, door)
    laptop.sync()
    card = device_card(session, name="Anna", role="coordinator", beside=anna.device_id)
    welcome = admit(anna.session, card, "coordinator", fingerprint=laptop.device_id).welcome
    join(session, welcome, fingerprint=anna.device_id)
    with only(laptop):
        settle(anna, laptop, boris)
        case = boris.vault.make_compartment("case").id
        grant_case(boris.session, case, {anna.session.member_id})
        boris.session.commit(case, put("task", "t", text=MARK))
        settle(boris, anna, laptop)
        assert laptop.vault.get("t") is not None


def test_what_is_refused_changes_nothing(two: tuple[Desk, Desk]) -> None:
    anna, _ = two
    files = {file: file.read_bytes() for file in (anna.vault.folder / "slots").iterdir()}
    with pytest.raises(BesideRefused, match="not the same"):
        beside.set_up(anna.session, FORCED, FORCED + "x", circles=(), alone=False)
    with pytest.raises(BesideRefused, match="too short"):
        beside.set_up(anna.session, "short", "short", circles=(), alone=False)
    with pytest.raises(PassphraseTaken):
        beside.set_up(anna.session, PASSPHRASE, PASSPHRASE, circles=(), alone=False)
    anna.session.commit(anna.vault.compartment_of("team"), put("note", "n", text="unsent"))
    with pytest.raises(BesideRefused, match="1 entry is nowhere else yet"):
        beside.set_up(anna.session, FORCED, FORCED, circles=(), alone=True)
    assert {file: file.read_bytes() for file in (anna.vault.folder / "slots").iterdir()} == files
    assert beside.kept(anna.session) is None


def test_it_cannot_be_set_up_in_what_was_opened_by_force(
    two: tuple[Desk, Desk], relay: RelaySimulator
) -> None:
    anna, boris = two
    set_up(anna)
    settle(anna, boris)
    beside.fill(anna.session, anna.relay)
    with only(by_force(anna, relay)) as second:
        assert not beside.is_possible(second.session)
        with pytest.raises(BesideRefused, match="further device"):
            beside.set_up(
                second.session, "another one for them", "another one for them", circles=(), alone=True
            )
    with Vault.open(anna.vault.folder, PASSPHRASE, **PORTS) as again:
        assert again.device.id == anna.device_id


def test_another_passphrase_for_it_keeps_its_device(two: tuple[Desk, Desk], relay: RelaySimulator) -> None:
    anna, _ = two
    set_up(anna)
    before = beside.kept(anna.session)
    beside.set_up(anna.session, "a third boat of them", "a third boat of them", circles=(), alone=False)
    after = beside.kept(anna.session)
    assert before is not None
    assert after is not None
    assert before.device == after.device
    folder = anna.vault.folder
    with only(by_force(anna, relay, "a third boat of them")):
        pass
    with pytest.raises(WrongPassphrase):
        Vault.open(folder, FORCED, **PORTS)


def test_forgotten_it_opens_for_nobody_and_its_device_is_out(two: tuple[Desk, Desk]) -> None:
    anna, boris = two
    set_up(anna)
    settle(anna, boris)
    there = beside.kept(anna.session)
    assert there is not None
    assert there.device in boris.vault.roster()
    beside.forget(anna.session)
    settle(anna, boris)
    assert boris.vault.roster()[there.device].removed_at
    assert not beside.fill(anna.session)
    anna.close()
    with pytest.raises(WrongPassphrase):
        Vault.open(anna.vault.folder, FORCED, **PORTS)
    Vault.open(anna.vault.folder, PASSPHRASE, **PORTS).close()


def test_both_passphrases_can_be_changed_and_neither_to_the_other(
    two: tuple[Desk, Desk], relay: RelaySimulator
) -> None:
    anna, _ = two
    set_up(anna)
    with pytest.raises(PassphraseTaken):
        anna.vault.change_passphrase(PASSPHRASE, FORCED, work_factor=2)
    with pytest.raises(WrongPassphrase):
        anna.vault.change_passphrase(FORCED, "they chose this one", work_factor=2)
    anna.vault.change_passphrase(PASSPHRASE, "a new lamp in the window", work_factor=2)
    anna.vault.check_passphrase("a new lamp in the window")
    for wrong in (FORCED, PASSPHRASE):
        with pytest.raises(WrongPassphrase):
            anna.vault.check_passphrase(wrong)
    folder = anna.vault.folder
    with only(by_force(anna, relay)) as second:
        with pytest.raises(WrongPassphrase):
            second.vault.change_passphrase("a new lamp in the window", "they chose this one", work_factor=2)
        second.vault.change_passphrase(FORCED, "they chose this one", work_factor=2)
    for words, device in (
        ("a new lamp in the window", anna.device_id),
        ("they chose this one", second.device_id),
    ):
        with Vault.open(folder, words, **PORTS) as vault:
            assert vault.device.id == device


def test_a_drawn_one_is_as_large_as_a_real_one(two: tuple[Desk, Desk]) -> None:
    anna, boris = two
    team = anna.vault.compartment_of("team")
    for number in range(12):
        for desk in two:
            desk.session.commit(team, put("member", desk.session.member_id, on_duty_until=number))
            desk.sync()
    settle(anna, boris)
    database = anna.vault.folder / "beside" / "vault.db"
    set_up(anna)
    beside.forget(anna.session)
    drawn = database.stat().st_size
    set_up(anna)
    settle(anna, boris)
    beside.fill(anna.session, anna.relay)
    assert abs(database.stat().st_size - drawn) < 0.15 * drawn
