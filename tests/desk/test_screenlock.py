"""The desk hears that the computer is locked or goes to sleep, and nothing else moves it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leeward.desk.screenlock import locks
from leeward.desk.watch import Watch

if TYPE_CHECKING:
    from tests.desk.conftest import Served


def told(interface: str, member: str, *values: str) -> list[str]:
    """Return what dbus-monitor prints of a signal."""
    head = (
        "signal time=1795358149.583813 sender=:1.1 -> destination=(null destination) serial=2 "
        f"path=/org/x; interface={interface}; member={member}\n"
    )
    return [head, *(f"   {value}\n" for value in values)]


@pytest.mark.parametrize(
    ("lines", "heard"),
    [
        (told("org.freedesktop.ScreenSaver", "ActiveChanged", "boolean true"), 1),
        (told("org.gnome.ScreenSaver", "ActiveChanged", "boolean true"), 1),
        (told("org.freedesktop.login1.Manager", "PrepareForSleep", "boolean true"), 1),
        (told("org.freedesktop.login1.Session", "Lock"), 1),
        (told("org.gnome.ScreenSaver", "ActiveChanged", "boolean false"), 0),
        (told("org.freedesktop.login1.Manager", "PrepareForSleep", "boolean false"), 0),
        (told("org.freedesktop.login1.Session", "Unlock"), 0),
        (told("org.example.Other", "ActiveChanged", "boolean true"), 0),
        (told("org.freedesktop.DBus", "NameAcquired", 'string ":1.0"', "boolean true"), 0),
        (told("org.gnome.ScreenSaver", "ActiveChanged", 'string "boolean true"'), 0),
        (
            told("org.gnome.ScreenSaver", "ActiveChanged")
            + told("org.example.Other", "ActiveChanged", "boolean true"),
            0,
        ),
    ],
)
def test_only_these_signals_lock(lines: list[str], heard: int) -> None:
    assert len(list(locks(lines))) == heard


@given(st.lists(st.text() | st.sampled_from(["boolean true", "signal ; interface=; member="])))
def test_nonsense_locks_nothing(lines: list[str]) -> None:
    assert list(locks(lines)) == []


@pytest.mark.parametrize("asks", ["--session", "--system"])
def test_the_desk_locks_when_the_computer_does_and_its_listeners_end(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asks: str
) -> None:
    member = {
        "--session": ("org.gnome.ScreenSaver", "ActiveChanged"),
        "--system": ("org.freedesktop.login1.Manager", "PrepareForSleep"),
    }
    (tmp_path / "said").write_text("".join(told(*member[asks], "boolean true")))
    program = tmp_path / "dbus-monitor"
    program.write_text(
        f'#!/bin/sh\necho $$ >> "{tmp_path}/pids"\n'
        f'while [ "$1" = "{asks}" ] && [ ! -e "{tmp_path}/now" ]; do sleep 0.05; done\n'
        f'[ "$1" = "{asks}" ] && cat "{tmp_path}/said"\nexec sleep 600\n'
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    watch = Watch(server.desk.state, patience=0)
    watch.start()
    assert not server.locked.wait(0.6)
    (tmp_path / "now").touch()
    assert server.locked.wait(10)
    watch.stop()
    deadline = time.monotonic() + 5
    pids = [int(line) for line in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_without_a_bus_the_desk_runs_all_the_same(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (str(tmp_path), ""):
        monkeypatch.setenv("PATH", path)
        watch = Watch(server.desk.state, patience=0)
        watch.start()
        assert not watch.look()
        watch.stop()
    (tmp_path / "dbus-monitor").write_text("not a program")
    (tmp_path / "dbus-monitor").chmod(0o700)
    watch = Watch(server.desk.state, patience=0)
    watch.start()
    assert not watch.look()
    watch.stop()
