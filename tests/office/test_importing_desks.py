"""Who gets the keys of what was imported, who sees nothing of it, and two desks that import the same sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.sheets import ROWS, bring, counts, people_columns, table
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.domain.cases.case import Case, Identity
from leeward.domain.cases.work import Need
from leeward.domain.erasing import Erasure
from leeward.domain.errors import RuleBroken
from leeward.domain.importing import Columns
from leeward.domain.relocation.places import Place
from leeward.office import importing_keys
from leeward.office.casework import set_stage
from leeward.office.casework_tasks import add_need
from leeward.office.erasing_reach import reach_of
from leeward.office.importing import make_plan
from leeward.office.search import find


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Desk, Desk, Desk]]:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="coordinator")
    clara = newcomer(tmp_path / "clara", anna, relay.door(), name="Clara", role="documenter")
    settle(anna, boris, clara, rounds=2)
    with closing(anna, boris, clara):
        yield anna, boris, clara


def give(*desks: Desk) -> None:
    for desk in desks:
        while importing_keys.hand_on(desk.session, 2):
            pass


def test_keys_go_to_whom_they_were_meant_for_and_to_nobody_else(desks: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, clara = desks
    bring(anna.session, table(), member_ids=[boris.session.member_id])
    assert importing_keys.left(anna.session) == 3
    settle(*desks)
    assert boris.session.find(Case) == []
    give(anna)
    assert importing_keys.left(anna.session) == 0
    settle(*desks)
    assert {one.id for one in boris.session.find(Case)} == {one.id for one in anna.session.find(Case)}
    assert boris.session.find(Identity) == []
    assert clara.session.find(Case) == []
    everything = str([one for kind in clara.vault.kinds() for one in clara.vault.find(kind)])
    assert not any(
        str(row[1]) in everything or one.id in everything for row in ROWS for one in anna.session.find(Case)
    )
    assert counts(make_plan(boris.session, table(), people_columns(table()))) == {"same": 3}


def test_a_colleague_without_the_key_is_told_so_and_makes_no_second_case(
    desks: tuple[Desk, Desk, Desk],
) -> None:
    anna, boris, clara = desks
    bring(anna.session, table())
    settle(*desks)
    plan = make_plan(boris.session, table(), people_columns(table()))
    assert counts(plan) == {"refused": 3}
    assert "does not hold the key" in str(plan.lines[0].problems[0].why)
    with pytest.raises(RuleBroken, match="key of the beds"):
        make_plan(clara.session, table(), people_columns(table()))


def test_two_desks_apart_import_the_same_sheet_and_nobody_is_there_twice(
    desks: tuple[Desk, Desk, Desk],
) -> None:
    anna, boris, clara = desks
    readers = [anna.session.member_id, boris.session.member_id, clara.session.member_id]
    bring(anna.session, table(), member_ids=readers)
    bring(boris.session, table(ROWS[::-1]), member_ids=readers)
    give(anna, boris)
    settle(*desks)
    give(anna, boris)
    settle(*desks)
    shown = [{one.id: one.compartment for one in desk.session.find(Case)} for desk in desks]
    assert [len(desk.session.find(Case)) for desk in desks] == [3, 3, 3]
    assert len(anna.vault.compartments("case")) == 6
    assert shown[0] == shown[1] == shown[2]
    for desk in desks:
        for case_id, circle in shown[0].items():
            case = desk.session.get(Case, case_id)
            assert case is not None
            assert case.compartment == circle
        assert len(desk.session.find(Need)) == 3
        assert len(find(desk.session, "ночью").hits) == 1
    for desk in (anna, boris):
        plan = bring(desk.session, table(), member_ids=readers)
        assert counts(plan) == {"same": 3}
        assert not plan.many.entries


def test_what_is_written_afterwards_goes_to_the_one_that_is_shown_and_both_are_erased(
    desks: tuple[Desk, Desk, Desk],
) -> None:
    anna, boris, _ = desks
    readers = [anna.session.member_id, boris.session.member_id]
    bring(anna.session, table(), member_ids=readers)
    bring(boris.session, table(), member_ids=readers)
    give(anna, boris)
    settle(*desks)
    case = anna.session.find(Case)[0]
    set_stage(boris.session, case.id, "documents")
    settle(*desks)
    assert [len(desk.session.find(Case)) for desk in (anna, boris)] == [3, 3]
    found_again = anna.session.get(Case, case.id)
    assert found_again is not None
    assert found_again.stage == "documents"
    reach = reach_of(anna.session, Erasure(id="x", case_id=case.id, asked_at=anna.session.now()))
    cases = [circle for circle, kind in reach.circles.items() if kind == "case"]
    assert len(cases) == 2


def test_what_only_one_of_two_was_told_is_never_hidden(desks: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, _ = desks
    readers = [anna.session.member_id, boris.session.member_id]
    bring(anna.session, table(), member_ids=readers)
    bring(boris.session, table(), member_ids=readers)
    case = boris.session.find(Case)[0]
    add_need(boris.session, case.id, "legal", "apart")
    give(anna, boris)
    settle(*desks)
    for desk in (anna, boris):
        assert len(desk.session.find(Case)) == 3  # Anna's, which was told nothing more, gives way
        assert [one.what for one in desk.session.find(Need, case_id=case.id) if one.need == "legal"] == [
            "apart"
        ]
    for desk in (anna, boris):
        shown = desk.session.get(Case, case.id)
        assert shown is not None
        assert shown.compartment == case.compartment


def test_places_of_two_desks_are_one_place(desks: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, _ = desks
    sheet = table([("Harbour 9", 4)], ("Название", "Мест"))
    for desk in (anna, boris):
        bring(desk.session, sheet, Columns("places", ("code_name", "capacity")))
    settle(*desks)
    assert [len(desk.session.find(Place)) for desk in desks] == [1, 1, 1]
