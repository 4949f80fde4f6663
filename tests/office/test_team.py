"""Founding, letting in, and handing out keys: who is let in holds its role's keys and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import PASSPHRASE, WORK_FACTOR, Desk, found, newcomer, settle

from leeward.domain.team import STARTING_CIRCLES
from leeward.ledger.errors import UnknownCompartment
from leeward.ledger.model import put
from leeward.office.cards import check_intake_card, read_device_card
from leeward.office.errors import CardRefused
from leeward.office.team import (
    admit,
    device_card,
    grant_case,
    hotline_of,
    join,
    members,
    prepare_to_join,
    team_of,
    who_can_open,
)


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", relay.door())
    yield desk
    desk.close()


def test_the_founder_holds_everything_and_the_intake_card_is_genuine(anna: Desk) -> None:
    assert {circle.kind for circle in anna.vault.compartments()} == {"team", "intake", "beds", "record"}
    team = team_of(anna.session)
    assert team is not None
    card = check_intake_card(team.card)
    assert card["box"] == hotline_of(anna.session).box
    assert card["recipient"] == anna.vault.recipient_of(anna.vault.compartment_of("intake")).string()
    altered = json.dumps({**card, "box": "0" * 32})
    with pytest.raises(CardRefused):
        check_intake_card(altered)


@pytest.mark.parametrize("role", STARTING_CIRCLES)
def test_a_newcomer_gets_the_keys_of_its_role_and_no_other(
    anna: Desk, relay: RelaySimulator, tmp_path: Path, role: str
) -> None:
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role=role)
    assert {circle.kind for circle in boris.vault.compartments()} == set(STARTING_CIRCLES[role])
    assert [(member.name, member.role) for member in members(boris.session)] == [
        ("Anna", "coordinator"),
        ("Boris", role),
    ]
    assert set(boris.vault.roster()) == {anna.device_id, boris.device_id}
    if "intake" not in STARTING_CIRCLES[role]:
        with pytest.raises(UnknownCompartment):
            boris.session.compartment_of("intake")
    assert boris.vault.faults() == []
    boris.close()


def test_a_member_who_did_not_found_the_team_can_let_another_in(
    anna: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="coordinator")
    settle(anna, boris)
    vera = newcomer(tmp_path / "vera", boris, relay.door(), name="Vera", role="advocate")
    settle(anna, boris, vera)
    for desk in (anna, boris, vera):
        assert [member.name for member in members(desk.session)] == ["Anna", "Boris", "Vera"]
        assert desk.vault.faults() == []
    boris.close()
    vera.close()


def test_a_case_is_opened_to_those_it_is_granted_to_and_all_of_them_see_who(
    anna: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="documenter")
    vera = newcomer(tmp_path / "vera", anna, relay.door(), name="Vera", role="operator")
    case = anna.vault.make_compartment("case").id
    anna.session.commit(case, put("case", case, pseudonym="Heron"))
    grant_case(anna.session, case, [anna.session.member_id, boris.session.member_id])
    settle(anna, boris, vera)
    found_there = boris.vault.get(case)
    assert found_there is not None
    assert found_there.fields["pseudonym"] == "Heron"
    assert vera.vault.get(case) is None
    seen = {access.device_id for access in who_can_open(boris.session, case)}
    assert seen == {anna.device_id, boris.device_id}
    grant_case(anna.session, case, [boris.session.member_id])  # again: nothing is handed out twice
    assert len(who_can_open(anna.session, case)) == 2
    boris.close()
    vera.close()


def test_a_card_with_another_fingerprint_or_an_altered_one_lets_nobody_in(
    anna: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    new = Desk(
        prepare_to_join(
            tmp_path / "new",
            PASSPHRASE,
            clock=anna.session.clock,
            chance=anna.session.chance,
            work_factor=WORK_FACTOR,
        ),
        relay.door(),
    )
    card = device_card(new.session, name="Mallory", role="operator")
    with pytest.raises(CardRefused, match="another device"):
        admit(anna.session, card, "operator", fingerprint=anna.device_id)
    altered = json.loads(card)
    altered["box"] = "0" * 32
    for bad in (json.dumps(altered), card[:-5], "[]", "{}", "null", "[" * 100_000, '{"v":1}', "x" * 70_000):
        with pytest.raises(CardRefused):
            read_device_card(bad)
    with pytest.raises(CardRefused, match="no role"):
        admit(anna.session, card, "emperor", fingerprint=new.device_id)
    assert len(members(anna.session)) == 1
    welcome = admit(anna.session, card, "operator", fingerprint=new.device_id.upper()).welcome
    with pytest.raises(CardRefused, match="another device"):
        join(new.session, welcome, fingerprint=new.device_id)
    with pytest.raises(CardRefused, match="made for another device"):
        join(anna.session, welcome, fingerprint=anna.device_id)
    new.close()


def test_a_further_device_is_let_in_by_the_one_that_its_owner_has_and_by_no_other(
    anna: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="coordinator")
    settle(anna, boris)
    clock, chance = anna.session.clock, anna.session.chance
    session = prepare_to_join(
        tmp_path / "b2", PASSPHRASE, clock=clock, chance=chance, work_factor=WORK_FACTOR
    )
    second = Desk(session, relay.door())
    card = device_card(session, name="Boris", role="coordinator", beside=boris.device_id.upper())
    with pytest.raises(CardRefused, match="only that device"):
        admit(anna.session, card, "coordinator", fingerprint=second.device_id)
    admission = admit(boris.session, card, "coordinator", fingerprint=second.device_id)
    assert admission.member_id == boris.session.member_id
    join(session, admission.welcome, fingerprint=boris.device_id)
    settle(boris, second, anna)
    assert [member.name for member in members(anna.session)] == ["Anna", "Boris"]
    assert anna.vault.roster()[second.device_id].member_id == boris.session.member_id
    case = anna.vault.make_compartment("case").id
    grant_case(anna.session, case, [boris.session.member_id])
    settle(anna, boris, second)
    assert {case} <= {circle.id for circle in second.vault.compartments()}
    boris.close()
    second.close()


def test_a_whole_team_can_be_founded_and_joined_while_the_relay_is_away(
    tmp_path: Path, relay: RelaySimulator
) -> None:
    door = relay.door()
    door.away = True
    anna = found(tmp_path / "anna", door)
    clock, chance = anna.session.clock, anna.session.chance
    session = prepare_to_join(tmp_path / "b", PASSPHRASE, clock=clock, chance=chance, work_factor=WORK_FACTOR)
    boris = Desk(session, relay.door())
    card = device_card(session, name="Boris", role="operator")
    welcome = admit(anna.session, card, "operator", fingerprint=boris.device_id).welcome
    join(session, welcome, fingerprint=anna.device_id)
    door.away = False
    settle(boris, anna, boris)
    assert len(boris.vault.compartments()) == 3
    anna.close()
    boris.close()
