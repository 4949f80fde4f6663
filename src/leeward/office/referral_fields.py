"""What a case has that could go to a partner, each with whether they allow it to exactly this one today, and why not.

1. Every field falls under one use of consent, for the partner's audience, narrowed by the partner's name.
2. Somebody of the family is asked themselves, or who answers for them: the person's own word says nothing of them.
3. The legal name is there only while its identity is open on this desk, and only under the use "name".
4. A file is not read here; its hash stands for it until the moment of making.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator

import msgspec

from leeward.base.say import Message, say
from leeward.domain.cases.case import Case, CaseFile, Person
from leeward.domain.cases.consent import Consent, Ruling, allows
from leeward.domain.cases.referral_paper import Part
from leeward.domain.cases.referrals import FIELD, USE_OF, Referral
from leeward.domain.cases.words import NEED, PRIORITY, RELATION, RISK, THREAT
from leeward.domain.cases.work import Need
from leeward.domain.intake import PSEUDONYMS, Contact
from leeward.domain.intake.words import DEVICE
from leeward.domain.languages import LANGUAGE
from leeward.domain.partners import Partner
from leeward.domain.relocation.papers import MedicalAppointment, Medication
from leeward.office import openings
from leeward.office.casework_base import require_case, today
from leeward.office.consent import answers_of, is_child
from leeward.office.session import Session

_SAID = ("safe_where", "safe_when", "safe_note", "handle")


class Choice(msgspec.Struct, frozen=True):
    """One thing that could go. `met_keys` are its conditions: what has to be said to be met for each."""

    code: str
    record_id: str  # of a file or of somebody of the family
    part: Part
    ruling: Ruling
    on_condition: bool = False  # it may go once its conditions are said to be met
    met_keys: tuple[tuple[str, str], ...] = ()  # (key, condition in their words)
    consents: tuple[Consent, ...] = ()
    use: str = "work"
    person_id: str = ""
    sha256: str = ""  # of a file
    size: int = 0
    sealed: bool = False  # the legal name, not open now
    label: str = ""  # for us: which file, which of the family; not sent

    @property
    def key(self) -> str:
        """Return the name of its box in a form."""
        return f"{self.code}:{self.record_id}" if self.record_id else self.code

    @property
    def open(self) -> bool:
        """Tell whether it can be ticked."""
        return not self.sealed and (self.ruling.allowed or self.on_condition)

    def reason(self) -> Message:
        """Return in one sentence why it may or may not go."""
        if self.sealed and (self.ruling.allowed or self.on_condition):
            return say("It is sealed. Open it with a reason, and it can be in here.")
        return self.ruling.reason


def choices(session: Session, referral: Referral, partner: Partner) -> list[Choice]:
    """Return all that the case has, in the order of the page."""
    case = require_case(session, referral.case_id)
    language = "ru" if referral.language == "ru" else "en"
    return [_ruled(session, referral, partner, held) for held in _parts(session, case, referral, language)]


def consents_for(
    session: Session, case_id: str, person_id: str, use: str, partner: Partner
) -> tuple[Consent, ...]:
    """Return the answers that count for one use and this partner, however its name was spelt in them."""
    same = partner.name.casefold()
    return tuple(
        msgspec.structs.replace(one, organisation=partner.name if one.organisation else "")
        for one in answers_of(session, case_id, person_id)
        if one.use == use
        and one.audience == partner.audience
        and one.answer
        and (not one.organisation or one.organisation.casefold() == same)
    )


class _Held(msgspec.Struct, frozen=True):
    """One part as the case has it, before anybody's consent is asked."""

    part: Part
    record_id: str = ""
    sha256: str = ""
    size: int = 0
    sealed: bool = False
    label: str = ""


def _ruled(session: Session, referral: Referral, partner: Partner, held: _Held) -> Choice:
    code = held.part.code
    use = USE_OF.get(code, "work")
    person = held.record_id if code == "family" else ""  # 2
    consents = consents_for(session, referral.case_id, person, use, partner)
    by_key = {_met_key(one): one for one in consents if one.answer == "conditional"}
    day, child = today(session), is_child(session, referral.case_id, person)

    def ruling(met: frozenset[str]) -> Ruling:
        return allows(consents, use, partner.audience, day, organisation=partner.name, met=met, child=child)

    now = ruling(frozenset(by_key[key].id for key in referral.met_set if key in by_key))
    return Choice(
        code=code,
        record_id=held.record_id,
        part=held.part,
        ruling=now,
        on_condition=bool(by_key) and ruling(frozenset(one.id for one in by_key.values())).allowed,
        met_keys=tuple((key, one.conditions) for key, one in by_key.items()),
        consents=consents,
        use=use,
        person_id=person,
        sha256=held.sha256,
        size=held.size,
        sealed=held.sealed,
        label=held.label,
    )


def _met_key(one: Consent) -> str:
    """Return what is kept when somebody says that a condition is met: of exactly this condition."""
    return f"{one.id}:{hashlib.sha256(one.conditions.encode()).hexdigest()[:16]}"


def _parts(session: Session, case: Case, referral: Referral, language: str) -> Iterator[_Held]:
    people = [one for one in session.find(Person, case_id=case.id) if not one.struck_at]
    own = next((one for one in people if one.relation == "self"), Person(id=""))
    mine = {"", own.id}

    def part(code: str, lines: list[str], **data: str | list[str]) -> _Held:
        kept = tuple(line for line in lines if line)
        return _Held(Part(code, FIELD.label(code, language), kept, data))

    parts = [
        part("pseudonym", [PSEUDONYMS.label(case.pseudonym, language)]),
        _danger(case, language),
        part(
            "languages",
            [LANGUAGE.label(one, language) for one in sorted({*case.language_set, *own.language_set})],
        ),
    ]
    needs = sorted(
        (one for one in session.find(Need, case_id=case.id) if one.person_id in mine),
        key=lambda one: (one.requested_at, one.id),
    )
    parts += [
        part("need", [_need(one, language) for one in needs if one.id == referral.need_id]),
        part("needs", [_need(one, language) for one in needs if one.unmet and one.id != referral.need_id]),
        part("health", [*_health(session, case, mine), own.health]),
        part("contact", list(_contact(session, case, language))),
    ]
    yield from (one for one in parts if one.part.lines)
    for one in sorted(people, key=lambda one: (one.created_at, one.id)):
        if one.id != own.id and not one.threatens:
            told = _relative(one, language)
            yield _Held(Part("family", FIELD.label("family", language), told), one.id, label=told[0])
    yield from _files(session, case, language)
    yield from _name(session, case, language)


def _danger(case: Case, language: str) -> _Held:
    threats = sorted(case.threat_set)
    lines = [
        RISK.label(case.risk, language),
        ", ".join(THREAT.label(one, language) for one in threats),
        case.risk_reason,
        ": ".join(filter(None, (case.danger_by, case.danger_said))),
    ]
    codes: dict[str, str | list[str]] = {"risk": case.risk, "threat": threats}
    told = tuple(line for line in lines if line)
    return _Held(Part("danger", FIELD.label("danger", language), told, codes))


def _need(need: Need, language: str) -> str:
    what = ": ".join(filter(None, (NEED.label(need.need, language), need.what)))
    return f"{what} ({PRIORITY.label(need.priority, language)})"


def _health(session: Session, case: Case, mine: set[str]) -> Iterator[str]:
    for medicine in session.find(Medication, case_id=case.id):
        if medicine.person_id in mine and not medicine.ended_at:
            yield ", ".join(filter(None, (medicine.what, medicine.dose, medicine.lasts_until)))
    for visit in session.find(MedicalAppointment, case_id=case.id):
        if visit.person_id in mine and not visit.done_at:
            when = dt.datetime.fromtimestamp(visit.at / 1000, dt.UTC).astimezone() if visit.at else None
            day = when.strftime("%Y-%m-%d %H:%M") if when else ""
            yield ", ".join(filter(None, (day, visit.where, visit.purpose)))


def _contact(session: Session, case: Case, language: str) -> Iterator[str]:
    for contact in session.find(Contact):
        if contact.id in case.contact_ids or contact.case_id == case.id:
            yield from (getattr(contact, field) for field in _SAID)
            if contact.safe_device:
                yield DEVICE.label(contact.safe_device, language)


def _relative(one: Person, language: str) -> tuple[str, ...]:
    years = "–".join(str(year) for year in sorted({one.birth_from, one.birth_to}) if year)
    told = (
        PSEUDONYMS.label(one.pseudonym, language) if one.pseudonym else "",
        RELATION.label(one.relation, language),
        years,
        RISK.label(one.risk, language),
        one.risk_reason,
        one.whereabouts,
        one.health,
        ", ".join(LANGUAGE.label(code, language) for code in sorted(one.language_set)),
    )
    return tuple(line for line in told if line)


def _files(session: Session, case: Case, language: str) -> Iterator[_Held]:
    kept = [
        one for one in session.find(CaseFile, case_id=case.id) if one.file is not None and not one.struck_at
    ]
    for one in sorted(kept, key=lambda one: (one.created_at, one.id)):
        if one.file is not None:
            part = Part("file", FIELD.label("file", language), (one.file.media_type,))
            yield _Held(part, one.id, one.file.sha256, one.file.size, label=one.about or one.file.name)


def _name(session: Session, case: Case, language: str) -> Iterator[_Held]:
    identity = openings.identity_record(session, case)
    if identity is None or openings.is_blank(identity):
        return
    opened = openings.shown(session, identity)
    lines = dict.fromkeys((opened.legal_name, opened.name_in_passport)) if opened else {}
    told = tuple(line for line in lines if line)
    if opened is None or told:
        yield _Held(Part("name", FIELD.label("name", language), told), sealed=opened is None)
