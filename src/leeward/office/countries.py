"""Which country is meant: by its two or three letters, or by its English or Russian name.

People write "Lithuania", "Литва", "LT"; public tables write any of these. What no list knows stays as it was written,
so that an invented country, or one that has no code, still works.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from babel import Locale
from babel.core import get_global

_LANGUAGES = ("en", "ru")
_AS_TABLES_SAY = {
    "brunei": "BN",
    "cape verde": "CV",
    "congo": "CG",
    "dr congo": "CD",
    "democratic republic of the congo": "CD",
    "republic of the congo": "CG",
    "czech republic": "CZ",
    "hong kong": "HK",
    "ivory coast": "CI",
    "macao": "MO",
    "macau": "MO",
    "macedonia": "MK",
    "moldova, republic of": "MD",
    "palestine": "PS",
    "russian federation": "RU",
    "saint kitts and nevis": "KN",
    "saint lucia": "LC",
    "saint vincent and the grenadines": "VC",
    "sao tome and principe": "ST",
    "swaziland": "SZ",
    "timor-leste": "TL",
    "trinidad and tobago": "TT",
    "turkey": "TR",
    "uk": "GB",
    "usa": "US",
    "viet nam": "VN",
    "antigua and barbuda": "AG",
    "bosnia and herzegovina": "BA",
    "myanmar": "MM",
    "белоруссия": "BY",
    "киргизия": "KG",
    "сша": "US",
    "чехия": "CZ",
}
_LONGEST = 100


@functools.lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Return the two letters of a country that is known, else the text without blanks around it."""
    plain = " ".join(text.split())
    if len(plain) > _LONGEST:
        return plain
    return _known().get(plain.casefold(), plain)


def same(one: str, other: str) -> bool:
    """Tell whether two ways of writing mean one country."""
    return canonical(one).casefold() == canonical(other).casefold()


def name_of(country: str, language: str) -> str:
    """Return a country's name in a language; what no list knows as it was written."""
    return _names(language).get(canonical(country), country)


@functools.cache
def _names(language: str) -> Mapping[str, str]:
    found = Locale(language).territories
    return {code: str(found[code]) for code in _codes() if code in found}


@functools.cache
def _codes() -> frozenset[str]:
    """Return the two letters of every country: what is listed and is no region, group or code for private use."""
    listed = [str(one) for one in Locale("en").territories]
    private = {"EU", "EZ", "UN", "ZZ", "QO", "XA", "XB", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}
    return frozenset(one for one in listed if len(one) == 2 and one.isalpha()) - private


def _aliases() -> Mapping[str, Sequence[str]]:
    """Return what babel's data calls other names of a territory: three letters among them."""
    found: Any = get_global("territory_aliases")
    return {str(alias): targets for alias, targets in found.items()}


@functools.cache
def _known() -> Mapping[str, str]:
    codes = _codes()
    found = {
        alias.casefold(): targets[0]
        for alias, targets in _aliases().items()
        if len(alias) == 3 and alias.isalpha() and len(targets) == 1 and targets[0] in codes
    }
    for language in _LANGUAGES:
        found |= {name.casefold(): code for code, name in _names(language).items()}
    found |= {code.casefold(): code for code in codes}
    return found | _AS_TABLES_SAY
