"""The first page is small, and shows itself soon on a cheap phone with a bad line."""

from __future__ import annotations

import gzip
import re

import httpx
import pytest
from playwright.sync_api import expect
from tests.support.browser import Browsing
from tests.support.hotline import Hotline

FIRST_PAGE_MOST = 60_000  # bytes
PAINT_MOST = 2000  # ms
BYTES_A_SECOND, LATENCY, SLOWER = 100_000, 150, 6


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_first_page_is_small(hotline: Hotline, lang: str) -> None:
    page = httpx.get(f"{hotline.url}/?lang={lang}")
    assert page.headers["content-encoding"] == "gzip"
    needed = re.findall(r'(?:href|src)="(/a/[^"]+)"', re.sub("(?s)<noscript>.*?</noscript>", "", page.text))
    assert len(needed) == 2
    sizes = [len(gzip.compress(httpx.get(hotline.url + one).content, 9)) for one in needed]
    assert len(gzip.compress(page.content, 9)) + sum(sizes) <= FIRST_PAGE_MOST


@pytest.mark.browser
def test_a_cheap_phone_on_a_bad_line_shows_it_soon(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page("about:blank", is_mobile=True, has_touch=True)
    tools = page.context.new_cdp_session(page)
    tools.send("Network.enable")
    line = {
        "offline": False,
        "latency": LATENCY,
        "downloadThroughput": BYTES_A_SECOND,
        "uploadThroughput": BYTES_A_SECOND,
    }
    tools.send("Network.emulateNetworkConditions", line)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(hotline.url)
    expect(page.get_by_role("button", name="Отправить")).to_be_enabled()
    paint: float = page.evaluate(
        "performance.getEntriesByType('paint').find(one => one.name === 'first-contentful-paint').startTime"
    )
    ready: float = page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd")
    assert paint < PAINT_MOST
    assert ready < 3 * PAINT_MOST  # the script has come and runs
