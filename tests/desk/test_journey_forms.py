"""The journey tab: how they can travel, papers, visas, rides, and what a passport opens; a place's way out of it."""

from __future__ import annotations

import datetime as dt

from tests.desk.conftest import Browser

from leeward.domain.cases.case import Case
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.papers import TravelDocument, VisaApplication
from leeward.domain.relocation.places import Place
from leeward.domain.relocation.ways_out import VisaRules, visa_rules_id
from leeward.office import relocation
from leeward.office.casework_open import open_case
from leeward.office.relocation_journeys import add_record, book_journey
from leeward.office.session import Session
from leeward.office.ways_out import set_country


def case(session: Session) -> str:
    return open_case(session, "", pseudonym="Juniper").case_id


def test_how_they_can_travel(session: Session, browser: Browser) -> None:
    made = case(session)
    page = browser.post(
        f"/people/{made}/means",
        [("ready_on", "2026-05-02"), ("escort", "1"), ("avoid", "plane"), ("avoid", "ferry"), ("avoid", "x")],
    ).text
    there = session.get(Case, made)
    assert there is not None
    assert (there.ready_on, there.escort, sorted(there.avoid_set)) == ("2026-05-02", True, ["ferry", "plane"])
    assert "never alone" in page
    browser.post(f"/people/{made}/means", {"avoid": "plane"})
    there = session.get(Case, made)
    assert there is not None
    assert (there.ready_on, there.escort, there.avoid_set) == ("", False, ("plane",))


def test_what_their_passport_opens(session: Session, browser: Browser) -> None:
    made = case(session)
    browser.post(
        f"/people/{made}/paper", {"paper": "travel-passport", "issuer": "Ostria", "held": "with-them"}
    )
    (paper,) = session.find(TravelDocument)
    set_country(session, "Estmark")
    set_country(session, "Norland")
    assert "nothing is known" in browser.get(f"/people/{made}?tab=journey").text
    rules = VisaRules(
        id=visa_rules_id("Ostria"), passport="Ostria", table={"Estmark": "90", "Norland": "required"}
    )
    session.save_new(session.compartment_of("beds"), rules)
    page = browser.get(f"/people/{made}?tab=journey").text
    assert "Estmark: 90 days without a visa" in page
    assert "Norland: visa needed" in page
    browser.post(f"/people/{made}/papers/{paper.id}/set", {"issuer": "Kelmark", "expires": "2030-01-01"})
    (paper,) = session.find(TravelDocument)
    assert (paper.issuer, paper.expires, paper.paper) == ("Kelmark", "2030-01-01", "passport")


def test_a_visa_from_the_first_question_to_the_appeal(session: Session, browser: Browser) -> None:
    made = case(session)
    set_country(session, "Norland", lead_days=12)
    visa = add_record(session, VisaApplication, made, country="Norland", stage="asked")
    assert "usually 12 days from the appointment" in browser.get(f"/people/{made}?tab=journey").text
    fields = {
        "stage": "refused",
        "decided": "2026-04-03",
        "refusal_reason": "no ties",
        "appeal_by": "2026-04-08",
        "letters": "two",
        "appointment": "2026-04-01T09:00",
    }
    page = browser.post(f"/people/{made}/visas/{visa}/set", fields).text
    there = session.get(VisaApplication, visa)
    assert there is not None
    assert (there.stage, there.refusal_reason, there.appeal_by) == ("refused", "no ties", "2026-04-08")
    assert "appeal by" in page
    assert "last day to appeal" in browser.get("/").text


def test_a_ride_gets_its_ticket_companion_and_handover(session: Session, browser: Browser) -> None:
    made = case(session)
    book_journey(session, made, "Norland", [Leg(id="", to_town="Norland")])
    (leg,) = session.find(Leg)
    fields = {
        "ticket": "AB 12",
        "handover": "Ilse, Norland",
        "companion": session.member_id,
        "name_checked": "1",
        "departs": "2026-04-09T09:00",
        "arrives": "2026-04-09T12:00",
    }
    browser.post(f"/people/{made}/legs/{leg.id}/change", fields)
    there = session.get(Leg, leg.id)
    assert there is not None
    assert (there.ticket, there.handover, there.companion_id) == ("AB 12", "Ilse, Norland", session.member_id)
    assert there.name_checked
    assert dt.timedelta(milliseconds=there.arrives - there.departs) == dt.timedelta(hours=3)
    backwards = {**fields, "arrives": "2026-04-09T08:00"}
    assert browser.post(f"/people/{made}/legs/{leg.id}/change", backwards).status_code == 409


def test_a_place_says_what_it_costs_and_how_everybody_gets_out(session: Session, browser: Browser) -> None:
    place = relocation.add_place(session, "Harbour 1", 4)
    assert "nobody wrote down how everybody gets out" in browser.get(f"/places/{place}").text
    fields = {
        "beds": "4",
        "night": "9,50",
        "swept": "2026-04-01",
        "leaving": "By the back stairs to the Farm.",
    }
    page = browser.post(f"/places/{place}/facts", fields).text
    there = session.get(Place, place)
    assert there is not None
    assert (there.night_cents, there.swept) == (950, "2026-04-01")
    assert "By the back stairs" in page
