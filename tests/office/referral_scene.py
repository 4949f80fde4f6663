"""A case in which every field has words of its own, and a clinic with a key."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from leeward.domain.cases.case import Case, CaseFile
from leeward.domain.partners import Partner, digest_of
from leeward.domain.relocation.papers import MedicalAppointment, Medication
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.office import (
    casework,
    casework_tasks,
    consent,
    intake,
    openings,
    partners,
    referrals,
    relocation,
)
from leeward.office.casework_base import require
from leeward.office.casework_open import open_case
from leeward.office.files import keep_file
from leeward.office.relocation_journeys import add_record
from leeward.office.session import Session
from leeward.seal.envelope import decrypt
from leeward.seal.keys import Identity, make_identity

FIELDS = {
    "pseudonym": ("Qzxjuniper",),
    "danger": ("qzxreason",),
    "need": ("qzxneedone",),
    "needs": ("qzxneedtwo",),
    "health": ("qzxmedicine", "qzxwhere"),
    "contact": ("qzxsafenote",),
    "file": ("qzxfilename",),
    "name": ("Zaurbek Qzxlegal",),
}
"""Field to words that stand nowhere else."""


@dataclass
class Sent:
    """The ids of it all, and the clinic's secret key."""

    case: str
    partner: str
    key: Identity
    id: str
    consents: dict[str, str]
    file: str
    person: str
    identity: str

    def choose(self, session: Session, *fields: str) -> None:
        referrals.choose(session, self.id, list(fields), [], "")

    def view(self, session: Session) -> referrals.View:
        return referrals.look(session, self.id)

    def make(self, session: Session) -> referrals.Made:
        return referrals.make(session, self.id, self.view(session).seen, sure=True)

    def digest(self, session: Session) -> str:
        return digest_of(require(session, Partner, self.partner))

    def sha256(self, made: referrals.Made) -> str:
        return hashlib.sha256(made.sealed).hexdigest()


def open_with(sent: Sent, made: referrals.Made) -> bytes:
    return decrypt(made.sealed, [sent.key])


def allow(session: Session, case: str, use: str, **fields: Any) -> str:
    answer = fields.pop("answer", "given")
    return consent.set_consent(session, case, use, "doctor", answer, risks_explained=True, **fields)


def given(session: Session, *, purpose: str = "help") -> Sent:
    """Return a draft to a clinic for a case that allows it everything."""
    contact = intake.log_call(session, "We need a doctor.")
    session.commit(session.compartment_of("intake"), put("contact", contact, safe_note="qzxsafenote"))
    case_id = open_case(session, contact, pseudonym="Qzxjuniper", risk="high").case_id
    open_case(session, "", pseudonym="Willow", risk="low")
    relocation.add_place(session, "Harbour 9", 2)
    case = require(session, Case, case_id)
    casework.set_risk(session, case_id, "very-high", "qzxreason")
    need = casework_tasks.add_need(session, case_id, "medical", "qzxneedone")
    casework_tasks.add_need(session, case_id, "phone", "qzxneedtwo")
    add_record(session, Medication, case_id, what="qzxmedicine")
    add_record(session, MedicalAppointment, case_id, at=session.now(), where="qzxwhere")
    person = casework.add_person(
        session, case_id, pseudonym="qzxsister", relation="sibling", whereabouts="qzxtown"
    )
    casework.set_identity(session, case_id, legal_name="Zaurbek Qzxlegal")
    kept = keep_file(
        session, case.compartment, [b"bytes of the file"], name="qzxfilename.txt", media_type="text/plain"
    )
    file = CaseFile(id=session.make_id(), case_id=case_id, file=kept)
    session.commit(case.compartment, write_new(file))
    key = make_identity(session.chance)
    partner = partners.add_partner(session, "Clinic of Invented Street", "doctor", key.recipient().string())
    consents = {use: allow(session, case_id, use) for use in ("work", "files", "name")}
    found = openings.identity_record(session, require(session, Case, case_id))
    return Sent(
        case_id,
        partner,
        key,
        referrals.begin(session, case_id, partner, purpose, need),
        consents,
        file.id,
        person,
        found.id if found else "",
    )
