from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import found, newcomer, settle

from leeward.base.say import say
from leeward.domain.cases.case import Case
from leeward.ledger.fault import Fault
from leeward.ledger.model import put
from leeward.office import conflicts, intake, safety
from leeward.office.casework_open import open_case
from leeward.office.session import Session
from leeward.office.team import admit, device_card, prepare_to_join, who_can_open

if TYPE_CHECKING:
    from tests.desk.conftest import Browser


def test_it_shows_who_can_open_what_and_this_computers_fingerprint(
    browser: Browser, session: Session
) -> None:
    page = browser.get("/safety").text
    whole = session.vault.device.id
    assert " ".join(whole[at : at + 4] for at in range(0, 26, 4)) in page
    for words in ("Who can open what", "The hotline", "The record", "Beds", "Mila", "this computer"):
        assert words in page


def test_a_device_is_let_in_only_with_the_fingerprint_that_was_heard(
    browser: Browser, session: Session, tmp_path: Path
) -> None:
    other = prepare_to_join(
        tmp_path / "other", "words", clock=session.clock, chance=session.chance, work_factor=2
    )
    with other.vault:
        card = device_card(other, name="Vera", role="operator")
        wrong = browser.post("/safety/devices", {"card": card, "fingerprint": "a" * 26, "role": "operator"})
        assert wrong.status_code == 409
        assert "Nobody was let in." in wrong.text
        heard = other.vault.device.id.upper().replace("A", "A ")
        page = browser.post("/safety/devices", {"card": card, "fingerprint": heard, "role": "operator"}).text
    assert "The device is let in." in page
    assert "Vera" in page
    assert (
        browser.post("/safety/devices", {"card": "{", "fingerprint": "x", "role": "operator"}).status_code
        == 409
    )


def test_the_intake_card_is_saved_as_a_file(browser: Browser) -> None:
    answer = browser.get("/safety/card")
    assert answer.headers["content-disposition"] == 'attachment; filename="intake-card.json"'
    assert answer.json()["team"] == "Harbour"


def test_a_conflict_is_shown_and_settled(tmp_path: Path) -> None:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="operator")
    with anna.session.vault, boris.session.vault:
        settle(anna, boris)
        contact = intake.log_call(anna.session, "звонок")
        settle(anna, boris)
        circle = anna.session.compartment_of("intake")
        anna.session.commit(circle, put("contact", contact, place_told="Север"))
        boris.session.commit(circle, put("contact", contact, place_told="Юг"))
        settle(anna, boris)
        settle(anna, boris)
        [one] = conflicts.list_conflicts(anna.session)
        assert one.field == "place_told"
        assert {value.value for value in one.candidates} == {"Север", "Юг"}
        shown = anna.session.vault.get(contact)
        assert shown is not None
        assert one.candidates[0].value == shown.fields["place_told"]
        other = one.candidates[1].value
        conflicts.settle_conflict(anna.session, contact, "place_told", 1)
        assert conflicts.list_conflicts(anna.session) == []
        assert intake.require_contact(anna.session, contact).place_told == other


def test_a_conflict_that_is_gone_is_told(browser: Browser) -> None:
    answer = browser.post("/settle", {"record": "a" * 26, "field": "x", "choice": "0"})
    assert answer.status_code == 409
    assert "settled already" in answer.text


def test_what_the_sync_found_is_told_once(session: Session) -> None:
    clock = Fault(5, "", "clock", say("A clock is off."))
    assert safety.gather(session).faults == []
    assert safety.gather(session, [clock, Fault(5, "", "clock", say("A clock is off."))]).faults == [clock]


def test_what_was_written_twice_is_said_in_words(tmp_path: Path) -> None:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="operator")
    with anna.session.vault, boris.session.vault:
        settle(anna, boris)
        contact = intake.log_call(anna.session, "звонок")
        settle(anna, boris)
        intake.triage(anna.session, contact, "immediate")
        intake.triage(boris.session, contact, "standard")
        settle(anna, boris)
        settle(anna, boris)
        [one] = conflicts.list_conflicts(anna.session)
        assert str(conflicts.field_word(one)) == "how urgent"
        said = {str(conflicts.value_word(one, value.value, {})) for value in one.candidates}
        assert said == {"urgency/immediate", "urgency/standard"}


def test_what_was_left_out_of_a_further_computer_is_given_by_a_button(
    browser: Browser, session: Session, tmp_path: Path
) -> None:
    case = open_case(session, "", pseudonym="Heron")
    other = prepare_to_join(
        tmp_path / "other", "words", clock=session.clock, chance=session.chance, work_factor=2
    )
    with other.vault:
        device = other.vault.device.id
        card = device_card(other, name="Mila", role="coordinator", beside=session.vault.device.id)
        every = {one.id for one in session.vault.compartments("intake")}
        admit(session, card, "coordinator", fingerprint=device, parts=every)
    out = len(session.vault.compartments()) - 2  # the team's and that of the hotline were given
    page = browser.get("/safety").text
    assert "parts were left out when you let this computer of yours in." in page
    given = browser.post("/safety/devices/give", {"device": device}).text
    assert f"Given: {out} parts." in given
    assert "left out when you let" not in given
    circle = session.get(Case, case.case_id)
    assert circle is not None
    assert device in {one.device_id for one in who_can_open(session, circle.compartment)}
    assert "Given:" not in browser.post("/safety/devices/give", {"device": device}).text
