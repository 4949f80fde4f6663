"""The public table of visa rules that somebody brings as a file, read from memory as if it were hostile.

1. Nothing of it touches the disk before a person chose what to keep, and then only rules of countries: no text of it.
2. Bytes, rows, columns and words are limited; beyond them it is refused with a sentence.
3. A word that we do not know is no rule: it is counted and shown, and the planner takes "visa needed" (gather.py, 4).
4. Two rules for one passport and one country in one file are refused: nobody could say which one was meant.

Two forms are read, as people download them: a matrix (a row for each passport, a column for each country), and a long
one (Passport, Destination, Requirement). Countries stand there by two letters, three letters, or names.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from leeward.base.say import Message, say
from leeward.office.countries import canonical
from leeward.office.errors import OfficeError

FILE_MOST = 8 * 1024 * 1024  # bytes; the largest known form has one
_ROWS_MOST = 120_000
_COUNTRIES_MOST = 400
_CELL_MOST = 80
_SHOWN = 8  # words that were not understood
_DAYS_MOST = 3650
_LONG = ("passport", "destination", "requirement")
_SELF = "-1"
_WORDS = {
    "visa free": "free",
    "visa not required": "free",
    "no visa required": "free",
    "freedom of movement": "free",
    "visa on arrival": "on-arrival",
    "voa": "on-arrival",
    "e visa": "e-visa",
    "evisa": "e-visa",
    "online visa": "e-visa",
    "eta": "eta",
    "e ta": "eta",
    "electronic travel authorisation": "eta",
    "electronic travel authorization": "eta",
    "visa required": "required",
    "no admission": "closed",
    "admission refused": "closed",
    "covid ban": "closed",
}


class NotARuleTable(OfficeError):
    """What was brought cannot be read as a table of visa rules."""

    code = "visas.unreadable"


class RuleTable(msgspec.Struct, frozen=True):
    """What a file says: passport to country to rule; countries by two letters, or as they were written."""

    rules: dict[str, dict[str, str]]
    unknown: tuple[tuple[str, int], ...]  # words that are no rule, and how often they stand there

    @property
    def countries(self) -> int:
        """Return how many countries the file has a rule for."""
        return len({country for table in self.rules.values() for country in table})


def read_rules(untrusted_bytes: bytes) -> RuleTable:
    """Return the rules of a file; NotARuleTable if it is none."""
    if len(untrusted_bytes) > FILE_MOST:  # 2
        raise _refuse(say("This file is larger than {most} MB.", most=FILE_MOST // 2**20))
    rows = _rows(untrusted_bytes)
    header = next(rows, None)
    if header is None:
        raise _refuse(say("The file is empty."))
    unknown: Counter[str] = Counter()
    rules: dict[str, dict[str, str]] = {}
    for passport, country, cell in _cells(header, rows):
        rule = rule_of(cell)
        if rule == _SELF or not cell:
            continue
        if not rule:
            unknown[cell[:_CELL_MOST]] += 1
            continue
        table = rules.setdefault(passport, {})
        if table.get(country, rule) != rule:  # 4
            raise _refuse(
                say(
                    "Two different rules stand there for {passport} and {country}.",
                    passport=passport,
                    country=country,
                )
            )
        table[country] = rule
        if len(rules) > _COUNTRIES_MOST or len(table) > _COUNTRIES_MOST:
            raise _refuse(say("The file has more countries than there are."))
    if not rules:
        raise _refuse(say("No visa rule was found in this file."))
    return RuleTable(dict(sorted(rules.items())), tuple(unknown.most_common(_SHOWN)))


def rule_of(cell: str) -> str:
    """Return words.VISA_RULE or a number of days for a cell; "-1" for one's own country; "" if it is none (3)."""
    text = cell.strip().casefold()
    if text == _SELF:
        return _SELF
    if re.fullmatch(r"[0-9]{1,4}(?:\.0+)?", text):
        days = int(text.partition(".")[0])
        return str(days) if 1 <= days <= _DAYS_MOST else ""
    return _WORDS.get(" ".join(re.findall(r"[a-z]+", text)), "")


def _cells(header: list[str], rows: Iterator[list[str]]) -> Iterator[tuple[str, str, str]]:
    """Yield passport, country and what stands there, from either form."""
    names = [name.strip().casefold() for name in header]
    if all(name in names for name in _LONG):
        places = [names.index(name) for name in _LONG]
        for row in rows:
            if len(row) <= max(places):
                raise _refuse(say("A row of the file is shorter than its first."))
            passport, country, cell = (row[place] for place in places)
            yield _country(passport), _country(country), cell.strip()
        return
    countries = [_country(name) for name in header[1:]]
    if not countries or len(countries) > _COUNTRIES_MOST:
        raise _refuse(say("The first row does not name passports and countries."))
    for row in rows:
        if len(row) != len(header):
            raise _refuse(say("A row of the file is not as long as its first."))
        passport = _country(row[0])
        for country, cell in zip(countries, row[1:], strict=True):
            yield passport, country, cell.strip()


def _country(text: str) -> str:
    plain = " ".join(text.split())
    if not plain or len(plain) > _CELL_MOST or not plain.isprintable():
        raise _refuse(say("A country in this file has no name."))
    return canonical(plain)


def _rows(untrusted_bytes: bytes) -> Iterator[list[str]]:
    try:
        text = untrusted_bytes.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refuse(say("This is not a text file in UTF-8.")) from error
    if "\x00" in text:
        raise _refuse(say("This is not a text file in UTF-8."))
    first = text.partition("\n")[0]
    divider = max(",;\t", key=first.count)
    try:
        for number, row in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=divider, strict=True)
        ):
            if number > _ROWS_MOST or len(row) > _COUNTRIES_MOST + 1:  # 2
                raise _refuse(say("The file has more rows or columns than such a table can have."))
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        raise _refuse(say("The rows of this file cannot be told apart.")) from error


def _refuse(what: Message) -> NotARuleTable:
    return NotARuleTable(
        what,
        kept=say("Nothing was taken from it."),
        next_step=say("Bring the table of passports and countries as CSV, as it was downloaded."),
    )
