"""Sentences that can be said in another language later: an English template and the values that go into it.

Write `say("{who} has not checked in since {time}", who=name, time=Moment(ms))`; the desk looks the template up in its
catalogue and puts the values in. Plurals: `say_count("{n} bed is free", "{n} beds are free", n)`.
Templates are literals at the call, so that the catalogue test can find them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Moment(int):
    """Milliseconds, shown by the desk as a local time ("21:15", "7 Apr, 21:15")."""


class Day(int):
    """Milliseconds, shown by the desk as the local day alone ("7 Apr"): the hour means nothing."""


class Versions(dict[str, str]):
    """What somebody wrote in several languages, by two letters; the desk shows the reader's, or English, or any."""

    def said(self, language: str) -> str:
        """Return the version of a language, or the next best."""
        return self.get(language) or self.get("en") or next(iter(self.values()), "")

    def __str__(self) -> str:
        return self.said("en")


class Span(int):
    """A length of time in milliseconds, shown by the desk in words ("3 hours", "12 days")."""


class Code(str):
    """A vocabulary's code with its vocabulary's name before a slash ("urgency/immediate"), shown as its word."""

    __slots__ = ()


class Message:
    """One sentence, not yet in any language. `str()` gives English."""

    __slots__ = ("count", "plural", "text", "values")

    def __init__(
        self, text: str, values: Mapping[str, Any], plural: str = "", count: int | None = None
    ) -> None:
        self.text = text
        self.values = dict(values)
        self.plural = plural
        self.count = count

    def __str__(self) -> str:
        chosen = self.plural if self.count is not None and self.count != 1 else self.text
        return chosen.format(**self.values)

    def __repr__(self) -> str:
        return f"Message({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.text, self.values, self.count) == (
            other.text,
            other.values,
            other.count,
        )

    def __hash__(self) -> int:
        return hash((self.text, self.count))


def say(text: str, /, **values: object) -> Message:
    """Return a sentence to be said in the reader's language."""
    return Message(text, values)


def say_count(one: str, many: str, n: int, /, **values: object) -> Message:
    """Return a sentence whose form depends on a number, available as {n}."""
    return Message(one, {"n": n, **values}, plural=many, count=n)
