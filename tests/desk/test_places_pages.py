from __future__ import annotations

from pathlib import Path

from tests.desk.conftest import Browser, Served, TestClock
from tests.desk.scene import act_out, night
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, found, newcomer, settle

from leeward.domain.relocation.beds import Stay
from leeward.domain.relocation.journeys import Leg
from leeward.domain.relocation.places import Place
from leeward.office import relocation, relocation_journeys
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.relay import use_relay
from leeward.office.session import Session

HOSTILE = "<img src=x onerror=alert(1)>\x07\u202e"


def test_no_place_yet_says_what_one_is(browser: Browser) -> None:
    assert "No place is on the list yet." in browser.get("/places").text


def test_a_place_is_added_with_its_address_sealed(session: Session, browser: Browser) -> None:
    fields = {"name": "Harbour 1", "beds": "4", "address": "Invented Street 5", "enter": "the second bell"}
    page = browser.post("/places/new", fields)
    assert "Harbour 1" in page.text
    assert "Invented Street" not in page.text
    assert "Invented Street" not in browser.get("/places").text
    place = session.find(Place)[0].id
    assert "Invented Street" not in browser.get(f"/places/{place}").text
    assert browser.post(f"/places/{place}/open", {"why": ""}).status_code == 409
    opened = browser.post(f"/places/{place}/open", {"reason": "visit", "why": "a delivery"})
    assert opened.status_code == 200
    assert "Invented Street 5" in opened.text
    assert "a delivery" in opened.text
    browser.post(f"/places/{place}/open", {"do": "close"})
    after = browser.get(f"/places/{place}")
    assert "Invented Street" not in after.text
    assert "a delivery" in after.text


def test_the_board_shows_people_free_beds_and_what_is_wrong(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    act_out(session, clock)
    page = browser.get("/places").text
    assert "2 people sleep in an exposed place tonight" in page
    assert "7 free, not given while doubtful" in page
    assert "rent ends" in page
    assert "planned" in page
    assert page.index("Harbour 4") < page.index("Flat K")
    assert browser.get(f"/places?from={night(session, 7)}").status_code == 200
    for odd in ("tomorrow", "0001-01-01", "9999-12-31", "'; --", "2017-02-30"):
        assert browser.get("/places").status_code == 200
        assert browser.client.get("/places", params={"from": odd}).status_code == 200


def test_an_exposed_place_moves_people_out_with_one_press(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    ids = act_out(session, clock)
    place = ids["Harbour 4"]
    page = browser.get(f"/places/{place}").text
    assert page.count("Move them tonight") == 2
    for stay in session.find(Stay, place_id=place):
        browser.post(f"/places/stays/{stay.id}/move", {"place": ids["Flat K"], "last": stay.last_night})
    assert "Nobody sleeps here any more." in browser.get(f"/places/{place}").text
    assert "beds are free tonight" in browser.get("/places").text
    assert "5 beds, 2 people tonight" in browser.get(f"/places/{ids['Flat K']}").text


def test_the_rules_hold_on_the_page_and_say_why(session: Session, browser: Browser, clock: TestClock) -> None:
    ids = act_out(session, clock)
    place = relocation.add_place(session, "Room", 1)
    first = {"case": ids["Rowan"], "first": tonight(session)}
    browser.post(f"/places/{place}/bring", first)
    refused = browser.post(f"/places/{place}/bring", {**first, "case": ids["Heather"]})
    assert refused.status_code == 409
    assert "0 free beds" in refused.text
    assert (
        "exposed" in browser.post(f"/places/{ids['Harbour 4']}/bring", {**first, "case": ids["Heather"]}).text
    )
    (stay,) = session.find(Stay, place_id=place)
    browser.post(f"/places/stays/{stay.id}/came")
    browser.post(f"/places/stays/{stay.id}/nights", {"first": tonight(session), "last": night(session, 2)})
    browser.post(f"/places/stays/{stay.id}/left")
    assert session.find(Stay, place_id=place)[0].state == "left"
    assert browser.post(f"/places/stays/{stay.id}/vanish").status_code == 404
    assert browser.post(f"/places/{place}/vanish").status_code == 404


def test_a_place_is_marked_exposed_from_the_board(session: Session, browser: Browser) -> None:
    place = relocation.add_place(session, "Harbour 1", 2)
    assert "Harbour 1" in browser.get("/places/exposed").text
    assert browser.post("/places/exposed", {"place": place, "reason": ""}).status_code == 409
    page = browser.post("/places/exposed", {"place": place, "reason": "a stranger asked"}).text
    assert "Exposed since" in page
    assert "a stranger asked" in page
    browser.post(f"/places/{place}/exposure", {"exposure": "clean", "reason": ""})
    browser.post(f"/places/{place}/facts", {"beds": "3", "rules": "No calls.", "swept": tonight(session)})
    browser.post(f"/places/{place}/address", {"address": "Other Street", "enter": ""})
    browser.post(f"/places/{place}/retire")
    found = session.get(Place, place)
    assert found is not None
    assert (found.exposure, found.capacity, found.rules) == ("clean", 3, "No calls.")
    assert found.retired_at
    assert "No place is on the list yet." in browser.get("/places").text
    browser.post(f"/places/{place}/restore")
    assert "Harbour 1" in browser.get("/places").text


def test_names_of_places_are_only_text_and_have_a_length(session: Session, browser: Browser) -> None:
    page = browser.post("/places/new", {"name": HOSTILE, "beds": "2", "rules": HOSTILE})
    assert "<img src=x" not in page.text
    assert "\u202e" not in page.text
    for address in ("/places", "/places/exposed"):
        assert "<img src=x" not in browser.get(address).text
    long = browser.post("/places/new", {"name": "x" * 10_000, "beds": "2"})
    assert long.status_code == 409
    assert "x" * 10_000 in long.text
    assert browser.post("/places/new", {"name": "x", "beds": "0"}).status_code == 409
    assert browser.post("/places/new", {"name": "x", "beds": "many"}).status_code == 409
    assert len(session.find(Place)) == 1


def test_places_and_journeys_in_russian(session: Session, clock: TestClock) -> None:
    ids = act_out(session, clock)
    served = Served(session, language="ru")
    reader = Browser(served)
    try:
        assert "2 человека ночуют сегодня в раскрытом месте" in reader.get("/places").text
        assert "Кто здесь ночует" in reader.get(f"/places/{ids['Harbour 4']}").text
        assert "В пути 1 человек" in reader.get("/journeys").text
        for address in ("/places/new", "/places/exposed", "/journeys/new", "/people", "/people/open"):
            assert reader.get(address).status_code == 200
    finally:
        reader.client.close()
        served.stop()


def test_journeys_stand_by_stage_and_say_who_leaves_next(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    assert "Nobody is on this way yet." in browser.get("/journeys").text
    act_out(session, clock)
    page = browser.get("/journeys").text
    assert "1 person is on the way" in page
    assert "Next to leave: Birch" in page
    assert page.index("Safe place") < page.index("Documents") < page.index("Arrived")


def test_a_journey_is_booked_from_its_form(session: Session, browser: Browser) -> None:
    case = open_case(session, "", pseudonym="Birch").case_id
    fields = {
        "case": case,
        "destination": "Norland",
        "mode1": "train",
        "from1": "P.",
        "to1": "M.",
        "departs1": "2026-04-09T12:00",
        "arrives1": "2026-04-09T18:00",
        "mode2": "plane",
        "to2": "Norland",
        "departs2": "2026-04-10T12:00",
        "check": "30",
    }
    assert "A way out for Birch" in browser.get(f"/journeys/new?case={case}").text
    page = browser.post("/journeys/new", fields).text
    assert "The journey is planned" in page
    (view,) = relocation_journeys.journeys_of(session, case)
    assert [leg.mode for leg in view.legs] == ["train", "plane"]
    leg = view.legs[0]
    assert view.check_ins[leg.id][0].due == leg.arrives + 30 * 60_000
    page = browser.post(f"/people/{case}/legs/{leg.id}/set", {"state": "booked", "ticket": "R-27"}).text
    assert "R-27" in page
    wrong = browser.post("/journeys/new", {**fields, "arrives1": "2026-04-09T10:00"})
    assert wrong.status_code == 409
    assert "arrives before it departs" in wrong.text
    assert browser.post("/journeys/new", {"destination": "Norland"}).status_code == 404
    assert len(session.find(Leg)) == 2


def test_two_exposures_written_apart_are_settled_on_the_place(
    session: Session, browser: Browser, tmp_path: Path
) -> None:
    relay = RelaySimulator()
    use_relay(session.vault, relay.door())
    here = Desk(session, relay.door())
    place = relocation.add_place(session, "Harbour 1", 2)
    there = newcomer(tmp_path / "boris", here, relay.door())
    settle(here, there)
    try:
        relocation.set_exposure(session, place, "exposed", "a stranger asked")
        relocation.set_exposure(there.session, place, "doubtful", "a car")
        settle(here, there)
        page = browser.get(f"/places/{place}").text
        assert "without sight of each other" in page
        assert "Boris" in page
        record = session.vault.get(place)
        assert record is not None
        for field in list(record.conflicts):
            fields = {"record": place, "field": field, "choice": "0", "back": f"/places/{place}"}
            page = browser.post("/settle", fields).text
        assert "Settled." in page
        assert "without sight of each other" not in page
        assert browser.post("/settle", {"record": place, "field": "x", "choice": "0"}).status_code == 409
    finally:
        there.close()


def test_a_closed_case_frees_its_bed_or_says_that_one_is_still_held(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    ids = act_out(session, clock)
    juniper, larch = ids["Juniper"], ids["Larch"]
    assert "Free the bed: Harbour 2, from tonight" in browser.get(f"/people/{juniper}").text
    page = browser.post(
        f"/people/{juniper}/close", {"reason": "safe-abroad", "review": "", "free_beds": "1"}
    ).text
    assert "still held" not in page
    assert relocation.beds_held(session, juniper) == []
    kept = browser.post(f"/people/{larch}/close", {"reason": "safe-abroad", "review": ""}).text
    assert "a bed is still held for them: Harbour 1." in kept
    assert "still held" not in browser.post(f"/people/{larch}/free-beds").text
    assert relocation.beds_held(session, larch) == []


def test_whoever_may_not_know_the_beds_is_told_no_numbers_of_beds(tmp_path: Path) -> None:
    relay = RelaySimulator()
    mila = found(tmp_path / "mila", relay.door())
    act_out(mila.session)
    vera = newcomer(tmp_path / "vera", mila, relay.door(), name="Vera", role="documenter")
    settle(mila, vera)
    served = Served(vera.session)
    reading = Browser(served)
    try:
        page = reading.get("/places").text
        assert "1 place is exposed" in page
        assert "sealed to you" in page
        for wrong in (" free<", "have no bed", "Without a bed", "people sleep"):
            assert wrong not in page
    finally:
        reading.client.close()
        served.stop()
        for desk in (mila, vera):
            desk.close()
