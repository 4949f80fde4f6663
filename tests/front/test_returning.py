"""Coming back: with words or numbers, only looking, the conversation, its end; and no code looks unlike another."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlparse

import pytest
from playwright.sync_api import Page, Request, expect
from tests.front.test_story import SOON, come_back, send
from tests.support.browser import Browsing, find_barriers
from tests.support.hotline import CHANCE, Hotline

from leeward.seal.codes import make_code

pytestmark = pytest.mark.browser

AT = 1_491_500_000_000


def ways_of(hotline: Hotline) -> dict[bool, dict[str, Any]]:
    return {way["alarm"]: way for way in hotline.reports()[0]["ways"]}


def alarm(words: list[str]) -> list[str]:
    return [*words[:6], words[7], words[6]]


def look(page: Page, typed: str) -> None:
    page.get_by_role("button", name="Прочитать ответ").click()
    page.get_by_label("Ваши восемь слов").fill(typed)
    page.get_by_role("button", name="Только узнать").click()


def shape(request: Request) -> tuple[str, str, int, int]:
    """What somebody on the line sees of a request: method, kind of address, sizes."""
    path = re.sub("[0-9a-f]{32,}", "*", urlparse(request.url).path)
    answer = request.response()
    assert answer is not None
    return request.method, path, len(request.post_data_buffer or b""), len(answer.body())


def test_the_same_code_shows_as_words_and_as_numbers_and_all_of_them_open(
    browsing: Browsing, hotline: Hotline
) -> None:
    page = browsing.page(hotline.url)
    russian = send(page, photo=None)
    hotline.answer(ways_of(hotline)[False], "Мы здесь.", AT)
    page.get_by_role("button", name="Числами").click()
    expect(page.get_by_text("похож на номер посылки")).to_be_visible()
    groups = page.locator("#code li").all_inner_texts()
    assert all(re.fullmatch("[0-9]{4}", group) for group in groups)
    assert find_barriers(page) == []
    page.get_by_role("button", name="Проверить, что я помню").click()
    recall = page.get_by_label("Напишите числа по памяти")
    recall.fill(" ".join([*groups[:3], "9999", *groups[4:]]))
    page.get_by_role("button", name="Проверить", exact=True).click()
    expect(page.get_by_text("Четвёрка номер 4 не сходится")).to_be_visible()
    recall.fill("-".join(groups))
    page.get_by_role("button", name="Проверить", exact=True).click()
    expect(page.get_by_text("Всё верно")).to_be_visible()
    page.get_by_role("button", name="Показать ещё раз").click()
    page.get_by_role("button", name="По-английски").click()
    expect(page.locator("#code li").first).to_have_text(re.compile("^[a-z-]+$"))
    english = page.locator("#code li").all_inner_texts()
    eastern = "".join(groups).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for typed in (russian, english, groups, ["".join(groups)], [eastern]):
        other = browsing.page(hotline.url)
        come_back(other, typed)
        expect(other.locator("#answers")).to_contain_text("Мы здесь.", timeout=SOON)
        other.close()


def test_too_few_digits_are_counted(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    come_back(page, ["1234 5678 9012"])
    expect(page.get_by_text("Цифр: 12 из 32")).to_be_visible()
    expect(page.get_by_text("Нужно 32 цифры, а здесь их 12.")).to_be_visible()
    page.get_by_label("Ваши восемь слов").fill("9" * 32)
    page.get_by_role("button", name="Открыть переписку").click()
    expect(page.get_by_text("Слова или числа не сходятся")).to_be_visible()


def test_only_looking_needs_two_round_trips_and_under_fifty_kilobytes_and_opens_nothing(
    browsing: Browsing, hotline: Hotline
) -> None:
    words = send(browsing.page(hotline.url), photo=None)
    ways = ways_of(hotline)
    hotline.answer(ways[False], "Мы здесь.", AT)
    page = browsing.page(hotline.url)
    page.get_by_role("button", name="Прочитать ответ").click()
    expect(page.get_by_label("Ваши восемь слов")).to_be_visible()
    browsing.requests.clear()
    page.get_by_label("Ваши восемь слов").fill(" ".join(words))
    page.get_by_role("button", name="Только узнать").click()
    expect(page.get_by_text("Для вас есть ответ.")).to_be_visible(timeout=SOON)
    assert [re.sub("-[a-z]+-[0-9a-f]+", "", urlparse(one.url).path) for one in browsing.requests] == [
        "/a/words.txt",
        "/v1/waiting",
    ]
    used = [request.sizes() for request in browsing.requests]
    total = sum(one[part] for one in used for part in one)  # type: ignore[literal-required]
    assert total < 50_000
    expect(page.locator("#talk")).to_be_hidden()
    assert len(hotline.reports()) == 1  # the team was told of no visit
    assert find_barriers(page) == []
    expect(page.get_by_label("Ваши восемь слов")).to_have_value(" ".join(words))


def test_looking_says_no_in_the_same_way_for_words_that_nobody_has(
    browsing: Browsing, hotline: Hotline
) -> None:
    words = send(browsing.page(hotline.url), photo=None)
    seen = []
    for typed in (" ".join(words), " ".join(alarm(words)), " ".join(make_code(CHANCE).words("ru"))):
        page = browsing.page(hotline.url)
        browsing.requests.clear()
        look(page, typed)
        expect(page.get_by_text("Нового ответа пока нет.")).to_be_visible(timeout=SOON)
        seen.append([shape(one) for one in browsing.requests if "/v1/" in one.url])
        page.close()
    assert seen[0] == seen[1] == seen[2]


def test_words_of_nobody_and_words_without_an_answer_look_the_same(
    browsing: Browsing, hotline: Hotline
) -> None:
    words = send(browsing.page(hotline.url), photo=None)
    hotline.answer(ways_of(hotline)[False], "Только для своих.", AT, hidden=True)
    shown = []
    for typed in (words, alarm(words), list(make_code(CHANCE).words("ru"))):
        page = browsing.page(hotline.url)
        browsing.requests.clear()
        come_back(page, typed)
        expect(page.get_by_text("Ответа пока нет")).to_be_visible(timeout=SOON)
        traffic = [shape(one) for one in browsing.requests if "/v1/" in one.url]
        shown.append((page.locator("main").inner_text(), page.locator("body").inner_html(), traffic))
        page.close()
    assert shown[0] == shown[1] == shown[2]
    assert "Только для своих" not in shown[0][1]


def test_a_conversation_is_ended_only_at_the_second_press_and_then_nothing_opens_it(
    browsing: Browsing, hotline: Hotline
) -> None:
    words = send(browsing.page(hotline.url), photo=None)
    ways = ways_of(hotline)
    hotline.answer(ways[False], "Мы здесь.", AT)
    page = browsing.page(hotline.url)
    come_back(page, words)
    expect(page.locator("#answers")).to_contain_text("Мы здесь.", timeout=SOON)
    page.get_by_text("Закончить и стереть переписку").click()
    expect(page.get_by_text("Исчезнет навсегда: все наши ответы")).to_be_visible()
    page.get_by_role("button", name="Стереть переписку").click()
    page.get_by_role("button", name="Нет, оставить").click()
    expect(page.get_by_role("button", name="Стереть переписку")).to_be_focused()
    assert len(hotline.reports()) == 2
    page.get_by_label("Ваше сообщение").fill("недописанное")
    page.get_by_role("button", name="Стереть переписку").click()
    expect(page.get_by_role("button", name="Нет, оставить")).to_be_focused()
    assert find_barriers(page) == []
    page.get_by_role("button", name="Да, стереть навсегда").click()
    expect(page.get_by_role("heading", name="Переписка стёрта")).to_be_focused(timeout=SOON)
    assert "Мы здесь" not in page.content()
    assert "недописанное" not in page.content()
    assert page.locator("#letter").count() == 0
    assert find_barriers(page) == []
    ended = hotline.reports()[-1]
    assert (ended["event"], ended["voice"]) == ("ended", ways[False]["voice"])
    for typed in (words, alarm(words)):
        other = browsing.page(hotline.url)
        come_back(other, typed)
        expect(other.get_by_text("Ответа пока нет")).to_be_visible(timeout=SOON)
        other.close()


def test_ending_looks_the_same_with_the_alarm_form(browsing: Browsing, hotline: Hotline) -> None:
    seen = []
    for form in (list, alarm):
        words = send(browsing.page(hotline.url), photo=None)
        page = browsing.page(hotline.url)
        come_back(page, form(words))
        expect(page.get_by_role("heading", name="Переписка")).to_be_visible(timeout=SOON)
        browsing.requests.clear()
        page.locator("#talk > .folds summary").click()
        page.locator("#end").click()
        page.locator("#end-yes").click()
        expect(page.get_by_role("heading", name="Переписка стёрта")).to_be_visible(timeout=SOON)
        seen.append(([shape(one) for one in browsing.requests], page.locator("main").inner_text()))
    assert seen[0] == seen[1]


def test_without_a_network_the_end_says_what_is_left(browsing: Browsing, hotline: Hotline) -> None:
    words = send(browsing.page(hotline.url), photo=None)
    page = browsing.page(hotline.url)
    come_back(page, words)
    expect(page.get_by_role("heading", name="Переписка")).to_be_visible(timeout=SOON)
    page.locator("#talk > .folds summary").click()
    page.locator("#end").click()
    page.route("**/v1/boxes/*", lambda route: route.abort("connectionreset"))
    page.locator("#end-yes").click()
    expect(page.get_by_text("переписка может быть ещё на месте")).to_be_visible(timeout=SOON)
    page.unroute("**/v1/boxes/*")
    page.locator("#end-yes").click()
    expect(page.get_by_role("heading", name="Переписка стёрта")).to_be_visible(timeout=SOON)


def test_an_answer_with_a_moment_that_no_calendar_has_hides_none_of_the_others(
    browsing: Browsing, hotline: Hotline
) -> None:
    page = browsing.page(hotline.url)
    words = send(page, photo=None)
    hotline.answer(ways_of(hotline)[False], "Мы здесь.", AT)
    hotline.answer(ways_of(hotline)[False], "Когда-нибудь.", 10**300)
    other = browsing.page(hotline.url)
    come_back(other, words)
    expect(other.locator("#answers")).to_contain_text("Мы здесь.", timeout=SOON)
    expect(other.locator("#damaged")).to_be_visible()
