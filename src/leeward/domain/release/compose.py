"""From what may leave to a document. Pure: the same input gives the same document.

1. Everything about a person comes in as `Allowed` for this very audience and day; there is no other way in.
2. Dates, places, occupations are blurred as the audience's view says; a pseudonym is good for this release only.
3. Where something is held back, the preview has a gap that says why; the document has a section that says of what
   kind it was, without numbers and without names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from leeward.base.say import say
from leeward.domain.cases.consent import AUDIENCE
from leeward.domain.evidence.records import EvidenceItem
from leeward.domain.evidence.terms import EVIDENCE_KIND
from leeward.domain.findings.records import Claim
from leeward.domain.findings.terms import GRADE, STANDARD, Grade
from leeward.domain.release.allowed import Allowed, Withheld
from leeward.domain.release.audience import Dates, View, view_of
from leeward.domain.release.document import Document, Gap, Line, Section, Style
from leeward.domain.release.small_numbers import safe_count
from leeward.domain.release.transform import blur_period, blur_place, derive_pseudonyms, group_of_occupation
from leeward.domain.release.words import word
from leeward.domain.testimony.methods import method_label
from leeward.domain.testimony.records import Account, Act, Facility, Unit
from leeward.domain.testimony.terms import ACT_TYPE, OUTCOME
from leeward.domain.translated import translated


class Told(msgspec.Struct, frozen=True):
    """One account that may leave, with the acts coded from it, and the legal name if that may leave too."""

    account: Allowed[Account]
    acts: tuple[Allowed[Act], ...] = ()
    name: Allowed[str] | None = None
    occupation: Allowed[str] | None = None


class Standing(msgspec.Struct, frozen=True):
    """One claim that may leave, with its grade on what this audience may know of."""

    claim: Allowed[Claim]
    grade: Grade
    roots: int
    direct: int
    standard: str = ""  # if two people signed it and it stands
    against: tuple[tuple[str, str], ...] = ()  # who, and why it does not defeat the claim


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """Everything for one release. `facilities` and `units` by id; they hold no person."""

    release_id: str
    title: str
    audience: str
    language: str
    day: str  # ISO date
    ask: str = ""
    claims: tuple[Standing, ...] = ()
    told: tuple[Told, ...] = ()
    evidence: tuple[Allowed[EvidenceItem], ...] = ()
    withheld: tuple[Withheld, ...] = ()
    facilities: Mapping[str, Facility] = msgspec.field(default_factory=dict)
    units: Mapping[str, Unit] = msgspec.field(default_factory=dict)


class Composed(msgspec.Struct, frozen=True):
    """The document and the whole list of what it leaves out."""

    document: Document
    withheld: tuple[Withheld, ...]


def compose(material: Material) -> Composed:
    """Return the document for this audience. RuntimeError if something was allowed for another (rule 1)."""
    view = view_of(material.audience)
    language = material.language
    withheld = list(material.withheld)
    sections = [_how_to_read(language)]
    if material.ask.strip():
        lines = tuple(Line(part.strip()) for part in material.ask.split("\n") if part.strip())
        sections.append(Section(word("summary", language), lines))
    claims = _claims(material, view)
    if claims.lines:
        sections.append(claims)
    people = _people(material, view, withheld)
    if people.lines:
        sections.append(people)
    if material.evidence:
        sections.append(_evidence(material))
    sections.append(_withheld(view, withheld, language))
    document = Document(
        title=material.title,
        subtitle=word("for", language, audience=AUDIENCE.label(material.audience, language)),
        language=language,
        made_on=word("made", language, day=material.day),
        sections=tuple(sections),
    )
    return Composed(document, tuple(withheld))


def _how_to_read(language: str) -> Section:
    lines = (Line(word("how-people", language), Style.NOTE), Line(word("how-grades", language), Style.NOTE))
    return Section(word("how-to-read", language), lines)


def _claims(material: Material, view: View) -> Section:
    lines: list[Line | Gap] = []
    language = material.language
    for standing in material.claims:
        claim = standing.claim.for_audience(material.audience, material.day)  # 1
        label = GRADE.label(str(int(standing.grade)), language)
        lines.append(Line(claim.said(language), Style.HEADING, tag=label))
        roots: int | None = standing.roots
        direct: int | None = standing.direct
        if view.published:
            roots, direct = safe_count(standing.roots), safe_count(standing.direct)
        if roots is not None and direct is not None:
            lines.append(Line(word("rests-on", language, roots=roots, direct=direct), Style.FACT))
        if standing.standard:
            standard = STANDARD.label(standing.standard, language)
            lines.append(Line(word("signed-as", language, standard=standard), Style.FACT))
        lines.extend(
            Line(word("against", language, who=who, why=why), Style.FACT) for who, why in standing.against
        )
        if claim.unchecked:
            lines.append(Line(word("unchecked", language), Style.NOTE))
    lines.extend(_gap(one) for one in material.withheld if one.record_kind == "claim")
    return Section(word("claims", language), tuple(lines))


def _people(material: Material, view: View, withheld: list[Withheld]) -> Section:
    told = [(one, one.account.for_audience(material.audience, material.day)) for one in material.told]  # 1
    letters = derive_pseudonyms(
        material.release_id, [account.case_id for _, account in told if account.case_id]
    )
    lines: list[Line | Gap] = []
    for one, account in sorted(told, key=lambda pair: (letters.get(pair[1].case_id, "~"), pair[1].id)):
        lines.append(Line(_heading(one, account, letters, material), Style.HEADING))
        if one.occupation is not None:
            lines.extend(
                _occupation(one.occupation.for_audience(material.audience, material.day), view, material)
            )
        for act in one.acts:
            lines.extend(_act(act.for_audience(material.audience, material.day), material, view))
        lines.extend(_quotes(account, view, withheld, material.language))
    lines.extend(_gap(one) for one in material.withheld if one.record_kind not in {"claim", "evidence"})
    return Section(word("people", material.language), tuple(lines))


def _heading(one: Told, account: Account, letters: Mapping[str, str], material: Material) -> str:
    if not account.case_id:
        return word("from-print", material.language, label=translated(account, "label", material.language))
    mine = letters[account.case_id]
    if one.name is None:
        return word("person", material.language, letters=mine)
    name = one.name.for_audience(material.audience, material.day)  # 1
    return word("person-named", material.language, name=name, letters=mine)


def _occupation(told: str, view: View, material: Material) -> list[Line]:
    group = group_of_occupation(told)
    shown = told if view.occupation else word(f"group-{group}", material.language) if group else ""
    return [Line(word("occupation", material.language, occupation=shown), Style.FACT)] if shown else []


def _act(act: Act, material: Material, view: View) -> list[Line]:
    language = material.language
    unit = material.units.get(act.unit_id)
    facts = [
        ("act-when", "when", blur_period(act.period, view.dates, language)),  # 2
        (
            "act-where",
            "where",
            blur_place(act, material.facilities.get(act.facility_id), view.places, language),
        ),
        ("act-unit", "unit", (unit.name if unit else act.unit) if view.units else ""),
        ("act-how", "methods", ", ".join(method_label(code, language) for code in act.methods)),
        ("act-long", "duration", act.duration if view.dates == Dates.DAY else ""),
        ("act-end", "outcome", OUTCOME.label(act.outcome, language) if act.outcome else ""),
    ]
    label = ACT_TYPE.label(act.act_type, language)
    said = ". ".join(word(key, language, **{name: value}) for key, name, value in facts if value)
    return [
        Line(
            f"{label[:1].upper()}{label[1:]}. {said}." if said else f"{label[:1].upper()}{label[1:]}.",
            Style.FACT,
        )
    ]


def _quotes(account: Account, view: View, withheld: list[Withheld], language: str) -> list[Line | Gap]:
    if not view.quotes and account.case_id:
        why = say(
            "Whoever knows a person may know their way of speaking; this audience gets the coded acts only."
        )
        what = say("{n} paragraphs in their own words", n=len(account.paragraphs))
        withheld.append(Withheld(account.id, "account", what, why, "audience"))
        return [Gap(why, what, size=min(6, len(account.paragraphs)))]
    lines: list[Line | Gap] = []
    for paragraph in account.paragraphs:
        text = paragraph.translations.get(language) or paragraph.text
        lines.append(Line(text, Style.QUOTE))
    return lines


def _evidence(material: Material) -> Section:
    language = material.language
    lines = []
    for allowed in material.evidence:
        item = allowed.for_audience(material.audience, material.day)  # 1
        kind = EVIDENCE_KIND.label(item.evidence_kind, language)
        lines.append(
            Line(word("evidence-line", language, title=item.title, kind=kind, sha256=item.sha256), Style.FACT)
        )
    return Section(word("evidence", language), tuple(lines))


def _withheld(view: View, withheld: Sequence[Withheld], language: str) -> Section:
    reasons = {one.reason for one in withheld}
    if view.dates != Dates.DAY:
        reasons.add("exact")
    if view.published:
        reasons.add("small")
    order = ("consent", "grade", "audience", "exact", "small")
    lines = [Line(word(f"withheld-{reason}", language)) for reason in order if reason in reasons]
    return Section(word("withheld", language), tuple(lines or [Line(word("withheld-nothing", language))]))


def _gap(one: Withheld) -> Gap:
    return Gap(one.why, one.what, size=2 if one.record_kind == "account" else 1)
