"""Signs of life on the pages: agreed, missed, followed up with one press, asked for, and what the team does then."""

from __future__ import annotations

import re

import pytest
from tests.desk.conftest import Browser, TestClock
from tests.desk.scene import act_out
from tests.support.reporter import Reporter, item_id

from leeward.domain.cases.checkins import CheckIn, CheckInState
from leeward.domain.cases.ladder import LADDER
from leeward.domain.intake import Contact, Letter
from leeward.office import casework_checkins
from leeward.office.casework_open import open_case
from leeward.office.intake import take_in
from leeward.office.ladders import case_ladder, team_ladder
from leeward.office.rhythms import rhythm_of
from leeward.office.session import Session

MINUTE = 60_000


def missed(session: Session, clock: TestClock, who: str) -> str:
    (check,) = casework_checkins.schedule_check_ins(session, who, clock.ms, grace=15 * MINUTE)
    clock.pass_minutes(16)
    return check


def test_what_is_missed_is_followed_up_from_today_with_one_press(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    who = open_case(session, "", pseudonym="Juniper").case_id
    check = missed(session, clock, who)
    page = browser.get("/").text
    assert "Call them, once" in page
    assert f'action="/signs/{check}"' in page
    page = browser.post(f"/signs/{check}", {"result": "no-answer"}).text
    assert "no answer" in page
    assert "Ask the partner" in page
    assert "Not safe to try" not in page  # what is due now is done; their answer is still waited for
    assert f'action="/signs/{check}"' in page
    page = browser.post(f"/signs/{check}", {"result": "safe", "case": "1"}).text
    assert "answered" in page
    assert "was to give a sign of life" not in browser.get("/").text
    assert browser.client.get(f"/signs/{check}").status_code in {404, 405}
    assert browser.post(f"/signs/{check}", {"result": "rubbish"}).status_code == 404


def test_every_other_page_says_so_in_one_line_without_a_name(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    who = open_case(session, "", pseudonym="Juniper").case_id
    before = re.findall(r'data-mark="([^"]+)"', browser.get("/keys").text)
    missed(session, clock, who)
    page = browser.get("/keys").text
    assert "1 sign of life is missing" in page
    assert "Juniper" not in page
    assert re.findall(r'data-mark="([^"]+)"', page) > before  # pages that nobody looks at notify
    assert "<title>Leeward</title>" in page


def test_nights_and_legs_are_agreed_on_the_case_page(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    who = act_out(session, clock)["Willow"]
    base = f"/people/{who}/signs"
    page = browser.post(f"{base}/nights", {"times": "9.00, 21:30", "grace": "15", "how": "call"}).text
    assert "Each night with a bed from us, at 09:00 21:30." in page
    assert "each night with a bed" in page
    kept = rhythm_of(session, who, "stay")
    assert kept is not None
    assert (kept.times, kept.grace) == ((540, 1290), 15 * MINUTE)
    assert "is no time of day" in browser.post(f"{base}/nights", {"times": "25:00", "grace": "15"}).text
    assert "is no time of day" in browser.post(f"{base}/nights", {"times": "x", "grace": "15"}).text
    page = browser.post(
        f"{base}/rides", {"arrival": "45", "points": "1", "grace": "30", "how": "message"}
    ).text
    assert "45 min after arriving" in page
    for act in ("nights-end", "rides-end"):
        browser.post(f"{base}/{act}")
    assert rhythm_of(session, who, "stay") is None
    assert rhythm_of(session, who, "leg") is None
    assert not [one for one in session.find(CheckIn, case_id=who) if one.rhythm_id and not one.called_off_at]
    assert browser.post(f"{base}/rubbish").status_code == 404


def test_they_are_asked_on_their_page_until_it_is_stopped(session: Session, browser: Browser) -> None:
    person = Reporter(session)
    take_in(session, item_id(), person.first("Помогите."))
    who = open_case(session, session.find(Contact)[0].id, pseudonym="Juniper").case_id
    assert "Ask on their page" in browser.get(f"/people/{who}?tab=work").text
    browser.post(f"/people/{who}/signs/ask", {"text": "Дайте знать."})
    browser.post(f"/people/{who}/signs/ask", {"text": "", "stop": "1"})
    asked = sorted(one.asks_until for one in session.find(Letter) if one.direction == "out")
    assert asked[0] == 1
    assert asked[1] > session.now()
    take_in(session, item_id(), person.again("", sign="safe"))
    talk = browser.get(f"/inbox/{session.find(Contact)[0].id}").text
    assert "A sign of life: they are safe" in talk
    assert "Their page asks whether they are safe, until" in talk
    assert "Their page asks no more" in talk
    alone = open_case(session, "", pseudonym="Elm").case_id
    assert "Ask on their page" not in browser.get(f"/people/{alone}?tab=work").text
    assert "Nobody in this case has our words" in browser.post(f"/people/{alone}/signs/ask").text


def test_a_call_is_noted_as_a_sign_of_life_without_a_word(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    take_in(session, item_id(), Reporter(session).first("Помогите."))
    contact = session.find(Contact)[0].id
    who = open_case(session, contact, pseudonym="Juniper").case_id
    clock.pass_minutes(1)
    check = missed(session, clock, who)
    page = browser.get("/inbox/call").text
    options = re.search(r'name="sign_of">(.*?)</select>', page, re.DOTALL)
    assert options is not None
    assert re.findall(r'value="([^"]*)"', options[1]) == ["", contact]
    browser.post("/inbox/call", {"text": "", "sign_of": contact, "sign": "safe"})
    found = session.get(CheckIn, check)
    assert found is not None
    assert found.state(clock.ms) == CheckInState.ANSWERED
    assert "There is nothing to write down yet" in browser.post("/inbox/call", {"text": ""}).text


def test_the_team_writes_its_ladder_and_one_person_has_another(session: Session, browser: Browser) -> None:
    who = open_case(session, "", pseudonym="Juniper").case_id
    assert "These are the usual steps" in browser.get("/safety/ladder").text
    row = {"after.0": "0", "step.0": "call", "asks.0": "waiting"}
    more = {"after.3": "20", "step.3": "other", "asks.3": "duty", "en.3": "Go there.", "ru.3": "Поехать."}
    assert "Your team agreed" in browser.post("/safety/ladder", {**row, **more}).text
    assert [(one.after, one.en, one.ru) for one in team_ladder(session)] == [
        (0, "", ""),
        (20 * MINUTE, "Go there.", "Поехать."),
    ]
    assert "If Juniper is missed" in browser.get(f"/safety/ladder?case={who}").text
    browser.post("/safety/ladder", {**row, "case": who})
    assert len(case_ladder(session, who)) == 1
    assert "The first step is due at once" in browser.post("/safety/ladder", {"after.0": "5"}).text
    browser.post("/safety/ladder", {"usual": "1", "case": who})
    browser.post("/safety/ladder", {"usual": "1"})
    assert case_ladder(session, who) == ()
    assert team_ladder(session) == LADDER


@pytest.mark.parametrize("state", ["help", "forced"])
def test_help_and_force_say_what_to_do_and_lead_to_what_they_know(
    session: Session, browser: Browser, clock: TestClock, state: str
) -> None:
    who = open_case(session, "", pseudonym="Juniper").case_id
    check = missed(session, clock, who)
    browser.post(f"/people/{who}/checks/{check}/answer", {"answer": "внизу", state: "1", "how": "call"})
    page = browser.get(f"/people/{who}?tab=work").text
    assert f"/safety/taken?case={who}" in page
    assert f"/people/{who}/checks/{check}/settle" in page
    assert "Juniper" in browser.get("/").text
    browser.post(f"/people/{who}/checks/{check}/settle", {"found": "Seen."})
    assert "answered at" not in browser.get("/").text
