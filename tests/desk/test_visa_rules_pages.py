"""Bringing the public table at the desk: choose passports, see what they open, know better."""

from __future__ import annotations

from tests.desk.conftest import Browser, Served

from leeward.domain.relocation.papers import TravelDocument
from leeward.domain.relocation.ways_out import VisaRuleByHand, VisaRules
from leeward.office.casework_open import open_case
from leeward.office.relocation_journeys import add_record
from leeward.office.session import Session
from leeward.office.ways_out import set_country


def upload(browser: Browser, file: bytes) -> int:
    headers = {
        "content-type": "application/octet-stream",
        "origin": browser.origin,
        "sec-fetch-site": "same-origin",
        "leeward-name": "rules.csv",
    }
    return browser.client.post("/journeys/rules/file", content=file, headers=headers).status_code


def test_a_table_is_brought_chosen_from_and_corrected(
    session: Session, browser: Browser, server: Served
) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    add_record(session, TravelDocument, case, paper="travel-passport", issuer="Ostria")
    set_country(session, "Estmark")
    set_country(session, "Norland")
    assert "Nothing is known of one passport" in browser.get("/journeys/rules").text
    assert upload(browser, b"not a table") == 409
    assert upload(browser, browser.get("/journeys/rules/practice.csv").content) == 201
    page = browser.get("/journeys/rules").text
    assert 'value="Ostria" checked' in page
    assert 'value="Kelmark"' in page
    page = browser.post(
        "/journeys/rules/keep", {"passport": "Ostria", "source": "practice", "as_of": "2026-04-01"}
    ).text
    assert [one.passport for one in session.find(VisaRules)] == ["Ostria"]
    assert server.desk.state.visa_table is None
    assert "90 days without a visa" in page
    assert "visa needed" in page
    fields = {"passport": "Ostria", "country": "Estmark", "rule": "closed", "reason": "turned back on Friday"}
    page = browser.post("/journeys/rules/better", fields).text
    assert "turned back on Friday" in page
    assert "The table says: 90 days without a visa." in page
    browser.post("/journeys/rules/back", {"passport": "Ostria", "country": "Estmark"})
    assert [one.rule for one in session.find(VisaRuleByHand)] == [""]


def test_the_file_can_be_let_go_of(browser: Browser, server: Served, session: Session) -> None:
    assert upload(browser, b"Passport,A\nX,visa free\n") == 201
    browser.post("/journeys/rules/forget")
    assert server.desk.state.visa_table is None
    assert session.find(VisaRules) == []
