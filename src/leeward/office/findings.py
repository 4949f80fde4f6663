"""The record: sources, claims, what speaks for and against them, and what two people signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from leeward.base.ids import derive_id
from leeward.base.say import Code, Versions, say
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.findings.explain import Explained, explain
from leeward.domain.findings.grade import Weighing
from leeward.domain.findings.records import Claim, Finding, Source, Support
from leeward.domain.findings.signing import Standing, require_may_sign, require_second, standing_of
from leeward.domain.findings.terms import TRACES, Access, Element, Grade
from leeward.domain.testimony.records import Act
from leeward.domain.today import Need, Urgency
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.office.casework_base import require
from leeward.office.session import Session


class Signed(msgspec.Struct, frozen=True):
    """A finding and where it is today."""

    finding: Finding
    standing: Standing
    grade: Grade  # of today


def add_source(session: Session, source: Source) -> str:
    """Add a source to the record; return its id. `source.id` may be empty."""
    if not source.label.strip():
        raise OutOfRange(
            say("A source needs a short label."), next_step=say("Such as “Newspaper” or “Survivor A”.")
        )
    kept = msgspec.structs.replace(source, id=source.id or session.make_id())
    session.save_new(session.compartment_of("record"), kept)
    return kept.id


def add_claim(
    session: Session, sentence: Mapping[str, str], elements: Mapping[Element, str], *, inquiry_id: str = ""
) -> str:
    """Add a claim: one sentence, and the value of each element that it asserts; return its id."""
    said = {language: text.strip() for language, text in sentence.items() if text.strip()}
    if not said:
        raise OutOfRange(say("A claim needs a sentence."), next_step=say("Write one thing that happened."))
    record = session.compartment_of("record")
    claim = Claim(
        id=session.make_id(),
        inquiry_id=inquiry_id,
        sentence=said,
        elements=dict(elements) or {Element.WHAT: next(iter(said.values()))},
        position=session.vault.count(Claim.kind, compartment=record) + 1,
    )
    session.save_new(record, claim)
    return claim.id


def add_support(session: Session, support: Support) -> str:
    """Say that a source speaks for or against an element of a claim; return the support's id."""
    claim = require(session, Claim, support.claim_id)
    require(session, Source, support.source_id)
    if support.element not in claim.elements:
        raise OutOfRange(
            say("This claim says nothing of “{element}”.", element=Code(f"element/{support.element}")),
            next_step=say("Choose an element that the claim asserts."),
        )
    kept = msgspec.structs.replace(support, id=support.id or session.make_id())
    session.save_new(claim.compartment, kept)
    return kept.id


def support_from_act(session: Session, act_id: str, claim_id: str) -> list[str]:
    """Let a coded act speak for a claim, in each element that the act knows; return the supports' ids."""
    act = require(session, Act, act_id)
    claim = require(session, Claim, claim_id)
    source = next(iter(session.find(Source, account_id=act.account_id)), None)
    if source is None:
        raise RuleBroken(
            say("The account of this act has no source in the record."),
            next_step=say("Open the account on a desk that holds the record's key."),
        )
    knows = {
        Element.WHAT: bool(act.act_type),
        Element.WHO: True,
        Element.WHEN: act.period.kept_bounds() is not None,
        Element.WHERE: bool(act.place or act.facility_id),
        Element.BY_WHOM: bool(act.unit or act.unit_id),
    }
    access = {"self": Access.PARTICIPANT, "witness": Access.WITNESS, "relative": Access.RELATIVE}
    made = [
        Support(
            id=derive_id("support", act_id, claim_id, element),
            claim_id=claim_id,
            source_id=source.id,
            element=element,
            access=access.get(source.relation, Access.HEARSAY),
        )
        for element in claim.elements
        if knows[element]
    ]
    new = [support for support in made if session.vault.get(support.id) is None]
    if new:
        session.commit(claim.compartment, *(write_new(support) for support in new))
    return [support.id for support in made]


def explain_against(session: Session, support_id: str, why: str) -> None:
    """Write down why what speaks against a claim does not defeat it. It stays in the record, with the reason."""
    support = require(session, Support, support_id)
    if not support.against:
        raise RuleBroken(say("This speaks for the claim; there is nothing to explain."))
    if not why.strip():
        raise OutOfRange(
            say("An explanation needs words."), next_step=say("Say why it does not defeat the claim.")
        )
    changes = put(Support.kind, support_id, explanation=why.strip(), explained_by=session.member_id)
    session.commit(support.compartment, changes)


def verify_trace(session: Session, support_id: str) -> None:
    """Say, with one's name, that a trace was checked."""
    support = require(session, Support, support_id)
    if support.access not in TRACES:
        raise RuleBroken(say("Only a trace on a body, a thing or in data is verified like this."))
    session.commit(support.compartment, put(Support.kind, support_id, verified=True))


def withdraw_support(session: Session, support_id: str) -> None:
    """Take back what a source was said to say; it stays in the history."""
    support = require(session, Support, support_id)
    session.commit(support.compartment, put(Support.kind, support_id, withdrawn=True))


def say_apart(session: Session, source_id: str, other_id: str) -> None:
    """Say that two sources that look like one are not: a person's word against the likeness of their wording."""
    source = require(session, Source, source_id)
    require(session, Source, other_id)
    apart = tuple(sorted({*source.apart_from_ids, other_id}))
    session.commit(source.compartment, write_new(Source(id=source_id, apart_from_ids=apart)))


def sign(session: Session, claim_id: str, standard: str, reasons: str, *, ask: str = "") -> str:
    """Sign a claim at a standard; return the finding's id. Raises RuleBroken if the sources do not carry it."""
    claim = require(session, Claim, claim_id)
    grade, _ = weighing(session).grade_claim(claim)
    require_may_sign(standard, grade)
    finding = Finding(
        id=session.make_id(),
        claim_id=claim_id,
        standard=standard,
        reasons=reasons,
        grade=int(grade),
        author_id=session.member_id,
        signed_at=session.now(),
        asked_id=ask,
    )
    session.save_new(claim.compartment, finding)
    return finding.id


def second_read(session: Session, finding_id: str, *, agrees: bool, reasons: str = "") -> None:
    """Sign as the second reader, or say why not."""
    finding = require(session, Finding, finding_id)
    require_second(finding, session.member_id)
    claim = require(session, Claim, finding.claim_id)
    if agrees:
        require_may_sign(finding.standard, weighing(session).grade_claim(claim)[0])
    session.commit(
        finding.compartment,
        put(
            Finding.kind,
            finding_id,
            second_id=session.member_id,
            second_at=session.now(),
            second_agrees=agrees,
            second_reasons=reasons,
        ),
    )


def withdraw_finding(session: Session, finding_id: str) -> None:
    """Withdraw a finding; it stays, marked."""
    finding = require(session, Finding, finding_id)
    session.commit(finding.compartment, put(Finding.kind, finding_id, withdrawn_at=session.now()))


def weighing(session: Session) -> Weighing:
    """Return all sources and supports that this desk may read, ready to be graded."""
    return Weighing(session.find(Source), session.find(Support))


def claims(session: Session) -> list[Claim]:
    """Return all claims in their order."""
    return sorted(session.find(Claim), key=lambda claim: (claim.position, claim.id))


def explained(weigh: Weighing, claim: Claim) -> Sequence[Explained]:
    """Return every asserted element's grade with its reasons, in the order of elements."""
    return [explain(weigh, claim.id, element) for element in Element if element in claim.elements]


def signed(session: Session, weigh: Weighing | None = None) -> list[Signed]:
    """Return all findings with where they are today, the newest first."""
    weigh = weigh or weighing(session)
    by_id = {claim.id: claim for claim in session.find(Claim)}
    found = []
    for finding in sorted(session.find(Finding), key=lambda f: (f.signed_at, f.id), reverse=True):
        claim = by_id.get(finding.claim_id)
        grade = weigh.grade_claim(claim)[0] if claim is not None else Grade.NONE
        found.append(Signed(finding, standing_of(finding, grade), grade))
    return found


def needs_now(session: Session) -> list[Need]:
    """Return findings that wait for this member's second reading, and own ones that no longer hold."""
    findings = session.find(Finding)
    if not findings:
        return []
    needs = []
    for one in signed(session):
        finding = one.finding
        href = f"/record/claims/{finding.claim_id}"
        claim = session.get(Claim, finding.claim_id)
        texts = claim.sentence if claim is not None else {}
        sentence = Versions({language: text.rstrip(".") for language, text in texts.items()})
        mine = finding.author_id == session.member_id
        if one.standing == Standing.WAITS and not mine and finding.asked_id in {"", session.member_id}:
            needs.append(
                Need(
                    urgency=Urgency.SECOND,
                    tag=say("Second reader"),
                    what=say("“{sentence}” waits for a second reader", sentence=sentence),
                    why=say("Signed as “{standard}”.", standard=Code(f"standard/{finding.standard}")),
                    since=finding.signed_at,
                    action=say("Read it"),
                    href=href,
                )
            )
        elif mine and one.standing in {Standing.FALLEN, Standing.DISPUTED}:
            needs.append(
                Need(
                    urgency=Urgency.SECOND,
                    tag=say("Finding"),
                    what=say("“{sentence}” no longer stands as signed", sentence=sentence),
                    why=say("The sources now carry “{grade}”.", grade=Code(f"grade/{int(one.grade)}"))
                    if one.standing == Standing.FALLEN
                    else say("The second reader does not agree."),
                    since=finding.second_at or finding.signed_at,
                    action=say("Look at it"),
                    href=href,
                )
            )
    return needs
