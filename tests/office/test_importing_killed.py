"""Whoever pulls the plug in the middle of an import finds all of it afterwards, or nothing."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.clocks import HandClock
from tests.support.sheets import counts, people_columns, table

from leeward.base.ports import SystemChance
from leeward.domain.cases.case import Case, Identity
from leeward.domain.errors import RuleBroken
from leeward.domain.importing import Sheet
from leeward.ledger.store.vault import Vault
from leeward.office import importing_keys
from leeward.office.importing import do_import, make_plan
from leeward.office.importing_run import Importer
from leeward.office.session import Session
from leeward.office.team import found_team

_ROWS = 120
_WORDS = "a lamp in the third window"
_CHILD = """
import sys
from pathlib import Path
from tests.office.test_importing_killed import many_rows
from tests.support.clocks import HandClock
from tests.support.sheets import people_columns
from leeward.base.ports import SystemChance
from leeward.ledger.store.vault import Vault
from leeward.office.importing import do_import, make_plan
from leeward.office.session import Session
clock, chance = HandClock(), SystemChance()
session = Session(Vault.open(Path(sys.argv[1]), sys.argv[2], clock=clock, chance=chance), clock=clock, chance=chance)
sheet = many_rows()
columns, readers = people_columns(sheet), ["somebody-else"]
shown = make_plan(session, sheet, columns, member_ids=readers)
stops_at = int(sys.argv[3])
if not stops_at:
    print("begins", flush=True)
def progress(done, of):
    if done == (of if stops_at < 0 else stops_at):
        print("begins", flush=True)
        sys.stdin.read()
do_import(session, sheet, columns, shown.digest, member_ids=readers, progress=progress)
print("imported", flush=True)
sys.stdin.read()
"""


def many_rows() -> Sheet:
    """Return a sheet of some more people."""
    return table([(n, f"Имя {n}", "высокий") for n in range(_ROWS)], ("№", "ФИО", "Риск"))


def test_killed_at_any_moment_all_of_it_is_there_or_nothing(tmp_path: Path) -> None:
    clock = HandClock()
    for place, stops_at in enumerate(
        (_ROWS, -1, 0)
    ):  # in the middle, before the last step, and wherever it is
        folder = tmp_path / f"vault-{place}"
        made = found_team(
            folder, _WORDS, team_name="T", member_name="Mila", role="coordinator",
            clock=clock, chance=SystemChance(), work_factor=2,
        )  # fmt: skip
        made.vault.close()
        command = [sys.executable, "-c", _CHILD, str(folder), _WORDS, str(stops_at)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "begins\n"
            time.sleep(0 if stops_at else random.uniform(0, 0.3))
            child.kill()  # SIGKILL
        with Vault.open(folder, _WORDS, clock=clock, chance=SystemChance()) as vault:
            session = Session(vault, clock=clock, chance=SystemChance())
            there = len(session.find(Case))
            assert there in ({0} if stops_at else {0, _ROWS})
            assert len(session.find(Identity)) == len(vault.compartments("case")) == there
            assert len(vault.compartments("identity")) == len(vault.find("imported")) == there
            assert importing_keys.left(session) == there
            sheet = many_rows()
            shown = make_plan(session, sheet, people_columns(sheet))
            assert counts(do_import(session, sheet, people_columns(sheet), shown.digest)) == {
                ("same" if there else "new"): _ROWS
            }
            assert len(session.find(Case)) == _ROWS


def test_an_error_in_the_middle_leaves_nothing_and_the_vault_as_it_was(session: Session) -> None:
    sheet = many_rows()
    columns = people_columns(sheet)
    shown = make_plan(session, sheet, columns)

    def breaks(done: int, _of: int) -> None:
        if done == _ROWS // 2:
            raise KeyError("in the middle")

    circles, generation = len(session.vault.compartments()), session.vault.generation
    with pytest.raises(KeyError):
        do_import(session, sheet, columns, shown.digest, progress=breaks)
    assert session.find(Case) == []
    assert (len(session.vault.compartments()), session.vault.generation) == (circles, generation)
    assert len(session.vault.outgoing()) == circles  # the vault goes on as before


def test_locking_stops_an_import_and_lets_go_of_the_file(session: Session) -> None:
    importer = Importer(session)
    rows = "\n".join(f"{n};Имя {n}" for n in range(600))
    importer.bring(f"№;ФИО\n{rows}".encode(), "people.csv")
    assert importer.brought is not None
    importer.look(importer.brought.columns, [])
    importer.start()
    importer.stop()
    assert not importer.running
    with pytest.raises(RuleBroken):
        importer.choose(0)  # the file is gone
    assert len(session.find(Case)) in {0, 600}
