"""The record in a real browser: it fits, axe finds no barrier, and a picture stays hidden until somebody asks."""

from __future__ import annotations

import base64

import pytest
from tests.desk.conftest import Served
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.record import code, make_case, tell

from leeward.domain.evidence.records import EvidenceItem
from leeward.office import consent, evidence, release
from leeward.office.session import Session
from leeward.practice.public_record_2017 import load_public_record, record_id

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (390, "dark", "ru")])
def test_the_pages_of_the_record_fit_and_can_be_read_by_everyone(
    session: Session, browsing: Browsing, width: int, scheme: str, language: str
) -> None:
    load_public_record(session)
    case = make_case(session)
    account = tell(session, case, "Меня держали.", "Потом отпустили.")
    code(session, account)
    consent.set_consent(session, case.id, "account", "un", "given", risks_explained=True)
    drafts = []
    for audience in ("un", "press"):
        drafts.append(release.prepare(session, "Spring", audience, language=language))
        chosen = (record_id("C1"), record_id("C8"))
        release.choose(session, drafts[-1], claim_ids=chosen, account_ids=(account,), ask="Please answer.")
    release.make(session, drafts[0])
    served = Served(session, language=language)
    try:
        page = browsing.page(
            served.desk.address(),
            width=width,
            height=844,
            lang=language,
            scheme="dark" if scheme == "dark" else "light",
        )
        for address in (
            "/record",
            "/record?view=accounts",
            "/record?view=timeline",
            "/record/claims/new",
            f"/record/claims/{record_id('C8')}",
            f"/record/sources/{record_id('S2')}",
            f"/record/accounts/{account}",
            f"/record/accounts/{account}/code",
            f"/record/accounts/new?case={case.id}",
            "/figures",
            "/appeals",
            "/appeals/new",
            f"/appeals/{record_id('A6')}",
            "/release",
            "/release/new",
            *(f"/release/{one}" for one in drafts),
            f"/people/{case.id}?tab=testimony",
            f"/people/{case.id}?tab=files",
        ):
            page.goto(f"http://127.0.0.1:{served.port}{address}", wait_until="domcontentloaded")
            assert not overflows(page), address
            assert find_barriers(page) == [], address
    finally:
        browsing.close()
        served.stop()
    assert [told for told in browsing.complaints if "/built/" not in told and "404" not in told] == []


@pytest.mark.browser
def test_a_picture_is_fetched_only_when_asked_for_and_comes_blurred(
    session: Session, browsing: Browsing
) -> None:
    case = make_case(session)
    served = Served(session)
    try:
        page = browsing.page(served.desk.address(), width=1280, height=800, lang="en")
        page.goto(f"http://127.0.0.1:{served.port}/people/{case.id}?tab=files")
        page.set_input_files(
            "input[data-upload]", {"name": "hands.png", "mimeType": "image/png", "buffer": PICTURE}
        )
        page.wait_for_selector("text=Hidden. Show it, blurred")
        (item,) = session.find(EvidenceItem)
        assert not any("look=1" in request.url for request in browsing.requests)
        page.get_by_role("button", name="Hidden. Show it, blurred").press("Enter")
        page.wait_for_selector("img.blurred")
        assert page.locator("img.blurred").evaluate("img => getComputedStyle(img).filter").startswith("blur")
        assert [event.verb for event in evidence.custody_of(session, item.id)] == ["received", "viewed"]
    finally:
        browsing.close()
        served.stop()


@pytest.mark.browser
def test_an_upload_that_fails_stays_on_the_page_with_its_reason(session: Session, browsing: Browsing) -> None:
    case = make_case(session)
    served = Served(session)
    try:
        page = browsing.page(served.desk.address(), width=1280, height=800, lang="en")
        page.goto(f"http://127.0.0.1:{served.port}/people/{case.id}?tab=files")
        page.route(
            f"**/record/case/{case.id}/files",
            lambda route: route.fulfill(status=409, body="The disk is full. Nothing was kept."),
        )
        page.set_input_files(
            "input[data-upload]", {"name": "hands.png", "mimeType": "image/png", "buffer": PICTURE}
        )
        page.wait_for_selector("text=The disk is full. Nothing was kept.")
        page.wait_for_timeout(300)  # long enough for it to leave, if it wanted to
        assert page.locator("[data-upload-state]").inner_text().startswith("hands.png")
        assert session.find(EvidenceItem) == []
        assert page.locator("input[data-upload]").is_enabled()
    finally:
        browsing.close()
        served.stop()
