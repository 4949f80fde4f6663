"""Working the hotline in a real Chromium: a call by keyboard, orders and quick answers by key, notifications."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import Page, expect
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.reporter import Reporter, item_id

from leeward.domain.intake import Contact, Letter, Shift
from leeward.domain.team import Member
from leeward.domain.typed import write_new
from leeward.office import intake
from leeward.office.intake import watch
from leeward.office.intake.view import set_view
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Served, TestClock

pytestmark = pytest.mark.browser


def opened(browsing: Browsing, server: Served, path: str = "/", **how: Any) -> Page:
    how = {"width": 1280, "height": 800, "lang": "en", **how}
    page = browsing.page(server.desk.address(), **how)
    page.goto(f"http://127.0.0.1:{server.port}{path}")
    return page


def arrive(session: Session, text: str, **more: Any) -> Reporter:
    reporter = Reporter(session)
    intake.take_in(session, item_id(), reporter.first(text, **more))
    return reporter


def test_a_call_is_written_down_by_keyboard_alone_in_few_keys(
    browsing: Browsing, server: Served, session: Session
) -> None:
    page = opened(browsing, server, "/inbox")
    began = time.monotonic()
    said = "Просит кровать на две ночи, перезвонит в девять"
    page.keyboard.press("n")
    page.wait_for_url("**/inbox/call")
    expect(page.locator("textarea[name=text]")).to_be_focused()
    page.keyboard.type(said)
    order = []
    for _ in range(4):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.name"))
    assert order == ["urgency", "channel", "language", "contact"]
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")  # the first urgency: hours
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Written down.")).to_be_visible()
    assert time.monotonic() - began < 60
    [letter] = session.find(Letter)
    [contact] = session.find(Contact)
    assert (letter.text, contact.channel, contact.urgency) == (said, "phone", "immediate")
    page.wait_for_load_state()  # the keys are there once the page is
    page.keyboard.press("n")  # and the shortest way: one key, the words, two keys
    expect(page.locator("textarea[name=text]")).to_be_focused()
    page.keyboard.type("молчит")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Written down.")).to_be_visible()
    assert len(session.find(Letter)) == 2
    assert browsing.complaints == []


def test_orders_claims_and_quick_answers_are_one_key_each(
    browsing: Browsing, server: Served, session: Session, clock: TestClock
) -> None:
    arrive(session, "первое")
    clock.pass_minutes(1)
    arrive(session, "второе")
    page = opened(browsing, server, "/inbox")
    for shown in ("longest waiting", "newest", "most urgent"):
        page.keyboard.press("s")
        expect(page.locator("form.view [name=order]")).to_contain_text(shown)
    page.locator("li[data-row]", has_text="первое").locator("a").click()
    page.wait_for_url("**/inbox/*")
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Leave it to others")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("f")
    expect(page.locator("li[data-row]")).to_have_count(1)
    for shown in ("unclaimed", "all"):
        page.keyboard.press("f")
        expect(page.locator("form.view [name=shown]")).to_contain_text(shown)
    page.keyboard.press("a")
    page.keyboard.press("2")
    box = page.locator("textarea[data-draft]")
    assert "Когда вам безопасно" in box.input_value()
    expect(box).to_be_focused()
    expect(page.locator("#quick")).not_to_have_attribute("open", "")
    page.keyboard.press("Escape")
    page.get_by_label("Sensitive: only their true words show it").check()
    page.get_by_role("button", name="Мы прочитали и ответим позже.").click()
    assert page.locator("textarea[name=cover]").input_value() == "Мы прочитали и ответим позже."
    box.press("Control+Enter")
    expect(page.get_by_text("Sealed to their true words alone.")).to_be_visible()
    [sent] = [one for one in session.find(Letter) if one.direction == "out"]
    assert (sent.sensitive, sent.cover) == (True, "Мы прочитали и ответим позже.")
    page.wait_for_load_state()
    page.keyboard.press("z")
    expect(page.get_by_text("It is out of the queue, folded under it.")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("z")
    expect(page.get_by_text("It is in the queue again.")).to_be_visible()
    assert browsing.complaints == []


_RECORDS = """
window.told = [];
window.Notification = class {
  static permission = "granted";
  static requestPermission() { return Promise.resolve("granted"); }
  constructor(title, how) { window.told.push([title, JSON.stringify(how)]); }
  addEventListener() {}
  close() {}
};
document.hasFocus = () => false;
"""


def test_a_notification_says_nothing_and_comes_only_when_allowed(
    browsing: Browsing, server: Served, session: Session, clock: TestClock
) -> None:
    page = opened(browsing, server, "/people")
    page.add_init_script(_RECORDS)
    page.reload()
    arrive(session, "секретное слово")
    expect(page.locator(".places .count")).to_have_text("1 waiting", timeout=3000)
    assert page.evaluate("window.told") == []
    page.goto(f"http://127.0.0.1:{server.port}/inbox/duty")
    page.get_by_role("button", name="Allow notifications").click()
    expect(page.get_by_role("button", name="Do not notify any more")).to_be_visible()
    clock.pass_minutes(1)
    arrive(session, "секретное слово два")
    expect(page.locator(".places .count")).to_have_text("2 waiting", timeout=3000)
    [[title, how]] = page.evaluate("window.told")
    assert title == "Leeward: something new"
    assert how == '{"tag":"leeward","silent":true}'
    assert browsing.complaints == []


def test_whoever_moves_before_an_open_queue_has_looked(
    browsing: Browsing, server: Served, session: Session, clock: TestClock
) -> None:
    page = opened(browsing, server, "/inbox")
    clock.pass_minutes(1)
    arrive(session, "первое")
    expect(page.locator(".places .count")).to_have_text("1 waiting", timeout=3000)
    assert watch.last_look(session) == 0
    clock.pass_minutes(1)
    page.mouse.move(300, 300)
    page.mouse.move(320, 320)
    page.wait_for_timeout(400)
    assert watch.last_look(session) == clock.ms


@pytest.mark.parametrize(
    ("lang", "scheme", "width"),
    [("en", "light", 1280), ("ru", "dark", 1280), ("ru", "light", 390), ("en", "dark", 390)],
)
def test_the_working_pages_have_no_barriers_and_fit(
    browsing: Browsing,
    server: Served,
    session: Session,
    clock: TestClock,
    scheme: Literal["light", "dark"],
    width: int,
    lang: str,
) -> None:
    vera = session.make_id()
    session.commit(session.compartment_of("team"), write_new(Member(id=vera, name="Vera", role="operator")))
    reporter = arrive(session, "меня отпустили вчера, телефон у них. " * 6, urgent=True, path="plain")
    contact = session.find(Contact)[0].id
    intake.answer(session, contact, "В девять. " * 20, sensitive=True, cover="Пока новостей нет. " * 9)
    intake.mark_captured(session, contact, "Пишет иначе. " * 9)
    intake.hand_over(session, contact, vera, "Спроси про мост. " * 9)
    intake.decide(session, contact, "accept", "Завтра.", risky=True)
    clock.pass_minutes(1)
    for _ in range(4):
        arrive(session, "купите таблетки дёшево, прямо сейчас")
    ended = arrive(session, "закончим", facts={"when": "до 8:00 " * 20})
    [over] = [one.contact_id for one in session.find(Letter) if one.text == "закончим"]
    clock.pass_minutes(1)
    intake.take_in(session, item_id(), ended.sealed(voice=ended.way.voice, event="ended"))
    alarmed = arrive(session, "тревога")
    intake.take_in(session, item_id(), alarmed.again("где вы?", alarm=True))
    intake.take_in(session, item_id(), reporter.again("ещё"))
    intake.put_on_heap(session, [intake.log_call(session, "реклама")], "spam")
    watch.add_shift(session, Shift(id="", member_id=vera, line=2, weekday=1, begins=60, ends=50))
    set_view(session, order="longest")
    clock.pass_minutes(600)
    server.desk.state.language = lang
    page = opened(browsing, server, "/", width=width, height=844 if width < 500 else 800, scheme=scheme)
    for path in (
        "/people",
        f"/inbox/{contact}",
        f"/inbox/{over}",
        "/inbox?all=1",
        "/inbox/duty",
        "/inbox/phrases",
        "/inbox/phrases?shelf=cover",
    ):
        page.goto(f"http://127.0.0.1:{server.port}{path}")
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        if page.locator("[name=sensitive]").is_visible():
            page.locator("[name=sensitive]").check()
        assert (path, find_barriers(page)) == (path, [])
        assert not overflows(page), path
    assert browsing.complaints == []


def test_send_is_in_sight_in_a_long_conversation_with_an_alarm_above(
    browsing: Browsing, server: Served, session: Session, clock: TestClock
) -> None:
    reporter = arrive(session, "меня отпустили вчера, телефон у них. " * 4)
    [contact] = [one.id for one in session.find(Contact)]
    for _ in range(6):
        clock.pass_minutes(1)
        intake.answer(session, contact, "Мы прочитали. Кто-нибудь видит сейчас ваш экран?")
        intake.take_in(session, item_id(), reporter.again("пока никто не видит, но недолго"))
    page = opened(browsing, server, f"/inbox/{contact}", width=1280, height=800)
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    other = arrive(session, "тревога")
    intake.take_in(session, item_id(), other.again("где вы?", alarm=True))
    expect(page.get_by_role("link", name="Open what to do")).to_be_visible(timeout=3000)
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    [alarmed] = [one.id for one in session.find(Contact) if one.id != contact]
    page.goto(f"http://127.0.0.1:{server.port}/inbox/{alarmed}")
    expect(page.get_by_role("button", name="I act on this")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"http://127.0.0.1:{server.port}/inbox")  # the queue alone: the alarm stands above it
    expect(page.get_by_role("link", name="Open what to do")).to_be_in_viewport(ratio=1)
    assert browsing.complaints == []
