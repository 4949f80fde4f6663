"""One test for each rule at the top of erasing.py and of tombs, and for what a segment with erased groups may do."""

from __future__ import annotations

from typing import Any

import pytest

from leeward.ledger import errors
from leeward.ledger.accept import open_segment
from leeward.ledger.entry import parse_entries
from leeward.ledger.model import add, note, put
from leeward.ledger.roster import vote_paper
from leeward.ledger.segment import print_segment
from leeward.ledger.store.check import check
from leeward.ledger.store.tombs import redact
from leeward.ledger.store.vault import Vault
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind

WORDS = "мост восемь honest river"


def is_sound(vault: Vault, clock: Any) -> bool:
    vault.close()
    return check(vault.folder, WORDS, clock=clock, progress=lambda _done, _of: None) == []


def without(vault: Vault, place: str, sealed: bytes, *records: str) -> bytes:
    """Return a segment sealed again with the groups of some records erased, as whoever has the key can make it."""
    segment = open_segment(sealed, dict(vault.epochs_of(place)), place)
    _, body, groups = redact(parse_entries(segment.body), segment.body, set(records).__contains__)
    assert groups
    plain = print_segment(segment.head_bytes, segment.signature, body)
    return seal(Kind.SEGMENT, plain, vault.recipient_of(place))


def test_1_nothing_of_a_record_stays_where_it_was_held(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    changes = put("person", "p", text="зимородок", case_id="c") + add("person", "p", "tag_set", "ночь")
    anna.commit(place, changes + put("claim", "c", text="kept"))
    anna.commit(place, note("person", "p", "remarks", "зимородок улетел"))
    team.settle()
    for desk in (anna, boris):
        assert desk.search("зимородок").total == desk.count("person", refs={"case_id": "c"}) == 1
        done = desk.erase_records(place, ["p"])
        assert (done.records, done.groups) == (1, 2)
        assert desk.get("p") is None
        assert desk.history("p") == []
        assert desk.search("зимородок").total == desk.count("person") == 0
        assert desk.count("person", refs={"case_id": "c"}) == 0
        assert [one.value for one in desk.history("c")] == ["kept"]
        assert desk.is_erased(place, "p")
        assert not desk.is_erased(place, "c")
        again = desk.erase_records(place, ["p"])
        assert (again.records, again.groups, again.segments) == (0, 0, 0)


def test_1_what_waits_to_be_pushed_is_sealed_again_under_another_id(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    team.settle()
    anna.commit(place, put("person", "p", text="packed") + put("claim", "c", text="kept"))
    (before,) = anna.outgoing()
    anna.commit(place, put("person", "p", text="not packed"))
    assert anna.erase_records(place, ["p"]).segments == 1
    after, unpacked = anna.outgoing()
    assert (after.item, after.sealed) != (before.item, before.sealed)
    assert boris.accept(place, [(1, after.sealed), (2, unpacked.sealed)]).faults == []
    assert boris.get("p") is None
    assert boris.get("c") is not None
    assert is_sound(anna, team.clocks[0])
    assert is_sound(boris, team.clocks[1])


def test_1_what_waits_to_be_taken_is_sealed_again(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    team.settle()
    anna.commit(place, put("claim", "c", text="first"))
    (first,) = anna.outgoing()
    anna.sent(first.item)
    anna.commit(place, put("person", "p", text="second"))
    (second,) = anna.outgoing()
    boris.accept(place, [(2, second.sealed)])
    assert boris.erase_records(place, ["p"]).segments == 1
    boris.accept(
        place, [(2, second.sealed), (5, second.sealed)]
    )  # and does not come back by being given again
    assert boris.erase_records(place, ["p"]).segments == 0
    with boris.database.reading() as connection:
        ((waiting,), _) = connection.execute("SELECT sealed FROM waiting").fetchall()
    segment = open_segment(waiting, dict(boris.epochs_of(place)), place)
    assert [change.record for entry in parse_entries(segment.body) for change in entry.changes()] == []
    boris.accept(place, [(1, first.sealed)])
    assert (boris.get("p"), boris.count("claim")) == (None, 1)
    assert is_sound(boris, team.clocks[1])


def test_1_what_does_not_open_yet_is_counted_and_erased_when_the_key_comes(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    team.settle()
    anna.next_epoch(place)
    anna.commit(place, put("person", "p", text="under the new key"))
    (out,) = anna.outgoing()
    boris.accept(place, [(1, out.sealed)])
    assert boris.erase_records(place, ["p"]).unread == 1
    boris.take_grant(anna.make_grant(place, boris.device.id, boris.device.identity.recipient()), trusted=None)
    assert boris.accept(place, ()).entries == 1
    assert boris.get("p") is None
    assert boris.erase_records(place, ["p"]).groups == 0


def test_2_chains_go_on_and_a_newcomer_takes_them(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    for desk in (anna, boris):
        desk.commit(place, put("person", "p", text="x") + put("claim", desk.member_id, text="kept"))
    team.settle()
    anna.erase_records(place, ["p"])
    anna.commit(place, put("claim", "later", text="after"))
    team.settle()
    clara = team.desk("clara")
    team.admit(anna, clara)
    team.push(anna)
    team_place = anna.compartment_of("team")
    clara.accept(team_place, list(enumerate(team.boxes[anna.compartment(team_place).box], 1)))
    offered = [seal(Kind.SEGMENT, held.plain, held.recipient) for held in anna.segments(place)]
    assert clara.accept(place, list(enumerate(offered, 1))).faults == []
    assert (clara.count("claim"), clara.get("p")) == (3, None)
    for desk, clock in zip((anna, boris, clara), team.clocks, strict=True):
        assert is_sound(desk, clock)


def test_3_what_comes_later_is_erased_before_it_is_written_and_nobody_here_writes_to_it(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    team.settle()
    anna.erase_records(place, ["p"])  # not known here yet
    boris.commit(place, put("person", "p", text="too late") + put("claim", "c", text="kept"))
    team.settle()
    assert (anna.get("p"), anna.count("claim")) == (None, 1)
    assert anna.erase_records(place, ["p"]).groups == 0
    with pytest.raises(errors.Erased):
        anna.commit(place, put("claim", "new", text="x") + put("person", "p", text="again"))
    assert anna.get("new") is None
    anna.commit(anna.make_compartment("case").id, put("person", "p", text="elsewhere"))
    assert is_sound(anna, team.clocks[0])


def test_4_a_forgotten_circle_is_unknown_and_its_keys_are_not_taken_again(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    made = anna.make_compartment("case")
    team.settle()
    grant = anna.make_grant(made.id, boris.device.id, boris.device.identity.recipient())
    boris.take_grant(grant, trusted=None)
    boris.commit(made.id, put("person", "p", text="зимородок"))
    boris.set_cursor(made.box, 7)
    boris.local_put(f"view.{made.box}", 1)
    boris.local_put(f"draft.{made.id}.x", 1)
    boris.local_put("other", 1)
    boris.forget(made.id)
    assert boris.was_forgotten(made.id)
    assert boris.get("p") is None
    assert boris.search("зимородок").total == boris.cursor(made.box) == boris.unsent() == 0
    assert boris.outgoing() == []
    assert boris.local_get(f"view.{made.box}") is boris.local_get(f"draft.{made.id}.x") is None
    assert boris.local_get("other") == 1
    assert made.id not in {one.id for one in boris.compartments()}
    for act in (boris.compartment, boris.recipient_of, boris.forget):
        with pytest.raises(errors.UnknownCompartment):
            act(made.id)
    with pytest.raises(errors.GrantErased, match="was erased"):
        boris.take_grant(grant, trusted=None)
    with pytest.raises(errors.GrantErased):
        boris.make_compartment("case", id=made.id)
    other = boris.make_compartment("case")
    boris.commit(other.id, put("person", "q", text="of another"))
    assert boris.count("person") == 1
    boris.close()
    with Vault.open(boris.folder, WORDS, clock=team.clocks[1], chance=boris._chance) as again:
        assert again.was_forgotten(made.id)
        with pytest.raises(errors.GrantErased):
            again.take_grant(grant, trusted=None)


def test_5_nothing_is_erased_in_the_teams_own_list(team: Any) -> None:
    """Else whoever has the team's key could hide a vote from a newcomer."""
    anna, boris = team.found("anna", "boris")
    team.settle()
    place = anna.compartment_of("team")
    with pytest.raises(RuntimeError):
        anna.erase_records(place, [boris.device.id])
    anna.commit(place, vote_paper(boris.device.id, out=True, at=team.clocks[0].now))
    (out,) = anna.outgoing()
    clara = team.desk("clara")
    team.admit(boris, clara)
    accepted = boris.accept(place, [(90, without(anna, place, out.sealed, boris.device.id))])
    assert "was erased" in str(accepted.faults[0].what)
    assert boris.accept(place, [(91, out.sealed)]).entries == 1


def test_an_erased_copy_hides_nothing_from_who_gets_the_whole_one_too(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    team.settle()
    anna.commit(place, put("claim", "c", text="first") + put("claim", "d", text="also"))
    anna.commit(place, put("claim", "c", text="second"))
    (out,) = anna.outgoing()
    hidden = without(anna, place, out.sealed, "c")
    assert boris.accept(place, [(1, hidden)]).entries == 2
    assert (boris.get("c"), boris.count("claim")) == (None, 1)
    assert boris.accept(place, [(2, without(anna, place, out.sealed, "d"))]).entries == 2
    found = boris.get("c")
    assert found is not None
    assert found.fields["text"] == "second"
    assert [line.value for line in boris.history("c")] == ["first", "second"]
    for sealed in (out.sealed, hidden):
        assert boris.accept(place, [(3, sealed)]).entries == 0
    assert is_sound(boris, team.clocks[1])


def test_a_copy_with_something_else_in_the_place_of_what_was_erased_is_refused(team: Any) -> None:
    anna, boris = team.found("anna", "boris")
    place = anna.compartment_of("record")
    team.settle()
    anna.commit(place, put("claim", "c", text="genuine"))
    (out,) = anna.outgoing()
    boris.accept(place, [(1, without(anna, place, out.sealed, "c"))])
    segment = open_segment(out.sealed, dict(anna.epochs_of(place)), place)
    body = segment.body.replace(b"genuine", b"planted")
    planted = seal(
        Kind.SEGMENT,
        print_segment(segment.head_bytes, segment.signature, body),
        anna.recipient_of(place),
    )
    accepted = boris.accept(place, [(2, planted)])
    assert (accepted.entries, len(accepted.faults)) == (0, 1)
    assert boris.get("c") is None
    boris.accept(place, [(3, out.sealed)])
    assert [line.value for line in boris.history("c")] == ["genuine"]
