"""A voice note: recorded with a microphone that beeps, heard, removed, sent; and browsers that have or allow none."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.front.test_story import SOON
from tests.support.browser import Browsing, find_barriers
from tests.support.hotline import Hotline

pytestmark = pytest.mark.browser

WATCH = """() => {
  window.made = []; window.gone = []; window.tracks = [];
  const make = URL.createObjectURL.bind(URL), revoke = URL.revokeObjectURL.bind(URL);
  URL.createObjectURL = thing => { const url = make(thing); window.made.push(url); return url; };
  URL.revokeObjectURL = url => { window.gone.push(url); revoke(url); };
  const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async wanted => {
    const stream = await get(wanted); window.tracks.push(...stream.getTracks()); return stream; };
}"""


def record(page: Page, seconds: float = 1.2) -> None:
    page.get_by_role("button", name="Сказать голосом").click()
    page.get_by_role("button", name="Начать запись").click()
    expect(page.get_by_text("Идёт запись: 0:0")).to_be_visible()
    page.wait_for_timeout(seconds * 1000)
    page.get_by_role("button", name="Остановить").click()
    expect(page.get_by_text("Голосовое сообщение, 0:0")).to_be_visible()


def test_a_voice_note_is_recorded_listened_to_and_sent(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url, permissions=["microphone"])
    page.evaluate(WATCH)
    record(page)
    expect(page.locator("#voice-box")).to_be_hidden()
    assert page.evaluate("window.tracks.map(one => one.readyState)") == ["ended"]
    assert find_barriers(page) == []

    page.get_by_role("button", name="Прослушать").click()
    expect(page.get_by_role("button", name="Остановить")).to_be_visible()
    assert page.evaluate("window.made.length") == 1
    expect(page.get_by_role("button", name="Прослушать")).to_be_visible()  # it ended by itself
    assert page.evaluate("window.made") == page.evaluate("window.gone")

    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    (file,) = hotline.reports()[0]["files"]
    assert (file["name"], file["type"]) == ("voice.webm", "audio/webm")
    sound = b"".join(hotline.piece(piece["blob"]) for piece in file["pieces"])
    assert len(sound) == file["size"] > 1000
    assert sound.startswith(b"\x1a\x45\xdf\xa3")
    assert browsing.complaints == []


def test_the_page_may_ask_for_the_microphone_and_nothing_else(hotline: Hotline) -> None:
    headers = httpx.get(hotline.url).headers
    assert "microphone=(self)" in headers["permissions-policy"]
    assert "camera=()" in headers["permissions-policy"]
    assert headers["content-security-policy"].count("blob:") == 1
    assert "media-src blob:;" in headers["content-security-policy"]


def test_a_note_that_is_removed_falls_silent_and_is_not_sent(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url, permissions=["microphone"])
    page.evaluate(WATCH)
    record(page, 2)
    page.get_by_role("button", name="Прослушать").click()
    page.get_by_role("button", name="Убрать файл Голосовое сообщение").click()
    assert page.locator(".file").count() == 0
    assert page.evaluate("window.made") == page.evaluate("window.gone")
    page.get_by_label("Ваше сообщение").fill("Без голоса.")
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    assert hotline.reports()[0]["files"] == []


def test_not_recording_after_all_lets_the_microphone_go(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url, permissions=["microphone"])
    page.evaluate(WATCH)
    page.get_by_role("button", name="Сказать голосом").click()
    page.get_by_role("button", name="Начать запись").click()
    expect(page.get_by_text("Идёт запись")).to_be_visible()
    page.get_by_role("button", name="Не записывать").click()
    expect(page.locator("#voice-box")).to_be_hidden()
    assert page.locator(".file").count() == 0
    assert page.evaluate("window.tracks.map(one => one.readyState)") == ["ended"]


def test_a_browser_that_refuses_is_explained(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)  # nobody grants it the microphone
    page.get_by_role("button", name="Сказать голосом").click()
    page.get_by_role("button", name="Начать запись").click()
    expect(page.get_by_text("Браузер не пустил страницу к микрофону")).to_be_visible()
    expect(page.get_by_role("button", name="Начать запись")).to_be_visible()
    assert find_barriers(page) == []


def test_a_browser_without_recording_is_explained(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page()
    page.add_init_script("delete window.MediaRecorder")
    page.goto(hotline.url)
    page.get_by_role("button", name="Сказать голосом").click()
    page.get_by_role("button", name="Начать запись").click()
    expect(page.get_by_text("не умеет записывать звук")).to_be_visible()


def test_leaving_while_recording_lets_the_microphone_go(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page("about:blank", permissions=["microphone"])
    page.goto(hotline.url)
    page.evaluate(WATCH)
    page.get_by_role("button", name="Сказать голосом").click()
    page.get_by_role("button", name="Начать запись").click()
    expect(page.get_by_text("Идёт запись")).to_be_visible()
    left = page.evaluate(
        """() => { document.getElementById("leave").click();
             return [window.tracks.map(one => one.readyState), document.body.textContent.trim()]; }"""
    )
    assert left == [["ended"], ""]
    page.wait_for_url("**/units*")
