"""A desk whose process is killed in the middle of an erasure goes on when it is opened again, and completes it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from tests.support.erasing import marked, scene, work
from tests.support.relay_simulator import RelaySimulator
from tests.support.teams import PASSPHRASE, Desk, closing

from leeward.base.ports import SystemChance
from leeward.domain.erasing import Erased
from leeward.ledger.store.vault import Vault
from leeward.office.erasing import agree, ask
from leeward.office.erasing_work import open_plans
from leeward.office.relay import use_relay
from leeward.office.session import Session

_CHILD = """
import sys
from pathlib import Path
from tests.support.clocks import HandClock
from leeward.base.ports import SystemChance
from leeward.ledger.store.vault import Vault
from leeward.office.erasing_work import _note_ready, erase_here
from leeward.office.erasing import erasures
from leeward.office.session import Session
folder, passphrase, now = sys.argv[1:]
clock, chance = HandClock(), SystemChance()
clock.ms = int(now)
session = Session(Vault.open(Path(folder), passphrase, clock=clock, chance=chance), clock=clock, chance=chance)
_note_ready(session, erasures(session))  # as after a whole round
print("begins", flush=True)
erase_here(session)
print("erased", flush=True)
sys.stdin.read()
"""


def test_killed_at_three_moments_it_completes(tmp_path: Path) -> None:
    chooser = random.Random()
    relay = RelaySimulator()
    made = scene(tmp_path, relay)
    anna, boris, clara = made.desks
    made.clock.ms += 1000
    asked = ask(boris.session, case_id=made.case_id, why="asked", typed="erase")
    work(boris, anna)
    agree(anna.session, asked)
    folder = anna.session.vault.folder
    anna.close()
    for _ in range(3):
        made.clock.ms += 1000
        command = [sys.executable, "-c", _CHILD, str(folder), PASSPHRASE, str(made.clock.ms)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "begins\n"
            time.sleep(chooser.uniform(0.0, 0.12))
            child.kill()  # SIGKILL
    vault = Vault.open(folder, PASSPHRASE, clock=made.clock, chance=SystemChance())
    door = relay.door()
    use_relay(vault, door)
    again = Desk(Session(vault, clock=made.clock, chance=SystemChance()), door)
    with closing(again, boris, clara):
        work(again, boris, clara, rounds=2)
        made.clock.ms += 11 * 60_000
        work(boris, again, clara, rounds=4)
        for desk in (again, boris, clara):
            assert marked(desk) == set()
            assert open_plans(desk.session) == []
            assert [one.devices for one in desk.session.find(Erased)] == [3]
