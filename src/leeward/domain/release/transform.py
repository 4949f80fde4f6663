"""How facts are blurred for an audience: dates, places, occupations, and pseudonyms good for one release."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from leeward.domain.period import Period, Precision
from leeward.domain.release.audience import Dates, Places
from leeward.domain.release.words import MONTHS, SEASONS, word
from leeward.domain.testimony.records import Act, Facility

_LETTERS = "BCDFGHKLMNPRSTVXZ"

OCCUPATION_GROUPS: dict[str, tuple[str, ...]] = {
    "health": ("doctor", "nurse", "medic", "врач", "медсестр", "фельдшер"),
    "teaching": ("teacher", "student", "school", "учител", "студент", "преподават"),
    "trade": (
        "shop",
        "market",
        "driver",
        "cook",
        "waiter",
        "barber",
        "hair",
        "продав",
        "водител",
        "таксист",
        "повар",
        "официант",
        "парикмахер",
    ),
    "building": ("build", "weld", "mechanic", "строит", "сварщик", "механик", "слесар"),
    "office": (
        "account",
        "clerk",
        "manager",
        "engineer",
        "programm",
        "бухгалтер",
        "менеджер",
        "инженер",
        "программист",
    ),
}


def blur_period(period: Period, to: Dates, language: str) -> str:
    """Return a period in words, no more exact than allowed and never more exact than it is known."""
    bounds = period.kept_bounds()
    if bounds is None:
        return ""
    first, last = (_date(bound, to, language) for bound in bounds)
    if to == Dates.DAY:
        first, last = (
            _as_known(period.start or period.end, language),
            _as_known(period.end or period.start, language),
        )
    told = first if first == last else f"{first} – {last}"
    return word("about", language, when=told) if period.precision == Precision.ESTIMATED else told


def _date(day: dt.date, to: Dates, language: str) -> str:
    if to == Dates.MONTH:
        return f"{MONTHS[language][day.month - 1]} {day.year}"
    if to == Dates.SEASON:
        year = day.year + (day.month == 12)  # December belongs to the winter of the next year
        return f"{SEASONS[language][day.month % 12 // 3]} {year}"
    return day.isoformat()


def _as_known(text: str, language: str) -> str:
    parts = text.split("-")
    if len(parts) == 2:
        return f"{MONTHS[language][int(parts[1]) - 1]} {parts[0]}"
    return text


def blur_place(act: Act, facility: Facility | None, to: Places, language: str) -> str:
    """Return a place in words, no more exact than allowed. Free words of a teller are never exact enough to blur."""
    if to == Places.NAMED:
        return (facility.name if facility else "") or act.place
    if facility is None:
        return ""
    if to == Places.DISTRICT:
        return facility.safe_label or facility.district or facility.region
    return facility.region or word("withheld-place", language)


def group_of_occupation(occupation: str) -> str:
    """Return the group of an occupation (a key of the table), or "other"; never the occupation."""
    text = occupation.casefold()
    if not text.strip():
        return ""
    for group, stems in OCCUPATION_GROUPS.items():
        if any(stem in text for stem in stems):
            return group
    return "other"


def derive_pseudonyms(release_id: str, case_ids: Iterable[str]) -> dict[str, str]:
    """Return two letters for each case, good for this release only: another release gives the same person others."""
    given: dict[str, str] = {}
    taken: set[str] = set()
    ordered = sorted(set(case_ids), key=lambda case: hashlib.sha256(f"{release_id}/{case}".encode()).digest())
    for case in ordered:
        for attempt in range(len(_LETTERS) ** 2 * 8):
            digest = hashlib.sha256(f"leeward-pseudonym-1/{release_id}/{case}/{attempt}".encode()).digest()
            letters = _LETTERS[digest[0] % len(_LETTERS)] + _LETTERS[digest[1] % len(_LETTERS)]
            if letters not in taken:
                break
        else:
            letters = f"{len(taken) + 1}"  # beyond 289 people, numbers
        taken.add(letters)
        given[case] = letters
    return given
