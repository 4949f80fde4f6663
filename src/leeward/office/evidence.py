"""Keeping evidence: the original's bytes sealed, its SHA-256 in the record, and every touch of it in a chain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from leeward.base.say import say
from leeward.domain.errors import OutOfRange
from leeward.domain.evidence.custody import BrokenLink, CustodyEvent, first_broken, in_order, next_event
from leeward.domain.evidence.records import EvidenceItem, require_digest
from leeward.domain.files import FileRef
from leeward.domain.typed import write_new
from leeward.ledger.model import Change, put
from leeward.office.casework_base import require, require_case
from leeward.office.errors import FileDamaged
from leeward.office.files import read_file
from leeward.office.session import Session


def attach_evidence(
    session: Session,
    case_id: str,
    file: FileRef,
    item: EvidenceItem,
    *,
    verb: str = "received",
    why: str = "",
) -> str:
    """Keep a file (already kept in the case's circle) as evidence, with its first custody event; return the id.

    `item` carries title, kind, origin, how it was acquired, sensitivity; what the file itself knows is filled in.
    """
    case = require_case(session, case_id)
    if not item.title.strip():
        raise OutOfRange(say("Give it a short neutral title."), next_step=say("Such as “Photo of hands”."))
    kept = msgspec.structs.replace(
        item,
        id=session.make_id(),
        case_id=case_id,
        file=file,
        original_name=file.name,
        sha256=require_digest(file.sha256),
        size=file.size,
        media_type=file.media_type,
        acquired_at=item.acquired_at or session.now(),
        acquired_by=item.acquired_by or session.member_id,
    )
    first = next_event(
        CustodyEvent(
            id=session.make_id(),
            evidence_id=kept.id,
            verb=verb,
            by=session.member_id,
            at=session.now(),
            why=why,
            sha256=kept.sha256,
        ),
        (),
    )
    session.commit(case.compartment, write_new(kept), write_new(first))
    return kept.id


def touch(session: Session, evidence_id: str, verb: str, why: str = "", *, sha256: str = "") -> None:
    """Write one custody event: what was done to it, by whoever sits here, now."""
    item = require(session, EvidenceItem, evidence_id)
    session.commit(item.compartment, _event(session, item, verb, why, sha256 or item.sha256))


def _event(session: Session, item: EvidenceItem, verb: str, why: str, sha256: str) -> tuple[Change, ...]:
    event = CustodyEvent(
        id=session.make_id(),
        evidence_id=item.id,
        verb=verb,
        by=session.member_id,
        at=session.now(),
        why=why,
        sha256=sha256,
    )
    return write_new(next_event(event, session.find(CustodyEvent, evidence_id=item.id)))


def open_evidence(session: Session, evidence_id: str, why: str = "") -> tuple[EvidenceItem, Iterator[bytes]]:
    """Return the item and its bytes; that it was viewed is written down first."""
    item = require(session, EvidenceItem, evidence_id)
    if item.file is None:
        raise OutOfRange(
            say("Its bytes are not kept here."),
            next_step=say("Ask whoever holds it; the record says where it is."),
        )
    touch(session, evidence_id, "viewed", why)
    return item, read_file(session, item.compartment, item.file)


def verify_evidence(session: Session, evidence_id: str) -> bool:
    """Read all bytes again, compare, and write the result into the chain; return whether they are the same."""
    item = require(session, EvidenceItem, evidence_id)
    if item.file is None:
        raise OutOfRange(say("Its bytes are not kept here."), next_step=say("Verify it where it is kept."))
    digest = hashlib.sha256()
    try:
        for chunk in read_file(session, item.compartment, item.file):
            digest.update(chunk)
        seen = digest.hexdigest()
    except FileDamaged:
        seen = "0" * 64
    same = seen == item.sha256
    touch(session, evidence_id, "verified" if same else "failed", sha256=seen)
    return same


def custody_of(session: Session, evidence_id: str) -> list[CustodyEvent]:
    """Return the chain of custody, oldest first."""
    return in_order(session.find(CustodyEvent, evidence_id=evidence_id))


def broken_link(session: Session, item: EvidenceItem) -> BrokenLink | None:
    """Return the first custody event that does not hold, if any."""
    return first_broken(item, session.find(CustodyEvent, evidence_id=item.id))


def evidence_of(session: Session, case_id: str) -> list[EvidenceItem]:
    """Return a case's evidence, the newest first."""
    return session.find(EvidenceItem, case_id=case_id)


def describe(session: Session, evidence_id: str, **fields: str) -> None:
    """Change what is said of an item: title, evidence_kind, sensitivity, origin, acquired_how. Never what it is."""
    item = require(session, EvidenceItem, evidence_id)
    unknown = set(fields) - {"title", "evidence_kind", "sensitivity", "origin", "acquired_how"}
    if unknown:
        raise RuntimeError(f"not a description: {sorted(unknown)}")
    if not fields.get("title", item.title).strip():
        raise OutOfRange(say("Give it a short neutral title."), next_step=say("Such as “Photo of hands”."))
    changed = {name: value for name, value in fields.items() if value != getattr(item, name)}
    if changed:
        session.commit(item.compartment, put(EvidenceItem.kind, evidence_id, **changed))
