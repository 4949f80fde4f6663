"""Sums of money in forms and on pages: typed as people write them, shown as the reader's language shows them."""

from __future__ import annotations

from collections.abc import Callable

from babel.numbers import format_decimal
from starlette.requests import Request

from leeward.base.say import say
from leeward.desk.forms import Form
from leeward.desk.render import speech_of
from leeward.domain.errors import OutOfRange
from leeward.domain.importing_cells import read_currency, read_money


def sum_of(form: Form, name: str) -> int | None:
    """Return the cents of a field, None if it was left empty; OutOfRange for what is no sum, or below zero."""
    found = read_money(form.line(name))
    if found is None:
        return None
    if found[0] < 0:
        raise OutOfRange(
            say("A sum of money below zero cannot be meant here."),
            kept=say("Nothing was changed."),
            next_step=say("Write it as 1234.50."),
        )
    return found[0]


def currency_of(form: Form, name: str = "currency") -> str:
    """Return three letters; EUR if the field was left empty."""
    return read_currency(form.line(name)) or "EUR"


def money_words(request: Request) -> dict[str, Callable[..., str]]:
    """Return functions for a template: `money(123450, "EUR")` "1,234.50 EUR", `sum_field(123450)` "1234.50"."""
    locale = speech_of(request).locale

    def money(cents: int, currency: str = "EUR") -> str:
        pattern = "#,##0" if cents % 100 == 0 else "#,##0.00"
        return f"{format_decimal(cents / 100, pattern, locale=locale)} {currency}"

    def sum_field(cents: int) -> str:
        return f"{cents // 100}.{cents % 100:02d}" if cents % 100 else str(cents // 100)

    return {"money": money, "sum_field": sum_field}
