"""The page in a real Firefox at Tor Browser's level "Safer": an onion, no fast compiler, no storage."""

from __future__ import annotations

import time

from tests.support.browser import ROOT
from tests.support.firefox import ESCAPE, HOME, SAFER, Firefox
from tests.support.street import Street, ways_of

from leeward.front.pages import load_texts
from leeward.seal.codes import derive_way, parse_code

RU = load_texts("catalogue", "ru")
AWAY = load_texts("away", "ru")["title"]
PICTURES = ROOT / "tests" / "vectors" / "pictures"
# A Firefox with a microphone that beeps, for a page that is granted it.
MICROPHONE = {
    "dom.securecontext.allowlist_onions": True,
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
}
SEALED_WITHIN = 2.0  # seconds, from Send to the words


def come_back(firefox: Firefox, words: list[str]) -> None:
    firefox.go("/")
    firefox.click("#come-back")
    firefox.wait("#typed")
    firefox.fill("#typed", " ".join(words))
    firefox.click("#open")
    firefox.wait("#talk")


def send(firefox: Firefox) -> list[str]:
    """Send what was filled in; return the words."""
    firefox.click("#send")
    firefox.wait("#words")
    firefox.wait("#code li")
    return firefox.texts("#code li")


def test_safer_write_come_back_read_and_write_again(street: Street) -> None:
    hotline, text, later = street.hotline, street.marks.new("text"), street.marks.new("later")
    first = street.device(SAFER)
    first.go("/")
    assert first.run("return [isSecureContext, typeof WebAssembly, localStorage]") == [
        True,
        "undefined",
        None,
    ]
    attached = street.file(1_100_000)  # two pieces
    first.fill("#text", f"Нужен врач. {text}")
    first.fill("#picker", str(attached))
    first.fill("#picker", str(PICTURES / "phone.jpg"))
    first.wait("#strip-box")
    first.click("#letter details summary")
    first.fill("#safe-where", street.marks.new("where"))
    street.words = send(first)
    (report,) = hotline.reports()
    assert (report["text"], report["path"], report["lang"]) == (f"Нужен врач. {text}", "page", "ru")
    file, picture = report["files"]
    assert file["name"] == attached.name
    assert b"".join(hotline.piece(piece["blob"]) for piece in file["pieces"]) == attached.read_bytes()
    cleaned = b"".join(hotline.piece(piece["blob"]) for piece in picture["pieces"])
    assert b"Strannik" in (PICTURES / "phone.jpg").read_bytes()  # its hidden data says who, where and when
    assert b"Strannik" not in cleaned
    assert len(cleaned) > 300
    assert derive_way(parse_code(" ".join(street.words), "ru")).box == ways_of(report)[False]["box"]
    hotline.answer(ways_of(report)[False], "Врач будет в семь.", 1_491_500_000_000)
    hotline.answer(ways_of(report)[True], "Спасибо за отзыв.", 1_491_500_000_000)

    other = street.device(SAFER)
    come_back(other, street.words)
    other.wait_text("#answers", "Врач будет в семь.")
    other.fill("#text", later)
    other.click("#send")
    other.wait_text("#answers", "Ваше сообщение отправлено")
    _, opened, written = hotline.reports()
    assert opened["event"] == "opened"
    assert written["text"] == later
    assert opened["voice"] == written["voice"] == ways_of(report)[False]["voice"]

    come_back(other, [*street.words[:6], street.words[7], street.words[6]])
    other.wait_text("#answers", "Спасибо за отзыв.")
    assert "Врач" not in other.source
    assert hotline.reports()[-1]["voice"] == ways_of(report)[True]["voice"]
    assert first.run("return document.cookie") == ""
    street.end()


def test_safer_a_short_report_is_sealed_soon_and_leaving_leaves_nothing(street: Street) -> None:
    firefox = street.device(SAFER)
    firefox.go("about:blank")
    firefox.go("/")
    firefox.click("#voice")
    firefox.wait("#voice-box button")
    firefox.click("#voice-box button")
    firefox.wait_text("#voice-box [role=alert]", RU["voice_none"])
    spent, began = firefox.cpu_seconds(), time.monotonic()
    firefox.fill("#text", "Нужен врач.")
    street.words = send(firefox)
    # Others may be using this machine: what the browser itself computed counts, if that is less.
    assert min(time.monotonic() - began, firefox.cpu_seconds() - spent) < SEALED_WITHIN
    (report,) = street.hotline.reports()
    street.hotline.answer(ways_of(report)[False], "Ждём.", 1_491_500_000_000)

    for how in ("keys", "button"):
        firefox.go("/")
        firefox.fill("#text", street.marks.new(how))
        if how == "keys":
            firefox.press(ESCAPE)
            assert firefox.value("#text").startswith(street.marks.prefix)
            firefox.press(ESCAPE, ESCAPE)
        else:
            firefox.click("#leave")
        firefox.wait_text("h1", AWAY)
        assert firefox.url.startswith(f"{HOME}/units")
        firefox.back()
        assert firefox.url == "about:blank"

    firefox.go("/")
    firefox.click("#come-back")
    firefox.wait("#typed")
    firefox.fill("#typed", " ".join(street.words))
    firefox.click("#check")
    firefox.wait_text("#open-note", RU["check_yes"])
    assert len(street.hotline.reports()) == 1  # nobody was told
    street.end()


def test_a_voice_note_is_recorded_in_firefox_and_arrives(street: Street) -> None:
    firefox = street.device(MICROPHONE)
    firefox.go("/")
    firefox.click("#voice")
    firefox.wait("#voice-box button")
    firefox.click("#voice-box button:nth-of-type(1)")
    firefox.wait("#voice-box button:nth-of-type(2)")
    time.sleep(1)
    firefox.click("#voice-box button:nth-of-type(2)")
    firefox.wait("#files .file")
    send(firefox)
    (report,) = street.hotline.reports()
    (file,) = report["files"]
    assert file["type"] in {"audio/webm", "audio/ogg"}
    sound = b"".join(street.hotline.piece(piece["blob"]) for piece in file["pieces"])
    assert sound.startswith((b"\x1aE\xdf\xa3", b"OggS"))
    street.end()
