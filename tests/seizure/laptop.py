"""A laptop in use: a member at the desk in a browser with a profile on the disk, until Ctrl+L; what is left then."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page
from tests.seizure.stage import Running, Stage
from tests.support.browser import find_chromium

PAGES = (
    "/",
    "/inbox",
    "/people",
    "/places",
    "/journeys",
    "/record",
    "/figures",
    "/appeals",
    "/release",
    "/safety",
)
TABS = ("story", "work", "journey", "testimony", "files", "consent", "history")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@dataclass
class Laptop:
    """What was done at it, and what was found in memory at three moments."""

    stage: Stage
    desk: Running
    profile: Path
    context: BrowserContext
    typed: dict[str, str] = field(default_factory=dict)
    unlocked: set[str] = field(default_factory=set)
    at_locking: set[str] = field(default_factory=set)
    shell: set[str] = field(default_factory=set)  # what started the desk
    browser: set[str] = field(default_factory=set)  # left open after the lock
    gone_after: float = 0.0

    def browser_pids(self) -> list[int]:
        """Return the processes of the browser that has this profile."""
        mine = f"--user-data-dir={self.profile}"
        found = []
        for one in psutil.process_iter(["cmdline"]):
            if mine in (one.info["cmdline"] or ()):
                found += [one.pid, *(child.pid for child in one.children(recursive=True))]
        return sorted(set(found))


def sit_down(stage: Stage, who: str, chromium: Browser) -> Laptop:
    """Start the desk and a browser beside it, each with its own folders, and work: read, search, type, send."""
    desk = stage.start_desk(who)
    home = desk.folder
    profile = home / "profile"
    context = chromium.browser_type.launch_persistent_context(
        profile,
        executable_path=find_chromium(),
        args=list(_ARGUMENTS),
        viewport={"width": 1280, "height": 800},
        locale="en",
        env={**os.environ, "HOME": str(home / "home"), "TMPDIR": str(home / "tmp")},
    )
    laptop = Laptop(stage, desk, profile, context)
    page = context.pages[0]
    page.set_default_timeout(20_000)
    page.goto(desk.address)
    _read(laptop, page)
    _search(laptop, page)
    _write(laptop, page)
    return laptop


def _go(laptop: Laptop, page: Page, path: str) -> None:
    port = laptop.desk.address.split("/open/", maxsplit=1)[0]
    page.goto(port + path, wait_until="load")


def _read(laptop: Laptop, page: Page) -> None:
    """Open every place, a conversation, and everything that a case shows."""
    for path in PAGES:
        _go(laptop, page, path)
    case = laptop.stage.ids["first"]
    for tab in TABS:
        _go(laptop, page, f"/people/{case}?tab={tab}")
    page.go_back()
    _go(laptop, page, f"/record/account/{laptop.stage.ids['account']}")
    _to_a_conversation(laptop, page)


def _search(laptop: Laptop, page: Page) -> None:
    """Search in the box at the top, and narrow the list of people by Enter."""
    words = laptop.typed["search"] = laptop.stage.mark("typed-search")
    page.locator("form.find input[name=q]").fill(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?asked=*")
    _go(laptop, page, "/people")
    words = laptop.typed["narrow"] = laptop.stage.mark("typed-narrow")
    page.locator("form.narrow input[name=q]").fill(words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _write(laptop: Laptop, page: Page) -> None:
    """Send a note, begin an answer that saves itself, and type a note that is never sent."""
    stage = laptop.stage
    case = stage.ids["first"]
    _go(laptop, page, f"/people/{case}?tab=story")
    page.locator("textarea[name=text][data-key=a]").fill(stage.mark("typed-note"))
    with page.expect_navigation():
        page.locator("form:has(textarea[data-key=a]) button:not([type=button])").first.click()
    _to_a_conversation(laptop, page)
    page.locator("textarea[data-draft]").first.fill(stage.mark("typed-draft"))
    page.wait_for_timeout(1200)
    _go(laptop, page, f"/people/{case}?tab=story")
    page.locator("textarea[name=text][data-key=a]").fill(stage.mark("typed-unsent"))
    page.wait_for_timeout(400)


def _to_a_conversation(laptop: Laptop, page: Page) -> None:
    """Open a conversation with somebody who can be answered."""
    _go(laptop, page, "/inbox")
    page.locator("a[data-open]", has_text="Нужен врач").first.click()
    page.wait_for_url("**/inbox/*")


def lock(laptop: Laptop) -> None:
    """Press Ctrl+L; look into the desk's memory while it is open and as it locks, and wait until it is gone."""
    finder, pid = laptop.stage.finder("keys"), laptop.desk.pid
    laptop.unlocked = finder.in_memory([pid])
    laptop.shell = finder.in_memory([laptop.desk.process.pid])
    page = laptop.context.pages[0]
    begun = time.monotonic()
    with page.expect_navigation():
        page.keyboard.press("Control+l")
    held = time.monotonic()
    os.kill(pid, signal.SIGSTOP)
    try:
        laptop.at_locking = finder.in_memory([pid])
    finally:
        os.kill(pid, signal.SIGCONT)
    seen = time.monotonic()
    laptop.desk.process.wait(30)
    laptop.gone_after = time.monotonic() - begun - (seen - held)
    laptop.browser = finder.in_memory(laptop.browser_pids())


def close_browser(laptop: Laptop) -> None:
    """End the browser as a power cut would: nothing is tidied up."""
    for pid in laptop.browser_pids():
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 10
    while laptop.browser_pids() and time.monotonic() < end:
        time.sleep(0.05)


def counted(names: Iterable[str], stage: Stage) -> str:
    """Return one line of a table: how many marks of how many, and which keys."""
    names = set(names)
    marks = {one for one in names if one in stage.written}
    kinds = Counter(one.rsplit("-", 1)[0] for one in marks)
    keys = names & stage.keys.keys()
    return f"{len(marks)} of {len(stage.written)} marks, {len(keys)} of {len(stage.keys)} keys; {dict(kinds)}"


def tell(*words: str) -> None:
    """Say a figure that was measured; `pytest -s` shows it."""
    sys.stdout.write(" ".join(words) + "\n")
