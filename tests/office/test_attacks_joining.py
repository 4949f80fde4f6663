"""Attacks on joining: the relay, somebody who knows the number, somebody who overheard the code, a false newcomer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.inviting import Newcomer, beside, code_of, invited, plan, until, wait_until
from tests.support.relay_simulator import Door, RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.base.errors import LeewardError
from leeward.base.ports import SystemChance
from leeward.office import joining as joining_module
from leeward.office import meeting
from leeward.office.inviting import Invitation, Phase
from leeward.office.joining import Joining
from leeward.office.meeting import InvitationOver
from leeward.office.team import device_card, members
from leeward.seal.errors import GuessWrong, JoinMalformed
from leeward.seal.pake import JoinCode, Joiner, Meeting, Step, parse_join_code
from leeward.seal.wordlists import words_of


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often: the relay of these tests tells nobody that a box is gone."""
    monkeypatch.setattr(meeting, "_SLICE_SECONDS", 0.1)


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", relay.door())
    desk.sync()
    with closing(desk):
        yield desk


@pytest.fixture
def timur(tmp_path: Path, relay: RelaySimulator) -> Iterator[Newcomer]:
    made = Newcomer(tmp_path / "timur", relay.door())
    with closing(made.desk):
        yield made


def other_words(code: str) -> str:
    known = words_of("en")
    number, *words = code.split()
    return " ".join((number, *words[:2], next(word for word in known if word not in words)))


def nobody_came(anna: Desk) -> None:
    assert list(anna.vault.roster()) == [anna.device_id]
    assert [one.name for one in members(anna.session)] == ["Anna"]
    assert anna.vault.local_get("outbox.items") in (None, [])


def meeting_of(code: str) -> Meeting:
    return Meeting(code[:6])


def test_a_wrong_word_is_one_guess_and_both_are_told(
    anna: Desk, timur: Newcomer, relay: RelaySimulator
) -> None:
    with invited(anna, plan(anna, "operator")) as invitation:
        code = code_of(invitation)
        with pytest.raises(GuessWrong):
            timur.joining.meet(other_words(code))
        why = until(invitation, Phase.OVER).why
        assert isinstance(why, GuessWrong)
        wait_until(lambda: meeting_of(code).box not in relay.boxes)
        with pytest.raises(InvitationOver, match="no invitation"):
            timur.joining.meet(code)  # the right words come too late
        with pytest.raises(LeewardError):
            invitation.agree()
    nobody_came(anna)


def test_a_thousand_guesses_are_one(anna: Desk, relay: RelaySimulator) -> None:
    door, tried = relay.door(), 0
    with invited(anna, plan(anna, "operator")) as invitation:
        code, _ = parse_join_code(code_of(invitation))
        place = Meeting(code.number)
        wait_until(lambda: len(relay.boxes[place.box].items) == 1)
        hello = relay.boxes[place.box].items[0].untrusted_sealed
        for guess in range(1000):
            answer = Joiner(JoinCode(int(code.number), (0, 0, guess)), SystemChance()).answer(hello)
            try:
                door.append(place.box, place.write, place.items[Step.ANSWER], answer)
                tried += 1
            except LeewardError:
                if place.box not in relay.boxes:
                    break
        until(invitation, Phase.OVER)
    assert tried == 1  # the message has one place; others are refused, and then the box is gone
    nobody_came(anna)


def test_an_overheard_code_that_is_used_first_shows_words_that_the_newcomer_does_not_have(
    anna: Desk, timur: Newcomer, relay: RelaySimulator, tmp_path: Path
) -> None:
    thief = Newcomer(tmp_path / "thief", relay.door(), name="Timur")
    with invited(anna, plan(anna, "operator")) as invitation, closing(thief.desk):
        code = code_of(invitation)
        thief.joining.meet(code)
        until(invitation, Phase.COMPARING)
        with pytest.raises(LeewardError):
            timur.joining.meet(code)
        invitation.refuse()
        with pytest.raises(LeewardError):
            thief.joining.wait_for_yes()
        assert until(invitation, Phase.OVER).compared == ()
    nobody_came(anna)
    assert thief.desk.vault.compartments() == []


@pytest.mark.parametrize("step", [Step.HELLO, Step.ANSWER, Step.OFFER, Step.CARD, Step.NUMBER, Step.WELCOME])
def test_a_relay_that_changes_a_message_lets_nobody_in_unseen(
    anna: Desk, timur: Newcomer, relay: RelaySimulator, step: Step
) -> None:
    with invited(anna, plan(anna, "operator"), relay=_Tearing(relay, step)) as invitation:
        timur.joining._relay = _Tearing(relay, step)
        with pytest.raises((GuessWrong, JoinMalformed, InvitationOver)):
            go_in(timur, invitation)
        if step != Step.WELCOME:
            invitation.stop()
            assert until(invitation, Phase.OVER).why is not None
            nobody_came(anna)
    assert timur.desk.vault.compartments() == []


def go_in(timur: Newcomer, invitation: Invitation) -> None:
    timur.joining.meet(code_of(invitation))
    until(invitation, Phase.COMPARING)
    invitation.agree()
    timur.joining.wait_for_yes()


class _Tearing(Door):
    """A door that changes one bit of one message, wherever it is read."""

    def __init__(self, store: RelaySimulator, step: Step) -> None:
        super().__init__(store)
        self._step = step

    def append(self, box: str, write: str, item: str, sealed: bytes) -> int:
        if sealed.startswith(b"leeward-join-1 %d\n" % self._step):
            sealed = sealed[:-5] + bytes([sealed[-5] ^ 1]) + sealed[-4:]
        return super().append(box, write, item, sealed)


def test_a_relay_that_reorders_and_repeats_hinders_nothing(
    anna: Desk, timur: Newcomer, relay: RelaySimulator
) -> None:
    for door in (anna.relay, timur.desk.relay):
        assert isinstance(door, Door)
        door.reorder = door.replay = True
    with invited(anna, plan(anna, "volunteer")) as invitation:
        code = code_of(invitation)
        words = timur.joining.meet(code)
        assert until(invitation, Phase.COMPARING).compared == words


def test_a_relay_that_keeps_messages_back_is_waited_for_and_no_longer(
    anna: Desk, timur: Newcomer, relay: RelaySimulator
) -> None:
    with invited(anna, plan(anna, "volunteer"), seconds=1.0) as invitation:
        code = code_of(invitation)
        assert isinstance(anna.relay, Door)
        anna.relay.hide.add((meeting_of(code).box, 2))
        with pytest.raises(LeewardError):
            timur.joining.meet(code)
        state = until(invitation, Phase.OVER)
        assert "time" in str(state.why)
        wait_until(lambda: meeting_of(code).box not in relay.boxes)
    nobody_came(anna)


def test_a_relay_that_is_away_for_a_moment_costs_a_moment(
    anna: Desk, timur: Newcomer, relay: RelaySimulator
) -> None:
    with invited(anna, plan(anna, "volunteer")) as invitation:
        code = code_of(invitation)
        assert isinstance(anna.relay, Door)
        anna.relay.away = True
        with beside(lambda: void(timur.joining.meet(code))):
            anna.relay.away = False
            until(invitation, Phase.COMPARING)


def test_the_relay_reads_nothing_of_it(anna: Desk, relay: RelaySimulator, timur: Newcomer) -> None:
    seen: list[bytes] = []

    class Watching(Door):
        def append(self, box: str, write: str, item: str, sealed: bytes) -> int:
            seen.append(sealed)
            return super().append(box, write, item, sealed)

    watching = Watching(relay)
    timur.joining._relay = watching
    with invited(anna, plan(anna, "operator"), relay=watching) as invitation:
        code = code_of(invitation)
        timur.come_in(invitation, anna)
        compared = invitation.state.compared
    everything = b"".join(seen)
    marks = ["Timur", "Harbour line", anna.device_id, timur.desk.device_id, *code.split(), *compared]
    marks += [one.id for one in anna.vault.compartments()]
    assert [mark for mark in marks if mark.encode() in everything] == []
    assert len(seen) == 7


def test_strangers_notes_are_passed_over_and_a_flood_is_told(
    anna: Desk, timur: Newcomer, relay: RelaySimulator
) -> None:
    stranger = relay.door()
    with invited(anna, plan(anna, "volunteer")) as invitation:
        code = code_of(invitation)
        place = meeting_of(code)
        for number in range(20):
            stranger.append(place.box, place.write, f"{number:032x}", b"junk" * number)
        assert timur.joining.meet(code) == until(invitation, Phase.COMPARING).compared
    with invited(anna, plan(anna, "volunteer")) as invitation:
        place = meeting_of(code_of(invitation))
        for number in range(60):
            with contextlib.suppress(LeewardError):  # the box may be gone by then
                stranger.append(place.box, place.write, f"{number:032x}", b"junk")
        assert "Somebody else wrote" in str(until(invitation, Phase.OVER).why)


def void(_words: object) -> None:
    """Drop what a step gives."""


def lying(card: Callable[[Joining], str]) -> Callable[[Joining, pytest.MonkeyPatch], None]:
    def use(joining: Joining, monkeypatch: pytest.MonkeyPatch) -> None:
        made = card(joining)
        monkeypatch.setattr(joining_module, "device_card", lambda *_args, **_more: made)

    return use


@pytest.mark.parametrize(
    "lie", ["", "{}", "[1]", "nonsense", "\udc80".encode("utf-8", "replace").decode(), "x" * 60_000]
)
def test_a_card_that_is_none_lets_nobody_in(
    anna: Desk, timur: Newcomer, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    lying(lambda _: lie)(timur.joining, monkeypatch)
    with invited(anna, plan(anna, "operator")) as invitation:
        with pytest.raises(LeewardError):
            timur.joining.meet(code_of(invitation))
        assert until(invitation, Phase.OVER).why is not None
    nobody_came(anna)


def test_a_newcomer_cannot_make_itself_the_inviters_own_device(
    anna: Desk, timur: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = device_card(timur.desk.session, name="Timur", role="", beside=anna.device_id)
    lying(lambda _: card)(timur.joining, monkeypatch)
    with invited(anna, plan(anna, "operator")) as invitation:
        with pytest.raises(LeewardError):
            timur.joining.meet(code_of(invitation))
        assert "something else" in str(until(invitation, Phase.OVER).why)
    nobody_came(anna)


def test_an_own_computer_is_not_let_in_as_somebody_new(
    anna: Desk, timur: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = device_card(timur.desk.session, name="Timur", role="")
    lying(lambda _: card)(timur.joining, monkeypatch)
    with invited(anna, plan(anna, "operator", own=True)) as invitation:
        with pytest.raises(LeewardError):
            timur.joining.meet(code_of(invitation))
        assert "something else" in str(until(invitation, Phase.OVER).why)
    nobody_came(anna)


def test_a_colleagues_card_shown_as_ones_own_is_refused(
    anna: Desk, timur: Newcomer, relay: RelaySimulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="volunteer")
    settle(anna, boris)
    stolen = device_card(boris.session, name="Impostor", role="")
    lying(lambda _: stolen)(timur.joining, monkeypatch)
    with closing(boris), invited(anna, plan(anna, "operator")) as invitation:
        with pytest.raises(LeewardError):
            timur.joining.meet(code_of(invitation))
        assert "already" in str(until(invitation, Phase.OVER).why)
        assert {one.name for one in members(anna.session)} == {"Anna", "Boris"}


def test_a_number_that_is_taken_is_drawn_anew(
    anna: Desk, relay: RelaySimulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [JoinCode(number, (1, 2, 3)) for number in (1, 2, 3)]
    for squatted in (Meeting("000001"), Meeting("000002")):
        read = squatted.read if squatted.box == Meeting("000001").box else "ab" * 32
        relay.door().make_box(squatted.box, read, squatted.write)
    monkeypatch.setattr("leeward.office.inviting.make_join_code", lambda _chance: codes.pop(0))
    with invited(anna, plan(anna, "operator")) as invitation:
        assert until(invitation, Phase.WAITING).number == "000003"
    assert Meeting("000001").box in relay.boxes  # somebody else's is left alone
    assert Meeting("000003").box not in relay.boxes


def test_a_desk_that_is_locked_after_yes_keeps_the_welcome_for_another_way(
    anna: Desk, timur: Newcomer, relay: RelaySimulator
) -> None:
    with invited(anna, plan(anna, "volunteer")) as invitation:
        timur.joining.meet(code_of(invitation))
        until(invitation, Phase.COMPARING)
        assert isinstance(anna.relay, Door)
        anna.relay.away = True
        invitation.agree()
        invitation.stop()
        state = until(invitation, Phase.DONE)
        assert not state.told
        assert state.admission is not None
        assert state.admission.welcome
        anna.relay.away = False
        assert timur.desk.device_id in anna.vault.roster()


def test_an_invitation_cannot_be_agreed_to_early_twice_or_late(anna: Desk, timur: Newcomer) -> None:
    def refuses(invitation: Invitation) -> None:
        with pytest.raises(LeewardError):
            invitation.agree()

    with invited(anna, plan(anna, "volunteer")) as invitation:
        refuses(invitation)
        code = code_of(invitation)
        refuses(invitation)
        timur.joining.meet(code)
        until(invitation, Phase.COMPARING)
        invitation.agree()
        refuses(invitation)
    assert len(anna.vault.roster()) == 2
