"""The pages of the record over HTTP, as a browser meets them: from a telling to a sent release, and hostile text."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator

import httpx
import pytest
from tests.desk.conftest import Browser, Served
from tests.support.record import code, make_case, tell

from leeward.domain.evidence.records import EvidenceItem
from leeward.domain.findings.records import Claim, Finding, Source
from leeward.domain.release.records import Release
from leeward.domain.testimony.records import Account
from leeward.office import consent, findings
from leeward.office.session import Session
from leeward.practice.public_record_2017 import load_public_record, record_id

HOSTILE = '<script>alert(1)</script> "&amp; {{ 7*7 }} %(x)s {n} #eval \\'


@pytest.fixture
def russian(session: Session) -> Iterator[Browser]:
    served = Served(session, language="ru")
    made = Browser(served)
    yield made
    made.client.close()
    served.stop()


def ok(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text[:2000]
    return answer.text


EMPTY = ["/record", "/record?view=accounts", "/record?view=timeline", "/figures", "/appeals", "/release"]


@pytest.mark.parametrize("path", EMPTY)
def test_every_page_has_an_empty_state_that_says_what_comes(browser: Browser, path: str) -> None:
    assert "<h1>" in ok(browser.get(path))


def test_the_matrix_shows_grades_as_words_and_says_why(browser: Browser, session: Session) -> None:
    load_public_record(session)
    text = ok(browser.get("/record"))
    for words in (
        "Men were beaten and given electric shocks",
        "Corroborated",
        "Alleged",
        "Survivor A",
        "Cheapest way up",
    ):
        assert words in text
    assert "10 sources support it, but they are 6 roots" in text
    chosen = ok(browser.get(f"/record?view=matrix&claim={record_id('C9')}"))
    assert "4 sources support it, but they are 1 root" in chosen
    accounts = ok(browser.get(f"/record?view=accounts&claim={record_id('C3')}"))
    assert "Survivor B" in accounts
    assert "MailOnline" not in accounts
    assert "September" in ok(browser.get("/record?view=timeline"))


def test_every_page_speaks_russian(russian: Browser, session: Session) -> None:
    load_public_record(session)
    for path, words in (
        ("/record", "Что установлено и на чём"),
        ("/record?view=timeline", "Хронология"),
        (f"/record/claims/{record_id('C1')}", "Подкреплено"),
        (f"/record/accounts/{record_id('S4/account')}", "Выживший А"),
        ("/figures", "Что можно сказать в цифрах"),
        ("/appeals", "Следственный комитет России"),
        (f"/appeals/{record_id('A6')}", "по источнику не проверено"),
        ("/release/new", "Для кого это?"),
    ):
        assert words in ok(russian.get(path))


def test_from_a_telling_to_a_sent_release(browser: Browser, session: Session) -> None:
    load_public_record(session)
    case = make_case(session)
    ok(browser.get(f"/record/accounts/new?case={case.id}"))
    page = browser.post(
        "/record/accounts", {"case": case.id, "text": "Первое.\n\nВторое.", "told_on": "2026-04-01"}
    )
    assert "Первое." in ok(page)
    (account,) = [one for one in session.find(Account) if one.case_id]
    assert len(account.paragraphs) == 2
    ok(browser.get(f"/record/accounts/{account.id}/code"))
    fields = [
        ("act_type", "torture"),
        ("method_words", "electric shocks · through fingers or toes"),
        ("method_words", ""),
        ("method", "blunt.pipe"),
        ("start", "2026-03"),
        ("new_facility", "Grey warehouse"),
        ("new_district", "Severny district"),
        ("new_unit", "Second regiment"),
        ("quoted", "1"),
        ("claim", record_id("C1")),
    ]
    page = browser.post(f"/record/accounts/{account.id}/acts", fields)
    assert "electric shocks: through fingers or toes" in ok(page)
    assert "March 2026" in page.text
    assert "11 sources support it" in ok(browser.get("/record"))
    tab = ok(browser.get(f"/people/{case.id}?tab=testimony"))
    assert "Testimony · 1" in re.sub(r"\s+", " ", tab)

    consent.set_consent(session, case.id, "account", "un", "given", risks_explained=True)
    page = browser.post("/release", {"title": "Spring", "audience": "un", "language": "ru"})
    made = session.find(Release)[0].id
    assert 'class="sheet"' in ok(page)
    chosen = {"account": account.id, "claim": record_id("C1"), "ask": "Просим ответить."}
    page = browser.post(f"/release/{made}/choose", chosen)
    assert "Второе." in ok(page)
    assert "Juniper" not in page.text
    page = browser.post(f"/release/{made}/make")
    assert "Nothing has left yet" in ok(page)
    pdf = browser.get(f"/release/{made}/pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert hashlib.sha256(pdf.content).hexdigest() == session.find(Release)[0].sha256
    sent = {
        "new_institution": "UN special procedures",
        "procedure": "un-communication",
        "sent_on": "2026-04-07",
    }
    page = browser.post(f"/release/{made}/sent", sent)
    assert "not checked against its source" in ok(page)
    assert "6 Jun" in page.text
    appeal = str(page.url.path)
    page = browser.post(
        f"{appeal}/reply", {"on": "2026-04-07", "reply_kind": "acknowledged", "summary": "Got it"}
    )
    assert "received there" in ok(page)
    assert "UN special procedures" in ok(browser.get("/appeals"))


def test_a_withheld_account_is_a_grey_bar_with_its_reason(browser: Browser, session: Session) -> None:
    case = make_case(session)
    account = tell(session, case, "Secret words.")
    code(session, account)
    browser.post("/release", {"title": "Press", "audience": "press"})
    made = session.find(Release)[0].id
    page = ok(browser.post(f"/release/{made}/choose", {"account": account}))
    assert "They were never asked about this use." in page
    assert 'class="gap"' in page
    assert "Secret words" not in page


def test_a_leak_is_shown_where_it_is_and_there_is_no_button(browser: Browser, session: Session) -> None:
    browser.post("/release", {"title": "UN", "audience": "un"})
    made = session.find(Release)[0].id
    page = ok(browser.post(f"/release/{made}/choose", {"ask": "Call +7 928 000 11 22"}))
    assert "something that looks like a telephone number" in page
    assert f"/release/{made}/make" not in page
    refused = browser.post(f"/release/{made}/make")
    assert refused.status_code == 409
    assert "Nothing has left." in refused.text


def test_signing_too_high_is_refused_and_the_second_reader_is_somebody_else(
    browser: Browser, session: Session
) -> None:
    load_public_record(session)
    claim = record_id("C1")
    refused = browser.post(f"/record/claims/{claim}/sign", {"standard": "grounds", "reasons": "kept text"})
    assert refused.status_code == 409
    assert "kept text" in refused.text
    page = ok(browser.post(f"/record/claims/{claim}/sign", {"standard": "suspicion", "reasons": "two apart"}))
    assert "waits for a second reader" in page
    finding = session.find(Finding)[0]
    assert browser.post(f"/record/findings/{finding.id}/second", {"verdict": "agree"}).status_code == 409
    assert "withdrawn" in ok(browser.post(f"/record/findings/{finding.id}/withdraw"))


def test_a_claim_is_added_weighed_and_explained_by_hand(browser: Browser, session: Session) -> None:
    load_public_record(session)
    page = ok(browser.post("/record/claims", {"en": HOSTILE, "element-what": "it", "element-where": "there"}))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
    claim = next(one for one in session.find(Claim) if one.said("en").startswith("<script>"))
    where = f"/record/claims/{claim.id}"
    ok(browser.post("/record/sources", {"label": "Doctor", "relation": "official", "back": where}))
    support = {"source": record_id("S4"), "element": "what", "access": "participant", "quote": HOSTILE}
    assert "Reported" in ok(browser.post(f"{where}/supports", support))
    against = {"source": record_id("D1"), "element": "what", "stance": "against"}
    assert "against it, not explained" in ok(browser.post(f"{where}/supports", against))
    open_one = next(s for s in findings.weighing(session).of(claim.id) if s.against)
    page = ok(browser.post(f"/record/supports/{open_one.id}/explain", {"why": "gives no facts"}))
    assert "gives no facts" in page
    assert "weakest part" in page


def test_hostile_text_is_shown_as_text_everywhere(browser: Browser, session: Session) -> None:
    case = make_case(session, HOSTILE)
    account = tell(session, case, HOSTILE)
    act = {"act_type": "threat", "place": HOSTILE, "duration": HOSTILE, "quoted": "0"}
    ok(browser.post(f"/record/accounts/{account}/acts", act))
    browser.post("/release", {"title": HOSTILE, "audience": "un"})
    made = session.find(Release)[0].id
    paths = [
        "/record?view=accounts",
        "/record?view=timeline",
        f"/record/accounts/{account}",
        f"/record/accounts/{account}/code",
        f"/people/{case.id}?tab=testimony",
        f"/release/{made}",
        "/release",
    ]
    for path in paths:
        text = ok(browser.get(path))
        assert "<script>alert" not in text, path
        assert "{{ 49" not in text
    assert "{{ 7*7 }}" in ok(browser.get(f"/record/accounts/{account}"))


def test_a_method_that_is_not_in_the_list_is_refused_and_nothing_typed_is_lost(
    browser: Browser, session: Session
) -> None:
    account = tell(session, make_case(session))
    fields = {"act_type": "torture", "method_words": "thumbscrews", "remark": "typed for a while"}
    refused = browser.post(f"/record/accounts/{account}/acts", fields)
    assert refused.status_code == 409
    assert "typed for a while" in refused.text


@pytest.mark.parametrize("typed", ["2026-02-30", "yesterday", "2026-13", "<b>"])
def test_a_day_that_is_none_is_refused_with_words(browser: Browser, session: Session, typed: str) -> None:
    account = tell(session, make_case(session))
    refused = browser.post(f"/record/accounts/{account}/acts", {"act_type": "threat", "start": typed})
    assert refused.status_code == 409


def upload(browser: Browser, case_id: str, body: bytes, name: str, kind: str) -> httpx.Response:
    headers = {
        "content-type": "application/octet-stream",
        "origin": browser.origin,
        "sec-fetch-site": "same-origin",
        "leeward-name": name,
        "leeward-type": kind,
    }
    return browser.client.post(f"/record/case/{case_id}/files", content=body, headers=headers)


def test_a_file_is_kept_hidden_until_asked_and_every_look_is_written_down(
    browser: Browser, session: Session
) -> None:
    case = make_case(session)
    body = b"\xff\xd8\xff\xe0" + bytes(2_500_000)
    assert upload(browser, case.id, body, "hands%20%3Cb%3E.jpg", "image/jpeg").status_code == 201
    (item,) = session.find(EvidenceItem)
    assert item.sha256 == hashlib.sha256(body).hexdigest()
    page = ok(browser.get(f"/people/{case.id}?tab=files"))
    assert item.sha256 in page
    assert "Hidden. Show it, blurred" in page
    assert f'src="/record/evidence/{item.id}' not in page
    looked = browser.get(f"/record/evidence/{item.id}?look=1")
    assert (looked.headers["content-type"], looked.content) == ("image/jpeg", body)
    assert "viewed" in ok(browser.get(f"/people/{case.id}?tab=files"))
    assert "Every byte is the same." in ok(browser.post(f"/record/evidence/{item.id}/verify"))
    described = {"title": "Photo of hands", "evidence_kind": "photo", "sensitivity": "graphic"}
    assert "shows violence or injury" in ok(browser.post(f"/record/evidence/{item.id}/describe", described))


def test_a_source_says_with_whom_it_counts_as_one_and_a_person_may_say_otherwise(
    browser: Browser, session: Session
) -> None:
    load_public_record(session)
    helpers = ok(browser.get(f"/record/sources/{record_id('S2')}"))
    assert "It repeats this source." in helpers
    assert "Both belong to “Russian LGBT Network”." in helpers
    words = "They were all held in one building, the same words in both places"
    for label in ("Agency one", "Agency two"):
        ok(browser.post("/record/sources", {"label": label, "stated_on": "2026-04-01", "wording": words}))
    one, other = sorted(
        (s for s in session.find(Source) if s.label.startswith("Agency")), key=lambda s: s.label
    )
    assert "Nearly the same words" in ok(browser.get(f"/record/sources/{one.id}"))
    apart = ok(browser.post(f"/record/sources/{one.id}/apart", {"other": other.id}))
    assert "No other source." in apart


def test_what_poses_as_a_picture_is_only_offered_for_saving(browser: Browser, session: Session) -> None:
    case = make_case(session)
    assert upload(browser, case.id, b"<svg onload=alert(1)>", "x.jpg", "image/jpeg").status_code == 201
    (item,) = session.find(EvidenceItem)
    answer = browser.get(f"/record/evidence/{item.id}?look=1")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


def test_an_upload_to_a_case_that_is_not_here_says_so(browser: Browser, session: Session) -> None:
    answer = upload(browser, session.make_id(), bytes(200_000), "x", "")
    assert answer.status_code == 409
    assert "not on this desk" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/record/claims/none",
        "/record/accounts/none",
        "/appeals/none",
        "/release/none",
        "/record/evidence/none",
    ],
)
def test_what_is_not_here_is_told_in_words(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "Nothing was changed." in answer.text


def test_the_matrix_page_answers_in_under_a_fifth_of_a_second(browser: Browser, session: Session) -> None:
    load_public_record(session)
    ok(browser.get("/record"))
    spent = []
    for _ in range(4):
        began = time.perf_counter()
        ok(browser.get("/record"))
        spent.append(time.perf_counter() - began)
    assert min(spent) < 0.2, spent
