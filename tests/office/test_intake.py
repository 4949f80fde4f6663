from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.reporter import Reporter, item_id
from tests.support.teams import Desk, found, newcomer, settle

from leeward.base.limits import TEXT_MOST
from leeward.domain.errors import DomainError, OutOfRange, RuleBroken
from leeward.domain.intake import Check, Contact, Letter
from leeward.domain.today import Urgency
from leeward.ledger.model import put
from leeward.office import intake
from leeward.office.files import keep_file
from leeward.office.intake.judge import Facts
from leeward.office.session import Session
from leeward.sync.outbox import Outbox


@pytest.fixture
def relay() -> RelaySimulator:
    return RelaySimulator()


@pytest.fixture
def anna(tmp_path: Path, relay: RelaySimulator) -> Iterator[Desk]:
    desk = found(tmp_path / "anna", relay.door())
    with desk.session.vault:
        yield desk


def only(session: Session) -> Contact:
    [line] = intake.queue(session)
    return line.contact


def waiting(desk: Desk) -> int:
    return Outbox(desk.session.vault, desk.session.chance).waiting()


def test_a_first_report_becomes_a_contact_who_waits(anna: Desk) -> None:
    intake.take_in(anna.session, item_id(), Reporter(anna.session).first("телефон у них"))
    [line] = intake.queue(anna.session)
    assert line.preview == "телефон у них"
    assert line.waiting_since
    assert line.contact.pseudonym
    assert len(line.contact.ways) == 2
    assert intake.counts(anna.session) == intake.Counts(waiting=1, alarms=0)


def test_the_same_item_again_changes_nothing(anna: Desk) -> None:
    item, sealed = item_id(), Reporter(anna.session).first("раз")
    intake.take_in(anna.session, item, sealed)
    before = anna.session.vault.generation
    intake.take_in(anna.session, item, sealed)
    intake.take_in(anna.session, item_id(), sealed)  # replayed by the relay under another id
    assert anna.session.vault.generation == before


def test_two_desks_that_take_in_one_item_agree_without_a_conflict(
    anna: Desk, tmp_path: Path, relay: RelaySimulator
) -> None:
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="operator")
    with boris.session.vault:
        settle(anna, boris)
        reporter = Reporter(anna.session)
        for sealed in (reporter.first("раз"), reporter.again("два"), reporter.again("три", alarm=True)):
            item = item_id()
            intake.take_in(anna.session, item, sealed)
            intake.take_in(boris.session, item, sealed)
        settle(anna, boris)
        for desk in (anna, boris):
            assert desk.session.vault.conflicts() == []
            assert len(intake.conversation(desk.session, only(desk.session).id).letters) == 3


def test_the_alarm_voice_is_the_loudest_thing_and_stays_in_the_conversation(anna: Desk) -> None:
    reporter = Reporter(anna.session)
    intake.take_in(anna.session, item_id(), reporter.first("раз"))
    intake.take_in(anna.session, item_id(), reporter.again("всё хорошо, где вы?", alarm=True))
    contact = only(anna.session)
    assert contact.alarmed
    first = intake.needs_now(anna.session)[0]
    assert first.urgency == Urgency.ALARM
    intake.take_up_alarm(anna.session, contact.id)
    assert intake.counts(anna.session).alarms == 0
    assert [one.alarm for one in intake.conversation(anna.session, contact.id).letters] == [False, True]


def test_a_visit_with_the_alarm_words_is_an_alarm_too(anna: Desk) -> None:
    reporter = Reporter(anna.session)
    intake.take_in(anna.session, item_id(), reporter.first("раз"))
    intake.take_in(anna.session, item_id(), reporter.opened(alarm=True))
    assert intake.counts(anna.session).alarms == 1


def test_an_answer_goes_to_both_ways_and_opens_with_both_forms_of_the_words(
    anna: Desk, relay: RelaySimulator
) -> None:
    reporter = Reporter(anna.session)
    for way in (reporter.way, reporter.alarm_way):
        anna.relay.make_box(way.box, way.read, way.write)
    intake.take_in(anna.session, item_id(), reporter.first("раз"))
    before = waiting(anna)
    sent = intake.answer(anna.session, only(anna.session).id, "Мы прочитали.")
    assert waiting(anna) - before == 2
    anna.sync()
    replies = []
    for way, alarm in ((reporter.way, False), (reporter.alarm_way, True)):
        [item] = anna.relay.list_items(way.box, way.read, after=0).items
        replies.append(reporter.read(item.untrusted_sealed, alarm=alarm))
    assert (
        replies[0]
        == replies[1]
        == {"v": 1, "id": sent.report, "at": sent.created_at, "text": "Мы прочитали."}
    )
    assert intake.counts(anna.session).waiting == 0


def test_an_answer_written_but_not_queued_is_queued_at_the_next_start_under_the_same_id(anna: Desk) -> None:
    intake.take_in(anna.session, item_id(), Reporter(anna.session).first("раз"))
    contact = only(anna.session)
    anna.session.commit(  # what is on the disk if the desk dies between the two steps
        contact.compartment,
        put("message", "m" * 26, contact_id=contact.id, direction="out", text="да", report="ab" * 16),
    )
    before = waiting(anna)
    assert intake.resume_answers(anna.session) == 1
    assert waiting(anna) - before == 2
    assert intake.resume_answers(anna.session) == 0


def test_a_draft_is_kept_and_gone_when_sent(anna: Desk) -> None:
    intake.take_in(anna.session, item_id(), Reporter(anna.session).first("раз"))
    contact = only(anna.session).id
    intake.save_draft(anna.session, contact, "Мы")
    before = anna.session.vault.generation
    intake.save_draft(anna.session, contact, "Мы")
    assert anna.session.vault.generation == before
    assert intake.draft_of(anna.session, contact) == "Мы"
    intake.answer(anna.session, contact, "Мы здесь")
    assert intake.draft_of(anna.session, contact) == ""


def test_nothing_and_too_much_are_not_sent(anna: Desk) -> None:
    intake.take_in(anna.session, item_id(), Reporter(anna.session).first("раз"))
    for text in ("  \n", "я" * (TEXT_MOST + 1)):
        with pytest.raises(OutOfRange):
            intake.answer(anna.session, only(anna.session).id, text)
    with pytest.raises(RuleBroken):
        intake.answer(anna.session, intake.log_call(anna.session, "звонок"), "ответ")


@pytest.mark.parametrize("hostile", [b"", b"age-encryption.org/v1\n", b"\x00" * 5000])
def test_what_cannot_be_opened_is_kept_as_it_came_and_told(anna: Desk, hostile: bytes) -> None:
    item = item_id()
    intake.take_in(anna.session, item, hostile)
    intake.take_in(anna.session, item, hostile)
    [kept] = intake.damaged(anna.session)
    assert anna.session.vault.blob_get(kept.original) == hostile
    assert [need.urgency for need in intake.needs_now(anna.session)] == [Urgency.WAITING]
    intake.settle_damaged(anna.session, kept.id)
    assert intake.damaged(anna.session) == []


def test_a_sealed_thing_that_is_no_report_stops_nothing(anna: Desk) -> None:
    reporter = Reporter(anna.session)
    pieces = [{"blob": "ab" * 32, "size": 1, "sha256": "cd" * 32}] * 20_000
    giant = {"name": "x", "type": "a/b", "size": 1, "sha256": "ab" * 32, "pieces": pieces}
    hostile = [
        reporter.sealed(text="no way, no voice"),
        reporter.first("x", id="zz"),
        reporter.sealed(ways=[{}]),
        reporter.first("x" * 10, mood=[[[[]]]]),
        reporter.sealed(text="files", voice="ab" * 32, files=[giant]),
        reporter.sealed(text="<script>alert(1)</script>\x00\x1b[31m\u202eevil", voice="ab" * 32),
    ]
    for sealed in hostile:
        intake.take_in(anna.session, item_id(), sealed)
    assert len(intake.damaged(anna.session)) + len(intake.queue(anna.session)) >= 5
    texts = [letter.text for letter in anna.session.find(Letter)]
    assert "<script>alert(1)</script>[31mevil" in texts


def test_words_we_do_not_know_make_a_contact_who_cannot_be_answered(anna: Desk) -> None:
    intake.take_in(anna.session, item_id(), Reporter(anna.session).again("кто-нибудь?"))
    assert only(anna.session).ways == ()


def test_two_texts_under_one_report_id_are_both_kept(anna: Desk) -> None:
    reporter = Reporter(anna.session)
    intake.take_in(anna.session, item_id(), reporter.first("раз"))
    for text in ("два", "три"):
        intake.take_in(anna.session, item_id(), reporter.again(text, id="ab" * 16))
    talk = intake.conversation(anna.session, only(anna.session).id)
    assert sorted(letter.text for letter in talk.letters) == ["два", "раз", "три"]


def test_a_very_long_text_is_cut_for_the_page_and_its_original_kept(anna: Desk) -> None:
    sealed = Reporter(anna.session).first("я" * (TEXT_MOST + 5))
    intake.take_in(anna.session, item_id(), sealed)
    [letter] = anna.session.find(Letter)
    assert letter.cut
    assert anna.session.vault.blob_get(letter.original) == sealed


def test_an_attachment_is_opened_piece_by_piece(anna: Desk) -> None:
    circle = anna.session.compartment_of("intake")
    ref = keep_file(anna.session, circle, [b"\xff\xd8\xffpicture"], name="../a.jpg", media_type="image/jpeg")
    intake.take_in(anna.session, item_id(), Reporter(anna.session).first("фото", files=[ref]))
    [letter] = anna.session.find(Letter)
    opened, plain = intake.open_attachment(anna.session, letter.id, 0)
    assert opened.name == "a.jpg"
    assert b"".join(plain) == b"\xff\xd8\xffpicture"
    with pytest.raises(intake.NotInIntake):
        intake.open_attachment(anna.session, letter.id, 1)


def test_triage_facts_and_links_are_written_and_taken_back(anna: Desk) -> None:
    one, two = intake.log_call(anna.session, "один"), intake.log_call(anna.session, "два")
    intake.triage(anna.session, one, "immediate")
    intake.set_facts(
        anna.session, one, Facts(needs=["shelter", "phone"], safe_when="до 8:00", safe_device="borrowed")
    )
    intake.set_facts(anna.session, one, Facts(needs=["phone"]))
    intake.link(anna.session, one, two)
    contact = intake.require_contact(anna.session, one)
    assert (contact.urgency, contact.needs_set, contact.safe_when) == ("immediate", ("phone",), "до 8:00")
    assert contact.linked_ids == (two,)
    intake.unlink(anna.session, two, one)
    assert intake.require_contact(anna.session, one).linked_ids == ()
    with pytest.raises(DomainError):
        intake.triage(anna.session, one, "nonsense")
    with pytest.raises(DomainError):
        intake.set_facts(anna.session, one, Facts(needs=["gold"]))
    with pytest.raises(DomainError):
        intake.link(anna.session, one, one)
    with pytest.raises(DomainError):
        intake.refer(anna.session, one, " ")


def test_a_grade_of_vetted_stands_only_when_a_second_person_agrees(
    anna: Desk, tmp_path: Path, relay: RelaySimulator
) -> None:
    contact = intake.log_call(anna.session, "один")
    with pytest.raises(OutOfRange):
        intake.set_vetting(anna.session, contact, "verified", "")
    intake.set_vetting(anna.session, contact, "verified", "Larch knows him.")
    assert intake.require_contact(anna.session, contact).vetting == "partly"
    with pytest.raises(RuleBroken):
        intake.second_vetting(anna.session, contact, agrees=True)
    boris = newcomer(tmp_path / "boris", anna, relay.door(), role="operator")
    with boris.session.vault:
        settle(anna, boris)
        assert Urgency.SECOND in {need.urgency for need in intake.needs_now(boris.session)}
        intake.second_vetting(boris.session, contact, agrees=True, reason="Two accounts agree.")
        settle(anna, boris)
    assert intake.require_contact(anna.session, contact).vetting == "verified"


def test_a_vetting_question_is_asked_and_answered(anna: Desk) -> None:
    contact = intake.log_call(anna.session, "один")
    check = intake.add_check(anna.session, contact, "question", "What stands behind the bus station?")
    assert intake.set_check(anna.session, check, "holds", "a water tower") == contact
    found = anna.session.get(Check, check)
    assert found is not None
    assert (found.outcome, found.answer) == ("holds", "a water tower")


def test_doubt_puts_a_contact_last_and_warns(anna: Desk) -> None:
    contact = intake.log_call(anna.session, "один")
    intake.doubt(anna.session, contact, "asks only for addresses")
    found = intake.require_contact(anna.session, contact)
    assert (found.urgency, found.vetting) == ("hostile", "doubtful")


def test_a_desk_without_the_hotlines_key_shows_nothing_and_says_so(
    anna: Desk, tmp_path: Path, relay: RelaySimulator
) -> None:
    carla = newcomer(tmp_path / "carla", anna, relay.door(), role="documenter")
    with carla.session.vault:
        settle(anna, carla)
        assert not intake.has_intake(carla.session)
        assert intake.queue(carla.session) == []
        assert intake.needs_now(carla.session) == []


def test_nothing_readable_lies_on_the_disk(anna: Desk, tmp_path: Path) -> None:
    intake.take_in(anna.session, item_id(), Reporter(anna.session).first("телефон у них, третий этаж"))
    intake.answer(anna.session, only(anna.session).id, "ответ без адреса")
    copy = tmp_path / "copy"
    shutil.copytree(anna.session.vault.folder, copy)
    whole = b"".join(path.read_bytes() for path in copy.rglob("*") if path.is_file())
    assert "третий этаж".encode() not in whole
    assert "без адреса".encode() not in whole
