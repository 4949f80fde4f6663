"""The rehearsal rebuilds everything from shares and the relay, names what is gone, and teaches nobody a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.support.recovery import agree, keep_up, key_of, three_desks
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, settle

from leeward.domain.recovery import Rehearsal
from leeward.ledger.escrow import Signed, ask_key, ask_message
from leeward.office import letters, recovery, recovery_rehearse
from leeward.office.recovery_back import open_box
from leeward.office.recovery_escrow import note_of
from leeward.office.recovery_rehearse import ASK, begin, last_rehearsal, running
from leeward.seal.errors import SharesRefused
from leeward.seal.signing import Purpose, make_signing_key

Three = tuple[Desk, Desk, Desk]


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def three(tmp_path: Path, relay: RelaySimulator) -> Iterator[Three]:
    desks = three_desks(tmp_path, relay)
    with closing(*desks):
        agree(*desks)
        yield desks


def rehearse(desk: Desk, *others: Desk) -> Rehearsal:
    begin(desk.session, key_of(desk).words())
    keep_up(desk, *others)
    done = last_rehearsal(desk.session)
    assert done is not None
    return done


def test_everything_comes_back_with_one_colleague_and_nothing_stays(
    three: Three, relay: RelaySimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "trial").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "trial"))
    anna, boris, _ = three
    boxes = set(relay.boxes)
    done = rehearse(anna, boris)
    assert (done.parts, done.parts_back, done.different) == (5, 5, 0)
    assert done.records > 10
    assert done.paper
    assert list((tmp_path / "trial").iterdir()) == []
    assert set(relay.boxes) == boxes
    assert boris.session.find(Rehearsal) == anna.session.find(Rehearsal)
    assert running(anna.session) is None


def test_what_the_relay_lost_is_named_and_shared_out_anew(three: Three, relay: RelaySimulator) -> None:
    anna, boris, clara = three
    for desk in three:
        relay.roll_back(key_of(desk).box(), 3)
    done = rehearse(anna, boris, clara)
    assert done.parts_back < done.parts == 5
    keep_up(anna, boris, clara)
    done = rehearse(anna, boris, clara)
    assert done.parts_back == done.parts


def test_words_of_another_paper_begin_nothing(three: Three) -> None:
    anna, boris, _ = three
    with pytest.raises(recovery.RecoveryRefused):
        begin(anna.session, key_of(boris).words())
    with pytest.raises(SharesRefused):
        begin(anna.session, "not twenty words")
    assert running(anna.session) is None


def test_a_colleague_gets_no_share_of_what_they_cannot_read(three: Three, relay: RelaySimulator) -> None:
    """Clara holds a share of Anna's case, not its key; with Boris's share she could open it."""
    anna, boris, clara = three
    case = anna.vault.compartments("case")[0]
    mine = open_box(relay.door(), key_of(clara)).shares
    circle = recovery.circle_now(anna.session)
    assert circle is not None
    note = note_of(anna.session, case, circle)
    assert note is not None
    bundle = note.bundle
    assert bundle in {one.share.bundle for one in mine}
    stolen = make_signing_key(clara.session.chance)
    real = ask_key(anna.vault.identities_of(case.id)[0].string(), bundle)
    her = clara.device_id
    theirs = ask_message(anna.device_id, "r", bundle)  # as she heard Anna ask
    for key, signature in (
        (stolen.verify_key(), stolen.sign(Purpose.ESCROW, ask_message(her, "r", bundle))),
        (real.verify_key(), real.sign(Purpose.ESCROW, theirs)),
        (real.verify_key(), b""),
    ):
        body = msgspec.msgpack.encode(("r", ((bundle, key.to_bytes(), signature),), True))
        letters.send(clara.session, [boris.device_id], ASK, body)
        assert given(clara, boris) == []
    own = real.sign(Purpose.ESCROW, ask_message(her, "r", bundle))  # if she had the key
    body = msgspec.msgpack.encode(("r", ((bundle, real.verify_key().to_bytes(), own),), True))
    letters.send(clara.session, [boris.device_id], ASK, body)
    assert len(given(clara, boris)) == 1


def given(asker: Desk, helper: Desk) -> list[Signed]:
    """Return the shares that the helper's desk hands to the asker's."""
    now = recovery_rehearse.Running("r", 1, True, [helper.session.member_id], 9)
    asker.vault.local_put("recovery.rehearsal", msgspec.to_builtins(now))
    settle(asker, helper)
    recovery_rehearse.tend(helper.session)
    settle(helper, asker)
    told = running(asker.session)
    assert told is not None
    assert told.waiting == []
    return recovery_rehearse._read(told.shares)


def test_a_team_of_one_rehearses_alone(tmp_path: Path, relay: RelaySimulator) -> None:
    anna = found(tmp_path / "anna", relay.door())
    with closing(anna):
        agree(anna, needed=1)
        done = rehearse(anna)
        assert (done.parts, done.parts_back, done.different) == (4, 4, 0)
