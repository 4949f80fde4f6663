"""Controlled vocabularies: our own codes and words, mapped to the field's published numbers."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from leeward.base.say import say
from leeward.domain.errors import OutOfRange


class Term(msgspec.Struct, frozen=True):
    """One word of a vocabulary.

    `code` is stored and never changes; `en` and `ru` are shown; `note` says in one sentence what it covers;
    `parent` makes a tree; `maps` gives published numbers, such as ("MT5:0101", "IP:145(a)").
    """

    code: str
    en: str
    ru: str
    note: str = ""
    parent: str = ""
    maps: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        """Return the word in a language ("ru" or "en")."""
        return self.ru if language == "ru" else self.en


class Vocabulary:
    """An ordered set of terms."""

    def __init__(self, name: str, *terms: Term) -> None:
        self.name = name
        self._terms = {term.code: term for term in terms}

    def __iter__(self) -> Iterator[Term]:
        return iter(self._terms.values())

    def __contains__(self, code: object) -> bool:
        return code in self._terms

    def __getitem__(self, code: str) -> Term:
        return self._terms[code]

    def label(self, code: str, language: str) -> str:
        """Return the word for a code; an unknown code (from a newer desk) is shown as it is."""
        term = self._terms.get(code)
        return term.label(language) if term else code


def known(vocabulary: Vocabulary, code: str) -> str:
    """Return the code if it is one of the vocabulary's; OutOfRange otherwise."""
    if code not in vocabulary:
        raise OutOfRange(
            say("“{typed}” is none of the choices.", typed=code[:40]),
            kept=say("Nothing was changed."),
            next_step=say("Choose one from the list."),
        )
    return code
