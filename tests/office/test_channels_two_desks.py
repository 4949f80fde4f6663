"""One channel, two desks: any of them answers, the one that runs the channel sends, and only once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.relay_simulator import RelaySimulator
from tests.support.signal_cli import ACCOUNT, Daemon, signal_daemon
from tests.support.teams import Desk, closing, found, newcomer, settle

from leeward.domain.intake import Contact, Letter
from leeward.office import intake
from leeward.office.channels import needs
from leeward.office.channels.errors import NotRunHere
from leeward.office.channels.outbox import deliver, deliveries, send_again
from leeward.office.channels.runner import Runner, open_channel
from leeward.office.channels.settings import (
    EmailSettings,
    SignalSettings,
    load_settings,
    require_seat,
    save_settings,
    seats,
)
from leeward.office.channels.taking import take_message

SOMEBODY = "0a1b2c3d-0000-4000-8000-00000000000a"


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    (tmp_path / "signal").mkdir()
    with signal_daemon(tmp_path / "signal") as running:
        yield running


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    relay = RelaySimulator()
    anna = found(tmp_path / "anna", relay.door())
    boris = newcomer(tmp_path / "boris", anna, relay.door())
    with closing(anna, boris):
        yield anna, boris


def settings_of(daemon: Daemon) -> SignalSettings:
    return SignalSettings(account=ACCOUNT, socket=str(daemon.path))


def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_answer_of_another_desk_goes_out_from_where_the_channel_runs(
    desks: tuple[Desk, Desk], daemon: Daemon
) -> None:
    anna, boris = desks
    save_settings(anna.session, settings_of(daemon))
    channel = open_channel(anna.session, settings_of(daemon))
    daemon.arrive(SOMEBODY, "Help me")
    channel.fetch(lambda one: take_message(anna.session, "signal", ACCOUNT, one), wait=1)
    settle(anna, boris)
    (contact,) = boris.session.find(Contact)
    letter = intake.answer(boris.session, contact.id, "We have read it.")
    assert intake.resume_answers(boris.session) == 0  # it is not Boris' desk that sends it
    assert load_settings(boris.session) == {}
    assert [seat.device for seat in seats(boris.session)] == [anna.device_id]
    settle(anna, boris)
    assert deliver(anna.session, channel) == 1
    assert deliver(anna.session, channel) == 0
    settle(anna, boris)
    seen = boris.session.get(Letter, letter.id)
    assert seen is not None
    assert seen.queued_at
    assert [one.state for one in deliveries(boris.session, contact.id)] == ["sent"]
    channel.close()


def test_a_channel_that_another_desk_took_over_stands_still_here(
    desks: tuple[Desk, Desk], daemon: Daemon
) -> None:
    anna, boris = desks
    save_settings(anna.session, settings_of(daemon))
    settle(anna, boris)
    save_settings(boris.session, settings_of(daemon))
    settle(anna, boris)
    require_seat(boris.session, "signal", ACCOUNT)
    with pytest.raises(NotRunHere):
        require_seat(anna.session, "signal", ACCOUNT)
    runner = Runner(anna.session)
    runner.start()
    until(lambda: runner.states[0].trouble is not None)
    assert "Another desk" in str(runner.states[0].message)
    daemon.arrive(SOMEBODY, "Help me")
    runner.stop()
    assert anna.session.find(Contact) == []


def test_what_is_refused_comes_to_today_of_every_desk_and_any_of_them_sends_it_again(
    desks: tuple[Desk, Desk], daemon: Daemon
) -> None:
    anna, boris = desks
    save_settings(anna.session, settings_of(daemon))
    channel = open_channel(anna.session, settings_of(daemon))
    daemon.arrive(SOMEBODY, "Help me")
    channel.fetch(lambda one: take_message(anna.session, "signal", ACCOUNT, one), wait=1)
    (contact,) = anna.session.find(Contact)
    letter = intake.answer(anna.session, contact.id, "We have read it.")
    daemon.failing_with = "UNREGISTERED_FAILURE"
    assert deliver(anna.session, channel) == 0
    settle(anna, boris)
    (need,) = needs.needs_now(boris.session)
    assert "did not go out" in str(need.what)
    send_again(boris.session, letter.id)
    settle(anna, boris)
    daemon.failing_with = ""
    assert deliver(anna.session, channel) == 1
    assert needs.needs_now(anna.session) == []
    channel.close()


def test_a_runner_goes_on_after_the_server_was_away(
    desks: tuple[Desk, Desk], daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leeward.office.channels.runner._PAUSES", (0.05,))
    anna, _ = desks
    away = SignalSettings(account=ACCOUNT, socket=str(daemon.path.parent / "later.sock"))
    save_settings(anna.session, away)
    runner = Runner(anna.session)
    runner.start()
    until(lambda: runner.states[0].trouble is not None)
    assert "does not answer" in str(runner.states[0].message)
    daemon.path.rename(away.socket)
    daemon.arrive(SOMEBODY, "Help me")
    until(lambda: anna.session.find(Contact))
    until(lambda: runner.states[0].trouble is None)
    intake.answer(anna.session, anna.session.find(Contact)[0].id, "We have read it.")
    until(lambda: daemon.sent)
    runner.stop()
    runner.start()
    assert runner.states == []  # stopped for good: the vault is about to close


def test_a_server_that_will_not_send_now_still_lets_messages_in(
    desks: tuple[Desk, Desk], daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leeward.office.channels.runner._LATER_SECONDS", 0.2)
    anna, _ = desks
    save_settings(anna.session, settings_of(daemon))
    daemon.arrive(SOMEBODY, "Help me")
    daemon.failing_with = "RATE_LIMIT_FAILURE"
    runner = Runner(anna.session)
    runner.start()
    until(lambda: anna.session.find(Contact))
    intake.answer(anna.session, anna.session.find(Contact)[0].id, "We have read it.")
    until(lambda: runner.states[0].remark is not None)
    daemon.arrive(SOMEBODY, "Are you there?", later=1)
    until(lambda: len([one for one in anna.session.find(Letter) if one.direction == "in"]) == 2)
    daemon.failing_with = ""
    until(lambda: daemon.sent)
    until(lambda: runner.states[0].remark is None)
    runner.stop()


def test_settings_print_as_nothing() -> None:
    assert "secret" not in repr(EmailSettings(address="a@example.org", user="u", password="secret"))
    assert ACCOUNT not in repr(SignalSettings(account=ACCOUNT))
