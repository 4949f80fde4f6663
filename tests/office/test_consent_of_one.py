"""Whose word it is: a consent of one never covers another, whoever asks; and of a child somebody answers."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leeward.domain.cases.case import Person
from leeward.domain.cases.consent import Consent, allows, of_person
from leeward.domain.cases.referrals import Referral
from leeward.domain.errors import OutOfRange
from leeward.domain.partners import Partner
from leeward.domain.release.allowed import Allowed
from leeward.domain.testimony.records import Account
from leeward.ledger.model import put
from leeward.office import consent, erasing, referral_fields
from leeward.office.casework_base import require
from leeward.office.casework_open import open_case
from leeward.office.release_material import _children, _consents
from leeward.office.session import Session


def person(session: Session, case: str, **fields: object) -> str:
    home = require_home(session, case)
    one = Person(id=session.make_id(), case_id=case, **{"relation": "mother", **fields})  # type: ignore[arg-type]
    session.save_new(home, one)
    return one.id


def require_home(session: Session, case: str) -> str:
    found = session.vault.get(case)
    assert found is not None
    return found.compartment


def yes(session: Session, case: str, use: str = "work", audience: str = "doctor", **fields: object) -> str:
    return consent.set_consent(session, case, use, audience, "given", risks_explained=True, **fields)


def choices(session: Session, case: str) -> dict[str, bool]:
    partner = Partner(id="p", name="Clinic", audience="doctor")
    found = referral_fields.choices(session, Referral(id="r", case_id=case, partner_id="p"), partner)
    return {one.key: one.open for one in found}


def released(session: Session, case: str, audience: str = "un") -> bool:
    from leeward.domain.release.allowed import Gate  # noqa: PLC0415 - what stands between a release and everything

    gate = Gate(audience, "2030-01-01", _consents(session), children=_children(session))
    return isinstance(gate.account(Account(id="a", case_id=case)), Allowed)


def test_a_family_members_field_opens_with_their_own_word_and_with_no_other(session: Session) -> None:
    case = open_case(session, "", pseudonym="Elm").case_id
    mother, sister = person(session, case), person(session, case, relation="sibling")
    yes(session, case)
    assert choices(session, case)["danger"]
    assert not choices(session, case)[f"family:{mother}"]
    yes(session, case, person_id=mother)
    assert choices(session, case)[f"family:{mother}"]
    assert not choices(session, case)[f"family:{sister}"]
    consent.set_consent(session, case, "work", "doctor", "refused")
    assert choices(session, case)[f"family:{mother}"]
    assert not choices(session, case)["danger"]


def test_no_reader_takes_a_relatives_word_for_the_persons_own(session: Session) -> None:
    case = open_case(session, "", pseudonym="Elm").case_id
    mother = person(session, case)
    for use, audience in (("account", "un"), ("keep", "team"), ("count", "public")):
        yes(session, case, use, audience, person_id=mother)
    assert not consent.ruling(session, case, "account", "un").allowed
    assert consent.ruling(session, case, "account", "un", person_id=mother).allowed
    assert not released(session, case)
    assert not erasing.may_keep_account(session, case)
    yes(session, case, "account", "un")
    yes(session, case, "keep", "team")
    assert released(session, case)
    assert erasing.may_keep_account(session, case)


def test_the_persons_own_entry_is_the_person(session: Session) -> None:
    case = open_case(session, "", pseudonym="Elm").case_id
    own = next((one.id for one in session.find(Person, case_id=case) if one.relation == "self"), "")
    own = own or person(session, case, relation="self")
    first = yes(session, case, "account", "un", person_id=own)
    assert consent.set_consent(session, case, "account", "un", "refused") == first
    strict = Consent(
        id=session.make_id(), case_id=case, person_id=own, use="account", audience="un", answer="refused"
    )
    yes(session, case, "account", "un")
    assert released(session, case)
    session.save_new(
        require_home(session, case), strict
    )  # as an older desk, or another program, may have written it
    assert not released(session, case)


def test_who_is_not_of_the_case_or_is_feared_is_nobodys_answer(session: Session) -> None:
    case = open_case(session, "", pseudonym="Elm").case_id
    other = open_case(session, "", pseudonym="Oak").case_id
    stranger, feared = person(session, other), person(session, case, relation="father", threatens=True)
    struck = person(session, case, struck_at=5)
    for one in (stranger, feared, struck, session.make_id()):
        with pytest.raises(OutOfRange, match="cannot be asked"):
            yes(session, case, person_id=one)
    assert session.find(Consent) == []
    assert consent.askable(session, case) == []


def test_of_a_child_somebody_answers_and_it_is_written_down_who(session: Session) -> None:
    case = open_case(session, "", pseudonym="Elm").case_id
    child, mother = person(session, case, relation="child", minor=True), person(session, case)
    feared = person(session, case, relation="father", threatens=True)
    small = person(session, case, relation="child", minor=True)
    with pytest.raises(OutOfRange, match="a yes is said by whoever answers"):
        yes(session, case, person_id=child)
    for one in (feared, small):
        with pytest.raises(OutOfRange, match="cannot answer for somebody"):
            yes(session, case, person_id=child, speaker_id=one)
    made = yes(session, case, person_id=child, speaker_id=mother)
    assert require(session, Consent, made).given_by == "guardian"
    assert choices(session, case)[f"family:{child}"]
    assert not choices(session, case)[f"family:{mother}"]
    assert not choices(session, case)[f"family:{small}"]
    yes(session, case, person_id=small, speaker_id=case)
    assert choices(session, case)[f"family:{small}"]
    consent.set_consent(session, case, "work", "doctor", "refused", person_id=child)  # needs nobody
    assert not choices(session, case)[f"family:{child}"]


def test_a_yes_of_a_child_alone_allows_nothing_wherever_it_came_from(session: Session) -> None:
    case = open_case(session, "", pseudonym="Elm").case_id
    own = next((one.id for one in session.find(Person, case_id=case) if one.relation == "self"), "")
    own = own or person(session, case, relation="self")
    sister = person(session, case, relation="sibling")
    yes(session, case, person_id=sister)
    yes(session, case, "account", "un")
    yes(session, case, "keep", "team")
    home = require_home(session, case)
    for one in (own, sister):  # noted only afterwards
        session.commit(home, put("person", one, minor=True))
    assert not choices(session, case)[f"family:{sister}"]
    assert not released(session, case)
    assert not erasing.may_keep_account(session, case)
    assert "child" in str(consent.ruling(session, case, "account", "un").reason)
    yes(session, case, "account", "un", speaker="the grandmother who has custody")
    assert released(session, case)


def test_a_condition_met_for_one_is_not_met_for_another(session: Session) -> None:
    case = open_case(session, "", pseudonym="Elm").case_id
    mother = person(session, case)
    words = {"risks_explained": True, "conditions": "not to my brother"}
    for one in ("", mother):
        consent.set_consent(session, case, "work", "doctor", "conditional", person_id=one, **words)
    partner = Partner(id="p", name="Clinic", audience="doctor")
    draft = Referral(id="r", case_id=case, partner_id="p")
    found = {one.key: one for one in referral_fields.choices(session, draft, partner)}
    keys = [found[one].met_keys[0][0] for one in ("danger", f"family:{mother}")]
    assert keys[0] != keys[1]


def test_withdrawn_by_one_the_others_stand(session: Session) -> None:
    case = open_case(session, "", pseudonym="Elm").case_id
    mother = person(session, case)
    mine, hers = yes(session, case), yes(session, case, person_id=mother)
    assert mine != hers
    consent.withdraw(session, hers)
    assert choices(session, case)["danger"]
    assert not choices(session, case)[f"family:{mother}"]


_PEOPLE = ("", "own", "a", "b")


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    every=st.lists(
        st.builds(
            Consent,
            id=st.sampled_from("xyz"),
            person_id=st.sampled_from(_PEOPLE),
            use=st.just("work"),
            audience=st.just("doctor"),
            answer=st.sampled_from(["given", "refused", "withdrawn", "conditional"]),
            risks_explained=st.booleans(),
            given_by=st.sampled_from(["self", "guardian"]),
            speaker=st.sampled_from(["", "grandmother"]),
        ),
        max_size=6,
    ),
    who=st.sampled_from(_PEOPLE),
    child=st.booleans(),
)
def test_what_others_said_never_changes_what_one_allows(
    *, every: list[Consent], who: str, child: bool
) -> None:
    mine = of_person(every, who, ("own",))
    ids = {"", "own"} if who in {"", "own"} else {who}
    assert {one.person_id for one in mine} <= ids
    for left_out in itertools.chain.from_iterable(
        itertools.combinations([one for one in every if one.person_id not in ids], size) for size in (1, 2)
    ):
        fewer = [one for one in every if all(one is not gone for gone in left_out)]
        assert of_person(fewer, who, ("own",)) == mine
    if allows(mine, "work", "doctor", "2030-01-01", child=child).allowed:
        assert all(one.answer == "given" and one.risks_explained for one in mine)
        assert not child or all(one.spoken_for for one in mine)
