"""The page in every language it knows: complete, in its direction, on a small screen, from first to last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.front.test_story import SOON
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.hotline import CHANCE, Hotline, make_card, open_hotline

from leeward.front.assets import load_built
from leeward.front.card import check_card
from leeward.front.offline import render_form
from leeward.front.pages import known_languages, load_texts
from leeward.seal.keys import make_identity

pytestmark = pytest.mark.browser

CUT_HINTS = """() => [...document.querySelectorAll("input[placeholder]")].filter((field) => {
  if (field.getClientRects().length === 0) return false;
  const style = getComputedStyle(field);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return pen.measureText(field.placeholder).width > room;
}).map((field) => field.placeholder)"""
MIRRORED = "(one) => new DOMMatrix(getComputedStyle(one).transform).a === -1"
FROM_THE_RIGHT = [lang for lang in known_languages() if load_texts("catalogue", lang)["dir"] == "rtl"]


@pytest.fixture
def everywhere(tmp_path: Path) -> Iterator[Hotline]:
    with open_hotline(tmp_path / "relay", languages=known_languages()) as running:
        yield running


@pytest.mark.parametrize("lang", known_languages())
def test_it_works_in_each_language_at_320_px(browsing: Browsing, everywhere: Hotline, lang: str) -> None:
    texts = load_texts("catalogue", lang)
    page = browsing.page(f"{everywhere.url}/?lang={lang}", width=320, height=700)
    html = page.locator("html")
    assert (html.get_attribute("lang"), html.get_attribute("dir")) == (lang, texts["dir"])
    for fold in page.locator("summary:visible").all():
        fold.click()
    assert page.evaluate(CUT_HINTS) == []
    page.locator("#picker").set_input_files({"name": "a.heic", "mimeType": "", "buffer": b"x"})
    page.locator("#voice").click()
    expect(page.locator("#voice-box")).to_be_visible()
    assert not overflows(page)
    assert find_barriers(page) == []
    page.locator("#text").fill("...")
    page.locator("#send").click()
    expect(page.locator("#words h1")).to_have_text(texts["words_heading"], timeout=SOON)
    for form in page.locator("[data-as]").all():
        form.click()
        expect(form).to_have_attribute("aria-pressed", "true")
        assert not overflows(page)
    words = page.locator("#code li").all_inner_texts()
    page.goto(f"{everywhere.url}/?lang={lang}")
    page.locator("#come-back").click()
    page.locator("#typed").fill(" ".join(words))
    page.locator("#open").click()
    expect(page.locator("#talk h1")).to_have_text(texts["talk_heading"], timeout=SOON)
    asked = f"() => {{ const box = document.getElementById('sign'); box.hidden = false; return ({CUT_HINTS})(); }}"
    assert page.evaluate(asked) == []  # as when the team asks for a sign of life
    assert not overflows(page)
    page.locator("#talk > .folds summary").click()
    page.locator("#end").click()
    assert not overflows(page)
    box = page.locator("#leave").bounding_box()
    assert box is not None
    assert (box["x"] < 40) == (texts["dir"] == "rtl")
    page.locator("#leave").click()
    expect(page).to_have_title(load_texts("away", lang)["title"])
    assert not overflows(page)
    assert browsing.complaints == []


def test_the_language_changes_without_losing_a_word(browsing: Browsing, everywhere: Hotline) -> None:
    page = browsing.page(f"{everywhere.url}/?lang=en", width=320)
    page.locator("#text").fill("Halfway through")
    for lang in [*(one for one in known_languages() if one != "en"), "en"]:
        fold = page.locator(".languages summary")
        if fold.count():
            fold.click()
        page.locator(f"[data-language={lang}]").click()
        texts = load_texts("catalogue", lang)
        expect(page.locator("#write h1")).to_have_text(texts["heading"])
        assert page.locator("html").get_attribute("dir") == texts["dir"]
        expect(page.locator("#text")).to_have_value("Halfway through")
        assert not overflows(page)


@pytest.mark.parametrize("lang", known_languages())
def test_the_way_without_a_script_works_in_each_language_at_320_px(
    browsing: Browsing, everywhere: Hotline, lang: str
) -> None:
    texts = load_texts("plain_texts", lang)
    page = browsing.page(
        f"{everywhere.url}/plain?lang={lang}", width=320, height=700, java_script_enabled=False
    )
    assert page.locator("html").get_attribute("dir") == texts["dir"]
    for fold in page.locator("summary:visible").all():
        fold.click()
    assert not overflows(page)
    page.locator("#plain-text").fill("...")
    page.locator("form[action='/plain/send'] .go").click()
    expect(page.locator("h1")).to_have_text(texts["words_heading"])
    assert not overflows(page)
    words = page.locator("#code li").all_inner_texts()
    page.goto(f"{everywhere.url}/plain?lang={lang}")
    page.locator("#plain-words").fill(" ".join([*words[:7], "qqqwx"]))
    page.locator(".plain-return .go").click()
    expect(page.locator("[role=alert]")).to_contain_text(texts["fault_unknown"])
    assert not overflows(page)
    page.locator("#plain-words").fill(" ".join(words))
    page.locator(".plain-return .go").click()
    expect(page.locator("h1")).to_have_text(texts["talk_heading"])
    assert not overflows(page)


def across(page: Page, selector: str) -> list[float]:
    """Return where the parts of something stand from the left, in the order they are read in."""
    boxes = [one.bounding_box() for one in page.locator(selector).all()]
    return [box["x"] for box in boxes if box is not None]


@pytest.mark.parametrize("lang", FROM_THE_RIGHT)
def test_words_and_numbers_run_from_the_left_on_a_page_that_runs_from_the_right(
    browsing: Browsing, everywhere: Hotline, lang: str
) -> None:
    page = browsing.page(f"{everywhere.url}/?lang={lang}", width=390)
    page.locator(".folds summary").nth(2).click()
    assert page.locator(".fingerprint").evaluate("(one) => getComputedStyle(one).direction") == "ltr"
    assert page.locator("summary .icon").nth(1).evaluate(MIRRORED)
    first, second = across(page, "#pick, #voice")
    assert first > second
    page.locator("#text").fill("...")
    page.locator("#send").click()
    expect(page.locator("#words h1")).to_be_visible(timeout=SOON)
    assert find_barriers(page) == []
    assert across(page, "#code li")[:2] == sorted(across(page, "#code li")[:2])
    page.locator("[data-as=digits]").click()
    expect(page.locator("#code")).to_have_class("digits")
    digits = page.locator("#code li").all_inner_texts()
    assert across(page, "#code li")[:4] == sorted(across(page, "#code li")[:4])
    page.locator("#practise").click()
    page.locator("#recall").fill(" ".join([*digits[:7], "0000"]))
    assert page.locator("#recall").evaluate("(one) => getComputedStyle(one).direction") == "ltr"
    page.goto(f"{everywhere.url}/?lang={lang}")
    page.locator("#come-back").click()
    page.locator("#typed").fill("acorn qqqwx ")
    expect(page.locator("#suggestions")).to_contain_text("\u2068qqqwx\u2069", timeout=SOON)
    assert page.locator("#typed").evaluate("(one) => getComputedStyle(one).direction") == "ltr"
    assert page.locator("#back .icon").evaluate(MIRRORED)
    assert not overflows(page)
    assert find_barriers(page) == []
    page.locator("#typed").fill("1234 5678")
    count = "۸" if lang == "fa" else "8"
    expect(page.locator("#typed-note")).to_contain_text(count)
    assert browsing.complaints == []


@pytest.fixture
def form(tmp_path: Path) -> Path:
    box, write = (CHANCE.draw(size).hex() for size in (16, 32))
    card = check_card(make_card(make_identity(CHANCE), box, write, languages=["en", *known_languages()]))
    path = tmp_path / "form.html"
    path.write_bytes(render_form(card, load_built()))
    return path


def test_the_offline_form_fits_320_px_in_every_language_and_seals_in_arabic(
    browsing: Browsing, form: Path
) -> None:
    page = browsing.page(form.as_uri(), width=320, height=700)
    for fold in page.locator("main summary:visible").all():
        fold.click()
    languages = page.locator("[data-language]").evaluate_all(
        "(all) => all.map((one) => one.dataset.language)"
    )
    for lang in [*(one for one in languages if one not in {"en", "ar"}), "en", "ar"]:
        page.locator(".languages summary").click()
        assert not overflows(page)
        page.locator(f"[data-language={lang}]").click()
        assert page.locator("html").get_attribute("dir") == load_texts("catalogue", lang)["dir"]
        assert page.evaluate(CUT_HINTS) == []
        assert not overflows(page)
    page.locator("#text").fill("...")
    page.locator("#send").click()
    expect(page.locator("#words h1")).to_be_visible(timeout=SOON)
    page.locator("#as-text").click()
    assert not overflows(page)
    assert find_barriers(page) == []
    assert across(page, "#code li")[:2] == sorted(across(page, "#code li")[:2])
    assert browsing.complaints == []
