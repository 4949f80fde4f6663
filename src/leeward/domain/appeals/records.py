"""The typed records of appeals, all in the `record` compartment; institutions in `team` or `record`."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from leeward.domain.typed import Coded, Note, Typed


class Institution(Typed, frozen=True, kw_only=True):
    """Somebody who can be asked."""

    kind: ClassVar[str] = "institution"

    name: str = ""
    name_ru: str = ""
    institution_kind: Annotated[str, Coded("institution-kind")] = "other"
    country: str = ""
    procedure: str = ""  # the code of its usual procedure
    languages: Annotated[tuple[str, ...], Coded("language")] = ()
    unchecked: bool = False

    def named(self, language: str) -> str:
        """Return its name in a language, or in the other."""
        return (self.name_ru or self.name) if language == "ru" else (self.name or self.name_ru)


class Submission(Typed, frozen=True, kw_only=True):
    """One paper to one institution. Sent ones keep the hash of the exact bytes, and the rule its due day came from."""

    kind: ClassVar[str] = "submission"

    institution_id: str = ""
    inquiry_id: str = ""  # the inquiry whose matter it is about
    procedure: str = ""
    title: str = ""
    ask: str = ""
    language: Annotated[str, Coded("language")] = ""
    release_id: str = ""
    claim_ids: tuple[str, ...] = ()
    follows_id: str = ""  # the submission that this one repeats or takes further
    bytes_sha256: str = ""
    channel: Annotated[str, Coded("channel-out")] = ""
    state: Annotated[str, Coded("appeal-state")] = (
        "draft"  # draft, checked, review, sent, closed; the rest is computed
    )
    sent_on: str = ""  # ISO date, as precise as known
    sent_by: str = ""  # member id, or "" for what others sent
    receipt: str = ""
    due_on: str = ""  # ISO date
    due_why: str = ""  # the source of the rule, as shown
    due_unchecked: bool = False
    outcome: Annotated[str, Coded("reply-kind")] = ""  # REPLY_KIND, when closed
    unchecked: bool = False
    translations: dict[str, dict[str, str]] = msgspec.field(
        default_factory=dict
    )  # language -> field -> words
    remarks: tuple[Note, ...] = ()


class Reply(Typed, frozen=True, kw_only=True):
    """What came."""

    kind: ClassVar[str] = "appeal-reply"

    submission_id: str = ""
    institution_id: str = ""
    on: str = ""  # ISO date, as precise as known
    reply_kind: Annotated[str, Coded("reply-kind")] = ""
    summary: str = ""
    reference: str = ""  # their number
    file_id: str = ""
    recorded_by: str = ""
    unchecked: bool = False
    translations: dict[str, dict[str, str]] = msgspec.field(
        default_factory=dict
    )  # language -> field -> words
