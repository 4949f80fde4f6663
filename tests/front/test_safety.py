"""What the page leaves behind, whom it talks to, and how one gets away from it."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlparse

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.front.test_story import TEXT, come_back, send
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.hotline import Hotline

from leeward.seal.wordlists import words_of

pytestmark = pytest.mark.browser


def test_nothing_is_kept_and_nobody_else_is_asked(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    words = send(page, photo=None)
    page.reload()
    come_back(page, words)
    expect(page.get_by_role("heading", name="Переписка")).to_be_visible()
    state = page.evaluate(
        """async () => [document.cookie, localStorage.length, sessionStorage.length,
           (await indexedDB.databases()).length, (await caches.keys()).length, history.length, location.href]"""
    )
    assert page.context.cookies() == []
    assert state[:5] == ["", 0, 0, 0, 0]
    assert state[6] == f"{hotline.url}/"
    assert {urlparse(request.url).netloc for request in browsing.requests} == {urlparse(hotline.url).netloc}
    assert {request.headers.get("referer", "") for request in browsing.requests} == {""}
    assert browsing.complaints == []


def leaves(page: Page, hotline: Hotline) -> None:
    expect(page).to_have_title("Меры длины и веса")
    assert page.url.startswith(f"{hotline.url}/units")
    page.go_back()
    assert TEXT not in page.content()
    assert "Напишите нам" not in page.content()


@pytest.mark.parametrize("how", ["button", "escape"])
def test_leaving_shows_a_harmless_page_and_back_does_not_return(
    browsing: Browsing, hotline: Hotline, how: str
) -> None:
    page = browsing.page("about:blank")
    page.goto(hotline.url)
    page.get_by_label("Ваше сообщение").fill(TEXT)
    if how == "button":
        page.get_by_role("link", name="Уйти").click()
    else:
        page.keyboard.press("Escape")
        expect(page.get_by_label("Ваше сообщение")).to_have_value(TEXT)
        page.keyboard.press("Escape")
    leaves(page, hotline)


def test_going_elsewhere_and_back_finds_an_empty_form(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    page.get_by_label("Ваше сообщение").fill(TEXT)
    page.locator("#urgent").check()
    page.goto("about:blank")
    page.go_back()
    expect(page.get_by_label("Ваше сообщение")).to_have_value("")
    expect(page.locator("#urgent")).not_to_be_checked()


def test_a_page_brought_back_from_memory_starts_anew(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    page.get_by_label("Ваше сообщение").fill(TEXT)
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page.get_by_label("Ваше сообщение")).to_have_value("")


def test_behind_another_window_the_page_is_blank(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    turn = """state => { Object.defineProperty(document, "visibilityState", {configurable: true, get: () => state});
                         document.dispatchEvent(new Event("visibilitychange")); }"""
    page.get_by_label("Ваше сообщение").fill(TEXT)
    page.evaluate(turn, "hidden")
    expect(page.locator("h1").first).to_be_hidden()
    expect(page.locator("#text")).to_be_hidden()
    page.evaluate(turn, "visible")
    expect(page.get_by_label("Ваше сообщение")).to_have_value(TEXT)


def test_no_field_asks_the_browser_to_help_with_its_text(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    assert page.locator("html").get_attribute("translate") == "no"
    fields = page.locator("textarea, input[type=text]").all()
    assert len(fields) == 8
    for name, value in {"spellcheck": "false", "autocomplete": "off", "writingsuggestions": "false"}.items():
        assert [field.get_attribute(name) for field in fields] == [value] * 8
    others = page.locator("select, input[type=checkbox], input[type=file], form").all()
    assert {field.get_attribute("autocomplete") for field in others} == {"off"}


def test_leaving_while_sending_stops_it(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page("about:blank")
    page.goto(hotline.url)
    page.route("**/v1/**", lambda _route: None)  # never answered
    page.get_by_label("Ваше сообщение").fill(TEXT)
    page.get_by_role("button", name="Отправить").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    leaves(page, hotline)
    assert hotline.reports() == []


def test_changing_the_language_keeps_what_was_written_and_the_history_short(
    browsing: Browsing, hotline: Hotline
) -> None:
    page = browsing.page(hotline.url)
    page.get_by_label("Ваше сообщение").fill(TEXT)
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="Write to us")).to_be_visible()
    expect(page.get_by_label("Your message")).to_have_value(TEXT)
    assert page.evaluate("[document.documentElement.lang, document.title, history.length]")[:2] == [
        "en",
        "Contact",
    ]
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We have your message")).to_be_visible(timeout=30_000)
    words = page.locator("#code li").all_inner_texts()
    assert all(re.fullmatch("[a-z]+", word) for word in words)
    assert hotline.reports()[0]["lang"] == "en"
    other = browsing.page(hotline.url)  # a Russian page takes English words
    come_back(other, words)
    expect(other.get_by_role("heading", name="Переписка")).to_be_visible()


def test_the_exercise_hides_the_words_and_checks_them(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    words = send(page, photo=None)
    page.get_by_role("button", name="Проверить, что я помню").click()
    expect(page.locator("#code")).to_be_hidden()
    recall = page.get_by_label("Напишите восемь слов по памяти")
    recall.fill(" ".join([*words[:2], "ъъъ", *words[3:]]))
    page.get_by_role("button", name="Проверить", exact=True).click()
    expect(page.get_by_text("Слово номер 3 не сходится")).to_be_visible()
    recall.fill(", ".join(words).upper())
    page.get_by_role("button", name="Проверить", exact=True).click()
    expect(page.get_by_text("Всё верно")).to_be_visible()


def test_without_scripts_the_plain_form_stands_there_instead(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url, java_script_enabled=False)
    expect(page.locator("#letter")).to_be_hidden()
    expect(page.locator("#unready")).to_be_hidden()
    expect(page.locator("form[action='/plain/send']")).to_be_visible()
    assert page.get_by_role("link", name="Уйти").get_attribute("href") == "/units?lang=ru"
    assert not overflows(page)


def test_a_changed_script_does_not_run(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page()
    page.route(
        "**/a/page-*.js",
        lambda route: route.fulfill(body="document.title = 'taken'", content_type="text/javascript"),
    )
    page.goto(hotline.url)
    expect(page).to_have_title("Обратная связь")
    expect(page.locator("#send")).to_be_disabled()
    way_out = page.get_by_role("link", name="без скрипта")
    expect(way_out).to_be_visible()
    assert way_out.get_attribute("href") == "/plain?lang=ru"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_everybody_can_use_it(browsing: Browsing, hotline: Hotline, lang: str, scheme: str) -> None:
    page = browsing.page(hotline.url, lang=lang, scheme=scheme)  # type: ignore[arg-type]
    for fold in page.locator("summary:visible").all():
        fold.click()
    page.locator("#picker").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 3000}
    )
    assert find_barriers(page) == []
    page.locator("#text").fill(TEXT)
    page.locator("#send").click()
    expect(page.locator("#words")).to_be_visible(timeout=30_000)
    assert find_barriers(page) == []
    words = page.locator("#code li").all_inner_texts()
    page.locator("#practise").click()
    assert find_barriers(page) == []
    way = next(one for one in hotline.reports()[0]["ways"] if not one["alarm"])
    hotline.answer(way, "Врач будет в семь.", 1_491_500_000_000)
    page.goto(hotline.url)
    page.locator("#come-back").click()
    page.locator("#typed").fill(" ".join([words[0] + "x", *words[1:]]))
    page.locator("#open").click()
    expect(page.locator("#open-note")).to_be_visible()
    assert find_barriers(page) == []
    page.locator("#typed").fill(" ".join(words))
    page.locator("#open").click()
    expect(page.locator("#talk")).to_be_visible(timeout=30_000)
    assert find_barriers(page) == []
    page.locator("#leave").click()
    page.wait_for_url("**/units*")
    assert find_barriers(page) == []


def find_small(page: Page) -> list[str]:
    """Return what can be pressed and is smaller than a fingertip."""
    small: list[str] = page.evaluate(
        """[...document.querySelectorAll("button, summary, nav a, select, .switch, input[type=text]")]
           .map(one => [one.id || one.className, one.getBoundingClientRect()])
           .filter(([, r]) => r.height > 0 && (r.height < 43.9 || r.width < 43.9)).map(([name]) => name)"""
    )
    return small


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_cut_or_too_small_to_touch(browsing: Browsing, hotline: Hotline, width: int) -> None:
    page = browsing.page(hotline.url, width=width, height=700)
    for fold in page.locator("summary:visible").all():
        fold.click()
    page.locator("#picker").set_input_files({"name": "д" * 90 + ".jpg", "mimeType": "", "buffer": b"x"})
    page.locator("#voice").click()
    expect(page.locator("#voice-box")).to_be_visible()
    expect(page.get_by_text("Скрытые данные в нём останутся")).to_be_visible()
    assert not overflows(page)
    assert find_small(page) == []
    words = send(page, photo=None)
    for form in page.locator("[data-as]").all():
        form.click()
        expect(form).to_have_attribute("aria-pressed", "true")
        assert not overflows(page)
    page.locator("[data-as=ru]").click()
    longest = [word for language in ("ru", "en") for word in sorted(words_of(language), key=len)[-60:]]
    cut = page.evaluate(
        """words => words.filter(word => {
             const items = [...document.querySelectorAll("#code li")];
             items.forEach(one => { one.textContent = word; });
             return [document.querySelector("#code"), ...items].some(one => one.scrollWidth > one.clientWidth); })""",
        longest,
    )
    assert cut == []
    assert find_small(page) == []
    page.reload()
    come_back(page, [word.replace("а", "о") for word in words])  # with hints for some of them
    assert not overflows(page)
    assert find_small(page) == []


def test_the_keyboard_is_enough(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url, width=1280, height=800)
    page.locator("#text").focus()
    page.keyboard.type("Слово")
    for _ in range(3):  # past attaching and the voice
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#urgent")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_focused(timeout=30_000)


def test_published_hashes_are_of_the_very_bytes_served(hotline: Hotline) -> None:
    lines = httpx.get(f"{hotline.url}/page.sha256").text.splitlines()
    assert len(lines) >= 10
    for line in lines:
        digest, path = line.split("  ")
        assert hashlib.sha256(httpx.get(hotline.url + path).content).hexdigest() == digest, path
