"""What a message may say besides its text: urgency, how it is safe to answer, the team's questions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.front.test_story import SOON, come_back, send
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.hotline import Hotline, open_hotline

from leeward.domain.intake.report import read_report

pytestmark = pytest.mark.browser

QUESTIONS = {
    "version": 3,
    "list": [
        {
            "id": "where-now",
            "required": False,
            "text": {"ru": "Где вы сейчас, хотя бы область?", "en": "Where are you now?"},
        },
        {"id": "alone", "required": True, "text": {"ru": "Вы сейчас одни?", "en": "Are you alone now?"}},
    ],
}


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Hotline]:
    with open_hotline(tmp_path / "relay", questions=QUESTIONS) as running:
        yield running


def test_a_message_says_only_what_was_filled_in(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    expect(page.locator("#questions")).to_be_hidden()
    page.get_by_role("switch", name="Я сейчас в опасности").check()
    page.get_by_text("Как вам безопасно ответить?").click()
    page.get_by_label("Когда это безопасно?").fill("  по будням до обеда ")
    page.get_by_label("Чьё это устройство?").select_option("borrowed")
    page.get_by_label("Слова, по которым вы поймёте").fill("снег в мае")
    assert find_barriers(page) == []
    send(page, photo=None)
    (report,) = hotline.reports()
    assert report["urgent"] is True
    assert report["facts"] == {"when": "по будням до обеда", "device": "borrowed", "phrase": "снег в мае"}
    assert "questions" not in report
    assert "answers" not in report
    assert page.locator("#safe-when").input_value() == ""
    expect(page.locator("#urgent")).not_to_be_checked()
    read_report(hotline.opened_reports()[0])  # a desk takes it


def test_nothing_is_said_by_default(browsing: Browsing, hotline: Hotline) -> None:
    send(browsing.page(hotline.url), photo=None)
    assert not {"urgent", "facts", "questions", "answers"} & set(hotline.reports()[0])


def test_the_questions_come_in_the_page_s_language_and_a_missing_one_is_asked_for_kindly(
    browsing: Browsing, asking: Hotline
) -> None:
    page = browsing.page(asking.url, width=320)
    page.get_by_label("Ваше сообщение").fill("Нужна помощь.")
    page.get_by_label("Где вы сейчас").fill("за городом")
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_text("Остался один нужный вопрос: «Вы сейчас одни?»")).to_be_visible()
    expect(page.get_by_label("Вы сейчас одни?")).to_be_focused()
    assert asking.reports() == []
    assert not overflows(page)
    assert find_barriers(page) == []
    page.get_by_role("link", name="English").click()
    expect(page.get_by_label("Where are you now?")).to_have_value("за городом")
    page.get_by_label("Are you alone now?").fill("no")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We have your message")).to_be_visible(timeout=SOON)
    (report,) = asking.reports()
    assert report["questions"] == 3
    assert report["answers"] == [{"q": "where-now", "text": "за городом"}, {"q": "alone", "text": "no"}]


def test_later_messages_are_not_asked_again(browsing: Browsing, asking: Hotline) -> None:
    page = browsing.page(asking.url)
    page.get_by_label("Вы сейчас одни?").fill("да")
    words = send(page, photo=None)
    page.reload()
    come_back(page, words)
    expect(page.get_by_role("heading", name="Переписка")).to_be_visible(timeout=SOON)
    expect(page.locator("#questions")).to_be_hidden()
    page.get_by_label("Ваше сообщение").fill("Ещё одно.")
    page.get_by_role("button", name="Отправить").click()
    expect(page.locator("#answers")).to_contain_text("Ваше сообщение отправлено", timeout=SOON)
    assert "answers" not in asking.reports()[-1]
