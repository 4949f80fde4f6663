"""The front's answers without a browser: the card's rules, languages, headers, hashes."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.hotline import make_card

from leeward.base.ports import SystemChance
from leeward.front import assets
from leeward.front.app import make_front
from leeward.front.assets import load_built
from leeward.front.card import check_card
from leeward.front.errors import CardRefused, NotBuilt
from leeward.front.pages import accepted_languages, fill, known_languages, load_texts
from leeward.relay.open_store import open_store
from leeward.seal.keys import make_identity

CHANCE = SystemChance()
IDENTITY = make_identity(CHANCE)
BOX, WRITE = "ab" * 16, "cd" * 32
BUILT = Path(assets.__file__).parent / "built"


def card_with(**changes: Any) -> dict[str, Any]:
    return make_card(IDENTITY, **{"box": BOX, "write": WRITE, **changes})


class Client:
    """Asks the front without a network between."""

    def __init__(self, card: dict[str, Any]) -> None:
        self._card = card

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            with tempfile.TemporaryDirectory() as folder, contextlib.closing(open_store(folder)) as store:
                transport = httpx.ASGITransport(make_front(self._card, store))
                async with httpx.AsyncClient(transport=transport, base_url="http://front") as session:
                    return await session.request(method, path, **options)

        return asyncio.run(once())

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.ask("GET", path, **options)


def client(**changes: Any) -> Client:
    return Client(card_with(**changes))


def test_a_signed_card_is_taken() -> None:
    card = check_card(card_with())
    assert card.recipient == IDENTITY.recipient().string()
    assert card.languages == ("ru", "en")
    assert len(card.fingerprint) == 26


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"team": ""},
        {"team": "a\nb"},
        {"team": "x" * 201},
        {"team": 7},
        {"languages": []},
        {"languages": "ru"},
        {"languages": ["../ru"]},
        {"box": BOX.upper()},
        {"box": BOX[:-1]},
        {"write": None},
        {"recipient": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"},
        {"recipient": IDENTITY.recipient().string()[:-1]},
        {"surplus": 1},
    ],
)
def test_a_card_of_another_form_is_refused_though_it_is_signed(changes: dict[str, Any]) -> None:
    with pytest.raises(CardRefused, match="The intake card cannot be used"):
        check_card(card_with(**changes))


@pytest.mark.parametrize("member", ["team", "languages", "recipient", "box", "write", "verify_key"])
def test_a_card_changed_after_signing_is_refused(member: str) -> None:
    other = card_with(team="Другие", languages=["en"], box="00" * 16, write="00" * 32)
    other["recipient"] = make_identity(CHANCE).recipient().string()
    with pytest.raises(CardRefused):
        check_card({**card_with(), member: other[member]})


@pytest.mark.parametrize("signature", ["", "не base64", base64.b64encode(b"x" * 3373).decode(), None])
def test_a_card_without_its_signature_is_refused(signature: object) -> None:
    with pytest.raises(CardRefused):
        check_card({**card_with(), "signature": signature})


@pytest.mark.parametrize("lost", ["team", "signature", "v"])
def test_a_card_with_a_member_missing_is_refused(lost: str) -> None:
    card = card_with()
    del card[lost]
    with pytest.raises(CardRefused):
        check_card(card)


@pytest.mark.parametrize(
    ("path", "accepted", "heading"),
    [
        ("/", "ru-RU,ru;q=0.9,en;q=0.8", "Напишите нам"),
        ("/", "de, en;q=0.7, ru;q=0.3", "Write to us"),
        ("/", "ru;q=0, en", "Write to us"),
        ("/", "", "Напишите нам"),
        ("/?lang=en", "ru", "Write to us"),
        ("/?lang=../../etc", "en", "Write to us"),
        ("/", "ar-EG,en;q=0.5", "اكتبوا إلينا"),
        ("/", "xx; q=0.9, fr-CA; q=0.8, en; q=0.7", "Écrivez-nous"),
        ("/?lang=fa", "ar", "برای ما بنویسید"),
        ("/plain?lang=ar", "", "اكتبوا إلينا"),
        ("/units", "en", "Weights and measures"),
        ("/units?lang=ru", "en", "Меры длины и веса"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_browsers(path: str, accepted: str, heading: str) -> None:
    front = client(languages=["ru", "en", "ar", "fa", "fr"])
    answer = front.get(path, headers={"accept-language": accepted})
    assert f">{heading}</h1>" in answer.text


@given(st.text(max_size=2000))
def test_no_language_header_breaks_anything(header: str) -> None:
    assert all(isinstance(language, str) for language in accepted_languages(header))


def test_a_card_in_a_language_we_do_not_have_falls_back_to_english() -> None:
    assert ">Write to us</h1>" in client(languages=["ka"]).get("/").text


def test_a_team_name_cannot_break_out_of_the_page() -> None:
    name = "</script><script>alert(1)</script>&\"'"
    page = client(team=name).get("/").text
    assert page.count("<script>alert") == 0
    card = page.split('id="card">')[1].split("</script>")[0]
    assert json.loads(card)["team"] == name


def test_every_answer_forbids_what_the_page_does_not_need() -> None:
    front = client()
    for path in ["/", "/units", "/page.sha256", "/favicon.ico", "/nowhere", *load_built().files]:
        answer = front.get(path)
        policy = answer.headers["content-security-policy"]
        assert policy.startswith(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
        )
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in answer.headers


def test_no_inline_script_style_or_handler_and_no_other_host() -> None:
    page = client().get("/").text
    assert page.count("<script") == 3
    assert page.count('<script type="application/json"') == 2
    for forbidden in ["<style", " style=", " onclick", "http://", "https://", "<form action", "javascript:"]:
        assert forbidden not in page


def test_only_reading_is_answered() -> None:
    front = client()
    assert front.ask("POST", "/", data={"text": "secret"}).status_code == 404
    assert front.get("/a/../app.py").status_code == 404
    assert front.get("/a/manifest.json").status_code == 404


def test_what_is_compressed_is_the_same_page() -> None:
    front = client()
    packed = front.get("/", headers={"accept-encoding": "gzip"})
    plain = front.get("/", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content


@pytest.mark.parametrize("language", known_languages())
def test_the_first_page_weighs_less_than_sixty_kilobytes_in(language: str) -> None:
    front = client(languages=known_languages())
    manifest = load_built().manifest
    first = [f"/?lang={language}", manifest["script"]["url"], manifest["style"]["url"]]
    weight = sum(int(front.get(path).headers["content-length"]) for path in first)
    assert weight < 60_000


@pytest.mark.parametrize("language", known_languages())
def test_hash_and_address_of_each_page_are_published_in(language: str) -> None:
    front = client(languages=known_languages())
    hashes = front.get("/page.sha256").text
    for path in (f"/?lang={language}", f"/plain?lang={language}", f"/units?lang={language}"):
        page = front.get(path)
        assert f"{hashlib.sha256(page.content).hexdigest()}  {path}\n" in hashes
        lang = load_texts("away", language).get("lang", language) if "units" in path else language
        assert f'<html lang="{lang}" dir="{load_texts("catalogue", language)["dir"]}"' in page.text
        browser = front.get(path.partition("?")[0], headers={"accept-language": f"{language}-XX,en;q=0.1"})
        assert browser.content == page.content


def test_a_name_from_the_left_keeps_to_itself_in_a_sentence_from_the_right() -> None:
    page = client(languages=["fa"], team="(Tide)").get("/").text
    assert ">گردانندهٔ این صفحه: \u2068(Tide)\u2069.</p>" in page
    assert "(Tide)." in client(languages=["fr"], team="(Tide)").get("/").text


@pytest.mark.parametrize(
    ("language", "value", "shown"),
    [
        ("fa", "32", "۳۲"),
        ("ar", "32", "32"),
        ("fr", "32", "32"),
        ("fa", "word", "\u2068word\u2069"),
        ("ru", "word", "word"),
    ],
)
def test_values_stand_in_a_sentence_as_its_readers_write_them(language: str, value: str, shown: str) -> None:
    assert fill("{n}: {n}.", {"n": value}, language) == f"{shown}: {shown}."


def test_a_changed_built_file_is_not_served(tmp_path: Path) -> None:
    folder = tmp_path / "built"
    shutil.copytree(BUILT, folder)
    load_built(folder)
    script = next(folder.glob("page-*.js"))
    script.write_bytes(script.read_bytes().replace(b"alarm", b"Alarm"))
    with pytest.raises(NotBuilt, match="changed"):
        load_built(folder)


@pytest.mark.parametrize(
    "manifest", [None, "{", "{}", "[]", '{"script": {"url": "/a/../../x.js", "sha256": "0"}}']
)
def test_without_a_build_the_message_says_how_to_get_one(tmp_path: Path, manifest: str | None) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(NotBuilt, match="npm run build"):
        load_built(tmp_path)


def test_leave_leads_somewhere_in_every_language() -> None:
    for language in known_languages():
        assert len(load_texts("away", language)["units"]) >= 10
