"""The case on one screen: everything that stands there is changed there, and comes back to the same tab."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tests.desk.conftest import Browser, Served, TestClock
from tests.desk.scene import DAY, HOUR, act_out
from tests.support.browser import Browsing, find_barriers, overflows

from leeward.domain.cases.case import Case, Person, SafetyPlan
from leeward.domain.cases.work import Need, Task
from leeward.domain.relocation.papers import Medication
from leeward.office import casework, casework_tasks
from leeward.office.casework_open import open_case
from leeward.office.session import Session
from leeward.office.today import gather


def glance(page: str) -> str:
    """Return the part of a page that is looked at first."""
    return page[page.index('class="glance"') : page.index('<nav class="tabs"')]


def test_what_threatens_them_is_set_in_place_and_comes_back_to_the_tab(
    session: Session, browser: Browser
) -> None:
    case = open_case(session, "", pseudonym="Juniper", risk="very-high").case_id
    page = browser.post(
        f"/people/{case}/danger",
        [("tab", "consent"), ("threat", "family"), ("day", "2026-04-09"), ("said", "<b>until Thursday")],
    )
    assert "tab=consent" in str(page.url)
    assert "2 days left" in glance(page.text)
    assert "&lt;b&gt;until Thursday" in glance(page.text)
    found = session.get(Case, case)
    assert found is not None
    assert (found.threat_set, found.danger_by) == (("family",), "2026-04-09")
    wrong = browser.post(f"/people/{case}/danger", {"day": "tomorrow"})
    assert "is not a date" in wrong.text
    browser.post(f"/people/{case}/danger", [("threat", "family"), ("day", "")])
    assert "days left" not in glance(browser.get(f"/people/{case}").text)


def test_the_day_of_a_threat_and_of_a_safety_plan_stand_on_today(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    casework.set_danger(session, case, "2026-04-08", "an ultimatum")
    browser.post(f"/people/{case}/plan", {"steps": "Leave by the yard", "review_by": "2026-04-08"})
    (plan,) = session.find(SafetyPlan)
    assert plan.review_by == "2026-04-08"
    assert not [need for need in gather(session).needs if case in need.href]
    clock.ms += DAY
    found = {need.href for need in gather(session).needs if case in need.href}
    assert found == {
        f"/people/{case}?change=fold-danger",
        f"/people/{case}?tab=story&change=fold-plan#fold-plan",
    }
    for href in found:
        assert browser.get(href.split("#")[0]).status_code == 200


def test_a_need_has_everything_that_is_asked_of_a_service(session: Session, browser: Browser) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    browser.post(f"/people/{case}/need", {"need": "medical-surgery", "what": "burns", "priority": "now"})
    (need,) = session.find(Need)
    whole = {
        "whole": "1",
        "need": "medical-surgery",
        "what": "burns",
        "priority": "now",
        "status": "arranged",
        "provider": "Clinic A",
        "cost": "120,5",
        "currency": "EUR",
        "due": "2026-04-09T12:00",
        "requested": "2026-04-05T09:00",
        "outcome": "They take him",
        "feedback": "He is afraid of the anaesthetic",
    }
    page = browser.post(f"/people/{case}/needs/{need.id}/set", whole).text
    (need,) = session.find(Need)
    assert (need.cost_cents, need.provider, need.status) == (12050, "Clinic A", "arranged")
    assert need.requested_at < session.now() - DAY
    for words in ("120.50 EUR", "Clinic A", "He is afraid of the anaesthetic", "asked for on 5 Apr"):
        assert words in page
    assert (
        "is not an amount"
        in browser.post(f"/people/{case}/needs/{need.id}/set", {**whole, "cost": "much"}).text
    )
    browser.post(f"/people/{case}/needs/{need.id}/set", {"status": "met"})
    (need,) = session.find(Need)
    assert (need.status, need.provider, need.feedback) == (
        "met",
        "Clinic A",
        "He is afraid of the anaesthetic",
    ), "the short form says only how it stands"


def test_a_colleagues_words_of_a_need_are_not_overwritten(session: Session, browser: Browser) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    need = casework_tasks.add_need(session, case, "medical")
    casework_tasks.set_need(session, need, outcome="First.")
    page = browser.get(f"/people/{case}?tab=work").text
    shown = page[page.index('name="outcome.was" value="') :].split('"')[3]
    casework_tasks.set_need(session, need, outcome="First. Second.")
    fields = {
        "whole": "1",
        "need": "medical",
        "status": "asked",
        "outcome": "First. Third.",
        "outcome.was": shown,
    }
    browser.post(f"/people/{case}/needs/{need}/set", fields)
    (kept,) = session.find(Need)
    assert "Second." in kept.outcome
    assert "Third." in kept.outcome


def test_somebody_of_the_family_is_changed_and_taken_out(session: Session, browser: Browser) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    browser.post(f"/people/{case}/person", {"relation": "mother", "risk": "high", "risk_reason": "Watched"})
    (mother,) = [one for one in session.find(Person) if one.relation == "mother"]
    assert mother.risk_reason == "Watched"
    browser.post(
        f"/people/{case}/persons/{mother.id}/set",
        {"relation": "mother", "risk": "low", "risk_reason": "Left", "travels": "1"},
    )
    (mother,) = [one for one in session.find(Person) if one.relation == "mother"]
    assert (mother.risk, mother.risk_reason, mother.travels) == ("low", "Left", True)
    page = browser.post(f"/people/{case}/persons/{mother.id}/strike").text
    assert "Nobody is written down." in page


def test_medicines_have_an_end_and_come_back(session: Session, browser: Browser) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    browser.post(
        f"/people/{case}/medicine", {"what": "HIV therapy", "dose": "1 a day", "lasts": "2026-04-09"}
    )
    (one,) = session.find(Medication)
    page = browser.post(f"/people/{case}/medicines/{one.id}/end", {"tab": "work"}).text
    assert "Taken again" in page
    browser.post(f"/people/{case}/medicines/{one.id}/again", {"tab": "work"})
    browser.post(f"/people/{case}/medicines/{one.id}/set", {"what": "HIV therapy", "dose": "2 a day"})
    (one,) = session.find(Medication)
    assert (one.dose, one.ended_at, one.lasts_until) == ("2 a day", 0, "")


def test_closing_asks_what_is_open_and_settles_what_is_ticked(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    ids = act_out(session, clock)
    juniper = ids["Juniper"]
    page = browser.get(f"/people/{juniper}").text
    assert "A bed is held in Harbour 2." in page
    browser.post(
        f"/people/{juniper}/close",
        [("reason", "safe-abroad"), ("review", "x"), ("settle", "checks"), ("settle", "tasks")],
    )
    page = browser.get(f"/people/{juniper}").text
    assert "A bed is held in Harbour 2." in page, "it was not ticked"
    assert not any(one.open for one in session.find(Task, case_id=juniper))
    page = browser.post(f"/people/{juniper}/settle", {"what": "beds"}).text
    assert "A bed is held in" not in page
    assert "A second person looks at it" in page
    assert "does not check" in browser.post(f"/people/{juniper}/closing-checked").text


def test_where_a_case_is_given_it_says_how_much_each_carries(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    ids = act_out(session, clock)
    assert (
        "Mila, Coordinator: 18 of 12, extreme: 1, very high: 1" in browser.get(f"/people/{ids['Larch']}").text
    )
    assert "Mila, Coordinator: 18 of 12" in browser.get("/people/open").text
    page = browser.get("/caseload").text
    assert "too much" in page
    assert "change=fold-holders" in page
    assert "too much" not in browser.post("/caseload", {"most": "40"}).text


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "ru")])
def test_it_is_one_screen_and_is_changed_with_one_key(
    session: Session, clock: TestClock, browsing: Browsing, width: int, scheme: str, language: str
) -> None:
    ids = act_out(session, clock)
    juniper = ids["Juniper"]
    casework.set_danger(session, juniper, "2026-04-09", "An uncle gave the family until Thursday.")
    casework_tasks.add_task(session, juniper, "Letter for the clinic", due=clock.ms - HOUR)
    served = Served(session, language=language)
    try:
        page = browsing.page(
            served.desk.address(),
            width=width,
            height=800,
            lang=language,
            scheme="dark" if scheme == "dark" else "light",
        )
        page.goto(f"http://127.0.0.1:{served.port}/people/{juniper}", wait_until="load")
        first = page.locator(".glance").bounding_box()
        assert first is not None
        assert first["y"] + first["height"] <= (800 if width == 1280 else 1200)
        page.keyboard.press("d")
        expect(page.locator("#fold-danger")).to_have_attribute("open", "")
        assert not overflows(page)
        assert find_barriers(page) == []
        page.goto(f"http://127.0.0.1:{served.port}/caseload", wait_until="load")
        assert not overflows(page)
        assert find_barriers(page) == []
    finally:
        browsing.close()
        served.stop()
    assert [told for told in browsing.complaints if "/built/" not in told and "404" not in told] == []
