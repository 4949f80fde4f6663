"""Inviting at the desk: three steps, one button each, and no dead end."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.support.inviting import Newcomer, wait_until
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, found

from leeward.domain.cases.case import Case, Identity
from leeward.domain.team import ROLES
from leeward.domain.typed import write_new
from leeward.office.relay import use_relay
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser, Served

HERE = "/safety/invite"


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", relay.door())
    case = desk.vault.make_compartment("case").id
    desk.session.commit(case, write_new(Case(id="c1", pseudonym="Heron")))
    sealed = desk.vault.make_compartment("identity").id
    desk.session.commit(sealed, write_new(Identity(id="i1", case_id="c1", legal_name="secret")))
    desk.sync()
    with desk.vault:
        yield desk


@pytest.fixture
def session(anna: Desk) -> Session:
    return anna.session


def parts(page: str) -> list[tuple[str, bool]]:
    """Return the ids that can be ticked, and whether they are."""
    found = re.findall(r'name="part" value="([a-z2-7]+)"( checked)?', page)
    return [(ident, bool(ticked)) for ident, ticked in found]


def wait_for(browser: Browser, words: str) -> str:
    wait_until(lambda: words in browser.get(HERE).text)
    return browser.get(HERE).text


def code_on(page: str) -> str:
    said = re.search(r'<p class="code"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert said is not None
    return html.unescape(re.sub(r"<[^>]+>", " ", said[1]))


def begin(browser: Browser, role: str = "operator") -> str:
    page = browser.get(f"{HERE}?role={role}").text
    ticked = [("part", ident) for ident, is_ticked in parts(page) if is_ticked]
    browser.post(HERE, [("role", role), *ticked])
    return wait_for(browser, "Waiting for the new computer")


def test_from_the_link_to_the_newcomer_who_holds_what_was_ticked(
    anna: Desk, relay: RelaySimulator, browser: Browser, tmp_path: Path
) -> None:
    assert f'href="{HERE}"' in browser.get("/safety").text
    code = code_on(begin(browser, "documenter"))
    timur = Newcomer(tmp_path / "timur", relay.door())
    words = timur.joining.meet(code)
    page = wait_for(browser, "read you the three words")
    assert code_on(page).split() == list(words)
    assert 'value="Timur"' in page
    number = "".join(code.split()[:2])
    browser.post(f"{HERE}/yes", {"number": number, "name": "Timur <b>"})
    anna.sync()
    timur.joining.wait_for_yes()
    held = timur.joining.fetch()
    assert {part.kind for part in held.parts} == {"team", "record"}
    page = wait_for(browser, "holds everything that you ticked")
    assert "Timur &lt;b&gt;" in browser.get("/safety").text
    assert "Choose" not in page
    assert "Waiting" not in browser.post(f"{HERE}/clear").text
    timur.desk.close()


def test_each_role_ticks_what_it_starts_with_and_identities_are_for_ones_own_computer_only(
    anna: Desk, browser: Browser
) -> None:
    kinds = {one.id: one.kind for one in anna.vault.compartments()}
    for term in ROLES:
        page = browser.get(f"{HERE}?role={term.code}").text
        offered = {kinds[ident] for ident, _ in parts(page)}
        assert offered == {"intake", "beds", "record", "case"}
        assert "secret" not in page
    ticked = {kinds[ident] for ident, on in parts(browser.get(f"{HERE}?role=operator").text) if on}
    assert ticked == {"intake", "beds"}
    own = parts(browser.get(f"{HERE}?own=1").text)
    assert {kinds[ident] for ident, _ in own} == {"intake", "beds", "record", "case", "identity"}
    assert {kinds[ident] for ident, on in own if on} == {"intake", "beds", "record"}  # a coordinator's


def test_parts_that_are_not_offered_cannot_be_slipped_in(
    anna: Desk, browser: Browser, server: Served
) -> None:
    sealed = anna.vault.compartments("identity")[0].id
    browser.post(HERE, [("role", "operator"), ("part", sealed), ("part", "a" * 26)])
    wait_for(browser, "Waiting for the new computer")
    current = server.desk.state.inviting.current
    assert current is not None
    assert current.state.plan.parts == ()
    assert browser.post(HERE, {"role": "king"}).status_code == 409
    server.desk.state.inviting.stop()


def test_other_words_end_it_and_the_page_leads_on(
    relay: RelaySimulator, browser: Browser, tmp_path: Path, anna: Desk
) -> None:
    code = code_on(begin(browser))
    timur = Newcomer(tmp_path / "timur", relay.door())
    timur.joining.meet(code)
    wait_for(browser, "read you the three words")
    page = browser.post(f"{HERE}/no", {"number": "".join(code.split()[:2])}).text
    assert "did not read the same words" in page
    assert "Make a new code" in page
    assert len(anna.vault.roster()) == 1
    browser.post(HERE, {"role": "operator"})
    fresh = wait_for(browser, "Waiting for the new computer")
    assert code_on(fresh) != code
    browser.post(f"{HERE}/clear")
    timur.desk.close()


def test_a_form_about_an_earlier_invitation_does_nothing(
    relay: RelaySimulator, browser: Browser, tmp_path: Path, anna: Desk
) -> None:
    code = code_on(begin(browser))
    timur = Newcomer(tmp_path / "timur", relay.door())
    timur.joining.meet(code)
    wait_for(browser, "read you the three words")
    page = browser.post(f"{HERE}/yes", {"number": "000000" if "000 000" not in code else "1"}).text
    assert "read you the three words" in page
    assert len(anna.vault.roster()) == 1
    browser.post(f"{HERE}/clear")
    timur.desk.close()


def test_without_a_relay_it_is_said_with_a_way_on(browser: Browser, anna: Desk, server: Served) -> None:
    door = RelaySimulator().door()
    door.away = True
    use_relay(anna.vault, door)
    browser.post(HERE, {"role": "volunteer"})
    page = wait_for(browser, "The relay does not answer")
    assert "Make a new code" in page
    server.desk.state.inviting.stop()


def test_the_page_speaks_russian(browser: Browser, anna: Desk, relay: RelaySimulator) -> None:
    browser.post("/language", {"language": "ru", "back": HERE})
    assert "Создать код" in browser.get(HERE).text
    browser.post(HERE, {"role": "partner"})
    page = wait_for(browser, "Ждём ответа нового компьютера")
    assert re.fullmatch(r"[\d ]+[а-я ]+", code_on(page).strip())
    browser.post(f"{HERE}/clear")
