from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from tests.desk.conftest import Browser, Served, TestClock
from tests.desk.scene import act_out

from leeward.domain.cases.case import Case, CaseFile
from leeward.domain.cases.checkins import CheckIn
from leeward.domain.cases.story import CaseNote
from leeward.domain.cases.work import Need, Task
from leeward.domain.evidence.records import EvidenceItem
from leeward.domain.intake import Contact, Letter
from leeward.domain.relocation.papers import MedicalAppointment, Medication, TravelDocument, VisaApplication
from leeward.domain.typed import write_new
from leeward.office import casework, casework_tasks, consent
from leeward.office.casework_open import open_case
from leeward.office.files import keep_file
from leeward.office.session import Session

HOSTILE = "<script>alert(1)</script>\"'&\x00\x1b\u202e{{ 7*7 }} {% raw %} конец"
TABS = ("story", "work", "journey", "consent", "history")


@pytest.fixture
def russian(session: Session) -> Iterator[Browser]:
    served = Served(session, language="ru")
    opened = Browser(served)
    yield opened
    opened.client.close()
    served.stop()


def case(session: Session, name: str = "Juniper") -> str:
    return open_case(session, "", pseudonym=name).case_id


def test_an_empty_desk_says_how_people_come_here(browser: Browser) -> None:
    page = browser.get("/people")
    assert page.status_code == 200
    assert "Nobody is here yet." in page.text
    assert "Open a case" in page.text


def test_the_list_shows_who_is_in_danger_first_and_narrows(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    act_out(session, clock)
    page = browser.get("/people").text
    assert "did not give a sign of life" in page
    order = re.findall(r'id="row-\w+"', page)
    assert len(order) == 18
    assert page.index("Heather") < page.index("Aspen") < page.index("Nettle")
    narrowed = browser.post("/people", {"q": "harbour 4"})
    assert "Aspen" in narrowed.text
    assert "Juniper" not in narrowed.text
    assert "harbour" not in str(narrowed.url), "addresses stay in the browser's history"
    assert "Nobody fits these words." in browser.post("/people", {"q": "zzz"}).text
    assert "Nobody has left us yet." in browser.get("/people?closed=1").text


def test_a_case_is_opened_from_a_conversation_and_shows_its_first_message_folded(
    session: Session, browser: Browser
) -> None:
    intake = session.compartment_of("intake")
    contact = Contact(id=session.make_id(), pseudonym="Larch", language="ru")
    letter = Letter(id=session.make_id(), contact_id=contact.id, text="Первое письмо", language="ru")
    session.commit(intake, write_new(contact), write_new(letter))
    form = browser.get(f"/people/open?contact={contact.id}").text
    assert "Who will be able to read the case" in form
    assert "Larch" in form
    page = browser.post(
        "/people/open",
        {"contact": contact.id, "pseudonym": "Larch", "coordinator": session.member_id, "risk": "high"},
    )
    assert "The case is open." in page.text
    assert "Первое письмо" in page.text
    assert "Describes violence" in page.text
    assert f"/inbox/{contact.id}" in page.text
    again = browser.client.get(f"/people/open?contact={contact.id}")
    assert again.status_code == 303
    assert again.headers["location"] == str(page.url.path)


def test_what_was_attached_can_be_saved_and_kept_as_evidence(session: Session, browser: Browser) -> None:
    intake = session.compartment_of("intake")
    ref = keep_file(session, intake, [b"\xff\xd8\xff bytes"], name="<b>hand.jpg", media_type="image/jpeg")
    contact = Contact(id=session.make_id(), pseudonym="Larch")
    letter = Letter(id=session.make_id(), contact_id=contact.id, text="x", files=(ref,))
    session.commit(intake, write_new(contact), write_new(letter))
    base = f"/people/{open_case(session, contact.id).case_id}"
    page = browser.get(f"{base}?tab=files").text
    assert "&lt;b&gt;hand.jpg" in page
    assert "Keep as evidence" in page
    (kept,) = session.find(CaseFile)
    saved = browser.get(f"{base}/kept/{kept.id}")
    assert saved.content == b"\xff\xd8\xff bytes"
    assert saved.headers["content-disposition"].startswith("attachment")
    page = browser.post(f"{base}/kept/{kept.id}/evidence").text
    assert ref.sha256 in page
    browser.post(f"{base}/kept/{kept.id}/evidence")
    (item,) = session.find(EvidenceItem)
    assert item.sha256 == ref.sha256
    assert "From the conversation" not in browser.get(f"{base}?tab=files").text


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_can_be_read_in_both_languages(
    session: Session, browser: Browser, russian: Browser, clock: TestClock, tab: str
) -> None:
    ids = act_out(session, clock)
    for reader in (browser, russian):
        page = reader.get(f"/people/{ids['Juniper']}?tab={tab}")
        assert page.status_code == 200
        assert 'aria-current="page"' in page.text
    assert "Можжевельник" in page.text
    assert "address sealed" not in page.text


def test_a_case_that_is_not_here_is_told_kindly(browser: Browser) -> None:
    page = browser.get("/people/aaaaaaaaaaaaaaaaaaaaaaaaaa")
    assert page.status_code == 404
    assert "not on this desk, or you do not hold its key" in page.text
    assert browser.post("/people/aaaaaaaaaaaaaaaaaaaaaaaaaa/note", {"text": "x"}).status_code == 409
    assert browser.post("/people/a/nothing-like-this").status_code == 404
    assert browser.post("/people/a/tasks/b/nothing").status_code == 404


def test_work_is_promised_taken_done_and_taken_back(session: Session, browser: Browser) -> None:
    base = f"/people/{case(session)}"
    assert "Letter" in browser.post(f"{base}/task", {"title": "Letter", "due": "2026-04-09T12:00"}).text
    (task,) = session.find(Task)
    browser.post(f"{base}/tasks/{task.id}/take", {"owner": session.member_id})
    browser.post(f"{base}/tasks/{task.id}/move", {"due": "2026-04-10T12:00"})
    browser.post(f"{base}/tasks/{task.id}/remark", {"text": "rang twice"})
    page = browser.post(f"{base}/tasks/{task.id}/done", {"result": "sent"}).text
    assert "Done lately" in page
    assert "sent" in page
    browser.post(f"{base}/tasks/{task.id}/reopen")
    (task,) = session.find(Task)
    assert task.open
    assert task.owner_id == session.member_id
    browser.post(f"{base}/tasks/{task.id}/drop")
    assert not session.find(Task)[0].open


def test_signs_of_life_are_agreed_missed_followed_up_and_settled(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    base = f"/people/{case(session)}"
    browser.post(f"{base}/check", {"first": "2026-04-07T22:00", "how": "call", "grace": "30"})
    (check,) = session.find(CheckIn)
    assert check.grace == 30 * 60_000
    clock.ms = check.due + 31 * 60_000
    page = browser.get(f"{base}?tab=work").text
    assert "Call them, once" in page
    assert (
        "no answer at all"
        in browser.post(f"{base}/checks/{check.id}/try", {"step": "call", "outcome": "no answer at all"}).text
    )
    browser.post(f"{base}/checks/{check.id}/settle", {"found": "asleep"})
    assert [one.text for one in session.find(CheckIn)[0].said] == ["asleep"]
    browser.post(f"{base}/check", {"first": "2026-04-08T22:00"})
    second = session.find(CheckIn)[0]
    page = browser.post(f"{base}/checks/{second.id}/answer", {"answer": "lights on", "forced": "1"}).text
    assert "Their account or phone may be in other hands." in page
    browser.post(f"{base}/checks/{second.id}/back")
    browser.post(f"{base}/checks/{second.id}/off")
    assert session.get(CheckIn, second.id) != second


def test_the_story_is_added_to_folded_and_struck(session: Session, browser: Browser) -> None:
    base = f"/people/{case(session)}"
    browser.post(
        f"{base}/note", {"text": "Held for nine days.", "note": "call", "folded": "1", "why": "as told"}
    )
    (told,) = session.find(CaseNote)
    assert (told.folded, told.note, told.why) == (True, "call", "as told")
    browser.post(f"{base}/notes/{told.id}/unfold")
    assert not session.find(CaseNote)[0].folded
    browser.post(f"{base}/notes/{told.id}/fold")
    page = browser.post(f"{base}/notes/{told.id}/strike").text
    assert "1 line was struck out" in page
    browser.post(f"{base}/notes/{told.id}/restore")
    assert not session.find(CaseNote)[0].struck_at


def test_what_they_allow_is_written_withdrawn_and_shown_as_it_is(session: Session, browser: Browser) -> None:
    case_id = case(session)
    base = f"/people/{case_id}"
    refused = browser.post(f"{base}/consent", {"use": "account", "audience": "un", "answer": "given"})
    assert refused.status_code == 409
    assert "A yes counts only after the risks were explained." in refused.text
    fields = {"use": "account", "audience": "un", "answer": "given", "risks": "1", "expires": "2026-06-01"}
    browser.post(f"{base}/consent", fields)
    assert consent.ruling(session, case_id, "account", "un").allowed
    page = browser.get(f"{base}?tab=consent&use=account&audience=un").text
    assert "until 1 Jun" in page
    (answer,) = consent.consents_of(session, case_id)
    page = browser.post(f"{base}/consents/{answer.id}/withdraw", {"reason": "afraid"}).text
    assert "taken back" in page
    assert not consent.ruling(session, case_id, "account", "un").allowed


def test_facts_people_plan_and_holders_are_set_where_they_are_shown(
    session: Session, browser: Browser
) -> None:
    case_id, other = case(session), case(session, "Sorrel")
    base = f"/people/{case_id}"
    browser.post(f"{base}/risk", {"risk": "very-high", "reason": "seen near the house", "tab": "work"})
    browser.post(f"{base}/stage", {"stage": "documents"})
    browser.post(f"{base}/person", {"relation": "mother", "whereabouts": "in the region", "threatens": "1"})
    browser.post(f"{base}/apart", {"other": other, "reason": "one village"})
    browser.post(f"{base}/plan", {"signs": "a car", "forced": "bread"})
    browser.post(f"{base}/holders", {"coordinator": session.member_id, "deputy": ""})
    browser.post(f"{base}/identity", {"legal_name": "Invented Surname"})
    browser.post(f"{base}/status", {"status": "active"})
    facts = [
        ("pseudonym", "Juniper"),
        ("beds", "2"),
        ("threat", "family"),
        ("threat", "state"),
        ("access", "no-stairs"),
    ]
    page = browser.post(f"{base}/facts", facts).text
    found = session.get(Case, case_id)
    assert found is not None
    assert (found.risk, found.stage, found.beds, found.threat_set) == (
        "very-high",
        "documents",
        2,
        ("family", "state"),
    )
    assert "is whom they fear" in page
    assert "Sorrel" in page
    assert "Invented Surname" not in page
    page = browser.post(f"{base}/open", {"reason": "check"}).text
    assert "Invented Surname" in page
    browser.post(f"{base}/unapart", {"other": other})
    page = browser.post(f"{base}/close", {"reason": "safe-abroad", "review": "eleven weeks"}).text
    assert "safe abroad" in page
    browser.post(f"{base}/reopen")
    assert session.get(Case, case_id) != found


def test_papers_needs_and_doctors_are_added_and_changed(session: Session, browser: Browser) -> None:
    base = f"/people/{case(session)}"
    browser.post(f"{base}/need", {"need": "medical", "what": "two fingers"})
    browser.post(f"{base}/visa", {"country": "Norland", "stage": "gathering", "papers_due": "2026-04-20"})
    browser.post(f"{base}/paper", {"paper": "travel-passport", "held": "applied", "ready_on": "2026-04-12"})
    browser.post(f"{base}/visit", {"at": "2026-04-09T09:40", "where": "clinic"})
    browser.post(f"{base}/medicine", {"what": "pills", "lasts": "2026-04-09"})
    (need,), (visa,), (visit,) = (
        session.find(Need),
        session.find(VisaApplication),
        session.find(MedicalAppointment),
    )
    assert session.find(TravelDocument)
    assert session.find(Medication)
    browser.post(f"{base}/needs/{need.id}/set", {"status": "met", "outcome": "seen"})
    browser.post(f"{base}/visas/{visa.id}/set", {"stage": "granted", "valid_to": "2026-10-01"})
    work = browser.post(f"{base}/visits/{visit.id}/had", {"outcome": "stitches"}).text
    page = browser.get(f"{base}?tab=journey").text
    assert "granted" in page
    assert "stitches" in work
    assert session.find(Need)[0].status == "met"


def test_whatever_is_typed_is_shown_as_text(session: Session, browser: Browser) -> None:
    case_id = case(session)
    base = f"/people/{case_id}"
    browser.post(f"{base}/note", {"text": HOSTILE})
    browser.post(f"{base}/task", {"title": HOSTILE})
    browser.post(f"{base}/need", {"need": "other", "what": HOSTILE, "provider": HOSTILE})
    browser.post(f"{base}/person", {"relation": "other", "pseudonym": HOSTILE, "whereabouts": HOSTILE})
    browser.post(f"{base}/facts", {"pseudonym": HOSTILE, "told": HOSTILE, "beds": "1"})
    browser.post(f"{base}/risk", {"risk": "high", "reason": HOSTILE})
    browser.post(f"{base}/visa", {"country": HOSTILE, "stage": "asked"})
    for address in (
        "/people",
        *(f"{base}?tab={tab}" for tab in TABS),
        "/journeys",
        "",
    ):
        page = browser.get(address) if address else browser.post("/people", {"q": HOSTILE[:20]})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "\x00" not in page.text
        assert "\u202e" not in page.text
        assert "49" not in re.sub(r"\d{3,}|&#\d+;|:\d\d", "", page.text) or "{{ 7*7 }}" in page.text


def test_ten_thousand_characters_are_refused_with_a_sentence_and_come_back(
    session: Session, browser: Browser
) -> None:
    base = f"/people/{case(session)}"
    long = "я" * 10_000
    for act, field in (
        ("task", "title"),
        ("person", "pseudonym"),
        ("facts", "pseudonym"),
        ("visa", "country"),
    ):
        page = browser.post(f"{base}/{act}", {field: long})
        assert page.status_code == 409
        assert "200 fit here" in page.text
        assert long in page.text
    assert session.find(Task) == []
    page = browser.post("/people/open", {"pseudonym": long})
    assert page.status_code == 409
    assert long in page.text


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("task", {"title": "x", "due": "soon"}),
        ("task", {"title": "x", "priority": "terrible"}),
        ("check", {"first": "2026-04-07T22:00", "every": "-4"}),
        ("consent", {"use": "nothing", "audience": "un", "answer": "given"}),
        ("risk", {"risk": "high" * 9}),
        ("place", {"place": "x", "first": "tomorrow"}),
        ("close", {"reason": "bored"}),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    session: Session, browser: Browser, act: str, fields: dict[str, str]
) -> None:
    case_id = case(session)
    before = session.vault.generation
    page = browser.post(f"/people/{case_id}/{act}", fields)
    assert page.status_code == 409
    assert session.vault.generation == before


def test_the_history_names_the_member_and_the_words(session: Session, browser: Browser) -> None:
    case_id = case(session)
    casework.set_risk(session, case_id, "extreme", "they are at the door")
    casework_tasks.add_task(session, case_id, "Letter")
    page = browser.get(f"/people/{case_id}?tab=history").text
    assert "this device" in page
    assert "they are at the door" in page
    assert "a task" in page
