"""The story of a case: one line for each thing that happened, in the words of who was there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from leeward.domain.typed import Coded, Note, Typed


class CaseNote(Typed, frozen=True, kw_only=True):
    """One line of the story. What describes violence starts folded; the reader decides."""

    kind: ClassVar[str] = "case_note"

    case_id: str = ""
    note: Annotated[str, Coded("note")] = "note"
    text: str = ""
    language: Annotated[str, Coded("language")] = ""
    happened_at: int = 0  # when it happened, if that is not when it was written
    folded: bool = False
    why: str = ""  # for a decision: why this way
    about_id: str = ""  # the record it tells of: a task made, a contact, a stay
    struck_at: int = 0  # written by mistake; stays in the history
    additions: tuple[Note, ...] = ()

    @property
    def at(self) -> int:
        """Return when it happened."""
        return self.happened_at or self.created_at


def in_order(notes: Iterable[CaseNote]) -> list[CaseNote]:
    """Return the story, newest first, without what was struck out."""
    return sorted((one for one in notes if not one.struck_at), key=lambda one: (one.at, one.id), reverse=True)
