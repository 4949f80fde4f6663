"""A field of notes that somebody sets: the set value puts words into nobody's mouth, and takes none away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.domain.erasing import Erasure, digest_of, voices
from leeward.domain.retention import KeptLonger, kept_until
from leeward.domain.typed import read
from leeward.ledger import merge
from leeward.ledger.model import Change, Op, note
from leeward.ledger.store import writing
from leeward.office import keeping, today


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="coordinator")
    settle(anna, boris)
    with closing(anna, boris):
        yield anna, boris


def force(desk: Desk, patch: pytest.MonkeyPatch, change: Change) -> None:
    """Write what our own program would refuse, as somebody's changed one does."""
    with patch.context() as changed:
        changed.setattr(writing, "_check_family", lambda *_: None)
        desk.session.commit(desk.session.compartment_of("team"), (change,))


def put_in_step(*desks: Desk) -> None:
    for desk in (*desks, *desks):
        desk.sync()


def test_nobody_is_made_to_want_an_erasure_by_a_set_value(
    two: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, boris = two
    wanted = Erasure(id=boris.session.make_id(), why="asked", contact_ids=("c" * 26,), asked_at=1)
    boris.session.save_new(boris.session.compartment_of("team"), wanted)
    members = [anna.session.member_id, boris.session.member_id]
    false = [{"value": {"does": "want", "of": digest_of(wanted)}, "at": 2, "by": one} for one in members]
    force(boris, monkeypatch, Change(wanted.id, Erasure.kind, "says", Op.SET, false))
    put_in_step(boris, anna)
    found_there = anna.session.get(Erasure, wanted.id)
    assert found_there is not None
    assert voices(found_there, frozenset(members)).want == frozenset()


def test_notes_stay_under_a_set_value_and_more_can_be_appended(
    two: tuple[Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, boris = two
    keeping.hold(anna.session, "s" * 26, "court")
    put_in_step(anna, boris)
    [kept] = boris.session.find(KeptLonger)
    force(boris, monkeypatch, Change(kept.id, KeptLonger.kind, "says", Op.SET, [{"value": {"does": "lift"}}]))
    put_in_step(boris, anna)
    [kept] = anna.session.find(KeptLonger)
    assert kept_until(kept) > 1 << 61
    anna.session.commit(kept.compartment, note(KeptLonger.kind, kept.id, "says", {"does": "lift"}))
    assert keeping.until(anna.session, "s" * 26) == 0
    today.gather(anna.session)


def test_both_orders_of_arrival_show_the_notes() -> None:
    stamps = [merge.Stamp(1, "a", 1, 1), merge.Stamp(2, "b", 1, 2)]
    changes = [
        Change("r", KeptLonger.kind, "says", Op.APPEND, {"does": "hold"}),
        Change("r", KeptLonger.kind, "says", Op.SET, []),
    ]
    for order in ((0, 1), (1, 0)):
        state = None
        for one in order:
            state = merge.apply(state, stamps[one], changes[one])
        assert state is not None
        shown = read(KeptLonger, merge.view(state, "r", "c", lambda device: device))
        assert [(one.value, one.by) for one in shown.says] == [({"does": "hold"}, "a")]
