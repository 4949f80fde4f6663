"""The commands as processes: what they print, what they refuse, what they leave behind."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

LEEWARD = [sys.executable, "-m", "leeward.cli.main"]
PASSPHRASE = "seven grey geese over the marsh"


def leeward(*words: str | Path, line: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LEEWARD, *map(str, words)],
        input=line + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("init") / "vault"
    done = leeward(
        "init", folder, "--team", "Harbour", "--name", "Mila", "--passphrase-file", "-", line=PASSPHRASE
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_init_founds_a_team_and_writes_the_public_card(founded: Path) -> None:
    card = json.loads((founded / "card.json").read_text())
    assert card["team"] == "Harbour"
    assert card["recipient"].startswith("age1pq1")
    assert card["signature"]


def test_init_takes_the_languages_of_the_page_and_says_which_are_drafts(tmp_path: Path) -> None:
    words = ["--team", "T", "--name", "M", "--passphrase-file", "-"]
    done = leeward("init", tmp_path / "v", *words, "--languages", "ru, CE,uk,ru", line=PASSPHRASE)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "v" / "card.json").read_text())["languages"] == ["ru", "ce", "uk"]
    assert "No native speaker has checked the page in: ce, uk." in done.stderr


@pytest.mark.parametrize("languages", ["ru,xx", "", ",", "русский"])
def test_init_refuses_a_language_that_the_page_does_not_speak(tmp_path: Path, languages: str) -> None:
    words = ["--team", "T", "--name", "M", "--passphrase-file", "-"]
    done = leeward("init", tmp_path / "v", *words, "--languages", languages, line=PASSPHRASE)
    assert done.returncode == 2
    assert "ar, ce, en, es, fa, fr, ru, tr, uk" in done.stderr
    assert not (tmp_path / "v").exists()


def test_init_refuses_a_short_passphrase(tmp_path: Path) -> None:
    done = leeward(
        "init", tmp_path / "v", "--team", "T", "--name", "M", "--passphrase-file", "-", line="short"
    )
    assert done.returncode == 3
    assert "Use six words" in done.stderr
    assert not (tmp_path / "v").exists()


def test_init_does_not_touch_a_vault_that_is_there(founded: Path) -> None:
    before = {path: path.read_bytes() for path in founded.rglob("*") if path.is_file()}
    done = leeward("init", founded, "--team", "T", "--name", "M", "--passphrase-file", "-", line=PASSPHRASE)
    assert done.returncode == 3
    assert {path: path.read_bytes() for path in founded.rglob("*") if path.is_file()} == before


def test_desk_says_that_a_passphrase_is_wrong(founded: Path) -> None:
    done = leeward("desk", founded, "--no-browser", "--passphrase-file", "-", line="not this one at all")
    assert done.returncode == 3
    assert "passphrase" in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_desk_says_that_there_is_no_vault(tmp_path: Path) -> None:
    done = leeward("desk", tmp_path / "nothing", "--no-browser", "--passphrase-file", "-", line=PASSPHRASE)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr


def test_a_port_in_use_is_said(founded: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = leeward(
            "desk", founded, "--no-browser", "--port", port, "--passphrase-file", "-", line=PASSPHRASE
        )
        assert done.returncode == 3
        assert f"port {port}" in done.stderr
        relay = leeward("relay", founded.parent / "relay", "--port", port)
        assert relay.returncode == 3
        assert "Traceback" not in relay.stderr


def test_two_desks_on_one_vault_are_refused(founded: Path) -> None:
    words = [*LEEWARD, "desk", str(founded), "--no-browser", "--passphrase-file", "-"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdin is not None
        assert first.stdout is not None
        first.stdin.write(PASSPHRASE + "\n")
        first.stdin.flush()
        assert first.stdout.readline().startswith("Desk at http://127.0.0.1:")
        second = leeward("desk", founded, "--no-browser", "--passphrase-file", "-", line=PASSPHRASE)
        assert second.returncode == 3
        assert "Traceback" not in second.stderr
        first.terminate()
        assert first.wait(15) == 0


def test_the_demo_prints_one_line_and_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    words = [*LEEWARD, "demo", "--no-browser", "--people", "5"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as demo:
        assert demo.stdout is not None
        line = demo.stdout.readline()
        addresses = re.findall(r"http://127\.0\.0\.1:\d+/\S*", line)
        assert len(addresses) == 4, line
        try:
            for address in addresses:
                browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
                with browser.open(address, timeout=10) as answer:
                    assert answer.status == 200
            assert any(tmp_path.iterdir())
        finally:
            demo.send_signal(signal.SIGTERM)
        assert demo.wait(30) == 0
    assert list(tmp_path.iterdir()) == []


def test_the_demos_processes_end_when_it_is_killed(tmp_path: Path) -> None:
    words = [*LEEWARD, "demo", "--no-browser", "--people", "3", "--folder", str(tmp_path / "kept")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        addresses = re.findall(r"http://127\.0\.0\.1:(\d+)/", demo.stdout.readline())
        demo.kill()
    deadline = time.monotonic() + 20
    while any(_answers(int(port)) for port in addresses):
        assert time.monotonic() < deadline, "a process of the demo outlived it"
        time.sleep(0.2)


def _answers(port: int) -> bool:
    with socket.socket() as asking:
        asking.settimeout(1)
        return asking.connect_ex(("127.0.0.1", port)) == 0


def test_unknown_commands_and_words_are_explained() -> None:
    done = leeward("burn-everything")
    assert done.returncode == 2
    assert "demo" in done.stderr
    done = leeward()
    assert done.returncode == 0
    assert "New here?" in done.stdout
