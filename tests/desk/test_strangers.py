from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.support.reporter import Reporter, item_id

from leeward.desk.strangers import SANDBOX, picture_type
from leeward.office import intake
from leeward.office.files import keep_file
from leeward.office.session import Session

if TYPE_CHECKING:
    from tests.desk.conftest import Browser

PICTURES = {
    "image/jpeg": b"\xff\xd8\xff\xe0rest",
    "image/png": b"\x89PNG\r\n\x1a\nrest",
    "image/gif": b"GIF89arest",
    "image/webp": b"RIFF\x00\x00\x00\x00WEBPrest",
}
OTHERS = [
    b"<svg onload=alert(1)>",
    b"<!doctype html><script>",
    b"%PDF-1.7",
    b"",
    b"RIFF\x00\x00\x00\x00WAVE",
    b"GIF88a",
]


@pytest.mark.parametrize(("kind", "head"), list(PICTURES.items()))
def test_four_kinds_of_pictures_are_known_by_their_first_bytes(kind: str, head: bytes) -> None:
    assert picture_type(head) == kind


@pytest.mark.parametrize("head", OTHERS)
def test_nothing_else_is_a_picture(head: bytes) -> None:
    assert picture_type(head) == ""


def sent(session: Session, body: bytes, name: str, media_type: str) -> str:
    circle = session.compartment_of("intake")
    ref = keep_file(session, circle, [body], name=name, media_type=media_type)
    intake.take_in(session, item_id(), Reporter(session).first("файл", files=[ref]))
    letter = intake.conversation(session, intake.queue(session)[0].contact.id).letters[0]
    return f"/inbox/file/{letter.id}/0"


def test_a_page_called_a_picture_is_only_offered_for_saving(session: Session, browser: Browser) -> None:
    path = sent(session, b"<!doctype html><script>alert(1)</script>", "кот.jpg", "image/jpeg")
    for address in (path, path + "?look=1"):
        answer = browser.get(address)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["content-security-policy"] == SANDBOX


def test_a_picture_is_shown_under_its_true_type_in_a_sandbox(session: Session, browser: Browser) -> None:
    path = sent(session, PICTURES["image/png"], 'a"\r\nx: y.html', "text/html")
    answer = browser.get(path + "?look=1")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("inline;")
    assert answer.headers["content-security-policy"] == SANDBOX
    assert "x" not in answer.headers
    assert answer.content == PICTURES["image/png"]
    assert browser.get(path).headers["content-disposition"].startswith("attachment;")


def test_an_attachment_that_is_not_there_is_told_in_words(session: Session, browser: Browser) -> None:
    path = sent(session, b"x", "a.txt", "text/plain")
    answer = browser.get(path[:-1] + "7")
    assert answer.status_code == 404
    assert "no such attachment" in answer.text
