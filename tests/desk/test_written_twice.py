"""Two people write one text: nobody's sentence is lost, wherever it is settled and however old the form was."""

from __future__ import annotations

import re
from pathlib import Path

from tests.desk.conftest import Browser
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, newcomer, settle

from leeward.domain.cases.case import Case
from leeward.office import casework
from leeward.office.casework_open import open_case
from leeward.office.relay import use_relay
from leeward.office.session import Session


def reason_of(session: Session, case: str) -> str:
    found = session.get(Case, case)
    assert found is not None
    return found.risk_reason


def shown_mark(page: str) -> str:
    found = re.search(r'name="reason\.was" value="([0-9a-f]{16})"', page)
    assert found is not None
    return found.group(1)


def test_the_page_of_the_case_offers_both_texts_and_keeps_every_sentence(
    session: Session, browser: Browser, tmp_path: Path
) -> None:
    relay = RelaySimulator()
    use_relay(session.vault, relay.door())
    here = Desk(session, relay.door())
    there = newcomer(tmp_path / "boris", here, relay.door())
    settle(here, there)
    case = open_case(session, "", pseudonym="Juniper", member_ids=[there.session.member_id]).case_id
    settle(here, there)
    try:
        casework.set_risk(session, case, "high", "His brother asks for him. Calls come at night.")
        casework.set_risk(there.session, case, "high", "His brother asks for him. A car stands outside.")
        settle(here, there)
        page = browser.get(f"/people/{case}").text
        assert "without sight of each other" in page
        assert "Keep every sentence of both" in page
        assert "without sight of each other" not in browser.get("/people").text
        fields = {"record": case, "field": "risk_reason", "choice": "all", "back": f"/people/{case}"}
        page = browser.post("/settle", fields).text
        assert "every sentence of both is kept" in page
        assert "without sight of each other" not in page
        assert set(reason_of(session, case).splitlines()) == {
            "His brother asks for him.",
            "Calls come at night.",
            "A car stands outside.",
        }
        assert browser.post("/settle", fields).status_code == 409
    finally:
        there.close()


def test_a_form_that_was_open_while_a_colleague_wrote_loses_neither_text(
    session: Session, browser: Browser
) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    casework.set_risk(session, case, "high", "His brother asks for him.")
    mark = shown_mark(browser.get(f"/people/{case}").text)
    casework.set_risk(session, case, "high", "His brother asks for him. A car stands outside.")
    browser.post(
        f"/people/{case}/risk",
        {"risk": "high", "reason": "His brother asks for him. Calls come at night.", "reason.was": mark},
    )
    assert set(reason_of(session, case).splitlines()) == {
        "His brother asks for him.",
        "A car stands outside.",
        "Calls come at night.",
    }


def test_whoever_saw_a_text_may_shorten_it(session: Session, browser: Browser) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    casework.set_risk(session, case, "high", "His brother asks for him. A car stands outside.")
    mark = shown_mark(browser.get(f"/people/{case}").text)
    browser.post(
        f"/people/{case}/risk", {"risk": "high", "reason": "A car stands outside.", "reason.was": mark}
    )
    assert reason_of(session, case) == "A car stands outside."
