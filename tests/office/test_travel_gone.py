"""Going away: refused while something would be lost, whole or not at all when cut off, and nothing left afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from tests.support.inviting import invited
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import PASSPHRASE, Desk, closing, found, newcomer, settle
from tests.support.travelling import Returner, depart, plan_back, spoken

from leeward.base.ports import SystemChance, SystemClock
from leeward.domain.cases.case import Case
from leeward.domain.travel import Away
from leeward.domain.typed import write_new
from leeward.ledger.errors import NoVault
from leeward.ledger.model import put
from leeward.ledger.store.burn import burn
from leeward.ledger.store.vault import Vault
from leeward.office import beside, computer, travel, travel_back
from leeward.office.cutoff import make_new_keys
from leeward.office.relay import use_relay
from leeward.office.session import Session
from leeward.office.team import grant_case
from leeward.sync.errors import RelayUnreachable

MARK = "marker-written-after-leaving"


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
    desk = newcomer(tmp_path / "mila", anna, relay.door(), name="Mila")
    part = desk.vault.make_compartment("case").id
    desk.session.commit(part, write_new(Case(id=part, pseudonym="Heron")))
    grant_case(desk.session, part, [desk.session.member_id, anna.session.member_id])
    settle(desk, anna)
    return desk


def again(desk: Desk, relay: RelaySimulator) -> Desk:
    """Open the vault anew, as after a crash."""
    desk.close()
    vault = Vault.open(desk.vault.folder, PASSPHRASE, clock=SystemClock(), chance=SystemChance())
    use_relay(vault, door := relay.door())
    return Desk(Session(vault, clock=SystemClock(), chance=SystemChance()), door)


def send(desk: Desk) -> Callable[[], None]:
    return partial(travel.send_all, desk.session, desk.relay)


class CutOff(Exception):
    """The power failed."""


def cut_at(desk: Desk, call: int, *, before: bool) -> Callable[[], None]:
    calls = [0]

    def go() -> None:
        calls[0] += 1
        if calls[0] == call and before:
            raise CutOff
        travel.send_all(desk.session, desk.relay)
        if calls[0] == call:
            raise CutOff

    return go


@pytest.mark.parametrize("call", [1, 2, 3])
@pytest.mark.parametrize("before", [True, False])
def test_cut_off_at_any_step_the_vault_works_and_leaving_goes_on(
    anna: Desk,
    mila: Desk,
    relay: RelaySimulator,
    tmp_path: Path,
    call: int,
    before: bool,  # noqa: FBT001
) -> None:
    code = travel.words(mila.session)
    with pytest.raises(CutOff):
        travel.leave(mila.session, cut_at(mila, call, before=before), spoken(code))
    mila = again(mila, relay)
    assert [one.pseudonym for one in mila.session.find(Case)] == ["Heron"]
    assert travel.words(mila.session) == code
    assert depart(mila) == code
    assert not mila.vault.folder.exists()
    settle(anna)
    assert len(anna.session.find(Away)) == 1
    with invited(anna, plan_back(anna)) as invitation:
        back = Returner(tmp_path / "new", relay.door(), code)
        back.come_in(invitation, anna)
    with closing(back.desk):
        settle(anna, back.desk)
        assert [one.pseudonym for one in back.desk.session.find(Case)] == ["Heron"]


@pytest.mark.parametrize("gone", [(), ("vault.db",), ("vault.db", "blobs", "slots.burnt")])
def test_what_a_crash_left_of_a_removal_is_removed(mila: Desk, gone: tuple[str, ...]) -> None:
    mila.close()
    folder = mila.vault.folder
    burn(folder)
    for name in gone:
        place = folder / name
        shutil.rmtree(place, ignore_errors=True) if place.is_dir() else place.unlink(missing_ok=True)
    assert travel.is_half_gone(folder)
    assert travel.remove(folder) == ()
    assert not folder.exists()


def test_a_folder_without_a_vault_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "diary.txt").write_text("mine")
    assert not travel.is_half_gone(tmp_path / "notes")
    with pytest.raises(NoVault):
        travel.remove(tmp_path / "notes")
    assert (tmp_path / "notes" / "diary.txt").read_text() == "mine"


def test_nothing_of_the_vault_is_left_and_what_is_not_the_vaults_is_named(mila: Desk) -> None:
    folder = mila.vault.folder
    mila.vault.blob_put("a" * 64, b"sealed")
    beside.set_up(mila.session, "forced words of six", "forced words of six", circles=(), alone=False)
    (folder / "diary.txt").write_text("mine")
    code = travel.words(mila.session)
    travel.leave(mila.session, send(mila), spoken(code))
    travel.remove_open(mila.session)  # as the desk does, with the vault open
    mila.close()
    travel.remove_remains(mila.vault)
    assert [one.name for one in folder.iterdir()] == ["diary.txt"]
    assert not list(folder.parent.glob("mila.*"))
    with pytest.raises(NoVault):
        Vault.open(folder, PASSPHRASE, clock=SystemClock(), chance=SystemChance())


def test_a_copy_of_the_folder_reads_nothing_that_was_written_after(
    anna: Desk, mila: Desk, relay: RelaySimulator, tmp_path: Path
) -> None:
    beside.set_up(mila.session, "forced words of six", "forced words of six", circles=(), alone=False)
    settle(mila, anna)
    copies: dict[str, Path] = {}
    for words in (PASSPHRASE, "forced words of six"):
        mila.close()
        copies[words] = shutil.copytree(mila.vault.folder, tmp_path / f"copy{len(copies)}")
        mila = again(mila, relay)
    depart(mila)
    settle(anna)
    while make_new_keys(anna.session, 50):
        anna.sync()
    anna.sync()
    for part in anna.vault.compartments():
        anna.session.commit(part.id, put("claim", anna.session.make_id(), text=MARK))
    anna.sync()
    for words, folder in copies.items():
        vault = Vault.open(folder, words, clock=SystemClock(), chance=SystemChance())
        thief = Desk(Session(vault, clock=SystemClock(), chance=SystemChance()), relay.door())
        with closing(thief):
            for _ in range(3):
                thief.sync()
            assert thief.vault.search(MARK).hits == []
            assert not any(MARK in str(one.fields) for one in thief.vault.find("claim"))


def refused(desk: Desk, words: str, code: str = "travel.cannot-leave") -> str:
    with pytest.raises((travel.CannotLeave, travel.WordsDiffer)) as error:
        travel.leave(desk.session, send(desk), words)
    assert error.value.code == code
    assert desk.session.find(Away) == []
    return str(error.value)


def test_leaving_is_refused_while_something_would_be_lost(anna: Desk, mila: Desk) -> None:
    words = spoken(travel.words(mila.session))
    computer.leave_typed(mila.session, "/people", [("Note", "half a sentence")])
    assert "typed and not sent" in refused(mila, words)
    computer.forget_typed(mila.session)
    alone = mila.vault.make_compartment("case").id
    mila.session.commit(alone, write_new(Case(id=alone, pseudonym="Gull")))
    assert [one.about for one in travel.look(mila.session).alone] == ["Gull"]
    assert "held by nobody else" in refused(mila, words)
    travel.hand_on(mila.session, [alone], anna.session.member_id)
    assert travel.look(mila.session).alone == ()
    first, second, *rest = words.split()
    refused(mila, " ".join((second, first, *rest)), "travel.words-differ")
    refused(mila, " ".join((*words.split()[:6], *reversed(words.split()[6:]))), "travel.words-differ")
    refused(mila, "", "travel.words-differ")
    depart(mila)
    anna.sync()
    assert "Gull" in {one.pseudonym for one in anna.session.find(Case)}


def test_a_team_of_one_cannot_leave(anna: Desk) -> None:
    words = spoken(travel.words(anna.session))
    assert "let you in again" in refused(anna, words)


def test_without_a_relay_nothing_is_removed(mila: Desk, relay: RelaySimulator) -> None:
    words = spoken(travel.words(mila.session))
    mila.relay.away = True  # type: ignore[attr-defined]
    with pytest.raises(RelayUnreachable):
        travel.leave(mila.session, send(mila), words)
    with closing(again(mila, relay)) as _:
        pass
    assert (mila.vault.folder / "vault.db").exists()


def test_called_off_the_words_bring_nobody_back(anna: Desk, mila: Desk, relay: RelaySimulator) -> None:
    code = travel.words(mila.session)
    with pytest.raises(CutOff):
        travel.leave(mila.session, cut_at(mila, 2, before=False), spoken(code))
    assert travel.is_leaving(mila.session)
    travel.stay(mila.session)
    assert not travel.is_leaving(mila.session)
    assert travel.words(mila.session) != code
    settle(mila, anna)
    assert travel_back.waited_for(anna.session) == []
    assert not anna.vault.roster()[mila.device_id].removed_at
    again(mila, relay).close()
