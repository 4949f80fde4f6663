"""The files in deploy/ fit each other and the command they start."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import subprocess
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


def test_systemd_finds_little_exposed(unit: dict[str, list[str]]) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:  # what the score rests on, then
        wanted = {
            "ProtectClock",
            "ProtectKernelModules",
            "RestrictNamespaces",
            "SystemCallFilter",
            "PrivateDevices",
        }
        assert wanted <= set(unit)
        return
    done = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", str(DEPLOY / "leeward-relay.service")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    score = re.search(r"Overall exposure level for leeward-relay.service: ([0-9.]+)", done.stdout)
    assert score, done.stdout + done.stderr
    assert float(score[1]) < 2.0


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Containerfile, lines that go on joined."""
    text = re.sub(r"\\\n", " ", (DEPLOY / "Containerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_image_has_two_stages_and_runs_as_nobody_in_particular(started: argparse.Namespace) -> None:
    found = instructions()
    starts = [number for number, (word, _) in enumerate(found) if word == "FROM"]
    assert len(starts) == 2
    last = dict(found[starts[1] :])
    assert {word for word, _ in found} <= {
        *(
            "FROM",
            "WORKDIR",
            "COPY",
            "RUN",
            "ENV",
            "USER",
            "VOLUME",
            "STOPSIGNAL",
            "HEALTHCHECK",
            "ENTRYPOINT",
            "CMD",
        )
    }
    assert last["USER"] == "65532:65532"
    assert last["STOPSIGNAL"] == "SIGTERM"
    assert "EXPOSE" not in last
    entry: list[str] = json.loads(last["ENTRYPOINT"])
    words: list[str] = json.loads(last["CMD"])
    assert entry == ["/opt/leeward/bin/leeward", "relay"]
    parser = argparse.ArgumentParser()
    command.configure(parser)
    assert parser.parse_args(words) == started  # the same words as the unit's
    copied = [rest for word, rest in found[: starts[1]] if word == "COPY"]
    for names in copied:
        for name in names.split()[:-1]:
            assert (DEPLOY.parent / name).exists(), name
    assert "--require-hashes" in " ".join(rest for word, rest in found if word == "RUN")


def test_the_container_has_no_network_no_log_and_nothing_writable_but_its_folder() -> None:
    said = settings("leeward-relay.container", "=")
    assert said["Network"] == ["none"]
    assert said["ReadOnly"] == ["true"]
    assert said["LogDriver"] == ["none"]
    assert said["DropCapability"] == ["all"]
    assert said["NoNewPrivileges"] == ["true"]
    assert said["User"] == ["65532"]
    writable = [volume.split(":")[0] for volume in said["Volume"] if ":rw" in volume]
    assert writable == ["/var/lib/leeward", "/run/leeward"]
    assert "PublishPort" not in said
    assert "--ulimit=core=0:0" in said["PodmanArgs"][0]


def test_the_readme_names_what_is_there() -> None:
    text = (DEPLOY / "README.md").read_text(encoding="utf-8")
    for name in (
        *(path.name for path in DEPLOY.iterdir() if path.name not in {"README.md", "scale.md"}),
        "leeward relay check",
        "torrc",
        "/etc/leeward/card.json",
        "/var/lib/leeward",
        "/var/lib/tor/leeward",
    ):
        assert name in text
