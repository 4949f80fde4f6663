"""Going away with nothing and coming back: what is gone, what comes back, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.inviting import invited, until
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle
from tests.support.travelling import Returner, depart, plan_back, spoken, waiting

from leeward.domain.cases.case import Case
from leeward.domain.cases.work import Task
from leeward.domain.team import Member
from leeward.domain.travel import Away
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.ledger.roster import bond_paper
from leeward.office import travel_back
from leeward.office.cutoff import holders, make_new_keys, shut_out
from leeward.office.errors import CardRefused
from leeward.office.inviting import Phase
from leeward.office.meeting import InvitationOver
from leeward.office.team import grant_case, members
from leeward.seal.codes import make_code
from leeward.seal.returning import return_key


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", relay.door())
    with closing(desk):
        yield desk


@pytest.fixture
def mila(tmp_path: Path, relay: RelaySimulator, anna: Desk) -> Desk:
    """An operator with a case that Anna holds too, and one task in it."""
    desk = newcomer(tmp_path / "mila", anna, relay.door(), name="Mila")
    case(desk, anna, "Heron")
    settle(desk, anna)
    return desk


def case(desk: Desk, other: Desk | None, name: str) -> str:
    part: str = desk.vault.make_compartment("case").id
    me = desk.session.member_id
    made = Case(id=part, pseudonym=name, coordinator_id=me)
    task = Task(id=desk.session.make_id(), case_id=part, title="marker-task", owner_id=me)
    desk.session.commit(part, write_new(made), write_new(task))
    grant_case(desk.session, part, [me, *([other.session.member_id] if other else [])])
    return part


def held(desk: Desk) -> set[str]:
    return {one.id for one in desk.vault.compartments()}


def test_a_traveller_comes_back_as_the_same_person_with_everything(
    anna: Desk, mila: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    member, before, old = mila.session.member_id, held(mila), mila.device_id
    code = depart(mila, until=anna.session.now() + 1000)
    assert not mila.vault.folder.exists()
    settle(anna)
    assert anna.vault.roster()[old].removed_at
    assert make_new_keys(anna.session, 100) is False
    settle(anna)
    with invited(anna, plan_back(anna)) as invitation:
        back = Returner(tmp_path / "new", relay.door(), code)
        result = back.come_in(invitation, anna)
    with closing(back.desk):
        assert (result.missing, result.extra) == ((), ())
        settle(anna, back.desk)
        assert held(back.desk) == before
        assert back.desk.session.member_id == member
        assert [one.name for one in members(back.desk.session)] == ["Anna", "Mila"]
        (task,) = back.desk.session.find(Task)
        assert (task.title, task.owner_id) == ("marker-task", member)
        for desk in (anna, back.desk):
            roster = desk.vault.roster()
            assert roster[old].removed_at
            assert roster[back.desk.device_id].member_id == member
            assert not roster[back.desk.device_id].removed_at
        back.desk.session.commit(task.compartment, put("task", task.id, title="written afterwards"))
        settle(back.desk, anna)
        assert [one.title for one in anna.session.find(Task)] == ["written afterwards"]


def test_what_was_left_out_stays_out_and_nobody_is_asked_for_it(
    anna: Desk, mila: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    secret = case(mila, anna, "Left")
    settle(mila, anna)
    before = held(mila)
    code = depart(mila)
    settle(anna)
    with invited(anna, plan_back(anna, without=(secret,))) as invitation:
        back = Returner(tmp_path / "new", relay.door(), code)
        back.come_in(invitation, anna)
    with closing(back.desk):
        settle(anna, back.desk)
        assert held(back.desk) == before - {secret}
        (line,) = travel_back.lines(anna.session)
        assert line.back == ()


def test_what_the_one_who_lets_in_does_not_hold_others_are_asked_for(
    anna: Desk, mila: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris")
    settle(boris, mila, anna)
    theirs = case(mila, boris, "Theirs")
    settle(mila, anna, boris)
    code = depart(mila)
    settle(anna, boris)
    with invited(anna, plan_back(anna)) as invitation:
        back = Returner(tmp_path / "new", relay.door(), code)
        back.come_in(invitation, anna)
    with closing(back.desk, boris):
        settle(anna, boris, back.desk)
        assert theirs not in held(back.desk)
        assert travel_back.lines(anna.session)[0].back == ()
        (line,) = travel_back.lines(boris.session)
        assert line.back == (theirs,)
        assert any("Mila" in str(need.what) for need in travel_back.needs_now(boris.session))
        travel_back.give_back(boris.session, line.away.id, line.back)
        settle(boris, back.desk, anna)
        assert theirs in held(back.desk)
        assert travel_back.needs_now(boris.session) == []


def test_the_burnt_device_is_shut_out_of_all_that_is_written_later(anna: Desk, mila: Desk) -> None:
    old = mila.device_id
    depart(mila)
    settle(anna)
    make_new_keys(anna.session, 100)
    for part in anna.vault.compartments():
        if old in holders(anna.session, part.id):
            assert old in shut_out(anna.session, part)


@pytest.mark.parametrize("forced", [False, True])
def test_other_words_let_nobody_in(
    anna: Desk,
    mila: Desk,
    relay: RelaySimulator,
    tmp_path: Path,
    forced: bool,  # noqa: FBT001
) -> None:
    code = depart(mila)
    settle(anna)
    words = code.alarm_form() if forced else make_code(anna.session.chance)
    before = set(anna.vault.roster())
    with invited(anna, plan_back(anna)) as invitation:
        back = Returner(tmp_path / "new", relay.door(), words, seconds=3)
        with closing(back.desk):
            with pytest.raises(InvitationOver):
                back.come_in(invitation, anna)
            state = until(invitation, Phase.OVER)
            assert state.why is not None
            assert ("forced" in str(state.why)) is forced
            anna.sync()
            assert set(anna.vault.roster()) == before
            assert held(back.desk) == set()
    assert waiting(anna).open


def test_the_words_without_a_colleague_open_nothing(
    anna: Desk, mila: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    code = depart(mila)
    settle(anna)
    back = Returner(tmp_path / "new", relay.door(), code)
    with closing(back.desk):
        part = anna.vault.make_compartment("case").id
        grant_case(anna.session, part, [waiting(anna).member_id])
        settle(anna, back.desk)
        assert held(back.desk) == set()
        assert back.desk.device_id not in anna.vault.roster()


def test_the_same_words_bring_back_once_and_a_second_journey_has_its_own(
    anna: Desk, mila: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    member, first = mila.session.member_id, depart(mila)
    settle(anna)
    plan = plan_back(anna)
    with invited(anna, plan) as invitation:
        back = Returner(tmp_path / "one", relay.door(), first)
        back.come_in(invitation, anna)
    settle(anna, back.desk)
    with invited(anna, plan) as invitation:
        again = Returner(tmp_path / "two", relay.door(), first, seconds=3)
        with closing(again.desk), pytest.raises(InvitationOver):
            again.come_in(invitation, anna)
    before = held(back.desk)
    second = depart(back.desk)
    assert spoken(second) != spoken(first)
    settle(anna)
    with invited(anna, plan_back(anna)) as invitation:
        last = Returner(tmp_path / "three", relay.door(), second)
        last.come_in(invitation, anna)
    with closing(last.desk):
        settle(anna, last.desk)
        assert last.desk.session.member_id == member
        assert held(last.desk) == before
        assert [one.name for one in last.desk.session.find(Member)].count("Mila") == 1


def test_who_is_waited_for_no_longer_is_not_let_in_as_themselves(
    anna: Desk, mila: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    code = depart(mila, until=1)
    settle(anna)
    assert [str(need.tag) for need in travel_back.needs_now(anna.session)] == ["Still away"]
    plan = plan_back(anna)
    travel_back.close(anna.session, waiting(anna).id)
    assert travel_back.needs_now(anna.session) == []
    with invited(anna, plan) as invitation:
        back = Returner(tmp_path / "new", relay.door(), code, seconds=3)
        with closing(back.desk):
            with pytest.raises(InvitationOver):
                back.come_in(invitation, anna)
            assert held(back.desk) == set()


def test_a_record_without_the_bond_makes_nobody_somebody_else(
    anna: Desk, mila: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    """Boris writes that Mila is away, with words of his own: Anna's desk lets nobody in as Mila."""
    boris = newcomer(tmp_path / "boris", anna, relay.door(), name="Boris")
    code = make_code(boris.session.chance)
    back = return_key(code).verify_key().fingerprint()
    false = Away(
        id=boris.session.make_id(), member_id=mila.session.member_id, device_id=mila.device_id, back_id=back
    )
    boris.session.commit(boris.session.compartment_of("team"), bond_paper(back), write_new(false))
    settle(boris, anna, mila)
    with invited(anna, plan_back(anna)) as invitation, closing(boris, mila):
        impostor = Returner(tmp_path / "new", relay.door(), code, seconds=3)
        with closing(impostor.desk):
            with pytest.raises(CardRefused):
                impostor.come_in(invitation, anna)
            settle(anna, impostor.desk)
            assert held(impostor.desk) == set()
            assert impostor.desk.device_id not in anna.vault.roster()
    assert waiting(anna).open


def test_after_the_return_the_words_open_nothing_that_was_given(
    anna: Desk, mila: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    """Whoever learns the words afterwards makes a device with the same id: the grants were sealed to another key."""
    code = depart(mila)
    settle(anna)
    with invited(anna, plan_back(anna)) as invitation:
        back = Returner(tmp_path / "new", relay.door(), code)
        back.come_in(invitation, anna)
    with closing(back.desk):
        late = Returner(tmp_path / "late", relay.door(), code)
        with closing(late.desk):
            assert late.desk.device_id == back.desk.device_id
            assert late.desk.vault.device.identity.string() != back.desk.vault.device.identity.string()
            assert late.desk.vault.device.box != back.desk.vault.device.box
            settle(anna, late.desk)
            assert held(late.desk) == set()
