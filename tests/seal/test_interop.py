"""Both directions with npm `age-encryption`, which is what browsers use."""

from __future__ import annotations

import base64
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leeward.seal._hazmat import bech32
from leeward.seal.codes import Code, derive_way
from leeward.seal.envelope import decrypt, encrypt, open_sealed, open_stream, seal_stream
from leeward.seal.errors import SealError
from leeward.seal.frame import make_frame
from leeward.seal.keys import ClassicIdentity, Identity, Passphrase, parse_recipient
from leeward.seal.kinds import Kind

HERE = Path(__file__).resolve().parent
SIZES = [0, 1, 65535, 65536, 65537, 200_000]
ANNA = Identity.from_seed(b"\x11" * 32)
WORDS = "четыре белых коня — ё"


class Other:
    """The other implementation, in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def ask(self, **task: str | bytes) -> Any:
        line = {
            name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
            for name, value in task.items()
        }
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def other() -> Iterator[Other]:
    command = ["node", str(HERE / "interop.mjs")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=HERE) as process:
        yield Other(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.parametrize("size", SIZES)
def test_the_other_opens_what_we_seal_to_a_key(size: int, other: Other) -> None:
    plain = bytes(range(256)) * (size // 256 + 1)
    sealed = encrypt(plain[:size], ANNA.recipient())
    answer = other.ask(do="open", identity=ANNA.string(), sealed=sealed)
    assert base64.b64decode(answer["plain"]) == plain[:size]


def test_the_other_opens_what_we_seal_to_a_partner_with_a_key_of_the_older_kind(other: Other) -> None:
    identity = bech32.encode("age-secret-key-", b"\x42" * 32).upper()
    recipient = other.ask(do="recipient", identity=identity)["recipient"]
    sealed = encrypt(b"for them " * 9000, parse_recipient(recipient))
    answer = other.ask(do="open", identity=identity, sealed=sealed)
    assert base64.b64decode(answer["plain"]) == b"for them " * 9000
    assert decrypt(sealed, [ClassicIdentity.from_string(identity)]) == b"for them " * 9000
    assert parse_recipient(recipient).string() == recipient
    with pytest.raises(SealError):
        decrypt(sealed, [ANNA])


@pytest.mark.parametrize("size", SIZES)
def test_the_other_opens_what_we_seal_as_a_stream(size: int, other: Other) -> None:
    sink = io.BytesIO()
    seal_stream(io.BytesIO(b"s" * size), sink, ANNA.recipient())
    answer = other.ask(do="open", identity=ANNA.string(), sealed=sink.getvalue())
    assert base64.b64decode(answer["plain"]) == b"s" * size


@pytest.mark.parametrize("size", SIZES)
def test_we_open_what_the_other_seals_to_a_key(size: int, other: Other) -> None:
    sealed = other.ask(do="seal", recipient=ANNA.recipient().string(), plain=b"q" * size)["sealed"]
    assert decrypt(base64.b64decode(sealed), [ANNA]) == b"q" * size
    sink = io.BytesIO()
    open_stream(io.BytesIO(base64.b64decode(sealed)), sink, [ANNA])
    assert sink.getvalue() == b"q" * size


def test_a_passphrase_in_cyrillic_goes_both_ways(other: Other) -> None:
    sealed = encrypt("до свидания".encode(), Passphrase(WORDS, 4))
    answer = other.ask(do="open", passphrase=WORDS, sealed=sealed)
    assert base64.b64decode(answer["plain"]).decode() == "до свидания"
    back = other.ask(do="seal", passphrase=WORDS, plain="привет".encode())["sealed"]
    assert decrypt(base64.b64decode(back), Passphrase(WORDS)).decode() == "привет"


def test_what_the_intake_page_would_seal_opens_as_a_report(other: Other) -> None:
    frame = make_frame(Kind.REPORT, b'{"v":1}')
    sealed = other.ask(do="seal", recipient=ANNA.recipient().string(), plain=frame)["sealed"]
    assert open_sealed(Kind.REPORT, base64.b64decode(sealed), [ANNA]) == b'{"v":1}'


def test_both_see_the_same_recipient_in_the_identity_of_a_code(other: Other) -> None:
    identity = derive_way(Code((0, 0, 0, 0, 0, 1, 1, 4449))).identity
    answer = other.ask(do="recipient", identity=identity.string())
    assert answer["recipient"] == identity.recipient().string()
