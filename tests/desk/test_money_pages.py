"""Money at the desk: a grant, a payment, a rate, an expense on the case's page, and the report as a table."""

from __future__ import annotations

from tests.desk.conftest import Browser

from leeward.domain.cases.work import Expense
from leeward.domain.money import Grant, Payment, Rate
from leeward.office.casework_open import open_case
from leeward.office.session import Session


def test_from_a_grant_to_its_report(session: Session, browser: Browser) -> None:
    assert "No grant is written down yet." in browser.get("/journeys/money").text
    fields = {"name": "Spring", "donor": "=a fund", "line-housing": "9000", "line-food": "3 000,50"}
    browser.post("/journeys/money", fields)
    (grant,) = session.find(Grant)
    assert grant.lines == {"housing": 900_000, "food": 300_050}
    case = open_case(session, "", pseudonym="Juniper").case_id
    spent = {"sum": "42", "what": "two nights", "line": "housing", "grant": grant.id, "day": "2026-04-06"}
    page = browser.post(f"/people/{case}/expense", spent).text
    assert "two nights" in page
    ((expense,), (payment,)) = (session.find(Expense), session.find(Payment))
    assert (payment.amount_cents, expense.payment_id) == (4_200, payment.id)
    page = browser.get("/journeys/money").text
    assert "11,958.50 EUR is left" in page
    assert "two nights" not in page
    assert "Juniper" not in page
    browser.post(f"/journeys/money/{grant.id}/pay", {"line": "food", "sum": "1000", "currency": "RUB"})
    assert "Not counted: payments in RUB." in browser.get("/journeys/money").text
    browser.post(
        "/journeys/money/rate",
        {"currency": "RUB", "rate": "0,016", "day": "2026-04-01", "source": "a bank"},
    )
    assert [one.millionths for one in session.find(Rate)] == [16_000]
    assert "Not counted" not in browser.get("/journeys/money").text
    assert "58 EUR of 12,000.50 EUR paid" in browser.get(f"/journeys/money/{grant.id}/report").text
    table = browser.get(f"/journeys/money/{grant.id}/report.csv").text
    assert "'=a fund" in table
    paper = browser.get(f"/journeys/money/{grant.id}/report.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    assert "2026-04" not in table  # one payment in its month
    page = browser.post(f"/journeys/money/{payment.id}/strike").text
    assert "struck" in page
    assert "struck" in browser.get(f"/people/{case}?tab=journey").text


def test_what_is_no_sum_is_refused(session: Session, browser: Browser) -> None:
    for wrong in ("-5", "x", "1,234", "0"):
        fields = {"name": "Spring", "line-housing": wrong}
        assert browser.post("/journeys/money", fields).status_code == 409, wrong
    assert browser.post("/journeys/money/nobody/close").status_code in {404, 409}
    assert session.find(Grant) == []
