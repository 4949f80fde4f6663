"""After an erasure no desk keeps anything beside the ledger that names or opens the circle, nor does its own box."""

from __future__ import annotations

import contextlib
from pathlib import Path

from tests.support.erasing import Scene, erase, scene, work
from tests.support.raw_vault import search_with_stems, traces
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing

from leeward.domain.openings import Split
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.office.openings_shares import held_shares, keep_share
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError
from leeward.seal.kinds import Kind
from leeward.sync.views import Quote, Views


def grants(made: Scene, desk: Desk) -> str:
    """Return all that the keys of a seized device open in its own box as the relay holds it."""
    found = []
    for item in made.relay.boxes[desk.vault.device.box].items:
        with contextlib.suppress(SealError):
            found.append(open_sealed(Kind.GRANT, item.untrusted_sealed, [desk.vault.device.identity]))
    return b"\n".join(found).decode(errors="replace")


def test_nothing_beside_the_ledger_names_the_boxes_or_opens_anything(tmp_path: Path) -> None:
    made = scene(tmp_path, RelaySimulator())
    anna, boris, _ = made.desks
    with closing(*made.desks):
        rooms = [room for one in made.circles for room in anna.vault.rooms(one, every=True)]
        session = boris.session
        split = Split(id=session.make_id(), of_id="x")
        session.commit(made.circles[0], write_new(split))
        keep_share(session, split.id, anna.device_id, "wordsofashare")
        keep_share(session, "anothersplit", anna.device_id, "otherwords")
        quotes = [
            Quote(one, bytes.fromhex(room.box), 99, bytes(16))
            for one, room in zip(made.circles, rooms, strict=False)
        ]
        Views(boris.vault).heard(anna.device_id, quotes, {room.box: room.id for room in rooms})
        anna.vault.local_put("erasing.moved", {made.circles[0]: 5})
        assert any(circle in grants(made, boris) for circle in made.circles)
        made.clock.ms += 1000
        erase(made, wait_ms=11 * 60_000, rounds=5)
        raw = [bytes.fromhex(room.box) for room in rooms]
        for desk in made.desks:
            assert not traces(desk.vault, search_with_stems("wordsofashare"))
            assert not any(circle in grants(made, desk) for circle in made.circles)
            for key in ("sync.quotes", "sync.lacks", "sync.promised", "sync.owed", "erasing.moved"):
                kept = repr(desk.vault.local_get(key))
                assert not any(one.hex() in kept for one in raw)
                assert not any(circle in kept for circle in made.circles)
        assert [one.split for one in held_shares(session)] == ["anothersplit"]
        # the emptied boxes go on as before
        beds = anna.session.compartment_of("beds")
        anna.session.commit(beds, put("note", "after", text="after"))
        work(anna, boris, rounds=2)
        assert boris.vault.get("after") is not None
        for desk in made.desks:
            assert desk.vault.faults() == desk.exchange().memory.faults() == []
