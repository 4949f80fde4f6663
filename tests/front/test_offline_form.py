"""The offline form in a real browser, from a file: it asks no network, seals what a desk can read, and is signed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.support.browser import Browsing, find_barriers, overflows
from tests.support.firefox import SAFER, run_firefox
from tests.support.hotline import CHANCE, make_card
from tests.support.marks import Marks, files_below, in_files, search_for

from leeward.desk.security import open_socket
from leeward.front.assets import load_built
from leeward.front.card import check_card
from leeward.front.offline import FormRefused, check_form, print_statement, render_form
from leeward.seal.codes import derive_way, parse_code
from leeward.seal.envelope import open_sealed
from leeward.seal.keys import Identity, make_identity
from leeward.seal.kinds import Kind
from leeward.seal.signing import make_signing_key
from leeward.wire.envelope import parse_envelope

QUESTIONS = {
    "version": 3,
    "list": [{"id": "bed", "required": False, "text": {"en": "Have you a bed?", "ru": "Есть где спать?"}}],
}


@dataclass
class Made:
    """A form on disk and the key that opens what it seals."""

    path: Path
    identity: Identity

    @property
    def url(self) -> str:
        return self.path.as_uri()


@pytest.fixture(scope="module")
def plain() -> tuple[bytes, Identity]:
    identity = make_identity(CHANCE)
    box, write = (CHANCE.draw(size).hex() for size in (16, 32))
    card = check_card(make_card(identity, box, write, questions=QUESTIONS))
    return render_form(card, load_built()), identity


@pytest.fixture
def form(plain: tuple[bytes, Identity], tmp_path: Path) -> Made:
    key = make_signing_key(CHANCE)
    path = tmp_path / "form.html"
    path.write_bytes(plain[0] + print_statement(key.verify_key(), key.sign("form", plain[0])))
    return Made(path, plain[1])


def seal_letter(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#send").click()
    expect(page.locator("#words")).to_be_visible(timeout=20_000)


def saved(page: Page, to: Path) -> bytes:
    with page.expect_download() as download:
        page.locator("#save").click()
    download.value.save_as(to)
    assert download.value.suggested_filename == "letter.bin"
    return to.read_bytes()


@pytest.mark.browser
def test_from_a_file_it_seals_everything_and_asks_no_network(
    form: Made, browsing: Browsing, tmp_path: Path
) -> None:
    page = browsing.page(form.url, lang="en")
    page.locator('[data-language="en"]').click()
    expect(page.locator("h1").first).to_have_text("Write to us")
    photo = tmp_path / "door.txt"
    photo.write_bytes(b"the door of the shed" * 5000)
    page.locator("#picker").set_input_files(photo)
    page.locator("#urgent").check()
    page.locator("summary", has_text="How can we answer you safely?").click()
    page.locator("#safe-when").fill("at noon")
    page.locator("#questions summary").click()
    page.locator("#q-bed").fill("no")
    seal_letter(page, "We are two, in the shed.")
    words = page.locator("#code li").all_inner_texts()
    [*_, (_, turn)] = parse_envelope(saved(page, tmp_path / "letter.bin"))
    page.locator("#as-text").click()
    shown = page.locator("#envelope").input_value()
    assert parse_envelope(shown.encode())[-1][1] == turn
    assert turn.post is not None
    report = json.loads(open_sealed(Kind.REPORT, turn.post.sealed, [form.identity]))
    assert report["text"] == "We are two, in the shed."
    assert (report["path"], report["lang"], report["urgent"]) == ("offline", "en", True)
    assert report["facts"] == {"when": "at noon"}
    assert (report["questions"], report["answers"]) == (3, [{"q": "bed", "text": "no"}])
    [piece] = turn.puts
    assert open_sealed(Kind.PIECE, piece.sealed, [form.identity]) == photo.read_bytes()
    way = derive_way(parse_code(" ".join(words), "en"))
    assert way.box in {make.box.hex() for make in turn.makes}
    assert way.voice in {one["voice"] for one in report["ways"]}
    assert {request.url.split(":")[0] for request in browsing.requests} <= {"file", "blob"}
    assert [request.url for request in browsing.requests if request.url.startswith("file")] == [form.url]
    assert browsing.complaints == []
    assert page.locator("#text").input_value() == ""


def test_in_firefox_as_careful_as_tor_browser_it_seals_the_same(form: Made, tmp_path: Path) -> None:
    mark = Marks()
    attached = tmp_path / f"{mark.new('name')}.bin"
    attached.write_bytes(CHANCE.draw(50_000))
    with run_firefox(tmp_path / "device", "http://127.0.0.1:9", SAFER) as firefox:
        firefox.go("about:blank")
        firefox.go(form.url)
        firefox.wait("#send:not([disabled])")
        firefox.fill("#text", f"Пишу из Firefox. {mark.new('text')}")
        firefox.fill("#picker", str(attached))
        firefox.click("#send")
        firefox.wait("#code li")
        words, language = firefox.texts("#code li"), firefox.value("html", "lang")
        firefox.click("#as-text")
        firefox.wait("#envelope")
        letter = firefox.value("#envelope")
        firefox.click("#leave")
        firefox.back()
        assert firefox.url == "about:blank"
    assert firefox.asked == []
    assert "JavaScript error: file" not in (tmp_path / "device" / "said.txt").read_text("utf-8", "replace")
    assert in_files(files_below(tmp_path / "device"), search_for(mark.prefix, " ".join(words[:2]))) == []
    [(_, turn)] = parse_envelope(letter.encode())
    assert turn.post is not None
    report = json.loads(open_sealed(Kind.REPORT, turn.post.sealed, [form.identity]))
    assert report["text"].startswith("Пишу из Firefox.")
    [piece] = turn.puts
    assert open_sealed(Kind.PIECE, piece.sealed, [form.identity]) == attached.read_bytes()
    way = derive_way(parse_code(" ".join(words), language))
    assert way.voice in {one["voice"] for one in report["ways"]}


@pytest.mark.browser
def test_a_letter_too_large_for_any_channel_is_told_before_anything_is_lost(
    form: Made, browsing: Browsing, tmp_path: Path
) -> None:
    page = browsing.page(form.url, lang="en")
    large = tmp_path / "large.bin"
    large.write_bytes(bytes(21 * 1024 * 1024))
    page.locator("#picker").set_input_files(large)
    page.locator("#text").fill("Слишком много")
    page.locator("#send").click()
    expect(page.locator("#trouble-text")).to_contain_text("20")
    assert page.locator("#text").input_value() == "Слишком много"
    page.locator("#files .drop").first.click()
    page.locator("#send").click()
    expect(page.locator("#words")).to_be_visible()


TRY = """async address => {
  const image = new Promise(done => {
    const one = new Image();
    one.onload = one.onerror = event => done(event.type);
    one.src = address;
  });
  const asked = fetch(address).then(() => "sent", error => error.name);
  navigator.sendBeacon(address);
  return [await asked, await image];
}"""


@pytest.mark.browser
def test_its_policy_lets_no_request_out_even_of_a_script_that_tries(form: Made, browsing: Browsing) -> None:
    with open_socket() as listening:
        port = listening.getsockname()[1]
        page = browsing.page(form.url)
        assert page.evaluate(TRY, f"http://127.0.0.1:{port}/") == ["TypeError", "error"]
        page.wait_for_timeout(300)
        listening.settimeout(0.2)
        with pytest.raises(TimeoutError):  # nobody ever knocked
            listening.accept()
    assert any("Content Security Policy" in one for one in browsing.complaints)


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_both_views_fit_and_have_no_barriers(form: Made, browsing: Browsing, width: int, lang: str) -> None:
    page = browsing.page(form.url, width=width, lang=lang)
    if page.locator("html").get_attribute("lang") != lang:
        page.locator(f'[data-language="{lang}"]').click()
        expect(page.locator("html")).to_have_attribute("lang", lang)
    assert find_barriers(page) == []
    assert not overflows(page)
    seal_letter(page, "x")
    page.locator("#as-text").click()
    assert find_barriers(page) == []
    assert not overflows(page)


def test_the_same_card_and_build_give_the_same_bytes(plain: tuple[bytes, Identity]) -> None:
    identity = plain[1]
    card = check_card(make_card(identity, "ab" * 16, "cd" * 32, questions=QUESTIONS))
    assert render_form(card, load_built()) == render_form(card, load_built())


def test_one_changed_byte_anywhere_is_refused(form: Made) -> None:
    whole = form.path.read_bytes()
    signed = check_form(whole)
    assert signed.sha256 != signed.signed_sha256
    start = whole.rfind(b"<!-- leeward-form-1 ")
    for place in (0, 100, start // 2, start - 1, start, start + 25, len(whole) - 10, len(whole) - 1):
        torn = bytearray(whole)
        torn[place] ^= 1
        with pytest.raises(FormRefused):
            check_form(bytes(torn))
    for other in (
        b"",
        whole[:-1],
        whole + b"x",
        whole[:start],
        whole + whole[start:],
        whole[: start // 2] + whole[start:],
    ):
        with pytest.raises(FormRefused):
            check_form(other)


def test_nothing_in_the_card_can_end_the_element_it_stands_in() -> None:
    identity = make_identity(CHANCE)
    team = "</script><script>alert(1)</script><!-- \"&'"
    question = {"version": 1, "list": [{"id": "q", "required": True, "text": {"en": "</script><img src=x>"}}]}
    card = check_card(make_card(identity, "ab" * 16, "cd" * 32, team=team, questions=question))
    page = render_form(card, load_built())
    assert page.count(b"<script>") == 1
    assert b"<img" not in page
    assert b"alert(1)</script>" not in page


def test_every_language_of_the_form_says_everything_with_the_same_values() -> None:
    folder = resources.files("leeward.front").joinpath("offline_texts")
    texts = {file.name: json.loads(file.read_text("utf-8")) for file in folder.iterdir()}
    english = texts["en.json"]
    for name, own in texts.items():
        assert set(own) - {"checked"} == set(english), name
        for key, sentence in english.items():
            assert own[key].strip(), (name, key)
            assert set(re.findall(r"\{\w+\}", own[key])) == set(re.findall(r"\{\w+\}", sentence)), (name, key)
    assert all(
        own.get("checked") is False for name, own in texts.items() if name not in {"en.json", "ru.json"}
    )


def test_it_has_every_element_that_the_parts_it_shares_with_the_page_look_for(
    plain: tuple[bytes, Identity],
) -> None:
    shared = Path(__file__).resolve().parents[2] / "web" / "intake"
    wanted = {
        found
        for name in ("extras", "files", "remember", "texts")
        for found in re.findall(
            r'find(?:<[^(]*>)?\("([a-z-]+)"\)', (shared / f"{name}.ts").read_text("utf-8")
        )
    }
    assert wanted
    assert {one for one in wanted if f'id="{one}"'.encode() not in plain[0]} == set()
