"""A colleague before a desk of the week: finds things by their Russian words, and overlooks nothing that is wrong.

Whatever page is arrived at must not be wider than its window and must hold no English sentence of ours; each kind of
page is looked at once more at the other width.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from tests.support.browser import Browsing, find_barriers, overflows
from tests.week.english import english_left
from tests.week.stage import OpenDesk

from leeward.domain.intake.records import Letter

WIDE, NARROW = (1280, 800), (390, 844)
SOON = 20_000
_ID = re.compile(r"[a-z2-7]{26}")


class Part:
    """A part of a page, and what a hand can do in it."""

    def __init__(self, seat: Seat, root: Locator) -> None:
        self.seat, self.root = seat, root

    def part(self, selector: str, words: str | re.Pattern[str] = "") -> Part:
        """Return the first part of this one that has these words."""
        found = self.root.locator(selector)
        return Part(self.seat, (found.filter(has_text=words) if words else found).first)

    def open(self, words: str) -> Part:
        """Unfold what these words announce; return what was folded."""
        fold = self.root.locator("details", has=self._summary(words)).last
        if fold.get_attribute("open") is None:
            fold.locator("summary").first.click()
        expect(fold).to_have_js_property("open", value=True)
        return Part(self.seat, fold)

    def _summary(self, words: str) -> Locator:
        return self.seat.page.locator("summary", has_text=re.compile(f"^\\s*{re.escape(words)}"))

    def write(self, label: str, words: str) -> None:
        """Write into the field of this label."""
        self._field(label).fill(words)

    def choose(self, label: str, words: str) -> None:
        """Choose the first line that begins so."""
        field = self._field(label)
        lines = [one.strip() for one in field.locator("option").all_inner_texts()]
        wanted = [one for one in lines if one.startswith(words)]
        assert wanted, f"«{label}»: {lines} has no «{words}»"
        field.select_option(index=lines.index(wanted[0]))

    def tick(self, label: str, *, on: bool = True) -> None:
        """Tick a box, or choose a radio."""
        self._field(label).set_checked(on)

    def _field(self, label: str) -> Locator:
        exact = self.root.get_by_label(label, exact=True).locator("visible=true")
        begins = self.root.get_by_label(re.compile(f"^\\s*{re.escape(label)}")).locator("visible=true")
        expect(exact.or_(begins).first).to_be_visible(timeout=SOON)
        return exact.first if exact.count() else begins.first

    def press(self, words: str, *, stays: bool = False) -> None:
        """Press a button; by that one comes to a page, unless it stays."""
        button = self.root.get_by_role("button", name=words, exact=True).first
        if stays:
            button.click()
            return
        with self.seat.page.expect_navigation(wait_until="domcontentloaded"):
            button.click()
        self.seat.arrived()

    def follow(self, words: str) -> None:
        """Follow a link."""
        link = self.root.get_by_role("link", name=words).first
        with self.seat.page.expect_navigation(wait_until="domcontentloaded"):
            link.click()
        self.seat.arrived()

    def sees(self, words: str | re.Pattern[str], *, within: float = SOON) -> None:
        """Wait until it says so by itself."""
        expect(self.root).to_contain_text(words, timeout=within, use_inner_text=True)

    def misses(self, words: str) -> None:
        """See that it does not say so any more, at once or by itself."""
        expect(self.root).not_to_contain_text(words, timeout=SOON, use_inner_text=True)

    @property
    def text(self) -> str:
        """Return what it says."""
        return self.root.inner_text()


class Seat(Part):
    """One page in a profile of its own."""

    def __init__(
        self, browsing: Browsing, desk: OpenDesk, size: tuple[int, int], *, careful: bool = False
    ) -> None:
        self.desk, self.careful = desk, careful
        self._seen: set[str] = set()
        self.size = size
        self.page: Page = browsing.page(width=size[0], height=size[1], lang="ru")
        super().__init__(self, self.page.locator("main"))
        self.page.goto(desk.desk.address())
        self.arrived()

    def sit(self, size: tuple[int, int]) -> None:
        """Go on at another width."""
        self.size = size
        self._resize(size)

    def _resize(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    @property
    def path(self) -> str:
        """Return where the page is, without the address of the desk."""
        return "/" + self.page.url.split("/", 3)[3]

    def at(self, path: str) -> None:
        """Open a page by its address: from a bookmark."""
        self.page.goto(f"http://127.0.0.1:{self.desk.port}{path}", wait_until="domcontentloaded")
        self.arrived()

    def to(self, place: str) -> None:
        """Go to one of the ten places, by the row above or the bar under the thumb."""
        bar = self.page.locator("nav.thumb" if self.size[0] < 700 else "nav.places")
        link = bar.get_by_role("link", name=place)
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            if not link.count():
                bar.locator("summary").click()
            link.first.click()
        self.arrived()

    def comes_to(self, address: str, words: str) -> None:
        """Look at a page until it says so: what a colleague wrote is on its way."""
        for _ in range(60):
            self.at(address)
            if words in self.text:
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{address} never said «{words}», but: {self.text[:800]}")

    def arrived(self) -> None:
        """Look at the page one has come to. Rules of the head of this file."""
        if self.desk.troubles:
            raise self.desk.troubles[0]
        kind = _ID.sub("*", self.path.split("#")[0])
        expect(self.page.locator("html")).to_have_attribute("lang", "ru")
        left = english_left(self.page, self._written_in_english())
        assert left == [], f"{self.path} shows {left}"
        other = NARROW if self.size == WIDE else WIDE
        assert not overflows(self.page), f"{self.path} is wider than {self.size[0]}"
        if kind in self._seen:
            return
        self._seen.add(kind)
        if self.careful:
            assert find_barriers(self.page) == [], self.path
        self._resize(other)
        assert not overflows(self.page), f"{self.path} is wider than {other[0]}"
        self._resize(self.size)

    def _written_in_english(self) -> list[str]:
        """Return what people wrote in English, and what was answered to them."""
        return [
            one.text
            for one in self.desk.session.find(Letter)
            if one.text and not re.search("[а-яё]", one.text)
        ]

    def picture(self, name: str) -> None:
        """Take pictures at both widths, if somebody wants to look (LEEWARD_LOOK names the folder)."""
        folder = os.environ.get("LEEWARD_LOOK")
        if folder:
            for size in (WIDE, NARROW):
                self._resize(size)
                self.page.evaluate("scrollTo(0, 0)")
                self.page.screenshot(path=Path(folder) / f"{name}-{size[0]}.png", full_page=True)
            if name.startswith("fri"):  # one day of the seven in the dark as well
                self.page.emulate_media(color_scheme="dark")
                self.page.screenshot(path=Path(folder) / f"{name}-dark.png", full_page=True)
                self.page.emulate_media(color_scheme="light")
            self._resize(self.size)
