"""Partners and referrals in a real browser: nothing wider than its window, no barrier, and the file is saved."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.desk.conftest import Served
from tests.office.referral_scene import allow, given
from tests.support.browser import Browsing, find_barriers, overflows

from leeward.domain.cases.referrals import Referral
from leeward.office import consent, referrals, referrals_after
from leeward.office.casework_base import require
from leeward.office.session import Session
from leeward.seal.envelope import decrypt


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "ru")])
def test_a_referral_is_chosen_read_sealed_and_called_back(
    session: Session, browsing: Browsing, tmp_path: Path, width: int, language: str
) -> None:
    sent = given(session)
    consent.set_consent(session, sent.case, "files", "doctor", "refused")
    allow(session, sent.case, "name", answer="conditional", conditions="Only to the doctor herself")
    served = Served(session, language=language)
    folder = os.environ.get("LEEWARD_LOOK")
    at = f"http://127.0.0.1:{served.port}"
    where = f"{at}/referrals/{sent.case}/{sent.id}"
    try:
        page = browsing.page(served.desk.address(), width=width, height=844, lang=language)

        def look(name: str, address: str) -> None:
            page.goto(address, wait_until="domcontentloaded")
            assert not overflows(page), name
            assert find_barriers(page) == [], name
            if folder:
                page.screenshot(path=Path(folder) / f"referral-{name}-{language}-{width}.png", full_page=True)

        look("partners", f"{at}/safety/partners")
        look("case", f"{at}/people/{sent.case}?tab=work&add=referral")
        referrals.choose(session, sent.id, ["need", "health", "danger"], [], "Please call us first.")
        look("draft", where)
        page.check("input[name=sure]")
        with page.expect_download() as coming:
            page.click("#make button")
        kept = tmp_path / "saved.age"
        coming.value.save_as(kept)
        assert b"qzxmedicine" in decrypt(kept.read_bytes(), [sent.key])
        assert require(session, Referral, sent.id).state == "sent"
        referrals_after.answered(session, sent.id, "accepted", "They see them on Monday.")
        consent.withdraw(session, sent.consents["work"])
        look("back", where)
        look("today", f"{at}/")
    finally:
        browsing.close()
        served.stop()
    assert [told for told in browsing.complaints if "/built/" not in told and "404" not in told] == []
