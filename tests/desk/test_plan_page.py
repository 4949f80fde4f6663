"""The proposal on the page: worked out by the real planner in a process of its own, changed by hand, accepted."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import pytest
from tests.desk.conftest import Browser, Served

from leeward.domain.relocation.journeys import Journey
from leeward.domain.relocation.papers import TravelDocument
from leeward.domain.relocation.ways_out import Plan, VisaRules, WayOut, visa_rules_id
from leeward.office import relocation
from leeward.office.casework import set_risk
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.planning.proposal import Table
from leeward.office.relocation_journeys import add_record
from leeward.office.session import Session


def case(session: Session, name: str, risk: str) -> str:
    made = open_case(session, "", pseudonym=name).case_id
    set_risk(session, made, risk, "as told")
    add_record(session, TravelDocument, made, paper="travel-passport", issuer="Ostria", held="with-them")
    return made


def way(session: Session, days: int, seats: int = 1) -> str:
    day = (dt.date.fromisoformat(tonight(session)) + dt.timedelta(days=days)).isoformat()
    made = WayOut(id=session.make_id(), country="Estmark", day=day, seats=seats)
    session.save_new(session.compartment_of("beds"), made)
    return made.id


def scene(session: Session) -> dict[str, str]:
    """Two people, two beds, two ways out of one seat each; no visa is needed."""
    relocation.add_place(session, "Harbour 1", 2)
    rules = VisaRules(id=visa_rules_id("Ostria"), passport="Ostria", table={"Estmark": "free"})
    session.save_new(session.compartment_of("beds"), rules)
    made = {"near": way(session, 5), "far": way(session, 12)}
    return made | {"Juniper": case(session, "Juniper", "extreme"), "Aspen": case(session, "Aspen", "low")}


@pytest.fixture
def table(server: Served) -> Iterator[Table]:
    found = server.desk.state.planning
    found.seconds = 10
    yield found
    found.drop()


def wait(table: Table) -> None:
    work = table.work
    assert work is not None
    until = time.monotonic() + 30
    while work.running and time.monotonic() < until:
        time.sleep(0.05)
    assert not work.running
    assert work.failed == ""


def test_who_is_in_more_danger_leaves_first_and_the_page_says_why(
    session: Session, browser: Browser, table: Table
) -> None:
    ids = scene(session)
    assert "Nothing is on the table." in browser.get("/journeys/plan").text
    browser.post("/journeys/plan/begin")
    wait(table)
    page = browser.get("/journeys/plan").text
    assert "A way out for 2 of 2 people" in page
    assert "Juniper" in page
    assert page.index("Juniper") < page.index("Aspen")
    assert "Why?" in page
    assert session.find(Journey) == []  # nothing is written before it is accepted
    browser.post("/journeys/plan/accept", [("case", ids["Juniper"]), ("case", ids["Aspen"])])
    assert {one.case_id: one.way_out_id for one in session.find(Journey)} == {
        ids["Juniper"]: ids["near"],
        ids["Aspen"]: ids["far"],
    }
    assert [one.accepted for one in session.find(Plan)] == [2]


def test_decided_by_hand_the_plan_goes_around_it_until_it_is_let_go(
    session: Session, browser: Browser, table: Table
) -> None:
    ids = scene(session)
    browser.post("/journeys/plan/begin")
    wait(table)
    browser.post(f"/journeys/plan/{ids['Aspen']}/decide", {"what": "fix", "way": ids["near"]})
    wait(table)
    page = browser.get("/journeys/plan").text
    assert "by hand" in page
    assert page.index("Aspen") < page.index("Juniper")
    browser.post(f"/journeys/plan/{ids['Aspen']}/decide", {"what": "free"})
    wait(table)
    page = browser.get("/journeys/plan").text
    assert page.index("Juniper") < page.index("Aspen")


def test_what_changed_meanwhile_is_never_written_over(
    session: Session, browser: Browser, table: Table
) -> None:
    ids = scene(session)
    browser.post("/journeys/plan/begin")
    wait(table)
    case(session, "Elm", "high")
    answer = browser.post("/journeys/plan/accept", [("case", ids["Juniper"])])
    assert answer.status_code == 409
    assert session.find(Journey) == []
    wait(table)
    assert "3 people" in browser.get("/journeys/plan").text


def test_only_what_is_ticked_is_written(session: Session, browser: Browser, table: Table) -> None:
    ids = scene(session)
    browser.post("/journeys/plan/begin")
    wait(table)
    browser.post("/journeys/plan/accept", [("case", ids["Aspen"]), ("case", "nobody")])
    assert [one.case_id for one in session.find(Journey)] == [ids["Aspen"]]


def test_with_nobody_to_plan_for_it_says_so(browser: Browser, table: Table) -> None:
    answer = browser.post("/journeys/plan/begin")
    assert answer.status_code == 409
    assert "Nobody waits for a way out." in answer.text


def test_what_cannot_all_be_kept_is_named_and_can_be_let_go(
    session: Session, browser: Browser, table: Table
) -> None:
    ids = scene(session)
    browser.post("/journeys/plan/begin")
    wait(table)
    for name in ("Juniper", "Aspen"):  # one seat, two people, both decided by hand
        browser.post(f"/journeys/plan/{ids[name]}/decide", {"what": "fix", "way": ids["near"]})
    work = table.work
    assert work is not None
    until = time.monotonic() + 30
    while work.running and time.monotonic() < until:
        time.sleep(0.05)
    assert work.best is None
    page = browser.get("/journeys/plan").text
    assert "No plan was found." in page
    assert "These cannot all be kept" in page
    assert "Juniper" in page
    assert "Aspen" in page
    browser.post(f"/journeys/plan/{ids['Aspen']}/decide", {"what": "free"})
    wait(table)
    assert "A way out for 2 of 2 people" in browser.get("/journeys/plan").text
