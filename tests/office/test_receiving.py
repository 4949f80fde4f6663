"""Two teams: one refers somebody, the other opens, takes on, answers; each rule of office/receiving.py broken once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.office.referral_scene import FIELDS, Sent, allow, given
from tests.support.clocks import HandClock

from leeward.base.errors import LeewardError
from leeward.base.ports import SystemChance
from leeward.domain.cases.case import Case, CaseFile
from leeward.domain.cases.consent import Consent
from leeward.domain.cases.referrals import Referral
from leeward.domain.cases.story import CaseNote
from leeward.domain.cases.work import Task
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake import Contact, Letter
from leeward.domain.partners import Partner, Standing, Trust
from leeward.domain.receiving import DAY, Received
from leeward.domain.today import Urgency
from leeward.ledger.model import put
from leeward.office import (
    consent,
    partners,
    receiving,
    receiving_keys,
    receiving_now,
    referrals,
    referrals_after,
    relocation,
)
from leeward.office.casework_base import require
from leeward.office.casework_open import open_case
from leeward.office.session import Session
from leeward.office.team import found_team
from leeward.seal.envelope import decrypt


@pytest.fixture
def theirs(tmp_path: Path, clock: HandClock) -> Iterator[Session]:
    made = found_team(
        tmp_path / "theirs",
        "words",
        team_name="North desk",
        member_name="Nora",
        role="coordinator",
        clock=clock,
        chance=SystemChance(),
        work_factor=2,
    )
    with made.vault:
        yield made


@dataclass
class Both:
    """A sending and a receiving team, each with a key for what comes back."""

    ours: Session
    theirs: Session
    sent: Sent

    def make(self, *fields: str) -> bytes:
        self.sent.choose(self.ours, *fields)
        return self.sent.make(self.ours).sealed

    def opened(self, *fields: str) -> receiving.Came:
        return receiving.open_file(self.theirs, self.make(*fields))

    def record(self, came: receiving.Came) -> Received:
        return require(self.theirs, Received, came.id)

    def answer(self, came: receiving.Came, words: str = "") -> bytes:
        return receiving.seal_answer(self.theirs, came.id, words, sure=True).sealed

    def state(self) -> str:
        return require(self.ours, Referral, self.sent.id).state


@pytest.fixture
def both(session: Session, theirs: Session) -> Both:
    receiving_keys.make_key(session, "Lantern line")
    key = receiving_keys.make_key(theirs, "North desk")
    sent = given(session)
    there = require(session, Partner, sent.partner)
    partners.set_partner(
        session, sent.partner, name=there.name, audience=there.audience, recipient=key.recipient
    )
    return Both(session, theirs, sent)


def test_what_was_chosen_arrives_and_nothing_else(both: Both) -> None:
    came = both.opened("need", "danger", f"file:{both.sent.file}")
    assert came.paper is not None
    assert came.paper.sender == "Lantern line"
    assert {one.code for one in came.paper.parts} == {"need", "danger"}
    case_id = receiving.take_on(both.theirs, came, as_case=True, sure=True)
    case = require(both.theirs, Case, case_id)
    assert case.risk == "very-high"
    (told,) = both.theirs.find(CaseNote, case_id=case_id)
    for name, marks in FIELDS.items():
        for mark in marks:
            assert (mark in told.text) == (name in {"need", "danger"}), (name, mark)
    (file,) = both.theirs.find(CaseFile, case_id=case_id)
    assert file.file is not None
    assert file.file.size == len(b"bytes of the file")
    assert (both.record(came).state, both.record(came).case_id) == ("accepted", case_id)


def test_opening_keeps_nothing_of_its_content(both: Both) -> None:
    came = both.opened("need", "danger")
    every = "".join(repr(one) for kind in both.theirs.vault.kinds() for one in both.theirs.vault.find(kind))
    assert "qzxneedone" not in every
    assert "qzxreason" not in every
    assert both.record(came).number == both.sent.id
    receiving.decline(both.theirs, came.id)
    assert not both.theirs.find(Contact)


def test_consent_comes_along_as_it_is_and_allows_nobody_else(both: Both) -> None:
    allow(both.ours, both.sent.case, "work", answer="conditional", conditions="only on paper")
    (key,) = {key for one in both.sent.view(both.ours).choices for key, _ in one.met_keys}
    referrals.choose(both.ours, both.sent.id, ["need"], [key], "")
    came = receiving.open_file(both.theirs, both.sent.make(both.ours).sealed)
    case_id = receiving.take_on(both.theirs, came, as_case=True, sure=True)
    (kept,) = both.theirs.find(Consent, case_id=case_id)
    assert (kept.use, kept.audience, kept.answer) == ("work", "team", "conditional")
    assert kept.conditions == "only on paper"
    assert "Lantern line" in kept.remarks[0].value
    assert not consent.ruling(both.theirs, case_id, "work", "doctor").allowed


def test_whoever_takes_it_on_has_heard_its_hash_or_says_so(both: Both) -> None:
    came = both.opened("need")
    with pytest.raises(RuleBroken, match="Nobody has heard"):
        receiving.take_on(both.theirs, came, as_case=False)
    with pytest.raises(OutOfRange, match="not this file"):
        receiving.heard(both.theirs, came.id, came.sha256[:15])
    receiving.heard(both.theirs, came.id, f"{came.sha256[:8]} {came.sha256[8:16].upper()}")
    contact = receiving.take_on(both.theirs, came, as_case=False)
    assert require(both.theirs, Contact, contact).channel == "partner"


def test_the_same_file_twice_is_once(both: Both) -> None:
    sealed = both.make("need")
    first, second = receiving.open_file(both.theirs, sealed), receiving.open_file(both.theirs, sealed)
    assert first.id == second.id
    one = receiving.take_on(both.theirs, first, as_case=False, sure=True)
    assert receiving.take_on(both.theirs, second, as_case=False, sure=True) == one
    assert len(both.theirs.find(Letter, contact_id=one)) == 1
    receiving.take_on(both.theirs, second, as_case=True, sure=True)
    with pytest.raises(RuleBroken):
        receiving.take_on(both.theirs, second, as_case=True, sure=True)
    assert len(both.theirs.find(Case)) == 1


def test_what_is_not_in_memory_any_more_is_opened_again(both: Both) -> None:
    came = both.opened("need")
    with pytest.raises(RuleBroken, match="Open the file again"):
        receiving.take_on(both.theirs, receiving.Came("referral", came.id), as_case=True, sure=True)


def test_the_answer_moves_the_senders_referral(both: Both) -> None:
    came = both.opened("need")
    with pytest.raises(RuleBroken, match="nothing to answer"):
        both.answer(came)
    receiving.take_on(both.theirs, came, as_case=True, sure=True)
    letter = both.answer(came, "They come on Monday.")
    answered = receiving.open_file(both.ours, letter)
    assert (answered.what, answered.case_id) == ("answer", both.sent.case)
    there = require(both.ours, Referral, both.sent.id)
    assert (there.state, there.answer) == ("accepted", "They come on Monday.")
    receiving.open_file(both.ours, letter)
    assert both.state() == "accepted"
    receiving.finish(both.theirs, came.id)
    receiving.open_file(both.ours, both.answer(came))
    assert both.state() == "done"


def test_a_no_arrives_as_a_no(both: Both) -> None:
    came = both.opened("need")
    receiving.decline(both.theirs, came.id)
    receiving.open_file(both.ours, both.answer(came))
    assert both.state() == "rejected"


def test_who_has_not_read_the_file_cannot_answer_it(both: Both) -> None:
    came = both.opened("need")
    receiving.decline(both.theirs, came.id)
    there = both.record(came)
    both.theirs.commit(there.compartment, put(Received.kind, came.id, secret="0" * 64))
    with pytest.raises(RuleBroken, match="has not read it"):
        receiving.open_file(both.ours, both.answer(came))
    assert both.state() == "sent"


def test_an_answer_to_a_key_of_nobody_needs_a_second_word(both: Both) -> None:
    came = both.opened("need")
    receiving.decline(both.theirs, came.id)
    with pytest.raises(RuleBroken, match="no partner whose key"):
        receiving.seal_answer(both.theirs, came.id, "")


def test_an_answer_says_nothing_of_the_person(both: Both) -> None:
    came = both.opened("need", "danger", "health")
    receiving.take_on(both.theirs, came, as_case=True, sure=True)
    letter = both.answer(came)
    plain = decrypt(letter, [receiving_keys.identity_of(both.ours, receiving_keys.keys(both.ours)[0])])
    assert not any(mark.encode() in plain for marks in FIELDS.values() for mark in marks)


@pytest.mark.parametrize("text", ["Call +7 900 555 01 23", "Heron is with us", "в доме Harbour 9"])
def test_the_sentence_of_an_answer_is_looked_through(both: Both, text: str) -> None:
    open_case(both.theirs, "", pseudonym="Heron")
    relocation.add_place(both.theirs, "Harbour 9", 2)
    came = both.opened("need")
    receiving.decline(both.theirs, came.id)
    with pytest.raises(RuleBroken, match="The text holds"):
        both.answer(came, text)
    assert both.record(came).answered == frozenset()


def test_a_letter_that_asks_to_delete_is_a_task_until_nothing_is_left(both: Both) -> None:
    came = both.opened("need")
    case_id = receiving.take_on(both.theirs, came, as_case=True, sure=True)
    consent.withdraw(both.ours, both.sent.consents["work"])
    recall = referrals_after.call_back(both.ours, both.sent.id, both.sent.digest(both.ours), sure=True)
    asked = receiving.open_file(both.theirs, recall.sealed)
    assert (asked.what, asked.id) == ("recall", came.id)
    receiving.open_file(both.theirs, recall.sealed)
    (task,) = [one for one in both.theirs.find(Task) if one.open]
    assert task.case_id == case_id
    assert "Lantern line" in task.title
    with pytest.raises(RuleBroken, match="still here"):
        receiving.deleted(both.theirs, came.id)
    theirs = both.theirs
    contact = both.record(came).contact_id
    theirs.vault.erase_records(theirs.compartment_of("intake"), [contact])
    for circle in {one.compartment for one in theirs.find(Case)}:
        theirs.vault.forget(circle)
    receiving.deleted(theirs, came.id)
    receiving.open_file(both.ours, both.answer(came))
    there = require(both.ours, Referral, both.sent.id)
    assert there.state == "revoked"
    assert there.deleted_at
    with pytest.raises(RuleBroken, match="erased since"):
        receiving.take_on(theirs, came, as_case=True, sure=True)


def test_a_letter_to_delete_from_somebody_else_does_nothing(both: Both) -> None:
    came = both.opened("need")
    there = both.record(came)
    both.theirs.commit(there.compartment, put(Received.kind, came.id, secret="0" * 64))
    recall = referrals_after.call_back(both.ours, both.sent.id, both.sent.digest(both.ours), sure=True)
    with pytest.raises(RuleBroken, match="does not prove"):
        receiving.open_file(both.theirs, recall.sealed)
    assert not both.theirs.find(Task)


def test_the_key_before_opens_for_ninety_days(both: Both, clock: HandClock) -> None:
    sealed = both.make("need")
    clock.ms += DAY
    receiving_keys.make_key(both.theirs, "North desk")
    clock.ms += 89 * DAY
    assert receiving.open_file(both.theirs, sealed).what == "referral"
    clock.ms += 2 * DAY
    with pytest.raises(OutOfRange, match="None of your team's keys"):
        receiving.open_file(both.theirs, sealed)


def test_a_partner_whose_key_was_compared_is_named(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    came = both.opened("need")
    recipient = receiving_keys.own_face(both.ours)[1]
    lantern = partners.add_partner(both.theirs, "Lantern", "partner", recipient)
    assert receiving.sender_of(both.theirs, both.record(came)) is None
    there = require(both.theirs, Partner, lantern)
    assert there.recipient == both.record(came).reply
    monkeypatch.setattr(receiving, "trust", lambda *_: Trust(Standing.COMPARED))
    found = receiving.sender_of(both.theirs, both.record(came))
    assert found is not None
    assert found.id == lantern


@pytest.mark.parametrize(
    "raw", [b"", b"age-encryption.org/v1\n", b"x" * 300, b"age-encryption.org/v1\n-> X25519 a\n"]
)
def test_what_is_no_file_for_us_is_refused(both: Both, raw: bytes) -> None:
    with pytest.raises(LeewardError):
        receiving.open_file(both.theirs, raw)
    assert not both.theirs.find(Received)


def test_a_case_opened_later_from_the_conversation_takes_what_they_allow_too(both: Both) -> None:
    came = both.opened("need")
    contact = receiving.take_on(both.theirs, came, as_case=False, sure=True)
    opened = open_case(both.theirs, contact).case_id
    assert both.theirs.find(Consent, case_id=opened) == []
    assert receiving.take_on(both.theirs, came, as_case=True, sure=True) == opened
    (kept,) = both.theirs.find(Consent, case_id=opened)
    assert (kept.use, kept.audience) == ("work", "team")
    case = require(both.theirs, Case, opened)
    assert [one.id for one in receiving.received_of(both.theirs, case)] == [came.id]


def test_today_asks_to_decide_then_to_answer_but_never_whoever_made_a_file_up(
    both: Both, clock: HandClock
) -> None:
    def tags() -> list[tuple[str, Urgency]]:
        return [(str(one.tag), one.urgency) for one in receiving_now.needs_now(both.theirs)]

    first, second = both.opened("need"), both.opened("danger")
    assert tags() == [("From a partner", Urgency.WAITING)] * 2
    clock.ms += 2 * DAY
    assert tags() == [("From a partner", Urgency.LATE)] * 2
    receiving.decline(both.theirs, first.id)
    receiving.heard(both.theirs, second.id, second.sha256)
    receiving.decline(both.theirs, second.id)
    assert tags() == [("Answer", Urgency.SOON)]
    both.answer(second)
    assert tags() == []
