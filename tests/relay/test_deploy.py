"""The files in deploy/ fit each other and the command they start."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest

from leeward.cli import relay as command
from leeward.relay import quiet_http
from leeward.relay.app import BUDGET

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def settings(name: str, separator: str) -> dict[str, list[str]]:
    """Return the settings of a file of `KEY separator VALUE` lines; a key may come more than once."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", "[")):
            key, _, value = line.partition(separator)
            found.setdefault(key, []).append(value)
    return found


@pytest.fixture
def unit() -> dict[str, list[str]]:
    return settings("leeward-relay.service", "=")


@pytest.fixture
def torrc() -> dict[str, list[str]]:
    return settings("torrc", " ")


@pytest.fixture
def started(unit: dict[str, list[str]]) -> argparse.Namespace:
    """What the unit's command line means to the real parser, which exits on anything it does not know."""
    program, name, *words = shlex.split(unit["ExecStart"][0])
    assert (program, name) == ("/opt/leeward/bin/leeward", "relay")
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return parser.parse_args(words)


def test_the_unit_starts_a_command_that_exists(started: argparse.Namespace) -> None:
    assert started.folder == Path("/var/lib/leeward")
    assert started.socket == Path("/run/leeward/relay.sock")
    assert started.card == Path("/etc/leeward/card.json")


def test_tor_speaks_to_the_socket_that_the_relay_opens(
    torrc: dict[str, list[str]], started: argparse.Namespace
) -> None:
    assert torrc["HiddenServicePort"] == [f"80 unix:{started.socket}"]
    assert torrc["HiddenServiceVersion"] == ["3"]
    assert torrc["HiddenServicePoWDefensesEnabled"] == ["1"]
    assert torrc["HiddenServiceEnableIntroDoSDefense"] == ["1"]
    assert torrc["SocksPort"] == ["0"]
    assert int(torrc["HiddenServiceMaxStreams"][0]) < quiet_http.CONNECTIONS_MOST


def test_the_relay_may_write_where_it_must_and_nowhere_else(
    unit: dict[str, list[str]], started: argparse.Namespace
) -> None:
    assert Path("/var/lib") / unit["StateDirectory"][0] == started.folder
    assert Path("/run") / unit["RuntimeDirectory"][0] == started.socket.parent
    assert unit["StateDirectoryMode"] == ["0700"]
    assert unit["RuntimeDirectoryMode"] == ["0750"]
    assert unit["ProtectSystem"] == ["strict"]
    assert "ReadWritePaths" not in unit


def test_the_relay_has_no_network_and_leaves_no_trace(unit: dict[str, list[str]]) -> None:
    assert unit["PrivateNetwork"] == ["yes"]
    assert unit["RestrictAddressFamilies"] == ["AF_UNIX"]
    assert unit["StandardOutput"] == ["null"]
    assert unit["LimitCORE"] == ["0"]
    assert unit["MemorySwapMax"] == ["0"]
    assert unit["CapabilityBoundingSet"] == [""]
    assert unit["NoNewPrivileges"] == ["yes"]


def test_the_limits_of_the_unit_leave_room_for_those_of_the_relay(unit: dict[str, list[str]]) -> None:
    assert int(unit["LimitNOFILE"][0]) > 2 * quiet_http.CONNECTIONS_MOST
    assert unit["MemoryMax"] == ["1G"]
    assert BUDGET < 2**30 / 4


def test_the_unit_has_sections_and_no_line_that_systemd_would_not_read() -> None:
    text = (DEPLOY / "leeward-relay.service").read_text(encoding="utf-8")
    assert re.findall(r"^\[(\w+)\]$", text, re.MULTILINE) == ["Unit", "Service", "Install"]
    for line in text.splitlines():
        assert re.fullmatch(r"|#.*|\[\w+\]|[A-Z]\w+=.*", line), line


def test_the_readme_names_what_is_there() -> None:
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    for name in (
        "leeward-relay.service",
        "torrc",
        "/etc/leeward/card.json",
        "/var/lib/leeward",
        "/var/lib/tor/leeward",
    ):
        assert name in text
