"""The main job of the page, in a real browser against a real relay: write, seal, send, remember, come back."""

from __future__ import annotations

import base64
import hashlib
import json
import random

import pytest
from playwright.sync_api import FilePayload, Page, expect
from tests.support.browser import PLAIN_HOST, Browsing
from tests.support.hotline import Hotline

from leeward.domain.intake.report import read_report

pytestmark = pytest.mark.browser

TEXT = "Меня зовут Странник. Нужен врач сегодня, адрес скажу потом."
SOON = 30_000


def make_jpeg(size: int) -> bytes:
    """Bytes that begin and end as a JPEG does, and are unlike anything else."""
    middle = random.Random(5).randbytes(size - 24)
    return bytes.fromhex("ffd8ffe000104a46494600010100000100010000")[:20] + middle + bytes.fromhex("0000ffd9")


PHOTO = make_jpeg(2_300_000)  # three pieces


def send(page: Page, text: str = TEXT, photo: bytes | None = PHOTO) -> list[str]:
    """Write and send, and return the eight words."""
    page.get_by_label("Ваше сообщение").fill(text)
    if photo is not None:
        page.locator("#picker").set_input_files(
            {"name": "IMG_0412.jpg", "mimeType": "image/jpeg", "buffer": photo}
        )
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    return page.locator("#code li").all_inner_texts()


def come_back(page: Page, words: list[str]) -> None:
    page.get_by_role("button", name="Прочитать ответ").click()
    page.get_by_label("Ваши восемь слов").fill(" ".join(words))
    page.get_by_role("button", name="Открыть переписку").click()


def traces_of(*secrets: bytes) -> list[bytes]:
    """Return the forms in which readable text might lie about."""
    forms = []
    for secret in secrets:
        forms += [secret, base64.b64encode(secret)[:-4], secret.hex().encode()]
        try:
            forms.append(secret.decode().encode("utf-16-le"))
        except UnicodeDecodeError:
            continue
    return forms


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_a_report_reaches_the_team_and_nothing_readable_leaves_the_browser(
    browsing: Browsing, hotline: Hotline, width: int, height: int
) -> None:
    page = browsing.page(hotline.url, width=width, height=height)
    words = send(page)
    assert len(set(words)) >= 7

    sent = b"".join(
        request.url.encode() + str(request.headers).encode() + (request.post_data_buffer or b"")
        for request in browsing.requests
    )
    everywhere = sent + hotline.stored_bytes()
    assert len(sent) > len(PHOTO)
    secrets = [TEXT.encode(), TEXT[9:25].encode(), PHOTO[200:240], PHOTO[2_000_000:2_000_040], b"IMG_0412"]
    secrets += [" ".join(words).encode(), *(word.encode() for word in words if len(word) > 4)]
    for trace in traces_of(*secrets):
        assert trace not in everywhere

    (report,) = hotline.reports()
    assert report["v"] == 1
    assert report["text"] == TEXT
    assert report["lang"] == "ru"
    assert set(report) == {"v", "id", "lang", "text", "files", "ways", "path"}
    assert report["path"] == "page"
    (file,) = report["files"]
    assert (file["name"], file["type"], file["size"]) == ("IMG_0412.jpg", "image/jpeg", len(PHOTO))
    assert file["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    assert b"".join(hotline.piece(piece["blob"]) for piece in file["pieces"]) == PHOTO
    for piece in file["pieces"]:
        sealed = hotline.relay.get_blob(piece["blob"])
        assert sealed is not None
        assert (len(sealed), hashlib.sha256(sealed).hexdigest()) == (piece["size"], piece["sha256"])
    assert sorted(way["alarm"] for way in report["ways"]) == [False, True]
    assert len({way["box"] for way in report["ways"]}) == 2
    assert browsing.complaints == []


def test_the_tokens_in_a_report_erase_its_pieces(browsing: Browsing, hotline: Hotline) -> None:
    send(browsing.page(hotline.url), photo=PHOTO[:5000])
    piece = hotline.reports()[0]["files"][0]["pieces"][0]
    hotline.relay.delete_blob(piece["blob"], piece["erase"])
    assert hotline.relay.get_blob(piece["blob"]) is None


def test_the_words_open_the_answer_on_another_device_and_its_voice_is_known(
    browsing: Browsing, hotline: Hotline
) -> None:
    words = send(browsing.page(hotline.url), photo=None)
    ways = {way["alarm"]: way for way in hotline.reports()[0]["ways"]}
    hotline.answer(ways[False], "Врач будет в семь.\nСможете выйти?", 1_491_500_000_000)
    hotline.answer(ways[True], "Спасибо за отзыв о магазине.", 1_491_500_000_000)

    other = browsing.page(hotline.url, width=1280, height=800)
    come_back(other, words)
    expect(other.locator("#answers li")).to_have_count(1)
    expect(other.locator("#answers")).to_contain_text("Врач будет в семь.")
    expect(other.locator("#answers time")).to_contain_text("апр.")
    other.get_by_label("Ваше сообщение").fill("Смогу, спасибо.")
    other.get_by_role("button", name="Отправить").click()
    expect(other.locator("#answers")).to_contain_text("Ваше сообщение отправлено")

    _, opened, later = hotline.reports()
    assert opened["event"] == "opened"
    assert opened["voice"] == later["voice"] == ways[False]["voice"]
    assert later["text"] == "Смогу, спасибо."
    assert set(later) == {"v", "id", "lang", "text", "files", "voice", "path"}
    hotline.answer(ways[False], "Ждём.", 1_491_500_100_000)
    other.get_by_role("button", name="Проверить, нет ли нового").click()
    expect(other.locator("#answers")).to_contain_text("Ждём.")
    assert browsing.complaints == []


def test_the_alarm_form_opens_the_other_conversation_and_speaks_in_its_voice(
    browsing: Browsing, hotline: Hotline
) -> None:
    words = send(browsing.page(hotline.url), photo=None)
    ways = {way["alarm"]: way for way in hotline.reports()[0]["ways"]}
    hotline.answer(ways[False], "Врач будет в семь.", 1_491_500_000_000)
    hotline.answer(ways[True], "Спасибо за отзыв о магазине.", 1_491_500_000_000)
    other = browsing.page(hotline.url)
    come_back(other, [*words[:6], words[7], words[6]])
    expect(other.locator("#answers")).to_contain_text("Спасибо за отзыв о магазине.")
    expect(other.locator("#answers")).not_to_contain_text("Врач")
    expect(other.get_by_role("heading", name="Переписка")).to_be_visible()
    assert hotline.reports()[1]["voice"] == ways[True]["voice"]


def test_files_alone_and_an_empty_file_arrive(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    empty: FilePayload = {"name": "a<b>&.txt", "mimeType": "text/plain", "buffer": b""}
    small: FilePayload = {"name": "я" * 120, "mimeType": "", "buffer": b"one"}
    page.locator("#picker").set_input_files([empty, small])
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    (report,) = hotline.reports()
    assert [(one["name"], one["size"], len(one["pieces"])) for one in report["files"]] == [
        ("a<b>&.txt", 0, 0),
        ("я" * 120, 3, 1),
    ]


def test_it_works_where_the_browser_grants_no_secure_context(browsing: Browsing, hotline: Hotline) -> None:
    plain = hotline.url.replace("127.0.0.1", PLAIN_HOST)
    page = browsing.page(plain)
    assert page.evaluate("[isSecureContext, typeof crypto.subtle]") == [False, "undefined"]
    words = send(page)
    (report,) = hotline.reports()
    (file,) = report["files"]
    assert file["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    for piece in file["pieces"]:
        sealed = hotline.relay.get_blob(piece["blob"])
        assert sealed is not None
        assert hashlib.sha256(sealed).hexdigest() == piece["sha256"]
    other = browsing.page(plain)
    come_back(other, words)
    expect(other.get_by_role("heading", name="Переписка")).to_be_visible(timeout=SOON)
    # The one header that browsers set aside there; it is for those who serve the page over https.
    assert [line for line in browsing.complaints if "Cross-Origin-Opener-Policy" not in line] == []


def test_half_a_character_does_not_make_a_report_unreadable(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    page.locator("#text").evaluate("area => { area.value = 'до \\ud83d после\\u0000 \\u202e'; }")
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    (body,) = hotline.opened_reports()
    assert "\\ud83d" not in body.decode()
    assert json.loads(body)["text"].startswith("до \ufffd после")


def test_a_desk_understands_what_the_page_sends(browsing: Browsing, hotline: Hotline) -> None:
    words = send(browsing.page(hotline.url), photo=PHOTO[:9000])
    other = browsing.page(hotline.url)
    come_back(other, words)
    expect(other.get_by_role("heading", name="Переписка")).to_be_visible(timeout=SOON)
    first, opened = (read_report(body) for body in hotline.opened_reports())
    assert (first.text, first.language, first.event, first.urgent) == (TEXT, "ru", "", False)
    assert [(file.name, file.size) for file in first.files] == [("IMG_0412.jpg", 9000)]
    assert [spoken.way.alarm for spoken in first.ways] == [False, True]
    assert opened.event == "opened"
    assert opened.voice == first.ways[0].voice
