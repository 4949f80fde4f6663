"""Signal as a channel, against a double of signal-cli's daemon (tests/support/signal_cli.py)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.signal_cli import ACCOUNT, Daemon, signal_daemon
from tests.support.sockets import plain_server

from leeward.domain.errors import RuleBroken
from leeward.domain.intake import Contact, Letter
from leeward.office import intake
from leeward.office.channels import outbox, safety
from leeward.office.channels.errors import BadSettings, ChannelAway, NotPrivate
from leeward.office.channels.outbox import deliver, deliveries, send_again
from leeward.office.channels.port import NOT_TAKEN
from leeward.office.channels.settings import SignalSettings, save_settings
from leeward.office.channels.signal import SignalChannel
from leeward.office.channels.taking import take_message
from leeward.office.session import Session

SOMEBODY = "0a1b2c3d-0000-4000-8000-00000000000a"
ANOTHER = "0a1b2c3d-0000-4000-8000-00000000000b"


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    (tmp_path / "signal").mkdir()
    with signal_daemon(tmp_path / "signal") as running:
        yield running


@pytest.fixture
def channel(session: Session, daemon: Daemon) -> Iterator[SignalChannel]:
    settings = SignalSettings(account=ACCOUNT, socket=str(daemon.path), attachments=str(daemon.attachments))
    save_settings(session, settings)
    opened = SignalChannel(settings, timeout=5)
    yield opened
    opened.close()


def fetch(session: Session, channel: SignalChannel, wait: float = 0.3) -> int:
    count = channel.fetch(lambda one: take_message(session, "signal", channel.account, one), wait=wait)
    safety.look(session, channel)
    safety.believe(session, channel)
    return count


def contact_of(session: Session, handle: str = SOMEBODY) -> Contact:
    (found,) = [one for one in session.find(Contact) if one.handle == handle]
    return found


def test_a_message_becomes_a_contact_known_by_neither_number_nor_name(
    session: Session, channel: SignalChannel, daemon: Daemon
) -> None:
    daemon.arrive(SOMEBODY, "Help me")
    assert fetch(session, channel) == 1
    contact = contact_of(session)
    assert contact.channel == "signal"
    assert intake.queue(session)[0].waiting_since
    kept = str(session.vault.history(contact.id))
    assert "+15550199" not in kept
    assert "A Legal Name" not in kept
    daemon.arrive(SOMEBODY, "Help me again", later=1)
    assert fetch(session, channel) == 1
    assert len(session.find(Contact)) == 1
    assert len(session.find(Letter)) == 2


def test_what_came_while_the_desk_was_closed_waits_for_it(
    session: Session, channel: SignalChannel, daemon: Daemon
) -> None:
    for number in range(3):
        daemon.arrive(SOMEBODY, f"Message {number}")
    assert fetch(session, channel) == 3
    channel.close()
    daemon.wait_until_alone()
    daemon.arrive(SOMEBODY, "While it was closed", later=9)
    assert fetch(session, channel) == 1
    assert not channel.receives_by_itself


def test_an_answer_goes_out_once(session: Session, channel: SignalChannel, daemon: Daemon) -> None:
    daemon.arrive(SOMEBODY, "Help me")
    fetch(session, channel)
    letter = intake.answer(session, contact_of(session).id, "We have read it.")
    assert deliver(session, channel) == 1
    assert deliver(session, channel) == 0
    assert daemon.sent == [{"recipient": [SOMEBODY], "message": "We have read it."}]
    sent = session.get(Letter, letter.id)
    assert sent is not None
    assert sent.queued_at


def test_attachments_are_sealed_here_and_gone_from_the_daemons_folder(
    session: Session, channel: SignalChannel, daemon: Daemon
) -> None:
    told = daemon.keep_attachment("abc-123.jpg", b"a picture")
    daemon.arrive(SOMEBODY, None, attachments=[told, {**told, "id": "../../etc/passwd"}])
    assert fetch(session, channel) == 1
    (letter,) = session.find(Letter)
    assert letter.text == NOT_TAKEN  # one of the two could not be had
    ref, plain = intake.open_attachment(session, letter.id, 0)
    assert (ref.name, b"".join(plain)) == ("photo.jpg", b"a picture")
    assert list(daemon.attachments.iterdir()) == []


def test_attachments_come_by_rpc_if_the_folder_is_not_told(session: Session, daemon: Daemon) -> None:
    channel = SignalChannel(SignalSettings(account=ACCOUNT, socket=str(daemon.path)), timeout=5)
    daemon.arrive(SOMEBODY, "See", attachments=[daemon.keep_attachment("abc.jpg", b"a picture")])
    assert fetch(session, channel) == 1
    (letter,) = session.find(Letter)
    _, plain = intake.open_attachment(session, letter.id, 0)
    assert b"".join(plain) == b"a picture"
    channel.close()


def test_what_is_no_message_makes_no_contact(
    session: Session, channel: SignalChannel, daemon: Daemon
) -> None:
    daemon.arrive(SOMEBODY, None)
    daemon.arrive(ANOTHER, "In a group", groupInfo={"groupId": "x", "type": "DELIVER"})
    assert fetch(session, channel) == 0
    assert channel.left_out == 1
    assert session.find(Contact) == []


def test_a_changed_safety_number_is_shown_and_stops_answers_until_it_was_compared(
    session: Session, channel: SignalChannel, daemon: Daemon
) -> None:
    daemon.arrive(SOMEBODY, "Help me")
    fetch(session, channel)
    contact = contact_of(session)
    before = safety.number_of(session, contact.id)
    assert before is not None
    assert not before.new_at
    new = daemon.change_key(SOMEBODY)
    daemon.arrive(SOMEBODY, "It is me, truly", later=1)
    assert fetch(session, channel) == 0
    (changed,) = safety.changed_numbers(session)
    assert changed.number == new != before.number
    letter = intake.answer(session, contact.id, "Where are you?")
    assert deliver(session, channel) == 0
    assert [one.state for one in deliveries(session, contact.id)] == ["identity"]
    assert daemon.sent == []
    safety.compare(session, contact.id)
    with pytest.raises(RuleBroken):
        safety.compare(session, contact.id)
    fetch(session, channel)
    assert deliver(session, channel) == 1
    assert fetch(session, channel) == 1  # what the daemon had kept back
    assert len(daemon.sent) == 1
    assert safety.changed_numbers(session) == []
    sent = session.get(Letter, letter.id)
    assert sent is not None
    assert sent.queued_at


def test_a_broken_connection_while_sending_is_told_as_unclear_and_not_repeated(
    session: Session, channel: SignalChannel, daemon: Daemon
) -> None:
    daemon.arrive(SOMEBODY, "Help me")
    fetch(session, channel)
    contact = contact_of(session)
    letter = intake.answer(session, contact.id, "We have read it.")
    daemon.hang_up_on_send = True
    assert deliver(session, channel) == 0
    assert deliver(session, channel) == 0
    assert [one.state for one in deliveries(session, contact.id)] == ["unsure"]
    assert len(daemon.sent) == 1
    send_again(session, letter.id)
    assert deliver(session, channel) == 1
    assert len(daemon.sent) == 2


def test_killed_after_sending_it_is_told_as_unclear_and_not_repeated(
    session: Session, channel: SignalChannel, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    daemon.arrive(SOMEBODY, "Help me")
    fetch(session, channel)
    contact = contact_of(session)
    intake.answer(session, contact.id, "We have read it.")
    with monkeypatch.context() as dying:
        dying.setattr(outbox, "_conclude", fall_over)
        with pytest.raises(KilledHere):
            deliver(session, channel)
    assert deliver(session, channel) == 0
    assert [one.state for one in deliveries(session, contact.id)] == ["unsure"]
    assert len(daemon.sent) == 1


@pytest.mark.parametrize(
    ("kind", "state"), [("UNREGISTERED_FAILURE", "refused"), ("IDENTITY_FAILURE", "identity")]
)
def test_what_the_daemon_refuses_for_good_is_told(
    session: Session, channel: SignalChannel, daemon: Daemon, kind: str, state: str
) -> None:
    daemon.arrive(SOMEBODY, "Help me")
    fetch(session, channel)
    intake.answer(session, contact_of(session).id, "We have read it.")
    daemon.failing_with = kind
    assert deliver(session, channel) == 0
    assert [one.state for one in deliveries(session)] == [state]


@pytest.mark.parametrize("kind", ["NETWORK_FAILURE", "RATE_LIMIT_FAILURE"])
def test_what_the_daemon_cannot_send_now_waits(
    session: Session, channel: SignalChannel, daemon: Daemon, kind: str
) -> None:
    daemon.arrive(SOMEBODY, "Help me")
    fetch(session, channel)
    intake.answer(session, contact_of(session).id, "We have read it.")
    daemon.failing_with = kind
    with pytest.raises(ChannelAway):
        deliver(session, channel)
    daemon.failing_with = ""
    assert deliver(session, channel) == 1


def test_a_daemon_of_several_accounts_is_told_which(session: Session, tmp_path: Path) -> None:
    with signal_daemon(tmp_path, several=True) as daemon:
        channel = SignalChannel(SignalSettings(account=ACCOUNT, socket=str(daemon.path)), timeout=5)
        assert str(channel.check()) == f"signal-cli 0.13.18 answers for {ACCOUNT}."
        daemon.arrive(SOMEBODY, "Help me")
        assert fetch(session, channel) == 1
        channel.close()
        wrong = SignalChannel(SignalSettings(account="+15550177", socket=str(daemon.path)), timeout=5)
        with pytest.raises(BadSettings):
            wrong.check()
        wrong.close()


def test_a_daemon_that_receives_by_itself_is_recognised(session: Session, tmp_path: Path) -> None:
    with signal_daemon(tmp_path, manual=False) as daemon:
        channel = SignalChannel(SignalSettings(account=ACCOUNT, socket=str(daemon.path)), timeout=5)
        channel.check()
        daemon.arrive(SOMEBODY, "Help me")
        assert fetch(session, channel) >= 1
        assert channel.receives_by_itself
        assert len(session.find(Letter)) == 1
        channel.close()


def test_a_daemon_that_is_away_or_speaks_nonsense_is_told_as_away(tmp_path: Path) -> None:
    gone = SignalChannel(SignalSettings(account=ACCOUNT, socket=str(tmp_path / "none.sock")), timeout=2)
    with pytest.raises(ChannelAway):
        gone.check()
    for nonsense in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"[[[[\n", b"17\n", b"[" * 200_000 + b"\n"):
        with plain_server(nonsense) as port:
            odd = SignalChannel(SignalSettings(account=ACCOUNT, socket=f"127.0.0.1:{port}"), timeout=2)
            with pytest.raises(ChannelAway):
                odd.check()


def test_only_a_daemon_on_this_computer_is_spoken_to() -> None:
    far = SignalChannel(SignalSettings(account=ACCOUNT, socket="signal.example.org:7583"), timeout=2)
    with pytest.raises(NotPrivate):
        far.check()


class KilledHere(BaseException):
    """Stands for the end of the process."""


def fall_over(*_: object, **__: object) -> None:
    raise KilledHere
