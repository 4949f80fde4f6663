"""The donor's report on paper: the sums of the page in both languages, no person, and no text that becomes markup."""

from __future__ import annotations

import pytest
from tests.support.pdf import pdf_text

from leeward.domain.money import Grant
from leeward.ledger.model import put
from leeward.office import casework, casework_tasks, donor_report, expenses, grants
from leeward.office.casework_base import require
from leeward.office.casework_open import open_case
from leeward.office.donor_pdf import as_pdf, money
from leeward.office.session import Session

DAY = "2017-04-07"


def words(session: Session, grant: str, language: str) -> str:
    text = pdf_text(as_pdf(donor_report.report(session, grant), language, DAY))
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def given(session: Session) -> str:
    made = grants.add_grant(
        session, "Spring", donor="A fund", currency="EUR", lines={"housing": 1_000_000, "food": 50_000}
    )
    for day in range(1, 8):
        grants.pay(session, made, "housing", 12_345, day=f"2017-03-0{day}")
    return made


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            ("A fund", "Given", "10,000.00 EUR", "864.15 EUR", "2017-03", "9,135.85 EUR", "Together", "few"),
        ),
        ("ru", ("A fund", "Выделено", "10 000,00 EUR", "864,15 EUR", "2017-03", "9 135,85 EUR", "Всего")),
    ],
)
def test_it_says_what_the_page_says(session: Session, language: str, told: tuple[str, ...]) -> None:
    made = given(session)
    grants.pay(session, made, "food", 700, day=DAY)
    text = words(session, made, language)
    assert [one for one in told if one not in text] == []
    assert "2017-04" not in text  # one payment in its month: held back


def test_nobody_stands_in_it(session: Session) -> None:
    made = given(session)
    case = open_case(session, "", pseudonym="Qzxjuniper").case_id
    casework.set_identity(session, case, legal_name="Zaurbek Qzxlegal")
    casework_tasks.add_need(session, case, "medical", "qzxneed")
    expenses.spend(session, case, "housing", 4_200, what="qzxhotel", grant_id=made, day=DAY)
    text = words(session, made, "en").casefold()
    assert "8" in text  # it is counted
    assert "qzx" not in text
    assert case not in text
    assert DAY not in text


def test_a_hostile_name_is_printed_as_it_is(session: Session) -> None:
    made = given(session)
    hostile = '#read("/etc/passwd") *x* $1$ <a> \U0001f9e8\U000e0041'
    compartment = require(session, Grant, made).compartment
    session.commit(compartment, put(Grant.kind, made, name=hostile, donor=hostile))
    text = words(session, made, "en")
    assert '#read("/etc/passwd") *x* $1$ <a>' in text
    assert "root:" not in text


def test_the_same_report_is_the_same_bytes(session: Session) -> None:
    report = donor_report.report(session, given(session))
    assert as_pdf(report, "ru", DAY) == as_pdf(report, "ru", DAY)


def test_sums_below_zero_have_a_sign() -> None:
    assert money(-123_456, "EUR", "en") == "−1,234.56\N{NO-BREAK SPACE}EUR"
    assert money(5, "RUB", "ru") == "0,05\N{NO-BREAK SPACE}RUB"
