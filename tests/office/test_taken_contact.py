"""Somebody on the hotline who may be in other hands: what we told them, whom they lead to, and their case."""

from __future__ import annotations

import pytest
from tests.support.clocks import HandClock

from leeward.base.say import Message
from leeward.domain.cases.case import Case
from leeward.domain.intake import Contact
from leeward.domain.relocation.papers import MedicalAppointment, TravelDocument
from leeward.domain.relocation.places import Place
from leeward.ledger.model import add, put
from leeward.office import relocation, taken
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.intake.danger import LeadsToAPlace, require_no_place
from leeward.office.intake.see import line_for
from leeward.office.session import Session

HOUR = 3_600_000


def words(message: Message, _language: str) -> str:
    return str(message)


@pytest.fixture
def places(session: Session) -> dict[str, str]:
    """Fern was told the way to the Farm, knows Moss, and vouched for Reed; nobody is linked with Stone."""
    found = {
        name: relocation.add_place(session, name, 3, address=where)
        for name, where in (("Farm", "Kalitka Lane 5"), ("Mill", "Zaton Lane 7"))
    }
    intake = session.compartment_of("intake")
    for name in ("Fern", "Moss", "Reed", "Stone"):
        session.commit(intake, put("contact", name.lower(), pseudonym=name))
    session.commit(intake, add("contact", "fern", "linked_ids", "moss"))
    session.commit(intake, put("check", "vouch", contact_id="reed", voucher_id="fern"))
    for number, (way, text) in enumerate(
        (("out", "Come to Kalitka, ring twice."), ("in", "Is it Zaton Lane?"))
    ):
        session.commit(intake, put("message", f"m{number}", contact_id="fern", direction=way, text=text))
    return found


def test_what_our_own_answers_told_and_whom_they_lead_to(session: Session, places: dict[str, str]) -> None:
    found = taken.look(session, "contact", "fern")
    assert [row.line.key for row in found.rows] == [
        ("move", places["Farm"]),
        ("warn", "moss"),
        ("warn", "reed"),
    ]
    assert found.rows[0].line.mark == "doubtful"
    assert [one.id for one in found.freezes] == ["fern"]
    assert "Kalitka" not in " ".join(f"{row.line.do} {row.line.why}" for row in found.rows)


def test_one_press_stops_places_being_written_to_them(session: Session, places: dict[str, str]) -> None:
    require_no_place(session, "fern", "Come to the Mill.")
    found = taken.run(session, "contact", "fern", words=words, why="The words were not theirs.")
    assert [one.id for one in found.frozen] == ["fern"]
    assert line_for(session, "fern").captured_since
    assert not line_for(session, "moss").captured_since
    with pytest.raises(LeadsToAPlace):
        require_no_place(session, "fern", "Come to the Mill.")
    farm = session.get(Place, places["Farm"])
    assert farm is not None
    assert farm.exposure == "doubtful"
    for row in found.rows:
        assert row.task is not None
        kind = session.vault.compartment(row.task.compartment).kind
        assert kind == ("errands" if row.line.step == "move" else "intake")


def test_a_place_that_is_worse_already_stays_as_it_is(session: Session, places: dict[str, str]) -> None:
    relocation.mark_exposed(session, places["Farm"], "A stranger asked.")
    taken.run(session, "contact", "fern", words=words)
    farm = session.get(Place, places["Farm"])
    assert farm is not None
    assert (farm.exposure, farm.exposure_reason) == ("exposed", "A stranger asked.")


def test_with_a_case_it_is_one_list_and_not_two(
    session: Session, places: dict[str, str], clock: HandClock
) -> None:
    case_id = open_case(session, "fern", pseudonym="Fern", coordinator_id=session.member_id).case_id
    relocation.place_in(session, case_id, places["Mill"], tonight(session))
    case = session.get(Case, case_id)
    assert case is not None
    clinic = MedicalAppointment(id="visit", case_id=case_id, at=clock.ms + HOUR // 2, where="a clinic")
    session.save_new(case.compartment, clinic)
    by_contact = taken.run(session, "contact", "fern", words=words)
    by_case = taken.run(session, "case", case_id, words=words)
    assert by_contact.incident is not None
    assert by_case.incident is not None
    assert by_contact.incident.id == by_case.incident.id
    assert [row.line.key for row in by_case.rows][:2] == [("move", places["Mill"]), ("move", places["Farm"])]
    (visit,) = [row.line for row in by_case.rows if row.line.step == "meeting"]
    assert visit.due == clock.ms + HOUR // 2
    assert line_for(session, "fern").captured_since
    session.save_new(case.compartment, TravelDocument(id="paper", case_id=case_id, held="with-us"))
    raided = taken.look(session, "place", places["Mill"])
    assert ("papers", case_id) in [row.line.key for row in raided.rows]


def test_merged_contacts_are_one_person(session: Session, places: dict[str, str]) -> None:
    session.commit(session.compartment_of("intake"), put("contact", "stone", merged_into="fern"))
    found = taken.run(session, "contact", "stone", words=words)
    assert {one.id for one in found.frozen} == {"fern", "stone"}
    assert found.subject.id == "fern"
    assert session.get(Contact, "stone") is not None
