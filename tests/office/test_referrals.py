"""A partner opens exactly the consented fields; what is not allowed at the moment of making does not leave."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from tests.office.referral_scene import FIELDS, allow, given, open_with
from tests.support.clocks import HandClock

from leeward.base.errors import LeewardError
from leeward.domain.cases.referrals import DAY, Referral
from leeward.domain.errors import RuleBroken
from leeward.office import consent, openings, partners, referrals, referrals_after
from leeward.office.casework_base import require, require_case
from leeward.office.session import Session
from leeward.seal.keys import make_identity


def inside(plain: bytes) -> Any:
    found = re.search(rb'<script type="application/json" id="leeward">(.*?)</script>', plain, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("field", sorted(set(FIELDS) - {"name", "file"}))
def test_only_the_chosen_field_is_in_the_file(session: Session, field: str) -> None:
    sent = given(session)
    sent.choose(session, field)
    plain = open_with(sent, sent.make(session))
    for name, marks in FIELDS.items():
        for mark in marks:
            assert (mark.encode() in plain) == (name == field), (name, mark)
    assert [one["field"] for one in inside(plain)["fields"]] == [field.partition(":")[0]]
    assert len(plain) == 64 * 1024


def test_the_name_goes_only_open_and_with_consent_for_the_name(session: Session) -> None:
    sent = given(session)
    sent.choose(session, "name")
    assert not sent.view(session).chosen  # sealed
    openings.open_alone(session, sent.identity, "papers", "")
    sent.choose(session, "name", "need")
    plain = open_with(sent, sent.make(session))
    assert FIELDS["name"][0].encode() in plain
    consent.set_consent(session, sent.case, "name", "doctor", "refused")
    sent.choose(session, "name", "need")
    assert FIELDS["name"][0].encode() not in open_with(sent, sent.make(session))


def test_a_file_goes_under_a_number_and_with_its_own_consent(session: Session) -> None:
    sent = given(session)
    sent.choose(session, f"file:{sent.file}")
    plain = open_with(sent, sent.make(session))
    assert inside(plain)["files"][0]["size"] == len(b"bytes of the file")
    assert b"qzxfilename" not in plain
    consent.set_consent(session, sent.case, "files", "doctor", "refused")
    with pytest.raises(RuleBroken, match="may not go"):
        sent.make(session)


def test_what_they_withdrew_stops_it_at_the_moment_of_making(session: Session) -> None:
    sent = given(session)
    sent.choose(session, "need", "danger")
    seen = sent.view(session).seen
    consent.withdraw(session, sent.consents["work"])
    with pytest.raises(RuleBroken, match="may not go"):
        referrals.make(session, sent.id, seen)
    there = require(session, Referral, sent.id)
    assert (there.state, there.makings) == ("draft", ())


def test_a_refusal_of_this_partner_alone_is_heard_however_it_is_spelt(session: Session) -> None:
    sent = given(session)
    consent.set_consent(
        session, sent.case, "work", "doctor", "refused", organisation="CLINIC of invented street"
    )
    sent.choose(session, "need")
    assert not sent.view(session).chosen


def test_a_condition_is_confirmed_first_and_again_when_it_changes(session: Session) -> None:
    sent = given(session)
    allow(session, sent.case, "work", answer="conditional", conditions="not to Doctor B")
    sent.choose(session, "need")
    assert not sent.view(session).chosen
    [key] = {key for one in sent.view(session).choices for key, _ in one.met_keys}
    referrals.choose(session, sent.id, ["need"], [key], "")
    assert [one.code for one in sent.view(session).chosen] == ["need"]
    allow(session, sent.case, "work", answer="conditional", conditions="to nobody in the south")
    assert not sent.view(session).chosen
    with pytest.raises(RuleBroken):
        sent.make(session)


def test_somebody_of_the_family_is_asked_themselves(session: Session) -> None:
    sent = given(session)
    consent.set_consent(session, sent.case, "work", "doctor", "refused", person_id=sent.person)
    sent.choose(session, f"family:{sent.person}", "need")
    assert [one.code for one in sent.view(session).chosen] == ["need"]


@pytest.mark.parametrize("text", ["Call +7 900 555 01 23", "ask Zaurbek", "like Willow", "в доме Harbour 9"])
def test_a_note_that_tells_too_much_stops_it(session: Session, text: str) -> None:
    sent = given(session)
    referrals.choose(session, sent.id, ["need"], [], text)
    with pytest.raises(RuleBroken, match="The text holds"):
        sent.make(session)
    referrals.choose(session, sent.id, ["need"], [], "Please call us first.")
    assert sent.make(session).sealed


def test_a_key_swapped_between_looking_and_making_is_noticed(session: Session) -> None:
    sent = given(session)
    sent.choose(session, "need")
    seen = sent.view(session).seen
    other = make_identity(session.chance).recipient().string()
    partners.set_partner(
        session, sent.partner, name="Clinic of Invented Street", audience="doctor", recipient=other
    )
    with pytest.raises(RuleBroken, match="Something changed since you looked"):
        referrals.make(session, sent.id, seen, sure=True)


def test_a_key_that_nobody_compared_needs_to_be_confirmed(session: Session) -> None:
    sent = given(session)
    sent.choose(session, "need")
    with pytest.raises(RuleBroken, match="compared this key"):
        referrals.make(session, sent.id, sent.view(session).seen)
    partners.set_closed(session, sent.partner, closed=True)
    with pytest.raises(RuleBroken, match="referred to this partner"):
        sent.make(session)


def test_the_entry_says_what_left_and_to_which_key(session: Session) -> None:
    sent = given(session)
    sent.choose(session, "need", "danger")
    sealed = sent.make(session).sealed
    [made] = [one.value for one in require(session, Referral, sent.id).makings]
    assert made["fields"] == ["danger", "need"]
    assert made["consents"] == [sent.consents["work"]]
    assert made["size"] == len(sealed)
    assert made["standing"] == "never"


def test_states_follow_each_other_and_a_transfer_closes_the_case(session: Session) -> None:
    sent = given(session, purpose="transfer")
    sent.choose(session, "need")
    with pytest.raises(RuleBroken):
        referrals_after.answered(session, sent.id, "accepted", "")
    assert b"Transfer of a case" in open_with(sent, sent.make(session))
    referrals_after.answered(session, sent.id, "accepted", "They come tomorrow.")
    with pytest.raises(RuleBroken):
        referrals_after.answered(session, sent.id, "rejected", "")
    assert [str(one.tag) for one in referrals_after.needs_now(session)] == ["Taken over"]
    referrals_after.take_over(session, sent.id, "With the clinic.")
    case = require_case(session, sent.case)
    assert (case.status, case.close_reason) == ("closed", "transferred")
    assert not list(referrals_after.needs_now(session))


def test_what_was_withdrawn_after_it_left_stands_on_today_until_it_is_called_back(session: Session) -> None:
    sent = given(session)
    sent.choose(session, "need")
    first = sent.make(session)
    assert not list(referrals_after.needs_now(session))
    consent.set_consent(
        session, sent.case, "work", "doctor", "withdrawn", organisation="Clinic of Invented Street"
    )
    assert [str(one.tag) for one in referrals_after.needs_now(session)] == ["Call back"]
    letter = referrals_after.call_back(session, sent.id, sent.digest(session), sure=True)
    plain = open_with(sent, letter)
    said = inside(plain)
    assert said["leeward"] == "recall"
    assert said["delete"] == [sent.sha256(first)]
    assert not any(mark.encode() in plain for marks in FIELDS.values() for mark in marks)
    assert not list(referrals_after.needs_now(session))
    referrals_after.note_deleted(session, sent.id, "Deleted.")
    assert require(session, Referral, sent.id).deleted_at


def test_no_answer_for_a_week_is_on_today(session: Session, clock: HandClock) -> None:
    sent = given(session)
    sent.choose(session, "need")
    sent.make(session)
    clock.ms += 6 * DAY
    assert not list(referrals_after.needs_now(session))
    clock.ms += 2 * DAY
    assert [str(one.tag) for one in referrals_after.needs_now(session)] == ["No answer"]


@pytest.mark.parametrize(
    "text", ["", "age1", "AGE-SECRET-KEY-1QQ", "age1pq1" + "q" * 2000, "age1" + "q" * 58, "ж" * 70]
)
def test_what_is_no_key_is_refused(session: Session, text: str) -> None:
    with pytest.raises(LeewardError):
        partners.add_partner(session, "Clinic", "doctor", text)
