"""Two desks that were apart: what each wrote is kept, and what they broke together is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, found, newcomer, settle

from leeward.domain.cases.case import Case, Identity
from leeward.domain.errors import OutOfRange
from leeward.domain.relocation.beds import Stay, crowded
from leeward.domain.relocation.places import Place, PlaceAddress
from leeward.office import casework, conflicts, consent, relocation
from leeward.office.casework_base import NotForThisDesk, tonight
from leeward.office.casework_open import give_key, hand_over, open_case, readers
from leeward.office.casework_today import needs_now
from leeward.office.casework_views import case_lines


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door(), name="Anna", role="coordinator")
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="operator")
    settle(anna, boris)
    yield anna, boris
    anna.close()
    boris.close()


def test_a_case_reaches_whom_it_was_given_and_nobody_else(desks: tuple[Desk, Desk]) -> None:
    anna, boris = desks
    shared = open_case(boris.session, "", pseudonym="Juniper", member_ids=[anna.session.member_id]).case_id
    own = open_case(boris.session, "", pseudonym="Elm").case_id
    settle(boris, anna)
    case = anna.session.get(Case, shared)
    assert case is not None
    assert anna.session.get(Case, own) is None
    assert [line.case.pseudonym for line in case_lines(anna.session)] == ["Juniper"]
    assert set(readers(anna.session, case)) == {anna.session.member_id, boris.session.member_id}
    assert anna.session.get(Identity, case.identity_id) is None
    with pytest.raises(NotForThisDesk):
        casework.set_identity(anna.session, shared, legal_name="x")
    give_key(boris.session, shared, anna.session.member_id, identity=True)
    settle(boris, anna)
    assert anna.session.get(Identity, case.identity_id) is not None


def test_a_case_is_handed_over_with_its_keys(desks: tuple[Desk, Desk]) -> None:
    anna, boris = desks
    case_id = open_case(boris.session, "", pseudonym="Juniper").case_id
    settle(boris, anna)
    assert anna.session.get(Case, case_id) is None
    hand_over(boris.session, case_id, anna.session.member_id, boris.session.member_id)
    settle(boris, anna)
    case = anna.session.get(Case, case_id)
    assert case is not None
    assert (case.coordinator_id, case.deputy_id) == (anna.session.member_id, boris.session.member_id)
    assert anna.session.get(Identity, case.identity_id) is not None
    before = boris.session.vault.generation
    hand_over(boris.session, case_id, anna.session.member_id, boris.session.member_id)
    assert boris.session.vault.generation == before + 1


def test_an_address_reaches_only_whom_it_was_given(desks: tuple[Desk, Desk]) -> None:
    anna, boris = desks
    place_id = relocation.add_place(anna.session, "Harbour 1", 2, address="Invented Street 5")
    settle(anna, boris)
    place = boris.session.get(Place, place_id)
    assert place is not None
    assert not relocation.holds_address(boris.session, place)
    with pytest.raises(NotForThisDesk):
        relocation.open_address(boris.session, place_id, "other", "curious")
    relocation.give_address(anna.session, place_id, boris.session.member_id)
    settle(anna, boris)
    assert (
        relocation.open_address(boris.session, place_id, "visit", "a delivery").address == "Invented Street 5"
    )
    settle(boris, anna)
    seen = anna.session.get(Place, place_id)
    assert seen is not None
    assert [note.by for note in seen.openings] == [boris.session.member_id]
    assert anna.session.find(PlaceAddress)


def test_one_bed_given_by_two_desks_is_found_and_shown(desks: tuple[Desk, Desk]) -> None:
    anna, boris = desks
    place = relocation.add_place(anna.session, "Harbour 1", 1)
    settle(anna, boris)
    for desk, name in ((anna, "Juniper"), (boris, "Elm")):
        case = open_case(desk.session, "", pseudonym=name).case_id
        relocation.place_in(desk.session, case, place, tonight(desk.session))
    settle(anna, boris)
    for desk in desks:
        session = desk.session
        places = {one.id: one for one in session.find(Place)}
        assert [one.people for one in crowded(places, [tonight(session)], session.find(Stay))] == [2]
        assert any(str(need.tag) == "Too few beds" for need in needs_now(session))
        assert relocation.board(session).rows[0].without


def test_two_risks_written_apart_are_both_shown_and_settled_with_one_click(desks: tuple[Desk, Desk]) -> None:
    anna, boris = desks
    case_id = open_case(boris.session, "", pseudonym="Juniper", member_ids=[anna.session.member_id]).case_id
    settle(boris, anna)
    casework.set_risk(anna.session, case_id, "high", "")
    casework.set_risk(boris.session, case_id, "extreme", "")
    settle(anna, boris)
    for desk in desks:
        found = {one.field: one for one in conflicts.list_conflicts(desk.session)}["risk"]
        assert {one.value for one in found.candidates} == {"high", "extreme"}
        assert {one.by for one in found.candidates} == {anna.session.member_id, boris.session.member_id}
        assert not found.joinable
    values = [one.value for one in found.candidates]
    conflicts.settle_conflict(boris.session, case_id, "risk", values.index("extreme"))
    settle(boris, anna)
    settled = anna.session.get(Case, case_id)
    assert settled is not None
    assert settled.risk == "extreme"
    assert "risk" not in settled.conflicts
    with pytest.raises(OutOfRange):
        conflicts.settle_conflict(boris.session, case_id, "risk", 0)


def test_two_texts_written_apart_keep_every_sentence(desks: tuple[Desk, Desk]) -> None:
    anna, boris = desks
    case_id = open_case(boris.session, "", pseudonym="Juniper", member_ids=[anna.session.member_id]).case_id
    settle(boris, anna)
    casework.set_risk(anna.session, case_id, "high", "His brother asks for him. Calls come at night.")
    casework.set_risk(boris.session, case_id, "high", "His brother asks for him. A car stands outside.")
    settle(anna, boris)
    [found] = [one for one in conflicts.list_conflicts(anna.session) if one.field == "risk_reason"]
    assert found.joinable
    conflicts.keep_all(anna.session, case_id, "risk_reason")
    settle(anna, boris)
    case = boris.session.get(Case, case_id)
    assert case is not None
    assert set(case.risk_reason.splitlines()) == {
        "His brother asks for him.",
        "Calls come at night.",
        "A car stands outside.",
    }
    assert conflicts.list_conflicts(boris.session) == []
    with pytest.raises(OutOfRange):
        conflicts.keep_all(boris.session, case_id, "risk_reason")


def test_two_answers_written_apart_allow_nothing_until_settled(desks: tuple[Desk, Desk]) -> None:
    anna, boris = desks
    case_id = open_case(boris.session, "", pseudonym="Juniper", member_ids=[anna.session.member_id]).case_id
    settle(boris, anna)
    consent.set_consent(anna.session, case_id, "account", "un", "given", risks_explained=True)
    consent.set_consent(boris.session, case_id, "account", "un", "refused")
    settle(anna, boris)
    for desk in desks:
        assert len(consent.consents_of(desk.session, case_id)) == 1
        assert not consent.ruling(desk.session, case_id, "account", "un").allowed
