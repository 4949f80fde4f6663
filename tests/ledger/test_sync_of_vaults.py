"""Several vaults and a relay that only keeps lists: everything arrives once, everywhere, whatever the order."""

from __future__ import annotations

import random
import shutil
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leeward.base.ports import SystemChance, SystemClock
from leeward.ledger import errors
from leeward.ledger.merge import value_key
from leeward.ledger.model import add, note, put, remove
from leeward.ledger.roster import vote_paper
from leeward.ledger.store.check import check
from leeward.ledger.store.vault import Vault


def everything(vault: Vault) -> dict[str, bytes]:
    records = vault.find("claim") + vault.find("kind-of-2040")
    return {record.id: value_key(record) for record in records}


def test_two_desks_see_each_others_work_once(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    record = anna.compartment_of("record")
    anna.commit(record, put("claim", "r", text="задержали у рынка"))
    team.settle()
    found = boris.get("r")
    assert found is not None
    assert (found.fields["text"], found.created_by) == ("задержали у рынка", anna.member_id)
    assert boris.search("задержан").total == 1
    assert [line.by for line in boris.history("r")] == [anna.member_id]
    assert anna.unsent() == 0
    team.settle()
    assert boris.accept(record, list(enumerate(team.boxes[boris.compartment(record).box], 1))).entries == 0
    assert len(boris.history("r")) == 1


def test_unknown_kinds_and_fields_survive_and_travel_on(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    record = anna.compartment_of("record")
    anna.commit(record, put("kind-of-2040", "r", field_of_2040={"deep": [1, b"x"]}))
    team.settle()
    boris.commit(record, put("kind-of-2040", "r", another="y"))
    team.settle()
    for vault in (anna, boris):
        found = vault.get("r")
        assert found is not None
        assert found.fields == {"field_of_2040": {"deep": [1, b"x"]}, "another": "y"}
    assert everything(anna) == everything(boris)


def test_conflicts_are_kept_shown_and_settled_everywhere(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    record = anna.compartment_of("record")
    anna.commit(record, put("claim", "r", text="start"))
    team.settle()
    anna.commit(record, put("claim", "r", text="left"))
    boris.commit(record, put("claim", "r", text="right"))
    team.settle()
    assert anna.conflicts() == boris.conflicts() == ["r"]
    found = anna.get("r")
    assert found is not None
    assert {c.value: c.by for c in found.conflicts["text"]} == {
        "left": anna.member_id,
        "right": boris.member_id,
    }
    assert anna.search("left").total == anna.search("right").total == 1
    boris.commit(record, put("claim", "r", text="settled"))
    team.settle()
    assert anna.conflicts() == boris.conflicts() == []
    assert everything(anna) == everything(boris)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 1 << 30))
def test_any_partition_and_order_ends_in_the_same_records(
    team_class: Any, tmp_path_factory: Any, seed: int
) -> None:
    rng = random.Random(seed)
    team = team_class(tmp_path_factory.mktemp("team"))
    desks = team.found("anna", "boris", "clara")
    place = desks[0].compartment_of("record")
    box = desks[0].compartment(place).box
    for _ in range(rng.randint(5, 25)):
        desk = rng.choice(desks)
        record = f"r{rng.randrange(3)}"
        choice = rng.randrange(5)
        if choice == 0:
            desk.commit(place, put("claim", record, text=f"text {rng.randrange(4)}"))
        elif choice == 1:
            desk.commit(place, add("claim", record, "tag_set", rng.randrange(3)))
        elif choice == 2:
            desk.commit(place, remove("claim", record, "tag_set", rng.randrange(3)))
        elif choice == 3:
            desk.commit(place, note("claim", record, "remarks", "seen"))
        else:
            team.push(desk)
            team.pull(rng.choice(desks))
    for desk in desks:
        team.push(desk)
    for desk in desks:  # the roster first, then everything again in any order, with repeats
        team.pull(desk)
        items = list(enumerate(team.boxes.get(box, []), 1)) * 2
        rng.shuffle(items)
        assert desk.accept(place, items).faults == []
    fourth = team.desk("dana")
    team.admit(desks[0], fourth)
    team.push(desks[0])
    team_place = fourth.compartment_of("team")
    fourth.accept(team_place, list(enumerate(team.boxes[fourth.compartment(team_place).box], 1)))
    items = list(enumerate(team.boxes.get(box, []), 1))
    rng.shuffle(items)
    for item in items:
        fourth.accept(place, [item])
    results = [everything(desk) for desk in [*desks, fourth]]
    assert all(result == results[0] for result in results)
    histories = [[len(d.history(r)) for r in sorted(results[0])] for d in [*desks, fourth]]
    assert all(each == histories[0] for each in histories)
    for desk in [*desks, fourth]:
        desk.close()


def test_a_newcomer_admitted_by_a_later_member_reads_what_the_founder_wrote(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    anna.commit(anna.compartment_of("record"), put("claim", "r", text="before you came"))
    team.settle()
    clara = team.desk("clara")
    team.admit(boris, clara)  # clara trusts boris's fingerprint, not anna's
    for _ in range(2):
        team.settle()
    found = clara.get("r")
    assert found is not None
    assert found.created_by == anna.member_id
    assert set(clara.roster()) == {anna.device.id, boris.device.id, clara.device.id}
    assert clara.faults() == []


def test_a_stranger_who_is_not_in_the_roster_is_never_read(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    team.settle()
    mallory = team.desk("mallory")
    team.admit(anna, mallory)  # has the keys ...
    place = anna.compartment_of("record")
    mallory.commit(place, put("claim", "r", text="planted"))
    items = list(enumerate((out.sealed for out in mallory.outgoing()), 50))
    accepted = boris.accept(place, items)  # ... but the roster entry has not come
    assert (accepted.entries, boris.get("r")) == (0, None)
    team.push(anna)
    team.pull(boris)  # now it has, and what waited is read
    assert boris.get("r") is not None


def test_segments_out_of_order_wait_for_the_missing_one(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    sealed = []
    for number in range(3):
        anna.commit(place, put("claim", f"r{number}", text="x"))
        sealed += [out for out in anna.outgoing() if out.compartment == place]
        for out in anna.outgoing():
            if out.compartment == place:
                anna.sent(out.item)
    team.settle()
    assert boris.accept(place, [(3, sealed[2].sealed), (2, sealed[1].sealed)]).entries == 0
    assert boris.count("claim") == 0
    assert boris.accept(place, [(1, sealed[0].sealed)]).entries == 3
    assert boris.count("claim") == 3
    assert boris.cursor(anna.compartment(place).box) == 3


def test_a_damaged_segment_is_reported_once_with_its_place_and_the_rest_goes_on(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    team.settle()
    place = anna.compartment_of("record")
    anna.commit(place, put("claim", "r", text="x"))
    (out,) = anna.outgoing()
    torn = bytearray(out.sealed)
    torn[-20] ^= 1
    items = [(7, bytes(torn)), (8, b"nonsense"), (9, out.sealed)]
    accepted = boris.accept(place, items)
    assert accepted.entries == 1
    assert [fault.where for fault in accepted.faults] == ["item 7", "item 8"]
    assert boris.accept(place, items).faults == []
    assert [fault.where for fault in boris.faults()] == ["item 7", "item 8"]
    assert all(str(fault.what) for fault in boris.faults())


def test_a_copied_vault_that_writes_on_is_a_fork(team: Any, tmp_path: Any) -> None:
    anna, boris = team.found("anna", "boris")
    team.settle()
    place = anna.compartment_of("record")
    anna.close()
    shutil.copytree(anna.folder, tmp_path / "copy")
    copies = [
        Vault.open(folder, "мост восемь honest river", clock=SystemClock(), chance=SystemChance())
        for folder in (anna.folder, tmp_path / "copy")
    ]
    outs = []
    for number, copy in enumerate(copies):
        copy.commit(place, put("claim", "r", text=f"version {number}"))
        outs += copy.outgoing()
        copy.close()
    accepted = boris.accept(place, [(1, outs[0].sealed), (2, outs[1].sealed)])
    assert accepted.entries == 1
    assert "two different segments" in str(accepted.faults[0].what)


def test_what_the_relay_withholds_is_noticed(team: Any) -> None:
    anna, boris, clara = team.found("anna", "boris", "clara")
    team.settle()
    place = anna.compartment_of("record")
    anna.commit(place, put("claim", "r", text="you shall not know"))
    (from_anna,) = anna.outgoing()
    boris.accept(place, [(1, from_anna.sealed)])
    boris.commit(place, put("claim", "s", text="seen"))
    (from_boris,) = boris.outgoing()
    assert clara.accept(place, [(2, from_boris.sealed)]).entries == 1
    (fault,) = clara.missing(place)
    assert anna.device.id in fault.where
    clara.accept(place, [(1, from_anna.sealed)])
    assert clara.missing(place) == []


def test_a_removed_device_is_read_up_to_its_removal(team: Any) -> None:
    anna, boris, clara = team.found("anna", "boris", "clara")
    team.settle()
    place, roster = anna.compartment_of("record"), anna.compartment_of("team")
    clara.commit(place, put("claim", "before", text="x"))
    old = clara.outgoing()
    anna.commit(roster, vote_paper(clara.device.id, out=True, at=team.clocks[0].now + 1000))
    team.push(anna)
    team.pull(boris)
    clara.sent(old[0].item)
    team.clocks[2].now += 10_000
    clara.commit(place, put("claim", "after", text="x"))
    accepted = boris.accept(place, [(1, old[0].sealed), (2, clara.outgoing()[0].sealed)])
    assert (accepted.entries, len(boris.faults())) == (1, 1)
    assert boris.get("after") is None
    with pytest.raises(errors.GrantError):
        boris.take_grant(
            clara.make_grant(place, boris.device.id, boris.device.identity.recipient()), trusted=None
        )


def test_grants_are_refused_when_not_for_us_not_genuine_or_contradicting(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    team.settle()
    made = anna.make_compartment("case")
    key, recipient = anna.device.signing_key.verify_key(), boris.device.identity.recipient()
    grant = anna.make_grant(made.id, boris.device.id, recipient)
    with pytest.raises(errors.GrantError, match="from the device"):
        boris.take_grant(grant, trusted=boris.device.signing_key.verify_key())
    with pytest.raises(errors.GrantError, match="another device"):
        boris.take_grant(anna.make_grant(made.id, anna.device.id, recipient), trusted=key)
    with pytest.raises(errors.GrantError, match="damaged"):
        anna.take_grant(grant, trusted=key)
    with pytest.raises(errors.GrantError, match="damaged"):
        boris.take_grant(grant[:-1], trusted=key)
    stranger = team.desk("stranger")
    other = stranger.make_compartment("case", id=made.id)
    with pytest.raises(errors.GrantError, match="not in the team"):
        boris.take_grant(stranger.make_grant(other.id, boris.device.id, recipient), trusted=None)
    taken = boris.take_grant(grant, trusted=None)
    assert (taken.box, taken.read, taken.write) == (made.box, made.read, made.write)
    contradiction = stranger.make_grant(other.id, boris.device.id, recipient)
    with pytest.raises(errors.GrantError, match="contradicts"):
        boris.take_grant(contradiction, trusted=stranger.device.signing_key.verify_key())
    assert boris.compartment(made.id) == taken


def test_outgoing_gives_the_same_bytes_until_sent_and_splits_what_is_too_much(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    for number in range(5):
        anna.commit(place, put("claim", f"r{number}", scan=b"x" * 400_000))
    first = anna.outgoing()
    assert first == anna.outgoing()
    assert all(len(out.sealed) < 2_000_000 for out in first)
    assert len([out for out in first if out.compartment == place]) == 3
    team.settle()
    assert boris.count("claim") == 5
    assert (anna.unsent(), anna.outgoing()) == (0, [])


def test_a_vault_restored_from_an_older_copy_gets_its_own_later_work_back(team: Any, tmp_path: Any) -> None:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    anna.commit(place, put("claim", "r1", text="pushed"))
    team.settle()
    anna.commit(place, put("claim", "r2", text="not packed when copied"))
    anna.close()
    shutil.copytree(anna.folder, tmp_path / "copy")
    ports: Any = {"clock": SystemClock(), "chance": SystemChance()}
    with Vault.open(anna.folder, "мост восемь honest river", **ports) as later:
        later.commit(place, put("claim", "r3", text="after the copy"))
        team.push(later)
        later.commit(place, put("claim", "r4", text="and again"))
        team.push(later)
    with Vault.open(tmp_path / "copy", "мост восемь honest river", **ports) as copy:
        assert team.pull(copy) >= 2
        assert copy.count("claim") == 4
        assert copy.unsent() == 0
        copy.commit(place, put("claim", "r5", text="goes on in one chain"))
        team.push(copy)
    assert check(tmp_path / "copy", "мост восемь honest river", clock=SystemClock(), progress=print) == []
    team.pull(boris)
    assert boris.count("claim") == 5
    assert len(boris.history("r2")) == 1


def test_a_restored_vault_that_wrote_on_is_told_so(team: Any, tmp_path: Any) -> None:
    anna, _ = team.found("anna", "boris")
    place = anna.compartment_of("record")
    team.settle()
    anna.close()
    shutil.copytree(anna.folder, tmp_path / "copy")
    ports: Any = {"clock": SystemClock(), "chance": SystemChance()}
    with Vault.open(anna.folder, "мост восемь honest river", **ports) as later:
        later.commit(place, put("claim", "r", text="one"))
        (out,) = later.outgoing()
    with Vault.open(tmp_path / "copy", "мост восемь honest river", **ports) as copy:
        copy.commit(place, put("claim", "r", text="two"))
        accepted = copy.accept(place, [(1, out.sealed)])
        assert "older copy" in str(accepted.faults[0].what)
        assert [line.value for line in copy.history("r")] == ["two"]
