"""kill -9 between any two steps of the e-mail channel: nothing is lost, nothing is doubled, answers keep their name."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.certificates import Pair, make_certificate
from tests.support.dovecot import PASSWORD, Post, dovecot
from tests.support.smtp import Sending, smtp_server

from leeward.base.ports import SystemChance, SystemClock
from leeward.domain.intake import Contact, Letter
from leeward.ledger.store.vault import Vault
from leeward.office import intake
from leeward.office.channels.email import EmailChannel
from leeward.office.channels.outbox import deliver
from leeward.office.channels.settings import EmailSettings, LocalMemory, load_settings, save_settings
from leeward.office.channels.taking import take_message
from leeward.office.session import Session
from leeward.office.team import found_team

CHILD = Path(__file__).parent / "channels_child.py"
WORDS = "test words"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def post(pair: Pair) -> Iterator[Post]:
    with dovecot(pair) as running:
        yield running


@pytest.fixture
def sending(pair: Pair) -> Iterator[Sending]:
    with smtp_server(pair) as running:
        yield running


def letter(number: int) -> bytes:
    head = f"From: a{number}@example.org\r\nMessage-ID: <{number}@example.org>\r\nSubject: Hello\r\n\r\n"
    return head.encode() + b"Help me\r\n"


def session_of(vault: Vault) -> Session:
    return Session(vault, clock=SystemClock(), chance=SystemChance())


def opened(folder: Path) -> Vault:
    return Vault.open(folder, WORDS, clock=SystemClock(), chance=SystemChance())


def channel_of(session: Session) -> EmailChannel:
    settings = load_settings(session)["email"]
    assert isinstance(settings, EmailSettings)
    return EmailChannel(settings, LocalMemory(session, "email"), timeout=10)


def run_until_killed(folder: Path, step: str) -> None:
    done = subprocess.run(
        [sys.executable, str(CHILD), str(folder), WORDS, step], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize("step", ["before", "after", "marked"])
@pytest.mark.parametrize("after", ["mark", "delete"])
def test_killed_while_fetching_every_letter_is_here_once(
    tmp_path: Path, post: Post, sending: Sending, step: str, after: str
) -> None:
    mine = post._replace(user=f"{step}-{after}")
    folder = tmp_path / "vault"
    set_up(folder, mine, sending, after)
    for number in range(3):
        mine.deliver(letter(number))
    run_until_killed(folder, step)
    run_until_killed(folder, step)
    with opened(folder) as vault:
        session = session_of(vault)
        channel = channel_of(session)
        channel.fetch(lambda one: take_message(session, "email", channel.account, one))
        assert sorted(one.handle for one in session.find(Contact)) == [f"a{n}@example.org" for n in range(3)]
        assert len(session.find(Letter)) == 3
    assert len(mine.letters()) == (3 if after == "mark" else 0)


def test_killed_after_sending_the_same_letter_goes_under_the_same_name(
    tmp_path: Path, post: Post, sending: Sending
) -> None:
    mine = post._replace(user="sent")
    folder = tmp_path / "vault"
    set_up(folder, mine, sending, "mark")
    mine.deliver(letter(1))
    with opened(folder) as vault:
        session = session_of(vault)
        channel = channel_of(session)
        channel.fetch(lambda one: take_message(session, "email", channel.account, one))
        intake.answer(session, session.find(Contact)[0].id, "We have read it.")
    run_until_killed(folder, "sent")
    with opened(folder) as vault:
        session = session_of(vault)
        assert deliver(session, channel_of(session)) == 1
        assert deliver(session, channel_of(session)) == 0
    assert len(sending.letters) == 2
    assert sending.letters[0] == sending.letters[1]


def set_up(folder: Path, post: Post, sending: Sending, after: str) -> None:
    session = found_team(
        folder,
        WORDS,
        team_name="T",
        member_name="Mila",
        role="operator",
        clock=SystemClock(),
        chance=SystemChance(),
        work_factor=2,
    )
    with session.vault:
        save_settings(
            session,
            EmailSettings(
                address="hotline@example.net",
                imap_host="127.0.0.1",
                imap_port=post.imaps,
                smtp_host="127.0.0.1",
                smtp_port=sending.port,
                smtp_security="starttls",
                user=post.user,
                password=PASSWORD,
                certificate=post.certificate,
                after=after,
            ),
        )
