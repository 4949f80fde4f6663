"""What the practice team agreed with others: signs of life that come by themselves, and a clinic with a compared key.

1. Rhythms are agreed now, never back in time: nobody is missing because of them when practice begins.
2. Few have one, so that a desk left open in the evening shows one or two missed, not forty.
3. The clinic's secret key is derived from a sentence that stands here. Whoever has this program can open what is
   sealed to it: that is what it is for. A real partner's secret key is never ours.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from leeward.domain.cases.case import Case
from leeward.domain.partners import Partner, digest_of, key_print
from leeward.domain.relocation.beds import Stay
from leeward.domain.relocation.journeys import Journey
from leeward.office import partners, rhythms
from leeward.office.casework_base import require
from leeward.office.session import Session
from leeward.seal.keys import Identity

CLINIC = {"en": "Bridge Clinic", "ru": "Клиника у моста"}
KEY_FILE = "clinic-key.txt"
_SENTENCE = b"leeward practice: the clinic by the bridge, which is invented"
_EVENING = 21 * 60  # minutes after midnight
_EACH = 9  # of those with a bed, one in so many gives a sign each night
_RIDES = 3  # journeys ahead with signs of life, besides whoever is on the way


def clinic_key() -> Identity:
    """Return the secret key of the invented clinic (3)."""
    return Identity.from_seed(hashlib.sha256(_SENTENCE).digest())


def add_clinic(session: Session, language: str) -> None:
    """Let the first colleague write the clinic down with its key."""
    partners.add_partner(session, CLINIC[language], "doctor", clinic_key().recipient().string())


def compare_clinic(session: Session) -> None:
    """Let a second colleague have heard the clinic's key over a call."""
    line = clinic_key().recipient().string()
    for one in session.find(Partner):
        if one.recipient == line:
            partners.compare(session, one.id, key_print(line), digest_of(require(session, Partner, one.id)))


def keep_clinic_key(folder: Path) -> None:
    """Keep the clinic's secret key as a file, so that what is sealed to it can be opened with any age tool."""
    text = f"# The key of an invented clinic, for practice only.\n{clinic_key().string()}\n"
    (folder / KEY_FILE).write_text(text, encoding="utf-8")


def agree_on_signs(session: Session) -> None:
    """Agree on the evenings of a few who sleep in our places, and on the legs of those who travel."""
    cases = {one.id: one for one in session.find(Case) if one.living}
    slept = {one.case_id for one in session.find(Stay) if one.state == "there"}
    for case in _in_order(cases, slept)[2::_EACH]:
        rhythms.agree_on_nights(session, case.id, [_EVENING])
    journeys = session.find(Journey)
    moving = _in_order(cases, {one.case_id for one in journeys if one.state == "under-way"})
    ahead = _in_order(cases, {one.case_id for one in journeys if one.state == "planned"})
    for case in [*moving, *ahead[:_RIDES]]:
        rhythms.agree_on_legs(session, case.id, departure=30, arrival=60)


def _in_order(cases: dict[str, Case], wanted: set[str]) -> list[Case]:
    """Return those of the cases, by number; a case that this desk cannot open is left out."""
    return sorted((cases[one] for one in wanted if one in cases), key=lambda one: (len(one.code), one.code))
