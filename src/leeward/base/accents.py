"""Heaps of accents: a letter with thousands of them is no word, but takes hours to bring into any normal form.

Normalising puts the accents on a letter in order, in time that grows with the square of their number; whoever may send
us a text could hold up every desk of a team with one. So whatever normalises a stranger's text cuts heaps first.
"""

from __future__ import annotations

import functools
import re
import unicodedata

ACCENTS_MOST = 30  # on one letter; Unicode's stream-safe text format allows as many
_FIRST, _LAST = 0x300, 0x1EFFF  # the last accent stands below


def without_heaps(untrusted_text: str) -> str:
    """Return a text with at most ACCENTS_MOST accents on a letter; in nearly every case the text itself."""
    if untrusted_text.isascii():
        return untrusted_text
    return _heaps().sub(lambda found: found[0][:ACCENTS_MOST], untrusted_text)


@functools.cache
def _heaps() -> re.Pattern[str]:
    accents = "".join(letter for letter in map(chr, range(_FIRST, _LAST)) if unicodedata.combining(letter))
    return re.compile(f"[{re.escape(accents)}]{{{ACCENTS_MOST + 1},}}")
