"""Which text can be shown to anybody on a page: what prints, and the few unseen characters that languages need."""

from __future__ import annotations

_NEEDED = frozenset(
    "\u00a0\u202f\u200c\u200d"
)  # blanks that do not break; Persian's and Arabic's half-spaces


def can_be_shown(text: str) -> bool:
    """Tell whether every character prints or is needed; marks that turn text round, and ends of lines, are not."""
    return all(letter in _NEEDED or letter.isprintable() for letter in text)


def shown_part(text: str) -> str:
    """Return a text without what cannot be shown; blanks stand for ends of lines."""
    return "".join(letter for letter in " ".join(text.splitlines()) if can_be_shown(letter))
