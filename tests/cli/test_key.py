"""`leeward key` and opening with a security key, in this process: the key is one in software."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tests.support.authenticator import Authenticator
from tests.support.touching import TRUE, make

from leeward.cli.main import main
from leeward.office import security_key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "words").write_text(f"{TRUE}\n", encoding="utf-8")
    return make(tmp_path / "vault")


def plug_in(monkeypatch: pytest.MonkeyPatch, *keys: Authenticator) -> None:
    real = security_key.answer_of, security_key.add
    monkeypatch.setattr(security_key, "answer_of", lambda *args, **_: real[0](*args, devices=lambda: keys))
    monkeypatch.setattr(security_key, "add", lambda *args: real[1](*args, devices=lambda: keys))


def leeward(command: str, folder: Path, *more: str) -> int:
    return main([command, str(folder), *more, "--passphrase-file", str(folder.parent / "words")])


def test_a_key_is_enrolled_listed_needed_and_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        key = Authenticator()
        plug_in(patched, key)
        assert leeward("key", folder, "--list") == 0
        assert "The passphrase alone opens this vault." in capsys.readouterr().out
        assert leeward("key", folder, "--add", "blue") == 3
        assert "no other device of the team could let you in again" in capsys.readouterr().err
        assert leeward("key", folder, "--list") == 0
        assert "The passphrase alone opens this vault." in capsys.readouterr().out
        assert leeward("key", folder, "--add", "blue", "--without-a-way-back") == 0
        told = capsys.readouterr()
        assert told.err.count("Touch your security key.") == 1 + 1
        assert "can open nothing at all" in told.out
        assert leeward("key", folder, "--list") == 0
        assert capsys.readouterr().out.startswith("blue  since 20")
        before = key.touches
        assert leeward("verify", folder) == 0
        assert key.touches == before + 1, "one touch, however often a command opens the vault"
        capsys.readouterr()
    assert leeward("verify", folder) == 3  # no key is plugged into this computer
    assert "No security key is plugged in." in capsys.readouterr().err
    plug_in(monkeypatch, key)
    assert leeward("key", folder, "--remove", "blue") == 0
    assert "The passphrase alone opens this vault again." in capsys.readouterr().out
    assert leeward("verify", folder) == 0


def test_without_the_library_it_is_said_plainly(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "fido2.hid", None)
    assert leeward("key", folder, "--add", "blue", "--without-a-way-back") == 3
    told = capsys.readouterr().err
    assert "a library that is not installed here" in told
    assert "leeward[key]" in told
    assert leeward("verify", folder) == 0, "who has no key needs no library"
