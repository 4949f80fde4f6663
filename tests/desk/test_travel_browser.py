"""Before a border in a real browser: nothing that bars anybody, nothing too wide."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.desk.conftest import Served
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import closing, found, newcomer, settle
from tests.support.travelling import depart

from leeward.domain.cases.case import Case
from leeward.domain.typed import write_new
from leeward.office import travel_back
from leeward.office.team import grant_case

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, str]]]:
    folder, relay = tmp_path_factory.mktemp("team"), RelaySimulator()
    anna = found(folder / "anna", relay.door())
    boris = newcomer(folder / "boris", anna, relay.door(), role="coordinator")
    mila = newcomer(folder / "mila", anna, relay.door(), name="Mila")
    settle(anna, boris, mila)
    part = anna.vault.make_compartment("case").id
    case = Case(id=part, pseudonym="Heron", coordinator_id=mila.session.member_id)
    anna.session.commit(part, write_new(case))
    everybody = [one.session.member_id for one in (anna, boris, mila)]
    grant_case(anna.session, part, everybody)
    settle(anna, boris, mila)
    depart(mila, until=anna.session.now() + 3 * 24 * 3600 * 1000)
    settle(anna, boris)
    (away,) = travel_back.waited_for(anna.session)
    with closing(anna, boris):
        desk = Served(anna.session, language="")
        yield (
            desk,
            {
                "travel": "/safety/travel",
                "words": "/safety/travel/go",
                "back": f"/safety/invite?back={away.id}",
                "safety": "/safety",
                "today": "/",
            },
        )
        desk.stop()


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_pages_are_for_everybody(
    browsing: Browsing, served: tuple[Served, dict[str, str]], lang: str
) -> None:
    desk, pages = served
    for width in (1280, 390):
        page = browsing.page(desk.desk.address(), width=width, lang=lang)
        for name, path in pages.items():
            page.goto(f"http://127.0.0.1:{desk.port}{path}")
            assert find_barriers(page) == [], name
            assert not overflows(page), name
            folder = os.environ.get("PICTURES")
            if folder is not None:
                page.screenshot(path=Path(folder) / f"travel-{name}-{lang}-{width}.png", full_page=True)
    assert browsing.complaints == []
