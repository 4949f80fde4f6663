"""What partners sent as pages: from the file to a case and the answer; what is hostile is told in plain words."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from tests.desk.conftest import Browser, Served, TestClock
from tests.office.referral_scene import given

from leeward.base.ports import SystemChance
from leeward.domain.cases.case import Case
from leeward.domain.cases.referrals import Referral
from leeward.domain.partners import Partner
from leeward.domain.receiving import Received, ReceptionKey
from leeward.office import partners, receiving, receiving_keys, referrals, referrals_after
from leeward.office.casework_base import require
from leeward.office.session import Session
from leeward.office.team import found_team
from leeward.seal.envelope import decrypt, encrypt
from leeward.seal.keys import Recipient

_HERE = "/received"


def upload(browser: Browser, body: bytes) -> httpx.Response:
    return browser.client.post(
        f"{_HERE}/file",
        content=body,
        headers={
            "content-type": "application/octet-stream",
            "origin": browser.origin,
            "sec-fetch-site": "same-origin",
        },
    )


def follow(browser: Browser) -> httpx.Response:
    answer = browser.get(f"{_HERE}/now")
    assert answer.status_code == 303
    return browser.get(answer.headers["location"].partition("#")[0])


@pytest.fixture
def sealed(session: Session, tmp_path: Path, clock: TestClock) -> bytes:
    """A referral that another team made for this one; that team is let go of again."""
    key = receiving_keys.make_key(session, "Harbour")
    other = found_team(
        tmp_path / "other",
        "test words",
        team_name="Lantern",
        member_name="Lena",
        role="coordinator",
        clock=clock,
        chance=SystemChance(),
        work_factor=2,
    )
    with other.vault:
        receiving_keys.make_key(other, "Lantern <b>line</b>")
        sent = given(other)
        there = require(other, Partner, sent.partner)
        partners.set_partner(
            other, sent.partner, name=there.name, audience=there.audience, recipient=key.recipient
        )
        referrals.choose(other, sent.id, ["need", "danger"], [], "<script>alert(1)</script>")
        return sent.make(other).sealed


def test_from_our_key_to_a_case_and_an_answer(session: Session, browser: Browser, sealed: bytes) -> None:
    (key,) = session.find(ReceptionKey)
    assert key.recipient in browser.get(_HERE).text
    assert upload(browser, sealed).status_code == 201
    page = follow(browser).text
    (came,) = session.find(Received)
    assert "Lantern &lt;b&gt;line&lt;/b&gt;" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "qzxneedone" in page
    assert "doctors: allows" in page
    assert came.sha256[:8] not in page
    assert "asks for help with somebody" in browser.get("/").text
    where = f"{_HERE}/{came.id}"
    assert "Nobody has heard" in browser.post(f"{where}/take-on", {"as": "case"}).text
    assert "not this file" in browser.post(f"{where}/heard", {"heard": "0" * 16}).text
    assert "The file is theirs" in browser.post(f"{where}/heard", {"heard": came.sha256[:16]}).text
    page = browser.post(f"{where}/take-on", {"as": "case"}).text
    (case,) = session.find(Case)
    assert "Tell them that you took it on." in page
    assert "does not know yet what was decided" in browser.get("/").text
    page = browser.get(where).text
    assert f"/people/{case.id}" in page
    assert "qzxneedone" not in page  # let go of
    assert "no partner whose key" in browser.post(f"{where}/answer", {"words": "On Monday."}).text
    refused = browser.post(f"{where}/answer", {"words": "Call +7 900 555 01 23", "sure": "1"}).text
    assert "The text holds" in refused
    assert "Call +7 900 555 01 23</textarea>" in refused
    saved = browser.post(f"{where}/answer", {"words": "On Monday.", "sure": "1"})
    assert saved.content.startswith(b"age-encryption.org/v1")
    assert "does not know yet" not in browser.get("/").text


def test_an_answer_leads_to_our_referral(session: Session, browser: Browser) -> None:
    receiving_keys.make_key(session, "Harbour")
    sent = given(session)
    there = require(session, Partner, sent.partner)
    own = receiving_keys.own_face(session)[1]
    partners.set_partner(session, sent.partner, name=there.name, audience="doctor", recipient=own)
    sent.choose(session, "need")
    came = receiving.open_file(
        session, sent.make(session).sealed
    )  # to ourselves, which is as good as another team
    receiving.decline(session, came.id)
    letter = receiving.seal_answer(session, came.id, "No room.", sure=True)
    assert upload(browser, letter.sealed).status_code == 201
    assert "No room." in follow(browser).text
    assert require(session, Referral, sent.id).state == "rejected"
    recall = referrals_after.call_back(session, sent.id, sent.digest(session), sure=True)
    assert upload(browser, recall.sealed).status_code == 201
    assert "Delete it" in follow(browser).text
    page = browser.post(f"{_HERE}/{came.id}/deleted").text
    assert "It says that we deleted it." in page


def test_what_is_hostile_or_for_others_is_told_plainly(
    session: Session, browser: Browser, sealed: bytes
) -> None:
    recipient = Recipient.from_string(session.find(ReceptionKey)[0].recipient)
    plain = decrypt(sealed, [receiving_keys.identity_of(session, session.find(ReceptionKey)[0])])
    more = plain.replace(b'"version":2', b'"version":2,"more":1')
    for body in (b"", b"x", sealed[:-1], encrypt(b"hello", recipient), encrypt(more, recipient)):
        answer = upload(browser, body)
        assert answer.status_code == 409
        assert re.fullmatch(r"[^<>]+", answer.text)
    assert not session.find(Received)
    assert browser.get(f"{_HERE}/{'x' * 26}").status_code == 404


def test_only_the_last_few_stay_in_memory(server: Served, browser: Browser, session: Session) -> None:
    receiving_keys.make_key(session, "Harbour")
    sent = given(session)
    own = receiving_keys.own_face(session)[1]
    partners.set_partner(session, sent.partner, name="Clinic", audience="doctor", recipient=own)
    sent.choose(session, "need")
    for _ in range(6):
        assert upload(browser, sent.make(session).sealed).status_code == 201
    assert len([one for one in server.desk.state.received.values() if one.paper is not None]) == 4


def test_a_new_key_leaves_the_one_before_shown(session: Session, browser: Browser, clock: TestClock) -> None:
    page = browser.get(_HERE).text
    assert "There is no key yet." in page
    assert not session.vault.compartments("reception")
    browser.post(f"{_HERE}/key", {"called": "Harbour"})
    clock.pass_minutes(1)
    page = browser.post(f"{_HERE}/key", {"called": "Harbour two"}).text
    assert "Harbour two" in page
    assert "The key before it still opens" in page
    assert len(receiving_keys.keys(session)) == 2
