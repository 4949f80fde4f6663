"""The tool that partners have and our desk agree on the file, in both directions."""

from __future__ import annotations

import base64

from tests.domain.test_referral_read import FULL
from tests.seal.test_interop import Other, other

from leeward.domain.cases.referral_paper import print_paper
from leeward.domain.cases.referral_read import read_paper
from leeward.domain.receiving import Received
from leeward.ledger.model import put
from leeward.office import receiving, receiving_keys
from leeward.office.casework_base import require
from leeward.office.session import Session

__all__ = ["other"]


def test_what_the_other_tool_sealed_is_opened_and_our_answer_opens_there(
    session: Session, other: Other
) -> None:
    key = receiving_keys.make_key(session, "Harbour")
    identity = receiving_keys.identity_of(session, key).string()
    assert other.ask(do="recipient", identity=identity)["recipient"] == key.recipient
    sealed = other.ask(do="seal", recipient=key.recipient, plain=print_paper(FULL))["sealed"]
    came = receiving.open_file(session, base64.b64decode(sealed))
    assert came.paper == FULL
    receiving.decline(session, came.id)
    there = require(session, Received, came.id)
    session.commit(there.compartment, put(Received.kind, came.id, reply=key.recipient))
    made = receiving.seal_answer(session, came.id, "No room.", sure=True)
    plain = base64.b64decode(other.ask(do="open", identity=identity, sealed=made.sealed)["plain"])
    answer = read_paper(plain)
    assert (answer.kind, answer.answer, answer.note) == ("answer", "rejected", "No room.")
    assert answer.referral_id == FULL.referral_id
    assert made.sealed.count(b"-> ") == 1
