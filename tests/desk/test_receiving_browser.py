"""From partners in a real browser: our key, the file, the decision, the answer; nothing wider than its window."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.desk.conftest import Served
from tests.office.referral_scene import allow, given
from tests.support.browser import Browsing, find_barriers, overflows

from leeward.domain.partners import Partner
from leeward.domain.receiving import Received
from leeward.office import partners, receiving_keys, referrals
from leeward.office.casework_base import require
from leeward.office.session import Session


def _sealed_to_ourselves(session: Session) -> bytes:
    """Return what another team would send: sealed to this one's key."""
    sent = given(session)
    there = require(session, Partner, sent.partner)
    recipient = receiving_keys.own_face(session)[1]
    partners.set_partner(session, sent.partner, name=there.name, audience=there.audience, recipient=recipient)
    allow(session, sent.case, "files", answer="conditional", conditions="Only on paper, never by mail")
    (key,) = {key for one in sent.view(session).choices for key, _ in one.met_keys}
    chosen = ["need", "health", "danger", f"file:{sent.file}"]
    referrals.choose(session, sent.id, chosen, [key], "Please call us first.")
    return sent.make(session).sealed


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "ru")])
def test_a_file_is_opened_decided_on_and_answered(
    session: Session, browsing: Browsing, tmp_path: Path, width: int, language: str
) -> None:
    served = Served(session, language=language)
    folder = os.environ.get("LEEWARD_LOOK")
    at = f"http://127.0.0.1:{served.port}"
    try:
        page = browsing.page(served.desk.address(), width=width, height=844, lang=language)

        def look(name: str, address: str = "") -> None:
            if address:
                page.goto(address, wait_until="domcontentloaded")
            assert not overflows(page), name
            assert find_barriers(page) == [], name
            if folder:
                page.screenshot(path=Path(folder) / f"received-{name}-{language}-{width}.png", full_page=True)

        look("empty", f"{at}/received")
        page.fill("input[name=called]", "Lantern line")
        page.click("#make-key button")
        page.wait_for_selector("#key .print.big")
        file = tmp_path / "sent.age"
        file.write_bytes(_sealed_to_ourselves(session))
        look("key", f"{at}/received")
        page.set_input_files("input[type=file]", file)
        page.wait_for_selector("#paper")
        look("opened")
        (came,) = session.find(Received)
        page.fill("input[name=heard]", came.sha256[:16])
        page.press("input[name=heard]", "Enter")
        page.wait_for_selector(".tag.good")
        page.click("#decide button[value=inbox]")
        page.wait_for_url("**/inbox/**")
        look("conversation")
        look("answer", f"{at}/received/{came.id}")
        page.check("input[name=sure]")
        with page.expect_download() as coming:
            page.click("#answer button")
        coming.value.save_as(tmp_path / "answer.age")
        page.goto(f"{at}/received", wait_until="domcontentloaded")
        page.set_input_files("input[type=file]", tmp_path / "answer.age")
        page.wait_for_url("**/referrals/**")
        look("answered")
        look("list", f"{at}/received")
        look("today", f"{at}/")
        look("partners", f"{at}/safety/partners")
    finally:
        browsing.close()
        served.stop()
    assert [told for told in browsing.complaints if "/built/" not in told and "404" not in told] == []
