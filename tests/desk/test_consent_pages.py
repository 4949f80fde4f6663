"""The consent form asks who: the person or one of the family, and who answers for a child; shown and taken back."""

from __future__ import annotations

from tests.desk.conftest import Browser

from leeward.domain.cases.case import Person
from leeward.domain.cases.consent import Consent
from leeward.office import casework, partners, referrals
from leeward.office.casework_open import open_case
from leeward.office.session import Session
from leeward.seal.keys import make_identity

ANSWER = {"use": "work", "audience": "doctor", "answer": "given", "risks": "1", "how": "spoken"}


def scene(session: Session) -> tuple[str, str, str]:
    case = open_case(session, "", pseudonym="Juniper").case_id
    mother = casework.add_person(session, case, relation="mother")
    child = casework.add_person(session, case, relation="child")
    casework.set_person(session, child, minor=True)
    casework.add_person(session, case, relation="father", threatens=True)
    return case, mother, child


def test_each_is_asked_themselves_and_shown_apart(session: Session, browser: Browser) -> None:
    case, mother, _child = scene(session)
    page = browser.get(f"/people/{case}?tab=consent").text
    assert "Each of the family is asked themselves." in page
    assert "father" not in page[page.index('class="whose"') : page.index("Silence is no.")]
    answered = browser.post(f"/people/{case}/consent", {**ANSWER, "who": mother})
    assert f"who={mother}" in str(answered.url)
    assert "They say nothing of anybody else." in answered.text
    assert ">yes</a>" in answered.text
    assert ">yes</a>" not in browser.get(f"/people/{case}?tab=consent").text
    assert "They were not asked yet, so nothing leaves." in answered.text
    assert "asked themselves" in answered.text
    (made,) = session.find(Consent)
    assert made.person_id == mother
    one = browser.get(f"/people/{case}?tab=consent&who={mother}&use=work&audience=doctor").text
    assert f'name="who" value="{mother}"' in one
    back = browser.post(f"/people/{case}/consents/{made.id}/withdraw", {"who": mother, "reason": ""})
    assert f"who={mother}" in str(back.url)
    assert session.find(Consent)[0].answer == "withdrawn"


def test_of_a_child_the_form_asks_who_answers(session: Session, browser: Browser) -> None:
    case, mother, child = scene(session)
    page = browser.get(f"/people/{case}?tab=consent&who={child}").text
    assert "A yes is said by whoever answers for them." in page
    refused = browser.post(f"/people/{case}/consent", {**ANSWER, "who": child, "given_by": "guardian"})
    assert refused.status_code == 409
    assert "They are a child" in refused.text
    browser.post(f"/people/{case}/consent", {**ANSWER, "who": child, "speaker_id": mother})
    shown = browser.get(f"/people/{case}?tab=consent&who={child}&use=work&audience=doctor").text
    assert "a guardian: mother" in shown
    browser.post(f"/people/{case}/consent", {**ANSWER, "who": child, "speaker": "<b>grandmother</b>"})
    shown = browser.get(f"/people/{case}?tab=consent&who={child}&use=work&audience=doctor").text
    assert "&lt;b&gt;grandmother" in shown


def test_somebody_elses_family_is_not_asked_here(session: Session, browser: Browser) -> None:
    case, _mother, _child = scene(session)
    other = open_case(session, "", pseudonym="Aspen").case_id
    stranger = casework.add_person(session, other, relation="mother")
    assert browser.post(f"/people/{case}/consent", {**ANSWER, "who": stranger}).status_code == 409
    assert (
        "They say nothing of anybody else."
        not in browser.get(f"/people/{case}?tab=consent&who={stranger}").text
    )
    assert session.find(Consent) == []
    hostile = browser.post(
        f"/people/{case}/consent", {**ANSWER, "answer": "refused", "who": "//evil.example"}
    )
    assert hostile.status_code == 409
    assert session.find(Person, case_id=other)


def test_the_history_says_whose_answer_it_was(session: Session, browser: Browser) -> None:
    case, mother, _child = scene(session)
    browser.post(f"/people/{case}/consent", {**ANSWER, "who": mother})
    browser.post(f"/people/{case}/consent", {**ANSWER, "answer": "refused"})
    page = browser.get(f"/people/{case}?tab=history").text
    assert "mother: help them with it · doctors" in page
    assert page.count("help them with it · doctors") > page.count("mother: help them with it · doctors")


def test_from_a_referral_one_comes_to_the_question_that_was_never_asked(
    session: Session, browser: Browser
) -> None:
    case, mother, _child = scene(session)
    key = make_identity(session.chance).recipient().string()
    partner = partners.add_partner(session, "Clinic of Invented Street", "doctor", key)
    casework.set_person(session, mother, whereabouts="a town")
    draft = f"/referrals/{case}/{referrals.begin(session, case, partner, 'help')}"
    there = f"/people/{case}?tab=consent&use=work&audience=doctor&who={mother}"
    link = f'href="{there}#answer"'.replace("&who", "&amp;who")
    assert link in browser.get(draft).text
    asked = browser.get(there).text
    assert "help them with it, for: doctors" in asked
    browser.post(f"/people/{case}/consent", {**ANSWER, "who": mother})
    page = browser.get(draft).text
    assert link not in page
    assert f'value="family:{mother}"' in page
