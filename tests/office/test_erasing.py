"""Erasing a person with three desks: nothing of them is left on any desk or on the relay, and all else is as it was."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from tests.support.erasing import MARKERS, Scene, erase, marked, records_but, work
from tests.support.relay_simulator import RelaySimulator
from tests.support.reporter import item_id
from tests.support.teams import Desk, newcomer

from leeward.domain.cases.case import Case
from leeward.domain.erasing import HOUR, Erased, Standing
from leeward.domain.intake import Contact, Letter
from leeward.domain.relocation.beds import Stay
from leeward.ledger.errors import GrantError
from leeward.ledger.model import add, put
from leeward.office.erasing import ErasureRefused, agree, ask, erasures, free, show, stop
from leeward.office.intake import take_in
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError
from leeward.seal.keys import Identity
from leeward.seal.kinds import Kind
from leeward.sync.exchange import Round


def test_nothing_of_them_is_left_on_any_desk_and_everything_else_is_unchanged(made: Scene) -> None:
    before = {desk.device_id: marked(desk) for desk in made.desks}
    assert all(before.values()), "the markers must be found before"
    others = [records_but(desk, made) for desk in made.desks]
    asked = erase(made)
    for desk, was in zip(made.desks, others, strict=True):
        assert marked(desk) == set()
        assert records_but(desk, made) == was
        assert desk.vault.faults() == []
        note = next(iter(desk.session.find(Erased)))
        assert (note.erasure_id, note.devices) == (asked, 3)


def test_nothing_of_it_remains_on_the_relay_and_what_remains_opens_without_them(made: Scene) -> None:
    relay = made.relay
    assert isinstance(relay, RelaySimulator)
    before = {item.untrusted_sealed for box in relay.boxes.values() for item in box.items}
    rooms = [room for circle in made.circles for room in made.anna.vault.rooms(circle, every=True)]
    keys = [key for one in made.anna.vault.compartments() for key in made.anna.vault.identities_of(one.id)]
    assert any(marker in opened(before, keys) for marker in MARKERS)
    blobs = set(relay.blobs)
    erase(made)
    after = {item.untrusted_sealed for box in relay.boxes.values() for item in box.items}
    keys += [key for one in made.anna.vault.compartments() for key in made.anna.vault.identities_of(one.id)]
    text = opened(after, keys)
    assert "Juniper" in text
    assert not [marker for marker in MARKERS if marker in text]
    assert not {room.box for room in rooms} & relay.boxes.keys()
    assert len(blobs - relay.blobs.keys()) == 1


def opened(items: set[bytes], keys: list[Identity]) -> str:
    found = []
    for sealed in items:
        with contextlib.suppress(SealError):
            found.append(open_sealed(Kind.SEGMENT, sealed, keys))
    return b"\n".join(found).decode(errors="replace")


def test_a_stop_holds_it_until_it_is_taken_back_or_two_want_it(made: Scene) -> None:
    anna, boris, clara = made.desks
    asked = ask(anna.session, case_id=made.case_id, why="mistake", typed="стереть")
    work(anna, clara, boris)
    stop(clara.session, asked)
    work(clara, anna, boris)
    made.clock.ms += 80 * HOUR
    work(anna, boris, clara)
    assert state(anna) == state(boris) == Standing.STOPPED
    assert anna.session.get(Case, made.case_id) is not None
    free(clara.session, asked)
    work(clara, anna, boris, rounds=3)
    for desk in made.desks:
        assert desk.vault.find("case", limit=9) == [] or desk.session.get(Case, made.case_id) is None
        assert marked(desk) == set()


def state(desk: Desk) -> Standing:
    return show(desk.session, erasures(desk.session)[0]).standing


def test_alone_it_takes_72_hours_by_each_desks_own_clock_and_a_changed_list_begins_anew(made: Scene) -> None:
    anna, boris, _ = made.desks
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    team = anna.session.compartment_of("team")
    anna.session.commit(team, put("erasure", asked, asked_at=1))  # said to be old
    work(anna, boris)
    made.clock.ms += 71 * HOUR
    work(anna, boris)
    assert boris.session.get(Case, made.case_id) is not None
    anna.session.commit(team, add("erasure", asked, "contact_ids", made.other_contact))
    work(anna, boris)
    made.clock.ms += 2 * HOUR
    work(anna, boris)
    assert boris.session.get(Case, made.case_id) is not None
    assert boris.session.get(Case, made.other_case) is not None


def test_agreeing_is_to_exactly_what_was_shown(made: Scene) -> None:
    anna, boris, _ = made.desks
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    work(anna, boris)
    team = anna.session.compartment_of("team")
    anna.session.commit(team, add("erasure", asked, "contact_ids", made.other_contact))
    agree(boris.session, asked)  # he has not seen the change
    work(anna, boris, anna, boris)
    assert boris.session.get(Contact, made.other_contact) is not None
    assert boris.session.get(Case, made.case_id) is not None


def test_an_erasure_reaches_no_circle_of_the_team_and_nobody_elses(made: Scene) -> None:
    anna, boris, _ = made.desks
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    team, record = anna.session.compartment_of("team"), anna.session.compartment_of("record")
    other = anna.vault.get(made.other_case)
    anna.session.commit(team, add("erasure", asked, "circle_ids", team, record, other.compartment))
    work(anna, boris)
    agree(anna.session, asked)
    agree(boris.session, asked)
    work(boris, anna, rounds=3)
    assert anna.session.get(Case, made.case_id) is None
    assert anna.session.get(Case, made.other_case) is not None
    assert {"team", "record", "intake", "beds"} <= {one.kind for one in boris.vault.compartments()}


def test_the_word_must_be_typed(made: Scene) -> None:
    with pytest.raises(ErasureRefused):
        ask(made.anna.session, case_id=made.case_id, why="asked", typed="yes")
    assert erasures(made.anna.session) == []


def test_a_late_entry_of_who_had_not_heard_is_erased_again_and_leaves_the_relay(made: Scene) -> None:
    anna, boris, clara = made.desks
    beds = boris.session.compartment_of("beds")
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    work(anna, clara)
    stay = next(one for one in boris.session.find(Stay) if one.case_id == made.case_id)
    boris.session.commit(beds, put("stay", stay.id, first_night="2017-04-03", note=MARKERS[10]))
    boris.session.save_new(
        beds, Stay(id=boris.session.make_id(), case_id=made.case_id, first_night="2017-05-01", place_id="p")
    )
    agree(clara.session, asked)
    work(clara, anna, rounds=3)
    boris.exchange().push(Round())  # what he wrote goes out before he hears of it
    work(anna, boris, clara, rounds=4)
    made.clock.ms += 11 * 60_000
    work(anna, boris, clara, rounds=4)
    for desk in made.desks:
        assert marked(desk) == set()
        assert [one for one in desk.vault.find("stay") if one.fields["case_id"] == made.case_id] == []
    relay = made.relay
    after = {item.untrusted_sealed for box in relay.boxes.values() for item in box.items}
    keys = [key for one in anna.vault.compartments() for key in anna.vault.identities_of(one.id)]
    text = opened(after, keys)
    assert not [marker for marker in MARKERS if marker in text]


def test_a_letter_that_still_lies_on_the_relay_does_not_come_back_and_a_new_one_begins_anew(
    made: Scene,
) -> None:
    anna, boris, clara = made.desks
    erase(made)
    take_in(anna.session, item_id(), made.first)
    assert marked(anna) == set()
    assert anna.session.get(Contact, made.contact_id) is None
    take_in(anna.session, item_id(), made.reporter.again("it is me again"))
    take_in(boris.session, item_id(), made.reporter.again("and again"))
    work(anna, boris, clara, rounds=3)
    found = [one for one in anna.session.find(Letter) if one.text in {"it is me again", "and again"}]
    assert len(found) == 2
    assert len({one.contact_id for one in found}) == 1
    assert boris.session.get(Contact, found[0].contact_id) is not None


def test_who_writes_again_after_it_was_asked_is_not_erased(made: Scene) -> None:
    anna, boris, _ = made.desks
    made.clock.ms += 1000
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    work(anna, boris)
    made.clock.ms += 1000
    take_in(boris.session, item_id(), made.reporter.again("no, wait"))
    with pytest.raises(ErasureRefused, match="wrote again"):
        agree(boris.session, asked)
    work(boris, anna, rounds=3)
    made.clock.ms += 80 * HOUR
    work(boris, anna, rounds=3)
    assert anna.session.get(Case, made.case_id) is not None
    assert show(anna.session, erasures(anna.session)[0]).wrote_again


def test_a_newcomer_and_a_late_grant_bring_nothing_back(made: Scene, tmp_path: Path) -> None:
    anna, boris, clara = made.desks
    circle = made.circles[0]
    device = boris.vault.roster()[anna.device_id]
    late = boris.vault.make_grant(circle, anna.device_id, device.recipient)
    erase(made)
    with pytest.raises(GrantError):
        anna.vault.take_grant(late, trusted=None)
    dora = newcomer(tmp_path / "dora", anna, made.relay.door(), name="Dora", role="coordinator")
    work(anna, boris, dora, clara, rounds=3)
    assert marked(dora) == set()
    assert {one.id for one in dora.session.find(Contact)} == {made.other_contact}
    assert dora.vault.faults() == anna.vault.faults() == []
    dora.close()


def test_a_desk_that_was_away_for_long_brings_nothing_back(made: Scene) -> None:
    anna, boris, clara = made.desks
    beds = boris.session.compartment_of("beds")
    stay = next(one for one in boris.session.find(Stay) if one.case_id == made.case_id)
    boris.session.commit(beds, put("stay", stay.id, last_night="2017-04-09", note=MARKERS[10]))
    boris.vault.outgoing()  # packed and sealed, and then the lid was closed
    boris.session.commit(made.circles[0], put("case", made.case_id, told=MARKERS[11]))
    asked = ask(anna.session, case_id=made.case_id, why="asked", typed="erase")
    work(anna, clara)
    agree(clara.session, asked)
    work(clara, anna, rounds=2)
    made.clock.ms += 11 * 60_000  # it may be the turn of the one who is away to make room
    work(clara, anna, rounds=4)
    assert marked(anna) == set()
    assert show(anna.session, erasures(anna.session)[0]).not_done == (boris.device_id,)
    made.clock.ms += 40 * 24 * HOUR
    work(boris, anna, clara, rounds=4)
    relay = made.relay
    keys = [key for one in anna.vault.compartments() for key in anna.vault.identities_of(one.id)]
    text = opened({item.untrusted_sealed for box in relay.boxes.values() for item in box.items}, keys)
    assert not [marker for marker in MARKERS if marker in text]
    for desk in made.desks:
        assert marked(desk) == set()
        assert desk.vault.faults() == desk.exchange().memory.faults() == []
        assert len(desk.session.find(Erased)) == 1
