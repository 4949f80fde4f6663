"""No history shows a stored code: whatever field holds one says which vocabulary, and the page uses its words."""

from __future__ import annotations

import functools

import msgspec
import pytest

import leeward.office.session  # noqa: F401 - all records of the domain are known by then
from leeward.base.say import Code
from leeward.desk.language import LANGUAGES, Speech, vocabularies
from leeward.domain.typed import Typed, vocabulary_of
from leeward.ledger.model import Op
from leeward.office.history_words import INSIDE, value_word
from leeward.practice.operation import Size, make_operation

NOW = 1_491_600_000_000


@functools.cache
def _speech(language: str) -> Speech:
    return Speech(language, None)


def said(kind: str, field: str, value: object, language: str) -> str:
    return _speech(language).message(value_word(kind, field, value, {}), NOW)


@pytest.mark.parametrize(
    ("kind", "field", "value", "en", "ru"),
    [
        ("consent", "how", "spoken", "spoken, with a witness", "устно при свидетеле"),
        ("consent", "language", "ru", "Russian", "русский"),
        ("consent", "given_by", "guardian", "a guardian", "опекун"),
        ("case", "language_set", "ce", "Chechen", "чеченский"),
        ("member", "languages", ["ru", "en"], "Russian, English", "русский, английский"),
        ("consent", "language", "zz", "zz", "zz"),
    ],
)
def test_a_code_is_told_in_words(kind: str, field: str, value: object, en: str, ru: str) -> None:
    assert said(kind, field, value, "en") == en
    assert said(kind, field, value, "ru") == ru


def test_every_vocabulary_that_a_field_names_is_there() -> None:
    named = {
        vocabulary_of(kind.kind, field.name) for kind in _kinds() for field in msgspec.structs.fields(kind)
    } - {""}
    assert len(named) > 40
    assert named <= vocabularies().keys()


def test_of_a_whole_practice_week_no_history_shows_a_code() -> None:
    """Whatever a field holds that is a code of some vocabulary, and says in no language what it means, is found."""
    codes = {term.code for one in vocabularies().values() for term in one}
    script = make_operation(seed=2017, now=NOW, desks={}, size=Size(people=12, requests=20, accounts=8))
    shown = set()
    for moment in script.moments:
        for change in moment.changes:
            values = change.value if isinstance(change.value, list | tuple) else [change.value]
            if change.field in INSIDE or change.op == Op.APPEND:
                continue
            if any(isinstance(one, str) and one in codes for one in values):
                for language in LANGUAGES:
                    told = said(change.kind, change.field, change.value, language)
                    if told == f"“{change.value}”" or "[" in told:
                        shown.add((change.kind, change.field, str(change.value)))
    assert shown == set()


def _kinds() -> list[type[Typed]]:
    found, waiting = [], Typed.__subclasses__()
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if isinstance(getattr(kind, "kind", None), str):
            found.append(kind)
    return found


def test_no_code_is_mistaken_for_another_sort_of_value() -> None:
    assert value_word("member", "role", "operator", {}).values == {"word": Code("role/operator")}
    assert value_word("consent", "conditions", "spoken", {}).values == {"text": "spoken"}
