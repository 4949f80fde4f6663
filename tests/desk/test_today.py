from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.reporter import Reporter, item_id

from leeward.domain.team import Member
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.office import intake
from leeward.office.relay import set_relay
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser, TestClock


def test_the_first_day_says_how_to_begin(browser: Browser) -> None:
    page = browser.get("/").text
    assert "Welcome" in page
    assert "leeward demo" in page


def test_the_ordered_list_has_who_waits_with_the_button_that_does_it(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    intake.take_in(session, item_id(), Reporter(session).first("меня отпустили вчера"))
    clock.pass_minutes(360)
    page = browser.get("/").text
    assert "1 thing needs you" in page
    assert "Waiting 6 hours" in page
    assert "“меня отпустили вчера”" in page
    assert "Nothing else needs you." in page


def test_whoever_has_hours_comes_before_whoever_waits_longer(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    intake.log_call(session, "первый, терпит", urgency="standard")
    clock.pass_minutes(60)
    intake.log_call(session, "второй, срочно", urgency="immediate")
    clock.pass_minutes(30)
    page = browser.get("/").text
    assert page.index("второй, срочно") < page.index("первый, терпит")


def test_when_all_is_answered_it_says_so(session: Session, browser: Browser) -> None:
    contact = intake.log_call(session, "звонок")
    intake.settle(session, contact)
    page = browser.get("/").text
    assert "Nothing needs you now" in page
    assert "Nobody waits for you, nothing is late." in page


def test_duty_is_taken_and_ended(browser: Browser) -> None:
    assert "On duty until 8 Apr, 05:17." in browser.post("/duty", {"hours": "8"}).text
    assert "Off duty." in browser.post("/duty", {"hours": "0"}).text
    assert browser.post("/duty", {"hours": "99"}).status_code == 409


def test_what_a_colleague_has_in_hand_stands_apart_under_their_name(
    session: Session, browser: Browser, clock: TestClock
) -> None:
    anton = session.make_id()
    until = session.now() + 8 * 3_600_000
    told = Member(id=anton, name="Anton", role="operator", on_duty_until=until)
    session.commit(
        session.compartment_of("team"), write_new(told), put("member", session.member_id, role="documenter")
    )
    intake.log_call(session, "терпит", urgency="standard")
    intake.log_call(session, "срочно", urgency="immediate")
    clock.pass_minutes(60)
    page = browser.get("/").text
    assert "1 thing needs you" in page
    mine, _, theirs = page.partition('id="others"')
    assert "срочно" in mine
    assert "терпит" in theirs
    assert "It waits for Anton." in theirs


def test_the_first_day_links_the_intake_page_only_if_it_is_on_this_computer(
    session: Session, browser: Browser
) -> None:
    set_relay(session.vault, "http://abcdefghijklmnop.onion")
    assert ".onion" not in browser.get("/").text
    set_relay(session.vault, "http://127.0.0.1:8000")
    assert 'href="http://127.0.0.1:8000"' in browser.get("/").text
