"""Without a script: write, attach, get words, come back, read, answer, end."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.hotline import CHANCE, Hotline
from tests.support.plain import Attached, Person, alert_in, answers_in, ticket_in, words_in

from leeward.base.limits import PIECE_PLAIN
from leeward.base.sizes import CLASSES
from leeward.domain.intake.report import read_report
from leeward.front.pages import load_texts
from leeward.seal.codes import Code, derive_way, make_code
from leeward.seal.envelope import seal
from leeward.seal.keys import Recipient
from leeward.seal.kinds import Kind

TEXT = "Меня держат у брата. <b>Окно</b> во двор & “тихо”."


@pytest.fixture
def person(hotline: Hotline) -> Iterator[Person]:
    somebody = Person(hotline.url)
    yield somebody
    somebody.close()


def way_of(report: dict[str, Any], *, alarm: bool) -> dict[str, Any]:
    return next(way for way in report["ways"] if way["alarm"] is alarm)


def test_a_message_with_files_arrives_sealed_and_whole(hotline: Hotline, person: Person) -> None:
    large = CHANCE.draw(2 * PIECE_PLAIN + 12_345)
    photo = CHANCE.draw(100 * 1024)
    files = [
        Attached("окно.jpg", photo, "image/jpeg"),
        Attached("запись.ogg", large, "audio/ogg"),
        Attached("empty.txt", b""),
        Attached("exact.bin", CHANCE.draw(PIECE_PLAIN)),
        Attached("", b""),  # what a browser sends for no choice
    ]
    code = person.send(TEXT, files, urgent="1", where="у реки", device="shared", phrase="как чайник?")
    report = hotline.reports()[0]
    assert (report["text"], report["urgent"], report["path"], report["lang"]) == (TEXT, True, "plain", "en")
    assert report["facts"] == {"where": "у реки", "device": "shared", "phrase": "как чайник?"}
    assert [file["name"] for file in report["files"]] == ["окно.jpg", "запись.ogg", "empty.txt", "exact.bin"]
    for file, sent in zip(report["files"], files, strict=False):
        pieces = [hotline.piece(piece["blob"]) for piece in file["pieces"]]
        assert b"".join(pieces) == sent.content
        assert (file["size"], file["type"]) == (len(sent.content), sent.type)
        assert file["sha256"] == hashlib.sha256(sent.content).hexdigest()
    assert [len(file["pieces"]) for file in report["files"]] == [1, 3, 0, 1]
    assert way_of(report, alarm=False)["box"] == derive_way(code).box
    assert way_of(report, alarm=True)["box"] == derive_way(code.alarm_form()).box
    understood = read_report(hotline.opened_reports()[0])
    assert (understood.path, understood.urgent, understood.facts.device) == ("plain", True, "shared")


def test_the_words_bring_back_the_answer_and_more_can_be_written(hotline: Hotline, person: Person) -> None:
    code = person.send(TEXT)
    empty = person.open(" ".join(code.words("en")))
    assert answers_in(empty) == []
    hotline.answer(way_of(hotline.reports()[0], alarm=False), "В семь <у ворот>.", 1_491_500_000_000)
    page = person.open(", ".join(code.words("ru")).upper())  # the other list, other case, commas
    assert answers_in(page) == ["В семь <у ворот>."]
    assert "<у ворот>" not in page.text
    later = person.post(
        "/plain/write", {"ticket": ticket_in(page), "text": "Да"}, [Attached("a.txt", b"yes")]
    )
    assert later.status_code == 200
    assert load_texts("plain_texts", "en")["talk_sent"] in later.text
    assert answers_in(later) == ["В семь <у ворот>."]
    reports = hotline.reports()
    assert [report.get("event") for report in reports] == [None, "opened", "opened", None]
    assert reports[-1]["text"] == "Да"
    assert reports[-1]["voice"] == derive_way(code).voice
    assert hotline.piece(reports[-1]["files"][0]["pieces"][0]["blob"]) == b"yes"


def test_digits_open_it_too(hotline: Hotline, person: Person) -> None:
    code = person.send(TEXT)
    hotline.answer(way_of(hotline.reports()[0], alarm=False), "Да.", 1)
    assert answers_in(person.open(code.digits())) == ["Да."]
    persian = code.digits().translate({48 + n: 0x06F0 + n for n in range(10)})
    assert answers_in(person.open(persian)) == ["Да."]


def test_the_alarm_form_opens_a_page_of_the_same_length_without_what_is_hidden(
    hotline: Hotline, person: Person
) -> None:
    code = person.send(TEXT)
    report = hotline.reports()[0]
    said = {"v": 1, "id": "1" * 32, "at": 5, "text": "Адрес: Речная, 4."}
    hidden = {"v": 1, "id": "1" * 32, "at": 5, "text": "", "hidden": True, "fill": "x" * 12}
    for alarm, body in ((False, said), (True, hidden)):
        way = way_of(report, alarm=alarm)
        sealed = seal(Kind.REPLY, json.dumps(body).encode(), Recipient.from_string(way["recipient"]))
        hotline.relay.append(way["box"], way["write"], CHANCE.draw(16).hex(), sealed)
    true = person.open(" ".join(code.words("en")))
    forced = person.open(" ".join(code.alarm_form().words("en")))
    assert answers_in(true) == ["Адрес: Речная, 4."]
    assert answers_in(forced) == []
    assert "Речная" not in forced.text
    assert len(true.content) == len(forced.content)
    assert hotline.reports()[-1]["voice"] == way_of(report, alarm=True)["voice"]


def test_what_is_written_under_the_alarm_form_says_so_inside(hotline: Hotline, person: Person) -> None:
    code = person.send(TEXT)
    page = person.open(" ".join(code.alarm_form().words("ru")))
    person.post("/plain/write", {"ticket": ticket_in(page), "text": "Всё хорошо"})
    assert hotline.reports()[-1]["voice"] == derive_way(code.alarm_form()).voice


def test_the_end_erases_both_mailboxes(hotline: Hotline, person: Person) -> None:
    code = person.send(TEXT)
    report = hotline.reports()[0]
    for alarm in (False, True):
        hotline.answer(way_of(report, alarm=alarm), "Здесь.", 1)
    page = person.open(" ".join(code.words("en")))
    unsure = person.post("/plain/end", {"ticket": ticket_in(page)})
    assert load_texts("plain_texts", "en")["end_unsure"].split(".")[0] in unsure.text
    assert answers_in(unsure) == ["Здесь."]
    ended = person.post("/plain/end", {"ticket": ticket_in(page), "sure": "1"})
    assert load_texts("plain_texts", "en")["ended_heading"] in ended.text
    assert hotline.reports()[-1]["event"] == "ended"
    assert answers_in(person.open(" ".join(code.words("en")))) == []
    assert answers_in(person.open(" ".join(code.alarm_form().words("en")))) == []


def test_words_of_nobody_look_like_words_without_an_answer(hotline: Hotline, person: Person) -> None:
    code, other = person.send(TEXT), make_code(CHANCE)
    pages = [person.open(" ".join(one.words("en"))) for one in (code, other)]
    blank = [re.sub(r'value="[^"]{100,}"', "", page.text) for page in pages]
    assert blank[0] == blank[1]
    assert {page.status_code for page in pages} == {200}
    assert len({len(page.content) for page in pages}) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "A code has eight words, and 0 words are here."),
        ("river", "A code has eight words, and 1 word is here."),
        ("1234 5678", "These digits are not a code."),
        ("7776 " * 8, "These digits are not a code."),
        ("zzzzzz " * 8, "Not all of the words are in our list."),
    ],
)
def test_words_that_are_no_code_are_explained(
    hotline: Hotline, person: Person, typed: str, told: str
) -> None:
    page = person.open(typed)
    assert page.status_code == 422
    assert told in alert_in(page)
    assert hotline.reports() == []


def test_a_slip_of_the_finger_gets_a_hint_and_a_wrong_word_is_told(hotline: Hotline, person: Person) -> None:
    words = list(person.send(TEXT).words("en"))
    slipped = person.open(" ".join([words[0] + "x", *words[1:]]))
    assert words[0] in alert_in(slipped)
    swapped = person.open(" ".join([words[1], words[0], *words[2:]]))
    assert "do not fit together" in alert_in(swapped)
    assert len(hotline.reports()) == 1


def test_what_is_typed_never_breaks_out_of_a_page(person: Person) -> None:
    evil = "\"><script>alert(1)</script><textarea></textarea>'&"
    for page in (
        person.open(evil),
        person.post("/plain/send", {"text": "", "lang": evil}),
        person.post("/plain/send", {"text": evil + "x" * 100_001}),
        person.post("/plain/write", {"text": evil, "ticket": evil}),
    ):
        assert page.status_code in {413, 422}
        assert "<script" not in page.text
        assert "</textarea></textarea>" not in page.text


def test_nothing_but_the_words_and_an_end_of_time_is_in_a_ticket(hotline: Hotline, person: Person) -> None:
    code = person.send(TEXT)
    page = person.open(" ".join(code.words("en")))
    for word in code.words("en"):
        assert f">{word}<" not in page.text
    first, second = ticket_in(page), ticket_in(person.open(" ".join(code.words("en"))))
    assert first != second
    for wrong in ("", "AAAA", first[:-8], "A" + first[1:], first[:200] + first[201:]):
        refused = person.post("/plain/write", {"ticket": wrong, "text": "more"})
        assert load_texts("plain_texts", "en")["fault_expired"] in alert_in(refused)
    assert len(hotline.reports()) == 3


def test_a_russian_page_tells_russian_words(hotline: Hotline) -> None:
    person = Person(hotline.url, "ru")
    answer = person.post("/plain/send", {"text": TEXT})
    person.close()
    assert 'lang="ru"' in answer.text
    code = words_in(answer)
    assert code.digits() in answer.text
    assert all(re.fullmatch("[а-я]+", word) for word in code.words("ru"))
    assert f"…\u00a0{code.words('ru')[7]}\u00a0{code.words('ru')[6]}" in answer.text
    assert hotline.reports()[0]["lang"] == "ru"


def test_every_page_without_a_script_is_as_strict_as_the_others(hotline: Hotline, person: Person) -> None:
    code: Code = person.send(TEXT)
    pages = [
        person.http.get("/plain?lang=ru"),
        person.open(" ".join(code.words("en"))),
        person.open("nothing"),
        person.post("/plain/send", {"text": ""}),
        person.post("/plain/send", {"text": "x"}),
    ]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'")
        assert "script-src" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in page.headers
        assert "<script" not in page.text
        assert "http://" not in page.text
    assert {len(page.content) for page in pages[1:]} <= set(CLASSES)
    assert all("content-encoding" not in page.headers for page in pages[1:])


def test_another_site_cannot_send_a_form_in_somebodys_name(hotline: Hotline, person: Person) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert person.post("/plain/send", {"text": "x"}, headers=headers).status_code == 403
    assert hotline.reports() == []


def test_the_form_alone_is_in_both_languages_and_its_hash_is_published(person: Person) -> None:
    hashes = person.http.get("/page.sha256").text
    for language in ("en", "ru"):
        page = person.http.get(f"/plain?lang={language}")
        texts = load_texts("plain_texts", language)
        assert texts["protection_1"] in page.text
        assert f'<html lang="{language}" dir="{texts["dir"]}"' in page.text
        assert f"{hashlib.sha256(page.content).hexdigest()}  /plain?lang={language}\n" in hashes
