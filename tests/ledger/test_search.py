from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leeward.ledger.merge import Stamp, apply
from leeward.ledger.model import Change, Op, add, note, put
from leeward.ledger.store.vault import Vault
from leeward.ledger.words import (
    forms_of,
    index_terms,
    is_not_text,
    plain_form,
    query_terms,
    snippet_of,
    texts_of,
)


@pytest.fixture
def filled(vault: Vault) -> Vault:
    record = vault.compartment_of("record")
    vault.commit(record, put("claim", "r1", text="Брата задержали возле рынка, увезли в чёрной машине"))
    vault.commit(record, put("claim", "r2", text="Он был задержан и отпущен", place="Гирзум"))
    vault.commit(record, put("account", "r3", text="She was detained twice; her relatives waited outside"))
    vault.commit(record, note("claim", "r2", "remarks", {"text": "машину видели ещё раз", "by": ["Тимур"]}))
    return vault


def ids(vault: Vault, text: str, **more: Any) -> list[str]:
    page = vault.search(text, **more)
    assert page.total >= len(page.hits)
    return [hit.record.id for hit in page.hits]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("задержали", ["r2", "r1"]),
        ("задержан", ["r2", "r1"]),
        ("ЗАДЕРЖАНА", ["r2", "r1"]),
        ("машина", ["r2", "r1"]),
        ("черная машина", ["r1"]),
        ("чёрных машин", ["r1"]),
        ("detain", ["r3"]),
        ("detaining relative", ["r3"]),
        ("рынок", ["r1"]) if forms_of("рынок")[0] == forms_of("рынка")[0] else ("рынка", ["r1"]),
        ("задержан рынка", ["r1"]),
        ("гирз", ["r2"]),  # a word not yet typed to its end
        ("гирз ", []),  # and one that was
        ("тимур", ["r2"]),
        ("ничего", []),
        ("", []),
        ("   .,!", []),
        ("задержан nothing", []),
    ],
)
def test_words_are_found_in_any_form_newest_first(filled: Vault, query: str, found: list[str]) -> None:
    assert ids(filled, query) == found
    assert filled.search(query).total == len(found)


def test_what_was_overwritten_is_not_found_and_what_is_in_conflict_is(filled: Vault) -> None:
    filled.commit(filled.compartment_of("record"), put("claim", "r1", text="Ошибка"))
    assert ids(filled, "рынка") == []
    assert ids(filled, "ошибки") == ["r1"]


def test_pages_follow_each_other_with_the_exact_total(vault: Vault) -> None:
    record = vault.compartment_of("record")
    for number in range(45):
        kind = "claim" if number % 3 else "account"
        vault.commit(record, put(kind, f"r{number}", text=f"общее слово {number}"))
    seen: list[str] = []
    after = None
    while True:
        page = vault.search("общие слова", limit=20, after=after)
        assert page.total == 45
        seen += [hit.record.id for hit in page.hits]
        after = page.next
        if after is None:
            break
    assert seen == [f"r{number}" for number in reversed(range(45))]
    accounts = vault.search("слово", kinds=["account"], limit=5)
    assert (accounts.total, {hit.kind for hit in accounts.hits}) == (15, {"account"})
    assert vault.search("слово", kinds=["account", "claim"]).total == 45
    assert vault.search("слово", kinds=["no-such-kind"]).total == 0


@pytest.mark.parametrize(
    "hostile",
    ['"', "'", 'задержан"* OR 1', "a AND NOT b", "NEAR(a b)", "text:x", "*", "(((", "a\x00b", "\ue0001", "^x",
     "-x", "\ud800 слово", "%_", "a" * 100_000, "я " * 5000, "🙂", "' ; DROP TABLE words; --"],
)  # fmt: skip
def test_a_query_is_data(filled: Vault, hostile: str) -> None:
    filled.search(hostile)
    filled.search(hostile, kinds=[hostile] if "\ud800" not in hostile else ["claim"])
    assert ids(filled, "задержан") == ["r2", "r1"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(), max_size=40))
def test_no_query_ever_breaks(filled: Vault, query: str) -> None:
    page = filled.search(query)
    assert page.total == len(page.hits)


def test_every_text_is_searchable_but_ids_hashes_and_dates_are_not_text(vault: Vault) -> None:
    vault.commit(
        vault.compartment_of("record"),
        put(
            "claim",
            "r",
            text="Harbour",
            case_id="harbourcase",
            sha256="ab" * 32,
            day="2017-04-03",
            nested={"inner": ["lighthouse"], "other_id": "hiddenword"},
            number=5,
        )
        + add("claim", "r", "tag_set", "stormy"),
    )
    assert ids(vault, "harbours") == ["r"]
    assert ids(vault, "lighthouses storm") == ["r"]
    for absent in ("harbourcase", "ab" * 32, "hiddenword", "2017"):
        assert ids(vault, absent) == []


def test_names_of_ten_thousand_characters_are_indexed_and_cut_in_the_snippet(vault: Vault) -> None:
    vault.commit(vault.compartment_of("record"), put("claim", "r", text="начало " + "а" * 10_000 + " конец"))
    (hit,) = vault.search("конец").hits
    assert "конец" in hit.snippet
    assert len(hit.snippet) < 400


def test_a_snippet_shows_the_word_that_was_found() -> None:
    text = "слово " * 200 + "задержали у моста " + "дальше " * 200
    piece = snippet_of([text], ["задержан"])
    assert "задержали у моста" in piece
    assert piece.startswith("… ")
    assert piece.endswith(" …")
    assert snippet_of(["short\n\ttext"], ["none"]) == "short text"
    assert snippet_of([], ["none"]) == ""


def test_words_meet_in_plain_form() -> None:
    assert plain_form("ЁЖИК") == "ежик"
    assert plain_form("ﬁne Ⅳ") == "fine iv"
    assert plain_form("заде\u0301ржан") == "задержан"
    assert query_terms("заде\u0301ржан, и-был\u200bтам") == ["задержан", "и", "был", "там"]
    assert index_terms(["Running RUNS"]) == {"run", "running", "runs"}


@pytest.mark.parametrize("text", ["a" * 26, "0123456789abcdef", "2017-04-03T10:00:00Z", "QUJD" * 12, ""])
def test_what_is_not_text(text: str) -> None:
    assert is_not_text(text)


@pytest.mark.parametrize("text", ["слово", "two words", "2017", "abc", "a" * 26 + " b"])
def test_what_is_text(text: str) -> None:
    assert not is_not_text(text)


def test_texts_of_a_conflict_are_all_found() -> None:
    state = apply(None, Stamp(1, "a", 1, 0), Change("r", "k", "text", Op.SET, "left"))
    state = apply(state, Stamp(1, "b", 1, 0), Change("r", "k", "text", Op.SET, "right"))
    assert sorted(texts_of(state)) == ["left", "right"]
