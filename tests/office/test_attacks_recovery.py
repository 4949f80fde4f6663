"""A member who was turned shares out keys that are none: the others come back all the same, and without waiting."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from shamir_mnemonic import generate_mnemonics  # type: ignore[import-untyped]
from tests.support.recovery import agree, back, keep_up, key_of, three_desks
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing

from leeward.ledger.escrow import PART, Part, print_part
from leeward.office import recovery
from leeward.office.recovery_escrow import make_shares
from leeward.seal.errors import SealError
from leeward.seal.keys import make_identity
from leeward.seal.shares import combine
from leeward.sync.outbox import Outbox

Three = tuple[Desk, Desk, Desk]


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Three]:
    desks = three_desks(tmp_path, RelaySimulator())
    with closing(*desks):
        agree(*desks)
        yield desks


def give(desk: Desk, part: Part) -> None:
    circle = recovery.circle_now(desk.session)
    assert circle is not None
    sealed = make_shares(desk.session, circle, PART, desk.session.make_id(), "", print_part(part))
    Outbox(desk.vault, desk.session.chance).send_all(
        (one.box, one.write, item) for one, item in zip(circle.holders, sealed, strict=True)
    )
    desk.exchange().outbox.deliver_items(desk.relay)


def test_made_up_keys_of_impossible_boxes_keep_nobody_from_coming_back(three: Three, tmp_path: Path) -> None:
    anna, boris, clara = three
    keep_up(*three)
    true = make_identity(boris.session.chance).string()
    box = "ab" * 16
    for number, (where, text) in enumerate(
        [("zz", true), ("é" * 32, true), (box, "no identity"), (box, "é"), ("ab", true), ("AB" * 16, true)]
    ):
        give(boris, Part(f"{number}" * 26, "case", where, "cd" * 32, "ef" * 32, 1, ((1, text),)))
        give(boris, Part(f"{number}x" * 13, "case", where, "cd" * 32, "ef" * 32, 1, ((1, true), (2, text))))
        give(
            boris,
            Part(
                anna.session.compartment_of("team"), "team", where, "cd" * 32, "x", -(1 << 63), ((1, text),)
            ),
        )
    session, report = back(tmp_path / "new", anna.relay, key_of(anna), key_of(clara))
    with session.vault:
        held = {one.id for one in anna.vault.compartments()}
        assert held <= {one.id for one in session.vault.compartments()}
        assert report.records


def test_shares_that_ask_for_hours_of_work_are_refused_at_once() -> None:
    words = generate_mnemonics(1, [(2, 3)], bytes(32), b"", True, 2)[0]
    began = time.process_time()
    with pytest.raises(SealError):
        combine(words[:2])
    assert time.process_time() - began < 1
