"""Cells of a spreadsheet as people fill them in: days, sums, words of a list, in English and in Russian.

Nothing is guessed. What can be read in two ways (04/07/2017, 1,234) is refused with both readings: a wrong day is worse
than a question. A cell is never evaluated: what begins with = + - or @ is the text that stands there.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import re
import unicodedata
from collections.abc import Mapping
from typing import NoReturn, TypeAlias

from leeward.base.say import Message, say
from leeward.domain.errors import OutOfRange
from leeward.domain.importing_words import CURRENCIES, LANGUAGES, MONTHS
from leeward.domain.vocabulary import Vocabulary

Cell: TypeAlias = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None

CELL_MOST = 100_000  # characters of one cell
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_SERIAL_ZERO = dt.date(1899, 12, 30)  # day 0 of a spreadsheet's calendar, as it counts after February 1900
_SERIALS = (1, 73_050)  # 1900 to 2099
_CENTURY = 70  # 17 is 2017, 83 is 1983

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ t].*)?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?: ?г\.?)?(?: .*)?")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})(?: .*)?")
_DAY_WORD = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ .-]+([^\W\d]+)\.?[ ,.-]+(\d{4})(?: ?г\.?| года)?")
_WORD_DAY = re.compile(r"([^\W\d]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SUM = re.compile(r"-?\d[\d ']*(?:[.,]\d[\d.,']*)?")
_YES = frozenset({"yes", "y", "true", "1", "да", "+", "x", "х", "✓", "✔"})
_NO = frozenset({"no", "n", "false", "0", "нет", "-", "—", "–"})


def refuse(what: Message, next_step: Message | str = "") -> NoReturn:
    """Raise OutOfRange for one cell."""
    raise OutOfRange(what, kept=say("Nothing was changed."), next_step=next_step)


def plain(cell: Cell) -> str:  # noqa: PLR0911 - one for each kind of cell
    """Return a cell as text: 17.0 is 17, a day is 2017-04-07; control characters and unseen marks are gone."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return ""
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "minutes")
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    text = str(cell).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > CELL_MOST:
        refuse(say("There are more than {most} characters in this cell.", most=CELL_MOST))
    if text.isprintable():  # nothing in it is hidden
        return text.strip()
    return "".join(
        one for one in text if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cf", "Cs"}
    ).strip()


def folded(cell: Cell) -> str:
    """Return a cell as it is compared: case, ё and е, spaces and Unicode forms make no difference."""
    text = unicodedata.normalize("NFKC", plain(cell)).casefold().replace("ё", "е")
    return " ".join(text.split())


def bare(text: str) -> str:
    """Return a text as words of lists and headers are compared: letters and digits only."""
    return " ".join(re.findall(r"[^\W_]+", folded(text)))


def read_day(cell: Cell) -> dt.date | None:
    """Return the day in a cell, None if it is empty: 2017-04-07, 07.04.2017, 7 апреля 2017, or a day's number."""
    if isinstance(cell, dt.datetime):
        return _within(cell.date())
    if isinstance(cell, dt.date):
        return _within(cell)
    text = folded(cell)
    if not text:
        return None
    if isinstance(cell, bool):
        refuse(say("“{typed}” is not a day.", typed=text[:30]))
    if re.fullmatch(r"\d{1,5}(?:\.\d+)?", text):
        number = int(float(text))
        if not _SERIALS[0] <= number <= _SERIALS[1] or (number < 10_000 and isinstance(cell, str)):
            refuse(say("“{typed}” is not a day.", typed=text[:30]), say("Write it as 07.04.2017."))
        return _SERIAL_ZERO + dt.timedelta(days=number)
    return _within(_day_of(text))


def _day_of(text: str) -> dt.date:
    if found := _ISO.fullmatch(text):
        return _made(text, int(found[1]), int(found[2]), int(found[3]))
    if found := _DOTTED.fullmatch(text):
        return _made(text, _year(found[3]), int(found[2]), int(found[1]))
    if found := _SLASHED.fullmatch(text):
        first, second = int(found[1]), int(found[2])
        if first != second and first <= 12 and second <= 12:
            refuse(
                say("“{typed}” can be read as two different days.", typed=text[:30]),
                say("Write it as 07.04.2017 or 2017-04-07."),
            )
        day, month = (first, second) if second <= 12 else (second, first)
        return _made(text, _year(found[3]), month, day)
    if (found := _DAY_WORD.fullmatch(text)) and found[2] in MONTHS:
        return _made(text, int(found[3]), MONTHS[found[2]], int(found[1]))
    if (found := _WORD_DAY.fullmatch(text)) and found[1] in MONTHS:
        return _made(text, int(found[3]), MONTHS[found[1]], int(found[2]))
    refuse(say("“{typed}” is not a day.", typed=text[:30]), say("Write it as 07.04.2017."))


def _year(text: str) -> int:
    number = int(text)
    if len(text) == 4:
        return number
    return number + (1900 if number >= _CENTURY else 2000)


def _made(text: str, year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        refuse(say("There is no day “{typed}”.", typed=text[:30]), say("Write it as 07.04.2017."))


def _within(day: dt.date) -> dt.date:
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        refuse(say("The year {year} cannot be meant.", year=day.year))
    return day


def read_number(cell: Cell, least: int, most: int) -> int | None:
    """Return the whole number in a cell, None if it is empty."""
    text = folded(cell)
    if not text:
        return None
    digits = text.replace(" ", "")
    if (
        not re.fullmatch(r"-?[0-9]{1,9}(?:[.,]0+)?", digits)
        or not least <= int(re.split("[.,]", digits)[0]) <= most
    ):
        refuse(
            say("“{typed}” is not a number from {least} to {most}.", typed=text[:20], least=least, most=most)
        )
    return int(re.split("[.,]", digits)[0])


def read_money(cell: Cell) -> tuple[int, str] | None:
    """Return the sum in a cell in cents and its currency ("" if none is written), None if it is empty."""
    text = folded(cell)
    if not text:
        return None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _cents(f"{cell:.2f}", text), ""
    currency = ""
    for word in re.findall(r"[^\W\d_]+|[€$₽£₾₴₺₸]", text):
        if word not in CURRENCIES or currency not in {"", CURRENCIES[word]}:
            refuse(say("“{typed}” is not a sum of money.", typed=text[:30]))
        currency = CURRENCIES[word]
    number = re.sub(r"[^\W\d_]+\.?|[€$₽£₾₴₺₸]", "", text).strip()
    if not _SUM.fullmatch(number):
        refuse(say("“{typed}” is not a sum of money.", typed=text[:30]), say("Write it as 1234.50."))
    return _cents(_decimal(number.replace(" ", "").replace("'", ""), text), text), currency


def _decimal(number: str, text: str) -> str:
    """Return a number with a point before its cents and nothing between thousands."""
    marks = number.count(",") + number.count(".")
    if marks > 1:
        last = max(number.rfind(","), number.rfind("."))
        cents = number[last + 1 :] if number.count(number[last]) == 1 else ""
        whole = number[:last] if cents else number
        if not re.fullmatch(r"-?\d{1,3}(?:,\d{3})+|-?\d{1,3}(?:\.\d{3})+", whole):
            refuse(say("“{typed}” is not a sum of money.", typed=text[:30]), say("Write it as 1234.50."))
        number = re.sub("[.,]", "", whole) + (f".{cents}" if cents else "")
    elif re.search(r"[.,]\d{3}$", number):
        refuse(
            say("“{typed}” can be read as two different sums.", typed=text[:30]),
            say("Write it as 1234.50, without a mark between thousands."),
        )
    return number.replace(",", ".")


def _cents(number: str, text: str) -> int:
    if not re.fullmatch(r"-?\d{1,12}(?:\.\d{1,2})?", number):
        refuse(say("“{typed}” is not a sum of money.", typed=text[:30]), say("Write it as 1234.50."))
    whole, _, part = number.partition(".")
    cents = int(whole.lstrip("-")) * 100 + int((part + "00")[:2])
    return -cents if number.startswith("-") else cents


def read_currency(cell: Cell) -> str:
    """Return the three letters of a currency, "" if the cell is empty."""
    text = folded(cell).strip(".")
    if not text:
        return ""
    if text in CURRENCIES:
        return CURRENCIES[text]
    if re.fullmatch("[a-z]{3}", text):
        return text.upper()
    refuse(say("“{typed}” is no currency.", typed=text[:20]), say("Write its three letters, such as EUR."))


@functools.cache
def _index(vocabulary: Vocabulary) -> Mapping[str, str]:
    """Return every word of a list, as it is compared, with its code."""
    return {bare(word): term.code for term in vocabulary for word in (term.ru, term.en, term.code)}


def read_word(cell: Cell, vocabulary: Vocabulary, also: Mapping[str, str]) -> str:
    """Return the code that a cell names in either language, "" if it is empty; `also` has more words for codes."""
    text = bare(plain(cell))
    if not text:
        return ""
    if text in (known := _index(vocabulary)):
        return known[text]
    if text in also:
        return also[text]
    refuse(
        say("“{typed}” is none of the words of this list.", typed=plain(cell)[:40]),
        say("Write one of them, or leave this column out."),
    )


def read_words(cell: Cell, vocabulary: Vocabulary, also: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes that a cell names, divided by commas, semicolons, slashes or lines."""
    whole = bare(plain(cell))
    if whole in _index(vocabulary) or whole in also:
        return (read_word(cell, vocabulary, also),)
    parts = (read_word(part, vocabulary, also) for part in divided(cell))
    return tuple(dict.fromkeys(filter(None, parts)))


def read_languages(cell: Cell) -> tuple[str, ...]:
    """Return the two or three letters of each language that a cell names."""
    found = []
    for part in divided(cell):
        word = bare(part)
        code = LANGUAGES.get(word, word if re.fullmatch("[a-z]{2,3}", word) else "")
        if word and not code:
            refuse(
                say("“{typed}” is no language that is known here.", typed=part[:30]),
                say("Write its two letters, such as ru."),
            )
        found.append(code)
    return tuple(dict.fromkeys(filter(None, found)))


def divided(cell: Cell) -> list[str]:
    """Return the parts of a cell that holds several things."""
    return [part.strip() for part in re.split(r"[,;/\n]| и | and ", plain(cell)) if part.strip()]


def read_yes(cell: Cell) -> bool | None:
    """Return whether a cell says yes, None if it is empty."""
    text = folded(cell)
    if not text:
        return None
    if text in _YES:
        return True
    if text in _NO:
        return False
    refuse(say("“{typed}” is neither yes nor no.", typed=text[:20]))
