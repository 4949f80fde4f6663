"""What a contact's ways back, and hostile letters by e-mail, can do to everybody else's answers."""

from __future__ import annotations

import contextlib
from pathlib import Path

from tests.support.relay_simulator import RelaySimulator
from tests.support.reporter import Reporter, item_id
from tests.support.teams import closing, found, real_relay

from leeward.base.say import Message, say
from leeward.domain.intake import Contact
from leeward.domain.relocation.places import Place
from leeward.ledger.model import put
from leeward.office import intake
from leeward.office.channels.email_read import read_letter
from leeward.office.channels.needs import stuck
from leeward.office.channels.outbox import deliver, deliveries, send_again
from leeward.office.channels.port import Incoming, Outgoing, Take
from leeward.office.channels.taking import take_message
from leeward.sync.client import RelayClient
from leeward.sync.outbox import Outbox


def test_a_mailbox_that_refuses_our_answer_holds_up_nobody_elses(tmp_path: Path) -> None:
    with real_relay(tmp_path / "relay") as address, contextlib.closing(RelayClient(address)) as relay:
        anna = found(tmp_path / "anna", relay)
        with closing(anna):
            session = anna.session
            hostile, honest = Reporter(session), Reporter(session)
            for who in (hostile, honest):
                for way in (who.way, who.alarm_way):
                    relay.make_box(way.box, way.read, way.write)
                intake.take_in(session, item_id(), who.first("Ответьте."))
            relay.set_gate(hostile.way.box, hostile.way.read, known_only=True)
            by_box = {one.ways[0].box: one.id for one in session.find(Contact)}
            intake.answer(session, by_box[hostile.way.box], "Читаем.")
            intake.answer(session, by_box[honest.way.box], "Читаем.")
            Outbox(session.vault, session.chance).deliver_items(relay)
            [item] = relay.list_items(honest.way.box, honest.way.read, after=0, limit=9, wait=0).items
            assert honest.read(item.untrusted_sealed)["text"] == "Читаем."
            assert Outbox(session.vault, session.chance).waiting() == 0
            told = [need.href for need in intake.needs_now(session) if need.tag == say("Not delivered")]
            assert told == [f"/inbox/{by_box[hostile.way.box]}"]
            intake.settle(session, by_box[hostile.way.box])
            assert all(need.tag != say("Not delivered") for need in intake.needs_now(session))


def test_a_letter_with_halves_of_characters_is_taken_in_and_holds_up_nothing(tmp_path: Path) -> None:
    raw = b"From: a@example.org\nContent-Type: text/plain; charset=utf-7\n\nx +2AA- y\n"
    with real_relay(tmp_path / "relay") as address, contextlib.closing(RelayClient(address)) as relay:
        anna = found(tmp_path / "anna", relay)
        with closing(anna):
            assert take_message(anna.session, "email", "us@example.org", read_letter(raw))
            [contact] = anna.session.find(Contact)
            [letter] = intake.conversation(anna.session, contact.id).letters
            assert letter.text == "x  y"


def test_parts_after_bare_returns_are_counted_before_each_becomes_an_object() -> None:
    raw = b"From: a@example.org\rContent-Type: multipart/mixed; boundary=b\r\r" + b"--b\r\rx\r" * 200_000
    letter = read_letter(raw)
    assert letter.cut
    assert [file.name for file in letter.files] == ["message.eml"]


class Line:
    """A channel that notes what it was given."""

    name = "email"
    account = "us@example.org"
    repeats_safely = True
    pause = 0.0

    def __init__(self) -> None:
        self.sent: list[str] = []

    def check(self) -> Message:
        return say("It has not been asked yet.")

    def fetch(self, take: Take, *, wait: float = 0.0) -> int:
        del take, wait
        return 0

    def send(self, answer: Outgoing) -> None:
        self.sent.append(answer.text)

    def remark(self) -> Message | None:
        return None

    def close(self) -> None:
        return


def test_an_answer_that_waits_leads_nowhere_once_they_may_be_in_other_hands(tmp_path: Path) -> None:
    anna = found(tmp_path / "anna", RelaySimulator().door())
    with closing(anna):
        session = anna.session
        take_message(session, "email", Line.account, Incoming(handle="a@example.org", text="Куда идти?"))
        [contact] = session.find(Contact)
        session.save_new(session.compartment_of("beds"), Place(id=session.make_id(), code_name="Маяк Четыре"))
        answer = intake.answer(session, contact.id, "Идите в Маяк Четыре.")
        intake.mark_captured(session, contact.id, "Голос не тот.")
        line = Line()
        assert deliver(session, line) == 0
        assert line.sent == []
        assert [one.state for one in deliveries(session, contact.id)] == ["held"]
        assert [one.letter_id for one in stuck(session)] == [answer.id]
        send_again(session, answer.id)
        assert deliver(session, line) == 0
        assert line.sent == []


def test_an_answer_cut_off_by_a_crash_does_not_go_out_at_the_next_start_either(tmp_path: Path) -> None:
    anna = found(tmp_path / "anna", RelaySimulator().door())
    with closing(anna):
        session = anna.session
        reporter = Reporter(session)
        intake.take_in(session, item_id(), reporter.first("Куда идти?"))
        [contact] = session.find(Contact)
        session.save_new(session.compartment_of("beds"), Place(id=session.make_id(), code_name="Маяк Четыре"))
        words = {"direction": "out", "text": "Идите в Маяк Четыре.", "report": "ab" * 16}
        session.commit(contact.compartment, put("message", "m" * 26, contact_id=contact.id, **words))
        intake.take_in(session, item_id(), reporter.again("Куда идти?", alarm=True))
        before = Outbox(session.vault, session.chance).waiting()
        assert intake.resume_answers(session) == 0
        assert Outbox(session.vault, session.chance).waiting() == before
