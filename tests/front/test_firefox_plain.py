"""The way without a script in a real Firefox at Tor Browser's level "Safest", where no page may run any."""

from __future__ import annotations

import hashlib

from tests.support.firefox import HOME, SAFEST, Firefox
from tests.support.street import Street, ways_of

from leeward.domain.intake.report import read_report
from leeward.front.pages import load_texts
from leeward.seal.codes import derive_way, parse_code

RU = load_texts("plain_texts", "ru")
AWAY = load_texts("away", "ru")["title"]
SEND, RETURN = '[action="/plain/send"]', ".plain-return"


def open_with(firefox: Firefox, words: list[str]) -> None:
    firefox.go("/")
    firefox.fill("#plain-words", " ".join(words))
    firefox.click(f"{RETURN} .go")
    firefox.wait_text("h1", RU["talk_heading"])


def test_safest_write_come_back_read_answer_and_end(street: Street) -> None:
    hotline, text, later = street.hotline, street.marks.new("text"), street.marks.new("later")
    first = street.device(SAFEST)
    first.go("/")
    assert first.value("html", "className") == ""  # the page's script did not run
    assert not first.shown("#letter")
    assert RU["protection_1"] in first.text("main")
    attached = street.file(1_200_000)
    first.fill("#plain-text", f"Меня держат у брата. {text}")
    first.fill("#plain-files", str(attached))
    mark = "return getComputedStyle(document.querySelector('.folds summary'), '::before').content"
    assert first.run(mark).startswith('"+"')  # the level draws no icon that says so
    first.click(f"{SEND} summary")
    where = street.marks.new("where")
    first.fill("#plain-where", where)
    first.click('#plain-device [value="shared"]')
    first.click("[name=urgent]")
    first.click(f"{SEND} .go")
    first.wait("#code")
    street.words = first.texts("#code li")
    (report,) = hotline.reports()
    assert (report["path"], report["urgent"], report["lang"]) == ("plain", True, "ru")
    assert report["text"] == f"Меня держат у брата. {text}"
    assert report["facts"] == {"where": where, "device": "shared"}
    (file,) = report["files"]
    assert (file["name"], file["sha256"]) == (
        attached.name,
        hashlib.sha256(attached.read_bytes()).hexdigest(),
    )
    assert b"".join(hotline.piece(piece["blob"]) for piece in file["pieces"]) == attached.read_bytes()
    assert derive_way(parse_code(" ".join(street.words), "ru")).box == ways_of(report)[False]["box"]
    hotline.answer(ways_of(report)[False], "Ждите у ворот.", 1_491_500_000_000)
    hotline.answer(ways_of(report)[True], "Спасибо за отзыв.", 1_491_500_000_000)

    other = street.device(SAFEST)
    open_with(other, street.words)
    other.wait_text(".answer-text", "Ждите у ворот.")
    other.fill("#plain-text", later)
    other.click('[action="/plain/write"] .go')
    other.wait_text("main", RU["talk_sent"])
    open_with(other, [*street.words[:6], street.words[7], street.words[6]])
    other.wait_text(".answer-text", "Спасибо за отзыв.")
    assert "Ждите" not in other.source
    voices = {alarm: way["voice"] for alarm, way in ways_of(report).items()}
    understood = [read_report(body) for body in hotline.opened_reports()]
    assert [(one.event, one.text, one.voice) for one in understood[1:]] == [
        ("opened", "", voices[False]),
        ("", later, voices[False]),
        ("opened", "", voices[True]),
    ]
    open_with(other, street.words)
    other.click("[name=sure]")
    other.click('[action="/plain/end"] button')
    other.wait_text("h1", RU["ended_heading"])
    street.end()


def test_safest_leaving_is_one_click_and_nothing_is_promised_that_needs_a_script(street: Street) -> None:
    firefox = street.device(SAFEST)
    firefox.go("about:blank")
    for path in ("/", "/plain?lang=ru"):
        firefox.go(path)
        for fold in firefox.all("details summary"):
            firefox.ask("WebDriver:ElementClick", id=fold) if firefox.seen(fold) else None
        said = firefox.text("body")
        assert "Esc" not in said
        assert "не вернёт" not in said  # Back does, where no script can prevent it
        assert RU["leave_note"] in said
        firefox.fill("#plain-text", street.marks.new("left"))
        firefox.click("#leave")
        firefox.wait_text("h1", AWAY)
        assert firefox.url.startswith(f"{HOME}/units")
        firefox.back()
        firefox.wait("#plain-text")
        assert firefox.value("#plain-text") == ""  # but not what was written
    street.end()
