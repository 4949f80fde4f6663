"""Small laws of the pages without a script: tickets, sentences, lengths, answers that are hostile."""

from __future__ import annotations

import json
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.clocks import HandClock
from tests.support.hotline import CHANCE

from leeward.base.sizes import CLASSES
from leeward.front import pages
from leeward.front.assets import load_built
from leeward.front.card import Card, Question, Questions
from leeward.front.errors import Trouble
from leeward.front.pages import load_texts, render_pages
from leeward.front.plain.mail import Answer, Talk, open_answers
from leeward.front.plain.render import Renderer
from leeward.front.plain.ticket import MINUTES, Tickets
from leeward.relay.store import Page
from leeward.seal.codes import derive_way, make_code
from leeward.seal.envelope import seal
from leeward.seal.errors import WrongWordCount
from leeward.seal.kinds import Kind
from leeward.wire.listing import ListedItem

TEXTS = Path(pages.__file__).parent / "plain_texts"
CARD = Card("Harbour", ("ru", "en"), "age1pq1x", "ab" * 16, "cd" * 32, "a" * 26)


def test_a_ticket_ends_and_is_of_one_process() -> None:
    clock, code = HandClock(), make_code(CHANCE)
    tickets = Tickets(clock, CHANCE)
    ticket = tickets.make(code)
    clock.ms += MINUTES * 60_000 - 1
    assert tickets.read(ticket) == code
    with pytest.raises(Trouble):
        Tickets(clock, CHANCE).read(ticket)
    clock.ms += 1
    with pytest.raises(Trouble) as told:
        tickets.read(ticket)
    assert told.value.key == "fault_expired"


@given(st.one_of(st.text(max_size=300), st.text(string.ascii_letters + string.digits + "-_=", max_size=300)))
def test_nothing_else_is_a_ticket(untrusted: str) -> None:
    with pytest.raises(Trouble):
        TICKETS.read(untrusted)


TICKETS = Tickets(HandClock(), CHANCE)


@pytest.mark.parametrize("language", sorted(path.stem for path in TEXTS.glob("*.json")))
def test_sentences_have_the_same_blanks_in_every_language(language: str) -> None:
    english = load_texts("plain_texts", "en")
    own = json.loads((TEXTS / f"{language}.json").read_text())
    assert set(own) <= set(english)
    assert own["dir"] in {"ltr", "rtl"}
    for key, sentence in own.items():
        assert sorted(re.findall(r"\{\w+\}", sentence)) == sorted(re.findall(r"\{\w+\}", english[key])), key
        assert "<" not in sentence


@pytest.mark.parametrize("language", sorted(path.stem for path in TEXTS.glob("*.json")))
def test_every_language_is_whole(language: str) -> None:
    assert set(json.loads((TEXTS / f"{language}.json").read_text())) == set(load_texts("plain_texts", "en"))


def test_a_language_that_nobody_wrote_is_english() -> None:
    assert load_texts("plain_texts", "zz") == load_texts("plain_texts", "en")


def test_a_question_in_no_language_of_the_page_is_shown_as_it_was_written() -> None:
    asked = Questions(1, (Question("a", True, {"ar": "أين أنت؟"}),))
    made = render_pages(Card(**{**vars(CARD), "questions": asked}), load_built())
    assert "أين أنت؟" in made.plain["ru"].decode()


@given(st.lists(st.text(max_size=300), max_size=6), st.integers(0, 30))
def test_a_conversation_has_one_of_few_lengths_and_nothing_breaks_out(texts: list[str], damaged: int) -> None:
    answers = tuple(Answer(str(n), n * 10**9, text) for n, text in enumerate(texts))
    page = RENDERER.talk("ru", Talk(answers, damaged, 4096 * len(texts), None), "ticket")
    assert len(page) in CLASSES
    shown = page.decode()
    assert shown.count("<script") == 0
    assert shown.count('<li class="answer">') == len(texts)


RENDERER = Renderer(CARD, load_built())


@pytest.mark.parametrize(
    ("count", "lang", "told"),
    [
        (1, "en", "1 word is"),
        (2, "en", "2 words are"),
        (1, "ru", "а здесь 1 слово."),
        (3, "ru", "а здесь 3 слова."),
        (11, "ru", "а здесь 11 слов."),
        (21, "ru", "а здесь 21 слово."),
        (12, "ru", "а здесь 12 слов."),
    ],
)
def test_words_are_counted_as_people_count(count: int, lang: str, told: str) -> None:
    assert told in RENDERER.faults(lang, "x", WrongWordCount(count)).decode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 5000,
        b'{"v":2,"id":"a","at":1,"text":"x"}',
        b'{"v":1,"id":7,"at":1,"text":"x"}',
        b'{"v":1,"id":"a","at":"1","text":"x"}',
        b'{"v":1,"id":"a","at":true,"text":"x"}',
        b'{"v":1,"id":"a","at":1}',
        b'{"v":1,"id":"a","at":1,"text":["x"]}',
    ],
)
def test_an_answer_that_is_none_is_counted_not_shown(body: bytes) -> None:
    code = make_code(CHANCE)
    way, other = derive_way(code), derive_way(code.alarm_form())
    recipient = way.identity.recipient()
    good = b'{"v":1,"id":"b","at":99999999999999999999,"text":"\\ud800 Hello"}'
    hidden = b'{"v":1,"id":"c","at":1,"text":"","hidden":true}'
    sealed = [seal(Kind.REPLY, one, recipient) for one in (body, good, good, hidden)]
    items = [ListedItem(number, bytes(16), one) for number, one in enumerate([*sealed, b"junk"], 1)]
    mine, theirs = Page(items, 9), Page(items[:2], 2)
    talk = open_answers((mine, theirs) if way.box < other.box else (theirs, mine), code)
    assert (len(talk.answers), talk.damaged, talk.next_after) == (1, 2, 5)
    assert b"Hello" in RENDERER.talk("en", talk, "ticket")
