"""The questionnaire and the gate: edited and decided at one desk, seen at all, heard by the relay sooner or later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.office.cards import check_intake_card
from leeward.office.hotline_page import gate, questionnaire
from leeward.office.team import hotline_of, team_of
from leeward.sync.errors import RelayUnreachable


@pytest.fixture
def desks(tmp_path: Path):  # type: ignore[no-untyped-def]  # noqa: ANN201 - two desks and what they share
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="operator")
    with closing(anna, boris):
        settle(anna, boris)
        yield anna, boris, relay


def ask(desk: Desk, **text: str) -> str:
    made = questionnaire.add_question(desk.session)
    questionnaire.set_question(desk.session, made, text, required=False)
    return made


def test_what_is_published_is_the_signed_card_and_reaches_the_relay(
    desks: tuple[Desk, Desk, RelaySimulator],
) -> None:
    anna, boris, _ = desks
    first = ask(anna, ru="Вам есть где спать?", en="Do you have a bed?")
    second = ask(anna, en="How many are you?")
    assert questionnaire.notice_due(anna.session) is None
    version = questionnaire.publish(anna.session)
    card = check_intake_card(version.card)
    assert card["questions"]["version"] == 1
    assert [one["id"] for one in card["questions"]["list"]] == [first, second]
    assert not any(one["required"] for one in card["questions"]["list"])
    team = team_of(anna.session)
    assert team is not None
    assert team.card == version.card
    assert questionnaire.put_notice(anna.session, anna.relay)
    assert not questionnaire.put_notice(anna.session, anna.relay)
    box = hotline_of(anna.session).box
    assert anna.relay.get_notice(box) == version.card.encode()
    settle(anna, boris)
    assert [one.number for one in questionnaire.versions(boris.session)] == [1]
    assert questionnaire.versions(boris.session)[0].created_by == anna.session.member_id


def test_a_relay_that_is_away_gets_the_notice_later(desks: tuple[Desk, Desk, RelaySimulator]) -> None:
    anna, _, _ = desks
    ask(anna, en="Do you have a bed?")
    version = questionnaire.publish(anna.session)
    anna.relay.away = True  # type: ignore[attr-defined]
    with pytest.raises(RelayUnreachable):
        questionnaire.put_notice(anna.session, anna.relay)
    anna.relay.away = False  # type: ignore[attr-defined]
    assert questionnaire.put_notice(anna.session, anna.relay)
    assert anna.relay.get_notice(hotline_of(anna.session).box) == version.card.encode()


def test_an_answer_is_read_beside_the_words_that_were_asked(desks: tuple[Desk, Desk, RelaySimulator]) -> None:
    anna, boris, _ = desks
    bed = ask(anna, ru="Где вы спите?", en="Where do you sleep?")
    questionnaire.publish(anna.session)
    questionnaire.set_question(anna.session, bed, {"en": "Have you a bed tonight?"}, required=False)
    questionnaire.publish(anna.session)
    questionnaire.drop_question(anna.session, bed)
    questionnaire.publish(anna.session)
    settle(anna, boris)
    asked = questionnaire.question_text
    assert asked(boris.session, 1, bed, "en") == "Where do you sleep?"
    assert asked(boris.session, 2, bed, "en") == "Have you a bed tonight?"
    assert asked(boris.session, 2, bed, "ru") == "Где вы спите?"
    assert asked(boris.session, 2, bed, "tr") == "Have you a bed tonight?"
    assert (
        asked(boris.session, 9, bed, "en") == "Have you a bed tonight?"
    )  # of a version this desk does not have yet
    assert asked(boris.session, 1, "nothing", "en") == ""
    assert json.loads(questionnaire.versions(boris.session)[0].card)["questions"]["list"] == []


def test_questions_are_moved_and_bounded(desks: tuple[Desk, Desk, RelaySimulator]) -> None:
    anna, _, _ = desks
    a, b, c = (ask(anna, en=text) for text in "ABC")
    questionnaire.move_question(anna.session, c, -1)
    questionnaire.move_question(anna.session, a, 5)
    assert [one.id for one in questionnaire.questions(anna.session)] == [c, b, a]
    assert questionnaire.unpublished(anna.session)
    questionnaire.publish(anna.session)
    assert not questionnaire.unpublished(anna.session)
    with pytest.raises(OutOfRange):
        questionnaire.set_question(anna.session, a, {"en": "x" * 301}, required=False)
    with pytest.raises(RuleBroken):
        questionnaire.set_question(anna.session, "nothing", {"en": "x"}, required=False)
    for _ in range(17):
        questionnaire.add_question(anna.session)
    with pytest.raises(OutOfRange):
        questionnaire.add_question(anna.session)


def test_two_desks_that_publish_at_once_both_stay_readable(desks: tuple[Desk, Desk, RelaySimulator]) -> None:
    anna, boris, _ = desks
    mine, his = ask(anna, en="Anna asks"), ask(boris, en="Boris asks")
    questionnaire.publish(anna.session)
    with pytest.raises(RuleBroken, match="fingerprint of another computer"):
        questionnaire.publish(boris.session)
    questionnaire.publish(boris.session, new_key=True)
    settle(anna, boris)
    assert questionnaire.signer(anna.session) == boris.device_id
    for desk in (anna, boris):
        assert questionnaire.question_text(desk.session, 1, mine, "en") == "Anna asks"
        assert questionnaire.question_text(desk.session, 1, his, "en") == "Boris asks"
    assert questionnaire.publish(boris.session).number == 2


def test_the_desk_that_signed_the_card_says_open_once_by_itself_and_no_other_does(
    desks: tuple[Desk, Desk, RelaySimulator],
) -> None:
    anna, boris, relay = desks
    box = hotline_of(anna.session).box
    assert not relay.boxes[box].gated
    assert not gate.tell_gate(boris.session, boris.relay)
    assert not relay.boxes[box].gated
    assert gate.tell_gate(anna.session, anna.relay)
    assert relay.boxes[box].gated
    assert not relay.boxes[box].known_only
    assert not gate.tell_gate(anna.session, anna.relay)


def test_the_gate_is_told_to_the_relay_once_and_seen_by_all(desks: tuple[Desk, Desk, RelaySimulator]) -> None:
    anna, boris, relay = desks
    box = hotline_of(anna.session).box
    assert gate.tell_gate(anna.session, anna.relay)
    assert not gate.gate_due(anna.session)
    gate.set_gate(anna.session, known_only=True)
    assert gate.gate_due(anna.session)
    assert gate.tell_gate(anna.session, anna.relay)
    assert relay.boxes[box].known_only
    settle(anna, boris)
    assert gate.gate_of(boris.session).known_only
    assert gate.gate_of(boris.session).changed_by == anna.session.member_id
    assert gate.tell_gate(boris.session, boris.relay)  # harmless: the same again
    gate.set_gate(boris.session, known_only=False)
    assert gate.tell_gate(boris.session, boris.relay)
    assert not relay.boxes[box].known_only
