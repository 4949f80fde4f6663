"""Opening, asking, answering and the history in a real browser: nothing that bars anybody, nothing too wide."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.desk.conftest import Served
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import closing, found, newcomer, settle

from leeward.domain.cases.case import Case
from leeward.office import casework, openings, openings_two, relocation
from leeward.office.casework_open import give_key, open_case
from leeward.office.session import Session

pytestmark = pytest.mark.browser
NAME = "Заур Пробный"


@dataclass
class Two:
    """Mila's desk, served, on which Anton asks to open what takes two."""

    served: Served
    pages: dict[str, str]


def _identity(session: Session, case_id: str) -> str:
    case = session.get(Case, case_id)
    assert case is not None
    return case.identity_id


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder, relay = tmp_path_factory.mktemp("team"), RelaySimulator()
    mila = found(folder / "mila", relay.door(), name="Mila")
    anton = newcomer(folder / "anton", mila, relay.door(), name="Anton", role="coordinator")
    settle(mila, anton)
    with closing(mila, anton):
        alone = open_case(mila.session, "", pseudonym="Juniper", risk="high").case_id
        casework.set_identity(mila.session, alone, legal_name=NAME, born="1991-04-02")
        casework.add_note(mila.session, alone, "What was done is told here at length.", folded=True)
        openings.open_alone(mila.session, _identity(mila.session, alone), "papers", "the ticket for Monday")
        together = open_case(mila.session, "", pseudonym="Larch").case_id
        for case_id in (alone, together):
            give_key(mila.session, case_id, anton.session.member_id, identity=True)
        openings_two.seal_for_two(mila.session, _identity(mila.session, together))
        casework.set_identity(mila.session, together, legal_name="Invented Surname")
        openings.close(mila.session, _identity(mila.session, together))
        place = relocation.add_place(mila.session, "Harbour 1", 4, address="Invented Street 5")
        settle(mila, anton)
        openings_two.open_or_ask(
            anton.session, _identity(anton.session, together), "court", "the hearing at nine"
        )
        settle(anton, mila)
        (question,) = openings_two.questions(mila.session)
        served = Served(mila.session, language="")
        pages = {
            "today": "/",
            "question": f"/openings/{question.opening.id}",
            "identity": f"/people/{alone}#identity",
            "together": f"/people/{together}#identity",
            "address": f"/places/{place}#address",
            "history": f"/history/{alone}",
        }
        yield Two(served, pages)
        served.stop()


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_pages_are_for_everybody(browsing: Browsing, two: Two, lang: str) -> None:
    for width in (1280, 390):
        page = browsing.page(two.served.desk.address(), width=width, lang=lang)
        for name, path in two.pages.items():
            page.goto(f"http://127.0.0.1:{two.served.port}{path}")
            for fold in page.locator("#fold-identity:not([open]) > summary").all():
                fold.click()
            page.evaluate("scrollTo(0, 0)")  # what the bar at the bottom half covers is not too small
            assert find_barriers(page) == [], name
            assert not overflows(page), name
            folder = os.environ.get("PICTURES")
            if folder is not None:
                page.screenshot(path=Path(folder) / f"{name}-{lang}-{width}.png", full_page=True)
    assert browsing.complaints == []


def test_a_case_page_opens_with_a_reason_and_shows_who_opened(browsing: Browsing, two: Two) -> None:
    page = browsing.page(two.served.desk.address(), width=1280, lang="en")
    page.goto(f"http://127.0.0.1:{two.served.port}{two.pages['address']}")
    assert "Invented Street" not in page.content()
    page.select_option("#address select[name=reason]", "visit")
    page.fill("#address input[name=why]", "a delivery")
    page.locator("#address button", has_text="Open the address").click()
    page.wait_for_selector(".address")
    assert "Invented Street 5" in page.inner_text("#address")
    assert "a delivery" in page.inner_text("#address")
    page.locator("#address button", has_text="Close it").click()
    page.wait_for_selector("#address select[name=reason]")
    assert "Invented Street" not in page.content()
    page.goto(f"http://127.0.0.1:{two.served.port}{two.pages['question']}")
    page.locator("button", has_text="Yes, open it").click()
    page.wait_for_url("**/")
    assert "wants to open" not in page.inner_text("main")
    assert browsing.complaints == []
