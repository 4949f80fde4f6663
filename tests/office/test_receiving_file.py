"""The tool that partners have and our desk agree on the file, in both directions."""

from __future__ import annotations

import base64

import pytest
from tests.domain.test_referral_read import FULL
from tests.seal.test_interop import Other, other

from leeward.domain.cases.referral_paper import print_paper
from leeward.domain.cases.referral_read import read_paper
from leeward.domain.errors import OutOfRange
from leeward.domain.receiving import Received
from leeward.ledger.model import put
from leeward.office import receiving, receiving_keys
from leeward.office.casework_base import require
from leeward.office.session import Session
from leeward.seal._hazmat.header import print_covered, print_header
from leeward.seal._hazmat.payload import encrypt_bytes
from leeward.seal._hazmat.stanzas import header_mac, wrap_hybrid
from leeward.seal.envelope import decrypt
from leeward.seal.keys import Recipient, make_identity

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


def test_what_is_sealed_to_somebody_else_as_well_is_refused(session: Session) -> None:
    ours = Recipient.from_string(receiving_keys.make_key(session, "Harbour").recipient)
    theirs = make_identity(session.chance).recipient()
    file_key = session.chance.draw(16)
    covered = print_covered(tuple(wrap_hybrid(one.key, file_key) for one in (ours, theirs)))
    header = print_header(covered, header_mac(file_key, covered))
    sealed = b"".join((header, *encrypt_bytes(file_key, print_paper(FULL))))
    identity = receiving_keys.identity_of(session, receiving_keys.keys(session)[0])
    assert decrypt(sealed, [identity]) == print_paper(FULL)  # it is a sound file
    with pytest.raises(OutOfRange, match="somebody else"):
        receiving.open_file(session, sealed)
    assert not session.find(Received)
