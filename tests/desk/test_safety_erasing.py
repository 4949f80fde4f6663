"""The page of erasing: exactly what will be gone, the word that must be typed, and agreeing or stopping."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.clocks import HandClock
from tests.support.erasing import Scene, scene, work
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import closing

from leeward.base.ports import SystemChance
from leeward.domain.cases.case import Case
from leeward.domain.erasing import Erased, Standing
from leeward.domain.retention import FOR_EVER
from leeward.office.casework_open import open_case
from leeward.office.casework_tasks import add_task
from leeward.office.erasing import ask, erasures, show
from leeward.office.erasing_compact import IDLE_SECONDS, Compactor, owe, owed_since
from leeward.office.erasing_work import erase_without_relay
from leeward.office.keeping import until
from leeward.office.retention import rules
from leeward.office.team import found_team

if TYPE_CHECKING:
    from tests.desk.conftest import Browser, Served


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Scene]:
    built = scene(tmp_path, RelaySimulator())
    with closing(*built.desks):
        yield built


@pytest.fixture
def session(made: Scene) -> object:
    """Anna's, so that `browser` is at her desk."""
    return made.anna.session


def test_it_says_what_goes_and_is_asked_for_with_a_word(made: Scene, browser: Browser) -> None:
    assert f"/safety/erasing/ask?case={made.case_id}" in browser.get(f"/people/{made.case_id}").text
    assert f"/safety/erasing/ask?contact={made.contact_id}" in browser.get(f"/inbox/{made.contact_id}").text
    for query in (f"case={made.case_id}", f"contact={made.contact_id}"):
        page = browser.get(f"/safety/erasing/ask?{query}").text
        for words in (
            "Heron",
            "What will be gone",
            "The whole case",
            "The legal identity",
            "1 piece of a file",
        ):
            assert words in page
        assert "Their own mailboxes" in page
    fields = {"case": made.case_id, "contact": "", "why": "asked", "word": "no"}
    assert "The word was not typed" in browser.post("/safety/erasing/ask", fields).text
    assert erasures(made.anna.session) == []
    page = browser.post("/safety/erasing/ask", {**fields, "word": "ERASE"}).text
    assert "Asked for. Everybody sees it under Today." in page
    assert "will be erased on" in page
    assert "Agree: erase it now" not in page  # she has said so already
    assert "Somebody’s data will be erased" in browser.get("/").text


def test_tasks_without_a_case_in_which_the_name_stands_are_ticked_and_shown(
    made: Scene, browser: Browser
) -> None:
    anna, boris, _ = made.desks
    called = anna.vault.get(made.case_id).fields["pseudonym"]
    task = add_task(anna.session, "", f"Bring {called} a coat")
    page = browser.get(f"/safety/erasing/ask?case={made.case_id}").text
    assert f'name="errand" value="{task}" checked' in page
    assert f"Bring {called} a coat" in page
    fields = {"case": made.case_id, "contact": "", "why": "asked", "word": "erase", "errand": task}
    page = browser.post("/safety/erasing/ask", fields).text
    assert f"With these tasks without a case: “Bring {called} a coat”" in page
    work(anna, boris)
    assert erasures(boris.session)[0].record_ids == (task,)


def test_a_colleague_agrees_and_the_note_says_nothing_but_how_many(made: Scene, browser: Browser) -> None:
    anna, boris, clara = made.desks
    asked = ask(boris.session, case_id=made.case_id, why="mistake", typed="erase")
    work(boris, anna)
    page = browser.get("/safety/erasing").text
    assert "Agree: erase it now" in page
    browser.post("/safety/erasing/say", {"erasure": asked, "does": "stop"})
    assert show(anna.session, erasures(anna.session)[0]).standing is Standing.STOPPED
    browser.post("/safety/erasing/say", {"erasure": asked, "does": "agree"})
    work(anna, boris, clara, rounds=6)
    page = browser.get("/safety/erasing").text
    assert "erased from 3 devices" in page
    assert made.case_id not in page
    assert anna.session.get(Case, made.case_id) is None


def test_what_is_owed_is_shown_with_a_button_that_does_it(made: Scene, browser: Browser) -> None:
    assert "Still to be written over" not in browser.get("/safety/erasing").text
    session = made.anna.session
    owe(session)
    page = browser.get("/safety/erasing").text
    assert "Still to be written over on this computer" in page
    assert 'action="/safety/erasing/anew"' in page
    page = browser.post("/safety/erasing/anew").text
    assert "nothing of what was erased is left on this computer" in page
    assert "Still to be written over" not in page
    assert owed_since(session) == 0


def test_at_a_served_desk_it_waits_for_nobody_being_there(
    made: Scene, browser: Browser, server: Served
) -> None:
    """Whatever a page asks for comes at once while it is owed: nothing is written anew behind somebody's back."""
    anna, boris, clara = made.desks
    state = server.desk.state
    state.compactor = Compactor(anna.session, idle=lambda: time.monotonic() - state.person_at)
    state.compactor.start()
    asked = ask(boris.session, case_id=made.case_id, why="mistake", typed="erase")
    work(boris, anna)
    waits = [_seconds(lambda: browser.post("/safety/erasing/say", {"erasure": asked, "does": "agree"}))]
    work(anna, boris, clara, rounds=2)
    waits += [_seconds(partial(browser.get, path)) for path in ("/", "/safety/erasing", "/inbox", "/safety")]
    assert owed_since(anna.session)
    assert max(waits) < 2.0
    state.person_at -= IDLE_SECONDS + 1
    deadline = time.monotonic() + 10
    while owed_since(anna.session) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert owed_since(anna.session) == 0
    state.compactor.stop()


def _seconds(asks: Callable[[], object]) -> float:
    begun = time.perf_counter()
    asks()
    return time.perf_counter() - begun


def test_rules_are_set_within_bounds_and_what_has_a_day_is_kept(made: Scene, browser: Browser) -> None:
    page = browser.post("/safety/erasing/rules", {"nothing": "40", "junk": "7"}).text
    assert "Kept. It holds for the whole team" in page
    assert rules(made.anna.session)["nothing"] == 40
    assert "Between 30 and 365 days" in browser.post("/safety/erasing/rules", {"nothing": "3"}).text
    browser.post("/safety/erasing/keep", {"subject": made.other_contact, "does": "hold", "why": "court"})
    assert until(made.anna.session, made.other_contact) == FOR_EVER
    browser.post("/safety/erasing/keep", {"subject": made.other_contact, "does": "lift"})
    assert until(made.anna.session, made.other_contact) == 0


def test_a_team_of_one_without_a_relay_erases_as_well(tmp_path: Path) -> None:
    session = found_team(
        tmp_path / "alone",
        "words",
        team_name="T",
        member_name="Mila",
        role="coordinator",
        clock=HandClock(),
        chance=SystemChance(),
        work_factor=2,
    )
    with session.vault:
        case = open_case(session, "", pseudonym="Heron").case_id
        ask(session, case_id=case, why="asked", typed="erase")
        erase_without_relay(session)
        assert session.get(Case, case) is None
        assert [one.devices for one in session.find(Erased)] == [1]
