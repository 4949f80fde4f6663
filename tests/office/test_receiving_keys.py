"""The keys to which partners seal: who holds them, who cannot put one in their place, and when a new one is due."""

from __future__ import annotations

from tests.support.erasing import Scene
from tests.support.teams import settle

from leeward.domain.circles import RECEPTION
from leeward.domain.receiving import ReceptionKey
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.office import receiving_keys, receiving_now
from leeward.office.cutoff import make_new_keys, put_out
from leeward.office.session import Session
from leeward.office.team import grant_case
from leeward.seal.keys import make_identity


def newest(session: Session) -> str:
    return receiving_keys.keys(session)[0].recipient


def test_a_colleague_with_the_hotline_derives_the_same_key(made: Scene) -> None:
    anna, boris = made.desks[0], made.desks[1]
    key = receiving_keys.make_key(anna.session, "Harbour")
    settle(anna, boris)
    assert newest(boris.session) == key.recipient
    theirs = receiving_keys.identity_of(boris.session, receiving_keys.keys(boris.session)[0])
    assert theirs.string() == receiving_keys.identity_of(anna.session, key).string()


def test_no_record_holds_the_secret_half(session: Session) -> None:
    key = receiving_keys.make_key(session, "Harbour")
    secret = receiving_keys.identity_of(session, key).string()
    every = repr([one for kind in session.vault.kinds() for one in session.vault.find(kind)])
    assert secret not in every


def test_a_key_that_is_not_derived_here_does_not_count(session: Session) -> None:
    key = receiving_keys.make_key(session, "Harbour")
    swapped = make_identity(session.chance).recipient().string()
    session.commit(key.compartment, put(ReceptionKey.kind, key.id, recipient=swapped))
    assert receiving_keys.keys(session) == []
    assert receiving_keys.own_face(session) == ("", "")


def test_a_circle_of_somebody_without_the_hotline_does_not_count(made: Scene) -> None:
    anna = made.desks[0]
    stranger = next(one for one in made.desks if not one.vault.compartments("intake"))
    circle = stranger.vault.make_compartment(RECEPTION).id
    false = ReceptionKey(id=stranger.session.make_id(), compartment=circle, salt=b"s" * 32, called="Harbour")
    recipient = receiving_keys.identity_of(stranger.session, false).recipient().string()
    stranger.session.commit(
        circle, write_new(ReceptionKey(id=false.id, salt=b"s" * 32, recipient=recipient, called="Harbour"))
    )
    grant_case(stranger.session, circle, {anna.session.member_id, stranger.session.member_id})
    settle(*made.desks)
    assert [one.id for one in anna.vault.compartments(RECEPTION)] == [circle]
    assert receiving_keys.keys(anna.session) == []
    ours = receiving_keys.make_key(anna.session, "Harbour")
    assert ours.compartment != circle
    assert newest(anna.session) == ours.recipient


def test_after_a_computer_was_removed_a_new_key_is_due_which_it_cannot_derive(made: Scene) -> None:
    anna, boris = made.desks[0], made.desks[1]
    receiving_keys.make_key(anna.session, "Harbour")
    settle(anna, boris)
    before = newest(boris.session)
    put_out(anna.session, [boris.device_id])
    while make_new_keys(anna.session, 100):
        pass
    key = receiving_keys.keys(anna.session)[0]
    assert receiving_keys.to_renew(anna.session, key)
    assert "New key" in {str(one.tag) for one in receiving_now.needs_now(anna.session)}
    after = receiving_keys.make_key(anna.session, "Harbour")
    assert not receiving_keys.to_renew(anna.session, after)
    settle(anna, boris)
    assert newest(anna.session) == after.recipient
    assert newest(boris.session) == before
