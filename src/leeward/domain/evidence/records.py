"""A thing kept as evidence."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar

from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.files import FileRef
from leeward.domain.typed import Coded, Note, Typed

_SHA256 = re.compile(r"[0-9a-f]{64}")


class EvidenceItem(Typed, frozen=True, kw_only=True):
    """One thing, the digest of its original bytes, and how it was come by."""

    kind: ClassVar[str] = "evidence"

    case_id: str = ""
    account_id: str = ""
    file: FileRef | None = None  # where its sealed pieces are; None for what is held elsewhere
    title: str = ""  # ours, neutral; the original name may tell too much
    original_name: str = ""
    sha256: str = ""  # 64 hex, of the original bytes
    size: int = 0  # bytes
    media_type: str = ""
    evidence_kind: Annotated[str, Coded("evidence-kind")] = "document"
    copy: Annotated[str, Coded("copy")] = "original"
    made_from_id: str = ""  # the evidence item it was derived from
    origin: str = ""  # from whom or where, in safe words
    acquired_how: str = ""
    acquired_at: int = 0  # milliseconds
    acquired_by: str = ""  # member id
    sensitivity: Annotated[str, Coded("sensitivity")] = "personal"
    remarks: tuple[Note, ...] = ()


def require_digest(text: str) -> str:
    """Return the digest if it is 64 hex digits; OutOfRange if not."""
    if not _SHA256.fullmatch(text):
        raise OutOfRange(
            say("A SHA-256 is 64 digits and letters a to f."), next_step=say("Copy the whole of it.")
        )
    return text
