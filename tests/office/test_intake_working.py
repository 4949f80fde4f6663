"""Working the hotline: who takes what, what leaves the queue, who is called, what is refused, what is sent where."""

from __future__ import annotations

import pytest
from tests.office.intake_scene import anna, boris, clock, knows_places, relay, writes
from tests.support.reporter import item_id
from tests.support.teams import Desk, StillClock, settle

from leeward.domain.errors import DomainError, OutOfRange, RuleBroken
from leeward.domain.intake import Letter, Shift, Watch
from leeward.domain.today import Urgency
from leeward.office import intake
from leeward.office.intake import phrases, watch
from leeward.office.intake.judge import Facts
from leeward.office.intake.view import call_of, seen_lines, set_view, view_of

__all__ = ["anna", "boris", "clock", "relay"]

MINUTE = 60_000
HOUR = 60 * MINUTE


def test_whoever_ended_it_is_not_written_to_and_the_team_is_told_what_is_left(anna: Desk) -> None:
    session = anna.session
    reporter, contact = writes(session, "раз")
    intake.take_in(session, item_id(), reporter.sealed(voice=reporter.way.voice, event="ended"))
    line = intake.line_for(session, contact)
    assert line.ended_at
    assert not line.waiting_since
    with pytest.raises(RuleBroken):
        intake.answer(session, contact, "Хорошо.")
    assert intake.draft_of(session, contact) == "Хорошо."
    assert [need.href for need in intake.needs_now(session)] == [f"/inbox/{contact}#ended"]
    intake.done_after_end(session, contact)
    assert intake.needs_now(session) == []
    intake.take_in(session, item_id(), reporter.again("я снова здесь"))
    assert intake.answer(session, contact, "Мы тоже.").text


# ---- the queue ----


def test_whoever_takes_it_has_it_and_falls_back_without_a_sign_of_work(
    anna: Desk, boris: Desk, clock: StillClock
) -> None:
    _, contact = writes(anna.session, "раз")
    settle(anna, boris)
    intake.take(boris.session, contact)
    settle(anna, boris)
    mine = boris.session.member_id
    assert intake.holder_of(anna.session, intake.line_for(anna.session, contact)) == mine
    with pytest.raises(RuleBroken):
        intake.leave(anna.session, contact)
    clock.now += 29 * MINUTE
    intake.set_facts(boris.session, contact, Facts(place_told="в области"))
    settle(anna, boris)
    clock.now += 29 * MINUTE
    assert intake.holder_of(anna.session, intake.line_for(anna.session, contact)) == mine
    clock.now += 2 * MINUTE
    assert intake.holder_of(anna.session, intake.line_for(anna.session, contact)) == ""


def test_two_who_take_one_at_the_same_moment_make_no_conflict(anna: Desk, boris: Desk) -> None:
    _, contact = writes(anna.session, "раз")
    settle(anna, boris)
    intake.take(anna.session, contact)
    intake.take(boris.session, contact)
    settle(anna, boris)
    holders = {intake.holder_of(one.session, intake.line_for(one.session, contact)) for one in (anna, boris)}
    assert len(holders) == 1
    assert anna.session.vault.conflicts() == []


def test_what_is_handed_over_is_on_the_colleagues_today_with_a_note(anna: Desk, boris: Desk) -> None:
    _, contact = writes(anna.session, "раз")
    with pytest.raises(OutOfRange):
        intake.hand_over(anna.session, contact, anna.session.member_id)
    intake.hand_over(anna.session, contact, boris.session.member_id, "Пишет только ночью.")
    settle(anna, boris)
    claim = intake.line_for(boris.session, contact).claim
    assert claim is not None
    assert (claim.given_by, claim.text) == (anna.session.member_id, "Пишет только ночью.")
    [need] = intake.needs_now(anna.session)
    assert need.holder_id == boris.session.member_id
    [need] = intake.needs_now(boris.session)
    assert need.holder_id == ""
    set_view(boris.session, shown="mine")
    assert [one.contact.id for one in seen_lines(boris.session, view_of(boris.session))] == [contact]
    set_view(boris.session, shown="free")
    assert seen_lines(boris.session, view_of(boris.session)) == []


def test_junk_leaves_the_queue_comes_back_and_never_hides_an_alarm(anna: Desk) -> None:
    session = anna.session
    reporter, contact = writes(session, "купите")
    assert intake.put_on_heap(session, [contact], "hostile") == 1
    assert (intake.queue(session), intake.counts(session).waiting) == ([], 0)
    assert [one.contact.id for one in intake.heap(session)] == [contact]
    assert intake.needs_now(session) == []
    intake.take_in(session, item_id(), reporter.again("ещё"))
    assert intake.queue(session) == []
    intake.take_in(session, item_id(), reporter.again("тревога", alarm=True))
    assert intake.counts(session).alarms == 1
    intake.take_up_alarm(session, contact)
    assert intake.put_on_heap(session, [contact], "") == 1
    assert [one.contact.id for one in intake.queue(session)] == [contact]
    assert len(session.find(Letter, contact_id=contact)) == 3
    with pytest.raises(OutOfRange):
        intake.put_on_heap(session, [contact], "fire")


def test_merged_contacts_are_one_conversation_answered_by_the_words_used_last(
    anna: Desk, clock: StillClock
) -> None:
    session = anna.session
    one, first = writes(session, "раз")
    clock.now += MINUTE
    two, second = writes(session, "это снова я, слова потерялись")
    whole = intake.merge(session, first, second)
    [line] = intake.queue(session)
    assert whole == line.contact.id == first
    for asked in (first, second):
        talk = intake.conversation(session, asked)
        assert [letter.text for letter in talk.letters] == ["раз", "это снова я, слова потерялись"]
        assert talk.way.id == second
    assert intake.answer(session, first, "Видим вас.").contact_id == second
    clock.now += MINUTE
    intake.take_in(session, item_id(), one.again("нашлись слова"))
    assert intake.answer(session, second, "Хорошо.").contact_id == first
    clock.now += MINUTE
    intake.take_in(session, item_id(), two.again("помогите", alarm=True))
    assert intake.line_for(session, first).captured_since
    intake.take_up_alarm(session, second)
    assert intake.counts(session).alarms == 0
    assert intake.unmerge(session, second) == first
    assert len(intake.queue(session)) == 2
    with pytest.raises(OutOfRange):
        intake.merge(session, first, first)


def test_contacts_merged_into_each_other_on_two_desks_lose_nobody(anna: Desk, boris: Desk) -> None:
    _, first = writes(anna.session, "раз")
    _, second = writes(anna.session, "два")
    settle(anna, boris)
    intake.merge(anna.session, first, second)
    intake.merge(boris.session, second, first)
    settle(anna, boris)
    for desk in (anna, boris):
        [line] = intake.queue(desk.session)
        assert len(intake.conversation(desk.session, line.contact.id).letters) == 2


def test_a_flood_stays_usable(anna: Desk) -> None:
    session = anna.session
    reporter, known = writes(session, "раз")
    intake.answer(session, known, "Мы здесь.")
    for number in range(60):
        writes(session, f"совсем незнакомое письмо {number}")
    intake.take_in(session, item_id(), reporter.again("я снова"))
    _, urgent = writes(session, "сейчас!", urgent=True)
    assert [line.contact.id for line in intake.queue(session)[:2]] == [known, urgent]
    needs = intake.needs_now(session)
    assert len(needs) == 3
    assert "60 strangers" in str(needs[0].what) + str(needs[1].what) + str(needs[2].what)


# ---- who is called ----


def test_whoever_is_on_duty_is_called_first_and_a_look_is_written_once(
    anna: Desk, boris: Desk, clock: StillClock
) -> None:
    for weekday in range(7):
        shift = Shift(id="", member_id=boris.session.member_id, weekday=weekday, begins=0, ends=0)
        watch.add_shift(anna.session, shift)
    watch.set_watch(anna.session, Watch(id="", minutes_day=20, minutes_night=20))
    writes(anna.session, "раз")
    settle(anna, boris)
    assert [intake.called(one.session) for one in (anna, boris)] == [None, None]
    clock.now += 21 * MINUTE
    assert intake.called(anna.session) is None
    told = intake.called(boris.session)
    assert told is not None
    assert (told.level, told.count) == (1, 1)
    clock.now += 20 * MINUTE  # twice the time, and nobody is in the second line: everybody
    assert intake.called(anna.session) is not None
    assert call_of(boris.session).level == 2
    before = boris.session.vault.generation
    assert intake.looked(boris.session)
    assert boris.session.vault.generation == before + 1
    assert not intake.looked(boris.session)
    settle(anna, boris)
    assert not intake.looked(anna.session)
    assert [intake.called(one.session) for one in (anna, boris)] == [None, None]


def test_what_somebody_took_calls_nobody_and_something_newer_does(anna: Desk, clock: StillClock) -> None:
    reporter, contact = writes(anna.session, "раз")
    intake.take(anna.session, contact)
    clock.now += 5 * HOUR
    assert intake.called(anna.session) is None
    intake.take_in(anna.session, item_id(), reporter.again("два"))
    clock.now += 5 * HOUR
    assert intake.called(anna.session) is not None


def test_shifts_and_times_are_checked_and_taken_out(anna: Desk) -> None:
    session = anna.session
    made = watch.add_shift(
        session, Shift(id="", member_id=session.member_id, weekday=2, begins=540, ends=600)
    )
    assert [one.id for one in watch.shifts(session)] == [made]
    watch.retire_shift(session, made)
    assert watch.shifts(session) == []
    with pytest.raises(OutOfRange):
        watch.add_shift(session, Shift(id="", member_id="nobody", weekday=2, begins=540, ends=600))
    with pytest.raises(OutOfRange):
        watch.set_watch(session, Watch(id="", claim_minutes=1))


# ---- phrases, vetting ----


def test_a_sentence_has_versions_and_one_for_many_never_leads_to_a_place(anna: Desk) -> None:
    session = anna.session
    knows_places(session)
    first = phrases.proposals(session, "answer", "uk")[0]
    assert (first.language, first.checked) == ("uk", False)
    [held, *_] = phrases.on_shelf(session, "answer")
    phrases.put_phrase(session, "answer", held.id, "uk", "Ми прочитали.", checked=True)
    again = phrases.on_shelf(session, "answer")[0].words["uk"]
    assert (again.text, again.version, again.checked, again.by) == (
        "Ми прочитали.",
        2,
        True,
        session.member_id,
    )
    with pytest.raises(RuleBroken):
        phrases.put_phrase(session, "answer", "", "ru", "Езжайте в Елец.")
    made = phrases.put_phrase(session, "cover", "", "ru", "Всё по-прежнему.")
    assert phrases.on_shelf(session, "cover")[-1].id == made
    phrases.retire_phrase(session, made)
    phrases.retire_phrase(session, held.id)
    assert made not in {one.id for one in phrases.on_shelf(session, "cover")}
    assert held.id not in {one.id for one in phrases.on_shelf(session, "answer")}
    for wrong in (
        ("answer", "", "xx", "да"),
        ("answer", "", "ru", " "),
        ("answer", "nobody", "ru", "да"),
        ("x", "", "ru", "да"),
    ):
        with pytest.raises(DomainError):
            phrases.put_phrase(session, *wrong)


def test_every_built_in_sentence_leads_nowhere_and_says_what_was_read(anna: Desk) -> None:
    for shelf in ("answer", "question", "cover"):
        for held in phrases.on_shelf(anna.session, shelf):
            assert {"ru", "en"} <= set(held.words)
            assert {one.language for one in held.words.values() if one.checked} == {"ru", "en"}
    assert len(phrases.on_shelf(anna.session, "answer")[0].words) == 9


def test_a_vetting_ends_and_is_to_be_made_again(anna: Desk, clock: StillClock) -> None:
    _, contact = writes(anna.session, "раз")
    _, friend = writes(anna.session, "два")
    intake.add_check(anna.session, contact, "vouching", "", "holds", voucher_id=friend)
    with pytest.raises(OutOfRange):
        intake.add_check(anna.session, contact, "vouching", "", "holds", voucher_id=contact)
    with pytest.raises(OutOfRange):
        intake.set_vetting(anna.session, contact, "again", "Сходится.")
    intake.set_vetting(anna.session, contact, "partly", "Сходится.", until=clock.now + HOUR)
    assert "Check again" not in {str(need.tag) for need in intake.needs_now(anna.session)}
    clock.now += 2 * HOUR
    assert "Check again" in {str(need.tag) for need in intake.needs_now(anna.session)}
    intake.set_told(anna.session, contact, ["who", "check"])
    assert intake.conversation(anna.session, contact).vetted.told == 2
    intake.set_told(anna.session, contact, ["who"])
    assert intake.require_contact(anna.session, contact).told_set == ("who",)


def test_nobody_is_turned_away_or_moved_near_danger_by_one_alone(anna: Desk, boris: Desk) -> None:
    _, contact = writes(anna.session, "раз")
    with pytest.raises(OutOfRange):
        intake.decide(anna.session, contact, "decline", "")
    intake.decide(anna.session, contact, "decline", "Не к нам.")
    with pytest.raises(RuleBroken):
        intake.second_decision(anna.session, contact, agrees=True)
    settle(anna, boris)
    assert Urgency.SECOND in {need.urgency for need in intake.needs_now(boris.session)}
    intake.second_decision(boris.session, contact, agrees=False, reason="Ещё один вопрос.")
    assert intake.require_contact(boris.session, contact).decision == "more"
    intake.decide(boris.session, contact, "accept", "Завтра.", risky=True)
    settle(anna, boris)
    intake.second_decision(anna.session, contact, agrees=True)
    assert intake.require_contact(anna.session, contact).decision_second_by == anna.session.member_id
    intake.decide(anna.session, contact, "accept", "Без переезда.")
    with pytest.raises(RuleBroken):
        intake.second_decision(boris.session, contact, agrees=True)
