"""The page for coming back in a real browser: nothing wider than the window, nothing that bars anybody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.desk.conftest import Served
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.recovery import agree, keep_up, key_of
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import PASSPHRASE, closing, found, newcomer, settle

from leeward.office import recovery
from leeward.office.recovery_rehearse import begin

pytestmark = pytest.mark.browser
HERE = "/safety/recovery"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, relay = tmp_path_factory.mktemp("team"), RelaySimulator()
    mila = found(folder / "mila", relay.door(), name="Mila")
    anton = newcomer(folder / "anton", mila, relay.door(), name="Anton", role="safety")
    settle(mila, anton)
    with closing(mila, anton):
        agree(mila, anton)
        recovery.take_out(anton.session, PASSPHRASE, "sheet")
        begin(mila.session, key_of(mila).words())
        keep_up(mila, anton)
        recovery.propose(anton.session, 2, recovery.holders(anton.session))
        settle(mila, anton)
        desk = Served(mila.session, language="")
        yield desk
        desk.stop()


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_page_and_the_sheets_are_for_everybody(browsing: Browsing, served: Served, lang: str) -> None:
    for width in (1280, 390):
        page = browsing.page(served.desk.address(), width=width, lang=lang)
        page.goto(f"http://127.0.0.1:{served.port}{HERE}")
        assert find_barriers(page) == []
        assert not overflows(page)
        _look(page, f"recovery-{lang}-{width}")
        page.fill("input[name=passphrase]", PASSPHRASE)
        page.check("input[value=sheets]")
        page.locator("#words form button").first.click()
        page.wait_for_selector("article ol")
        assert page.locator("article").count() == 3
        assert find_barriers(page) == []
        assert not overflows(page)
        _look(page, f"sheets-{lang}-{width}")
    assert browsing.complaints == []


def _look(page: object, name: str) -> None:
    """Keep a picture for whoever wants to judge it, if PICTURES names a folder."""
    folder = os.environ.get("PICTURES")
    if folder is not None:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)  # type: ignore[attr-defined]
