"""Files in pieces: they come back byte for byte, from here or from the relay, and nothing false is released."""

from __future__ import annotations

import hashlib
import resource
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, found, newcomer

from leeward.base.limits import FILE_MOST, PIECE_PLAIN
from leeward.domain.errors import OutOfRange
from leeward.domain.files import FileRef, read_file_ref, safe_name
from leeward.office.errors import FileDamaged, FileMissing, FileTooLarge
from leeward.office.files import copy_file, keep_file, read_file
from leeward.sync.outbox import Outbox


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", relay.door())
    yield desk
    desk.close()


def keep(desk: Desk, raw: bytes, size: int = 70_000) -> FileRef:
    chunks = (raw[at : at + size] for at in range(0, len(raw), size))
    return keep_file(
        desk.session, desk.session.compartment_of("intake"), chunks, name="photo.jpg", media_type="image/jpeg"
    )


def upload(desk: Desk) -> None:
    outbox = Outbox(desk.vault, desk.session.chance)
    while outbox.deliver_pieces(desk.relay, 2):
        pass


@pytest.mark.parametrize("size", [0, 1, PIECE_PLAIN - 1, PIECE_PLAIN, PIECE_PLAIN + 1, 2 * PIECE_PLAIN + 7])
def test_a_file_comes_back_as_it_was(anna: Desk, size: int) -> None:
    raw = hashlib.shake_128(b"x").digest(size)
    ref = keep(anna, raw)
    assert (ref.size, ref.sha256) == (size, hashlib.sha256(raw).hexdigest())
    assert len(ref.pieces) == max(1, -(-size // PIECE_PLAIN))
    assert b"".join(read_file(anna.session, anna.session.compartment_of("intake"), ref)) == raw
    assert read_file_ref(msgspec.to_builtins(ref)) == ref


def test_another_desk_fetches_it_from_the_relay_and_then_has_it(
    anna: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="operator")
    raw = bytes(range(256)) * 5000
    ref = keep(anna, raw)
    circle = boris.session.compartment_of("intake")
    with pytest.raises(FileMissing):
        list(read_file(boris.session, circle, ref))
    upload(anna)
    assert Outbox(anna.vault, anna.session.chance).waiting() == 0
    assert b"".join(read_file(boris.session, circle, ref)) == raw
    relay.blobs.clear()
    assert b"".join(read_file(boris.session, circle, ref)) == raw
    boris.close()


def test_an_upload_broken_off_goes_on_where_it_stopped(anna: Desk, relay: RelaySimulator) -> None:
    keep(anna, bytes(3 * PIECE_PLAIN))
    outbox = Outbox(anna.vault, anna.session.chance)
    assert outbox.deliver_pieces(anna.relay, 2) is True
    assert len(relay.blobs) == 2
    again = Outbox(anna.vault, anna.session.chance)
    assert again.deliver_pieces(anna.relay, 2) is False
    assert len(relay.blobs) == 3


def test_a_flipped_byte_here_is_mended_from_the_relay_and_otherwise_named(
    anna: Desk, relay: RelaySimulator
) -> None:
    raw = bytes(1000)
    ref = keep(anna, raw)
    upload(anna)
    circle = anna.session.compartment_of("intake")
    piece = ref.pieces[0]
    sealed = anna.vault.blob_get(piece.blob)
    anna.vault.blob_put(piece.blob, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert b"".join(read_file(anna.session, circle, ref)) == raw
    bad = sealed[:-1] + bytes([sealed[-1] ^ 1])
    anna.vault.blob_put(piece.blob, bad)
    relay.blobs[piece.blob] = (bad, b"")
    with pytest.raises(FileDamaged, match="part 1 of 1"):
        list(read_file(anna.session, circle, ref))


def test_pieces_left_out_or_exchanged_are_found_at_the_end(anna: Desk) -> None:
    ref = keep(anna, bytes(PIECE_PLAIN) + b"second")
    circle = anna.session.compartment_of("intake")
    for pieces in (ref.pieces[:1], ref.pieces[::-1], ref.pieces * 2):
        with pytest.raises(FileDamaged, match="add up"):
            list(read_file(anna.session, circle, msgspec.structs.replace(ref, pieces=pieces)))


def test_a_reporters_photo_is_sealed_again_to_a_case(anna: Desk) -> None:
    ref = keep(anna, b"jpeg" * 1000)
    case = anna.vault.make_compartment("case").id
    copied = copy_file(anna.session, anna.session.compartment_of("intake"), ref, case)
    assert (copied.sha256, copied.name) == (ref.sha256, ref.name)
    assert b"".join(read_file(anna.session, case, copied)) == b"jpeg" * 1000
    with pytest.raises(FileDamaged):
        list(read_file(anna.session, anna.session.compartment_of("intake"), copied))


def test_too_large_a_file_keeps_nothing(anna: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leeward.office.files.FILE_MOST", 2 * PIECE_PLAIN)
    with pytest.raises(FileTooLarge):
        keep(anna, bytes(2 * PIECE_PLAIN + 1))
    assert list(anna.vault.blobs()) == []
    assert Outbox(anna.vault, anna.session.chance).waiting() == 1  # the hotline's box and nothing of the file


def _big(anna: Desk, pieces: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ref = keep_file(
        anna.session,
        anna.session.compartment_of("intake"),
        (bytes(1 << 16) for _ in range(pieces * 16)),
        name="film.mp4",
        media_type="video/mp4",
    )
    upload(anna)
    read = sum(len(part) for part in read_file(anna.session, anna.session.compartment_of("intake"), ref))
    assert read == ref.size == pieces << 20
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 30, f"{grown} MB"


class _Forget(dict[str, tuple[bytes, bytes]]):
    """A store of pieces that keeps none, so that the relay in this process does not count as the desk's memory."""

    def setdefault(self, key: str, default: tuple[bytes, bytes] = (b"", b"")) -> tuple[bytes, bytes]:  # noqa: ARG002 - dict's own
        return default


def test_memory_stays_the_same_whatever_the_size(anna: Desk, relay: RelaySimulator) -> None:
    relay.blobs = _Forget()
    _big(anna, 40)


@pytest.mark.slow
def test_memory_stays_the_same_for_hundreds_of_megabytes(anna: Desk, relay: RelaySimulator) -> None:
    relay.blobs = _Forget()
    _big(anna, 300)


HOSTILE: list[object] = [
    None,
    [],
    {},
    {"name": "a", "type": "b", "size": -1, "sha256": "0" * 64, "pieces": []},
    {"name": "a", "type": "b", "size": 5, "sha256": "0" * 64, "pieces": []},
    {"name": "a", "type": "b", "size": 0, "sha256": "../" * 21 + "x", "pieces": []},
    {"name": "a", "type": "b", "size": FILE_MOST + 1, "sha256": "0" * 64, "pieces": []},
    {
        "name": "a",
        "type": "b",
        "size": 1,
        "sha256": "0" * 64,
        "pieces": [{"blob": "../x", "size": 1, "sha256": "0" * 64}],
    },
    {
        "name": "a",
        "type": "b",
        "size": 1,
        "sha256": "0" * 64,
        "pieces": [{"blob": "0" * 64, "size": 1 << 40, "sha256": "0" * 64}],
    },
]


@pytest.mark.parametrize("untrusted", HOSTILE)
def test_what_is_no_attachment_is_refused(untrusted: object) -> None:
    with pytest.raises(OutOfRange):
        read_file_ref(untrusted)


@given(st.text(max_size=400))
def test_a_name_never_holds_a_path_or_what_cannot_be_seen(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 200
    assert "/" not in safe
    assert "\\" not in safe
    assert safe.isprintable()
    assert safe not in {".", ".."}
