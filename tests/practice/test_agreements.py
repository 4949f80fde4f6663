"""What practice agreed with others: signs of life that come by themselves, and a clinic whose key was compared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.relay_simulator import RelaySimulator

from leeward.domain.cases.checkins import CheckIn, CheckInState
from leeward.domain.cases.consent import Consent
from leeward.domain.partners import Partner
from leeward.domain.relocation.rhythm import Rhythm
from leeward.office import partners, signs_now
from leeward.office.tending import tend
from leeward.practice.agreements import CLINIC, KEY_FILE, clinic_key
from leeward.practice.team import PracticeTeam
from leeward.seal.envelope import decrypt, encrypt
from leeward.seal.keys import Identity

PASSPHRASES = {"operator": "one", "coordinator": "two", "documenter": "three"}


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeTeam]:
    """The practice team at twenty people."""
    with PracticeTeam(tmp_path_factory.mktemp("agreed"), PASSPHRASES, work_factor=2) as made:
        made.play(RelaySimulator().door(), seed=2017, people=20, language="ru", progress=lambda *_: None)
        yield made


def test_the_clinics_key_was_written_by_one_and_compared_by_another_on_every_desk(
    team: PracticeTeam,
) -> None:
    for desk in team.desks.values():
        (clinic,) = desk.find(Partner)
        assert clinic.name == CLINIC["ru"]
        trust = partners.trust(desk, clinic)
        assert trust.sure
        assert trust.by_id == team.desks["coordinator"].member_id


def test_the_file_beside_the_vaults_opens_what_is_sealed_to_the_clinic(team: PracticeTeam) -> None:
    (clinic,) = team.desks["operator"].find(Partner)
    sealed = encrypt(b"a referral", partners.recipient_of(clinic))
    lines = (team.folder / KEY_FILE).read_text("utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert decrypt(sealed, [Identity.from_string(lines[1])]) == b"a referral"
    assert lines[1] == clinic_key().string()


def test_a_few_nights_and_legs_have_signs_of_life_ahead_and_nobody_is_missing_for_it(
    team: PracticeTeam,
) -> None:
    for role in ("operator", "coordinator"):
        desk = team.desks[role]
        kept = desk.find(Rhythm)
        nights = {one.id for one in kept if one.of == "stay"}
        assert 1 <= len(nights) <= 4
        assert {one.of for one in kept} == {"stay", "leg"}
        made = [one for one in desk.find(CheckIn) if one.rhythm_id]
        assert {one.rhythm_id for one in made} >= nights
        assert {one.state(desk.now()) for one in made} == {CheckInState.AHEAD}
        assert all(not it.one.rhythm_id for it in signs_now.missing(desk))
    assert tend(team.desks["operator"]) == 0  # another desk makes the same ones


def test_those_in_hiding_allow_doctors_what_is_needed_to_help(team: PracticeTeam) -> None:
    all_said = team.desks["coordinator"].find(Consent)
    said = [one for one in all_said if (one.use, one.audience) == ("work", "doctor")]
    assert len(said) == 20
    assert {one.answer for one in said} == {"given"}
