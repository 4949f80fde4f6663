"""Fields written in one language, with translations beside them: `translations = {"ru": {"label": "…"}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Translated(Protocol):
    """A record whose words may have translations beside them."""

    @property
    def translations(self) -> Mapping[str, Mapping[str, str]]:
        """Return language -> field -> words."""
        ...


def translated(record: Translated, field: str, language: str) -> str:
    """Return a field's words in a language, or as they were written."""
    return record.translations.get(language, {}).get(field) or str(getattr(record, field))
