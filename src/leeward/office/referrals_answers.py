"""What a partner's desk answered, as a sealed letter: it moves our referral by itself.

1. It counts only with the secret that stood in a file that we made of this referral: its writer has opened that file.
2. It says one word of four, and a sentence. It moves the state as a colleague's press would, by the same rules.
3. The same letter twice changes nothing. "Deleted" is written down whether we had asked for it or not.
"""

from __future__ import annotations

import hmac

from leeward.base.say import say
from leeward.domain.cases.referral_paper import Paper
from leeward.domain.cases.referrals import LEFT, Referral
from leeward.domain.errors import RuleBroken
from leeward.ledger.model import put
from leeward.office.referrals_after import answered, note_deleted
from leeward.office.session import Session


def take_answer(session: Session, paper: Paper) -> Referral:
    """Move the referral that it answers, and return it. RuleBroken if none fits, or the step does not follow."""
    there = session.get(Referral, paper.referral_id)
    if there is None or not _has_read(paper, there):  # 1
        raise RuleBroken(
            say("This answers a referral that is not on this desk, or its writer has not read it."),
            kept=say("Nothing was changed."),
            next_step=say("If a colleague holds the case, open it at their desk. Else call the partner."),
        )
    if paper.answer == "deleted":
        _deleted(session, there, paper.note)
    elif there.state != paper.answer:  # 3
        answered(session, there.id, paper.answer, paper.note)
    return there


def _deleted(session: Session, there: Referral, words: str) -> None:
    if there.deleted_at:
        return
    if there.state in LEFT:
        session.commit(there.compartment, put(Referral.kind, there.id, state="revoked"))
    note_deleted(session, there.id, words)


def _has_read(paper: Paper, there: Referral) -> bool:
    return any(hmac.compare_digest(ours, theirs) for ours in there.secrets for theirs in paper.secrets)
