"""The desk in a real Chromium: live pages, the keyboard, drafts, pictures, and what axe says."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from playwright.sync_api import Page, expect
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.reporter import Reporter, item_id

from leeward.domain.intake import Letter
from leeward.ledger.model import put
from leeward.office import intake
from leeward.office.files import keep_file
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Served

pytestmark = pytest.mark.browser
BUILT = Path(__file__).resolve().parent.parent.parent / "src" / "leeward" / "desk" / "built" / "desk.js"


@pytest.fixture(autouse=True)
def _built() -> None:
    assert BUILT.is_file(), "The desk's scripts are not built. Run: npm ci && npm run build"


def opened(browsing: Browsing, server: Served, path: str = "/", **how: Any) -> Page:
    how = {"width": 1280, "height": 800, "lang": "en", **how}
    page = browsing.page(server.desk.address(), **how)
    page.goto(f"http://127.0.0.1:{server.port}{path}")
    return page


def arrive(session: Session, text: str, **more: Any) -> Reporter:
    reporter = Reporter(session)
    intake.take_in(session, item_id(), reporter.first(text, **more))
    return reporter


def test_a_report_appears_within_two_seconds_and_whoever_types_keeps_their_words(
    browsing: Browsing, server: Served, session: Session
) -> None:
    arrive(session, "первое")
    first = intake.queue(session)[0].contact.id
    page = opened(browsing, server, "/inbox")
    box = page.locator("textarea[name=text][data-draft]")
    box.fill("Мы прочит")
    box.press("ArrowLeft")
    arrive(session, "второе, только что")
    intake.triage(session, intake.queue(session)[1].contact.id, "immediate")  # it is first in the queue now
    expect(page.locator("li[data-row]", has_text="второе, только что")).to_be_visible(timeout=2000)
    expect(page.get_by_text("Something new arrived.")).to_be_visible()
    assert box.input_value() == "Мы прочит"
    assert page.evaluate("document.activeElement.selectionStart") == 8
    box.type("а")
    assert box.input_value() == "Мы прочиат"
    expect(page.get_by_role("region", name="Messages")).to_have_text(re.compile("первое"))  # still theirs
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("It goes by itself")).to_be_visible()
    [sent] = [one for one in session.find(Letter) if one.direction == "out"]
    assert sent.contact_id == first
    assert browsing.complaints == []


def test_a_merge_leaves_focus_folds_and_what_was_said_in_place(
    browsing: Browsing, server: Served, session: Session
) -> None:
    arrive(session, "первое")
    contact = intake.queue(session)[0].contact.id
    page = opened(browsing, server, f"/inbox/{contact}")
    page.locator("textarea[data-draft]").fill("Мы прочитали.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("v")
    page.keyboard.type("Что за")
    for text in ("второе", "третье"):
        arrive(session, text)
        expect(page.locator("li[data-row]", has_text=text)).to_be_visible(timeout=2000)
        page.keyboard.type(" мостом")
    assert page.evaluate("document.activeElement.value") == "Что за мостом мостом"
    expect(page.locator(".said")).to_be_visible()
    for one in ("h1", ".head", ".inbox", ".talk", "aside.facts", "header form.find", "#ask[open]"):
        assert page.locator(one).count() == 1, one
    assert page.locator(".bubble").count() == 2
    assert page.locator("li[data-row]").count() == 3
    server.desk.state.session.commit(
        session.compartment_of("intake"), put("contact", contact, urgency="urgent")
    )
    expect(page.locator("button[name=urgency][aria-pressed=true]")).to_have_count(1)
    assert browsing.complaints == []


def test_what_is_typed_is_saved_and_back_after_leaving(
    browsing: Browsing, server: Served, session: Session
) -> None:
    arrive(session, "первое")
    page = opened(browsing, server, "/inbox")
    page.locator("textarea[data-draft]").fill("Мы с вами")
    expect(page.get_by_text("Draft saved.")).to_be_visible()
    page.goto(f"http://127.0.0.1:{server.port}/")
    page.goto(f"http://127.0.0.1:{server.port}/inbox")
    assert page.locator("textarea[data-draft]").input_value() == "Мы с вами"
    page.locator("textarea[data-draft]").fill("Мы с вами, ответьте")
    page.get_by_role("link", name="Today").click()  # left at once, before the pause
    page.wait_for_url("**/")
    contact = intake.queue(session)[0].contact.id
    page.wait_for_timeout(300)
    assert intake.draft_of(session, contact) == "Мы с вами, ответьте"


def test_the_keyboard_is_enough(browsing: Browsing, server: Served, session: Session) -> None:
    intake.log_call(session, "второй")
    arrive(session, "первое")
    page = opened(browsing, server)
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/inbox")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/*")
    page.keyboard.press("2")
    expect(page.locator("button[name=urgency][aria-pressed=true]")).to_have_text("1–3 days 2")
    first = next(line.contact.id for line in intake.queue(session) if line.preview == "первое")
    page.locator(f"#q-{first} a").click()
    page.wait_for_url(f"**/inbox/{first}")
    page.keyboard.press("w")
    page.keyboard.type("g i ? / 1")  # letters, not keys, while somebody types
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("It goes by itself as soon as the relay answers.")).to_be_visible()
    assert "g i ? / 1" in [letter.text for letter in session.find(Letter)]
    page.wait_for_load_state()
    page.keyboard.press("v")
    assert page.evaluate("document.activeElement.name") == "text"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_url("**/inbox")
    page.keyboard.press("/")
    page.keyboard.type("первое")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?asked=*")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 found")
    page.keyboard.press("?")
    page.wait_for_url("**/keys")


def test_ctrl_l_locks_and_the_page_says_nothing(browsing: Browsing, server: Served) -> None:
    page = opened(browsing, server)
    other = opened(browsing, server, "/safety")
    expect(other.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Control+l")
    expect(page.get_by_role("heading")).to_have_text("Locked")
    expect(other.locator("body")).to_be_empty()
    assert other.title() == ""
    assert server.locked.wait(5)
    assert "Leeward" not in page.content()
    assert page.title() == "Locked"
    assert page.locator("body").evaluate("one => getComputedStyle(one).maxWidth") == "560px"
    assert [told for told in browsing.complaints if "REFUSED" not in told] == []  # nobody answers any more


def test_a_picture_is_blurred_until_asked_for_twice(
    browsing: Browsing, server: Served, session: Session
) -> None:
    circle = session.compartment_of("intake")
    ref = keep_file(session, circle, [_png()], name="IMG_2041.png", media_type="image/png")
    arrive(session, "фото", files=[ref])
    page = opened(browsing, server, "/inbox")
    page.get_by_role("button", name="Show, blurred").click()
    picture = page.locator("figure img")
    expect(picture).to_be_visible()
    assert "blur" in picture.evaluate("one => getComputedStyle(one).filter")
    page.get_by_role("button", name="Show it clearly").click()
    assert "blur" not in picture.evaluate("one => getComputedStyle(one).filter")
    assert browsing.complaints == []


def test_two_desks_on_one_computer_do_not_shut_each_other_out(
    browsing: Browsing, server: Served, session: Session
) -> None:
    from tests.desk.conftest import Served as Another  # noqa: PLC0415

    other = Another(session)
    try:
        page = opened(browsing, server)
        page.goto(other.desk.address())
        page.goto(f"http://127.0.0.1:{server.port}/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")
    finally:
        other.stop()


@pytest.mark.parametrize(
    ("lang", "scheme", "width", "height"),
    [
        ("en", "light", 1280, 800),
        ("ru", "dark", 1280, 800),
        ("ru", "light", 390, 844),
        ("en", "dark", 390, 844),
    ],
)
def test_pages_have_no_barriers_and_fit(
    browsing: Browsing,
    server: Served,
    session: Session,
    scheme: Literal["light", "dark"],
    width: int,
    height: int,
    lang: str,
) -> None:
    reporter = arrive(session, "меня отпустили вчера, телефон у них. " * 6)
    contact = intake.queue(session)[0].contact
    intake.answer(session, contact.id, "Мы прочитали.")
    intake.add_check(session, contact.id, "question", "Что за мостом?")
    intake.set_vetting(session, contact.id, "verified", "Сходится.")
    intake.take_in(session, item_id(), reporter.again("где вы?", alarm=True))
    for urgency in ("immediate", "urgent", "standard", ""):
        intake.log_call(session, "Оченьдлинноесловобезединогопробела" * 8, urgency=urgency)
    session.commit(contact.compartment, put("contact", contact.id, safe_note="не звонить " * 15))
    intake.take_in(session, item_id(), b"damaged")
    server.desk.state.language = lang
    page = opened(browsing, server, "/", width=width, height=height, scheme=scheme)
    for path in (
        "/",
        "/inbox",
        f"/inbox/{contact.id}",
        "/inbox/call",
        "/safety",
        "/safety/computer",
        "/safety/typed",
        "/search?q=мостом",
        "/keys",
    ):
        page.goto(f"http://127.0.0.1:{server.port}{path}")
        assert (path, find_barriers(page)) == (path, [])
        assert not overflows(page), path
    assert browsing.complaints == []


def test_on_a_phone_the_thumb_reaches_every_place(browsing: Browsing, server: Served) -> None:
    page = opened(browsing, server, width=390, height=844)
    bar = page.get_by_role("navigation", name="Places, for the thumb")
    bar.get_by_text("More").click()
    for word in ("Today", "Inbox", "Record", "Figures", "Appeals", "Release", "Safety"):
        expect(bar.get_by_role("link", name=word, exact=True)).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll('.thumb a, .thumb summary, main .btn')]
            .filter((one) => one.getClientRects().length)
            .filter((one) => { const box = one.getBoundingClientRect(); return box.height < 44 || box.width < 44 })
            .map((one) => one.textContent)"""
    )
    assert small == []


def _png() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(96)) for y in range(32))
    head = struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_on_a_phone_a_conversation_opens_at_its_newest_with_a_way_back(
    browsing: Browsing, server: Served, session: Session
) -> None:
    reporter = arrive(session, "меня отпустили вчера, телефон у них. " * 6)
    for number in range(6):
        intake.take_in(session, item_id(), reporter.again(f"письмо {number}. " + "ещё слова. " * 20))
    contact = intake.queue(session)[0].contact.id
    page = opened(browsing, server, "/inbox", width=390, height=844)
    expect(page.locator("textarea[data-draft]")).to_be_hidden()
    page.locator(f"#q-{contact} a").click()
    page.wait_for_url(f"**/inbox/{contact}")
    expect(page.locator(".bubble").last).to_be_in_viewport()
    expect(page.locator("textarea[data-draft]")).to_be_in_viewport()
    expect(page.locator(".bubble").first).not_to_be_in_viewport()
    page.get_by_role("link", name="Queue").click()
    page.wait_for_url("**/inbox")


def test_the_answer_box_is_there_without_scrolling(
    browsing: Browsing, server: Served, session: Session
) -> None:
    reporter = arrive(session, "меня отпустили вчера, телефон у них. " * 6)
    for number in range(6):
        intake.take_in(session, item_id(), reporter.again(f"письмо {number}. " + "ещё слова. " * 20))
    page = opened(browsing, server, "/inbox")
    send = page.get_by_role("button", name="Send")
    expect(send).to_be_in_viewport(ratio=1)
    intake.take_in(session, item_id(), reporter.again("где вы?", alarm=True))
    expect(page.locator("#alarm")).to_be_visible(timeout=2000)
    expect(send).to_be_in_viewport(ratio=1)
