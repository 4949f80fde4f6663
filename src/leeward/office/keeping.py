"""Keeping something longer than its rule says, or until it is freed: an entry that everybody sees, with a reason."""

from __future__ import annotations

from collections.abc import Iterable

from leeward.domain.erasing import Erasure
from leeward.domain.retention import DAY, FOR_EVER, KEEP_WHY, KeptLonger, kept_id, kept_until
from leeward.domain.typed import Change
from leeward.domain.vocabulary import known
from leeward.ledger.model import note, put
from leeward.office.session import Session

LONGEST_DAYS = 730


def until(session: Session, subject: str) -> int:
    """Return until when something is kept longer: 0 if it is not, FOR_EVER while it is held."""
    return kept_until(session.get(KeptLonger, kept_id(subject)))


def all_kept(session: Session) -> dict[str, int]:
    """Return until when things are kept longer, by `kept_id`: one question, for whoever asks about many."""
    return {one.id: kept_until(one) for one in session.find(KeptLonger)}


def keep_longer(session: Session, subject: str, days: int, why: str) -> None:
    """Keep something so many days more from now (at most two years)."""
    end = session.now() + max(1, min(days, LONGEST_DAYS)) * DAY
    _say(session, subject, {"does": "until", "until": end, "why": known(KEEP_WHY, why)})


def hold(session: Session, subject: str, why: str) -> None:
    """Keep something until it is freed, whoever asks that it be erased."""
    _say(session, subject, {"does": "hold", "why": known(KEEP_WHY, why)})


def lift(session: Session, subject: str) -> None:
    """Let the rules hold for it again."""
    _say(session, subject, {"does": "lift"})


def is_held(session: Session, erasure: Erasure, contacts: Iterable[str], *, begun: int = 0) -> bool:
    """Tell whether something keeps a person's data: a hold always, keeping longer only against a time that is over.

    What was said when a colleague's desk had `begun` (milliseconds, 0 is not) or later is too late, as a stop is then.
    """
    limit = session.now() if erasure.why == "time" else FOR_EVER - 1
    subjects = {erasure.case_id, *erasure.contact_ids, *contacts} - {""}
    return any(
        until(session, subject) > limit and not (begun and _said_at(session, subject) >= begun)
        for subject in subjects
    )


def _said_at(session: Session, subject: str) -> int:
    kept = session.get(KeptLonger, kept_id(subject))
    return kept.says[-1].at if kept is not None and kept.says else 0


def _say(session: Session, subject: str, said: dict[str, object]) -> None:
    record = kept_id(subject)
    changes: tuple[Change, ...] = note(KeptLonger.kind, record, "says", said)
    if session.vault.get(record) is None:
        changes = (*put(KeptLonger.kind, record, subject_id=subject), *changes)
    session.commit(session.compartment_of("team"), changes)
