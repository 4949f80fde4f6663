"""Whoever came from a partner is erased as anybody else; that something came, and from whom, stays."""

from __future__ import annotations

import dataclasses

import msgspec
from tests.domain.test_referral_read import FULL
from tests.support.erasing import MARKERS, Scene, erase, marked, work

from leeward.domain.cases.case import Case
from leeward.domain.cases.referral_paper import Attached, Part, print_paper
from leeward.domain.intake import Contact
from leeward.domain.receiving import Received
from leeward.office import receiving, receiving_keys
from leeward.seal.envelope import encrypt
from leeward.seal.keys import Recipient


def test_nothing_of_the_content_is_left_anywhere(made: Scene) -> None:
    anna, boris = made.desks[0], made.desks[1]
    key = receiving_keys.make_key(anna.session, "Harbour")
    paper = msgspec.structs.replace(
        FULL,
        note=f"note {MARKERS[10]}",
        parts=(Part("need", "The need", (f"a doctor {MARKERS[11]}",)),),
        files=(Attached("text/plain", MARKERS[10].encode() * 9),),
    )
    sealed = encrypt(print_paper(paper), Recipient.from_string(key.recipient))
    came = receiving.open_file(anna.session, sealed)
    case = receiving.take_on(anna.session, came, as_case=True, sure=True)
    work(*made.desks, rounds=2)
    contact = anna.session.find(Received)[0].contact_id
    assert {MARKERS[10], MARKERS[11]} <= marked(anna)
    erase(dataclasses.replace(made, case_id=case, contact_id=contact))
    for desk in made.desks:
        assert not {MARKERS[10], MARKERS[11]} & marked(desk)
    for desk in (anna, boris):
        assert desk.session.get(Case, case) is None
        assert desk.session.get(Contact, contact) is None
        (there,) = desk.session.find(Received)
        assert (there.sender, there.state) == ("Lantern", "accepted")
        assert not receiving.there_still(desk.session, there)
    receiving.deleted(anna.session, came.id)
    assert receiving.answer_of(anna.session.find(Received)[0]) == "deleted"
