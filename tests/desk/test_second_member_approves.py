"""An expense is approved by another member than who wrote it, on that member's own desk."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.desk.conftest import Browser, Served
from tests.support.clocks import HandClock
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.domain.cases.work import Expense
from leeward.domain.money import Payment
from leeward.office import grants
from leeward.office.casework_open import open_case


@contextlib.contextmanager
def served(desk: Desk) -> Iterator[Browser]:
    server = Served(desk.session)
    browser = Browser(server)
    try:
        yield browser
    finally:
        browser.client.close()
        server.stop()


def test_the_second_member_presses_the_button_that_the_first_does_not_have(tmp_path: Path) -> None:
    relay, clock = RelaySimulator(), HandClock()
    anna = found(tmp_path / "anna", relay.door(), clock=clock)
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="coordinator", clock=clock)
    with closing(anna, boris):
        settle(anna, boris)
        grant = grants.add_grant(anna.session, "Spring", lines={"food": 100_000})
        case = open_case(anna.session, "", pseudonym="Elm", member_ids=[boris.session.member_id]).case_id
        here = f"/people/{case}?tab=journey"
        with served(anna) as hers:
            spent = {"sum": "9,50", "currency": "EUR", "line": "food", "what": "bread", "grant": grant}
            hers.post(f"/people/{case}/expense", spent)
            (expense,) = anna.session.find(Expense)
            press = f"/people/{case}/expenses/{expense.id}/approve"
            assert press not in hers.get(here).text
            assert hers.post(press).status_code == 409
            assert "not approved yet" in hers.get("/journeys/money").text
            settle(anna, boris)
            with served(boris) as his:
                assert press in his.get(here).text
                page = his.post(press).text
                assert "approved by Boris" in page
                assert press not in page
            settle(anna, boris)
            assert "approved by Boris" in hers.get(here).text
            assert "approved by Boris" in hers.get("/journeys/money").text
        for desk in (anna, boris):
            (payment,) = desk.session.find(Payment)
            assert payment.approver_id == boris.session.member_id
            assert payment.created_by == anna.session.member_id
