"""(d) Memory after the lock: the desk is gone, and nothing else of the laptop keeps what it knew. And what is measured.

Python can not wash memory: while the desk runs its keys and texts are there, and the system hands its pages to others
only after wiping them. What is in the browser meanwhile is what it showed. `pytest -s` prints the figures.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest
from tests.seizure.laptop import Laptop, close_browser, counted, tell
from tests.seizure.stage import PORTS, Stage
from tests.support.marks import files_below

from leeward.ledger.errors import LedgerError
from leeward.ledger.store.vault import Vault

pytestmark = pytest.mark.browser


def test_the_desk_is_gone_and_no_file_of_its_memory_is_left(used: Laptop) -> None:
    assert used.desk.process.returncode == 0
    tell(f"gone {used.gone_after:.1f} s after Ctrl+L")
    assert used.gone_after < 15
    inside = [one.pid for one in psutil.process_iter(["environ"]) if _home(used) in str(one.info["environ"])]
    assert set(inside) <= set(used.browser_pids())
    assert not [path for path in files_below(used.desk.folder) if path.name.startswith("core")]


def test_what_it_held_while_it_was_open_is_measured(used: Laptop) -> None:
    tell("open:   ", counted(used.unlocked, used.stage))
    tell("locking:", counted(used.at_locking, used.stage))
    assert "anna vault key" in used.unlocked, "the search would find a key if it were left anywhere"
    assert len(used.unlocked) > 100
    assert [one for one in used.unlocked if one.startswith("passphrase")] == [], "forgotten once it is open"
    assert used.shell == set(), "the program that started it was given nothing"


def test_no_other_process_was_told_anything_by_argument_or_environment(used: Laptop) -> None:
    finder = used.stage.finder("keys", "tokens", "words")
    for file in _of_every_process("cmdline", "environ"):
        with contextlib.suppress(OSError):
            assert finder.names(file.read_bytes()) == set(), file


def test_nothing_is_in_shared_memory_or_common_temporary_folders(used: Laptop) -> None:
    finder = used.stage.finder("keys", "tokens", "words")
    since = psutil.Process().create_time()
    common = [path for path in files_below(Path("/dev/shm"), Path("/var/tmp")) if _newer(path, since)]
    assert finder.in_files(common) == {}


def test_the_browser_left_open_keeps_what_it_showed_until_it_is_closed(used: Laptop) -> None:
    """Measured, not promised: known weaknesses. No key was ever in it; when it is closed it is gone as well."""
    tell("browser:", counted(used.browser, used.stage))
    assert used.browser & used.stage.keys.keys() == set()
    assert [one for one in used.browser if one.startswith(("passphrase", "settings-password"))] == []
    close_browser(used)
    assert used.browser_pids() == []


def test_a_burnt_vault_ends_its_desk_and_opens_for_nobody(stage: Stage) -> None:
    vault = stage.folder / "burnt" / "vault"
    shutil.copytree(stage.vault("boris"), vault)
    desk = stage.start_desk("boris", vault=vault, at="burnt")
    pid = desk.pid
    assert "boris vault key" in stage.finder("keys").in_memory([pid])
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "leeward.cli.main", "burn", str(vault), "--now"], check=True)
    done = time.monotonic()
    desk.process.wait(30)
    tell(
        f"burnt {done - begun:.1f} s after the command began, the desk gone {time.monotonic() - done:.1f} s later"
    )
    assert not psutil.pid_exists(pid)
    for words in ("boris", "forced-boris"):
        with pytest.raises(LedgerError):
            Vault.open(vault, stage.passphrase(words), **PORTS)
    assert stage.finder("keys", "tokens", "words").in_files(files_below(desk.folder)) == {}


def _home(laptop: Laptop) -> str:
    return str(laptop.desk.folder / "home")


def _newer(path: Path, since: float) -> bool:
    try:
        return not path.is_symlink() and path.stat().st_mtime >= since
    except OSError:
        return False


def _of_every_process(*names: str) -> Iterator[Path]:
    for one in psutil.pids():
        yield from (Path(f"/proc/{one}/{name}") for name in names)
