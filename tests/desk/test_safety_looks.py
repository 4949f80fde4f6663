"""Every page that Safety leads to, in four combinations: no barrier, nothing wider than its window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from tests.support.browser import Browsing, find_barriers, overflows

from leeward.office import opened, safety_ways
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Served

pytestmark = pytest.mark.browser


def pages(session: Session) -> list[str]:
    """Return the addresses of Safety and of everything that it leads to."""
    ways = [way.href.partition("#")[0] for group in safety_ways.ways(session) for way in group.ways]
    return list(dict.fromkeys(["/safety", *ways, "/", f"/history/{session.member_id}"]))


@pytest.mark.parametrize(
    ("lang", "width", "scheme"),
    [("en", 1280, "dark"), ("ru", 1280, "light"), ("en", 390, "light"), ("ru", 390, "dark")],
)
def test_every_page_can_be_read_by_everyone(
    browsing: Browsing,
    server: Served,
    session: Session,
    lang: str,
    width: int,
    scheme: Literal["light", "dark"],
) -> None:
    opened._keep(session, [opened.Told("t" * 26, "m" * 26, "d" * 26, session.now(), session.now())])
    page = browsing.page(server.desk.address(), width=width, height=844, lang=lang, scheme=scheme)
    word = page.locator(f"footer button[name=language][value={lang}]")
    if word.count():
        with page.expect_navigation():
            word.click()
    for path in pages(session):
        page.goto(f"http://127.0.0.1:{server.port}{path}", wait_until="domcontentloaded")
        assert page.locator("html").get_attribute("lang") == lang
        assert not overflows(page), path
        assert find_barriers(page) == [], path
    assert browsing.complaints == []
