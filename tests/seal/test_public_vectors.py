"""All public age vectors (C2SP/CCTV, npm `cctv-age`): each with exactly its outcome, and exactly its plaintext."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import zlib
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from leeward.seal import errors
from leeward.seal.armor import is_armored, read_armor
from leeward.seal.envelope import Opener, decrypt, open_stream
from leeward.seal.keys import ClassicIdentity, Identity, Passphrase

HERE = Path(__file__).resolve().parent
COUNTS = {
    "success": 26,
    "header failure": 62,
    "armor failure": 22,
    "payload failure": 19,
    "no match": 13,
    "HMAC failure": 1,
}


@dataclass
class Vector:
    expect: str = ""
    payload: str = hashlib.sha256().hexdigest()
    keys: list[Opener] = field(default_factory=list)
    armored: bool = False
    body: bytes = b""


@cache
def vectors() -> dict[str, Vector]:
    script = HERE / "cctv_vectors.mjs"
    run = subprocess.run(["node", str(script)], check=True, capture_output=True, cwd=HERE)
    return {name: parse(base64.b64decode(text)) for name, text in json.loads(run.stdout).items()}


def parse(raw: bytes) -> Vector:
    head, _, body = raw.partition(b"\n\n")
    vector = Vector(body=body)
    identities: list[Identity | ClassicIdentity] = []
    for line in head.decode().splitlines():
        name, _, value = line.partition(": ")
        if name == "expect":
            vector.expect = value
        elif name == "payload":
            vector.payload = value
        elif name == "identity" and value.startswith("AGE-SECRET-KEY-PQ-"):
            identities.append(Identity.from_string(value))
        elif name == "identity":
            identities.append(ClassicIdentity.from_string(value))
        elif name == "passphrase":
            vector.keys.append(Passphrase(value))
        elif name == "armored":
            vector.armored = value == "yes"
        elif name == "compressed":
            vector.body = zlib.decompress(body)
    if identities or not vector.keys:
        vector.keys.append(identities)
    return vector


def outcome(vector: Vector, keys: Opener, sink: io.BytesIO) -> str:
    try:
        body = read_armor(vector.body) if vector.armored else vector.body
        open_stream(io.BytesIO(body), sink, keys)
    except errors.ArmorMalformed:
        return "armor failure"
    except errors.EnvelopeMalformed:
        return "header failure"
    except errors.NoKeyFits:
        return "no match"
    except errors.HeaderAltered:
        return "HMAC failure"
    except errors.ContentDamaged:
        return "payload failure"
    return "success"


def test_all_143_are_here() -> None:
    assert Counter(vector.expect for vector in vectors().values()) == COUNTS


def test_every_vector_has_its_outcome_and_gives_out_its_plaintext_and_no_more() -> None:
    wrong = {}
    for name, vector in vectors().items():
        for keys in vector.keys:
            sink = io.BytesIO()
            found = outcome(vector, keys, sink), hashlib.sha256(sink.getvalue()).hexdigest()
            if found != (vector.expect, vector.payload):
                wrong[name] = (vector.expect, *found)
    assert wrong == {}


def test_in_memory_every_vector_opens_or_fails_alike_and_gives_out_nothing_on_failure() -> None:
    for name, vector in vectors().items():
        if vector.armored:
            continue
        for keys in vector.keys:
            if vector.expect == "success":
                digest = hashlib.sha256(decrypt(vector.body, keys)).hexdigest()
                assert digest == vector.payload, name
            else:
                with pytest.raises(errors.SealError):
                    decrypt(vector.body, keys)


def test_armored_files_are_told_from_binary_ones() -> None:
    for vector in vectors().values():
        if vector.expect == "success":
            assert is_armored(vector.body) == vector.armored
