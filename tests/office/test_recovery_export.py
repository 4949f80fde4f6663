"""An export that was shared out opens with the words of any two of three, and of no one alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from tests.support.recovery import agree, everything, key_of, three_desks
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger.model import put
from leeward.office.errors import ExportDamaged
from leeward.office.export import export
from leeward.office.recovery import circle_now
from leeward.office.recovery_back import NothingCameBack
from leeward.office.recovery_export import come_back_from_export, compare, trial
from leeward.office.session import Session
from leeward.seal.shares import RecoveryKey, make_recovery_key

Three = tuple[Desk, Desk, Desk]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    desks = three_desks(tmp_path_factory.mktemp("team"), RelaySimulator())
    with closing(*desks):
        agree(*desks)
        yield desks


@pytest.fixture(scope="module")
def folder(three: Three, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("backup") / "one"
    circle = circle_now(three[0].session)
    assert circle is not None
    export(three[0].session, made, circle)
    return made


def _back(tmp_path: Path, folder: Path, *keys: RecoveryKey) -> Session:
    session, _ = come_back_from_export(
        tmp_path / "back",
        "a new lamp in a window",
        keys,
        folder,
        name="Anna",
        clock=SystemClock(),
        chance=SystemChance(),
        work_factor=2,
    )
    return session


@pytest.mark.parametrize("pair", list(combinations(range(3), 2)))
def test_any_two_bring_it_back_record_by_record(
    three: Three, folder: Path, tmp_path: Path, pair: tuple[int, int]
) -> None:
    session = _back(tmp_path, folder, *(key_of(three[one]) for one in pair))
    with session.vault:
        before, after = everything(three[0].session), everything(session)
        assert {one: after.get(one) for one in before} == before
        assert session.member_id not in {desk.session.member_id for desk in three}


def test_one_alone_and_a_strangers_words_bring_nothing_back(
    three: Three, folder: Path, tmp_path: Path
) -> None:
    stranger = make_recovery_key(SystemChance())
    for keys in ([key_of(three[0])], [key_of(three[2]), stranger], [stranger]):
        with pytest.raises(NothingCameBack):
            _back(tmp_path, folder, *keys)
        assert not (tmp_path / "back").exists()


def test_no_passphrase_opens_it_and_nothing_in_it_is_readable(folder: Path) -> None:
    assert not (folder / "secrets.age").exists()
    for path in folder.rglob("*.age"):
        raw = path.read_bytes()
        assert raw.startswith(b"age-encryption.org/v1\n-> mlkem768x25519 ")
        assert not any(word in raw for word in ("№".encode(), b"Hazel", b"AGE-SECRET"))


def test_a_flipped_byte_of_a_share_is_named(three: Three, folder: Path, tmp_path: Path) -> None:
    path = folder / "recovery" / "2.age"
    raw = path.read_bytes()
    path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    try:
        with pytest.raises(ExportDamaged, match=r"recovery/2\.age"):
            _back(tmp_path, folder, key_of(three[0]), key_of(three[1]))
    finally:
        path.write_bytes(raw)


def test_comparing_finds_what_was_written_since_and_leaves_nothing_behind(
    three: Three, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    anna = three[0].session
    keys = [key_of(three[1]), key_of(three[2])]
    with trial(folder, keys, clock=SystemClock(), chance=SystemChance()) as other:
        found = compare(anna, other)
        assert found.same
        assert found.compared > 10
        circle = anna.vault.compartment_of("record")
        new = "later".ljust(26, "a")
        anna.commit(circle, put("claim", new, text="x"), put("claim", "claim1".ljust(26, "a"), text="y"))
        found = compare(anna, other)
        assert (found.missing, found.changed) == ((new,), ("claim1".ljust(26, "a"),))
    assert list(tmp_path.iterdir()) == []
