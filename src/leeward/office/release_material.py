"""Gathers what a release could hold, and sends every piece of it through the gate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leeward.base.say import say
from leeward.domain.cases.case import Case, Identity, Person
from leeward.domain.cases.consent import Consent, of_person
from leeward.domain.evidence.records import EvidenceItem
from leeward.domain.findings.grade import Weighing, strength_of
from leeward.domain.findings.records import Claim, Finding, Source, Support
from leeward.domain.findings.signing import Standing as Where
from leeward.domain.findings.signing import standing_of
from leeward.domain.findings.terms import DIRECT, Element
from leeward.domain.release.allowed import Allowed, Gate, Withheld
from leeward.domain.release.compose import Material, Standing, Told
from leeward.domain.release.leaks import Secret
from leeward.domain.release.records import Release
from leeward.domain.relocation.places import Place
from leeward.domain.testimony.records import Account, Facility, Unit
from leeward.domain.translated import translated
from leeward.office.openings import is_blank, is_open, shown
from leeward.office.session import Session
from leeward.office.testimony import acts_of


def gather(session: Session, release: Release, day: str) -> Material:
    """Return the material of a release: only what its audience may have, and the list of the rest."""
    gate = Gate(
        release.audience,
        day,
        _consents(session),
        organisation=release.organisation,
        children=_children(session),
        language=release.language,
    )
    withheld: list[Withheld] = []
    return Material(
        release_id=release.id,
        title=release.title,
        audience=release.audience,
        language=release.language,
        day=day,
        ask=release.ask,
        claims=tuple(_claims(session, release, gate, withheld)),
        told=tuple(_told(session, release, gate, withheld)),
        evidence=tuple(_evidence(session, release, gate, withheld)),
        withheld=tuple(withheld),
        facilities={one.id: one for one in session.find(Facility)},
        units={one.id: one for one in session.find(Unit)},
    )


def no_longer_allowed(session: Session, release: Release, day: str) -> list[Withheld]:
    """Return what is in a release that was made and may not leave on that day any more."""
    gate = Gate(
        release.audience,
        day,
        _consents(session),
        organisation=release.organisation,
        children=_children(session),
    )
    told = [account for one in release.told_ids if (account := session.get(Account, one)) is not None]
    asked = [gate.account(account) for account in told]
    return [one for one in asked if isinstance(one, Withheld)]


def _consents(session: Session) -> dict[str, list[Consent]]:
    """Return by case the answers of whom it is about; a relative's consent is theirs, not the person's."""
    own: dict[str, list[str]] = {}
    for one in session.find(Person):
        if one.relation == "self":
            own.setdefault(one.case_id, []).append(one.id)
    found: dict[str, list[Consent]] = {}
    for consent in session.find(Consent):
        found.setdefault(consent.case_id, []).append(consent)
    return {case: of_person(those, "", own.get(case, ())) for case, those in found.items()}


def _children(session: Session) -> frozenset[str]:
    return frozenset(one.case_id for one in session.find(Person) if one.relation == "self" and one.minor)


def _claims(session: Session, release: Release, gate: Gate, withheld: list[Withheld]) -> Iterable[Standing]:
    sources = session.find(Source)
    counted = {source.id for source in sources if gate.counts(source.case_id)}
    weigh = Weighing(sources, [s for s in session.find(Support) if s.source_id in counted])
    chosen = [claim for claim in session.find(Claim) if claim.id in release.claim_ids]
    for claim in sorted(chosen, key=lambda one: (one.position, one.id)):
        grade, _ = weigh.grade_claim(claim)
        allowed = gate.claim(claim, grade)
        if isinstance(allowed, Withheld):
            withheld.append(allowed)
            continue
        supports = weigh.of(claim.id, Element.WHAT) or weigh.of(claim.id)
        strength = strength_of(weigh.voices(supports))
        findings = session.find(Finding, claim_id=claim.id)
        stands = [
            one
            for one in findings
            if standing_of(one, grade) in {Where.STANDS, Where.MOVED} and one.second_id
        ]
        yield Standing(
            claim=allowed,
            grade=grade,
            roots=len(strength.classes),
            direct=sum(1 for kinds in strength.classes.values() if kinds & DIRECT),
            standard=stands[0].standard if stands else "",
            against=_against(weigh, supports, release.language),
        )


def _against(weigh: Weighing, supports: Sequence[Support], language: str) -> tuple[tuple[str, str], ...]:
    found = []
    for support in supports:
        source = weigh.sources.get(support.source_id)
        if support.against and source is not None and not source.case_id:
            found.append(
                (translated(source, "label", language), translated(support, "explanation", language))
            )
    return tuple(dict.fromkeys(found))


def _told(session: Session, release: Release, gate: Gate, withheld: list[Withheld]) -> Iterable[Told]:
    for account_id in release.account_ids:
        account = session.get(Account, account_id)
        if account is None:
            what, why = say("an account that this desk cannot open"), say("Its key is not on this desk.")
            withheld.append(Withheld(account_id, Account.kind, what, why, "consent"))
            continue
        allowed = gate.account(account)
        if isinstance(allowed, Withheld):
            withheld.append(allowed)
            continue
        acts = [gate.act(act, account.label) for act in acts_of(session, account.id)]
        withheld.extend(act for act in acts if isinstance(act, Withheld))
        name = _name(session, account, gate) if release.with_names and account.case_id else None
        if isinstance(name, Withheld):
            withheld.append(name)
            name = None
        yield Told(
            allowed,
            tuple(act for act in acts if not isinstance(act, Withheld)),
            name,
            _occupation(session, account, gate),
        )


def _occupation(session: Session, account: Account, gate: Gate) -> Allowed[str] | None:
    persons = session.find(Person, case_id=account.case_id) if account.case_id else []
    own = next((one for one in persons if one.relation == "self" and one.occupation), None)
    if own is None or account.relation != "self":
        return None
    asked = gate.occupation(own.occupation, account.case_id, own.id, account.label)
    return asked if isinstance(asked, Allowed) else None  # withheld together with the account


def _name(session: Session, account: Account, gate: Gate) -> Allowed[str] | Withheld:
    identity = next(iter(session.find(Identity, case_id=account.case_id)), None)
    if identity is None or is_blank(identity):
        what = say("the name of {label}", label=account.label)
        return Withheld(
            account.id,
            Identity.kind,
            what,
            say("It is sealed to this desk, or was never recorded."),
            "consent",
        )
    allowed = gate.name("…", account.case_id, identity.id, account.label)
    if isinstance(allowed, Withheld):
        return allowed
    opened = shown(session, identity)
    if opened is None:  # nobody sees a name without an opening, not in a draft either
        what = say("the name of {label}", label=account.label)
        why = say("It is sealed. Open it with a reason, and it can be in here.")
        return Withheld(identity.id, Identity.kind, what, why, "audience")
    return gate.name(opened.legal_name, account.case_id, identity.id, account.label)


def names_to_open(session: Session, release: Release, day: str) -> list[str]:
    """Return the legal identities whose names may be in a release once they are opened."""
    return [
        one.record_id
        for one in gather(session, release, day).withheld
        if one.record_kind == Identity.kind
        and session.get(Identity, one.record_id) is not None
        and not is_open(session, one.record_id)
    ]


def _evidence(
    session: Session, release: Release, gate: Gate, withheld: list[Withheld]
) -> Iterable[Allowed[EvidenceItem]]:
    chosen = [account for one in release.account_ids if (account := session.get(Account, one)) is not None]
    cases = sorted({account.case_id for account in chosen if account.case_id})
    for case_id in cases:
        for item in sorted(
            session.find(EvidenceItem, case_id=case_id), key=lambda one: (one.acquired_at, one.id)
        ):
            allowed = gate.evidence(item)
            if isinstance(allowed, Withheld):
                withheld.append(allowed)
            else:
                yield allowed


def secrets_of(session: Session) -> tuple[list[Secret], int]:
    """Return what must not be in any text, and how many identities are sealed to this desk and so not looked for.

    They are looked for without an opening: what is found is never shown, only where. What takes two people is not.
    All secrets of this desk, not only those of the people chosen: an account may name somebody else's friend.
    """
    secrets: list[Secret] = []
    identities = session.find(Identity)
    for identity in identities:
        texts = (identity.legal_name, identity.name_in_passport, identity.other_names)
        secrets += [Secret("name", text) for text in texts if text]
        secrets += [Secret("place", identity.address)] if identity.address else []
    cases = session.find(Case)
    secrets += [Secret("pseudonym", case.pseudonym) for case in cases if case.pseudonym]
    secrets += [Secret("place", place.code_name) for place in session.find(Place) if place.code_name]
    opened = {identity.case_id for identity in identities if not identity.sealed}
    return secrets, sum(1 for case in cases if case.id not in opened)


def names_in(material: Material) -> list[str]:
    """Return the names whose owners let this audience have them."""
    return [
        one.name.for_audience(material.audience, material.day)
        for one in material.told
        if one.name is not None
    ]
