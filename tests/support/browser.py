"""A real Chromium for tests, started once: pages of any size, language and colour scheme, watched for complaints.

    @pytest.mark.browser
    def test_it(browsing: Browsing) -> None:
        page = browsing.page("http://127.0.0.1:1234/", width=1280, height=800, scheme="dark")
        ...
        assert browsing.complaints == []        # console errors, script errors, refused policies
        assert find_barriers(page) == []        # axe, WCAG 2.2 AA

Each `page` has a fresh profile, so a second one is another person's device. Playwright runs an event loop in the main
thread, so browser tests come last (tests/conftest.py) and a test with one must not call asyncio.run there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
_AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PLAIN_HOST = "plain.invalid"  # this machine, under a name for which browsers grant no secure context
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a microphone that beeps, for pages that are granted one
    f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1",
]


def find_chromium() -> str:
    """Return the path of a Chromium (CHROMIUM, or one on the PATH); fail, never skip, if there is none."""
    named = os.environ.get("CHROMIUM")
    found = named or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail(
            "The browser tests need Chromium and found none. On Debian: apt-get install chromium. "
            "Elsewhere: set CHROMIUM to the path of a Chromium or Chrome.",
            pytrace=False,
        )
    return found


class Browsing:
    """Pages of one test, and everything they asked for or complained about."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.requests: list[Request] = []

    def page(
        self,
        url: str | None = None,
        *,
        width: int = 390,
        height: int = 844,
        lang: str = "ru",
        scheme: Literal["light", "dark"] = "light",
        **options: Any,
    ) -> Page:
        """Open a page in a fresh profile; `options` go to Playwright's new_context."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height}, locale=lang, color_scheme=scheme, **options
        )
        context.set_default_timeout(15_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request))  # noqa: PLW0108 - playwright needs a function
        if url is not None:
            page.goto(url)
        return page

    def close(self) -> None:
        """Close everything this test opened."""
        for context in self._contexts:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


def find_barriers(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA on the page as it stands: rule, and the first elements."""
    page.evaluate(_AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate(
        """async () => (await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
           "best-practice"]})).violations"""
    )
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]


def overflows(page: Page) -> bool:
    """Tell whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the whole run."""
    path = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture
def browsing(chromium: Browser) -> Iterator[Browsing]:
    """Pages for one test."""
    opened = Browsing(chromium)
    yield opened
    opened.close()
