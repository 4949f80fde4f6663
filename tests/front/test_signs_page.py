"""Asked whether they are safe: one press under their words, alike for both forms of them and for whoever watches."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, Request, expect
from tests.front.test_story import SOON, come_back, send
from tests.support.browser import Browsing, find_barriers
from tests.support.hotline import Hotline
from tests.support.plain import Person, answers_in, ticket_in

from leeward.domain.intake.report import read_report
from leeward.front.pages import known_languages, load_texts

SIGN = "Вы в безопасности?"
AT = 1_491_500_000_000
UNTIL = int(time.time() * 1000) + 86_400_000


def alarm(words: list[str]) -> list[str]:
    return [*words[:6], words[7], words[6]]


def ask(hotline: Hotline, until: int = UNTIL, text: str = "", at: int = AT) -> None:
    for way in hotline.reports()[0]["ways"]:
        hotline.answer(way, text, at, sign=until)


def voice(hotline: Hotline, *, forced: bool) -> str:
    found: str = next(way["voice"] for way in hotline.reports()[0]["ways"] if way["alarm"] is forced)
    return found


def turns(page: Page) -> list[tuple[str, int]]:
    seen: list[tuple[str, int]] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            seen.append((urlparse(request.url).path, len(request.post_data_buffer or b"")))

    page.on("request", note)
    return seen


@pytest.mark.browser
def test_one_press_says_that_they_are_safe_in_a_message_like_any_other(
    browsing: Browsing, hotline: Hotline
) -> None:
    page = browsing.page(hotline.url)
    words = send(page, photo=None)
    ask(hotline)
    page.goto(hotline.url)
    come_back(page, words)
    expect(page.get_by_role("heading", name=SIGN)).to_be_visible(timeout=SOON)
    expect(page.locator("#answers li")).to_have_count(0)
    assert find_barriers(page) == []
    seen = turns(page)
    page.get_by_label("Пара слов").fill("Я у сестры")
    page.get_by_role("button", name="Да, я в безопасности").click()
    expect(page.locator("#sign-note")).to_contain_text("отправлено", timeout=SOON)
    expect(page.get_by_role("heading", name=SIGN)).to_be_hidden()
    said = hotline.reports()[-1]
    assert (said["sign"], said["text"], said["voice"]) == ("safe", "Я у сестры", voice(hotline, forced=False))
    assert read_report(hotline.opened_reports()[-1]).sign == "safe"
    page.get_by_label("Ваше сообщение").fill("Я у сестры, всё спокойно")
    page.get_by_role("button", name="Отправить").click()
    expect(page.locator("#answers li")).to_have_count(1, timeout=SOON)
    assert len(seen) == 2
    assert seen[0] == seen[1]


@pytest.mark.browser
def test_the_alarm_form_asks_the_same_and_nothing_on_the_page_tells(
    browsing: Browsing, hotline: Hotline
) -> None:
    page = browsing.page(hotline.url)
    words = send(page, photo=None)
    ask(hotline)
    shown = []
    for form in (words, alarm(words)):
        page.goto(hotline.url)
        come_back(page, form)
        expect(page.get_by_role("heading", name=SIGN)).to_be_visible(timeout=SOON)
        shown.append(page.locator("#talk").inner_text())
    assert shown[0] == shown[1]
    page.get_by_role("button", name="Мне нужна помощь").click()
    expect(page.locator("#sign-note")).to_contain_text("отправлено", timeout=SOON)
    said = hotline.reports()[-1]
    assert (said["sign"], said["voice"]) == ("help", voice(hotline, forced=True))
    assert "urgent" not in said  # the relay sees no hurry; the desk hears it inside


@pytest.mark.browser
def test_it_asks_no_more_when_the_team_says_so_or_the_time_is_over(
    browsing: Browsing, hotline: Hotline
) -> None:
    page = browsing.page(hotline.url)
    words = send(page, photo=None)
    ask(hotline, text="Дайте знать о себе.")
    ask(hotline, until=1, at=AT + 1)
    page.goto(hotline.url)
    come_back(page, words)
    expect(page.get_by_text("Дайте знать о себе.")).to_be_visible(timeout=SOON)
    expect(page.locator("#sign")).to_be_hidden()


@pytest.mark.parametrize("form", ["true", "alarm"])
def test_without_a_script_too(hotline: Hotline, form: str) -> None:
    person = Person(hotline.url)
    code = person.send("Меня ищут.")
    ask(hotline)
    words = " ".join((code if form == "true" else code.alarm_form()).words("en"))
    page = person.open(words)
    assert "Are you safe?" in page.text
    assert answers_in(page) == []
    sent = person.post("/plain/write", {"ticket": ticket_in(page), "text": "", "sign": "safe"})
    assert sent.status_code == 200
    assert "Are you safe?" not in sent.text
    said = hotline.reports()[-1]
    assert (said["sign"], said["voice"]) == ("safe", voice(hotline, forced=form == "alarm"))
    assert len(page.content) == len(person.open(words).content)
    person.close()


def test_no_script_takes_only_the_two_answers_and_never_in_a_first_message(hotline: Hotline) -> None:
    person = Person(hotline.url)
    code = person.send("Меня ищут.", sign="safe")
    page = person.open(" ".join(code.words("en")))
    person.post("/plain/write", {"ticket": ticket_in(page), "text": "x", "sign": "forced"})
    said: list[dict[str, Any]] = [one for one in hotline.reports() if one.get("text")]
    assert all("sign" not in one for one in said)
    person.close()


def test_the_question_is_said_in_every_language() -> None:
    for kind in ("catalogue", "plain_texts"):
        asked = {load_texts(kind, lang)["sign_ask"] for lang in known_languages()}
        assert len(asked) == len(list(known_languages())) == 9
        assert all(re.search(r"[?؟]$", one) for one in asked)
