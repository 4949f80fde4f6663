"""With real browsers: asked at the desk and answered on the page; sealed offline, read at the desk and answered."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.desk.conftest import Served
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.teams import found

from leeward.domain.intake import Letter
from leeward.front.app import make_front
from leeward.office.hotline_page import questionnaire, watch
from leeward.office.hotline_page.keeper import Keeper
from leeward.office.intake import take_in
from leeward.office.relay import set_relay, use_relay
from leeward.office.session import Session
from leeward.office.sync import Syncer
from leeward.relay.app import make_app
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.sync.client import RelayClient

pytestmark = pytest.mark.browser
SOON = 30_000


@dataclass
class Team:
    """A relay with its page, and a desk at work."""

    session: Session
    served: Served
    url: str

    def desk(self, browsing: Browsing, width: int = 1280, height: int = 900) -> Page:
        return browsing.page(self.served.desk.address(), lang="en", width=width, height=height)

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.served.port}{path}"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    store = open_store(str(tmp_path / "relay"))
    with contextlib.ExitStack() as stack:
        stack.callback(store.close)
        founder = found(tmp_path / "vault", None)  # type: ignore[arg-type]
        stack.enter_context(founder.session.vault)
        card = json.loads(watch.our_cards(founder.session)[0])
        serving = stack.enter_context(Serving(make_app(store, make_front(card, store))))
        relay = RelayClient(serving.address)
        set_relay(founder.session.vault, serving.address)
        use_relay(founder.session.vault, relay)
        syncer = Syncer(founder.session, relay, take_in=take_in)
        keeper = Keeper(founder.session, relay)
        served = Served(founder.session, syncer)
        for running in (syncer, keeper):
            running.start()
            stack.callback(running.stop)
        stack.callback(served.stop)
        yield Team(founder.session, served, serving.address)


def letter_of(team: Team, text: str, page: Page) -> Letter:
    for _ in range(150):
        found_letters = [one for one in team.session.find(Letter) if one.text == text]
        if found_letters:
            return found_letters[0]
        page.wait_for_timeout(100)
    raise AssertionError(f"“{text}” never arrived")


def test_a_question_asked_at_the_desk_is_on_the_page_and_its_answer_comes_back(
    team: Team, browsing: Browsing
) -> None:
    desk = team.desk(browsing)
    desk.goto(team.at("/safety/hotline/questions"))
    desk.get_by_role("button", name="Add a question").click()
    desk.locator('input[name="text-en"]').fill("Have you a bed tonight?")
    desk.locator('input[name="text-ru"]').fill("Есть где спать сегодня?")
    desk.get_by_role("button", name="Keep").first.click()
    desk.get_by_role("button", name="Publish").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("The page asks 1 question")
    reporter = browsing.page()
    for _ in range(60):  # the front asks for a newer card every few seconds while somebody visits
        reporter.goto(f"{team.url}/?lang=ru")
        if reporter.get_by_text("Есть где спать сегодня?").count():
            break
        reporter.wait_for_timeout(250)
    reporter.locator("#text").fill("Мы вдвоём.")
    expect(
        reporter.get_by_label("Есть где спать сегодня?")
    ).to_be_hidden()  # nothing required: folded, out of the way
    reporter.get_by_text("Несколько вопросов").click()
    reporter.get_by_label("Есть где спать сегодня?").fill("Нет, в машине.")
    reporter.locator("#send").click()
    expect(reporter.locator("#words")).to_be_visible(timeout=SOON)
    letter = letter_of(team, "Мы вдвоём.", desk)
    assert [one.text for one in letter.answers] == ["Нет, в машине."]
    desk.goto(team.at(f"/inbox/{letter.contact_id}"))
    expect(desk.locator("#letters")).to_contain_text("Have you a bed tonight?")
    expect(desk.locator("#letters")).to_contain_text("Нет, в машине.")
    state = watch.state_of(team.session)
    assert {one.found for one in state.pages.values()} <= {"same"}


def test_a_letter_sealed_offline_is_brought_read_answered_and_the_answer_read_with_the_words(
    team: Team, browsing: Browsing, tmp_path: Path
) -> None:
    desk = team.desk(browsing)
    desk.goto(team.at("/safety/hotline"))
    desk.get_by_role("button", name="Make and sign the form").click()
    with desk.expect_download() as saved:
        desk.get_by_role("link", name="Save the form").click()
    form = tmp_path / "form.html"
    saved.value.save_as(form)

    reporter = browsing.page(form.as_uri(), lang="ru")
    reporter.locator("#text").fill("Пишу без интернета.")
    reporter.locator("#picker").set_input_files(
        {"name": "note.txt", "mimeType": "text/plain", "buffer": b"at noon"}
    )
    reporter.locator("#send").click()
    expect(reporter.locator("#words")).to_be_visible(timeout=SOON)
    words = reporter.locator("#code li").all_inner_texts()
    with reporter.expect_download() as sealed:
        reporter.locator("#save").click()
    sealed.value.save_as(tmp_path / "letter.bin")

    desk.goto(team.at("/safety/hotline"))
    desk.locator('input[data-upload$="/envelope"]').set_input_files(tmp_path / "letter.bin")
    desk.wait_for_url("**/inbox**")
    letter = letter_of(team, "Пишу без интернета.", desk)
    assert letter.path == "offline"
    desk.goto(team.at(f"/inbox/{letter.contact_id}"))
    expect(desk.locator("#letters")).to_contain_text("note.txt")
    desk.locator("#reply textarea[name=text]").fill("Мы прочли. Ждите у входа в полдень.")
    desk.locator("#reply button.go, #reply .go").first.click()

    page = browsing.page(f"{team.url}/?lang=ru")
    page.get_by_role("button", name="Прочитать ответ").click()
    page.locator("#typed").fill(" ".join(words))
    page.locator("#open").click()
    expect(page.locator("#talk")).to_be_visible(timeout=SOON)
    for _ in range(40):
        if page.locator("#answers").get_by_text("Мы прочли.").count():
            break
        page.wait_for_timeout(250)
        page.locator("#refresh").click()
    expect(page.locator("#answers")).to_contain_text("Мы прочли. Ждите у входа в полдень.")


def test_the_pages_fit_and_have_no_barriers(team: Team, browsing: Browsing) -> None:
    for width in (390, 1280):
        desk = team.desk(browsing, width=width)
        for path in ("/safety/hotline", "/safety/hotline/questions"):
            desk.goto(team.at(path))
            assert find_barriers(desk) == []
            assert not overflows(desk)


def test_questions_are_put_in_order_with_the_keyboard(team: Team, browsing: Browsing) -> None:
    ids = []
    for words in ("one", "two", "three"):
        ids.append(questionnaire.add_question(team.session))
        questionnaire.set_question(team.session, ids[-1], {"en": words}, required=False)
    desk = team.desk(browsing)
    desk.goto(team.at("/safety/hotline/questions"))
    for key in (
        "j",
        "j",
        "j",
        "u",
        "u",
    ):  # walk to the third, then ask it earlier twice: it stays the one in hand
        with desk.expect_navigation() if key == "u" else contextlib.nullcontext():
            desk.keyboard.press(key)
    assert [one.id for one in questionnaire.questions(team.session)] == [ids[2], ids[0], ids[1]]
