from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leeward.base.ports import SystemChance, SystemClock
from leeward.domain.cases.consent import Consent
from leeward.domain.errors import OutOfRange
from leeward.office import consent
from leeward.office.casework_open import open_case
from leeward.office.session import Session
from leeward.office.team import found_team


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = found_team(
        tmp_path / "vault",
        "words",
        team_name="T",
        member_name="Mila",
        role="documenter",
        clock=SystemClock(),
        chance=SystemChance(),
        work_factor=2,
    )
    with made.vault:
        yield made


def test_an_answer_is_changed_in_place_and_its_history_stays(session: Session) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    first = consent.set_consent(session, case, "account", "un", "given", risks_explained=True)
    again = consent.set_consent(session, case, "account", "un", "refused")
    assert first == again
    assert len(consent.consents_of(session, case)) == 1
    answers = [line.value for line in session.vault.history(first) if line.field == "answer"]
    assert answers == ["given", "refused"]


def test_a_yes_needs_the_risks_explained_and_a_condition_needs_words(session: Session) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    with pytest.raises(OutOfRange, match="risks"):
        consent.set_consent(session, case, "name", "press", "given")
    with pytest.raises(OutOfRange, match="condition"):
        consent.set_consent(session, case, "name", "press", "conditional", risks_explained=True)
    with pytest.raises(OutOfRange):
        consent.set_consent(session, case, "name", "press", "given", risks_explained=True, expires="soon")
    with pytest.raises(OutOfRange):
        consent.set_consent(session, case, "shoe size", "press", "refused")
    assert consent.consents_of(session, case) == []


def test_what_is_withdrawn_is_no_longer_allowed_from_that_moment(session: Session) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    given = consent.set_consent(session, case, "account", "un", "given", risks_explained=True)
    assert consent.ruling(session, case, "account", "un").allowed
    consent.withdraw(session, given, "they are afraid for their mother")
    assert not consent.ruling(session, case, "account", "un").allowed
    kept = session.get(Consent, given)
    assert kept is not None
    assert kept.effects[0].value["was"] == "given"


def test_an_answer_for_one_organisation_stands_beside_that_for_all(session: Session) -> None:
    case = open_case(session, "", pseudonym="Juniper").case_id
    consent.set_consent(session, case, "account", "partner", "refused")
    consent.set_consent(
        session, case, "account", "partner", "given", organisation="Lantern", risks_explained=True
    )
    assert len(consent.consents_of(session, case)) == 2
    assert not consent.ruling(session, case, "account", "partner", organisation="Lantern").allowed
