"""Pictures go without their hidden data, with every pixel; what cannot be cleaned is said; the person decides."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.front.test_story import SOON
from tests.support.browser import ROOT, Browsing, find_barriers
from tests.support.hotline import Hotline

pytestmark = pytest.mark.browser

PICTURES = ROOT / "tests" / "vectors" / "pictures"
NAMES = sorted(path.name for path in PICTURES.iterdir() if path.suffix != ".md")
TOLD = [b"Strannik", b"Kamera", b"2017:04:07", b"Model-77", b"adobe:ns:meta"]
PIXELS = """async ([type, base64]) => {
  const bytes = Uint8Array.from(atob(base64), one => one.charCodeAt(0));
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([bytes], {type}));
  await image.decode();
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  const paper = Object.assign(document.createElement("canvas"), {width, height}).getContext("2d");
  paper.drawImage(image, 0, 0);
  return [width, height, Array.from(paper.getImageData(0, 0, width, height).data).join(",")];
}"""


def pixels(page: Page, picture: bytes, kind: str) -> list[object]:
    """Return width, height and colours as a browser shows them: turned, and with the profile applied."""
    shown: list[object] = page.evaluate(PIXELS, [kind, base64.b64encode(picture).decode()])
    return shown


def send_files(page: Page, *paths: Path) -> None:
    page.locator("#picker").set_input_files(list(paths))
    expect(page.locator(".file")).to_have_count(len(paths))
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)


def received(hotline: Hotline) -> dict[str, bytes]:
    files = hotline.reports()[-1]["files"]
    return {
        file["name"]: b"".join(hotline.piece(piece["blob"]) for piece in file["pieces"]) for file in files
    }


def test_pictures_arrive_without_hidden_data_and_look_the_same(browsing: Browsing, hotline: Hotline) -> None:
    page = browsing.page(hotline.url)
    send_files(page, *(PICTURES / name for name in NAMES))
    arrived = received(hotline)
    assert sorted(arrived) == NAMES
    blank = browsing.page("about:blank")
    for name, picture in arrived.items():
        assert not [told for told in TOLD if told in picture], name
        kind = "image/" + name.rpartition(".")[2].replace("jpg", "jpeg")
        before = pixels(blank, (PICTURES / name).read_bytes(), kind)
        assert pixels(blank, picture, kind) == before, name
    assert pixels(blank, arrived["phone.jpg"], "image/jpeg")[:2] == [24, 40]  # still turned
    assert browsing.complaints == []


def test_the_choice_is_explained_and_the_original_is_sent_when_wanted(
    browsing: Browsing, hotline: Hotline
) -> None:
    page = browsing.page(hotline.url)
    switch = page.get_by_role("switch", name="Убирать из снимков скрытые данные")
    expect(switch).to_be_hidden()
    page.locator("#picker").set_input_files(PICTURES / "phone.jpg")
    expect(switch).to_be_checked()
    expect(page.get_by_text("когда и где он сделан, и это может вас выдать")).to_be_visible()
    expect(page.get_by_text("Без скрытых данных")).to_be_visible()
    assert find_barriers(page) == []
    switch.uncheck()
    expect(page.get_by_text("Уйдёт как есть, со скрытыми данными")).to_be_visible()
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    assert received(hotline) == {"phone.jpg": (PICTURES / "phone.jpg").read_bytes()}


def test_a_dated_name_is_sent_without_the_date(browsing: Browsing, hotline: Hotline, tmp_path: Path) -> None:
    dated = tmp_path / "IMG_20170407_211500.png"
    dated.write_bytes((PICTURES / "palette.png").read_bytes())
    send_files(browsing.page(hotline.url), dated)
    assert received(hotline) == {"IMG.png": dated.read_bytes()}


def test_what_cannot_be_cleaned_is_said_and_kept_or_removed(
    browsing: Browsing, hotline: Hotline, tmp_path: Path
) -> None:
    for name in ("a.heic", "b.mp4", "c.pdf", "d.jpg", "e.txt"):
        (tmp_path / name).write_bytes(b"\xff\xd8 not what it seems " + name.encode())
    page = browsing.page(hotline.url)
    page.locator("#picker").set_input_files(
        [tmp_path / f"{name}" for name in ("a.heic", "b.mp4", "c.pdf", "d.jpg", "e.txt")]
    )
    stays = page.get_by_text("Скрытые данные в нём останутся")
    expect(stays).to_have_count(4)
    page.get_by_role("button", name="Оставить").first.click()
    expect(stays).to_have_count(3)
    page.get_by_role("button", name="Убрать файл b.mp4").click()
    expect(stays).to_have_count(2)
    page.get_by_role("button", name="Отправить").click()
    expect(page.get_by_role("heading", name="Сообщение у нас")).to_be_visible(timeout=SOON)
    assert sorted(received(hotline)) == ["a.heic", "c.pdf", "d.jpg", "e.txt"]


def test_if_the_cleaner_does_not_load_that_is_said_and_tried_again(
    browsing: Browsing, hotline: Hotline
) -> None:
    page = browsing.page(hotline.url)
    page.route("**/a/clean-*", lambda route: route.abort())
    page.locator("#picker").set_input_files(PICTURES / "phone.jpg")
    expect(page.get_by_text("Не загрузилась та часть страницы, которая убирает")).to_be_visible()
    page.unroute("**/a/clean-*")
    page.get_by_role("button", name="Попробовать ещё раз").click()
    expect(page.get_by_text("Без скрытых данных")).to_be_visible()
