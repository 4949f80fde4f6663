"""What several tests of the seal need."""

from __future__ import annotations

import secrets

import pytest

from leeward.seal._hazmat import stanzas
from leeward.seal._hazmat.header import print_covered, print_header
from leeward.seal._hazmat.payload import encrypt_bytes
from leeward.seal.frame import make_frame
from leeward.seal.keys import Identity
from leeward.seal.kinds import Kind


@pytest.fixture(scope="session")
def two_stanzas() -> bytes:
    """A faultless age file, sealed to two identities: allowed by age, refused by our protocol."""
    file_key = secrets.token_bytes(16)
    seeds = (bytes(range(32)), b"\x07" * 32)
    wrapped = tuple(stanzas.wrap_hybrid(Identity.from_seed(seed).recipient().key, file_key) for seed in seeds)
    covered = print_covered(wrapped)
    header = print_header(covered, stanzas.header_mac(file_key, covered))
    return header + b"".join(encrypt_bytes(file_key, make_frame(Kind.REPORT, b"x")))
