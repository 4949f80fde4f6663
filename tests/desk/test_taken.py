"""The page for when somebody is taken: choosing, trying it, starting it, and doing it from Today."""

from __future__ import annotations

import pytest
from tests.desk.conftest import Browser, TestClock
from tests.desk.scene import act_out

from leeward.domain.cases.work import Task
from leeward.domain.relocation.places import Place
from leeward.office import taken_tasks
from leeward.office.session import Session


@pytest.fixture
def ids(session: Session, clock: TestClock) -> dict[str, str]:
    return act_out(session, clock)


def steps(session: Session) -> list[Task]:
    return [one for one in session.find(Task) if one.step]


def test_it_is_reached_from_safety_a_case_a_place_and_a_missed_sign_of_life(
    browser: Browser, session: Session, ids: dict[str, str]
) -> None:
    safety = browser.get("/safety").text
    assert 'href="/safety/taken"' in safety
    assert f'href="/safety/taken?member={session.member_id}"' in safety
    assert (
        f'href="/safety/taken?device={session.vault.device.id}"' not in safety
    )  # nobody presses about their own
    assert f"/safety/taken?case={ids['Juniper']}" in browser.get(f"/people/{ids['Juniper']}").text
    assert f"/safety/taken?place={ids['Harbour 1']}" in browser.get(f"/places/{ids['Harbour 1']}").text
    work = browser.get(f"/people/{ids['Heather']}?tab=work").text
    assert "They may be in other hands: what has to be done?" in work


def test_trying_it_shows_the_list_and_writes_nothing(
    browser: Browser, session: Session, ids: dict[str, str], clock: TestClock
) -> None:
    chosen = browser.get("/safety/taken").text
    assert f'value="case:{ids["Willow"]}"' in chosen
    before = session.vault.generation
    page = browser.get(f"/safety/taken?w=case:{ids['Willow']}&drill=1").text
    assert "Only a try" in page
    assert "Move everyone out of Harbour 1" in page
    assert "Start tonight" not in page
    assert 'type="checkbox"' not in page
    began = clock.ms // 1000
    clock.pass_minutes(7)
    told = browser.post("/safety/taken/tried", {"began": str(began)}).text
    assert "That took 7 minutes" in told
    assert session.vault.generation == before
    assert steps(session) == []
    assert "Nothing was noted" in browser.post("/safety/taken/tried", {"began": "5"}).text


def test_one_press_starts_it_and_today_shows_its_lines_on_top(
    browser: Browser, session: Session, ids: dict[str, str]
) -> None:
    page = browser.get(f"/safety/taken?case={ids['Willow']}").text
    lines = [part.split('"')[0] for part in page.split('name="line" value="')[1:]]
    assert f"move:{ids['Harbour 1']}" in lines
    fields = [("kind", "case"), ("id", ids["Willow"]), ("why", "No answer since nine.")]
    shown = browser.post("/safety/taken/start", [*fields, *(("line", one) for one in lines)]).text
    assert "are on their way to whom they concern" in shown
    assert "No answer since nine." in shown
    assert len(steps(session)) == len(lines)
    place = session.get(Place, ids["Harbour 1"])
    assert place is not None
    assert place.exposure == "exposed"
    today = browser.get("/").text
    first = today.index("Move everyone out of Harbour 1")
    assert first < today.index("Missed check-in")
    assert f"/safety/taken#task-{taken_tasks.running(session)[0].id}" in today
    assert today.count("Move everyone out of Harbour 1") == 1
    assert "in Harbour 1, which is exposed" not in today, "one matter is one line"
    again = browser.post("/safety/taken/start", [*fields, *(("line", one) for one in lines)])
    assert again.status_code == 200
    assert len(steps(session)) == len(lines)


def test_what_was_not_ticked_stays_undone_and_a_line_is_done_from_the_page(
    browser: Browser, session: Session, ids: dict[str, str]
) -> None:
    fields = [
        ("kind", "case"),
        ("id", ids["Willow"]),
        ("why", "Silence."),
        ("line", f"move:{ids['Harbour 1']}"),
    ]
    shown = browser.post("/safety/taken/start", fields).text
    (task,) = steps(session)
    assert "Some lines are not on the list" in shown
    assert "Somebody else must take it back" in shown
    browser.post("/safety/taken/take", {"task": task.id, "back": "/safety/taken"})
    done = browser.post("/safety/taken/done", {"task": task.id, "back": "https://elsewhere.invalid/"})
    assert done.url.host == "127.0.0.1"
    (task,) = steps(session)
    assert task.done_by_id == task.owner_id == session.member_id
    back = browser.post("/safety/taken/back", {"kind": "case", "id": ids["Willow"], "why": "All is well."})
    assert back.status_code == 409


def test_odd_addresses_say_nothing_and_break_nothing(browser: Browser, ids: dict[str, str]) -> None:
    for query in ("?case=x", "?w=member:", "?w=team:x", "?place=%00", f"?contact={ids['Willow']}", "?w=:"):
        answer = browser.get(f"/safety/taken{query}")
        assert answer.status_code in {200, 404}
        assert "Juniper has" not in answer.text
    assert browser.post("/safety/taken/start", {"kind": "x", "id": "y", "why": "z"}).status_code == 409
    assert browser.post("/safety/taken/done", {"task": "x"}).status_code == 409


def test_a_colleague_sees_the_name_of_the_page_in_russian(browser: Browser, ids: dict[str, str]) -> None:
    browser.post("/language", {"language": "ru", "back": "/"})
    page = browser.get(f"/safety/taken?case={ids['Willow']}").text
    assert "Вывезти всех" in page
    assert "Move everyone" not in page
