from __future__ import annotations

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.base.limits import TEXT_MOST
from leeward.domain.errors import DomainError
from leeward.domain.files import read_file_ref
from leeward.domain.intake import (
    PSEUDONYMS,
    Answered,
    FactsTold,
    ReportMalformed,
    choose_pseudonym,
    read_report,
)
from leeward.domain.intake.report import tidy

WAY = {"box": "ab" * 16, "write": "cd" * 32, "recipient": "age1pq1x", "voice": "12" * 32, "alarm": False}
OTHER = {"box": "ef" * 16, "write": "01" * 32, "recipient": "age1pq1y", "voice": "34" * 32, "alarm": True}


def report(**changes: Any) -> bytes:
    whole: dict[str, Any] = {"v": 1, "id": "00" * 16, "lang": "ru", "text": "помогите", "ways": [OTHER, WAY]}
    whole.update(changes)
    return json.dumps({name: value for name, value in whole.items() if value is not None}).encode()


def test_a_first_report_names_the_safe_way_first_whatever_its_order() -> None:
    found = read_report(report())
    assert [(one.way.alarm, one.voice) for one in found.ways] == [(False, "12" * 32), (True, "34" * 32)]


def test_unknown_members_are_let_be() -> None:
    assert read_report(report(mood="blue")).text == "помогите"


@pytest.mark.parametrize(
    "untrusted",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        report(v=2),
        report(id="XX"),
        report(id="00" * 15),
        report(ways=None),
        report(voice="12" * 32),
        report(ways=[WAY]),
        report(ways=[WAY, WAY]),
        report(ways=[WAY, {**OTHER, "voice": WAY["voice"]}]),
        report(ways=[WAY, {**OTHER, "box": WAY["box"]}]),
        report(ways=[WAY, {**OTHER, "box": "EF" * 16}]),
        report(ways=[WAY, {**OTHER, "recipient": "age1x"}]),
        report(ways=[WAY, {**OTHER, "alarm": "yes"}]),
        report(ways=None, voice="12"),
        report(ways=None, voice="12" * 32, event="exploded"),
        report(files=[{}] * 101),
        report(files=[{"name": "a"}]),
        report(text=7),
        report(urgent="yes"),
        report(urgent=1),
        report(path=7),
        report(facts=[]),
        report(facts={"where": 7}),
        report(questions="two"),
        report(answers={}),
        report(answers=[{"q": 1, "text": "x"}]),
        report(answers=["x"]),
    ],
)
def test_whatever_is_not_a_report_is_refused_with_a_sentence(untrusted: bytes) -> None:
    with pytest.raises(ReportMalformed) as told:
        read_report(untrusted)
    assert str(told.value).endswith(".")


@given(st.binary(max_size=300))
def test_no_bytes_bring_anything_but_a_report_or_a_refusal(untrusted: bytes) -> None:
    with contextlib.suppress(DomainError):
        read_report(untrusted)


@given(st.text(max_size=200))
def test_tidied_text_has_no_unseen_characters_and_tidying_again_changes_nothing(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert not set(once) & set("\x00\x1b\u202e\u2066\ufeff\r")


def test_a_text_that_is_too_long_is_cut_and_says_so() -> None:
    found = read_report(report(text="я" * (TEXT_MOST + 1)))
    assert found.cut
    assert len(found.text) == TEXT_MOST


def test_pseudonyms_agree_on_every_desk_and_avoid_those_taken() -> None:
    first = choose_pseudonym("contact-1")
    assert first == choose_pseudonym("contact-1")
    assert choose_pseudonym("contact-1", {first}) != first


def test_when_every_name_is_taken_a_number_is_added() -> None:
    taken = {term.code for term in PSEUDONYMS}
    name = choose_pseudonym("contact-1", taken)
    assert name not in taken
    assert name.endswith(" 2")


def test_there_are_about_four_hundred_names_all_different_in_both_languages() -> None:
    terms = list(PSEUDONYMS)
    assert len(terms) >= 400
    assert len({term.en for term in terms}) == len({term.ru for term in terms}) == len(terms)


def test_what_helps_us_to_answer_is_read() -> None:
    found = read_report(
        report(
            urgent=True,
            path="plain",
            facts={
                "where": "здесь",
                "when": "до 8:00",
                "device": "borrowed",
                "phrase": "яблоки",
                "note": "тихо\x00",
            },
            questions=3,
            answers=[{"q": "town", "text": "да"}, {"q": "empty", "text": " "}],
        )
    )
    assert (found.urgent, found.path, found.questions) == (True, "plain", 3)
    assert found.facts == FactsTold("здесь", "до 8:00", "borrowed", "яблоки", "тихо")
    assert found.answers == (Answered("town", "да"),)


def test_an_unknown_word_there_never_costs_us_the_message() -> None:
    found = read_report(
        report(
            path="pigeon",
            facts={"device": "stone", "when": "я" * 9000, "more": 1},
            questions=-4,
            answers=[{"q": "../etc", "text": "x"}, *({"q": f"q{n}", "text": "x"} for n in range(300))],
        )
    )
    assert (found.text, found.path, found.facts.device, found.questions) == ("помогите", "", "", 0)
    assert len(found.facts.when) == 500
    assert len(found.answers) == 100


@pytest.mark.parametrize("event", ["opened", "ended"])
def test_a_visit_and_an_ending_are_events(event: str) -> None:
    assert read_report(report(ways=None, voice="12" * 32, text=None, event=event)).event == event


def test_the_token_that_erases_a_piece_is_kept() -> None:
    piece = {"blob": "ab" * 32, "size": 9, "sha256": "cd" * 32}
    file = {"name": "a", "type": "a/b", "size": 1, "sha256": "ef" * 32}
    kept = read_report(report(files=[{**file, "pieces": [{**piece, "erase": "12" * 32}]}])).files[0]
    assert kept.pieces[0].erase == "12" * 32
    assert read_file_ref(msgspec.to_builtins(kept)) == kept
    plain = read_report(report(files=[{**file, "pieces": [piece]}])).files[0]
    assert "erase" not in msgspec.to_builtins(plain)["pieces"][0]
    with pytest.raises(ReportMalformed):
        read_report(report(files=[{**file, "pieces": [{**piece, "erase": "zz"}]}]))
