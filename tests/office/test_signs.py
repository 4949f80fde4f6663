"""Signs of life: what answers what, what an alarm survives, and who is asked while nobody tries."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.clocks import HandClock

from leeward.domain.cases.case import Case
from leeward.domain.cases.checkins import CheckIn, CheckInState, answered_by
from leeward.domain.cases.ladder import Rung, check_rungs
from leeward.domain.errors import OutOfRange
from leeward.domain.relocation.journeys import Leg
from leeward.domain.team import Member
from leeward.domain.today import Urgency
from leeward.domain.typed import Note
from leeward.ledger.model import put
from leeward.office import (
    casework,
    casework_checkins,
    casework_history,
    relocation,
    relocation_journeys,
    rhythms,
    today,
)
from leeward.office.casework_base import tonight
from leeward.office.casework_open import open_case
from leeward.office.ladders import set_case_ladder, set_team_ladder, team_ladder
from leeward.office.session import Session
from leeward.office.signs_now import missing, watched
from leeward.office.signs_words import is_forced_word

MINUTE, HOUR = 60_000, 3_600_000
DAY = 24 * HOUR


def case(session: Session, name: str = "Juniper") -> str:
    return open_case(session, "", pseudonym=name).case_id


def ahead(session: Session, case_id: str) -> list[int]:
    return sorted(
        one.due
        for one in session.find(CheckIn, case_id=case_id)
        if one.state(session.now()) == CheckInState.AHEAD
    )


def night(session: Session, after: int = 0) -> str:
    return (dt.date.fromisoformat(tonight(session)) + dt.timedelta(days=after)).isoformat()


def test_it_stands_on_top_of_every_desk_though_a_colleague_is_asked_first(
    session: Session, clock: HandClock
) -> None:
    colleague = session.make_id()
    session.save_new(
        session.compartment_of("team"),
        Member(id=colleague, name="Timur", role="coordinator", on_duty_until=clock.ms + DAY),
    )
    (check,) = casework_checkins.schedule_check_ins(
        session, case(session), clock.ms + HOUR, grace=15 * MINUTE, who_id=colleague
    )
    clock.ms += 2 * HOUR - 46 * MINUTE
    assert [one.urgency for one in today.gather(session).needs] == []
    clock.ms += 2 * MINUTE
    (need,) = today.gather(session).needs
    assert need.urgency == Urgency.MISSED
    assert need.check_id == check
    assert "Timur is asked first" in str(need.why)
    clock.ms += 11 * MINUTE  # nothing was noted: everybody is asked
    assert "Timur" not in str(today.gather(session).needs[0].why)


def test_each_step_comes_by_its_time_and_one_press_says_what_came_of_it(
    session: Session, clock: HandClock
) -> None:
    (check,) = casework_checkins.schedule_check_ins(session, case(session), clock.ms, grace=0)
    clock.ms += MINUTE
    assert "Call them" in str(today.gather(session).needs[0].why)
    casework_checkins.try_step(session, check, "no-answer")
    need = today.gather(session).needs[0]
    assert need.tried
    assert "Ask the partner" in str(need.why)
    clock.ms += 31 * MINUTE
    need = today.gather(session).needs[0]
    assert (need.check_id, need.tried) == (check, False)
    assert str(need.why) == "Ask the partner nearest to them to look."
    clock.ms += 2 * HOUR  # nobody tried
    assert str(today.gather(session).needs[0].why) == "Send the lawyer to where they were."


def test_a_ladder_of_the_team_and_one_of_a_single_case(session: Session, clock: HandClock) -> None:
    first, second = case(session), case(session, "Elm")
    for one in (first, second):
        casework_checkins.schedule_check_ins(session, one, clock.ms, grace=0)
    set_team_ladder(session, [Rung(HOUR, "other", "duty", en="Go there."), Rung(0, "call")])
    set_case_ladder(session, second, [Rung(0, "other", "everyone", ru="Позвонить тёте.")])
    clock.ms += 61 * MINUTE
    said = {it.case.id: str(it.climb.rung.words) for it in missing(session) if it.climb}
    assert said == {first: "Go there.", second: "Позвонить тёте."}
    set_case_ladder(session, second, ())
    assert {str(it.climb.rung.words) for it in missing(session) if it.climb} == {"Go there."}


@pytest.mark.parametrize(
    "rungs",
    [
        [],
        [Rung(HOUR, "call")],
        [Rung(0, "call"), Rung(0, "lawyer")],
        [Rung(0, "other")],
        [Rung(0, "call", "nobody")],
        [Rung(0, "call", en="x" * 201)],
        [Rung(at * HOUR, "call") for at in range(9)],
    ],
)
def test_what_is_no_ladder_is_refused_and_the_old_one_holds(session: Session, rungs: list[Rung]) -> None:
    before = team_ladder(session)
    with pytest.raises(OutOfRange):
        set_team_ladder(session, rungs)
    assert team_ladder(session) == before


def test_the_clock_alone_turns_what_pages_show(session: Session, clock: HandClock) -> None:
    casework_checkins.schedule_check_ins(session, case(session), clock.ms + HOUR, grace=15 * MINUTE)
    before = watched(session)
    assert before.count == 0
    clock.ms += 75 * MINUTE
    after = watched(session)
    assert (after.count, after.turn > before.turn) == (1, True)
    assert watched(session) is after
    clock.ms += 30 * MINUTE  # the next step of the ladder
    assert watched(session).turn > after.turn
    assert watched(session).newest > after.newest


def test_nights_follow_the_bed(session: Session, clock: HandClock) -> None:
    who = case(session)
    here = relocation.add_place(session, "Harbour 1", 3)
    there = relocation.add_place(session, "Farm", 3)
    rhythms.agree_on_nights(session, who, [21 * 60], zone="UTC", grace=15 * MINUTE)
    assert ahead(session, who) == []
    relocation.place_in(session, who, here, night(session), night(session, 2))
    dues = ahead(session, who)
    assert 2 <= len(dues) <= 3
    assert {dt.datetime.fromtimestamp(due / 1000, dt.UTC).hour for due in dues} == {21}
    relocation.move(session, who, there, night(session, 1), night(session, 5))
    assert set(dues) <= set(ahead(session, who))  # no evening is lost by moving
    clock.ms += 2 * DAY
    rhythms.keep_up(session)
    assert max(ahead(session, who)) > max(dues)
    relocation.free_beds(session, who)
    assert ahead(session, who) == []
    relocation.place_in(session, who, here, night(session), night(session, 3))
    assert ahead(session, who)  # what was called off with the bed comes back with one
    before = session.vault.generation
    assert rhythms.keep_up(session) == 0
    assert session.vault.generation == before


def test_what_a_person_called_off_stays_off_and_what_is_missed_stays_missed(
    session: Session, clock: HandClock
) -> None:
    who, place = case(session), relocation.add_place(session, "Harbour 1", 3)
    rhythms.agree_on_nights(session, who, [21 * 60], zone="UTC", grace=0)
    relocation.place_in(session, who, place, night(session), night(session, 6))
    first, second, *_ = sorted(session.find(CheckIn, case_id=who), key=lambda one: one.due)
    casework_checkins.call_off(session, [second.id])
    clock.ms = first.due + HOUR
    relocation.free_beds(session, who)
    rhythms.keep_up(session)
    kept = session.get(CheckIn, first.id)
    off = session.get(CheckIn, second.id)
    assert kept is not None
    assert kept.state(clock.ms) == CheckInState.MISSED
    assert off is not None
    assert (off.called_off_at > 0, off.off_by_rhythm) == (True, False)


def test_legs_take_their_signs_with_them(session: Session, clock: HandClock) -> None:
    who = case(session)
    rhythms.agree_on_legs(session, who, departure=10, points=True, arrival=30)
    start = clock.ms + DAY
    leg = Leg(id="", to_town="Sea", departs=start, arrives=start + 4 * HOUR, check_points=("Border",))
    relocation_journeys.book_journey(session, who, "Abroad", [leg])
    expected = [start + 10 * MINUTE, start + 2 * HOUR, start + 4 * HOUR + 30 * MINUTE]
    assert ahead(session, who) == expected
    (made,) = session.find(Leg, case_id=who)
    relocation_journeys.move_leg(session, made.id, start + HOUR, start + 5 * HOUR)
    assert ahead(session, who) == [due + HOUR for due in expected]
    relocation_journeys.set_leg(session, made.id, "aborted")
    assert ahead(session, who) == []
    rhythms.keep_up(session)
    assert ahead(session, who) == []


def test_an_ended_rhythm_and_a_closed_case_ask_for_nothing(session: Session) -> None:
    who, place = case(session), relocation.add_place(session, "Harbour 1", 3)
    rhythms.agree_on_nights(session, who, [21 * 60, 9 * 60], zone="UTC")
    relocation.place_in(session, who, place, night(session), night(session, 6))
    assert len(ahead(session, who)) > 4
    rhythms.end_rhythm(session, who, "stay")
    assert ahead(session, who) == []
    rhythms.agree_on_nights(session, who, [21 * 60], zone="UTC")
    assert ahead(session, who)
    casework.close_case(session, who, "safe-abroad", "Well.")
    rhythms.keep_up(session)
    assert ahead(session, who) == []


def test_a_clock_that_this_computer_does_not_know_is_left_to_others(session: Session) -> None:
    who, place = case(session), relocation.add_place(session, "Harbour 1", 3)
    rhythms.agree_on_nights(session, who, [21 * 60], zone="Nowhere/Invented")
    relocation.place_in(session, who, place, night(session), night(session, 6))
    assert ahead(session, who) == []


@pytest.mark.parametrize("times", [[], [24 * 60], [-1], list(range(7))])
def test_times_that_no_clock_shows_are_refused(session: Session, times: list[int]) -> None:
    with pytest.raises(OutOfRange):
        rhythms.agree_on_nights(session, case(session), times, zone="UTC")


def test_help_is_no_answer_and_goes_only_when_somebody_settles_it(session: Session, clock: HandClock) -> None:
    (check,) = casework_checkins.schedule_check_ins(session, case(session), clock.ms + HOUR)
    casework_checkins.ask_for_help(session, check, "They are at the door", how="call")
    (need,) = today.gather(session).needs
    assert need.urgency == Urgency.MISSED
    assert "They are at the door" in str(need.why)
    casework_checkins.answer_check_in(session, check, "all good")
    assert today.gather(session).needs
    casework_checkins.settle_check_in(session, check, "We brought them away.")
    assert not today.gather(session).needs


def test_the_agreed_word_makes_it_forced_whoever_writes_it_down(session: Session, clock: HandClock) -> None:
    who = case(session)
    casework.set_plan(session, who, forced="серый чайник")
    (check,) = casework_checkins.schedule_check_ins(session, who, clock.ms)
    casework_checkins.answer_check_in(session, check, "Всё хорошо, купил Серый чайник")
    kept, found = session.get(Case, who), session.get(CheckIn, check)
    assert found is not None
    assert found.state(clock.ms) == CheckInState.FORCED
    assert kept is not None
    assert kept.seized
    assert not is_forced_word(session, who, "чайник серый")
    assert is_forced_word(session, who, "про серый   ЧАЙНИК, да")


def note(number: int, does: str, *keys: str, at: int = 0) -> Note:
    return Note({"key": f"k{number}", "does": does, "at": at or number, "keys": list(keys)}, number, "m")


@settings(max_examples=200, deadline=None)
@given(
    st.permutations(
        [note(1, "safe"), note(2, "forced"), note(3, "settled"), note(4, "help"), note(1, "safe")]
    )
)
def test_in_whatever_order_they_arrive_an_alarm_nobody_named_stands(notes: list[Note]) -> None:
    one = CheckIn(id="c", due=1, heard=tuple(notes))
    assert one.state(9) == CheckInState.FORCED
    heard = msg_settled(one, "k2")
    assert heard.state(9) == CheckInState.HELP
    assert msg_settled(heard, "k4", number=6).state(9) == CheckInState.ANSWERED


def msg_settled(one: CheckIn, *keys: str, number: int = 5) -> CheckIn:
    return CheckIn(id="c", due=1, heard=(*one.heard, note(number, "settled", *keys)))


def test_a_sign_answers_what_was_due_and_else_only_what_is_near() -> None:
    now = 100 * HOUR
    old, late = CheckIn(id="a", due=now - DAY), CheckIn(id="b", due=now - HOUR)
    near, far = CheckIn(id="c", due=now + HOUR), CheckIn(id="d", due=now + DAY)
    later_agreed = CheckIn(id="e", due=now + HOUR, created_at=now + 1)
    assert [one.id for one in answered_by([far, late, near, old], now)] == ["a", "b"]
    assert [one.id for one in answered_by([far, near], now)] == ["c"]
    assert answered_by([far, later_agreed], now) == []


def test_notes_that_somebody_else_wrote_break_nothing() -> None:
    strange = (Note("text", 1, "m"), Note({"does": 5, "keys": "k", "at": "now"}, 2, "m"), Note(None, 3, "m"))
    assert CheckIn(id="c", due=10, heard=strange).state(5) in set(CheckInState)
    assert check_rungs([Rung(0, "call")]) == (Rung(0, "call"),)


def test_a_check_in_written_before_signs_were_notes_is_read_as_it_was(session: Session) -> None:
    who = case(session)
    kept = session.get(Case, who)
    assert kept is not None
    session.commit(
        kept.compartment, put("check_in", "x" * 26, case_id=who, due=5, answered_at=7, answer="fine")
    )
    found = session.get(CheckIn, "x" * 26)
    assert found is not None
    assert found.state(9) == CheckInState.ANSWERED
    assert [one.text for one in found.said] == ["fine"]


def test_the_history_tells_signs_and_agreements_in_words(session: Session, clock: HandClock) -> None:
    who = case(session)
    (check,) = casework_checkins.schedule_check_ins(session, who, clock.ms, grace=0)
    clock.ms += MINUTE
    casework_checkins.try_step(session, check, "no-answer")
    casework_checkins.answer_check_in(session, check, "asleep", how="call")
    rhythms.agree_on_nights(session, who, [540, 1260], zone="UTC")
    set_case_ladder(session, who, [Rung(0, "call"), Rung(HOUR, "other", en="Go there.")])
    kept = session.get(Case, who)
    assert kept is not None
    told = {
        str(value) for line in casework_history.history_of(session, kept).lines for _, value, _ in line.fields
    }
    assert {"tried/no-answer", "sign/safe: “asleep”", "09:00 21:00", "ladder-step/call, Go there."} <= told


def test_a_slow_clock_makes_nobody_missing(session: Session, clock: HandClock) -> None:
    who, place = case(session), relocation.add_place(session, "Harbour 1", 3)
    relocation.place_in(session, who, place, night(session), night(session, 6))
    rhythms.agree_on_nights(session, who, [21 * 60], zone="UTC", grace=0)
    before = {one.id for one in session.find(CheckIn)}
    clock.ms -= 3 * DAY
    rhythms.keep_up(session)
    assert {one.id for one in session.find(CheckIn)} == before


def test_a_record_in_another_circle_is_no_sign_of_life_of_this_person(
    session: Session, clock: HandClock
) -> None:
    who, other = case(session), case(session, "Elm")
    (check,) = casework_checkins.schedule_check_ins(session, who, clock.ms, grace=0)
    clock.ms += MINUTE
    wrong = session.get(Case, other)
    assert wrong is not None
    session.commit(wrong.compartment, put("check_in", session.make_id(), case_id=who, due=1))
    assert [it.one.id for it in missing(session)] == [check]
    assert watched(session).count == 1
