"""Partners and referrals as pages: what may not go has no box, and what is saved opens with the partner's key alone."""

from __future__ import annotations

import re

import pytest
from tests.desk.conftest import Browser
from tests.office.referral_scene import FIELDS, given

from leeward.domain.cases.referrals import Referral
from leeward.domain.partners import Partner, key_print
from leeward.office import consent
from leeward.office.casework_base import require
from leeward.office.session import Session
from leeward.seal.envelope import decrypt


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def test_a_referral_from_the_case_page_to_the_file(session: Session, browser: Browser) -> None:
    sent = given(session)
    assert "Clinic of Invented Street" in browser.get(f"/people/{sent.case}?tab=work").text
    browser.post(f"/referrals/{sent.case}", {"partner": sent.partner, "purpose": "advice"})
    [new] = [one for one in session.find(Referral) if one.purpose == "advice"]
    where = f"/referrals/{sent.case}/{new.id}"
    consent.set_consent(session, sent.case, "files", "doctor", "refused")
    page = browser.get(where).text
    assert f'value="file:{sent.file}"' not in page
    assert "They do not allow it." in page
    page = browser.post(f"{where}/choose", {"field": "health", "note": "Please call."}).text
    assert "qzxmedicine" in page
    assert "Please call." in page
    seen = hidden(page, "seen")
    assert "No second colleague has compared" in browser.post(f"{where}/make", {"seen": seen}).text
    saved = browser.post(f"{where}/make", {"seen": seen, "sure": "1"})
    assert saved.headers["content-disposition"].endswith('.age"')
    plain = decrypt(saved.content, [sent.key])
    assert b"qzxmedicine" in plain
    assert not any(word.encode() in plain for word in FIELDS["need"] + FIELDS["contact"] + FIELDS["name"])
    page = browser.post(f"{where}/answer", {"state": "accepted", "answer": "They see them on Monday."}).text
    assert "They see them on Monday." in page
    consent.withdraw(session, sent.consents["work"])
    assert "what Clinic of Invented Street has must be deleted" in browser.get("/").text
    digest = hidden(browser.get(where).text, "digest")
    letter = browser.post(f"{where}/call-back", {"digest": digest, "sure": "1"})
    assert b"Please delete" in decrypt(letter.content, [sent.key])
    assert "deleted, they say" in browser.post(f"{where}/deleted", {"answer": "Gone."}).text


def test_a_key_is_compared_by_what_was_heard(session: Session, browser: Browser) -> None:
    sent = given(session)
    there = require(session, Partner, sent.partner)
    page = browser.get("/safety/partners").text
    assert "not compared" in page
    where = f"/safety/partners/{sent.partner}/compare"
    digest = hidden(page, "digest")
    assert "is not this key" in browser.post(where, {"heard": "0" * 32, "digest": digest}).text
    page = browser.post(where, {"heard": key_print(there.recipient), "digest": digest}).text
    assert "heard by one only" in page


@pytest.mark.parametrize("key", ["", "age1", "<script>", "AGE-SECRET-KEY-1QQQ"])
def test_a_torn_key_is_refused_with_a_sentence(browser: Browser, key: str) -> None:
    page = browser.post("/safety/partners", {"name": "Clinic", "audience": "doctor", "recipient": key}).text
    assert "not the key of an age tool" in page


def test_another_persons_page_does_not_show_it(session: Session, browser: Browser) -> None:
    sent = given(session)
    assert browser.get(f"/referrals/{'x' * 26}/{sent.id}").status_code == 404
