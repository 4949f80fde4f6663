"""A lost device that was removed from the team, in the hands of somebody who sets its clock back."""

from __future__ import annotations

from typing import Any

from leeward.ledger.model import put


def lose(team: Any) -> tuple[Any, Any, Any]:
    """Return two desks and a third one that the first has removed, its clock set back to before that."""
    anna, boris, lost = team.found("anna", "boris", "lost")
    team.settle()
    before = team.clocks[2].now
    team.clocks[0].now += 100_000
    anna.commit(anna.compartment_of("team"), put("device", lost.device.id, removed_at=team.clocks[0].now))
    team.push(anna)
    for vault in (boris, lost):
        team.pull(vault)
    team.clocks[2].now = before
    return anna, boris, lost


def test_a_removed_device_cannot_bring_itself_back(team: Any) -> None:
    anna, boris, lost = lose(team)
    lost.commit(lost.compartment_of("team"), put("device", lost.device.id, removed_at=0))
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
    anna.commit(place, put("device", lost.device.id, removed_at=team.clocks[0].now))
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
    anna.commit(place, put("device", lost.device.id, removed_at=team.clocks[0].now))
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
