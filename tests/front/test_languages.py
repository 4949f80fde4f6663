"""The page in every language it knows: complete, in its direction, on a small screen, from first to last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.front.test_story import SOON
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.hotline import Hotline, open_hotline

from leeward.front.pages import known_languages, load_texts

pytestmark = pytest.mark.browser


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
    page.locator("#talk > .folds summary").click()
    page.locator("#end").click()
    assert not overflows(page)
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
