"""What a member who is turned can try with the keys they hold, and what it gives them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, found, newcomer, settle

from leeward.domain.cases.case import Identity
from leeward.domain.intake import Contact
from leeward.domain.team import TEAM_KINDS
from leeward.domain.typed import write_new
from leeward.ledger.errors import GrantError
from leeward.ledger.grant import SINGLE_KINDS
from leeward.ledger.model import put
from leeward.ledger.roster import card_paper
from leeward.office.cards import print_intake_card
from leeward.office.safety import gather
from leeward.office.team import device_card, grant_case


class Backdated:
    """A clock that a turned member has set to the beginning of time."""

    def now_ms(self) -> int:
        return 1


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", relay.door())
    yield desk
    desk.close()


@pytest.fixture
def turned(tmp_path: Path, relay: RelaySimulator, anna: Desk) -> Iterator[Desk]:
    """A volunteer who holds the team's key and works for somebody else."""
    desk = newcomer(tmp_path / "turned", anna, relay.door(), name="Volunteer", role="volunteer")
    settle(anna, desk)
    yield desk
    desk.close()


def backdate(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.vault, "_clock", Backdated())
    monkeypatch.setattr("leeward.ledger.store.writing.tick", lambda *_args: 1)


def test_a_record_of_another_circle_never_takes_the_place_of_a_legal_identity(
    anna: Desk, turned: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The identity's id stands in the case; edits must not land where all members of the case can read them."""
    vault: Any = anna.vault
    case, sealed = vault.make_compartment("case").id, vault.make_compartment("identity").id
    anna.session.save_new(sealed, Identity(id="i1", legal_name="the real name"))
    grant_case(anna.session, case, [turned.session.member_id])
    settle(anna, turned)
    backdate(turned, monkeypatch)
    for circle in (case, turned.vault.compartment_of("team")):
        turned.session.commit(circle, write_new(Identity(id="i1", legal_name="planted")))
    settle(anna, turned)
    kept = anna.session.get(Identity, "i1")
    assert kept is not None
    assert (kept.legal_name, kept.compartment) == ("the real name", sealed)
    assert [one.compartment for one in anna.session.find(Identity)] == [sealed]
    plain = vault.get("i1")
    assert plain is not None
    assert plain.compartment == sealed
    assert {line.value for line in vault.history("i1")} >= {"the real name"}


def test_answers_never_go_to_a_way_back_that_was_planted_outside_of_intake(
    anna: Desk, turned: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    backdate(turned, monkeypatch)
    turned.session.commit(turned.vault.compartment_of("team"), write_new(Contact(id="c1", pseudonym="Heron")))
    settle(anna, turned)
    assert anna.session.get(Contact, "c1") is None
    assert anna.session.find(Contact) == []


def test_keys_for_a_colleague_cannot_be_turned_aside_to_another_device(
    anna: Desk, turned: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    """A member writes their own recipient and box into a colleague's roster record before a case is handed over."""
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris", role="operator")
    settle(anna, boris, turned)
    thief = turned.vault.device
    turned.session.commit(
        turned.vault.compartment_of("team"),
        put(
            "device",
            boris.device_id,
            recipient=thief.identity.recipient().string(),
            box=thief.box,
            write=thief.write,
        ),
    )
    settle(turned, anna)
    case: Any = anna.vault.make_compartment("case")
    grant_case(anna.session, case.id, [boris.session.member_id])
    settle(anna, turned, boris)
    assert case.id in {one.id for one in boris.vault.compartments()}
    listing = turned.relay.list_items(thief.box, thief.read)
    assert len(listing.items) == 1  # its own first keys, and nothing more
    assert case.id not in {one.id for one in turned.vault.compartments()}
    boris.close()


def test_a_card_that_another_device_signed_changes_nothing(anna: Desk, turned: Desk) -> None:
    before = anna.vault.roster()[anna.device_id]
    planted = device_card(turned.session, name="Anna", role="coordinator")
    turned.session.commit(turned.vault.compartment_of("team"), card_paper(anna.device_id, planted))
    settle(turned, anna)
    assert anna.vault.roster()[anna.device_id] == before


def test_a_second_circle_for_the_whole_team_is_refused(anna: Desk, turned: Desk) -> None:
    """Otherwise what a colleague writes into "the record" could go to a circle that the giver made, and reads."""
    assert set(TEAM_KINDS) == SINGLE_KINDS
    before = {kind: anna.vault.compartment_of(kind) for kind in TEAM_KINDS}
    recipient = anna.vault.device.identity.recipient()
    for kind in TEAM_KINDS:
        trap: Any = turned.vault.make_compartment(kind)
        grant = turned.vault.make_grant(trap.id, anna.device_id, recipient)
        with pytest.raises(GrantError):
            anna.vault.take_grant(grant, trusted=None)
    assert {kind: anna.vault.compartment_of(kind) for kind in TEAM_KINDS} == before


def test_a_planted_intake_card_is_not_handed_on_to_the_page(anna: Desk, turned: Desk) -> None:
    """Whoever holds the team's key can write the card's field; people in danger would seal to the thief."""
    genuine = gather(anna.session).card
    assert genuine
    vault: Any = turned.vault
    team = vault.compartment_of("team")
    thief = vault.make_compartment("intake")
    planted = print_intake_card(
        vault.device.signing_key,
        vault.recipient_of(thief.id),
        team="Harbour line",
        languages=("ru",),
        box="0" * 32,
        write="1" * 64,
    )
    turned.session.commit(team, put("team", team, card=planted))
    settle(turned, anna)
    seen = gather(anna.session)
    assert seen.card == ""
    assert [fault.where for fault in seen.faults] == ["card"]
