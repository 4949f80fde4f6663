"""What stays of what a person told, when they agreed, and what stays of a release, when what it told is erased.

1. New records take the old ones' place, under ids that every desk derives alike; the old ones are erased whole. Nothing
   in the new ones names the person, their case, their account or a file of theirs.
2. Kept of a source: whose relation, what it states in our words, and its place among the other sources, so that a
   claim rests on as much as before. Two accounts of one person stay one root.
3. Kept of what was coded from an account: what was done, by which methods, when, where and by which unit, with how it
   is known to have ended. Not what was injured on whom, no remark, no passage, and nothing that was withdrawn. Of one
   person's acts nothing says any more that they were one person's.
4. Kept of a release: that it left, when, to whom, and the hash of its bytes. Not its text, and not the file. What is
   outside cannot be called back by anybody.
"""

from __future__ import annotations

import msgspec

from leeward.base.ids import derive_id
from leeward.domain.appeals.records import Submission
from leeward.domain.erasing import Erasure
from leeward.domain.findings.records import Source, Support
from leeward.domain.release.document import Document, Line, Section, Style, keep
from leeward.domain.release.records import Release
from leeward.domain.testimony.records import Act
from leeward.domain.typed import Change, Typed, write_new
from leeward.ledger.model import put
from leeward.office.erasing_reach import Reach
from leeward.office.session import Session

_ERASED = {
    "en": "What stood here was erased, because somebody whose account it told asked for it or its time was over.",
    "ru": "Текст стёрт: так попросил человек, чей рассказ здесь был, или истёк срок хранения.",
}


def keep_without(session: Session, erasure: Erasure, reach: Reach) -> None:
    """Write what stays, before the old is erased."""
    if erasure.keep_account:
        _keep_sources(session, erasure, reach)
        _keep_acts(session, erasure, reach)
    for release_id in reach.releases:
        _keep_release(session, erasure, release_id)


def _keep_sources(session: Session, erasure: Erasure, reach: Reach) -> None:
    """Rule 2."""
    for source_id in reach.sources:
        source = session.get(Source, source_id)
        if source is None:
            continue
        fresh = derive_id("kept-source", erasure.id, source_id)
        new: list[tuple[Change, ...]] = [_if_new(session, _without(session, erasure, source, fresh))]
        for support in session.find(Support, source_id=source_id):
            same = derive_id("kept-support", erasure.id, support.id)
            new.append(_if_new(session, msgspec.structs.replace(support, id=same, source_id=fresh)))
        if any(new):
            session.commit(source.compartment, *new)


def _keep_acts(session: Session, erasure: Erasure, reach: Reach) -> None:
    """Rule 3."""
    if not session.vault.compartments("record"):
        return
    record = session.compartment_of("record")  # the case's own circle goes with its keys
    ids = {one for found in reach.records.values() for one, kind in found.items() if kind == Act.kind}
    ids |= {one.id for circle in reach.circles for one in session.find(Act, compartment=circle)}
    for act_id in sorted(ids):
        act = session.get(Act, act_id)
        if act is None or act.withdrawn:
            continue
        kept = Act(
            id=derive_id("kept-act", erasure.id, act_id),
            act_type=act.act_type,
            methods=act.methods,
            period=act.period,
            place=act.place,
            place_type=act.place_type,
            facility_id=act.facility_id,
            unit_id=act.unit_id,
            unit=act.unit,
            duration=act.duration,
            repetition=act.repetition,
            purpose=act.purpose,
            outcome=act.outcome,
            people=act.people,
        )
        changes = _if_new(session, kept)
        if changes:
            session.commit(record, changes)


def _without(session: Session, erasure: Erasure, source: Source, fresh: str) -> Source:
    others = [one for one in session.find(Source) if one.case_id != source.case_id]
    shared = {one.household for one in others}
    ours = {one.id for one in session.find(Source, case_id=source.case_id)} if source.case_id else set()
    return msgspec.structs.replace(
        source,
        id=fresh,
        description="",
        case_id="",
        account_id="",
        evidence_id="",
        informant=derive_id("kept-informant", erasure.id),
        household=source.household if source.household in shared else "",
        derives_from_ids=tuple(
            derive_id("kept-source", erasure.id, one) if one in ours else one
            for one in source.derives_from_ids
        ),
        remarks=(),
    )


def _keep_release(session: Session, erasure: Erasure, release_id: str) -> None:
    """Rule 4."""
    release = session.get(Release, release_id)
    if release is None:
        return
    fresh = derive_id("kept-release", erasure.id, release_id)
    said = Line(_ERASED.get(release.language, _ERASED["en"]), Style.NOTE)
    document = Document(release.title, "", release.language, release.made_on, (Section("", (said,)),))
    stub = msgspec.structs.replace(
        release,
        id=fresh,
        account_ids=(),
        told_ids=(),
        with_names=False,
        file=None,
        kept=keep(document),
        remarks=(),
    )
    papers = session.find(Submission, release_id=release_id)
    changes = [
        _if_new(session, stub),
        *(put(Submission.kind, paper.id, release_id=fresh) for paper in papers),
    ]
    if any(changes):
        session.commit(release.compartment, *changes)


def _if_new(session: Session, typed: Typed) -> tuple[Change, ...]:
    return () if session.vault.get(typed.id) is not None else write_new(typed)
