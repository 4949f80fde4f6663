"""A lost device that was removed from the team, in the hands of somebody who sets its clock back."""

from __future__ import annotations

from typing import Any

from leeward.ledger.model import put
from leeward.ledger.roster import PAPERS, bond_paper, vote_paper


def lose(team: Any) -> tuple[Any, Any, Any]:
    """Return two desks and a third one that the first has removed, its clock set back to before that."""
    anna, boris, lost = team.found("anna", "boris", "lost")
    team.settle()
    before = team.clocks[2].now
    team.clocks[0].now += 100_000
    anna.commit(anna.compartment_of("team"), vote_paper(lost.device.id, out=True, at=team.clocks[0].now))
    team.push(anna)
    for vault in (boris, lost):
        team.pull(vault)
    team.clocks[2].now = before
    return anna, boris, lost


def test_a_removed_device_cannot_bring_itself_back(team: Any) -> None:
    anna, boris, lost = lose(team)
    lost.commit(lost.compartment_of("team"), vote_paper(lost.device.id, out=False, at=1))
    team.settle()
    for vault in (anna, boris):
        assert vault.roster()[lost.device.id].removed_at


def test_a_removed_device_cannot_bring_in_another(team: Any) -> None:
    anna, boris, lost = lose(team)
    fresh = team.desk("fresh")
    team.enrol(lost, fresh)
    team.settle()
    for vault in (anna, boris):
        assert fresh.device.id not in vault.roster()


def test_a_removed_device_cannot_vouch_for_another(team: Any) -> None:
    """It need not write in the roster itself: a head that names a new device would let that one introduce itself."""
    anna, boris, lost = lose(team)
    fresh = team.desk("fresh")
    place = lost.compartment_of("team")
    fresh.take_grant(
        lost.make_grant(place, fresh.device.id, fresh.device.identity.recipient()),
        trusted=lost.device.signing_key.verify_key(),
    )
    team.enrol(fresh, fresh)
    (introduction,) = fresh.outgoing()
    lost.take_grant(  # only so that the thief's own vault takes the new device's word, and names it
        fresh.make_grant(place, lost.device.id, lost.device.identity.recipient()),
        trusted=fresh.device.signing_key.verify_key(),
    )
    assert lost.accept(place, [(90, introduction.sealed)]).entries
    lost.commit(place, put("member", "m", name="harmless"))
    out = lost.outgoing()
    for vault in (anna, boris):
        vault.accept(place, [(91, out[-1].sealed), (92, introduction.sealed)])
        assert fresh.device.id not in vault.roster()


def test_what_a_device_did_before_it_was_removed_is_believed_once_a_colleague_has_seen_it(team: Any) -> None:
    """One desk removes a device without having seen whom that device had let in just before."""
    anna, boris, lost = team.found("anna", "boris", "lost")
    team.settle()
    fresh = team.desk("fresh")
    team.enrol(lost, fresh)
    team.push(lost)
    team.pull(boris)
    team.clocks[0].now += 100_000
    place = anna.compartment_of("team")
    anna.commit(place, vote_paper(lost.device.id, out=True, at=team.clocks[0].now))
    team.pull(anna)
    assert fresh.device.id not in anna.roster()
    boris.commit(place, put("member", "m", name="x"))
    team.push(boris)
    team.pull(anna)
    assert fresh.device.id in anna.roster()


def test_an_export_still_brings_back_what_a_removed_device_did(team: Any) -> None:
    anna, boris, lost = team.found("anna", "boris", "lost")
    team.settle()
    fresh = team.desk("fresh")
    team.enrol(lost, fresh)
    team.push(lost)
    team.pull(boris)
    team.clocks[0].now += 100_000
    place = anna.compartment_of("team")
    anna.commit(place, vote_paper(lost.device.id, out=True, at=team.clocks[0].now))
    ours = [out.sealed for out in anna.outgoing()]
    theirs = team.boxes[anna.compartment(place).box][-1]
    restored = team.desk("restored")
    restored.take_grant(
        anna.make_grant(place, restored.device.id, restored.device.identity.recipient()),
        trusted=anna.device.signing_key.verify_key(),
    )
    items = list(enumerate([*team.boxes[anna.compartment(place).box][:-1], *ours, theirs], 1))
    restored.accept(place, items, vouched=True)
    assert fresh.device.id in restored.roster()


def test_a_member_cannot_say_that_a_colleagues_device_is_theirs(team: Any) -> None:
    anna, boris, turned = team.found("anna", "boris", "turned")
    team.settle()
    place = turned.compartment_of("team")
    turned.commit(place, bond_paper(boris.device.id))
    turned.commit(place, put("device", boris.device.id, member_id=turned.member_id, verify_key=b"x" * 1984))
    team.settle()
    assert anna.roster()[boris.device.id].member_id == boris.member_id


def test_a_member_cannot_let_a_device_in_under_a_colleagues_name(team: Any) -> None:
    anna, boris, turned = team.found("anna", "boris", "turned")
    team.settle()
    fresh = team.desk("fresh")
    team.enrol(turned, fresh, beside=boris.device.id, bond=True)
    team.settle()
    for vault in (anna, boris):
        assert fresh.device.id not in vault.roster()
    team.enrol(boris, fresh, beside=boris.device.id, bond=True)  # boris says so himself
    team.settle()
    assert anna.roster()[fresh.device.id].member_id == boris.member_id


def test_nothing_written_into_a_devices_record_makes_it_vanish(team: Any, monkeypatch: Any) -> None:
    """Another kind under a clock at the beginning of time, and the roster's own field used as something else."""
    anna, boris, turned = team.found("anna", "boris", "turned")
    team.settle()
    before = dict(anna.roster())
    place = turned.compartment_of("team")
    monkeypatch.setattr("leeward.ledger.store.writing.tick", lambda *_args: 1)
    for device in (anna.device.id, boris.device.id):
        turned.commit(place, put("claim", device, **{PAPERS: "nothing", "text": "hidden"}))
    monkeypatch.undo()
    team.settle()
    for vault in (anna, boris):
        assert dict(vault.roster()) == before
    anna.commit(place, vote_paper(turned.device.id, out=True, at=team.clocks[0].now))
    assert anna.roster()[turned.device.id].removed_at
    assert vault.faults() == []


def test_a_device_that_was_put_out_wrongly_is_brought_back_and_nothing_of_it_is_lost(team: Any) -> None:
    anna, boris, turned = team.found("anna", "boris", "turned")
    team.settle()
    place = anna.compartment_of("record")
    turned.commit(turned.compartment_of("team"), vote_paper(anna.device.id, out=True, at=1))
    team.push(turned)
    team.pull(boris)
    anna.commit(place, put("claim", "r", text="written while out"))
    box = anna.compartment(place).box
    team.push(anna)
    accepted = boris.accept(place, [(1, team.boxes[box][-1])])
    assert (accepted.entries, len(boris.faults())) == (0, 1)
    boris.commit(boris.compartment_of("team"), vote_paper(anna.device.id, out=False, at=2))
    assert (boris.accept(place, ()).entries, boris.faults()) == (1, [])
    found = boris.get("r")
    assert found is not None
    assert found.created_by == anna.member_id


def test_what_a_colleague_accepted_before_the_removal_is_believed_by_all(team: Any) -> None:
    """Else two desks that hear of a removal at different times would hold different records for ever."""
    anna, boris, lost = team.found("anna", "boris", "lost")
    team.settle()
    place = anna.compartment_of("record")
    anna.commit(anna.compartment_of("team"), vote_paper(lost.device.id, out=True, at=team.clocks[0].now))
    team.clocks[2].now += 10_000
    lost.commit(place, put("claim", "late", text="x"))
    team.push(lost)
    box = team.boxes[anna.compartment(place).box]
    assert boris.accept(place, [(1, box[-1])]).entries == 1  # has not heard of it yet
    assert anna.accept(place, [(1, box[-1])]).entries == 0
    boris.commit(place, put("claim", "other", text="y"))
    team.push(boris)
    assert anna.accept(place, [(2, box[-1])]).entries == 2
