"""Working the hotline: who takes what, what leaves the queue, who is called, what is refused, what is sent where."""

from __future__ import annotations

import contextlib
import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.relay_simulator import RelaySimulator
from tests.support.reporter import Reporter, item_id
from tests.support.teams import Desk, StillClock, found, newcomer, real_relay, settle

from leeward.domain.cases.case import Case
from leeward.domain.errors import DomainError, OutOfRange, RuleBroken
from leeward.domain.intake import Contact, Letter, Shift, Watch
from leeward.domain.relocation.journeys import Leg
from leeward.domain.today import Urgency
from leeward.ledger.store import blobs
from leeward.office import casework_checkins, intake, relocation, relocation_journeys
from leeward.office.casework_open import open_case
from leeward.office.intake import phrases, watch
from leeward.office.intake.judge import Facts
from leeward.office.intake.view import call_of, seen_lines, set_view, view_of
from leeward.office.session import Session
from leeward.sync.client import RelayClient
from leeward.sync.outbox import Outbox

MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator, clock: StillClock) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", relay.door(), clock=clock)
    with desk.session.vault:
        yield desk


@pytest.fixture
def boris(tmp_path: Path, anna: Desk, relay: RelaySimulator, clock: StillClock) -> Iterator[Desk]:
    desk = newcomer(tmp_path / "boris", anna, relay.door(), role="operator", clock=clock)
    with desk.session.vault:
        settle(anna, desk)
        yield desk


def writes(session: Session, text: str, **members: Any) -> tuple[Reporter, str]:
    """Let somebody new write; return them and their contact's id."""
    before = {one.id for one in session.find(Contact)}
    reporter = Reporter(session)
    intake.take_in(session, item_id(), reporter.first(text, **members))
    [new] = {one.id for one in session.find(Contact)} - before
    return reporter, new


def open_boxes(desk: Desk, reporter: Reporter) -> None:
    for way in (reporter.way, reporter.alarm_way):
        desk.relay.make_box(way.box, way.read, way.write)


# ---- what is sent where ----


def test_what_is_sensitive_reaches_the_true_words_alone_and_both_boxes_get_one_item_of_one_size(
    anna: Desk,
) -> None:
    session = anna.session
    reporter, contact = writes(session, "раз")
    open_boxes(anna, reporter)
    for text, cover in (
        ("В девять у моста с зелёной сумкой.", "Спасибо."),
        ("да", ""),
        ("x", "длинное " * 900),
    ):
        sent = intake.answer(session, contact, text, sensitive=True, cover=cover)
        anna.sync()
        true = anna.relay.list_items(reporter.way.box, reporter.way.read, after=0).items[-1]
        other = anna.relay.list_items(reporter.alarm_way.box, reporter.alarm_way.read, after=0).items[-1]
        assert len(true.untrusted_sealed) == len(other.untrusted_sealed)
        assert reporter.read(true.untrusted_sealed)["text"] == text
        shown = reporter.read(other.untrusted_sealed, alarm=True)
        assert shown["text"] == cover.strip()
        assert shown.get("hidden", False) is (not cover)
        kept = session.get(Letter, sent.id)
        assert kept is not None
        assert (kept.sensitive, kept.cover) == (True, cover.strip())


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=3000), st.text(max_size=3000), st.booleans()), max_size=4)
)
def test_both_boxes_hold_as_many_items_of_the_same_sizes_whatever_was_written(
    tmp_path_factory: pytest.TempPathFactory, answers: list[tuple[str, str, bool]]
) -> None:
    relay = RelaySimulator()
    desk = found(tmp_path_factory.mktemp("v") / "anna", relay.door())
    with desk.session.vault:
        reporter, contact = writes(desk.session, "раз")
        open_boxes(desk, reporter)
        for text, cover, sensitive in answers:
            try:
                intake.answer(desk.session, contact, text, sensitive=sensitive, cover=cover)
            except DomainError:  # nothing but blanks
                continue
        desk.sync()
        sizes = [
            [len(item.untrusted_sealed) for item in desk.relay.list_items(way.box, way.read, after=0).items]
            for way in (reporter.way, reporter.alarm_way)
        ]
        assert sizes[0] == sizes[1]
        assert len(sizes[0]) == sum(letter.direction == "out" for letter in desk.session.find(Letter))


def test_whoever_sees_the_relays_rows_cannot_tell_which_box_is_the_alarm(tmp_path: Path) -> None:
    """An observer of the store guesses by order, by number and by size of rows; none does better than chance."""
    alarms, others = set(), set()
    with (
        real_relay(tmp_path / "relay") as address,
        contextlib.closing(RelayClient(address)) as client,
    ):
        desk = found(tmp_path / "anna", client)
        with desk.session.vault:
            for number in range(_PAIRS):
                reporter, contact = writes(desk.session, f"раз {number}")
                alarms.add(reporter.alarm_way.box)
                others.add(reporter.way.box)
                for way in sorted((reporter.way, reporter.alarm_way), key=lambda one: one.box):
                    desk.relay.make_box(way.box, way.read, way.write)
                hushed = number % 2 == 0
                intake.answer(desk.session, contact, "В девять.", sensitive=hushed, cover="Спасибо." * hushed)
            desk.sync()
        rows = [row for row in _rows(tmp_path / "relay") if row[0] in alarms | others]
    pairs = list(zip(rows[::2], rows[1::2], strict=True))
    assert len(pairs) == _PAIRS
    for first, second in pairs:
        assert first[1] == second[1]  # of one size
        assert (first[0] in alarms) != (second[0] in alarms)  # one item each
        assert first[0] < second[0]  # in the order of the addresses, which are drawn at random
    guesses = sum(first[0] in alarms for first, _ in pairs)
    assert abs(guesses - _PAIRS / 2) < 4 * math.sqrt(_PAIRS / 4)


_PAIRS = 32


def _rows(folder: Path) -> list[tuple[str, int]]:
    """Return box and size of every item, in the order in which the relay's store got them."""
    [file] = [path for path in folder.rglob("*") if path.is_file() and path.read_bytes()[:6] == b"SQLite"]
    with contextlib.closing(sqlite3.connect(file)) as connection:
        kept = connection.execute("SELECT box, length(sealed) FROM items ORDER BY rowid").fetchall()
    return [(bytes(box).hex(), size) for box, size in kept]


@pytest.mark.parametrize(
    ("owner", "step", "call"), [(blobs, "write_durably", 2), (blobs.Blobs, "confirm", 1)]
)
def test_a_desk_that_dies_while_queueing_has_queued_both_or_none(
    anna: Desk, monkeypatch: pytest.MonkeyPatch, owner: object, step: str, call: int
) -> None:
    """It dies at the second of the two files, and then when both lie there and neither is noted yet."""
    _, contact = writes(anna.session, "раз")
    real, calls = getattr(owner, step), []

    def dies(*given: object) -> None:
        calls.append(given)
        if len(calls) == call:
            raise OSError("out")
        real(*given)

    before = Outbox(anna.session.vault, anna.session.chance).waiting()
    monkeypatch.setattr(owner, step, dies)
    with pytest.raises(OSError, match="out"):
        intake.answer(anna.session, contact, "да")
    monkeypatch.setattr(owner, step, real)
    assert Outbox(anna.session.vault, anna.session.chance).waiting() == before
    assert intake.resume_answers(anna.session) == 1
    assert Outbox(anna.session.vault, anna.session.chance).waiting() == before + 2


def test_only_whoever_has_two_ways_can_get_something_sensitive(anna: Desk) -> None:
    intake.take_in(anna.session, item_id(), Reporter(anna.session).again("кто-нибудь?"))
    [line] = intake.queue(anna.session)
    with pytest.raises(RuleBroken):
        intake.answer(anna.session, line.contact.id, "в девять", sensitive=True)


# ---- danger ----


def _knows_places(session: Session) -> str:
    """Write down places that this desk can read; return a case's id."""
    case = open_case(session, "", pseudonym="Larch").case_id
    relocation.add_place(session, "Гавань 2", 3, address="улица Полевая, дом 12")
    legs = [Leg(id="", from_town="Елец", to_town="Нижняя Поляна", handover="у фонтана", departs=5, arrives=9)]
    relocation_journeys.book_journey(session, case, "Norland", legs)
    return case


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
    _knows_places(session)
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
    _knows_places(anna.session)
    _, contact = writes(anna.session, "раз")
    with pytest.raises(RuleBroken):
        intake.answer(anna.session, contact, "в девять", sensitive=True, cover="Вы уже в Ельце?")


def test_an_alarm_stops_places_at_once_and_warns_case_and_links(anna: Desk, boris: Desk) -> None:
    session = anna.session
    _knows_places(session)
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
    _knows_places(session)
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
    _knows_places(session)
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
