"""Files that name what is not theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, found

from leeward.office.files import keep_file, read_file
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind


@pytest.fixture
def anna(tmp_path: Path) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", RelaySimulator().door())
    yield desk
    desk.close()


def test_a_report_cannot_have_evidence_overwritten_by_naming_its_address(anna: Desk) -> None:
    """A relay knows every blob's address and can send a report that names one, with bytes of its own behind it."""
    session, circle = anna.session, anna.session.compartment_of("intake")
    kept = keep_file(session, circle, [b"the only photograph"], name="a.jpg", media_type="image/jpeg")
    address = kept.pieces[0].blob
    planted = seal(Kind.PIECE, b"planted", session.vault.recipient_of(circle))
    anna.relay.put_blob(address, planted, "ab" * 32)
    digest = hashlib.sha256(planted).hexdigest()
    piece = msgspec.structs.replace(kept.pieces[0], sha256=digest, size=len(planted))
    lure = msgspec.structs.replace(
        kept, size=7, sha256=hashlib.sha256(b"planted").hexdigest(), pieces=(piece,)
    )
    assert b"".join(read_file(session, circle, lure, relay=anna.relay)) == b"planted"
    assert b"".join(read_file(session, circle, kept)) == b"the only photograph"
