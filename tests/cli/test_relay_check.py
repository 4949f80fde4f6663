"""`leeward relay check`: a machine built of a folder, a real relay at a real socket, one thing wrong at a time."""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.support.hotline import make_card

from leeward.base.ports import SystemChance
from leeward.cli import relay_check
from leeward.front.app import make_front
from leeward.relay.app import make_app
from leeward.relay.deployment import Finding, Host, Level, check_folder, run_command
from leeward.relay.deployment_answers import Answered, check_address, check_answers
from leeward.relay.open_store import open_store
from leeward.relay.serve import Serving
from leeward.seal.keys import make_identity

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
KEY = bytes(range(32))
CHECKSUM = hashlib.sha3_256(b".onion checksum" + KEY + b"\x03").digest()[:2]
ONION = f"http://{base64.b32encode(KEY + CHECKSUM + bytes((3,))).decode().lower()}.onion"


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine on which everything is as it should be."""
    root = tmp_path / "machine"
    write(root, "etc/systemd/system/leeward-relay.service", (DEPLOY / "leeward-relay.service").read_text())
    write(root, "etc/tor/torrc", (DEPLOY / "torrc").read_text())
    write(root, "etc/systemd/journald.conf", "[Journal]\nStorage=volatile\n")
    write(root, "proc/sys/kernel/core_pattern", "|/bin/false\n")
    write(root, "proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n")
    write(root, "proc/mounts", "tmpfs /tmp tmpfs rw,nosuid,nodev 0 0\n")
    write(root, "run/systemd/timesync/synchronized", "")
    device = Path(tmp_path).stat().st_dev
    write(root, f"sys/dev/block/{os.major(device)}:{os.minor(device)}/dm/uuid", "CRYPT-LUKS2-0123-root\n")
    return root


def told(words: list[str]) -> str | None:
    return (
        "→ Overall exposure level for leeward-relay.service: 0.6 SAFE\n"
        if words[0] == "systemd-analyze"
        else None
    )


@pytest.fixture
def host(root: Path) -> Host:
    return Host(root=root, run=told, now=time.time, free=lambda _: (10**12, 10**11))


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a name short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="lw"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def relay(tmp_path: Path, short: Path) -> Iterator[argparse.Namespace]:
    """A relay with its page at a socket, and the words that name it."""
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o700)
    before = os.umask(0o077)
    store = open_store(str(folder))
    run = short / "run"
    run.mkdir(mode=0o750)
    front = make_front(make_card(make_identity(SystemChance()), "0" * 32, "1" * 64), store)
    with Serving(make_app(store, front), uds=run / "relay.sock"):
        yield arguments(folder, socket=run / "relay.sock")
    store.close()
    os.umask(before)


def arguments(folder: Path, **other: object) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    relay_check.configure(parser)
    made = parser.parse_args([str(folder), "--address", ONION])
    for name, value in other.items():
        setattr(made, name, value)
    return made


def found(given: argparse.Namespace, host: Host) -> dict[str, Finding]:
    worst: dict[str, Finding] = {}
    order = list(Level)
    for one in relay_check.look(given, host):
        if one.code not in worst or order.index(one.level) > order.index(worst[one.code].level):
            worst[one.code] = one
    return worst


def of_others(folder: Path) -> Path:
    """Give the folder to nobody, if we are root, so that it does not belong to root."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, -1)
    return folder


def test_a_sound_deployment_breaks_no_promise(
    relay: argparse.Namespace, host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    of_others(relay.folder)
    seen = found(relay, host)
    assert {code for code, one in seen.items() if one.level is not Level.GOOD} == set()
    assert relay_check.run(relay, host) == 0
    assert "No promise is broken." in capsys.readouterr().out


def test_findings_can_be_read_by_a_program(
    relay: argparse.Namespace, host: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    of_others(relay.folder)
    relay.folder.chmod(0o755)
    relay.json = True
    assert relay_check.run(relay, host) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["sound"] is False
    (wrong,) = [one for one in said["findings"] if one["level"] == "wrong"]
    assert wrong["code"] == "folder.mode"
    assert wrong["what"]
    assert wrong["why"]
    assert wrong["mend"].startswith("chmod 700")


def loosen_file(given: argparse.Namespace, root: Path) -> None:
    (given.folder / "relay.sqlite").chmod(0o644)


def loosen_socket(given: argparse.Namespace, root: Path) -> None:
    given.socket.chmod(0o666)
    given.socket.parent.chmod(0o755)


def name_no_socket(given: argparse.Namespace, root: Path) -> None:
    given.socket = given.socket.parent / "other.sock"


def set_clock_back(given: argparse.Namespace, root: Path) -> None:
    os.utime(given.folder / "relay.sqlite", (time.time() + 90_000,) * 2)


def damage_store(given: argparse.Namespace, root: Path) -> None:
    (given.folder / "blobs" / "aa").mkdir(parents=True, mode=0o700)
    stray = given.folder / "blobs" / "aa" / ("aa" + "0" * 30)
    stray.write_bytes(b"nobody named it")
    os.utime(stray, (1, 1))


def change(path: str, old: str, new: str) -> Callable[[argparse.Namespace, Path], None]:
    def do(given: argparse.Namespace, root: Path) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new))

    return do


def put(path: str, text: str) -> Callable[[argparse.Namespace, Path], None]:
    return lambda _, root: write(root, path, text)


UNIT = "etc/systemd/system/leeward-relay.service"


@pytest.mark.parametrize(
    ("code", "level", "breaking"),
    [
        ("files.mode", "wrong", loosen_file),
        ("socket.mode", "wrong", loosen_socket),
        ("socket.there", "wrong", name_no_socket),
        ("clock.past", "wrong", set_clock_back),
        ("store.sound", "wrong", damage_store),
        ("unit.StandardOutput", "wrong", change(UNIT, "StandardOutput=null", "StandardOutput=journal")),
        ("unit.LimitCORE", "wrong", change(UNIT, "LimitCORE=0", "LimitCORE=infinity")),
        ("unit.MemorySwapMax", "wrong", change(UNIT, "MemorySwapMax=0\n", "")),
        ("unit.User", "wrong", change(UNIT, "User=leeward", "User=root")),
        ("unit.StandardOutput", "wrong", put(f"{UNIT}.d/more.conf", "[Service]\nStandardOutput=journal\n")),
        ("unit.there", "look", lambda _, root: (root / UNIT).unlink()),
        ("journal.kept", "look", lambda _, root: _keep_journal(root)),
        ("tor.log", "wrong", put("etc/tor/torrc.d/more", "")),
        ("tor.log", "wrong", put("etc/tor/torrc", "Log info file /var/log/tor/info.log\n")),
        ("tor.log", "wrong", change("etc/tor/torrc", "SafeLogging 1", "SafeLogging 0")),
        ("tor.log", "unknown", lambda _, root: (root / "etc/tor/torrc").unlink()),
        ("proxy.log", "look", put("usr/sbin/nginx", "")),
        (
            "core.pattern",
            "look",
            put("proc/sys/kernel/core_pattern", "|/usr/lib/systemd/systemd-coredump %P"),
        ),
        ("swap.off", "wrong", put("proc/swaps", "Filename\tType\n/dev/sda2 partition 1 0 -2\n")),
        ("swap.off", "good", put("proc/swaps", "Filename\tType\n/dev/zram0 partition 1 0 -2\n")),
        ("tmp.memory", "look", put("proc/mounts", "/dev/sda1 / ext4 rw 0 0\n")),
        ("clock.set", "unknown", lambda _, root: (root / "run/systemd/timesync/synchronized").unlink()),
        (
            "disk.sealed",
            "look",
            lambda _, root: next((root / "sys/dev/block").glob("*/dm/uuid")).unlink(),
        ),
    ],
)
def test_one_thing_wrong_is_found(
    relay: argparse.Namespace,
    host: Host,
    root: Path,
    code: str,
    level: str,
    breaking: Callable[[argparse.Namespace, Path], None],
) -> None:
    of_others(relay.folder)
    breaking(relay, root)
    if (root / "etc/tor/torrc.d/more").exists():  # Tor reads *.conf there
        write(root, "etc/tor/torrc.d/more.conf", "Log debug file /var/log/tor/all.log\n")
    one = found(relay, host)[code]
    assert one.level == level
    assert one.level is Level.GOOD or one.level is Level.UNKNOWN or (one.why and one.mend)


def _keep_journal(root: Path) -> None:
    (root / "etc/systemd/journald.conf").unlink()
    (root / "var/log/journal").mkdir(parents=True)


def test_what_the_machine_says_of_itself_is_believed(relay: argparse.Namespace, host: Host) -> None:
    of_others(relay.folder)
    exposed = msgspec.structs.replace(
        host, run=lambda words: "Overall exposure level for x: 6.1 MEDIUM" if "security" in words else "no\n"
    )
    seen = found(relay, exposed)
    assert seen["unit.score"].level is Level.WRONG
    full = found(relay, msgspec.structs.replace(host, free=lambda _: (10**11, 10**9)))
    assert full["disk.room"].level is Level.WRONG
    assert (
        found(relay, msgspec.structs.replace(host, run=lambda _: None))["unit.score"].level is Level.UNKNOWN
    )


def test_a_folder_of_root_is_found(tmp_path: Path, host: Host) -> None:
    folder = tmp_path / "roots"
    folder.mkdir(mode=0o700)
    owner = folder.stat().st_uid
    (one,) = [one for one in check_folder(folder, host) if one.code == "folder.owner"]
    assert one.level is (Level.WRONG if owner == 0 else Level.GOOD)
    gone = list(check_folder(tmp_path / "not there", host))
    assert [one.code for one in gone] == ["folder.there"]


GOOD_PAGE = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("headers.telling", {"server": "nginx/1.22.1"}),
        ("headers.telling", {"date": "Fri, 07 Apr 2017 18:00:00 GMT"}),
        ("headers.telling", {"set-cookie": "id=1"}),
        ("headers.store", {"cache-control": "max-age=60"}),
        ("page.policy", {"content-security-policy": "default-src *"}),
        ("page.policy", {"content-security-policy": "default-src 'none'; script-src 'unsafe-inline'"}),
        ("page.policy", {"content-security-policy": ""}),
        (
            "page.policy",
            {"content-security-policy": GOOD_PAGE["content-security-policy"] + "; img-src https://x.example"},
        ),
        ("page.headers", {"referrer-policy": "origin"}),
        ("page.headers", {"x-content-type-options": ""}),
    ],
)
def test_a_header_that_something_before_the_relay_changed_is_found(
    code: str, changed: dict[str, str]
) -> None:
    def ask(path: str) -> Answered:
        body = b"leeward-relay 1\n" if path == "/v1/hello" else b"<!doctype html>"
        return Answered(200, {**GOOD_PAGE, **changed}, body)

    wrong = [one.code for one in check_answers(ask, "there", page=True) if one.level is Level.WRONG]
    assert wrong == [code]


def test_a_page_that_loads_something_foreign_is_found() -> None:
    def ask(path: str) -> Answered:
        body = b"leeward-relay 1\n" if path == "/v1/hello" else b'<script src="https://x.example/a.js">'
        return Answered(200, GOOD_PAGE, body)

    assert [one.code for one in check_answers(ask, "there", page=True) if one.level is Level.WRONG] == [
        "page.foreign"
    ]


def test_something_else_at_the_address_is_found() -> None:
    (one,) = check_answers(lambda _: Answered(200, {}, b"It works!"), "there", page=True)
    assert one.level is Level.WRONG
    no_page = list(
        check_answers(
            lambda path: Answered(200 if path == "/v1/hello" else 404, GOOD_PAGE, b"leeward-relay 1\n"),
            "there",
            page=True,
        )
    )
    assert no_page[-1].code == "page.there"


@pytest.mark.parametrize(
    ("address", "level"),
    [
        (ONION, "good"),
        (ONION.replace("aaaq", "aaba"), "wrong"),
        (ONION[:-8] + ".onion", "wrong"),
        ("http://facebookcorewwwi.onion", "wrong"),
        ("https://hotline.example", "look"),
        ("http://hotline.example", "wrong"),
        ("", "unknown"),
    ],
)
def test_an_address_is_an_onion_or_has_tls(address: str, level: str) -> None:
    (one,) = check_address(address)
    assert one.level == level


def test_a_socket_that_is_a_file_is_found(relay: argparse.Namespace, host: Host, tmp_path: Path) -> None:
    relay.socket = tmp_path / "file"
    relay.socket.write_text("")
    assert found(relay, host)["socket.there"].level is Level.WRONG


def test_the_command_is_two_words_and_helps(tmp_path: Path) -> None:
    base = [sys.executable, "-m", "leeward.cli.main", "relay", "check"]
    helped = subprocess.run([*base, "--help"], capture_output=True, text=True, check=True, timeout=60)
    assert "usage: leeward relay check" in helped.stdout
    assert "xamples" in helped.stdout
    done = subprocess.run(
        [*base, str(tmp_path / "nothing"), "--quick", "--json", "--socket", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    codes = {one["code"] for one in json.loads(done.stdout)["findings"]}
    assert {"folder.there", "socket.there", "version", "unit.there"} <= codes


def test_a_command_that_hangs_or_is_not_there_says_nothing() -> None:
    assert run_command(["no-such-command-here"]) is None
    assert run_command(["false"]) is None
    assert run_command(["echo", "x"]) == "x\n"


def test_the_address_is_asked_through_a_proxy(relay: argparse.Namespace, host: Host) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        relay.proxy = f"socks5h://127.0.0.1:{listening.getsockname()[1]}"
        listening.close()
        seen = [one for one in relay_check.look(relay, host) if one.code == "answers.there"]
    assert [one.level for one in seen] == [Level.GOOD, Level.WRONG]
