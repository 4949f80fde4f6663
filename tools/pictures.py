"""Takes pictures of every page with the practice operation, to be looked at: two widths, light and dark, two languages.

    .venv/bin/python tools/pictures.py FOLDER [--only today,inbox,case,claim,/people?closed=1] [--quick]

Besides the places there are pages with a thing of their own (`case`, `claim`, ...; see THINGS) and any path, which is
then named after itself. `--full` takes the whole page, `--zoom` takes it at 200 %, `--empty` on the team's first day.
`--readme` instead makes the two pictures of the README.
"""

from __future__ import annotations

import argparse
import itertools
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PLACES = (
    "today",
    "inbox",
    "people",
    "places",
    "journeys",
    "record",
    "figures",
    "appeals",
    "release",
    "safety",
)
THINGS = {  # name: the page that lists such things, what its link looks like, what is added to it
    "case": ("/people", "/people/", ""),
    "case-work": ("/people", "/people/", "?tab=work"),
    "case-journey": ("/people", "/people/", "?tab=journey"),
    "case-testimony": ("/people", "/people/", "?tab=testimony"),
    "case-files": ("/people", "/people/", "?tab=files"),
    "case-consent": ("/people", "/people/", "?tab=consent"),
    "case-history": ("/people", "/people/", "?tab=history"),
    "place": ("/places", "/places/", ""),
    "source": ("/record", "/record/sources/", ""),
    "account": ("/record?view=accounts", "/record/accounts/", ""),
    "code": ("/record?view=accounts", "/record/accounts/", "/code"),
    "claim": ("/record", "/record/claims/", ""),
    "appeal": ("/appeals", "/appeals/", ""),
    "made": ("/release", "/release/", ""),
}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, NARROW = (1280, 800), (390, 844)


def main() -> None:
    """Start the demo, go through the pages, end it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default=",".join((*PLACES, "case", "intake")))
    parser.add_argument("--quick", action="store_true", help="English, light, both widths")
    parser.add_argument("--role", default="coordinator")
    parser.add_argument("--full", action="store_true", help="the whole page, not only what fits")
    parser.add_argument("--zoom", action="store_true", help="1280 wide at 200 %%")
    parser.add_argument("--empty", action="store_true", help="the first day of a team")
    parser.add_argument("--talk", choices=("en", "ru"), default="en", help="the language the team writes in")
    parser.add_argument("--readme", action="store_true")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    demo = subprocess.Popen(
        [sys.executable, "-m", "leeward.cli.main", "demo", "--no-browser", "--language", arguments.talk]
        + (["--empty"] if arguments.empty else []),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert demo.stdout is not None
        line = demo.stdout.readline()
        addresses = dict(re.findall(r"(operator|coordinator|documenter) (http://\S+)", line))
        page_address = re.findall(r"Intake page (\S+)", line)[0]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            if arguments.readme:
                _readme(browser, addresses, page_address, arguments.folder)
            else:
                _all(browser, addresses[arguments.role], page_address, arguments)
            browser.close()
    finally:
        demo.terminate()
        demo.wait(20)


def _readme(browser: Browser, addresses: dict[str, str], page_address: str, folder: Path) -> None:
    page = _page(browser, WIDE, "light", "en")
    page.goto(addresses["coordinator"])
    page.wait_for_timeout(1500)
    page.screenshot(path=str(folder / "today.png"))
    phone = _page(browser, NARROW, "light", "ru")
    phone.goto(page_address)
    phone.wait_for_timeout(500)
    phone.screenshot(path=str(folder / "intake.png"))


def _all(browser: Browser, address: str, page_address: str, arguments: argparse.Namespace) -> None:
    wanted = [name for name in arguments.only.split(",") if name != "intake"]
    first = _page(browser, WIDE, "light", "en")
    first.goto(address)
    origin = re.match(r"http://[^/]+", address)
    assert origin is not None
    state = first.context.storage_state()
    paths = {name: _path(first, origin[0], name) for name in wanted}
    schemes = ("light",) if arguments.quick else ("light", "dark")
    languages = ("en",) if arguments.quick else ("en", "ru")
    for size, scheme, language in itertools.product(
        ((640, 400),) if arguments.zoom else (WIDE, NARROW), schemes, languages
    ):
        page = _page(browser, size, scheme, language, state)
        _choose(page, origin[0], language)
        tail = f"{size[0]}-{scheme}-{language}.png"
        for name, path in paths.items():
            page.goto(origin[0] + path)
            page.wait_for_timeout(400)
            file = re.sub(r"[^\w-]+", "_", name).strip("_")
            page.screenshot(path=str(arguments.folder / f"{file}-{tail}"), full_page=arguments.full)
        if "intake" in arguments.only.split(","):
            page.goto(f"{page_address}?lang={language}")
            page.wait_for_timeout(400)
            page.screenshot(path=str(arguments.folder / f"intake-{tail}"))
        page.context.close()


def _page(browser: Browser, size: tuple[int, int], scheme: str, language: str, state: object = None) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="ru-RU" if language == "ru" else "en-GB",
        timezone_id="Europe/Berlin",
        storage_state=state,  # type: ignore[arg-type]
    )
    return context.new_page()


def _choose(page: Page, origin: str, language: str) -> None:
    page.goto(origin + "/")
    page.evaluate(
        "language => fetch('/language', {method: 'POST', body: new URLSearchParams({language}), redirect: 'manual'})",
        language,
    )


def _path(page: Page, origin: str, name: str) -> str:
    """Return the path of a page by its name; of a thing, the first of its kind."""
    if name.startswith("/"):
        return name
    if name == "draft":
        return _draft(page, origin)
    if name == "ours":  # the record's other inquiry
        page.goto(origin + "/record")
        return page.locator(".shelves a").last.get_attribute("href") or "/record"
    if name not in THINGS:
        return "/" if name == "today" else f"/{name}"
    listed, link, more = THINGS[name]
    page.goto(origin + listed)
    shown = [one.get_attribute("href") or "" for one in page.locator(f"a[href^='{link}']").all()]
    found = next((href for href in shown if re.match(rf"{link}[a-z0-9]{{26}}", href)), listed)
    return found.split("?")[0].split("#")[0] + more


def _draft(page: Page, origin: str) -> str:
    """Prepare a release with everything in it; return its path."""
    page.goto(origin + "/release/new")
    page.fill("input[name=title]", "Spring")
    page.check("input[name=audience][value=un]")
    page.locator("form.stack button").last.click()
    page.wait_for_url(re.compile(r"/release/[a-z0-9]{26}"))
    for box in page.locator("#choose input[name=account], #choose input[name=claim]").all():
        box.check()
    page.locator("#choose button").last.click()
    page.wait_for_timeout(1000)
    return page.url.removeprefix(origin)


if __name__ == "__main__":
    main()
