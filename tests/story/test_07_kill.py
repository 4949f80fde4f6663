"""Step 9: the relay, a desk and the browser die at any moment; what was confirmed is there after, whole and once."""

from __future__ import annotations

import contextlib
import random
import threading

import pytest
from playwright.sync_api import Error, expect
from tests.story.conftest import Story
from tests.support.story import SOON, Seat

pytestmark = pytest.mark.browser


def struck(story: Story, name: str, after: float) -> threading.Timer:
    """Kill a process after a while, whatever is going on."""
    timer = threading.Timer(after, story.stage.kill, args=(name,))
    timer.start()
    return timer


def write_until_struck(desk: Seat, case: str, timer: threading.Timer, label: str) -> list[str]:
    """Write notes one after another until the desk is gone; return those that the desk said it keeps."""
    confirmed: list[str] = []
    for number in range(200):
        text = f"{label}-{number:03}"
        try:
            desk.post(f"/people/{case}/note", text=text)
            if desk.page.locator("main", has_text=text).count():
                confirmed.append(text)
        except Error:
            break
    timer.join()
    return confirmed


def once(desk: Seat, case: str, notes: list[str]) -> None:
    """Check that each note stands exactly once on the whole story of the case."""
    desk.go(f"/people/{case}?all=1")
    whole = desk.page.locator(".story").inner_text()
    for text in notes:
        assert whole.count(text) == 1, text


def play_desk(story: Story, chance: random.Random, label: str) -> None:
    desk, case = story.coordinator, story["case"]
    desk.go(f"/people/{case}")
    desk.page.set_default_timeout(4000)
    timer = struck(story, desk.role, chance.uniform(0.1, 1.5))
    confirmed = write_until_struck(desk, case, timer, label)
    desk.page.set_default_timeout(15_000)
    desk.come_in()
    once(desk, case, confirmed)
    story.keep(confirmed=[*story["confirmed"], *confirmed])


def play_relay(story: Story, chance: random.Random, label: str) -> None:
    text = f"Сообщение {label} под обрыв связи"
    page = story.browsing.page(story.stage.page, width=390, height=844, lang="ru")
    page.get_by_label("Ваше сообщение").fill(text)
    page.locator("#picker").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": chance.randbytes(1_500_000)}
    )
    timer = struck(story, "relay", chance.uniform(0.05, 0.8))
    page.get_by_role("button", name="Отправить").click()
    timer.join()
    page.wait_for_timeout(300)
    story.stage.start_relay()
    shown = page.get_by_role("heading", name="Сообщение у нас")
    for _ in range(40):
        if shown.is_visible():
            break
        again = page.get_by_role("button", name="Отправить")
        if again.count() and again.first.is_visible() and again.first.is_enabled():
            again.first.click()
        page.wait_for_timeout(500)
    expect(shown).to_be_visible(timeout=SOON)
    assert page.locator("#code li").count() == 8
    story.operator.wait_for("/inbox", text, seconds=40)
    assert story.operator.page.locator("li[data-row]", has_text=text).count() == 1, (
        "once, however often it was sent"
    )


def play_browser(story: Story, chance: random.Random, label: str) -> None:
    desk = story.operator
    desk.go(story["conversation"])
    desk.page.locator("textarea[data-draft]").fill(f"Черновик {label}")
    expect(desk.page.get_by_text("Draft saved.")).to_be_visible()
    with contextlib.suppress(Error):
        desk.page.goto(
            "chrome://crash", timeout=chance.uniform(500, 2000)
        )  # the renderer dies without a word
    window = desk.page.context.new_page()
    desk.page.close()
    desk.page = window
    desk.go(story["conversation"])
    assert desk.page.locator("textarea[data-draft]").input_value() == f"Черновик {label}"


@pytest.mark.parametrize("number", range(6))
def test_what_was_confirmed_outlives_a_kill(story: Story, number: int) -> None:
    if number == 0:
        story.operator.speak("en")
        story.keep(confirmed=[])
    play = (play_desk, play_relay, play_browser)[number % 3]
    play(story, random.Random(number), f"k{number}")


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(30))
def test_what_was_confirmed_outlives_many_kills(story: Story, seed: int) -> None:
    chance = random.Random(seed + 1000)
    chance.choice((play_desk, play_relay))(story, chance, f"s{seed}")


def test_everything_confirmed_reaches_the_others_whole_and_once(story: Story) -> None:
    assert story["confirmed"], "no note was ever confirmed: the kills came too early to mean anything"
    other, case = story.documenter, story["case"]
    other.wait_for(f"/people/{case}?all=1", story["confirmed"][-1], seconds=60)
    once(other, case, story["confirmed"])
    other.go("/people")
    assert other.text().count(str(story["name"])) == 1
