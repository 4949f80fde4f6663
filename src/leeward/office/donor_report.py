"""What whoever gave a grant is told: sums by line and month. No person, no case, no day, no receipt.

1. It is made of payments alone, which name nobody; expenses, which do, are never read here.
2. Where fewer than five payments stand in a month of a line, neither their number nor their sum is shown there; if
   one such month could be worked out from the others, another goes as well (domain/release/small_numbers).
3. The sum of a line is always shown: a grant has to add up.
4. In the table for other programs nothing that people wrote can be read as a formula.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter, defaultdict

import msgspec

from leeward.domain.cases.words import BUDGET_LINE
from leeward.domain.money import Grant, Payment
from leeward.domain.release.small_numbers import hold_back
from leeward.office.casework_base import require
from leeward.office.grants import view_of
from leeward.office.money import Rates
from leeward.office.session import Session

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


class Month(msgspec.Struct, frozen=True):
    """One month of a line; None is held back (2)."""

    month: str  # "2026-04"
    cents: int | None
    count: int | None


class ReportLine(msgspec.Struct, frozen=True):
    """One line: what was given and paid, and in which months."""

    line: str
    given: int
    paid: int
    count: int | None
    months: tuple[Month, ...]

    @property
    def left(self) -> int:
        """Return what is left."""
        return self.given - self.paid


class Report(msgspec.Struct, frozen=True):
    """The whole report of a grant, in its currency."""

    name: str
    donor: str
    currency: str
    from_day: str
    to_day: str
    lines: tuple[ReportLine, ...]
    count: int | None
    without_rate: tuple[str, ...]

    @property
    def given(self) -> int:
        """Return the whole grant."""
        return sum(one.given for one in self.lines)

    @property
    def paid(self) -> int:
        """Return what was paid."""
        return sum(one.paid for one in self.lines)


def report(session: Session, grant_id: str) -> Report:
    """Return the report of a grant."""
    grant = require(session, Grant, grant_id)
    rates = Rates(session)
    payments = [one for one in session.find(Payment) if one.grant_id == grant_id and not one.struck_at]
    view = view_of(grant, payments, rates)
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in payments:
        worth = rates.change(one.amount_cents, one.currency, grant.currency, one.day)
        if worth is not None:
            line, month = _known(one.line), _month(one.day)
            sums[line][month] += worth
            counts[line][month] += 1
    given: Counter[str] = Counter()
    for line_left in view.lines:
        given[_known(line_left.line)] += line_left.given
    whole = hold_back({line: counts[line].total() for line in given})
    shown = {cell.key: cell.count for cell in whole.cells}
    lines = tuple(
        _line(line, cents, sums[line].total(), shown[line], counts[line], sums[line])
        for line, cents in given.items()
    )
    return Report(
        grant.name,
        grant.donor,
        grant.currency,
        grant.from_day,
        grant.to_day,
        lines,
        whole.total,
        view.without_rate,
    )


def _line(
    line: str, given: int, paid: int, shown: int | None, counts: Counter[str], sums: Counter[str]
) -> ReportLine:
    table = hold_back(dict(sorted(counts.items())))
    hidden = {cell.key for cell in table.cells if cell.count is None}
    if table.held_back == 1:  # 2: alone in its line, its sum is the line's: the month is what is held back
        hidden = set(counts)
    months = tuple(
        Month(
            cell.key,
            None if cell.key in hidden else sums[cell.key],
            None if cell.key in hidden or shown is None else cell.count,
        )
        for cell in table.cells
    )
    return ReportLine(line, given, paid, None if table.total is None else shown, months)


def _known(line: str) -> str:
    """Return a line of our own list: what a record says beyond it is no word for whoever gave the grant."""
    return line if line in BUDGET_LINE else "other"


def _month(day: str) -> str:
    """Return the month of a day, "" for what is none."""
    try:
        return dt.date.fromisoformat(day).isoformat()[:7]
    except ValueError:
        return ""


def as_csv(made: Report, language: str) -> bytes:
    """Return the report as a table for other programs, in UTF-8; held back is empty (4)."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write([plain(made.name), plain(made.donor), made.currency, made.from_day, made.to_day])
    write(["line", "month", "given", "paid", "left", "payments"])
    for one in made.lines:
        name = BUDGET_LINE.label(one.line, language)
        row = [_sum(one.given), _sum(one.paid), _sum(one.left), _count(one.count)]
        write([plain(name), "", *row])
        for month in one.months:
            paid = "" if month.cents is None else _sum(month.cents)
            write(
                [
                    plain(name),
                    month.month if month.cents is not None else "",
                    "",
                    paid,
                    "",
                    _count(month.count),
                ]
            )
    write(["", "", _sum(made.given), _sum(made.paid), _sum(made.given - made.paid), _count(made.count)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def plain(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _sum(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _count(count: int | None) -> str:
    return "" if count is None else str(count)
