"""What the Record's pages show: one selection, seen as accounts, as a matrix, as a timeline."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from leeward.domain.appeals.records import Reply, Submission
from leeward.domain.findings.explain import Explained, explain
from leeward.domain.findings.grade import Weighing
from leeward.domain.findings.matrix import Matrix, make_matrix
from leeward.domain.findings.records import Claim, Source, Support
from leeward.domain.findings.terms import Access, Element, Grade
from leeward.domain.period import Period
from leeward.domain.release.records import Release
from leeward.domain.testimony.records import Account, Act
from leeward.office.findings import Signed, claims, signed, weighing
from leeward.office.inquiries import UNFILED, Shelf, shelf
from leeward.office.session import Session

_DIRECTNESS = list(Access)


class Told(msgspec.Struct, frozen=True):
    """One account in the list."""

    account: Account
    acts: int
    repeats: bool  # its source only repeats another


class Moment(msgspec.Struct, frozen=True):
    """One line of the timeline: when (as vague as known), which track, and what to link to."""

    day: str
    track: str  # "happened" or "said"
    record: Account | Act | Source | Submission | Reply
    href: str


class ClaimView(msgspec.Struct, frozen=True):
    """One claim with everything that speaks for and against it."""

    claim: Claim
    grade: Grade
    weakest: Element
    elements: tuple[Explained, ...]
    supports: tuple[tuple[Support, Source], ...]
    findings: tuple[Signed, ...]
    used_in: tuple[Release, ...]

    @property
    def held_down(self) -> Explained:
        """Return the explanation of the element that the grade rests on."""
        return next((one for one in self.elements if one.element == self.weakest), self.elements[0])


class Everything(msgspec.Struct, frozen=True):
    """The record as this desk may read it, weighed once for one page."""

    weighing: Weighing
    claims: Sequence[Claim]
    matrix: Matrix
    accounts: Sequence[Account]
    shelf: Shelf


def look(session: Session, inquiry: str = "", claim_id: str = "") -> Everything:
    """Read the record once: the claims of one inquiry, and the accounts that lie in it or speak of them.

    With a claim, the inquiry is the claim's own.
    """
    weigh = weighing(session)
    every = claims(session)
    picked = next((one for one in every if one.id == claim_id), None)
    laid = shelf(session, inquiry if picked is None else picked.inquiry_id or UNFILED)
    found = [one for one in every if laid.holds(one)]
    speaking = {support.source_id for claim in found for support in weigh.of(claim.id)}
    accounts = [
        account
        for account in session.find(Account)
        if account.source_id in speaking
        or laid.holds(weigh.sources.get(account.source_id) or Source(id=account.source_id))
    ]
    looked_at = picked or next(iter(found), None)
    matrix = make_matrix(weigh, found, looked_at.id if looked_at else "")
    return Everything(weigh, found, matrix, accounts, laid)


def claim_view(session: Session, weigh: Weighing, claim: Claim) -> ClaimView:
    """Return one claim's page."""
    grade, weakest = weigh.grade_claim(claim)
    elements = [element for element in Element if element in claim.elements] or [Element.WHAT]
    supports = [
        (support, weigh.sources.get(support.source_id) or Source(id=support.source_id, label="…"))
        for support in weigh.of(claim.id)
    ]
    return ClaimView(
        claim=claim,
        grade=grade,
        weakest=weakest,
        elements=tuple(explain(weigh, claim.id, element) for element in elements),
        supports=tuple(
            sorted(
                supports, key=lambda pair: (pair[0].against, _DIRECTNESS.index(pair[0].access), pair[1].label)
            )
        ),
        findings=tuple(one for one in signed(session, weigh) if one.finding.claim_id == claim.id),
        used_in=tuple(
            one for one in session.find(Release) if claim.id in one.claim_ids and one.state != "draft"
        ),
    )


class SourceView(msgspec.Struct, frozen=True):
    """One source: what it repeats, which others count as one with it, and of which claims it speaks."""

    source: Source
    repeats: tuple[Source, ...]
    one_with: tuple[Source, ...]
    claims: tuple[tuple[Claim, tuple[Support, ...]], ...]


def source_view(session: Session, source: Source) -> SourceView:
    """Return one source's page."""
    weigh = weighing(session)
    mine = weigh.roots.of(source.id)
    known = sorted(weigh.sources.values(), key=lambda one: (one.label, one.id))
    spoken = []
    for claim in claims(session):
        supports = tuple(one for one in weigh.of(claim.id) if one.source_id == source.id)
        if supports:
            spoken.append((claim, supports))
    return SourceView(
        source=source,
        repeats=tuple(one for one in known if one.id in source.derives_from_ids),
        one_with=tuple(one for one in known if one.id != source.id and weigh.roots.of(one.id) & mine),
        claims=tuple(spoken),
    )


def told(session: Session, everything: Everything, claim_id: str = "") -> list[Told]:
    """Return the accounts, newest first; with a claim, only those whose source speaks to it."""
    acts: dict[str, int] = {}
    for act in session.find(Act):
        acts[act.account_id] = acts.get(act.account_id, 0) + (not act.withdrawn)
    speaking = {support.source_id for support in everything.weighing.of(claim_id)}
    sources = everything.weighing.sources
    lines = []
    for account in everything.accounts:
        if claim_id and account.source_id not in speaking:
            continue
        source = sources.get(account.source_id)
        lines.append(Told(account, acts.get(account.id, 0), bool(source and source.derives_from_ids)))
    return sorted(
        lines, key=lambda one: (one.account.told_on, one.account.label, one.account.id), reverse=True
    )


def timeline(session: Session, everything: Everything, claim_id: str = "") -> list[Moment]:
    """Return what happened and what was said, in order; undated things are left out."""
    chosen = {one.account.id for one in told(session, everything, claim_id)}
    moments = [
        Moment(account.told_on, "said", account, f"/record/accounts/{account.id}")
        for account in everything.accounts
        if account.id in chosen and account.told_on
    ]
    moments += [
        Moment(act.period.start or act.period.end, "happened", act, f"/record/accounts/{act.account_id}")
        for act in session.find(Act)
        if act.account_id in chosen and not act.withdrawn and (act.period.start or act.period.end)
    ]
    if not claim_id:
        asked = {one.id: one for one in session.find(Submission) if everything.shelf.holds(one)}
        moments += [
            Moment(one.sent_on, "said", one, f"/appeals/{one.id}") for one in asked.values() if one.sent_on
        ]
        moments += [
            Moment(reply.on, "said", reply, f"/appeals/{reply.submission_id}")
            for reply in session.find(Reply)
            if reply.on and reply.submission_id in asked
        ]
    return sorted(moments, key=lambda one: (_sort_day(one.day), one.track, one.href))


def _sort_day(text: str) -> str:
    bounds = Period(start=text).kept_bounds()
    return bounds[1].isoformat() if bounds else ""  # a vague day stands at its end: nothing is told too early
