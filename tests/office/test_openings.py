"""Opening a legal identity or an address: with a reason, as an entry, for a quarter of an hour."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.clocks import HandClock
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import closing, found, newcomer, settle

from leeward.base.ports import SystemChance
from leeward.domain.cases.case import Case, Identity
from leeward.domain.errors import OutOfRange
from leeward.domain.openings import OPEN_FOR, REASON, Export, Opening
from leeward.domain.relocation.places import Place
from leeward.ledger.store.vault import Vault
from leeward.office import casework, openings, relocation, search
from leeward.office.casework_base import NotForThisDesk
from leeward.office.casework_open import open_case
from leeward.office.export import export
from leeward.office.openings import NotOpened
from leeward.office.session import Session

NAME = "Заур Пробный"


def one(session: Session) -> Identity:
    case_id = open_case(session, "", pseudonym="Juniper").case_id
    casework.set_identity(session, case_id, legal_name=NAME)
    case = session.get(Case, case_id)
    assert case is not None
    found_identity = openings.identity_record(session, case)
    assert found_identity is not None
    return found_identity


def test_it_opens_with_a_reason_and_the_reason_is_an_entry_of_its_own_circle(session: Session) -> None:
    identity = one(session)
    with pytest.raises(NotOpened):
        openings.content(session, identity)
    assert openings.shown(session, identity) is None
    openings.open_alone(session, identity.id, "papers", "the ticket for Monday")
    assert openings.content(session, identity).legal_name == NAME
    (opening,) = openings.openings_of(session, identity)
    assert (opening.reason, opening.why, opening.created_by) == (
        "papers",
        "the ticket for Monday",
        session.member_id,
    )
    assert opening.compartment == identity.compartment
    assert opening.device_id == session.vault.device.id


@pytest.mark.parametrize(("reason", "why"), [("", ""), ("", "   "), ("because", "x"), ("Papers", "")])
def test_without_a_reason_of_the_list_or_words_nothing_opens(session: Session, reason: str, why: str) -> None:
    identity = one(session)
    with pytest.raises(OutOfRange):
        openings.open_alone(session, identity.id, reason, why)
    assert not openings.is_open(session, identity.id)
    assert session.find(Opening) == []


def test_it_closes_after_a_quarter_of_an_hour_and_is_not_asked_for_twice_before(
    session: Session, clock: HandClock
) -> None:
    identity = one(session)
    openings.open_alone(session, identity.id, "check")
    openings.open_alone(session, identity.id, "doctor")
    assert len(openings.openings_of(session, identity)) == 1
    clock.ms += OPEN_FOR - 1
    assert openings.is_open(session, identity.id)
    clock.ms += 1
    assert not openings.is_open(session, identity.id)
    openings.open_alone(session, identity.id, "doctor")
    assert len(openings.openings_of(session, identity)) == 2
    clock.ms -= 1  # a clock that is set back keeps nothing open
    assert not openings.is_open(session, identity.id)


def test_another_vault_of_the_same_folder_starts_closed(
    tmp_path: Path, session: Session, clock: HandClock
) -> None:
    identity = one(session)
    openings.open_alone(session, identity.id, "check")
    session.vault.close()
    with Vault.open(tmp_path / "vault", "words", clock=clock, chance=SystemChance()) as vault:
        again = Session(vault, clock=clock, chance=SystemChance())
        assert not openings.is_open(again, identity.id)
        assert len(openings.openings_of(again, identity)) == 1


def test_what_was_written_is_changed_only_while_it_is_open(session: Session) -> None:
    identity = one(session)
    with pytest.raises(NotOpened):
        casework.set_identity(session, identity.case_id, legal_name="Somebody else")
    openings.open_alone(session, identity.id, "check")
    casework.set_identity(session, identity.case_id, legal_name="Somebody else")
    fresh = session.get(Identity, identity.id)
    assert fresh is not None
    assert openings.content(session, fresh).legal_name == "Somebody else"


def test_a_search_finds_it_and_does_not_show_it(session: Session) -> None:
    identity = one(session)
    (hit,) = search.find(session, "Заур").hits
    assert hit.id == identity.id
    assert hit.sealed
    assert NAME not in str(hit)
    relocation.add_place(session, "Harbour 1", 2, address="Invented Street 5")
    (hit,) = search.find(session, "Invented Street").hits
    assert "Invented" not in str(hit)


def test_colleagues_with_the_key_see_it_and_the_team_sees_of_an_address_that_it_was_opened(
    tmp_path: Path,
) -> None:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door(), name="Anna")
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="operator")
    clara = newcomer(tmp_path / "clara", anna, relay.door(), name="Clara", role="volunteer")
    with closing(anna, boris, clara):
        settle(anna, boris, clara, rounds=1)
        place_id = relocation.add_place(
            anna.session, "Harbour 1", 2, address="Invented", member_ids=[boris.session.member_id]
        )
        settle(anna, boris, clara, rounds=2)
        relocation.open_address(boris.session, place_id, "visit", "to bring Juniper")
        settle(boris, anna, clara, rounds=2)
        place: Any = anna.session.get(Place, place_id)
        (seen,) = openings.openings_of(anna.session, openings.address_record(anna.session, place.address_id))
        assert (seen.created_by, seen.why) == (boris.session.member_id, "to bring Juniper")
        told: Any = clara.session.get(Place, place_id)
        assert [(note.by, note.value) for note in told.openings] == [
            (boris.session.member_id, {"reason": "visit"})
        ]
        assert clara.vault.search("Juniper").total == 0
        with pytest.raises(NotForThisDesk):
            openings.open_alone(clara.session, place.address_id, "visit")


def test_an_export_is_written_down_before_it_runs_and_opens_every_name(
    session: Session, tmp_path: Path
) -> None:
    identity = one(session)
    empty = open_case(session, "", pseudonym="Elm").case_id
    export(session, tmp_path / "export", "words", work_factor=2)
    (made,) = session.find(Export)
    assert made.compartment == session.compartment_of("team")
    assert made.records > 5
    assert [one.reason for one in openings.openings_of(session, identity)] == ["export"]
    case = session.get(Case, empty)
    assert case is not None
    blank = openings.identity_record(session, case)
    assert blank is not None
    assert openings.openings_of(session, blank) == []
    with pytest.raises(OutOfRange):
        openings.open_alone(session, identity.id, "exported")
    openings.open_alone(session, identity.id, "export")  # what only the desk writes is not to be chosen
    assert sorted(one.reason for one in openings.openings_of(session, identity)) == ["export", "other"]
    assert "export" in REASON


def test_an_opening_in_another_circle_is_none(session: Session) -> None:
    identity = one(session)
    planted = Opening(id=session.make_id(), of_id=identity.id, reason="check")
    session.save_new(session.compartment_of("team"), planted)
    assert openings.openings_of(session, identity) == []
    assert not openings.is_open(session, identity.id)
