"""What the page does when things go wrong: it says so, keeps what was written, and sends nothing by halves."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, Request, Route, expect
from tests.front.test_story import PHOTO, TEXT, come_back, send
from tests.support.browser import Browsing
from tests.support.hotline import CHANCE, Hotline, make_card

from leeward.front import app as front_app
from leeward.front.card import Card, check_card
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.seal.keys import make_identity

pytestmark = pytest.mark.browser

SOON = 30_000


def relay_requests(browsing: Browsing) -> list[Request]:
    return [request for request in browsing.requests if "/v1/" in request.url]


def write(page: Page, photo: bytes | None = None) -> None:
    page.get_by_label("Ваше сообщение").fill(TEXT)
    if photo:
        page.locator("#picker").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo})


def press_send(page: Page) -> None:
    page.get_by_role("button", name="Отправить").click()


def test_a_piece_that_fails_is_tried_again_with_the_same_bytes(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    bodies: list[tuple[str, bytes | None]] = []

    def fail_first(route: Route) -> None:
        bodies.append((route.request.url, route.request.post_data_buffer))
        if len(bodies) == 1:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/v1/blobs/*", fail_first)
    write(page, PHOTO)
    press_send(page)
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    assert bodies.count(bodies[0]) == 2
    assert len(set(bodies)) == len(bodies) - 1
    (report,) = hotline.reports()
    assert b"".join(hotline.piece(piece["blob"]) for piece in report["files"][0]["pieces"]) == PHOTO


def test_without_a_network_nothing_is_lost_and_the_person_decides(
    browsing: Browsing, hotline: Hotline
) -> None:
    page = browsing.page(hotline.url)
    write(page)
    expect(page.get_by_role("button", name="Отправить")).to_be_enabled()
    page.get_by_label("Ваше сообщение").focus()
    page.wait_for_load_state("networkidle")
    page.route("**/v1/**", lambda route: route.abort("internetdisconnected"))
    press_send(page)
    expect(page.get_by_text("ничего не потеряно")).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="Не отправлять").click()
    expect(page.get_by_text("Отправка остановлена")).to_be_visible()
    expect(page.get_by_label("Ваше сообщение")).to_have_value(TEXT)
    press_send(page)
    expect(page.get_by_role("button", name="Попробовать ещё раз")).to_be_visible(timeout=SOON)
    page.unroute("**/v1/**")
    page.get_by_role("button", name="Попробовать ещё раз").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    assert [report["text"] for report in hotline.reports()] == [TEXT]


def test_the_words_are_not_shown_before_the_report_is_stored(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    page.route("**/v1/turns", lambda route: route.fulfill(status=503, body="busy\n"))
    write(page)
    press_send(page)
    expect(page.get_by_role("button", name="Попробовать ещё раз")).to_be_visible(timeout=SOON)
    assert page.locator("#code li").count() == 0


def test_a_refusal_is_told_and_the_stored_pieces_are_taken_back(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    page.route("**/v1/turns", lambda route: route.fulfill(status=413, body="too-large\n"))
    write(page, PHOTO)
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as erased:
        press_send(page)
    assert erased.value.status == 204
    expect(page.get_by_text("Сервер не принял сообщение (too-large)")).to_be_visible()
    expect(page.get_by_label("Ваше сообщение")).to_have_value(TEXT)
    assert hotline.reports() == []


def test_known_only_says_where_to_write_instead(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    page.route("**/v1/turns", lambda route: route.fulfill(status=403, body="known-only\n"))
    write(page)
    press_send(page)
    expect(page.get_by_text("принимает сообщения только от тех, кто уже писал")).to_be_visible(timeout=SOON)
    expect(page.get_by_label("Ваше сообщение")).to_have_value(TEXT)


@pytest.mark.parametrize(
    ("status", "word", "said"),
    [
        (400, "wrong-sum", "что-то изменило отправленное"),
        (503, "busy", "Сервер сейчас перегружен"),
        (507, "no-room", "Сервер сейчас перегружен"),
    ],
)
def test_a_relay_that_cannot_now_is_told_apart_from_silence(
    browsing: Browsing, hotline: Hotline, status: int, word: str, said: str
) -> None:
    page = browsing.page(hotline.url)
    page.route("**/v1/turns", lambda route: route.fulfill(status=status, body=f"{word}\n"))
    write(page)
    press_send(page)
    expect(page.get_by_text(said)).to_be_visible(timeout=SOON)
    page.unroute("**/v1/turns")
    page.get_by_role("button", name="Попробовать ещё раз").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    assert len(hotline.reports()) == 1


def test_work_in_a_flood_is_explained_and_done(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    asked: list[str | None] = []
    salt = "5a" * 16

    def ask_for_work(route: Route) -> None:
        asked.append(route.request.headers.get("leeward-work"))
        if asked[-1] is None:
            route.fulfill(status=429, headers={"Leeward-Work": f"{salt} 14"}, body="work-needed\n")
        else:
            route.continue_()

    page.route("**/v1/turns", ask_for_work)
    page.evaluate(
        """() => { window.said = [];
             const line = document.getElementById("progress-text");
             new MutationObserver(() => window.said.push(line.textContent)).observe(line, {childList: true}); }"""
    )
    write(page)
    press_send(page)
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    assert len(asked) == 2
    assert asked[1] is not None
    assert asked[1].startswith(f"{salt} ")
    assert any("Сейчас пишут очень многие" in one for one in page.evaluate("window.said"))


def test_after_a_cut_it_goes_on_where_it_stopped_even_after_pressing_do_not_send(
    browsing: Browsing, hotline: Hotline
) -> None:
    page = browsing.page(hotline.url)
    put: list[str] = []

    def cut_off(route: Route) -> None:
        if route.request.method == "PUT":
            put.append(route.request.url)
        if len(put) > 2:
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/v1/**", cut_off)
    write(page, PHOTO)
    press_send(page)
    expect(page.get_by_text("Связь оборвалась на")).to_be_visible(timeout=SOON)
    assert "%" in page.locator("#trouble-text").inner_text()
    page.get_by_role("button", name="Не отправлять").click()
    page.unroute("**/v1/**")
    with page.expect_response(lambda answer: answer.url.endswith("/v1/turns")):
        press_send(page)
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    sent = [one.url for one in relay_requests(browsing) if one.method == "PUT"]
    assert sent.count(put[0]) == 1  # what was there already did not travel again
    assert len(set(sent)) == 3
    (report,) = hotline.reports()
    assert b"".join(hotline.piece(piece["blob"]) for piece in report["files"][0]["pieces"]) == PHOTO


def test_a_changed_message_is_a_new_one(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    page.route("**/v1/turns", lambda route: route.abort("connectionreset"))
    write(page)
    press_send(page)
    expect(page.get_by_role("button", name="Не отправлять")).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="Не отправлять").click()
    page.get_by_label("Ваше сообщение").fill("Совсем другое.")
    page.unroute("**/v1/turns")
    press_send(page)
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    assert [report["text"] for report in hotline.reports()] == ["Совсем другое."]


def test_with_the_words_the_same_file_sends_only_what_is_missing(
    browsing: Browsing, hotline: Hotline
) -> None:
    words = send(browsing.page(hotline.url), photo=None)
    page = browsing.page(hotline.url)
    come_back(page, words)
    expect(page.get_by_role("heading", name="Переписка")).to_be_visible(timeout=SOON)
    page.route("**/v1/turns", lambda route: route.abort("connectionreset"))
    write(page, PHOTO)
    expect(page.get_by_text("выберите тот же файл")).to_be_visible()
    press_send(page)
    expect(page.get_by_text("Связь оборвалась")).to_be_visible(timeout=SOON)
    page.close()

    other = browsing.page(hotline.url)
    come_back(other, words)
    expect(other.get_by_role("heading", name="Переписка")).to_be_visible(timeout=SOON)
    browsing.requests.clear()
    write(other, PHOTO)
    press_send(other)
    expect(other.locator("#answers")).to_contain_text("Ваше сообщение отправлено", timeout=SOON)
    assert [one.method for one in relay_requests(browsing) if "/blobs/" in one.url] == ["HEAD"] * 3
    later = hotline.reports()[-1]
    assert b"".join(hotline.piece(piece["blob"]) for piece in later["files"][0]["pieces"]) == PHOTO


def test_without_the_list_of_words_nothing_is_sent(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    page.route("**/a/words-*", lambda route: route.fulfill(body="абажур\n"))
    write(page)
    press_send(page)
    expect(page.get_by_text("Ничего не отправлено")).to_be_visible(timeout=SOON)
    assert relay_requests(browsing) == []


@contextlib.contextmanager
def front_with_broken_recipient(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the page with a recipient that no desk would have signed."""
    identity = make_identity(CHANCE)

    def tampered(card: dict[str, Any]) -> Card:
        checked = check_card(card)
        last = "q" if checked.recipient[-1] != "q" else "p"
        return Card(**{**vars(checked), "recipient": checked.recipient[:-1] + last})

    monkeypatch.setattr("leeward.front.kept.check_card", tampered)
    card = make_card(identity, CHANCE.draw(16).hex(), CHANCE.draw(32).hex())
    with (
        contextlib.closing(open_store(str(folder))) as store,
        Serving(front_app.make_front(card, store)) as serving,
    ):
        yield serving.address


def test_if_sealing_fails_nothing_at_all_is_sent(
    browsing: Browsing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with front_with_broken_recipient(tmp_path, monkeypatch) as url:
        page = browsing.page(url)
        write(page, PHOTO)
        press_send(page)
        expect(page.get_by_text("Не получилось запечатать")).to_be_visible(timeout=SOON)
        expect(page.get_by_label("Ваше сообщение")).to_have_value(TEXT)
        assert relay_requests(browsing) == []


def test_nothing_typed_is_told_in_words(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    press_send(page)
    expect(page.get_by_text("Здесь пока пусто")).to_be_visible()
    assert relay_requests(browsing) == []


def test_too_many_files_are_told_and_the_first_are_kept(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    many = [FilePayload(name=f"{n}.txt", mimeType="", buffer=b"x") for n in range(101)]
    page.locator("#picker").set_input_files(many)
    expect(page.get_by_text("не больше 100 файлов")).to_be_visible()
    expect(page.locator(".file")).to_have_count(100)


def test_a_wrong_word_is_caught_here_and_a_slip_is_mended(browsing: Browsing, hotline: Hotline) -> None:
    words = send(browsing.page(hotline.url), photo=None)
    page = browsing.page(hotline.url)
    before = len(relay_requests(browsing))
    come_back(page, [words[1], words[0], *words[2:]] if words[0] != words[1] else words[::-1])
    expect(page.get_by_text("Слова или числа не сходятся")).to_be_visible(timeout=SOON)
    page.get_by_label("Ваши восемь слов").fill(" ".join(words[:5]))
    page.get_by_role("button", name="Открыть переписку").click()
    expect(page.get_by_text("Нужно восемь слов, а здесь их 5.")).to_be_visible()
    assert len(relay_requests(browsing)) == before

    longest = max(words, key=len)
    slip = [word if word != longest else word + "ъ" for word in words]
    page.get_by_label("Ваши восемь слов").fill(", ".join(slip).upper())
    page.get_by_role("button", name=longest, exact=True).click()
    page.get_by_role("button", name="Открыть переписку").click()
    expect(page.get_by_text("ответа пока нет")).to_be_visible(timeout=SOON)


def test_an_answer_that_does_not_open_is_told_and_hides_no_other(
    browsing: Browsing, hotline: Hotline
) -> None:
    words = send(browsing.page(hotline.url), photo=None)
    way = next(one for one in hotline.reports()[0]["ways"] if not one["alarm"])
    hotline.relay.append(way["box"], way["write"], "ab" * 16, b"age-encryption.org/v1\nnonsense")
    hotline.answer(way, "<b>Это</b> ответ & всё", 1_491_500_000_000)
    page = browsing.page(hotline.url)
    come_back(page, words)
    expect(page.locator("#answers")).to_contain_text("<b>Это</b> ответ & всё")
    expect(page.get_by_text("которые не открылись: 1")).to_be_visible()


def test_a_relay_that_answers_nonsense_shows_no_answer(browsing: Browsing, hotline: Hotline) -> None:
    words = send(browsing.page(hotline.url), photo=None)
    page = browsing.page(hotline.url)
    page.route("**/v1/turns", lambda route: route.fulfill(status=200, body=json.dumps({"no": "listing"})))
    come_back(page, words)
    expect(page.get_by_text("Сервер не отвечает. Ответы не потеряны.")).to_be_visible(timeout=SOON)


def test_a_large_file_is_streamed_in_pieces(browsing: Browsing, hotline: Hotline, tmp_path: Path) -> None:
    large = tmp_path / "film.mp4"
    large.write_bytes(PHOTO * 9)  # beyond what is held sealed in memory
    page = browsing.page(hotline.url)
    page.locator("#picker").set_input_files(large)
    press_send(page)
    expect(page.get_by_text("Запечатываем и отправляем")).to_be_visible(timeout=SOON)
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=60_000)
    (file,) = hotline.reports()[0]["files"]
    assert b"".join(hotline.piece(piece["blob"]) for piece in file["pieces"]) == large.read_bytes()
