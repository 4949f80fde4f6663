"""One member who wants evidence gone: by relabelling, by other people's erasures, by saying "done", by forged lists."""

from __future__ import annotations

import pytest
from tests.support.erasing import Scene, erase, work
from tests.support.reporter import item_id
from tests.support.teams import Desk

from leeward.domain.cases.case import Case, Identity
from leeward.domain.erasing import Erasure, Standing, digest_of
from leeward.domain.intake import Contact, Letter
from leeward.domain.typed import write_new
from leeward.ledger.model import add, note, put
from leeward.office import today
from leeward.office.erasing import agree, ask, erasures, show
from leeward.office.intake import take_in


def their_letters(desk: Desk, contact: str) -> list[str]:
    return [one.id for one in desk.session.find(Letter, contact_id=contact)]


def pass_time(made: Scene) -> None:
    for _ in range(3):
        made.clock.ms += 61_000
        work(*made.desks)


def team(desk: Desk) -> str:
    return desk.session.compartment_of("team")


def intake_of(desk: Desk) -> str:
    return desk.session.compartment_of("intake")


def test_what_was_somebody_elses_is_not_erased_by_writing_an_erased_id_into_it(made: Scene) -> None:
    anna, boris, _ = made.desks
    erase(made)
    [letter] = their_letters(anna, made.other_contact)
    record = anna.vault.get(letter)
    assert record is not None
    boris.session.commit(intake_of(boris), put(record.kind, letter, contact_id=made.contact_id))
    boris.session.commit(intake_of(boris), put("contact", made.other_contact, case_id=made.case_id))
    boris.session.commit(intake_of(boris), put("contact", made.other_contact, merged_into=made.contact_id))
    pass_time(made)
    assert anna.vault.get(letter) is not None
    assert anna.session.get(Contact, made.other_contact) is not None


def test_what_was_put_to_a_person_after_it_was_asked_is_not_what_was_agreed_to(made: Scene) -> None:
    anna, boris, clara = made.desks
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    work(anna, boris, clara)
    case = boris.session.get(Case, made.case_id)
    assert case is not None
    made.clock.ms += 5_000
    boris.session.commit(case.compartment, add("case", case.id, "contact_ids", made.other_contact))
    agree(boris.session, asked)
    for _ in range(3):
        work(boris, anna, clara)
    assert anna.session.get(Case, made.case_id) is None
    assert anna.session.get(Contact, made.other_contact) is not None
    assert their_letters(anna, made.other_contact)


def test_a_circle_of_somebody_else_is_not_forgotten_under_another_name(made: Scene) -> None:
    anna, boris, _ = made.desks
    erase(made)
    case = boris.session.get(Case, made.other_case)
    [identity] = boris.session.find(Identity, case_id=made.other_case) or anna.session.find(
        Identity, case_id=made.other_case
    )
    assert case is not None
    writer = boris if identity.compartment in {one.id for one in boris.vault.compartments()} else anna
    writer.session.commit(identity.compartment, put("identity", identity.id, case_id=made.case_id))
    boris.session.commit(case.compartment, put("task", case.id, identity_id=""))
    false = Identity(id=boris.session.make_id(), case_id=made.case_id)
    boris.session.commit(case.compartment, write_new(false))
    pass_time(made)
    held = {one.id for one in anna.vault.compartments()}
    assert {case.compartment, identity.compartment} <= held


def test_a_list_of_what_was_erased_erases_nothing_of_others(made: Scene) -> None:
    anna, boris, clara = made.desks
    victims = [*their_letters(boris, made.other_contact), made.other_contact]
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    work(anna, boris, clara)
    boris.session.commit(team(boris), note(Erasure.kind, asked, "found", {"ids": victims}))
    agree(boris.session, asked)
    for _ in range(3):
        work(boris, anna, clara)
    assert anna.session.get(Contact, made.contact_id) is None
    assert anna.session.get(Contact, made.other_contact) is not None
    assert their_letters(anna, made.other_contact) == victims[:-1]


def test_a_colleagues_old_erasure_that_was_changed_is_not_done_on_one_members_word(made: Scene) -> None:
    anna, boris, _ = made.desks
    asked = erase(made)
    [old] = [one for one in erasures(boris.session) if one.id == asked]
    boris.session.commit(
        team(boris),
        put(Erasure.kind, asked, case_id=""),
        add(Erasure.kind, asked, "contact_ids", made.other_contact),
    )
    [changed] = [one for one in erasures(boris.session) if one.id == asked]
    assert changed.created_by == old.created_by == anna.session.member_id
    for does in ({"device": boris.device_id}, {"device": anna.device_id}):
        boris.session.commit(
            team(boris), note(Erasure.kind, asked, "done", {**does, "of": digest_of(changed)})
        )
    pass_time(made)
    [seen] = [one for one in erasures(anna.session) if one.id == asked]
    assert show(anna.session, seen).standing is Standing.WAITING
    assert anna.session.get(Contact, made.other_contact) is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [("found", {"ids": 5}), ("found", {"ids": [5, None, {}]}), ("done", {"of": [1]}), ("says", {"does": {}})],
)
def test_a_damaged_note_of_an_erasure_stops_nobody(made: Scene, field: str, value: object) -> None:
    anna, boris, clara = made.desks
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    work(anna, boris, clara)
    boris.session.commit(team(boris), note(Erasure.kind, asked, field, value))
    today.gather(boris.session)
    agree(boris.session, asked)
    for _ in range(3):
        work(boris, anna, clara)
    assert anna.session.get(Contact, made.contact_id) is None


@pytest.mark.parametrize("blob", ["../../vault", "A" * 64, "", "é" * 64])
def test_a_piece_with_an_impossible_address_does_not_keep_a_person_from_being_erased(
    made: Scene, blob: str
) -> None:
    anna, boris, clara = made.desks
    [letter] = their_letters(boris, made.contact_id)[:1]
    bad = {"blob": blob, "erase": "zz", "deep": [[{"blob": 7}]]}
    boris.session.commit(intake_of(boris), put("message", letter, odd=bad, original=blob))
    work(boris, anna, clara)
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    work(anna, boris, clara)
    agree(boris.session, asked)
    for _ in range(3):
        work(boris, anna, clara)
    assert anna.session.get(Contact, made.contact_id) is None
    assert erasures(anna.session)[0].done


def test_a_letter_of_a_stranger_is_taken_in_though_a_list_of_others_names_ids(made: Scene) -> None:
    """What is named and is here is judged by whom it belongs to; so a new letter of the other person stays."""
    anna, boris, _ = made.desks
    asked = erase(made)
    item = item_id()
    take_in(anna.session, item, made.reporter.first("once more, from the beginning"))
    here = [one.id for one in anna.session.find(Letter) if one.direction == "in"]
    boris.session.commit(team(boris), note(Erasure.kind, asked, "found", {"ids": here}))
    pass_time(made)
    assert {one.id for one in anna.session.find(Letter)} >= set(here) - {""}
