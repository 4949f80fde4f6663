"""Opening what is sealed apart: a legal identity, or the address of a place. Every opening is an entry (ADR 28)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from leeward.domain.typed import Coded, Note, Typed
from leeward.domain.vocabulary import Term, Vocabulary

MINUTE = 60_000
OPEN_FOR = 15 * MINUTE  # so long it may be looked at again without another reason
ASKED_FOR = 24 * 60 * MINUTE  # so long a colleague can agree to a question

REASON = Vocabulary(
    "opening-reason",
    Term("papers", "For papers or a ticket", "Для документов или билета"),
    Term("visit", "To go there or bring something", "Чтобы поехать туда или что-то привезти"),
    Term("court", "For a lawyer or a court", "Для адвоката или суда"),
    Term("doctor", "For a doctor", "Для врача"),
    Term("danger", "Somebody is in danger", "Кто-то в опасности"),
    Term("check", "To check or correct it", "Чтобы проверить или исправить"),
    Term("release", "For a release with their name", "Для публикации с именем"),
    Term("other", "Something else", "Другое"),
    Term("export", "It was part of an export", "Попало в экспорт", "Written by the export itself."),
)
"""Why somebody opened it."""

WRITTEN_BY_THE_DESK = frozenset({"export"})


class Opening(Typed, frozen=True, kw_only=True):
    """That somebody opened a record, or asked a colleague to open it with them. It lies in the record's own circle.

    When and by whom is what the ledger says of the entry. `asks` and `answers` are notes, since nobody can overwrite
    those: {"split", "to"} by who asks, {"agrees", "why"} by colleagues, {"does"} in `acts` by who asked.
    """

    kind: ClassVar[str] = "opening"

    of_id: str = ""  # the identity or place_address
    reason: Annotated[str, Coded("opening-reason")] = ""
    why: str = ""  # a few words, if they liked
    device_id: str = ""
    release_id: str = ""  # the release it was opened for
    together: bool = False  # it takes two people
    asks: tuple[Note, ...] = ()
    answers: tuple[Note, ...] = ()
    acts: tuple[Note, ...] = ()


class Export(Typed, frozen=True, kw_only=True):
    """That somebody wrote an export: one passphrase opens what it took out. In the team's circle, written before."""

    kind: ClassVar[str] = "export"

    device_id: str = ""
    records: int = 0
    by_passphrase: bool = True  # one person can open it; otherwise it takes the team's recovery


class Split(Typed, frozen=True, kw_only=True):
    """That the key of a sealed record was split, two of n, among members. In the record's own circle; no secret."""

    kind: ClassVar[str] = "opening_split"

    of_id: str = ""
    member_set: tuple[str, ...] = ()  # who got a share, each of their devices the same one
    opening_id: str = ""  # the agreed opening after which it was split again; "" for the first
