"""Steps 1 and 2: a report comes in sealed, is seen at once, answered, read with the eight words, and answered again."""

from __future__ import annotations

import base64
import time

import pytest
from playwright.sync_api import Page, expect
from tests.story.conftest import Story
from tests.support.story import SOON

pytestmark = pytest.mark.browser

TEXT = "Меня зовут Странник, брата задержали в среду у рынка. Нужен врач сегодня."
ANSWER = "Мы прочитали. Врач будет в семь, сможете выйти?"
AGAIN = "Смогу. Спасибо, буду ждать у аптеки."


def make_jpeg(page: Page) -> bytes:
    """Return a real photograph's worth of JPEG, drawn by the browser."""
    url: str = page.evaluate(
        """() => {
          const canvas = Object.assign(document.createElement("canvas"), {width: 640, height: 480});
          const paper = canvas.getContext("2d");
          const noise = paper.createImageData(640, 480);
          noise.data.forEach((_, at) => { noise.data[at] = at % 4 === 3 ? 255 : (at * 7919 >>> 3) & 255 ^ (at >> 9); });
          paper.putImageData(noise, 0, 0);
          return canvas.toDataURL("image/jpeg", 0.95);
        }"""
    )
    return base64.b64decode(url.split(",")[1])


def forms_of(secret: bytes) -> list[bytes]:
    """Return the ways in which readable bytes might lie about."""
    forms = [secret, secret.hex().encode(), secret.hex().upper().encode()]
    forms += [base64.b64encode(secret[skip:])[:-4] for skip in range(3)]
    forms.append(base64.urlsafe_b64encode(secret)[:-4])
    try:
        text = secret.decode()
    except UnicodeDecodeError:
        return forms
    forms += [text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("cp1251", "replace")]
    forms.append(text.encode("unicode_escape"))
    return forms


def test_a_report_leaves_nothing_readable_and_the_open_inbox_shows_it_within_two_seconds(
    story: Story,
) -> None:
    photo = make_jpeg(story.browsing.page("about:blank"))
    assert (photo[:3], photo[-2:]) == (b"\xff\xd8\xff", b"\xff\xd9")
    story.operator.go("/inbox")
    story.browsing.requests.clear()

    page = story.browsing.page(story.stage.page, width=390, height=844, lang="ru")
    page.get_by_label("Ваше сообщение").fill(TEXT)
    page.locator("#picker").set_input_files(
        {"name": "IMG_0412.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    shown = time.monotonic()
    story.operator.see("Странник", within=2000)
    took = time.monotonic() - shown
    words = page.locator("#code li").all_inner_texts()
    assert len(words) == 8
    assert took < 2

    sent = b"".join(
        request.url.encode() + str(request.headers).encode() + (request.post_data_buffer or b"")
        for request in story.browsing.requests
        if request.url.startswith(story.stage.page)
    )
    stored = story.stage.relay_bytes()
    assert len(sent) > len(photo)
    assert len(stored) > len(photo)
    secrets = [TEXT.encode(), TEXT[4:18].encode(), "Странник".encode(), b"IMG_0412", b"image/jpeg"]
    secrets += [photo[at : at + 48] for at in range(0, len(photo) - 48, len(photo) // 7)]
    secrets += [" ".join(words).encode(), *(word.encode() for word in words if len(word) > 4)]
    for secret in secrets:
        for trace in forms_of(secret):
            assert trace not in sent
            assert trace not in stored
    story.keep(photo=photo, words=words, reporter=page)


def test_she_triages_with_one_key_and_the_answer_is_read_with_the_words_on_another_device(
    story: Story,
) -> None:
    desk = story.operator
    words = story["words"]
    desk.page.locator("li[data-row]", has_text="Странник").locator("a[data-open]").click()
    desk.page.wait_for_url("**/inbox/*")
    expect(desk.page.get_by_role("region", name="Messages")).to_contain_text("IMG_0412.jpg")
    desk.page.keyboard.press("1")
    desk.page.keyboard.press("w")  # at once: nothing typed after a key is lost, or taken for more keys
    desk.page.keyboard.type(ANSWER)
    chosen = desk.page.locator("button[name=urgency][aria-pressed=true]")
    expect(chosen).to_have_attribute("value", "immediate")
    desk.page.keyboard.press("Control+Enter")
    expect(desk.page.locator("article.bubble.us")).to_contain_text(ANSWER)
    expect(desk.page.locator("article.bubble.us")).to_contain_text("sealed to their words", timeout=SOON)

    other = story.browsing.page(story.stage.page, width=390, height=844, lang="ru")
    other.get_by_role("button", name="Прочитать ответ").click()
    other.get_by_label("Ваши восемь слов").fill(" ".join(words))
    other.get_by_role("button", name="Открыть переписку").click()
    for _ in range(10):
        if other.locator("#answers li").count():
            break
        other.wait_for_timeout(500)
        again = other.get_by_role("button", name="Проверить, нет ли нового")
        if again.is_visible():
            again.click()
    expect(other.locator("#answers")).to_contain_text(ANSWER)
    other.get_by_label("Ваше сообщение").fill(AGAIN)
    other.get_by_role("button", name="Отправить").click()
    expect(other.locator("#answers")).to_contain_text("Ваше сообщение отправлено", timeout=SOON)
    desk.see(AGAIN, within=2000)
    assert desk.page.locator("article.bubble", has_text=AGAIN).count() == 1
    story.keep(conversation=desk.path)
    stored = story.stage.relay_bytes()
    for secret in (ANSWER, AGAIN, " ".join(words)):
        for trace in forms_of(secret.encode()):
            assert trace not in stored
