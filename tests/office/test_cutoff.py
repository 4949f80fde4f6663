"""A lost device reads nothing written later, whoever helps it, and what it writes late is believed by nobody."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.domain.team import Rekey
from leeward.ledger.errors import GrantError
from leeward.ledger.model import put
from leeward.office.cutoff import Fresh, bring_back, could_read, make_new_keys, progress, put_out
from leeward.office.errors import CutOffRefused
from leeward.office.team import grant_case, who_can_open
from leeward.seal.envelope import open_sealed
from leeward.seal.errors import SealError
from leeward.seal.kinds import Kind


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def three(tmp_path: Path, relay: RelaySimulator) -> Iterator[tuple[Desk, Desk, Desk]]:
    """Anna, Boris, and Clara, whose laptop will be lost; all coordinators, in step, with one case."""
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="coordinator")
    clara = newcomer(tmp_path / "clara", anna, relay.door(), name="Clara", role="coordinator")
    settle(anna, boris, clara)
    case = anna.vault.make_compartment("case").id
    anna.session.commit(case, put("case", case, pseudonym="Heron"))
    grant_case(anna.session, case, [anna.session.member_id, clara.session.member_id])
    settle(anna, boris, clara)
    with closing(anna, boris, clara):
        yield anna, boris, clara


def work(desk: Desk) -> None:
    """Do what the desk's thread does in one round, to the end."""
    desk.sync()
    while make_new_keys(desk.session, 2):
        desk.sync()
    desk.sync()


def everywhere(desk: Desk) -> dict[str, str]:
    return {circle.kind: circle.id for circle in desk.vault.compartments()}


def write_later(desk: Desk, word: str) -> None:
    for circle in desk.vault.compartments():
        desk.session.commit(circle.id, put("claim", f"{word}-{circle.kind}", text=word))
    desk.sync()


def test_a_lost_device_reads_nothing_written_later_even_if_the_relay_gives_it_everything(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator
) -> None:
    anna, boris, clara = three
    put_out(anna.session, [clara.device_id])
    work(anna)
    settle(boris, anna)
    write_later(anna, "late")
    write_later(boris, "late")
    settle(anna, boris)
    assert boris.vault.count("claim") == len(everywhere(boris))
    before = clara.vault.count("claim")
    for _ in range(3):
        clara.sync()
    assert clara.vault.count("claim") == before == 0
    vault: Any = clara.vault
    keys = [vault.device.identity, *(k for c in vault.compartments() for k in vault.identities_of(c.id))]
    held = {item.untrusted_sealed for box in relay.boxes.values() for item in box.items}
    late = [one.plain for circle in anna.vault.compartments() for one in anna.vault.segments(circle.id)]
    assert any(b"late-" in plain for plain in late)
    for kind, sealed in itertools.product((Kind.SEGMENT, Kind.GRANT), held):
        try:
            plain = open_sealed(kind, sealed, keys)
        except SealError:
            continue
        assert b"late" not in plain


def test_what_it_writes_late_is_believed_by_nobody_although_its_clock_is_set_back(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, boris, clara = three
    put_out(anna.session, [clara.device_id])
    work(anna)
    settle(boris, anna)

    class Back:
        def now_ms(self) -> int:
            return 1

    monkeypatch.setattr(clara.vault, "_clock", Back())
    write_later(clara, "planted")
    settle(anna, boris)
    vault: Any = clara.vault
    helped = {
        circle.id: [item.untrusted_sealed for item in relay.boxes[circle.box].items]
        for circle in vault.compartments()
    }
    for desk in (anna, boris):
        for circle in desk.vault.compartments():  # the relay puts them into the new boxes, too
            desk.vault.accept(circle.id, list(enumerate(helped.get(circle.id, []), 500)))
        assert desk.vault.count("claim") == 0
        assert any("removed" in str(fault.what) for fault in desk.vault.faults())
    grant = vault.make_grant(
        everywhere(clara)["record"], anna.device_id, anna.vault.device.identity.recipient()
    )
    with pytest.raises(GrantError):
        anna.vault.take_grant(grant, trusted=None)


def test_what_it_wrote_before_is_kept_and_the_list_of_what_it_could_read_is_complete(
    three: tuple[Desk, Desk, Desk],
) -> None:
    anna, boris, clara = three
    write_later(clara, "before")
    put_out(anna.session, [clara.device_id])
    kinds = {anna.vault.compartment(one).kind for one in could_read(anna.session, [clara.device_id])}
    assert kinds == {"team", "intake", "beds", "record", "case"}
    held_by_boris = could_read(boris.session, [clara.device_id])
    assert {boris.vault.compartment(one).kind for one in held_by_boris} == {
        "team",
        "intake",
        "beds",
        "record",
    }
    work(anna)
    settle(boris, anna)
    assert anna.vault.count("claim") == 5
    assert boris.vault.count("claim") == 4
    assert progress(anna.session) == {clara.device_id: Fresh(5, 5)}
    assert progress(boris.session) == {clara.device_id: Fresh(4, 4)}
    assert anna.vault.faults() == boris.vault.faults() == []


def test_a_part_that_the_one_who_pressed_does_not_hold_is_taken_over_by_its_members(
    three: tuple[Desk, Desk, Desk],
) -> None:
    anna, boris, clara = three
    case = everywhere(anna)["case"]
    put_out(boris.session, [clara.device_id])
    work(boris)
    settle(anna, boris)
    assert progress(anna.session)[clara.device_id] == Fresh(4, 5)
    old = anna.vault.compartment(case)
    work(anna)
    assert progress(anna.session)[clara.device_id] == Fresh(5, 5)
    new = anna.vault.compartment(case)
    assert (new.box, new.read, new.write) != (old.box, old.read, old.write)
    assert anna.vault.first_room(case).box == old.box
    assert [one.without for one in anna.session.find(Rekey, compartment=case)] == [(clara.device_id,)]


def test_two_desks_that_cut_off_at_the_same_time_end_with_the_same_keys(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator, tmp_path: Path
) -> None:
    anna, boris, clara = three
    dora = newcomer(tmp_path / "dora", anna, relay.door(), name="Dora", role="coordinator")
    settle(anna, boris, clara, dora)
    put_out(anna.session, [clara.device_id])
    put_out(boris.session, [dora.device_id])
    for _ in range(3):  # neither has heard of the other
        make_new_keys(anna.session, 100)
        make_new_keys(boris.session, 100)
    for _ in range(4):
        work(anna)
        work(boris)
    write_later(anna, "late")
    write_later(boris, "later")
    settle(anna, boris)
    for kind in ("team", "intake", "beds", "record"):
        circle = everywhere(anna)[kind]
        ours, theirs = anna.vault.compartment(circle), boris.vault.compartment(circle)
        assert (ours.epoch, ours.box, ours.write) == (theirs.epoch, theirs.box, theirs.write)
        newest = anna.vault.recipient_of(circle).string()
        for lost in (clara, dora):
            lost.sync()
            assert newest not in {key.recipient().string() for key in lost.vault.identities_of(circle)}
            assert lost.vault.count("claim") == 0
    assert boris.vault.count("claim") == 4 + 4
    assert {one.done == one.of for one in progress(anna.session).values()} == {True}
    assert anna.vault.faults() == boris.vault.faults() == []
    dora.close()


def test_a_newcomer_gets_what_it_needs_of_older_epochs(
    three: tuple[Desk, Desk, Desk], relay: RelaySimulator, tmp_path: Path
) -> None:
    anna, boris, clara = three
    write_later(clara, "early")
    settle(anna, boris)
    put_out(anna.session, [clara.device_id])
    work(anna)
    settle(boris, anna)
    write_later(boris, "late")
    settle(anna, boris)
    dora = newcomer(tmp_path / "dora", boris, relay.door(), name="Dora", role="coordinator")
    settle(anna, boris, dora)
    assert dora.vault.count("claim") == 8
    assert dora.vault.roster()[clara.device_id].removed_at
    assert dora.vault.faults() == []
    dora.close()


def test_who_was_away_meanwhile_loses_nothing(three: tuple[Desk, Desk, Desk], relay: RelaySimulator) -> None:
    """Boris wrote, and packed some of it, before he heard of the new keys."""
    anna, boris, clara = three
    boris.session.commit(everywhere(boris)["record"], put("claim", "packed", text="x"))
    boris.vault.outgoing()
    boris.session.commit(everywhere(boris)["beds"], put("claim", "unpacked", text="x"))
    put_out(anna.session, [clara.device_id])
    work(anna)
    settle(boris, anna)
    assert anna.vault.count("claim") == 2
    clara.sync()
    assert clara.vault.get("unpacked") is None


def test_it_goes_on_after_a_crash_between_any_two_steps(
    three: tuple[Desk, Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, boris, clara = three
    put_out(anna.session, [clara.device_id])
    for step in ("next_epoch", "make_grant"):
        with monkeypatch.context() as broken:
            real = getattr(anna.vault, step)

            def dies(*arguments: Any, real: Any = real) -> None:
                real(*arguments)
                raise KeyboardInterrupt

            broken.setattr(anna.vault, step, dies)
            with pytest.raises(KeyboardInterrupt):
                make_new_keys(anna.session, 1)
    work(anna)
    settle(boris, anna)
    write_later(anna, "late")
    boris.sync()
    assert boris.vault.count("claim") == 4
    assert progress(anna.session)[clara.device_id] == Fresh(5, 5)


def test_a_device_that_is_brought_back_gets_the_keys_made_without_it(three: tuple[Desk, Desk, Desk]) -> None:
    anna, boris, clara = three
    put_out(anna.session, [clara.device_id])
    work(anna)
    settle(boris, anna)
    write_later(anna, "meanwhile")
    bring_back(boris.session, [clara.device_id])
    settle(boris, anna)
    bring_back(anna.session, [clara.device_id])  # she has the case, and thinks again
    settle(anna, boris, clara)
    assert clara.vault.count("claim") == 5
    put_out(boris.session, [clara.device_id])  # and out once more: the keys handed back count no more
    work(boris)
    settle(anna, boris)
    work(anna)
    assert progress(anna.session)[clara.device_id] == Fresh(5, 5)
    write_later(anna, "again")
    clara.sync()
    assert clara.vault.count("claim") == 5


def test_nothing_is_rekeyed_for_a_device_that_held_nothing_or_while_nobody_is_out(
    three: tuple[Desk, Desk, Desk],
) -> None:
    anna, boris, _ = three
    assert make_new_keys(anna.session, 100) is False
    assert progress(anna.session) == {}
    case = everywhere(anna)["case"]
    put_out(anna.session, [boris.device_id])
    work(anna)
    assert anna.session.find(Rekey, compartment=case) == []
    assert progress(anna.session)[boris.device_id] == Fresh(4, 4)
    assert {access.device_id for access in who_can_open(anna.session, case)} == {
        anna.device_id,
        *(one for one in anna.vault.roster() if one not in {anna.device_id, boris.device_id}),
    }


def test_a_key_that_a_colleague_handed_to_it_afterwards_is_replaced_too(
    three: tuple[Desk, Desk, Desk],
) -> None:
    """Boris has not heard of the cut yet, and gives Clara a case."""
    anna, boris, clara = three
    case = boris.vault.make_compartment("case").id
    grant_case(boris.session, case, [anna.session.member_id, boris.session.member_id])
    settle(boris, anna)
    put_out(anna.session, [clara.device_id])
    work(anna)
    assert progress(anna.session)[clara.device_id] == Fresh(5, 5)
    grant_case(boris.session, case, [clara.session.member_id])
    settle(boris, anna)
    assert progress(anna.session)[clara.device_id] == Fresh(5, 6)
    work(anna)
    assert progress(anna.session)[clara.device_id] == Fresh(6, 6)


def test_this_computer_and_strangers_cannot_be_put_out(three: tuple[Desk, Desk, Desk]) -> None:
    anna, _, clara = three
    for devices in ([anna.device_id], [], ["a" * 26], [clara.device_id, anna.device_id]):
        with pytest.raises(CutOffRefused):
            put_out(anna.session, devices)
        with pytest.raises(CutOffRefused):
            bring_back(anna.session, devices)
    assert not any(one.removed_at for one in anna.vault.roster().values())


def test_a_grant_with_an_epoch_far_ahead_is_refused(three: tuple[Desk, Desk, Desk]) -> None:
    """It would be written to for ever, by whoever took it alone."""
    anna, _, clara = three
    case = everywhere(clara)["record"]
    clara.vault.next_epoch(case)
    skipped: Any = clara.vault
    ring = skipped._ring
    epochs = ring._identities[case]
    epochs[7 << 32] = epochs.pop(max(epochs))
    recipient = anna.vault.device.identity.recipient()
    with pytest.raises(GrantError, match="do not follow"):
        anna.vault.take_grant(skipped.make_grant(case, anna.device_id, recipient), trusted=None)
