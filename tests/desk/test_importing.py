"""Importing at the desk: bring a file, say what its columns are, look at every row, import; nothing on the disk."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect
from tests.desk.conftest import Browser, Served, TestClock
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.sheets import HEADERS, ROWS, as_csv, as_xlsx

from leeward.domain.cases.case import Case, Identity
from leeward.office.session import Session

_FILE = as_csv((*HEADERS, "Личное"), [(*row, "не сюда") for row in ROWS], divider=";").encode("cp1251")
_HERE = "/people/import"


def upload(browser: Browser, body: bytes, name: str = "people.csv") -> httpx.Response:
    return browser.client.post(
        f"{_HERE}/file",
        content=body,
        headers={
            "content-type": "application/octet-stream",
            "origin": browser.origin,
            "sec-fetch-site": "same-origin",
            "leeward-name": name,
        },
    )


def fields_of(page: str) -> dict[str, str]:
    """Return what the form of columns says as it is shown."""
    found = {}
    for name, inside in re.findall(r'<select[^>]* name="(column-\d+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    return found


def test_from_a_file_to_people_and_again(browser: Browser, server: Served, session: Session) -> None:
    assert '/people/import"' in browser.get("/people").text
    assert upload(browser, _FILE).status_code == 201
    page = browser.get(_HERE).text
    fields = fields_of(page)
    assert fields["column-0"] == "key"
    assert fields["column-1"] == "legal_name"
    assert fields["column-10"] == ""
    assert "Тимур Вымышленный" in page  # a sample, by which the column is recognised
    shown = browser.post(f"{_HERE}/look", fields).text
    assert "Nothing is written yet." in shown
    assert "Личное" in shown  # left out, and said so
    assert "Вымышленный" not in shown
    assert session.find(Case) == []
    browser.post(f"{_HERE}/now")
    server.desk.state.importing.wait()
    assert len(session.find(Case)) == 3
    came = browser.get(_HERE).text
    assert "It is imported" in came
    assert "Вымышленный" not in came
    assert server.desk.state.importing.brought is None
    browser.post(f"{_HERE}/forget")

    upload(browser, _FILE)
    again = browser.post(f"{_HERE}/look", fields).text
    assert "as it is 3" in again
    assert f"{_HERE}/now" not in again
    assert len(session.find(Case)) == 3


def test_refused_rows_are_shown_with_their_cells_and_can_be_left_out(
    browser: Browser, server: Served, session: Session
) -> None:
    upload(browser, as_csv(("№", "Риск"), [("1", "так себе"), ("2", "высокий")]).encode())
    shown = browser.post(f"{_HERE}/look", fields_of(browser.get(_HERE).text)).text
    assert "1 row cannot be imported" in shown
    assert "Риск" in shown
    assert "так себе" in shown
    assert f"{_HERE}/now" not in shown
    assert f"{_HERE}/now" in browser.post(f"{_HERE}/leave-out").text
    browser.post(f"{_HERE}/now")
    server.desk.state.importing.wait()
    assert [one.risk for one in session.find(Case)] == ["high"]


def test_what_cannot_be_is_told_and_nothing_is_lost(browser: Browser, server: Served) -> None:
    refused = upload(browser, b"\0\1\2")
    assert refused.status_code == 409
    assert "letters" in refused.text
    upload(browser, _FILE)
    fields = fields_of(browser.get(_HERE).text)
    wrong = browser.post(f"{_HERE}/look", {**fields, "column-2": "legal_name"})
    assert wrong.status_code == 409
    assert "said to be the same thing" in wrong.text
    assert fields_of(browser.get(_HERE).text)["column-2"] == "legal_name"  # what was chosen is still there
    assert browser.post(f"{_HERE}/look", {**fields, "column-0": "no-such-field"}).status_code == 409
    assert "Let go of." in browser.post(f"{_HERE}/forget").text
    assert server.desk.state.importing.brought is None
    for step in ("sheet", "look", "leave-out", "back", "now"):
        assert browser.post(f"{_HERE}/{step}").status_code in {200, 409}


def test_a_workbook_with_several_sheets_and_other_targets(browser: Browser) -> None:
    places: list[list[object]] = [
        ["Название", "Количество мест", "Адрес"],
        ["Harbour 1", 4, "Вымышленная улица, 5"],
    ]
    upload(browser, as_xlsx(("Люди", [HEADERS, *ROWS]), ("Места", places)), "all.xlsx")
    browser.post(f"{_HERE}/sheet", {"sheet": "1", "target": "places"})
    fields = fields_of(browser.get(_HERE).text)
    assert list(fields.values()) == ["code_name", "capacity", "address"]
    shown = browser.post(f"{_HERE}/look", fields).text
    assert "Harbour 1" in shown
    assert "Вымышленная" not in shown


def test_the_file_goes_when_the_desk_locks(browser: Browser, server: Served) -> None:
    upload(browser, _FILE)
    server.desk.state.importing.stop()
    assert server.desk.state.importing.brought is None


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "ru")])
def test_in_a_browser_at_both_widths(
    session: Session, clock: TestClock, browsing: Browsing, width: int, scheme: str, language: str
) -> None:
    served = Served(session, language=language)
    try:
        page = browsing.page(
            served.desk.address(), width=width, height=844, lang=language,
            scheme="dark" if scheme == "dark" else "light",
        )  # fmt: skip
        page.goto(f"http://127.0.0.1:{served.port}{_HERE}")
        body = as_xlsx(("Люди", [HEADERS, *ROWS, (4, "Имя", "", "так себе", "", "", "", "", "", "")]))
        page.set_input_files("input[data-upload]", {"name": "люди.xlsx", "mimeType": "", "buffer": body})
        expect(page.locator("select[name=column-1]")).to_have_value("legal_name")
        for step in ("columns", "refused", "plan", "came"):
            if step == "refused":
                page.locator(f'form[action="{_HERE}/look"] button').first.click()
                expect(page.locator(f'form[action="{_HERE}/leave-out"]')).to_be_visible()
            elif step == "plan":
                page.locator(f'form[action="{_HERE}/leave-out"] button').click()
                expect(page.locator(f'form[action="{_HERE}/now"]')).to_be_visible()
            elif step == "came":
                page.locator(f'form[action="{_HERE}/now"] button').click()
                expect(page.locator(f'form[action="{_HERE}/forget"]')).to_be_visible()
            assert not overflows(page), step
            assert find_barriers(page) == [], step
        assert len(session.find(Identity)) == 3
    finally:
        browsing.close()
        served.stop()
    assert [told for told in browsing.complaints if "/built/" not in told and "404" not in told] == []
