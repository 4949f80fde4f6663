"""The donor's report on paper: the same sums as on the page, by the same way as a dossier (office/release_pdf.py).

It is made of the report alone, which holds no person, no case, no day and no receipt; what is held back is "few".
"""

from __future__ import annotations

from typing import Any

from leeward.domain.cases.words import BUDGET_LINE
from leeward.domain.release.words import word
from leeward.office.donor_report import Report, ReportLine
from leeward.office.release_pdf import Plain, typeset

_WORDS = {
    "en": {
        "head": ("Line", "Given", "Paid", "Left", "Payments"),
        "together": "Together",
        "few": "few",
        "rates": "Not counted, since no rate is known: payments in {currencies}.",
        "why": "Nobody stands in this report: it is made of payments, which name no person. Where fewer than five "
        "payments stand in a month, neither their number nor their sum is shown; they are part of the line's sum.",
    },
    "ru": {
        "head": ("Статья", "Выделено", "Потрачено", "Осталось", "Платежей"),
        "together": "Всего",
        "few": "мало",
        "rates": "Не посчитаны, потому что нет курса: платежи в {currencies}.",
        "why": "В этом отчёте нет людей: он составлен из платежей, а в них нет имён. Если за месяц платежей меньше "
        "пяти, не показаны ни их число, ни сумма; в сумму по статье они входят.",
    },
}


def as_pdf(made: Report, language: str, day: str) -> bytes:
    """Return the report as a PDF in a language ("en" or "ru"), made on an ISO day."""
    return typeset("donor_report.typ", lambda plain: _data(made, language, plain), lambda: _texts(made), day)


def _texts(made: Report) -> tuple[str, ...]:
    return made.name, made.donor, made.currency, made.from_day, made.to_day, *made.without_rate


def _data(made: Report, language: str, plain: Plain) -> dict[str, Any]:
    words: Any = _WORDS.get(language, _WORDS["en"])
    period = f"{made.from_day or '…'} – {made.to_day or '…'}" if made.from_day or made.to_day else ""
    rates = words["rates"].format(currencies=", ".join(made.without_rate))
    together = [
        words["together"],
        *(money(one, made.currency, language) for one in (made.given, made.paid, made.given - made.paid)),
        _count(made.count, words),
    ]
    rows = [row for one in made.lines for row in _rows(one, made.currency, language, words)]
    return {
        "title": plain(made.name) or "—",
        "subtitle": plain(" · ".join(filter(None, (made.donor, period)))),
        "language": language,
        "page": word("page", language),
        "notes": [plain(rates)] if made.without_rate else [],
        "head": list(words["head"]),
        "rows": [
            {"style": style, "cells": [plain(cell) for cell in cells]}
            for style, cells in [*rows, ("sum", together)]
        ],
        "why": words["why"],
    }


def _rows(one: ReportLine, currency: str, language: str, words: Any) -> list[tuple[str, list[str]]]:  # noqa: ANN401 - the words of a language
    sums = [money(cents, currency, language) for cents in (one.given, one.paid, one.left)]
    rows = [("line", [BUDGET_LINE.label(one.line, language), *sums, _count(one.count, words)])]
    rows += [
        ("month", [month.month, "", money(month.cents, currency, language), "", _count(month.count, words)])
        for month in one.months
        if month.cents is not None
    ]
    return rows


def _count(count: int | None, words: Any) -> str:  # noqa: ANN401 - the words of a language
    return str(words["few"]) if count is None else str(count)


def money(cents: int, currency: str, language: str) -> str:
    """Return a sum as a reader of the language writes it: "1,234.50 EUR", "1 234,50 EUR"."""
    told = f"{abs(cents) / 100:,.2f}"
    if language == "ru":
        told = told.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")
    return f"{'−' if cents < 0 else ''}{told}\N{NO-BREAK SPACE}{currency}"
