"""What a contact's ways back, and hostile letters by e-mail, can do to everybody else's answers."""

from __future__ import annotations

import contextlib
from pathlib import Path

from tests.support.reporter import Reporter, item_id
from tests.support.teams import closing, found, real_relay

from leeward.domain.intake import Contact
from leeward.office import intake
from leeward.office.channels.email_read import read_letter
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
