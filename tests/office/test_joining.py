"""Joining by a spoken code: what the new device holds is exactly what was ticked, in every role."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.inviting import Newcomer, code_of, invited, plan, until
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.domain.cases.case import Case, Identity
from leeward.domain.team import ROLES, STARTING_CIRCLES, TEAM_KINDS, Member
from leeward.domain.typed import write_new
from leeward.office.errors import CardRefused
from leeward.office.inviting import Inviting, Phase
from leeward.office.joining import Joining
from leeward.office.team import give_left_out, grant_case, left_out, members, who_can_open
from leeward.seal.pake import Meeting


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator) -> Iterator[Desk]:
    """A founder with two people's cases, an identity and an address."""
    desk = found(tmp_path / "anna", relay.door())
    for kind in ("case", "case", "identity", "address"):
        made = desk.vault.make_compartment(kind).id
        if kind == "case":
            desk.session.commit(made, write_new(Case(id=made, pseudonym="Heron")))
        if kind == "identity":
            desk.session.commit(made, write_new(Identity(id=made, case_id="c", legal_name="marker-name")))
    desk.sync()
    with closing(desk):
        yield desk


def held(desk: Desk) -> set[str]:
    return {one.id for one in desk.vault.compartments()}


def opens(host: Desk, device: str) -> set[str]:
    """Return what this device can open, as the host's own list says."""
    return {
        one.id
        for one in host.vault.compartments()
        if any(access.device_id == device for access in who_can_open(host.session, one.id))
    }


def of_kind(desk: Desk, *kinds: str) -> set[str]:
    return {one.id for kind in kinds for one in desk.vault.compartments(kind)}


@pytest.mark.parametrize("role", [term.code for term in ROLES])
def test_every_role_receives_exactly_its_starting_compartments(
    anna: Desk, relay: RelaySimulator, tmp_path: Path, role: str
) -> None:
    with invited(anna, plan(anna, role)) as invitation:
        timur = Newcomer(tmp_path / "timur", relay.door())
        result = timur.come_in(invitation, anna)
    wanted = of_kind(anna, *STARTING_CIRCLES[role])
    with closing(timur.desk):
        assert {part.id for part in result.parts} == wanted
        assert (result.missing, result.extra) == ((), ())
        settle(anna, timur.desk)
        assert held(timur.desk) == wanted == opens(anna, timur.desk.device_id)
        assert [(one.name, one.role) for one in members(timur.desk.session)] == [
            ("Anna", "coordinator"),
            ("Timur", role),
        ]
        assert anna.vault.roster()[timur.desk.device_id].member_id == timur.desk.session.member_id


def test_what_was_taken_away_is_not_granted_and_what_was_added_is(
    anna: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    case, other = sorted(of_kind(anna, "case"))
    address = next(iter(of_kind(anna, "address")))
    ticked = of_kind(anna, "team", "beds") | {case, address}
    with invited(anna, plan(anna, "operator", parts=tuple(ticked))) as invitation:
        timur = Newcomer(tmp_path / "timur", relay.door())
        timur.come_in(invitation, anna, name="Timka")
    with closing(timur.desk):
        settle(anna, timur.desk)
        assert held(timur.desk) == ticked == opens(anna, timur.desk.device_id)
        assert timur.desk.session.get(Case, case) is not None
        assert timur.desk.session.get(Case, other) is None
        assert "Timka" in {one.name for one in members(timur.desk.session)}


def test_the_teams_own_part_goes_to_everybody_since_nobody_could_be_believed_without_it(
    anna: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    with invited(anna, plan(anna, "partner", parts=())) as invitation:
        timur = Newcomer(tmp_path / "timur", relay.door())
        timur.come_in(invitation, anna)
    with closing(timur.desk):
        assert held(timur.desk) == of_kind(anna, "team")


def test_a_further_device_of_the_same_person_comes_in_alike(
    anna: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    with invited(anna, plan(anna, "coordinator", own=True)) as invitation:
        laptop = Newcomer(tmp_path / "laptop", relay.door(), name="whatever")
        laptop.come_in(invitation, anna)
    with closing(laptop.desk):
        assert laptop.joining.is_own
        settle(anna, laptop.desk)
        assert laptop.desk.session.member_id == anna.session.member_id
        assert [one.name for one in members(anna.session)] == ["Anna"]
        assert held(laptop.desk) == of_kind(anna, *TEAM_KINDS)
        given_later = anna.vault.make_compartment("case").id
        anna.session.commit(given_later, write_new(Case(id=given_later, pseudonym="Swift")))
        settle(anna, laptop.desk)
        assert held(laptop.desk) == of_kind(anna, *TEAM_KINDS) | {
            given_later
        }  # as ADR 24 says; nothing left out
        [(device, parts)] = left_out(anna.session).items()
        assert device == laptop.desk.device_id
        assert {one.id for one in parts} == of_kind(anna, "case", "address", "identity") - {given_later}
        assert give_left_out(anna.session, anna.device_id) == 0, "only what was left out, of that device"
        assert give_left_out(anna.session, device) == len(parts)
        settle(anna, laptop.desk)
        assert held(laptop.desk) >= {one.id for one in parts}
        assert left_out(anna.session) == {}
        later = anna.session.make_id()
        anna.session.commit(anna.session.compartment_of("team"), write_new(Member(id=later, name="Later")))
        settle(anna, laptop.desk)
        assert laptop.desk.session.get(Member, later) is not None


def test_who_came_by_a_code_can_invite_the_next_one(
    anna: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    with invited(anna, plan(anna, "documenter")) as invitation:
        timur = Newcomer(tmp_path / "timur", relay.door())
        timur.come_in(invitation, anna)
    with invited(timur.desk, plan(timur.desk, "operator")) as invitation:
        vera = Newcomer(tmp_path / "vera", relay.door(), name="Vera")
        result = vera.come_in(invitation, timur.desk)
    with closing(timur.desk, vera.desk):
        settle(anna, timur.desk, vera.desk)
        assert {part.kind for part in result.parts} == {"team"}  # Timur holds no hotline and no beds to give
        assert {one.name for one in members(vera.desk.session)} == {"Anna", "Timur", "Vera"}


def test_the_box_is_gone_afterwards_and_nothing_of_the_code_stays(
    anna: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    with invited(anna, plan(anna, "volunteer")) as invitation:
        box = Meeting(code_of(invitation)[:6]).box
        assert box in relay.boxes
        timur = Newcomer(tmp_path / "timur", relay.door())
        timur.come_in(invitation, anna)
    timur.desk.close()
    assert box not in relay.boxes
    assert anna.vault.local_get("invite.open") is None
    assert invitation.state.code == ()


def test_a_box_that_a_crash_left_is_erased_with_the_next_invitation(
    anna: Desk, relay: RelaySimulator
) -> None:
    left = Meeting("000007")
    anna.relay.make_box(left.box, left.read, left.write)
    anna.vault.local_put("invite.open", "000007")
    with invited(anna, plan(anna, "volunteer")) as invitation:
        until(invitation, Phase.WAITING)
        assert left.box not in relay.boxes


def test_a_desk_has_one_invitation_at_a_time_and_none_after_it_stops(
    anna: Desk, relay: RelaySimulator
) -> None:
    inviting = Inviting(anna.session)
    before = len(relay.boxes)
    first = inviting.begin(plan(anna, "volunteer"))
    until(first, Phase.WAITING)
    second = inviting.begin(plan(anna, "volunteer"))
    assert until(first, Phase.OVER).why is not None
    until(second, Phase.WAITING)
    assert len(relay.boxes) == before + 1
    inviting.stop()
    assert until(second, Phase.OVER).code == ()
    assert len(relay.boxes) == before
    inviting.clear()
    assert inviting.current is None


def test_the_list_at_the_end_names_what_is_missing_and_what_nobody_promised(
    anna: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    with invited(anna, plan(anna, "operator")) as invitation:
        timur = Newcomer(tmp_path / "timur", relay.door())
        words = timur.joining.meet(code_of(invitation))
        assert until(invitation, Phase.COMPARING).compared == words
        invitation.agree()
        timur.joining.wait_for_yes()
        before = timur.joining.fetch(seconds=0.2)  # the inviter's desk has not sent the keys yet
        assert (before.parts, len(before.missing)) == ((), 3)
        assert until(invitation, Phase.DONE).held == 0
        anna.sync()
        case = min(of_kind(anna, "case"))
        grant_case(anna.session, case, [timur.desk.session.member_id])
        anna.sync()
        timur.desk.sync()
        after = timur.joining.fetch(seconds=0.2)
    with closing(timur.desk):
        assert after.missing == ()
        assert {part.id for part in after.extra} == {case}


def test_a_vault_joins_one_team(anna: Desk, relay: RelaySimulator, tmp_path: Path) -> None:
    with invited(anna, plan(anna, "volunteer")) as invitation:
        timur = Newcomer(tmp_path / "timur", relay.door())
        timur.come_in(invitation, anna)
    with closing(timur.desk), pytest.raises(CardRefused, match="already"):
        Joining(timur.desk.session, relay.door(), name="Timur").prepare()


def test_the_way_by_files_still_works_beside_it(anna: Desk, relay: RelaySimulator, tmp_path: Path) -> None:
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="operator")
    with closing(boris):
        assert held(boris) == of_kind(anna, *STARTING_CIRCLES["operator"])
