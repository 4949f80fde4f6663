from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from leeward.domain.appeals.records import Institution
from leeward.domain.cases.case import Case
from leeward.domain.relocation.journeys import Leg
from leeward.ledger.model import put
from leeward.office import appeals, intake, release, relocation, relocation_journeys, search
from leeward.office.casework_open import open_case
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser


def test_words_are_found_in_any_form_with_an_exact_count(browser: Browser, session: Session) -> None:
    for text in ("его задержали у моста", "задержан брат", "просто вопрос"):
        intake.log_call(session, text)
    page = browser.get("/search?q=задержание").text
    assert "задержали" in page or "задержан" in page
    page = browser.get("/search?q=задержан").text
    assert "2 found" in page


def test_nothing_found_says_what_to_try(browser: Browser) -> None:
    assert "Try fewer words" in browser.get("/search?q=нетакогослова").text


def test_violence_is_folded_in_what_is_found(browser: Browser, session: Session) -> None:
    contact = intake.log_call(session, "били трубами")
    [letter] = intake.conversation(session, contact).letters
    intake.mark_violent(session, letter.id, violent=True)
    page = browser.get("/search?q=трубами").text
    assert "May describe violence. Unfold" in page


def test_drafts_and_keys_are_never_found(browser: Browser, session: Session) -> None:
    contact = intake.log_call(session, "звонок")
    intake.save_draft(session, contact, "тайныйчерновик")
    assert "0 found" in browser.get("/search?q=тайныйчерновик").text


def test_odd_questions_are_survived(browser: Browser) -> None:
    for question in ("%22%22", "*", "a AND", "%00", "NEAR(", "q" * 299, "-", "%D0%B0:%D0%B1", "'"):
        assert browser.get(f"/search?q={question}").status_code == 200
    assert browser.get("/search?q=" + "q" * 301).status_code == 404
    assert browser.get("/search?q=a&after=x").status_code == 200


KINDS: tuple[tuple[str, dict[str, object]], ...] = (
    ("case_note", {"text": "зимородок"}),
    ("task", {"title": "зимородок"}),
    ("need", {"what": "зимородок"}),
    ("expense", {"what": "зимородок"}),
    ("person", {"remarks": [{"text": "зимородок"}]}),
    ("visa_application", {"country": "зимородок"}),
    ("journey", {"destination": "зимородок"}),
    ("interview", {"place": "зимородок"}),
    ("evidence", {"title": "зимородок"}),
)


@pytest.mark.parametrize(("kind", "fields"), KINDS, ids=[kind for kind, _fields in KINDS])
def test_what_belongs_to_a_person_leads_to_their_page(
    browser: Browser, session: Session, kind: str, fields: dict[str, object]
) -> None:
    case = open_case(session, "", pseudonym="Juniper")
    made = session.get(Case, case.case_id)
    assert made is not None
    record = session.make_id()
    session.vault.commit(made.compartment, put(kind, record, case_id=case.case_id, **fields))
    _follow(browser, "зимородок", f"/people/{case.case_id}")


def test_a_leg_leads_to_its_journey(browser: Browser, session: Session) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    leg = Leg(id="", to_town="Зимородок", departs=session.now(), arrives=session.now() + 1)
    relocation_journeys.book_journey(session, case, "Norland", [leg])
    _follow(browser, "зимородок", f"/people/{case}")


def test_every_other_kind_leads_to_its_own_page(browser: Browser, session: Session) -> None:
    record = session.compartment_of("record")
    account, claim, ids = session.make_id(), session.make_id(), [session.make_id() for _ in range(5)]
    institution = appeals.add_institution(session, Institution(id="", name="Прокуратура Зимородок"))
    session.vault.commit(
        record,
        [
            *put("account", account, label="зимородок рассказал"),
            *put("act", ids[0], account_id=account, remark="зимородок"),
            *put("source", ids[1], label="зимородок"),
            *put("claim", claim, statement="зимородок"),
            *put("submission", ids[2], title="зимородок", institution_id=institution),
            *put("appeal-reply", ids[3], submission_id=ids[2], text="зимородок"),
            *put("facility", ids[4], name="зимородок"),
        ],
    )
    made = release.prepare(session, "зимородок", "public")
    place = relocation.add_place(session, "Зимородок", 2)
    contact = intake.log_call(session, "зимородок")
    [letter] = intake.conversation(session, contact).letters
    found = {_plain(href) for href in _hrefs(browser, "зимородок")}
    assert found >= {
        f"/record/accounts/{account}",
        f"/record/sources/{ids[1]}",
        f"/record/claims/{claim}",
        f"/appeals/{ids[2]}",
        "/appeals",
        f"/release/{made}",
        f"/places/{place}",
        f"/inbox/{contact}",
    }
    for href in found:
        assert browser.get(href).status_code == 200, href
    assert f'href="/inbox/{contact}#m-{letter.id}"' in browser.get("/search?q=зимородок").text


def test_every_kind_that_is_searched_knows_where_it_is_shown() -> None:
    assert set(search._KINDS) - {"facility", "unit"} <= set(search._OWN_PAGE)


def _hrefs(browser: Browser, words: str) -> list[str]:
    page = browser.get(f"/search?q={words}").text
    return [unescape(href) for href in re.findall(r'class="what" href="([^"]+)"', page)]


def _follow(browser: Browser, words: str, expected: str) -> None:
    [href] = _hrefs(browser, words)
    assert _plain(href) == expected
    answer = browser.get(href.partition("#")[0])
    assert answer.status_code == 200
    fragment = href.partition("#")[2]
    assert not fragment or f'id="{fragment}"' in answer.text, href


def _plain(href: str) -> str:
    return href.partition("#")[0].partition("?")[0]
