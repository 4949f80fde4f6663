from __future__ import annotations

import pytest
from tests.support.clocks import HandClock

from leeward.base.ids import make_id
from leeward.base.ports import SystemChance
from leeward.domain.cases.case import Case, CaseFile, Identity, Person
from leeward.domain.cases.checkins import CheckIn, CheckInState
from leeward.domain.cases.story import CaseNote
from leeward.domain.cases.work import Need, Task
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.intake import Contact, Letter
from leeward.domain.team import Member
from leeward.domain.today import Urgency
from leeward.domain.typed import write_new
from leeward.office import casework, casework_checkins, casework_history, casework_tasks, consent, today
from leeward.office.casework_base import NotForThisDesk
from leeward.office.casework_open import (
    attachments_left,
    copy_attachments,
    give_key,
    identity_readers,
    open_case,
    readers,
)
from leeward.office.casework_today import needs_now, waiting_longest
from leeward.office.casework_views import case_lines, facts_of
from leeward.office.files import keep_file, read_file
from leeward.office.session import Session

HOUR = 3_600_000


def contact_with_letter(session: Session, *, files: bool = True) -> str:
    intake = session.compartment_of("intake")
    contact = Contact(id=session.make_id(), pseudonym="Juniper", language="ru", vetting="verified")
    kept = (keep_file(session, intake, [b"\xff\xd8 a picture"], name="hand.jpg", media_type="image/jpeg"),)
    letter = Letter(
        id=session.make_id(),
        contact_id=contact.id,
        text="Меня ищут.",
        language="ru",
        files=kept if files else (),
    )
    session.commit(intake, write_new(contact), write_new(letter))
    return contact.id


def one(session: Session, name: str = "Juniper") -> str:
    return open_case(session, "", pseudonym=name).case_id


def test_a_case_from_a_conversation_has_keys_of_its_own_and_everything_that_was_sent(
    session: Session,
) -> None:
    contact_id = contact_with_letter(session)
    opened = open_case(session, contact_id, risk="high")
    case = session.get(Case, opened.case_id)
    contact = session.get(Contact, contact_id)
    assert case is not None
    assert contact is not None
    assert contact.case_id == case.id
    assert case.contact_ids == (contact_id,)
    assert (case.pseudonym, case.risk, case.stage) == ("Juniper", "high", "vetted")
    identity = session.get(Identity, case.identity_id)
    assert identity is not None
    assert len({case.compartment, identity.compartment, contact.compartment}) == 3
    (told,) = session.find(CaseNote, case_id=case.id)
    assert (told.text, told.folded, told.note) == ("Меня ищут.", True, "message")
    (kept,) = session.find(CaseFile, case_id=case.id)
    assert kept.file is not None
    assert b"".join(read_file(session, case.compartment, kept.file)) == b"\xff\xd8 a picture"
    assert kept.graphic
    assert attachments_left(session, case) == 0
    assert readers(session, case) == [session.member_id]
    assert identity_readers(session, case) == [session.member_id]


def test_the_same_conversation_opens_no_second_case(session: Session) -> None:
    contact_id = contact_with_letter(session, files=False)
    open_case(session, contact_id)
    with pytest.raises(RuleBroken, match="already"):
        open_case(session, contact_id)
    assert len(session.find(Case)) == 1


def test_an_attachment_that_is_not_here_yet_does_not_stop_a_case(session: Session) -> None:
    contact_id = contact_with_letter(session)
    (letter,) = session.find(Letter, contact_id=contact_id)
    blob = letter.files[0].pieces[0].blob
    sealed = session.vault.blob_get(blob)
    assert sealed is not None
    session.vault.blob_delete(blob)
    opened = open_case(session, contact_id)
    assert opened.files_left == 1
    session.vault.blob_put(blob, sealed)
    assert copy_attachments(session, opened.case_id) == 0
    assert copy_attachments(session, opened.case_id) == 0
    assert len(session.find(CaseFile, case_id=opened.case_id)) == 1


def test_the_legal_name_is_in_no_record_of_the_case(session: Session) -> None:
    case_id = one(session)
    casework.set_identity(session, case_id, legal_name="Invented Name Surname")
    case = session.get(Case, case_id)
    assert case is not None
    for kind in casework_history.KINDS:
        for record in session.vault.find(kind, compartment=case.compartment):
            assert "Invented Name" not in str(record.fields)
    identity = session.get(Identity, case.identity_id)
    assert identity is not None
    assert identity.legal_name == "Invented Name Surname"


def test_risk_keeps_every_assessment_and_its_reason(session: Session, clock: HandClock) -> None:
    case_id = one(session)
    casework.set_risk(session, case_id, "high", "threats by phone")
    since = clock.ms
    clock.ms += HOUR
    casework.set_risk(session, case_id, "high", "and at the door")
    case = session.get(Case, case_id)
    assert case is not None
    assert (case.risk, case.risk_since) == ("high", since)
    assert [note.value["reason"] for note in case.risk_notes] == ["threats by phone", "and at the door"]
    with pytest.raises(OutOfRange):
        casework.set_risk(session, case_id, "terrible", "")


def test_tasks_are_taken_moved_finished_and_taken_back(session: Session, clock: HandClock) -> None:
    case_id = one(session)
    first = casework_tasks.add_task(session, case_id, "Letter", due=clock.ms + HOUR)
    second = casework_tasks.add_task(session, case_id, "Clinic", depends_on=[first])
    casework_tasks.take_task(session, first)
    clock.ms += 3 * HOUR
    (late,) = [need for need in needs_now(session) if need.urgency == Urgency.LATE]
    assert str(late.what) == "Letter, for pseudonym/Juniper"
    casework_tasks.finish_task(session, first, "sent by post")
    assert [need for need in needs_now(session) if need.urgency == Urgency.LATE] == []
    assert any("sent by post" in note.text for note in session.find(CaseNote, case_id=case_id))
    casework_tasks.reopen_task(session, first)
    again = session.get(Task, first)
    assert again is not None
    assert again.open
    done = session.get(Task, second)
    assert done is not None
    assert done.depends_on_ids == (first,)


def test_somebody_elses_task_is_not_on_my_today_while_they_are_on_duty(
    session: Session, clock: HandClock
) -> None:
    timur = session.make_id()
    on_duty = Member(id=timur, name="Timur", role="coordinator", on_duty_until=clock.ms + HOUR)
    session.commit(session.compartment_of("team"), write_new(on_duty))
    case_id = open_case(session, "", pseudonym="Elm", coordinator_id=timur).case_id
    casework_tasks.add_task(session, case_id, "Theirs", owner_id=timur, due=clock.ms - HOUR)
    (theirs,) = needs_now(session)
    assert (theirs.urgency, theirs.holder_id) == (Urgency.LATE, timur)
    assert today.gather(session).needs == []
    assert today.gather(session).others == [theirs]
    clock.ms += 2 * HOUR
    assert [need.what for need in today.gather(session).needs] == [theirs.what]


def test_a_task_that_nobody_took_presses_only_when_it_is_due_or_said_to_be(
    session: Session, clock: HandClock
) -> None:
    case_id = one(session)
    casework_tasks.add_task(session, case_id, "One day", due=0)
    casework_tasks.add_task(session, case_id, "Next week", due=clock.ms + 7 * 24 * HOUR)
    casework_tasks.add_task(session, case_id, "Tonight", due=clock.ms + 3 * HOUR)
    casework_tasks.add_task(session, case_id, "Now", due=0, priority="now")
    day = today.gather(session)
    assert {str(need.what).split(",")[0] for need in day.needs} == {"Tonight", "Now"}
    later = [need for need in day.later if need.href.startswith("/people")]
    assert [str(need.what).split(",")[0] for need in later] == ["Next week", "One day"]
    assert {str(need.action) for need in [*day.needs, *later]} == {"Take it"}


def test_a_missed_check_in_stands_on_today_until_somebody_knows(session: Session, clock: HandClock) -> None:
    case_id = one(session)
    first, second = casework_checkins.schedule_check_ins(
        session, case_id, clock.ms + HOUR, every=24 * HOUR, until=clock.ms + 30 * HOUR
    )
    assert needs_now(session) == []
    clock.ms += 3 * HOUR
    (need,) = needs_now(session)
    assert need.urgency == Urgency.MISSED
    assert case_lines(session)[0].check_in_missed
    casework_checkins.tried(session, first, "call", "no answer")
    assert len(needs_now(session)) == 1
    casework_checkins.settle_check_in(session, first, "the phone was lost; spoken with in person")
    assert needs_now(session) == []
    casework_checkins.call_off(session, [second])
    called_off = session.get(CheckIn, second)
    assert called_off is not None
    assert called_off.state(clock.ms + 99 * HOUR) == CheckInState.CALLED_OFF


def test_the_word_for_being_forced_is_an_alarm_and_marks_the_account(
    session: Session, clock: HandClock
) -> None:
    case_id = one(session)
    (check,) = casework_checkins.schedule_check_ins(session, case_id, clock.ms)
    casework_checkins.answer_check_in(session, check, "all fine, the lights are on", forced=True)
    (need,) = needs_now(session)
    case = session.get(Case, case_id)
    assert need.urgency == Urgency.ALARM
    assert case is not None
    assert case.seized
    casework_checkins.take_back_answer(session, check)
    assert needs_now(session) == []


def test_a_closed_case_asks_nothing_of_anyone_and_can_be_taken_up_again(
    session: Session, clock: HandClock
) -> None:
    case_id = one(session)
    casework_tasks.add_task(session, case_id, "Letter", due=clock.ms - HOUR)
    casework.close_case(session, case_id, "safe-abroad", "It took eleven weeks.")
    assert needs_now(session) == []
    assert case_lines(session) == []
    assert len(case_lines(session, closed=True)) == 1
    casework.reopen_case(session, case_id)
    assert len(needs_now(session)) == 1
    with pytest.raises(OutOfRange):
        casework.set_status(session, case_id, "closed")


def test_who_has_waited_longest_weighs_the_risk(session: Session, clock: HandClock) -> None:
    for name, risk in (("Elm", "low"), ("Aspen", "extreme")):
        clock.ms += 24 * HOUR
        open_case(session, "", pseudonym=name, risk=risk)
    clock.ms += 24 * HOUR
    assert [line.case.pseudonym for line in waiting_longest(session)] == ["Aspen", "Elm"]


def test_nothing_can_be_done_with_a_case_that_is_not_here(session: Session) -> None:
    elsewhere = make_id(SystemChance())
    with pytest.raises(NotForThisDesk):
        casework.add_note(session, elsewhere, "x")
    with pytest.raises(NotForThisDesk):
        casework_tasks.take_task(session, elsewhere)
    with pytest.raises(NotForThisDesk):
        consent.set_consent(session, elsewhere, "name", "un", "refused")


def test_names_and_texts_that_are_too_long_are_refused_and_nothing_changes(session: Session) -> None:
    case_id = one(session)
    before = session.vault.generation
    with pytest.raises(OutOfRange):
        casework_tasks.add_task(session, case_id, "я" * 10_000)
    with pytest.raises(OutOfRange):
        casework.add_note(session, case_id, "x" * 100_001)
    with pytest.raises(OutOfRange):
        casework_tasks.add_need(session, case_id, "a-new-need")
    assert session.vault.generation == before


def test_history_says_who_wrote_what(session: Session) -> None:
    case_id = one(session)
    casework.set_risk(session, case_id, "high", "threats")
    case = session.get(Case, case_id)
    assert case is not None
    history = casework_history.history_of(session, case)
    assert all(line.who == "Mila" and line.own for line in history.lines)
    shown = [(str(word), str(value)) for line in history.lines for word, value, _ in line.fields]
    assert ("risk", "risk/high") in shown
    assert ("reason for the risk", "“threats”") in shown
    assert casework_history.history_of(session, case, limit=1).more > 0


def test_the_side_of_a_case_knows_family_and_what_is_next(session: Session, clock: HandClock) -> None:
    case_id = one(session)
    casework.add_person(session, case_id, relation="mother", whereabouts="watched", risk="high")
    casework_tasks.add_need(session, case_id, "visa", due=clock.ms + HOUR)
    casework.set_plan(session, case_id, signs="a car", call="Mila")
    casework.set_plan(session, case_id, signs="two cars")
    case = session.get(Case, case_id)
    assert case is not None
    facts = facts_of(session, case)
    assert [person.relation for person in facts.people] == ["self", "mother"]
    assert [due.kind for due in facts.dues] == ["need"]
    need = session.find(Need, case_id=case_id)[0]
    casework_tasks.set_need(session, need.id, "met", "visa in the passport")
    assert facts_of(session, case).dues == ()
    with pytest.raises(OutOfRange):
        casework.keep_apart(session, case_id, case_id, "")
    assert session.find(Person, case_id=case_id)


def test_giving_a_key_to_a_member_without_a_device_is_told_in_the_story(session: Session) -> None:
    case_id = one(session)
    give_key(session, case_id, session.member_id)
    assert any(note.note == "decision" for note in session.find(CaseNote, case_id=case_id))
