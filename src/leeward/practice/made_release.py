"""One release that was made and has not left: what two thirds of the people allow, and grey bars for the others."""

from __future__ import annotations

from leeward.domain.findings.records import Inquiry
from leeward.domain.findings.terms import Grade
from leeward.office import release
from leeward.office.record_views import look
from leeward.office.session import Session
from leeward.practice.testimonies import NAME

_ACCOUNTS = 6
_WORDS = {
    "en": (
        "Unlawful detention in Tamrak and Ushkent",
        "We ask you to question the authorities about each of these claims.",
    ),
    "ru": (
        "Незаконные задержания в Тамраке и Ушкенте",
        "Просим запросить у властей объяснения по каждому из утверждений.",
    ),
}


def make_practice_release(session: Session, language: str) -> str:
    """Make a release for the United Nations out of the practice accounts; return its id, or "" where there are none."""
    inquiry = next((one for one in session.find(Inquiry) if one.name == NAME), None)
    everything = look(session, inquiry.id) if inquiry is not None else None
    if everything is None or not everything.accounts:
        return ""
    title, ask = _WORDS[language]
    told = sorted(
        (account for account in everything.accounts if account.case_id), key=lambda one: one.told_on
    )
    made = release.prepare(session, title, "un", language=language)
    release.choose(
        session,
        made,
        claim_ids=tuple(row.claim.id for row in everything.matrix.rows if row.grade >= Grade.CORROBORATED),
        account_ids=tuple(account.id for account in told[:_ACCOUNTS]),
        ask=ask,
    )
    release.make(session, made)
    return made
