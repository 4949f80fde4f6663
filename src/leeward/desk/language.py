"""What the desk says, in the reader's language: catalogues, plurals, dates, numbers.

English is the source text. A catalogue of another language is `locale/LANGUAGE/AREA.po`; the areas are merged, and a
message may stand in any of them. Missing messages are shown in English (a test finds them before a reader does).
"""

from __future__ import annotations

import datetime as dt
import functools
import pkgutil
from collections.abc import Mapping
from importlib import import_module, resources
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.units import format_unit

import leeward.domain
from leeward.base.say import Code, Day, Message, Moment, Span, Versions
from leeward.domain.vocabulary import Vocabulary

LANGUAGES = {"en": "English", "ru": "Русский"}
AREAS = (
    "frame",
    "intake",
    "casework",
    "case",
    "record",
    "seal",
    "channels",
    "hotline",
    "computer",
    "cutoff",
    "taken",
    "joining",
    "recovery",
    "erasing",
    "openings",
    "safety",
    "travel",
    "security_key",
    "importing",
    "signs",
    "day_sheet",
    "planning",
    "ways",
    "plan",
    "referrals",
    "receiving",
)

_LOCALES = {"en": Locale("en", "GB"), "ru": Locale("ru")}  # both: weeks start on Monday, 24 hours
_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 86_400_000
_FIRST_MS, _LAST_MS = -30_610_224_000_000, 253_370_764_800_000  # the years 1000 to 9998: a calendar has these
_PLURALS = {"one": 0, "few": 1, "many": 2, "other": 2}

Texts = Mapping[str, tuple[str, ...]]


class Speech:
    """One language: finds texts and shows values. `zone` None is the zone of this computer."""

    def __init__(self, language: str, zone: dt.tzinfo | None = None) -> None:
        self.language = language
        self.locale = _LOCALES[language]
        self._zone = zone
        self._texts: Texts = {} if language == "en" else read_catalogues(language)

    def gettext(self, text: str) -> str:
        """Return the text in this language."""
        found = self._texts.get(text)
        return found[0] if found and found[0] else text

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Return the form of the text that fits the number."""
        found = self._texts.get(one)
        if self.language == "en" or not found:
            return one if n == 1 else many
        form = _PLURALS[self.locale.plural_form(n)]
        return (found[form] if form < len(found) else found[-1]) or many

    def message(self, message: Message, now_ms: int) -> str:
        """Return a sentence made with `say` or `say_count`, its values shown as this language shows them."""
        if message.count is None:
            text = self.gettext(message.text)
        else:
            text = self.ngettext(message.text, message.plural, message.count)
        shown = {name: self.value(value, now_ms) for name, value in message.values.items()}
        for name, value in shown.items():
            if value.endswith("."):  # "7 апр." at the end of a sentence brings its full stop along
                text = text.replace(f"{{{name}}}.", f"{{{name}}}")
        return text.format(**shown)

    def value(self, value: object, now_ms: int) -> str:
        """Return one value inside a sentence."""
        if isinstance(value, Message):
            return self.message(value, now_ms)
        if isinstance(value, (Moment, Day, Span)):
            return self._time(value, now_ms)
        if isinstance(value, Versions):
            return value.said(self.language)
        if isinstance(value, Code):
            vocabulary, _, code = value.partition("/")
            return self.word(vocabulary, code)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self.number(value)
        return str(value)

    def _time(self, value: Moment | Day | Span, now_ms: int) -> str:
        if isinstance(value, Moment):
            return self.moment(value, now_ms)
        if isinstance(value, Day):
            return self.day(self.local(value).date(), self.local(now_ms).date())
        return self.span(value)

    def word(self, vocabulary: str, code: str) -> str:
        """Return the word for a code of a vocabulary, named by the vocabulary's name."""
        found = vocabularies().get(vocabulary)
        return found.label(code, self.language) if found else code

    def local(self, ms: int) -> dt.datetime:
        """Return a moment as a local time; one that no calendar has is shown as the nearest that there is."""
        moment = dt.datetime.fromtimestamp(max(_FIRST_MS, min(ms, _LAST_MS)) / 1000, dt.UTC)
        return moment.astimezone(self._zone)

    def moment(self, ms: int, now_ms: int) -> str:
        """Return "21:15" today, "7 Apr, 21:15" this year, "7 Apr 2017, 21:15" else."""
        when, now = self.local(ms), self.local(now_ms)
        if when.date() == now.date():
            return when.strftime("%H:%M")
        return f"{self.day(when.date(), now.date())}, {when:%H:%M}"

    def day(self, day: dt.date, today: dt.date | None = None) -> str:
        """Return "7 Apr", with the year if it is not this one."""
        pattern = "d MMM" if today is not None and day.year == today.year else "d MMM y"
        return format_date(day, pattern, locale=self.locale)

    def long_moment(self, ms: int) -> str:
        """Return "Friday 7 April, 21:17"."""
        text = format_datetime(self.local(ms), "EEEE d MMMM, HH:mm", locale=self.locale)
        return text[:1].upper() + text[1:]

    def clock(self, ms: int) -> str:
        """Return "21:15"."""
        return self.local(ms).strftime("%H:%M")

    def span(self, ms: int, *, short: bool = False) -> str:
        """Return a length of time in its largest fitting unit: "47 minutes", "3 hours", "12 days"."""
        size = abs(ms)
        if size < _HOUR:
            count, unit = max(1, size // _MINUTE), "duration-minute"
        elif size < 2 * _DAY:
            count, unit = size // _HOUR, "duration-hour"
        else:
            count, unit = size // _DAY, "duration-day"
        return format_unit(count, unit, length="short" if short else "long", locale=self.locale)

    def number(self, value: float) -> str:
        """Return a number with this language's separators."""
        return format_decimal(value, locale=self.locale)

    def size(self, count: int) -> str:
        """Return a file's size: "2.1 MB"."""
        for unit, step in (
            ("digital-gigabyte", 10**9),
            ("digital-megabyte", 10**6),
            ("digital-kilobyte", 10**3),
        ):
            if count >= step:
                return format_unit(round(count / step, 1), unit, length="short", locale=self.locale)
        return format_unit(count, "digital-byte", length="short", locale=self.locale)


def read_catalogues(language: str) -> dict[str, tuple[str, ...]]:
    """Return every text of a language: English source to its forms (one form, or one for each plural)."""
    texts: dict[str, tuple[str, ...]] = {}
    for area in AREAS:
        texts.update(read_catalogue(language, area))
    return texts


def read_catalogue(language: str, area: str) -> dict[str, tuple[str, ...]]:
    """Return the texts of one area; an area without a catalogue has none."""
    file = resources.files("leeward.desk").joinpath("locale", language, f"{area}.po")
    if not file.is_file():
        return {}
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language, abort_invalid=True)
    texts: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        forms = message.string or ""
        texts[key] = (forms,) if isinstance(forms, str) else tuple(forms)
    return texts


@functools.cache
def vocabularies() -> Mapping[str, Vocabulary]:
    """Return every vocabulary of the domain by its name."""
    found: dict[str, Vocabulary] = {}
    for part in pkgutil.walk_packages(leeward.domain.__path__, "leeward.domain."):
        module: Any = import_module(part.name)
        found.update({item.name: item for item in vars(module).values() if isinstance(item, Vocabulary)})
    return found


def choose_language(asked: str) -> str:
    """Return the language that an Accept-Language header prefers among ours."""
    ranked = []
    for place, part in enumerate(asked.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        ranked.append((-weight, place, tag.split("-")[0].lower()))
    return next((tag for _, _, tag in sorted(ranked) if tag in LANGUAGES), "en")
