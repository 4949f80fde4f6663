"""A partner's key: who put it there does not confirm it, and what changed afterwards is not compared any more."""

from __future__ import annotations

import pytest
from tests.support.erasing import Scene
from tests.support.teams import settle

from leeward.domain.errors import OutOfRange
from leeward.domain.partners import Partner, Standing, digest_of, key_print
from leeward.ledger.model import put
from leeward.office import partners
from leeward.office.casework_base import require
from leeward.office.session import Session
from leeward.seal.keys import make_identity

CLASSIC = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa"


def standing(session: Session, partner: str) -> Standing:
    return partners.trust(session, require(session, Partner, partner)).standing


def hear(session: Session, partner: str) -> None:
    there = require(session, Partner, partner)
    partners.compare(session, partner, key_print(there.recipient), digest_of(there))


def test_a_key_counts_once_another_member_heard_it(made: Scene) -> None:
    anna, boris = made.desks[0], made.desks[1]
    key = make_identity(anna.session.chance).recipient().string()
    clinic = partners.add_partner(anna.session, "Clinic", "doctor", key)
    assert standing(anna.session, clinic) == Standing.NEVER
    hear(anna.session, clinic)
    assert standing(anna.session, clinic) == Standing.ALONE
    settle(anna, boris)
    hear(boris.session, clinic)
    settle(anna, boris)
    assert standing(anna.session, clinic) == Standing.COMPARED


@pytest.mark.parametrize("field", ["recipient", "name", "audience"])
def test_what_a_turned_member_swaps_is_seen_though_they_say_they_compared_it(made: Scene, field: str) -> None:
    anna, boris = made.desks[0], made.desks[1]
    clinic = partners.add_partner(anna.session, "Clinic", "doctor", CLASSIC)
    settle(anna, boris)
    hear(boris.session, clinic)
    settle(anna, boris)
    assert standing(anna.session, clinic) == Standing.COMPARED
    there = require(boris.session, Partner, clinic)
    theirs = {
        "recipient": make_identity(boris.session.chance).recipient().string(),
        "name": "Klinic",
        "audience": "lawyer",
    }
    boris.session.commit(there.compartment, put(Partner.kind, clinic, **{field: theirs[field]}))
    settle(anna, boris)
    assert standing(anna.session, clinic) == Standing.CHANGED
    hear(boris.session, clinic)
    settle(anna, boris)
    assert standing(anna.session, clinic) != Standing.COMPARED
    hear(anna.session, clinic)
    assert (standing(anna.session, clinic) == Standing.COMPARED) == (field == "recipient")


def test_two_keys_written_at_once_are_no_key(made: Scene) -> None:
    anna, boris = made.desks[0], made.desks[1]
    clinic = partners.add_partner(anna.session, "Clinic", "doctor", CLASSIC)
    settle(anna, boris)
    for desk in (anna, boris):
        key = make_identity(desk.session.chance).recipient().string()
        partners.set_partner(desk.session, clinic, name="Clinic", audience="doctor", recipient=key)
    settle(anna, boris)
    assert standing(anna.session, clinic) == Standing.TWICE
    hear(anna.session, clinic)
    assert standing(anna.session, clinic) == Standing.TWICE


def test_what_was_heard_is_digits_words_or_all_of_it(session: Session) -> None:
    heard = [key_print(CLASSIC), " ".join(partners.key_words(CLASSIC, "ru")).upper(), CLASSIC]
    assert all(partners.is_the_key(CLASSIC, one) for one in heard)
    assert not any(partners.is_the_key(CLASSIC, one[:-1]) for one in heard)
    assert not partners.is_the_key(CLASSIC, " ")
    clinic = partners.add_partner(session, "Clinic", "doctor", f" {CLASSIC[:30]}\n{CLASSIC[30:]} ")
    there = require(session, Partner, clinic)
    assert there.recipient == CLASSIC
    with pytest.raises(OutOfRange, match="not this key"):
        partners.compare(session, clinic, "no", digest_of(there))
    with pytest.raises(OutOfRange, match="not this key"):
        partners.compare(session, clinic, CLASSIC, "0" * 64)
