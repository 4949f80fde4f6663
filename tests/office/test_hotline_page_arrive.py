"""Envelopes of the offline form: handed to the relay, or taken in here while it is away; hostile ones refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.relay_simulator import Door, RelaySimulator
from tests.support.reporter import CHANCE, Reporter
from tests.support.teams import Desk, StillClock, closing, found, settle

from leeward.domain.files import FileRef, Piece
from leeward.domain.intake import Letter
from leeward.office import intake
from leeward.office.hotline_page import arrive, gate
from leeward.office.hotline_page.arrive import EnvelopeRefused
from leeward.office.intake import take_in
from leeward.office.mail import pull_mail
from leeward.office.team import hotline_of
from leeward.seal.envelope import seal
from leeward.seal.kinds import Kind
from leeward.sync.port import hash_of_token
from leeward.wire.envelope import print_envelope, print_envelope_text
from leeward.wire.turn import Make, Post, Put, Turn, print_turn

PHOTO = b"the door of the shed, from inside" * 100


@pytest.fixture
def anna(tmp_path: Path):  # type: ignore[no-untyped-def]  # noqa: ANN201 - one desk, closed afterwards
    desk = found(tmp_path / "anna", RelaySimulator().door(), clock=StillClock())
    with closing(desk):
        settle(desk)
        yield desk


def make_envelope(desk: Desk, reporter: Reporter, text: str) -> bytes:
    """Do what the form does: a turn with a piece, then one with the mailboxes and the report."""
    session = desk.session
    recipient = session.vault.recipient_of(session.compartment_of("intake"))
    piece, blob = seal(Kind.PIECE, PHOTO, recipient), CHANCE.draw(32)
    digest = hashlib.sha256(piece).hexdigest()
    pieces = (Piece(blob.hex(), len(piece), digest),)
    photo = FileRef("door.txt", len(PHOTO), hashlib.sha256(PHOTO).hexdigest(), "text/plain", pieces)
    hotline = hotline_of(session)
    makes = tuple(
        Make(bytes.fromhex(way.box), hash_of_token(way.read), hash_of_token(way.write))
        for way in (reporter.way, reporter.alarm_way)
    )
    sealed = reporter.first(text, [photo], path="offline")
    post = Post(bytes.fromhex(hotline.box), bytes.fromhex(hotline.write), CHANCE.draw(16), sealed)
    turns = [Turn(puts=(Put(blob, CHANCE.draw(32), piece),)), Turn(makes=makes, post=post)]
    return print_envelope([print_turn(turn) for turn in turns])


def texts(desk: Desk) -> list[str]:
    return [letter.text for letter in desk.session.find(Letter)]


def pull(desk: Desk) -> None:
    pull_mail(desk.session, desk.relay, take_in)


def test_it_goes_to_the_relay_and_comes_from_there_once(anna: Desk) -> None:
    reporter = Reporter(anna.session)
    envelope = make_envelope(anna, reporter, "Нас двое, мы в сарае.")
    came = arrive.bring_in(anna.session, anna.relay, envelope)
    assert (came.known, came.relayed) == (False, True)
    pull(anna)
    again = arrive.bring_in(anna.session, anna.relay, print_envelope_text(envelope).encode())
    assert (again.known, again.relayed) == (True, True)
    pull(anna)
    [letter] = anna.session.find(Letter)
    assert letter.text == "Нас двое, мы в сарае."
    _, chunks = intake.open_attachment(anna.session, letter.id, 0)
    assert b"".join(chunks) == PHOTO
    answer = intake.answer(anna.session, letter.contact_id, "Мы прочли.")
    settle(anna)
    listing = anna.relay.list_items(reporter.way.box, reporter.way.read)
    assert reporter.read(listing.items[-1].untrusted_sealed)["text"] == answer.text


def test_while_the_relay_is_away_it_is_read_at_once_and_handed_over_later(anna: Desk) -> None:
    door = anna.relay
    assert isinstance(door, Door)
    reporter = Reporter(anna.session)
    envelope = make_envelope(anna, reporter, "Помогите")
    door.away = True
    came = arrive.bring_in(anna.session, door, envelope)
    assert (came.known, came.relayed) == (False, False)
    assert arrive.bring_in(anna.session, None, envelope).known
    assert texts(anna) == ["Помогите"]
    [letter] = anna.session.find(Letter)
    _, chunks = intake.open_attachment(anna.session, letter.id, 0)  # its piece is here, not only on the relay
    assert b"".join(chunks) == PHOTO
    intake.answer(anna.session, letter.contact_id, "Мы прочли.")
    assert arrive.waiting(anna.session) == 1
    door.away = False
    arrive.hand_over(anna.session, door)
    assert arrive.waiting(anna.session) == 0
    pull(anna)
    settle(anna)
    assert texts(anna).count("Помогите") == 1
    listing = door.list_items(reporter.way.box, reporter.way.read)
    assert reporter.read(listing.items[-1].untrusted_sealed)["text"] == "Мы прочли."


def test_a_closed_gate_does_not_lose_it(anna: Desk) -> None:
    gate.set_gate(anna.session, known_only=True)
    gate.tell_gate(anna.session, anna.relay)
    reporter = Reporter(anna.session)
    envelope = make_envelope(anna, reporter, "Помогите")
    assert arrive.bring_in(anna.session, anna.relay, envelope).relayed
    [letter] = anna.session.find(Letter)
    assert letter.text == "Помогите"
    intake.answer(anna.session, letter.contact_id, "Мы прочли.")
    settle(anna)
    assert (
        anna.relay.list_items(reporter.way.box, reporter.way.read).last == 1
    )  # the way back was made all the same


def test_what_the_relay_took_and_kept_to_itself_is_taken_in_here(anna: Desk) -> None:
    door, clock = anna.relay, anna.session.clock
    assert isinstance(door, Door)
    assert isinstance(clock, StillClock)
    door.drop_appends = 1
    assert arrive.bring_in(
        anna.session, door, make_envelope(anna, Reporter(anna.session), "Помогите")
    ).relayed
    pull(anna)
    arrive.hand_over(anna.session, door)
    assert texts(anna) == []
    clock.now += 4 * 60_000
    arrive.hand_over(anna.session, door)
    assert texts(anna) == ["Помогите"]


def test_an_envelope_for_others_or_sealed_to_others_is_refused(anna: Desk, tmp_path: Path) -> None:
    other = found(tmp_path / "other", RelaySimulator().door())
    with closing(other):
        with pytest.raises(EnvelopeRefused):
            arrive.bring_in(anna.session, anna.relay, make_envelope(other, Reporter(other.session), "x"))
        foreign = Reporter(other.session).first("sealed to another team")
    hotline = hotline_of(anna.session)
    post = Post(bytes.fromhex(hotline.box), bytes.fromhex(hotline.write), CHANCE.draw(16), foreign)
    with pytest.raises(EnvelopeRefused):
        arrive.bring_in(anna.session, anna.relay, print_envelope([print_turn(Turn(post=post))]))
    assert texts(anna) == []
    assert intake.damaged(anna.session) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 40_000), flip=st.integers(1, 255))
def test_a_torn_envelope_is_refused_or_taken_in_whole(anna: Desk, cut: int, flip: int) -> None:
    envelope = bytearray(make_envelope(anna, Reporter(anna.session), "Помогите"))
    envelope[cut % len(envelope)] ^= flip
    before = len(texts(anna))
    try:
        arrive.bring_in(anna.session, None, bytes(envelope))
    except EnvelopeRefused:
        assert len(texts(anna)) == before
    else:
        assert len(texts(anna)) == before + 1
