"""Ways out, rules, money, plan, partners, referrals, load, sheet, journey and consent: no barrier, nothing too wide.

Every fold is opened first: what is folded must fit as well.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path
from typing import Literal

import pytest
from tests.desk.conftest import Browser, Served
from tests.desk.test_visa_rules_pages import upload
from tests.office.referral_scene import Sent, allow, given
from tests.support.browser import Browsing, find_barriers, overflows

from leeward.domain.relocation.papers import TravelDocument
from leeward.domain.relocation.ways_out import VisaRules, WayOut, visa_rules_id
from leeward.office import casework, expenses, grants, referrals, relocation, seats, visa_rules, ways_out
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.relocation_journeys import add_record, add_visa, book_by_way, break_off
from leeward.office.session import Session

pytestmark = pytest.mark.browser


def day(session: Session, days: int) -> str:
    return (dt.date.fromisoformat(tonight(session)) + dt.timedelta(days=days)).isoformat()


def filled(session: Session) -> tuple[Sent, str, str]:
    """Return a referral, a child of the family and a grant, with something in every list of these pages."""
    sent = given(session)
    relocation.add_place(session, "Harbour 1", 4)
    mother = casework.add_person(session, sent.case, relation="mother", risk="high", travels=True)
    child = casework.add_person(session, sent.case, relation="child", minor=True, travels=True)
    allow(session, sent.case, "work", person_id=child, speaker_id=mother)
    referrals.choose(session, sent.id, ["need", "health", "danger"], [], "Please call us first.")
    table = {"LT": "90", "NO": "required", "EE": "closed", "PT": "e-visa"}
    rules = VisaRules(id=visa_rules_id("RU"), passport="RU", table=table, source="a public table")
    session.save_new(session.compartment_of("beds"), rules)
    visa_rules.know_better(
        session, "RU", "LT", "required", reason="Since the spring they ask.", day=day(session, 0)
    )
    for country in table:
        ways_out.set_country(
            session, country, lead_days=12, fee_cents=6_000, source="their own pages", as_of=day(session, 0)
        )
    ways = [
        ways_out.add_ways(
            session,
            WayOut(
                id="",
                country=country,
                mode="plane",
                from_town="Saint Petersburg",
                to_town="Thessaloniki",
                day=day(session, 4),
                leaves="21:40",
                seats=3,
                cost_cents=123_456,
                escort=True,
            ),
            weeks=6,
        )
        for country in ("LT", "PT")
    ]
    ways_out.withdraw(session, ways[1][1])
    ways_out.set_appointments(session, "LT", day(session, 3), 1, weeks=5)
    book_by_way(session, sent.case, ways[0][0])
    break_off(session, book_by_way(session, sent.case, ways[1][0], people=2))
    others = [open_case(session, "", pseudonym=name, risk="extreme").case_id for name in ("Aspen", "Rowan")]
    for other in others:
        add_record(session, TravelDocument, other, paper="travel-passport", issuer="RU", held="with-them")
        book_by_way(session, other, ways[0][0], all_the_same=True)
    seats.take(session, others[0], ways[1][2], 1)  # held for nothing
    at = (
        int(dt.datetime.combine(dt.date.fromisoformat(day(session, 3)), dt.time(9)).astimezone().timestamp())
        * 1000
    )
    add_visa(session, sent.case, country="LT", stage="asked", appointment=at, people=1)
    add_visa(session, others[0], country="LT", stage="asked", appointment=at, all_the_same=True)
    grant = grants.add_grant(
        session,
        "A very long name of a fund that asks no names",
        lines={"food": 1_234_567, "housing": 90_000_000},
    )
    for _ in range(3):
        expenses.spend(
            session,
            sent.case,
            "food",
            9_999_999,
            what="bread and medicine",
            day=day(session, 0),
            grant_id=grant,
        )
    grants.pay(session, grant, "housing", 10_000, currency="KZT", day=day(session, 0))
    grants.set_rate(session, "KZT", day(session, -40), "0.0019", source="a central bank with a long name")
    return sent, child, grant


@pytest.mark.parametrize(("lang", "widths", "scheme"), [("en", (1280,), "dark"), ("ru", (320, 390), "light")])
def test_every_page_of_what_there_is_to_give(
    browsing: Browsing, session: Session, lang: str, widths: tuple[int, ...], scheme: Literal["light", "dark"]
) -> None:
    sent, child, grant = filled(session)
    served = Served(session, language=lang)
    folder = os.environ.get("LEEWARD_LOOK")
    try:
        page = browsing.page(served.desk.address(), width=widths[-1], height=844, lang=lang, scheme=scheme)
        table = served.desk.state.planning
        table.seconds = 2
        table.begin()
        wrong: list[str] = []
        paths = {
            "ways": "/journeys/ways",
            "rules": "/journeys/rules",
            "passports": "/journeys/rules?file",
            "money": "/journeys/money",
            "report": f"/journeys/money/{grant}/report",
            "new": f"/journeys/new?case={sent.case}",
            "partners": "/safety/partners",
            "referral": f"/referrals/{sent.case}/{sent.id}",
            "caseload": "/caseload",
            "sheet": "/sheet?days=7",
            "journey": f"/people/{sent.case}?tab=journey",
            "consent": f"/people/{sent.case}?tab=consent&who={child}&use=work&audience=doctor",
            "today": "/",
            "plan": "/journeys/plan",
        }
        for name, path in paths.items():
            if name == "passports":
                other = Browser(served)
                assert upload(other, other.get("/journeys/rules/practice.csv").content) == 201
                other.client.close()
            if name == "plan":
                until = time.monotonic() + 30
                while table.work is not None and table.work.running and time.monotonic() < until:
                    time.sleep(0.1)
            page.goto(f"http://127.0.0.1:{served.port}{path}", wait_until="domcontentloaded")
            page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
            for width in widths:
                page.set_viewport_size({"width": width, "height": 844})
                wrong += [f"{name}: wider than {width}"] if overflows(page) else []
                if folder:
                    page.screenshot(path=Path(folder) / f"giving-{name}-{lang}-{width}.png", full_page=True)
            wrong += [f"{name}: {one}" for one in find_barriers(page)]
        table.drop()
        assert "\n".join(wrong) == ""
    finally:
        browsing.close()
        served.stop()
    assert [told for told in browsing.complaints if "/built/" not in told and "404" not in told] == []
