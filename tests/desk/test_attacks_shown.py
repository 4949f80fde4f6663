"""What pages do with values that a turned colleague writes, and what they leave behind in the browser."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leeward.desk.language import Speech
from leeward.ledger.model import put
from leeward.office import intake
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser


@settings(max_examples=40, deadline=None)
@given(st.integers(-(1 << 63), (1 << 63) - 1))
@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_moment_whatever_breaks_a_page(language: str, ms: int) -> None:
    for zone in (dt.UTC, dt.timezone(dt.timedelta(hours=14)), dt.timezone(dt.timedelta(hours=-12))):
        speech = Speech(language, zone)
        now = 1_790_000_000_000
        assert speech.moment(ms, now)
        assert speech.long_moment(ms)
        assert speech.clock(ms)
        assert speech.span(now - ms)


def test_what_is_searched_for_stands_in_no_address(browser: Browser, session: Session) -> None:
    """A browser writes addresses to its history on the disk: a name searched for would lie there in clear."""
    intake.log_call(session, "ищет Руслана")
    went = browser.client.post("/search", data={"q": "Руслан"}, headers={"origin": browser.origin})
    assert went.status_code == 303
    where = went.headers["location"]
    assert re.fullmatch(r"/search\?asked=[0-9a-f]{16}", where)
    page = browser.get(where).text
    assert "1 found" in page
    assert 'action="/search" method="post"' in page
    assert "Find anything" in browser.get("/search?asked=0000000000000000").text


@pytest.mark.parametrize("path", ["/", "/inbox", "/people", "/people/open", "/places", "/safety", "/search"])
def test_no_field_is_remembered_by_the_browser(browser: Browser, path: str) -> None:
    page = browser.get(path).text
    fields = re.findall(r"<(?:form|input|textarea|select)\b[^>]*>", page)
    assert fields
    assert [field for field in fields if "autocomplete=" not in field] == []


@pytest.mark.parametrize("away", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"])
def test_no_form_leads_out_of_the_desk(browser: Browser, away: str) -> None:
    fields = {"language": "en", "back": away}
    went = browser.client.post("/language", data=fields, headers={"origin": browser.origin})
    assert went.headers["location"] == "/"
    fields = {"label": "A paper", "kind": "press", "back": away}
    went = browser.client.post("/record/sources", data=fields, headers={"origin": browser.origin})
    assert not went.headers.get("location", "/").startswith(("//", "http", "/\\", "/%5C"))


def test_one_damaged_record_takes_no_page_of_everybodys_down(browser: Browser, session: Session) -> None:
    """A member of the record, or of the team, writes what is no date or no text, and Today must still be seen."""
    record, team = session.compartment_of("record"), session.compartment_of("team")
    session.commit(record, put("submission", "s", sent_on="2026-03-01", state="sent", due_on="never"))
    session.commit(record, put("appeal-reply", "r", submission_id="s", on="<script>", reply_kind="refused"))
    session.commit(record, put("submission", "t", sent_on="tomorrow", state="sent"))
    session.commit(team, put("team", team, name=7, relay=None))
    session.commit(session.compartment_of("intake"), put("hotline", session.compartment_of("intake"), box=[]))
    for path in ("/", "/figures", "/appeals", "/record", "/safety", "/release"):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert "<script>" not in page.text
