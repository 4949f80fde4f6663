"""Whoever may be in other hands is told nothing that leads to a place, and nobody lifts it alone."""

from __future__ import annotations

import pytest
from tests.office.intake_scene import anna, boris, clock, knows_places, relay, writes
from tests.support.reporter import item_id
from tests.support.teams import Desk, StillClock, settle

from leeward.domain.cases.case import Case
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.today import Urgency
from leeward.office import casework_checkins, intake
from leeward.office.casework_open import open_case

__all__ = ["anna", "boris", "clock", "relay"]

MINUTE = 60_000
HOUR = 60 * MINUTE


LEADS = [
    "Вас ждут в Гавани 2",
    "адрес: ПОЛЕВАЯ, 12",
    "поезд до Ельца",
    "ждите в Нижней Поляне",
    "вас встретят у фонтана",
    "then on to Norland",
    "poezd do Eltsa",
]


@pytest.mark.parametrize("text", LEADS)
def test_nothing_that_leads_to_a_place_goes_to_whoever_may_be_in_other_hands(anna: Desk, text: str) -> None:
    session = anna.session
    knows_places(session)
    _, contact = writes(session, "раз")
    assert intake.answer(session, contact, text).text == text  # while they are free, nobody is asked
    intake.mark_captured(session, contact, "Пишет другими словами.")
    for sensitive in (False, True):
        with pytest.raises(intake.LeadsToAPlace) as refused:
            intake.answer(session, contact, text, sensitive=sensitive)
        assert "was not sent" in str(refused.value)
    assert intake.draft_of(session, contact) == text
    intake.answer(session, contact, "Берегите себя, мы читаем.")


def test_what_the_alarm_form_shows_never_leads_to_a_place(anna: Desk) -> None:
    knows_places(anna.session)
    _, contact = writes(anna.session, "раз")
    with pytest.raises(RuleBroken):
        intake.answer(anna.session, contact, "в девять", sensitive=True, cover="Вы уже в Ельце?")


def test_an_alarm_stops_places_at_once_and_warns_case_and_links(anna: Desk, boris: Desk) -> None:
    session = anna.session
    knows_places(session)
    reporter, contact = writes(session, "раз")
    opened = open_case(session, contact).case_id
    _, friend = writes(session, "два")
    intake.link(session, contact, friend)
    intake.take_in(session, item_id(), reporter.opened(alarm=True))
    with pytest.raises(intake.LeadsToAPlace):
        intake.answer(session, contact, "поезд до Ельца")
    intake.take_up_alarm(session, contact)
    kept = session.get(Case, opened)
    assert kept is not None
    assert kept.seized
    exposed = [need for need in intake.needs_now(session) if need.urgency == Urgency.EXPOSED]
    assert [need.href for need in exposed] == [f"/inbox/{friend}"]
    intake.warn(session, contact, friend)
    assert not [need for need in intake.needs_now(session) if need.urgency == Urgency.EXPOSED]
    with pytest.raises(RuleBroken):  # whoever took up the alarm does not take it back
        intake.lift_captured(session, contact, "Жив и здоров.")
    settle(anna, boris)
    with pytest.raises(OutOfRange):
        intake.lift_captured(boris.session, contact, " ")
    intake.lift_captured(boris.session, contact, "Видели вместе с Тимуром.")
    settle(anna, boris)
    assert intake.answer(session, contact, "поезд до Ельца").text


def test_there_is_no_way_around_and_nobody_lifts_their_own_word(anna: Desk, boris: Desk) -> None:
    _, contact = writes(anna.session, "раз")
    with pytest.raises(OutOfRange):
        intake.mark_captured(anna.session, contact, "")
    with pytest.raises(RuleBroken):
        intake.lift_captured(anna.session, contact, "Никто и не думал.")
    intake.mark_captured(anna.session, contact, "Странно.")
    with pytest.raises(RuleBroken):
        intake.lift_captured(anna.session, contact, "Ошибка.")
    settle(anna, boris)
    assert intake.line_for(boris.session, contact).captured_since
    intake.lift_captured(boris.session, contact, "Голос, пароль, видео.")
    assert not intake.line_for(boris.session, contact).captured_since


def test_the_agreed_word_in_a_sign_of_life_stops_places_too(anna: Desk, clock: StillClock) -> None:
    session = anna.session
    knows_places(session)
    _, contact = writes(session, "раз")
    case = open_case(session, contact).case_id
    [check_in] = casework_checkins.schedule_check_ins(session, case, clock.now + HOUR)
    casework_checkins.answer_check_in(session, check_in, "Всё отлично, тётя.", forced=True)
    with pytest.raises(intake.LeadsToAPlace):
        intake.answer(session, contact, "поезд до Ельца")


def test_an_alarm_that_nobody_took_up_is_not_taken_back(anna: Desk, boris: Desk) -> None:
    reporter, contact = writes(anna.session, "раз")
    intake.take_in(anna.session, item_id(), reporter.again("где вы?", alarm=True))
    settle(anna, boris)
    with pytest.raises(RuleBroken):
        intake.lift_captured(boris.session, contact, "Всё хорошо.")
