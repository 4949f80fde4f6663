"""Safety opens on the answer; three groups of ways lead on, each saying how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from leeward.desk.language import Speech
from leeward.office import opened, safety_ways, taken_tasks
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser, TestClock


def state_of(session: Session, href: str) -> tuple[str, str]:
    [way] = [one for group in safety_ways.ways(session) for one in group.ways if one.href == href]
    return str(way.state), way.colour


def test_it_opens_on_the_answer_and_every_way_leads_somewhere(browser: Browser, session: Session) -> None:
    page = browser.get("/safety").text
    assert page.index("Nothing looks wrong") < page.index("When something happens")
    assert page.index("When something happens") < page.index('id="open"') < page.index('id="team"')
    ways = [way for group in safety_ways.ways(session) for way in group.ways]
    assert len({way.href for way in ways}) == len(ways)
    keys = [way.key for way in ways if way.key]
    assert len(set(keys)) == len(keys)
    for way in ways:
        path, _, anchor = way.href.partition("#")
        answer = browser.get(path)
        assert answer.status_code == 200
        assert not anchor or f'id="{anchor}"' in answer.text, way.href


def test_a_rehearsal_and_when_the_desk_locks_are_told(session: Session, clock: TestClock) -> None:
    assert state_of(session, "/safety/taken") == ("never rehearsed here", "")
    began = session.now()
    clock.pass_minutes(7)
    assert taken_tasks.note_drill(session, began)
    clock.pass_minutes(12 * 24 * 60)
    [way] = [one for group in safety_ways.ways(session) for one in group.ways if one.href == "/safety/taken"]
    assert way.state is not None
    assert Speech("en").message(way.state, session.now()) == "rehearsed 12 days ago"
    assert Speech("ru").message(way.state, session.now()) == "последняя проба: 12 дней назад"
    assert "locks after" in state_of(session, "/safety/computer")[0]


def test_an_opening_by_force_is_the_answer_until_it_is_put_aside(browser: Browser, session: Session) -> None:
    at = session.now()
    opened._keep(session, [opened.Told("t" * 26, "m" * 26, "d" * 26, at, at)])
    page = browser.get("/safety").text
    assert "1 computer of ours was opened by force" in page
    assert "Nothing looks wrong" not in page
    assert state_of(session, opened.HERE)[1] == "danger"
    opened.put_aside(session, "t" * 26)
    assert "Nothing looks wrong" in browser.get("/safety").text


@pytest.mark.parametrize("words", ["forced", "burn"])
def test_nothing_tells_whether_something_was_set_up_for_being_forced(session: Session, words: str) -> None:
    [way] = [
        one
        for group in safety_ways.ways(session)
        for one in group.ways
        if one.href == f"/safety/computer#{words}"
    ]
    assert way.state is None
