"""A sheet becomes people, needs, tasks, money and places; again it changes nothing, and later only what is new."""

from __future__ import annotations

import pytest
from tests.support.clocks import HandClock
from tests.support.sheets import HEADERS, ROWS, bring, counts, people_columns, table

from leeward.domain.cases.case import Case, Identity, Person
from leeward.domain.cases.story import CaseNote
from leeward.domain.cases.work import Expense, Need, Task
from leeward.domain.errors import RuleBroken
from leeward.domain.importing import Columns
from leeward.domain.relocation.places import Place, PlaceAddress
from leeward.office.casework import set_stage
from leeward.office.casework_open import open_case
from leeward.office.importing import do_import, make_plan
from leeward.office.session import Session


def by_name(session: Session, legal_name: str) -> Case:
    (identity,) = [one for one in session.find(Identity) if one.legal_name == legal_name]
    found = session.get(Case, identity.case_id)
    assert found is not None
    return found


def test_each_row_becomes_a_case_in_a_circle_of_its_own_and_a_name_only_in_the_identity(
    session: Session,
) -> None:
    assert counts(bring(session, table())) == {"new": 3}
    cases = session.find(Case)
    assert len({one.compartment for one in cases} | {one.compartment for one in session.find(Identity)}) == 6
    timur = by_name(session, "Тимур Вымышленный")
    assert (timur.risk, timur.stage, timur.coordinator_id) == ("high", "first-contact", session.member_id)
    assert timur.language_set == ("ce", "ru")
    assert timur.opened_at // 86_400_000 == 17263  # 7 April 2017
    assert {one.need for one in session.find(Need, case_id=timur.id)} == {"shelter", "visa"}
    assert [one.title for one in session.find(Task, case_id=timur.id)] == ["Позвонить вечером"]
    assert [one.text for one in session.find(CaseNote, case_id=timur.id)] == ["Просит писать только ночью"]
    assert [one.relation for one in session.find(Person, case_id=timur.id)] == ["self"]
    assert len({one.pseudonym for one in cases}) == 3
    ruslan = by_name(session, "Руслан Небывалый")
    assert [one.text for one in session.find(CaseNote, case_id=ruslan.id)] == ["=1+1 — не формула"]
    for record in (one for kind in session.vault.kinds() for one in session.vault.find(kind)):
        if session.vault.compartment(record.compartment).kind != "identity":
            told = str(record.fields)
            assert not any(word in told for word in ("Вымышленный", "Придуманный", "Небывалый", "900 000"))


def test_a_dry_run_writes_nothing(session: Session) -> None:
    before = session.vault.generation
    plan = make_plan(session, table(), people_columns(table()))
    assert counts(plan) == {"new": 3}
    assert session.vault.generation == before
    assert session.find(Case) == []


def test_the_same_sheet_again_is_no_change_also_in_another_order(session: Session) -> None:
    bring(session, table())
    held = {one.id: one.compartment for one in session.find(Case)}
    plan = bring(session, table(ROWS[::-1]))
    assert counts(plan) == {"same": 3}
    assert not plan.many.entries
    assert {one.id: one.compartment for one in session.find(Case)} == held


def test_only_cells_that_changed_are_proposed_and_an_empty_one_changes_nothing(session: Session) -> None:
    bring(session, table())
    first = list(ROWS[0])
    first[3], first[5], first[6], first[9] = "крайний", "английский", None, ""
    plan = bring(session, table((first, *ROWS[1:])))
    assert counts(plan) == {"changed": 1, "same": 2}
    assert plan.lines[0].changed == ("risk", "languages")
    timur = by_name(session, "Тимур Вымышленный")
    assert timur.risk == "extreme"
    assert timur.language_set == ("ce", "en", "ru")
    assert [one.value["level"] for one in timur.risk_notes] == ["extreme"]
    assert [one.text for one in session.find(CaseNote, case_id=timur.id)] == ["Просит писать только ночью"]
    assert counts(bring(session, table((first, *ROWS[1:])))) == {"same": 3}


def test_what_was_changed_at_the_desk_is_not_put_back(session: Session) -> None:
    bring(session, table())
    timur = by_name(session, "Тимур Вымышленный")
    set_stage(session, timur.id, "documents")
    plan = bring(session, table())
    assert counts(plan) == {"same": 3}
    assert plan.lines[0].kept == ("stage",)
    found = session.get(Case, timur.id)
    assert found is not None
    assert found.stage == "documents"


def test_a_closed_name_is_neither_compared_nor_changed_but_a_blank_one_is_filled(session: Session) -> None:
    without = table([(row[0], row[3]) for row in ROWS], ("№", "Риск"))
    bring(session, without)
    assert {one.legal_name for one in session.find(Identity)} == {""}
    assert counts(bring(session, table([row[:2] for row in ROWS], HEADERS[:2]))) == {"changed": 3}
    assert {one.legal_name for one in session.find(Identity)} == {str(row[1]) for row in ROWS}
    other = [(row[0], "Кто-то Другой") for row in ROWS]
    assert counts(bring(session, table(other, HEADERS[:2]))) == {"same": 3}
    assert "Кто-то Другой" not in {one.legal_name for one in session.find(Identity)}


def test_one_refused_row_refuses_all_unless_it_is_left_out(session: Session) -> None:
    sheet = table((*ROWS, (4, "Имя", "", "неясный", "", "", "", "", "", "")))
    columns = people_columns(sheet)
    shown = make_plan(session, sheet, columns)
    assert counts(shown) == {"new": 3, "refused": 1}
    with pytest.raises(RuleBroken):
        do_import(session, sheet, columns, shown.digest)
    assert session.find(Case) == []
    shown = make_plan(session, sheet, columns, left_out={5})
    assert counts(do_import(session, sheet, columns, shown.digest, left_out={5})) == {"new": 3}


def test_what_is_no_longer_what_was_shown_is_refused(session: Session) -> None:
    sheet = table()
    columns = people_columns(sheet)
    shown = make_plan(session, sheet, columns)
    bring(session, sheet)
    with pytest.raises(RuleBroken, match="changed meanwhile"):
        do_import(session, sheet, columns, shown.digest)


def test_a_pseudonym_that_somebody_else_has_is_refused(session: Session) -> None:
    open_case(session, "", pseudonym="Cedar")
    sheet = table([("1", "Cedar"), ("2", "Heather")], ("№", "Псевдоним"))
    assert [one.state for one in make_plan(session, sheet, people_columns(sheet)).lines] == ["refused", "new"]


def test_needs_tasks_and_money_go_to_the_person_by_number_pseudonym_or_code(
    session: Session, clock: HandClock
) -> None:
    bring(session, table())
    made = open_case(session, "", pseudonym="Cedar")
    case = session.get(Case, made.case_id)
    assert case is not None
    timur = by_name(session, "Тимур Вымышленный")
    headers = ("Дело", "Сумма", "Дата", "Категория", "Описание")
    money = table(
        [
            (1, "1 500,50 €", "10.04.2017", "такси", "до вокзала"),
            ("кедр", 20, "", "", ""),
            (case.code, 30, "", "", ""),
        ],
        headers,
    )
    columns = Columns("expenses", ("person", "amount", "day", "line", "what"))
    assert counts(bring(session, money, columns)) == {"new": 3}
    assert counts(bring(session, money, columns)) == {"same": 3}
    (spent,) = session.find(Expense, case_id=timur.id)
    assert (spent.amount_cents, spent.currency, spent.day, spent.line) == (
        150050,
        "EUR",
        "2017-04-10",
        "travel",
    )
    assert spent.compartment == timur.compartment
    assert len(session.find(Expense, case_id=case.id)) == 2

    tasks = table(
        [(2, "Купить билет", "Mila", "15.04.2017"), (9, "Никому", "", ""), (3, "Чужое", "Боб", "")],
        ("Дело", "Задача", "Кто", "Срок"),
    )
    plan = make_plan(session, tasks, Columns("tasks", ("person", "title", "owner", "due")))
    assert [one.state for one in plan.lines] == ["new", "refused", "refused"]
    assert [[p.column for p in one.problems] for one in plan.lines] == [[], ["Дело"], ["Кто"]]

    needs = table([(1, "врач", "зубной", "готово")], ("Дело", "Нужда", "Что", "Статус"))
    bring(session, needs, Columns("needs", ("person", "need", "what", "need_status")))
    assert [(one.need, one.status) for one in session.find(Need, case_id=timur.id) if one.what] == [
        ("medical", "met")
    ]


def test_a_place_keeps_its_address_in_a_circle_of_its_own(session: Session) -> None:
    sheet = table([("Harbour 1", 4, "Вымышленная улица, 5", "31.05.2017"), ("Harbour 2", 2, "", "")],
                  ("Название", "Мест", "Адрес", "Аренда до"))  # fmt: skip
    columns = Columns("places", ("code_name", "capacity", "address", "rent_until"))
    assert counts(bring(session, sheet, columns)) == {"new": 2}
    first, second = sorted(session.find(Place), key=lambda one: one.code_name)
    assert (first.capacity, first.rent_until, first.knows_ids) == (4, "2017-05-31", (session.member_id,))
    where = session.get(PlaceAddress, first.address_id)
    assert where is not None
    assert (where.address, where.compartment) == ("Вымышленная улица, 5", first.address_compartment_id)
    assert session.vault.compartment(second.address_compartment_id).kind == "address"
    assert "Вымышленная" not in str([one.fields for one in session.vault.find("place")])
    assert counts(bring(session, sheet, columns)) == {"same": 2}


def test_a_person_who_was_erased_does_not_come_back_with_the_sheet(session: Session) -> None:
    bring(session, table())
    timur = by_name(session, "Тимур Вымышленный")
    beds = session.compartment_of("beds")
    (claim,) = [one for one in session.vault.find("imported") if one.fields["case_id"] == timur.id]
    session.vault.erase_records(beds, [claim.id])
    for circle in (
        timur.compartment,
        session.vault.find("identity", refs={"case_id": timur.id})[0].compartment,
    ):
        session.vault.forget(circle)
    plan = make_plan(session, table(), people_columns(table()))
    assert [one.state for one in plan.lines] == ["refused", "same", "same"]
    assert "erased" in str(plan.lines[0].problems[0].why)
