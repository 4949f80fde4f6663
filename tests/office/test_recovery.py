"""Any two of three bring the team back from the relay, record by record; one alone does not, whoever helps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from tests.support.recovery import agree, back, everything, key_of, three_desks
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import PASSPHRASE, Desk, closing, found

from leeward.domain.recovery import CameBack
from leeward.office import recovery
from leeward.office.recovery_back import NothingCameBack
from leeward.office.security_key import can_recover

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


def test_any_two_bring_everything_back_record_by_record(
    three: Three, relay: RelaySimulator, tmp_path: Path
) -> None:
    before = everything(three[0].session)
    assert len(before) > 10
    for number, pair in enumerate(combinations(three, 2)):
        session, told = back(tmp_path / f"back{number}", relay.door(), *(key_of(one) for one in pair))
        with session.vault:
            mine = {member for member in everything(session) if member not in before}
            after = everything(session)
            assert {one: after.get(one) for one in before} == before
            assert mine == {session.member_id}
            assert told.parts == len(three[0].vault.compartments())
            assert told.closed == 0
            came = session.find(CameBack)
            assert set(came[0].present) == {one.session.member_id for one in pair}
            assert session.vault.faults() == []


def test_one_alone_brings_nothing_back_and_leaves_nothing(
    three: Three, relay: RelaySimulator, tmp_path: Path
) -> None:
    for desk in three:
        with pytest.raises(NothingCameBack, match="2 people"):
            back(tmp_path / "alone", relay.door(), key_of(desk))
        with pytest.raises(NothingCameBack, match="2 people"):
            back(tmp_path / "alone", relay.door(), key_of(desk), key_of(desk))
        assert not (tmp_path / "alone").exists()


def test_words_elsewhere_are_a_way_back_and_those_in_this_vault_alone_are_none(tmp_path: Path) -> None:
    """What a first security key asks before it is enrolled: if it is lost, so is what lies in this vault."""
    desks = three_desks(tmp_path, RelaySimulator())
    anna = desks[0]
    with closing(*desks):
        assert not can_recover(anna.session)
        agree(*desks)
        assert can_recover(anna.session)
    alone = found(tmp_path / "alone", RelaySimulator().door())
    with closing(alone):
        agree(alone, needed=1)
        assert not can_recover(alone.session), "the words lie behind the same key"
        recovery.take_out(alone.session, PASSPHRASE, "sheet")
        assert can_recover(alone.session)
