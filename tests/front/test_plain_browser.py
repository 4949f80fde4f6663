"""A real browser without a script: the whole story at the width of a small phone, and in the dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.hotline import Hotline

from leeward.front.pages import load_texts

pytestmark = pytest.mark.browser

RU = load_texts("plain_texts", "ru")
TEXT = "Меня держат у брата."
SOON = 30_000


def fill_in(page: Page) -> None:
    page.locator("#plain-text").fill(TEXT)
    page.locator("#plain-files").set_input_files(
        FilePayload(name="д" * 60 + ".jpg", mimeType="image/jpeg", buffer=b"x" * 5000)
    )
    page.locator('[action="/plain/send"] summary').click()
    page.locator("#plain-when").fill("после шести")
    page.locator("#plain-device").select_option("borrowed")
    page.locator("[name=urgent]").check()


def words_of(page: Page) -> str:
    expect(page.get_by_role("heading", name=RU["words_heading"])).to_be_visible(timeout=SOON)
    return " ".join(page.locator("#code li").all_inner_texts())


@pytest.mark.parametrize("start", ["/", "/plain?lang=ru"])
def test_write_attach_get_words_come_back_read_answer_end(
    browsing: Browsing, hotline: Hotline, start: str
) -> None:
    page = browsing.page(f"{hotline.url}{start}", java_script_enabled=False, width=320, height=700)
    expect(page.locator("#plain-text")).to_be_visible()
    assert RU["protection_1"] in page.locator(".note:not(.warn)").first.inner_text()
    assert not page.locator("#write > .lead").is_visible()  # it promises more than holds here
    assert not page.locator("#letter").is_visible()
    assert (
        page.get_by_text("Прочтёт только наша группа").count() == 0
        or not page.locator("#write > .lead").is_visible()
    )
    fill_in(page)
    assert not overflows(page)
    page.locator('[action="/plain/send"] .go').click()
    words = words_of(page)
    assert not overflows(page)
    report = hotline.reports()[0]
    assert (report["text"], report["urgent"], report["path"]) == (TEXT, True, "plain")
    assert report["facts"] == {"when": "после шести", "device": "borrowed"}
    assert report["files"][0]["name"] == "д" * 60 + ".jpg"
    hotline.answer(next(way for way in report["ways"] if not way["alarm"]), "Ждите.", 1_491_500_000_000)

    page = browsing.page(f"{hotline.url}{start}", java_script_enabled=False, width=320, height=700)
    page.locator("#plain-words").fill(words)
    page.locator(".plain-return .go").click()
    expect(page.get_by_text("Ждите.")).to_be_visible(timeout=SOON)
    assert not overflows(page)
    page.locator("#plain-text").fill("Спасибо")
    page.get_by_role("button", name=RU["send"]).click()
    expect(page.get_by_text(RU["talk_sent"])).to_be_visible(timeout=SOON)
    page.get_by_role("button", name=RU["end"]).click()  # the browser asks for the tick first
    page.get_by_label(RU["end_sure"]).check()
    page.get_by_role("button", name=RU["end"]).click()
    expect(page.get_by_role("heading", name=RU["ended_heading"])).to_be_visible(timeout=SOON)
    assert [report.get("event") for report in hotline.reports()] == [None, "opened", None, "ended"]
    assert page.context.cookies() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages_without_a_script(
    browsing: Browsing, hotline: Hotline, scheme: str
) -> None:
    page = browsing.page(f"{hotline.url}/plain?lang=ru", scheme=scheme)  # type: ignore[arg-type]
    page.locator("summary").click()
    assert find_barriers(page) == []
    page.locator("#plain-text").fill(TEXT)
    page.get_by_role("button", name=RU["send"]).click()
    words = words_of(page)
    assert find_barriers(page) == []
    page.goto(f"{hotline.url}/plain?lang=ru")
    page.get_by_label(RU["return_heading"]).fill("зебра")
    page.get_by_role("button", name=RU["open"]).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert find_barriers(page) == []
    page.get_by_label(RU["return_heading"]).fill(words)
    page.get_by_role("button", name=RU["open"]).click()
    expect(page.get_by_role("heading", name=RU["talk_heading"])).to_be_visible(timeout=SOON)
    assert find_barriers(page) == []
    page.get_by_role("button", name=RU["send"]).click()
    expect(page.get_by_role("alert")).to_contain_text(RU["trouble_empty"])
    assert find_barriers(page) == []
