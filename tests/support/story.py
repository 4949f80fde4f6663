"""The stage of the whole story: a relay and three desks, each a process of its own, and one browser page at each desk.

with open_stage(folder) as stage:          # makes a team with real vaults, then starts `leeward relay` and desks
    stage.page                             # the intake page's address
    stage.kill("operator"); stage.start_desk("operator")
seat = Seat(browsing, stage, "operator")   # a colleague before their desk, in a profile of their own
seat.go("/inbox"); seat.post("/answer", text="Мы с вами")
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect
from tests.support.browser import Browsing
from tests.support.ports import free_port

from leeward.base.ports import SystemChance, SystemClock
from leeward.cli.children import Child
from leeward.ledger.store.vault import Vault
from leeward.office.session import Session
from leeward.practice.public_record_2017 import load_public_record
from leeward.practice.team import PracticeTeam
from leeward.sync.client import RelayClient

ROLES = ("operator", "coordinator", "documenter")
PASSPHRASES = {role: f"{role} in the small hours" for role in ROLES}
WORK_FACTOR = 4
SOON = 20_000


class Stage:
    """Everything that runs, and where it lies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = {name: free_port() for name in ("relay", *ROLES)}
        self.children: dict[str, Child] = {}
        self.page = f"http://127.0.0.1:{self.ports['relay']}"

    def make(self) -> None:
        """Make the team and start the relay; every desk knows it, and the record holds what was published in 2017."""
        with PracticeTeam(self.folder, PASSPHRASES, work_factor=WORK_FACTOR) as team:
            (self.folder / "card.json").write_text(json.dumps(team.card()), encoding="utf-8")
            self.start_relay()
            with contextlib.closing(RelayClient(self.page)) as relay:
                team.sync(relay)
                load_public_record(team.desks["documenter"])
                team.sync(relay)

    def start_relay(self) -> str:
        """Start `leeward relay`; return its address."""
        words = ["relay", str(self.relay_folder), "--card", str(self.folder / "card.json")]
        words += ["--port", str(self.ports["relay"]), "--until-stdin-ends"]
        return self._start("relay", words)

    def start_desk(self, role: str) -> str:
        """Start `leeward desk`; return the address that lets one browser in."""
        words = ["desk", str(self.folder / role), "--no-browser", "--port", str(self.ports[role])]
        words += ["--relay", self.page, "--passphrase-file", "-", "--until-stdin-ends"]
        return self._start(role, words, PASSPHRASES[role])

    def _start(self, name: str, words: list[str], first_line: str = "") -> str:
        assert name not in self.children, f"{name} runs already"
        child = self.children[name] = Child(words, first_line=first_line)
        return child.address()

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        child = self.children.pop(name)
        os.kill(child.process.pid, signal.SIGKILL)
        child.process.wait()
        child.stop()

    @contextlib.contextmanager
    def away(self, name: str, back: Callable[[], object]) -> Iterator[None]:
        """Kill a process, and start it again after the block, whatever happens in it."""
        self.kill(name)
        try:
            yield
        finally:
            back()

    def stop(self, name: str) -> None:
        """Let a process end in its own time."""
        self.children.pop(name).stop()

    def close(self) -> None:
        """Stop everything that runs."""
        for name in list(self.children):
            self.stop(name)

    @property
    def relay_folder(self) -> Path:
        """Return where the relay keeps what it cannot read."""
        return self.folder / "relay"

    def relay_bytes(self) -> bytes:
        """Return the bytes of every file of the relay, one after another."""
        return bytes_under(self.relay_folder)

    @contextlib.contextmanager
    def vault_of(self, role: str) -> Iterator[Session]:
        """Open a vault whose desk is stopped."""
        clock, chance = SystemClock(), SystemChance()
        with Vault.open(self.folder / role, PASSPHRASES[role], clock=clock, chance=chance) as vault:
            yield Session(vault, clock=clock, chance=chance)


@contextlib.contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    """Make the team, start the relay; whatever was started is stopped afterwards. The desks are started by seats."""
    stage = Stage(folder)
    try:
        stage.make()
        yield stage
    finally:
        stage.close()


class Seat:
    """A colleague before their desk: one page in a profile of its own, and short ways to press what is on it."""

    def __init__(self, browsing: Browsing, stage: Stage, role: str, *, lang: str = "en") -> None:
        self.stage, self.role = stage, role
        self.page: Page = browsing.page(width=1280, height=800, lang=lang)
        self.come_in()

    def come_in(self) -> None:
        """Start the desk if it does not run, and let this page in."""
        self.page.goto(self.stage.start_desk(self.role))

    def go(self, path: str) -> None:
        """Open a page of the desk."""
        self.page.goto(f"http://127.0.0.1:{self.stage.ports[self.role]}{path}", wait_until="domcontentloaded")

    def speak(self, language: str) -> None:
        """Turn the desk to a language, by the word at the foot of the page."""
        self.go("/")
        word = self.page.locator(f"footer button[name=language][value={language}]")
        if word.count():
            with self.page.expect_navigation():
                word.click()

    @property
    def path(self) -> str:
        """Return where the page is, without the address of the desk."""
        return "/" + self.page.url.split("/", 3)[3]

    def text(self) -> str:
        """Return what the page says."""
        return self.page.locator("main").inner_text()

    def form(self, action: str) -> Locator:
        """Return the form whose address ends so, with everything that is folded around and in it unfolded."""
        form = self.page.locator(f'form[action$="{action}"]').first
        form.evaluate(
            """form => {
              form.querySelectorAll("details").forEach(fold => { fold.open = true; });
              for (let fold = form.closest("details"); fold; fold = fold.parentElement.closest("details"))
                fold.open = true;
            }"""
        )
        return form

    def post(self, action: str, *, press: str = "button:not([type=button])", **fields: Any) -> str:
        """Fill a form as a hand would, press its button, and return what the next page says was done."""
        form = self.form(action)
        for name, value in fields.items():
            _fill(form.locator(f'[name="{name}"]'), value)
        button = form.locator(press).first
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            button.click()
        said = self.page.locator("main p.said")
        return said.inner_text() if said.count() else ""

    def send(self, path: str, **fields: str) -> str:
        """Post a form that no page shows, as somebody with an old page might; return the status and what was said."""
        answer: str = self.page.evaluate(
            """async ([path, fields]) => {
              const answer = await fetch(path, {method: "POST", body: new URLSearchParams(fields)});
              const page = new DOMParser().parseFromString(await answer.text(), "text/html");
              return `${answer.status} ${page.querySelector("main, body").textContent}`;
            }""",
            [path, fields],
        )
        return answer

    def see(self, words: str, *, within: float = SOON) -> None:
        """Wait until the page says so by itself."""
        expect(self.page.locator("main")).to_contain_text(words, timeout=within)

    def wait_for(self, path: str, words: str, *, seconds: float = 20) -> None:
        """Open a page again until it says so: for pages that are not there before something has arrived."""
        for _ in range(int(seconds * 5)):
            self.go(path)
            if words in self.text():
                return
            self.page.wait_for_timeout(200)
        raise AssertionError(f"{path} never said “{words}”, but: {self.text()[:500]}")


def _fill(fields: Locator, value: Any) -> None:
    kind = fields.first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
    if kind in {"checkbox", "radio"}:
        for one in range(fields.count()):
            wanted = value if isinstance(value, bool) else fields.nth(one).get_attribute("value") in value
            if kind == "checkbox" and fields.nth(one).is_enabled():
                fields.nth(one).set_checked(wanted)
            elif kind == "radio" and fields.nth(one).get_attribute("value") == value:
                fields.nth(one).check()
    elif kind == "select":
        fields.first.select_option(value)
    else:
        fields.first.fill(str(value))


def bytes_under(folder: Path) -> bytes:
    """Return the bytes of every file under a folder, one after another."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
