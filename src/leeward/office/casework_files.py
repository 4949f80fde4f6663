"""Files that came with a conversation: kept in the case, looked at by nobody, until somebody makes evidence of them."""

from __future__ import annotations

from collections.abc import Iterator

from leeward.base.say import say
from leeward.domain.cases.case import CaseFile
from leeward.domain.evidence.records import EvidenceItem
from leeward.domain.evidence.terms import EVIDENCE_KIND
from leeward.domain.files import FileRef
from leeward.office.casework_base import NotForThisDesk, require
from leeward.office.evidence import attach_evidence, evidence_of
from leeward.office.files import read_file
from leeward.office.session import Session

_KINDS = {"image": "photo", "video": "video", "audio": "audio"}


def unkept(session: Session, case_id: str) -> list[CaseFile]:
    """Return the files of a case that are not evidence yet, oldest first."""
    kept = {item.sha256 for item in evidence_of(session, case_id)}
    found = [
        one
        for one in session.find(CaseFile, case_id=case_id)
        if one.file is not None and one.file.sha256 not in kept and not one.struck_at
    ]
    return sorted(found, key=lambda one: (one.created_at, one.id))


def read_case_file(session: Session, file_id: str) -> tuple[FileRef, Iterator[bytes]]:
    """Return a file of a case and its plain bytes, piece by piece."""
    kept = require(session, CaseFile, file_id)
    file = _file_of(kept)
    return file, read_file(session, kept.compartment, file)


def keep_as_evidence(session: Session, file_id: str) -> str:
    """Make evidence of a file: its custody begins with how it came here. Return the evidence's id."""
    kept = require(session, CaseFile, file_id)
    file = _file_of(kept)
    there = next((item for item in evidence_of(session, kept.case_id) if item.sha256 == file.sha256), None)
    if there is not None:
        return there.id
    kind = _KINDS.get(file.media_type.partition("/")[0], "document")
    number = len(evidence_of(session, kept.case_id)) + 1
    item = EvidenceItem(
        id="",
        title=f"{EVIDENCE_KIND[kind].en} {number}",
        evidence_kind=kind,
        origin="the person, through the conversation",
        acquired_how="attached to a message",
        acquired_at=kept.created_at,
        sensitivity="graphic" if kept.graphic else "personal",
    )
    return attach_evidence(session, kept.case_id, file, item, verb="received")


def _file_of(kept: CaseFile) -> FileRef:
    if kept.file is None:
        raise NotForThisDesk(say("This file has no bytes on this desk."))
    return kept.file
