"""The release register: what left, to whom, and the hash of exactly these bytes."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import msgspec

from leeward.domain.files import FileRef
from leeward.domain.typed import Coded, Note, Typed
from leeward.domain.vocabulary import Term, Vocabulary

STATE = Vocabulary(
    "release-state",
    Term("draft", "being written", "готовится"),
    Term("made", "made", "составлено"),
    Term("sent", "sent", "отправлено"),
    Term("recalled", "recalled", "отозвано"),
)


class Release(Typed, frozen=True, kw_only=True):
    """One release. Once made it does not change; a new one is made instead, and the register shows both."""

    kind: ClassVar[str] = "release"

    title: str = ""
    audience: Annotated[str, Coded("audience")] = ""  # AUDIENCE of consent
    organisation: str = ""  # the institution's id or name, narrows consent
    language: Annotated[str, Coded("language")] = ""  # of its reader
    purpose: str = ""
    ask: str = ""
    claim_ids: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()
    with_names: bool = False
    told_ids: tuple[str, ...] = ()  # the accounts that are in it, of those that were chosen
    state: Annotated[str, Coded("release-state")] = "draft"
    made_on: str = ""  # ISO date: consent was checked for this day
    made_at: int = 0
    made_by: str = ""
    checked_by: str = ""  # the second pair of eyes
    sha256: str = ""  # of the PDF's bytes
    size: int = 0
    file: FileRef | None = None  # the sealed PDF
    withheld: int = 0  # how many things were held back
    kept: dict[str, Any] = msgspec.field(default_factory=dict)  # document.keep
    submission_id: str = ""
    remarks: tuple[Note, ...] = ()
