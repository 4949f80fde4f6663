"""E-mail as a channel, against a real Dovecot and a real SMTP server on loopback."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.support.certificates import Pair, make_certificate
from tests.support.clocks import HandClock
from tests.support.dovecot import PASSWORD, Post, dovecot
from tests.support.ports import free_port
from tests.support.smtp import Sending, smtp_server
from tests.support.sockets import imap_without_tls, plain_server, socks_proxy

from leeward.domain.intake import Contact, Letter
from leeward.office import intake
from leeward.office.channels import email, outbox
from leeward.office.channels.email import EmailChannel
from leeward.office.channels.errors import AnswerLater, BadSettings, ChannelAway, NotPrivate, WrongLogin
from leeward.office.channels.outbox import deliver, deliveries, send_again
from leeward.office.channels.port import LEFT_THERE, Incoming, Outgoing
from leeward.office.channels.settings import (
    EmailSettings,
    LocalMemory,
    load_settings,
    remove_settings,
    save_settings,
    seats,
)
from leeward.office.channels.taking import take_message
from leeward.office.session import Session

LETTER = b"""From: =?utf-8?b?0JjQstCw0L0=?= <Somebody@Example.org>
To: hotline@example.net
Subject: =?utf-8?b?0L/QvtC80L7Qs9C40YLQtQ==?=
Message-ID: <first@example.org>
Date: Fri, 07 Apr 2017 18:00:00 +0300
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

\xd0\x9c\xd0\xbd\xd0\xb5 \xd0\xbd\xd1\x83\xd0\xb6\xd0\xbd\xd0\xb0 \xd0\xbf\xd0\xbe\xd0\xbc\xd0\xbe\xd1\x89\xd1\x8c.
""".replace(b"\n", b"\r\n")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def server(pair: Pair) -> Iterator[Post]:
    with dovecot(pair) as running:
        yield running


@pytest.fixture
def post(server: Post) -> Post:
    return server._replace(user=f"user{os.urandom(4).hex()}")


@pytest.fixture
def sending(pair: Pair) -> Iterator[Sending]:
    with smtp_server(pair) as running:
        yield running


@pytest.fixture
def settings(post: Post, sending: Sending) -> EmailSettings:
    return EmailSettings(
        address="hotline@example.net",
        imap_host="127.0.0.1",
        imap_port=post.imaps,
        smtp_host="127.0.0.1",
        smtp_port=sending.port,
        smtp_security="starttls",
        user=post.user,
        password=PASSWORD,
        certificate=post.certificate,
    )


@pytest.fixture
def channel(session: Session, settings: EmailSettings) -> EmailChannel:
    save_settings(session, settings)
    return EmailChannel(settings, LocalMemory(session, "email"), timeout=10)


def fetch(session: Session, channel: EmailChannel) -> int:
    return channel.fetch(lambda one: take_message(session, "email", channel.account, one))


def test_a_letter_becomes_a_contact_who_waits(session: Session, channel: EmailChannel, post: Post) -> None:
    post.deliver(LETTER)
    assert fetch(session, channel) == 1
    (line,) = intake.queue(session)
    assert line.contact.channel == "email"
    assert line.contact.handle == "somebody@example.org"
    assert line.contact.language == "ru"
    assert line.waiting_since
    assert line.last is not None
    assert line.last.text == "помогите\n\nМне нужна помощь."
    assert session.vault.compartment(line.contact.compartment).kind == "intake"
    assert "Иван" not in str(
        session.vault.history(line.contact.id)
    )  # the name beside the address is not kept
    assert b"\\Seen" in post.letters()[0]
    assert fetch(session, channel) == 0


def test_an_answer_goes_out_once_and_tells_nothing_of_the_desk(
    session: Session, channel: EmailChannel, post: Post, sending: Sending
) -> None:
    post.deliver(LETTER)
    fetch(session, channel)
    contact = intake.queue(session)[0].contact
    letter = intake.answer(session, contact.id, "Мы прочитали.\nВы в безопасности?")
    assert deliver(session, channel) == 1
    assert deliver(session, channel) == 0
    (raw,) = sending.letters
    head, _, body = raw.partition(b"\r\n\r\n")
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith(b" ")]
    assert names == [
        *(b"From", b"To", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References", b"MIME-Version"),
        *(b"Content-Type", b"Content-Transfer-Encoding"),
    ]
    assert b"In-Reply-To: <first@example.org>" in head
    assert b"+0000" in head
    assert sending.sorting.greetings[-1] == "[127.0.0.1]"
    assert body
    sent = session.get(Letter, letter.id)
    assert sent is not None
    assert sent.queued_at
    assert [one.state for one in deliveries(session, contact.id)] == ["sent"]
    assert session.get(Contact, contact.id) is not None


def test_a_letter_is_marked_only_after_it_is_durable_here(
    session: Session, channel: EmailChannel, post: Post
) -> None:
    post.deliver(LETTER)

    def die(one: Incoming) -> None:
        raise KilledHere

    with pytest.raises(KilledHere):
        channel.fetch(die)
    assert b"\\Seen" not in post.letters()[0]
    assert fetch(session, channel) == 1
    assert len(intake.queue(session)) == 1


def test_killed_between_writing_down_and_marking_it_is_taken_in_once(
    session: Session, channel: EmailChannel, post: Post
) -> None:
    post.deliver(LETTER)

    def die(one: Incoming) -> None:
        take_message(session, "email", channel.account, one)
        raise KilledHere

    with pytest.raises(KilledHere):
        channel.fetch(die)
    assert fetch(session, channel) == 1  # it comes again, and is known
    assert len(session.find(Letter)) == 1
    assert b"\\Seen" in post.letters()[0]


def test_a_mailbox_that_counts_anew_doubles_nothing(
    session: Session, channel: EmailChannel, post: Post
) -> None:
    post.deliver(LETTER)
    post.deliver(LETTER.replace(b"<first@", b"<second@"))
    fetch(session, channel)
    before = LocalMemory(session, "email").get()
    post.count_anew()
    post.deliver(LETTER.replace(b"<first@", b"<third@"))
    assert fetch(session, channel) == 3
    assert LocalMemory(session, "email").get()["validity"] != before["validity"]
    assert len(session.find(Letter)) == 3
    assert len(session.find(Contact)) == 1


def test_the_same_letter_by_two_ways_is_one_and_another_under_its_name_is_kept(
    session: Session, channel: EmailChannel, post: Post
) -> None:
    post.deliver(LETTER)
    post.deliver(b"Received: from elsewhere.example\r\n" + LETTER)
    post.deliver(LETTER + b"One more line under the same Message-ID.\r\n")
    assert fetch(session, channel) == 3
    assert len(session.find(Letter)) == 2


def test_deletion_is_a_choice_and_comes_after_the_import(
    session: Session, settings: EmailSettings, post: Post
) -> None:
    chosen = msgspec.structs.replace(settings, after="delete")
    channel = EmailChannel(chosen, LocalMemory(session, "email"), timeout=10)
    post.deliver(LETTER)
    post.deliver(LETTER.replace(b"<first@", b"<second@"))
    assert fetch(session, channel) == 2
    assert post.letters() == []
    assert len(session.find(Letter)) == 2


def test_what_lay_there_before_is_let_be_if_so_wished_also_when_deleting(
    session: Session, settings: EmailSettings, post: Post
) -> None:
    post.deliver(LETTER, flags="(\\Deleted)")
    post.deliver(LETTER)
    chosen = msgspec.structs.replace(settings, after="delete")
    save_settings(session, chosen, only_new=True)
    channel = EmailChannel(chosen, LocalMemory(session, "email"), timeout=10)
    assert fetch(session, channel) == 0
    post.deliver(LETTER.replace(b"<first@", b"<second@"))
    assert fetch(session, channel) == 1
    assert len(session.find(Letter)) == 1
    assert len(post.letters()) == 2  # neither was ours to delete


def test_a_letter_too_large_to_fetch_is_told_and_left_where_it_is(
    session: Session, settings: EmailSettings, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(email, "RAW_MOST", 50_000)
    chosen = msgspec.structs.replace(settings, after="delete")
    channel = EmailChannel(chosen, LocalMemory(session, "email"), timeout=10)
    post.deliver(LETTER + b"x" * 200_000)
    assert fetch(session, channel) == 1
    (letter,) = session.find(Letter)
    assert letter.text == f"помогите\n\n{LEFT_THERE}"
    assert len(post.letters()) == 1


def test_an_attachment_is_sealed_and_comes_back_whole(
    session: Session, channel: EmailChannel, post: Post, tmp_path: Path
) -> None:
    marker = b"MARKER-" + os.urandom(20).hex().encode()
    picture = marker * 30_000
    lines = base64.encodebytes(picture).replace(b"\n", b"\r\n")
    post.deliver(
        b"From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nSee the picture\r\n"
        b"--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename*=utf-8''%D1%84%2E..%2Fx.jpg\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + lines + b"\r\n--b--\r\n"
    )
    fetch(session, channel)
    (letter,) = session.find(Letter)
    ref, plain = intake.open_attachment(session, letter.id, 0)
    assert b"".join(plain) == picture
    assert (ref.name, ref.media_type, ref.size) == ("x.jpg", "image/jpeg", len(picture))
    assert letter.text == "See the picture"
    stored = b"".join(path.read_bytes() for path in (tmp_path / "vault").rglob("*") if path.is_file())
    assert marker not in stored


def test_a_wrong_password_is_told_and_loses_nothing(
    session: Session, settings: EmailSettings, post: Post, sending: Sending
) -> None:
    post.deliver(LETTER)
    for wrong in (
        msgspec.structs.replace(settings, password="not-it"),
        msgspec.structs.replace(settings, password="пароль"),
    ):
        channel = EmailChannel(wrong, LocalMemory(session, "email"), timeout=10)
        with pytest.raises(WrongLogin):
            fetch(session, channel)
        with pytest.raises((WrongLogin, BadSettings)):
            channel.send(answer_to("a@example.org"))
    assert b"\\Seen" not in post.letters()[0]
    assert sending.letters == []


def test_a_server_that_is_away_is_told_as_away(session: Session, settings: EmailSettings) -> None:
    gone = msgspec.structs.replace(settings, imap_port=free_port(), smtp_port=free_port())
    channel = EmailChannel(gone, LocalMemory(session, "email"), timeout=5)
    with pytest.raises(ChannelAway):
        fetch(session, channel)
    with pytest.raises(ChannelAway):
        channel.send(answer_to("a@example.org"))


def test_a_certificate_that_is_not_the_servers_stops_everything(
    session: Session, settings: EmailSettings, tmp_path: Path, sending: Sending
) -> None:
    other = make_certificate(tmp_path, "other.example")
    for certificate in ("", other.text):
        wrong = msgspec.structs.replace(settings, certificate=certificate)
        channel = EmailChannel(wrong, LocalMemory(session, "email"), timeout=10)
        with pytest.raises(NotPrivate):
            fetch(session, channel)
        with pytest.raises(NotPrivate):
            channel.send(answer_to("a@example.org"))
    assert sending.letters == []


def test_starttls_works_and_a_server_without_it_is_refused(
    session: Session, settings: EmailSettings, post: Post
) -> None:
    post.deliver(LETTER)
    begun = msgspec.structs.replace(settings, imap_port=post.imap, imap_security="starttls")
    assert fetch(session, EmailChannel(begun, LocalMemory(session, "email"), timeout=10)) == 1
    with imap_without_tls() as port:
        stripped = msgspec.structs.replace(settings, imap_port=port, imap_security="starttls")
        with pytest.raises(NotPrivate):
            fetch(session, EmailChannel(stripped, LocalMemory(session, "email"), timeout=5))


def test_without_tls_nothing_leaves_this_computer(session: Session, settings: EmailSettings) -> None:
    bare = msgspec.structs.replace(settings, imap_host="mail.example.org", imap_security="none")
    with pytest.raises(NotPrivate):
        save_settings(session, bare)
    with pytest.raises(NotPrivate):
        fetch(session, EmailChannel(bare, LocalMemory(session, "email"), timeout=5))


def test_a_refused_answer_is_told_and_stops_nothing_behind_it(
    session: Session, channel: EmailChannel, post: Post, sending: Sending
) -> None:
    post.deliver(LETTER)
    post.deliver(LETTER.replace(b"Somebody@Example.org", b"other@example.org"))
    fetch(session, channel)
    first, second = (line.contact for line in intake.queue(session))
    refused = intake.answer(session, first.id, "One")
    sending.sorting.recipient_answer = "550 no such user"
    assert deliver(session, channel) == 0
    assert [one.state for one in deliveries(session, first.id)] == ["refused"]
    assert "no such user" in deliveries(session, first.id)[0].why
    sending.sorting.recipient_answer = "250 OK"
    intake.answer(session, second.id, "Two")
    assert deliver(session, channel) == 1
    send_again(session, refused.id)
    assert deliver(session, channel) == 1
    assert len(sending.letters) == 2


def test_a_server_that_asks_to_wait_is_tried_again(
    session: Session, channel: EmailChannel, post: Post, sending: Sending
) -> None:
    post.deliver(LETTER)
    fetch(session, channel)
    intake.answer(session, intake.queue(session)[0].contact.id, "One")
    sending.sorting.data_answer = "451 greylisted"
    with pytest.raises(AnswerLater):
        deliver(session, channel)
    sending.sorting.data_answer = "250 OK"
    assert deliver(session, channel) == 1


def test_a_line_cut_before_the_receipt_repeats_the_same_letter_under_the_same_name(
    session: Session, channel: EmailChannel, post: Post, sending: Sending, clock: HandClock
) -> None:
    post.deliver(LETTER)
    fetch(session, channel)
    intake.answer(session, intake.queue(session)[0].contact.id, "One")
    sending.sorting.hang_up_after_data = True
    with pytest.raises(ChannelAway):
        deliver(session, channel)
    clock.ms += 3_600_000
    post.deliver(LETTER.replace(b"<first@", b"<later@"))
    fetch(session, channel)
    assert deliver(session, channel) == 1
    assert len(sending.letters) == 2
    assert sending.letters[0] == sending.letters[1]


def test_killed_after_sending_it_repeats_under_the_same_name(
    session: Session, channel: EmailChannel, post: Post, sending: Sending, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.deliver(LETTER)
    fetch(session, channel)
    intake.answer(session, intake.queue(session)[0].contact.id, "One")
    with monkeypatch.context() as dying:
        dying.setattr(outbox, "_conclude", fall_over)
        with pytest.raises(KilledHere):
            deliver(session, channel)
    assert deliver(session, channel) == 1
    assert deliver(session, channel) == 0
    assert sending.letters[0] == sending.letters[1]


def test_the_password_is_in_this_desks_vault_only_and_never_in_the_ledger(
    session: Session, channel: EmailChannel, post: Post, tmp_path: Path
) -> None:
    post.deliver(LETTER)
    fetch(session, channel)
    assert load_settings(session)["email"] == channel._settings
    for record in [*session.vault.find("channel"), *session.vault.find("contact")]:
        assert PASSWORD not in str(record)
        assert PASSWORD not in str(session.vault.history(record.id))
    stored = b"".join(path.read_bytes() for path in (tmp_path / "vault").rglob("*") if path.is_file())
    assert PASSWORD.encode() not in stored
    assert PASSWORD not in repr(channel._settings)
    remove_settings(session, "email")
    assert load_settings(session) == {}
    assert seats(session) == []


def test_a_server_behind_a_proxy_is_asked_for_by_name(
    session: Session, settings: EmailSettings, post: Post
) -> None:
    post.deliver(LETTER)
    with socks_proxy() as (proxy, asked):
        through = msgspec.structs.replace(
            settings, imap_host="localhost", proxy=f"socks5h://127.0.0.1:{proxy}"
        )
        assert fetch(session, EmailChannel(through, LocalMemory(session, "email"), timeout=10)) == 1
    assert asked == [("localhost", post.imaps)]


def test_a_server_that_promises_more_than_we_take_is_cut_off(
    session: Session, settings: EmailSettings
) -> None:
    greeting = b"* OK [CAPABILITY IMAP4rev1] ready\r\n* 1 FETCH (BODY[] {99999999999}\r\n"
    with plain_server(greeting) as port:
        bare = msgspec.structs.replace(settings, imap_port=port, imap_security="none")
        with pytest.raises(ChannelAway):
            fetch(session, EmailChannel(bare, LocalMemory(session, "email"), timeout=5))


class KilledHere(BaseException):
    """Stands for the end of the process."""


def fall_over(*_: object, **__: object) -> None:
    raise KilledHere


def answer_to(handle: str) -> Outgoing:
    return Outgoing(letter_id="a" * 26, handle=handle, text="One", at=1_491_600_000_000)
