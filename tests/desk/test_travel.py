"""Before a border, at the desk: every reason not to leave is said with the press that helps; then all of it goes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.inviting import wait_until
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle
from tests.support.travelling import Returner, depart

from leeward.domain.cases.case import Case
from leeward.domain.typed import write_new
from leeward.office import computer, travel_back
from leeward.office.session import Session
from leeward.office.team import grant_case

if TYPE_CHECKING:
    from tests.desk.conftest import Browser, Served

HERE = "/safety/travel"
START = 2_206_000_000_000


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", relay.door())
    with closing(desk):
        yield desk


@pytest.fixture
def mila(tmp_path: Path, relay: RelaySimulator, anna: Desk) -> Iterator[Desk]:
    desk = newcomer(tmp_path / "mila", anna, relay.door(), name="Mila")
    settle(desk, anna)
    with closing(desk):
        yield desk


@pytest.fixture
def session(mila: Desk) -> Session:
    return mila.session


def words_on(page: str) -> str:
    said = re.search(r'<p class="code"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert said is not None
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", said[1])).split())


def test_from_safety_to_an_empty_folder(browser: Browser, server: Served, mila: Desk, anna: Desk) -> None:
    alone = mila.vault.make_compartment("case").id
    mila.session.commit(alone, write_new(Case(id=alone, pseudonym="Gull")))
    computer.leave_typed(mila.session, "/people", [("Note", "half a sentence")])
    assert f'href="{HERE}"' in browser.get("/safety").text
    page = browser.get(HERE).text
    assert "1 part is held by nobody else" in page
    assert "1 text was typed and not sent" in page
    assert "Show my eight words" not in page
    assert "Give it to a colleague first" in browser.get(f"{HERE}/go").text
    browser.post(f"{HERE}/hand-on", [("part", alone), ("member", anna.session.member_id)])
    browser.post("/safety/typed/forget")
    assert "Show my eight words" in browser.get(HERE).text
    words = words_on(browser.get(f"{HERE}/go").text)
    assert len(words.split()) == 8
    wrong = browser.post(f"{HERE}/go", {"words": "eight words that were never drawn at all"})
    assert wrong.status_code == 409
    assert "These are not the eight words" in wrong.text
    assert (mila.vault.folder / "vault.db").exists()
    assert "Whom will you call?" in browser.get(f"{HERE}/go").text
    last = browser.post(
        f"{HERE}/go", {"words": words.upper(), "until": "2040-05-01T12:00", "told": anna.session.member_id}
    )
    assert "Nothing of the vault is on this computer" in last.text
    assert server.locked.wait(5)
    assert not mila.vault.folder.exists()
    settle(anna)
    (away,) = travel_back.waited_for(anna.session)
    assert (away.member_id, away.until > away.since) == (mila.session.member_id, True)
    assert away.told_id == anna.session.member_id
    assert "Gull" in {one.pseudonym for one in anna.session.find(Case)}


class TestColleague:
    """The desk of the one who stays."""

    @pytest.fixture
    def session(self, anna: Desk) -> Session:
        return anna.session

    def test_who_is_away_is_said_and_comes_back_by_an_invitation(
        self, browser: Browser, anna: Desk, mila: Desk, relay: RelaySimulator, tmp_path: Path
    ) -> None:
        part = anna.vault.make_compartment("case").id
        case = Case(id=part, pseudonym="Heron", coordinator_id=mila.session.member_id)
        anna.session.commit(part, write_new(case))
        grant_case(anna.session, part, [mila.session.member_id, anna.session.member_id])
        settle(anna, mila)
        code = depart(mila, until=START + 3 * 86_400_000, told_id=anna.session.member_id)
        settle(anna)
        work = browser.get(f"/people/{part}?tab=work").text
        assert re.search(r"Mila[^<]*\(away until [^)]+\)</option>", work)
        page = browser.get(HERE).text
        assert "will call you" in page
        assert "1 person have nobody else here." in page
        assert "Mila is away, and nobody else holds" in html.unescape(browser.get("/").text)
        safety = browser.get("/safety").text
        assert "put out of use before a journey" in safety
        assert "cut off by one person alone" not in safety
        (away,) = travel_back.waited_for(anna.session)
        page = browser.get(f"/safety/invite?back={away.id}").text
        assert "Mila comes back" in page
        parts = re.findall(r'name="part" value="([a-z2-7]+)"( checked)?', page)
        assert part in dict(parts)
        assert all(ticked for _, ticked in parts)
        browser.post("/safety/invite", [("back", away.id), *(("part", one) for one, _ in parts)])
        wait_until(lambda: "--back" in browser.get("/safety/invite").text)
        back = Returner(tmp_path / "new", relay.door(), code)
        with closing(back.desk):
            back.joining.meet(words_on(browser.get("/safety/invite").text))
            wait_until(lambda: "Is it their voice?" in browser.get("/safety/invite").text)
            number = re.search(r'name="number" value="(\d+)"', browser.get("/safety/invite").text)
            assert number is not None
            browser.post("/safety/invite/yes", {"number": number[1]})
            anna.sync()
            back.joining.wait_for_yes()
            held = back.joining.fetch(seconds=20)
            assert part in {one.id for one in held.parts}
            assert held.missing == ()
        assert "back" in browser.get(HERE).text
        assert travel_back.waited_for(anna.session) == []

    def test_nobody_waits_any_longer(self, browser: Browser, anna: Desk, mila: Desk) -> None:
        depart(mila)
        settle(anna)
        (away,) = travel_back.waited_for(anna.session)
        page = browser.post(f"{HERE}/close", {"away": away.id}).text
        assert "The team waits no longer" in page
        assert travel_back.waited_for(anna.session) == []
        assert f"back={away.id}" not in browser.get("/safety/invite").text
