"""`leeward travel` and `leeward join --back` over the real relay, as a person types them."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.inviting import code_of, invited, until
from tests.support.teams import PASSPHRASE, Desk, closing, found, newcomer, real_relay, settle
from tests.support.travelling import plan_back

from leeward.base.ports import SystemChance, SystemClock
from leeward.domain.cases.case import Case
from leeward.domain.cases.work import Task
from leeward.domain.typed import write_new
from leeward.ledger.model import put
from leeward.ledger.store.vault import Vault
from leeward.office.inviting import Phase
from leeward.office.relay import set_relay
from leeward.office.session import Session
from leeward.office.team import grant_case
from leeward.sync.client import RelayClient

NEW = "six words that nobody would guess"


class Running:
    """A command whose lines are read and answered one by one."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "leeward.cli.main", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.typed = 0

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.typed += len(line) + 1
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def read_until(self, pattern: str) -> str:
        assert self.process.stdout is not None
        seen = ""
        while not re.search(pattern, seen):
            line = self.process.stdout.readline()
            assert line, seen + self.process.stderr.read()  # type: ignore[union-attr]
            seen += line
        return seen

    def end(self) -> tuple[int, str, str]:
        out, error = self.process.communicate(timeout=120)
        return self.process.returncode, out, error


def work(desk: Desk, other: Desk, cases: int, entries: int) -> None:
    """Give both the same cases, with so many entries in all."""
    parts = []
    for number in range(cases):
        part = desk.vault.make_compartment("case").id
        parts.append(part)
        me = desk.session.member_id
        task = Task(id=desk.session.make_id(), case_id=part, title=f"task {number}", owner_id=me)
        desk.session.commit(
            part, write_new(Case(id=part, pseudonym=f"Heron {number}", coordinator_id=me)), write_new(task)
        )
        grant_case(desk.session, part, [me, other.session.member_id])
    for number in range(entries):
        part = parts[number % cases]
        desk.session.commit(part, put("note", desk.session.make_id(), case_id=part, text=f"entry {number}"))
    settle(desk, other)


def journey(tmp_path: Path, *, cases: int, entries: int) -> dict[str, float]:
    """Leave by the command, come back by the command; return what it took of machine and of typing."""
    with real_relay(tmp_path / "relay") as address, contextlib.closing(RelayClient(address)) as door:
        anna = found(tmp_path / "anna", door)
        set_relay(anna.vault, address)
        mila = newcomer(tmp_path / "mila", anna, door, name="Mila")
        set_relay(mila.vault, address)
        member, folder = mila.session.member_id, mila.vault.folder
        work(mila, anna, cases, entries)
        mila.close()
        with closing(anna):
            began = time.monotonic()
            leaving = Running("travel", str(folder), "--passphrase-file", "-")
            leaving.type(PASSPHRASE)
            shown = leaving.read_until(r"exchange the last two")
            words = " ".join(re.findall(r"^    (\w+ \w+ \w+ \w+)$", shown, re.MULTILINE))
            leaving.type(words)
            code, said, error = leaving.end()
            departure = time.monotonic() - began
            assert (code, error) == (0, "")
            assert "Gone." in said
            assert f"people ({cases}): Anna" in shown
            assert not folder.exists()
            anna.sync()
            began = time.monotonic()
            with invited(anna, plan_back(anna), seconds=120) as invitation:
                back = Running("join", str(folder), "--relay", address, "--back", "--passphrase-file", "-")
                back.type(NEW)
                back.type(words)
                back.type(code_of(invitation))
                state = until(invitation, Phase.COMPARING)
                assert "   ".join(state.compared) in back.read_until("Are they the same")
                back.type("yes")
                invitation.agree()
                anna.sync()
                code, said, error = back.end()
            home = time.monotonic() - began
            assert (code, error) == (0, "")
            assert "That is everything that was granted." in said
            assert "people" in said
        with Vault.open(folder, NEW, clock=SystemClock(), chance=SystemChance()) as vault:
            session = Session(vault, clock=SystemClock(), chance=SystemChance())
            assert session.member_id == member
            assert len(session.find(Case)) == cases
            assert {one.owner_id for one in session.find(Task)} == {member}
            assert vault.count("note") == entries
        return {
            "leave_s": round(departure, 2),
            "back_s": round(home, 2),
            "typed_leaving": leaving.typed,
            "typed_coming_back": back.typed,
        }


def test_leaving_and_coming_back_as_a_person_types_it(tmp_path: Path) -> None:
    took = journey(tmp_path, cases=2, entries=6)
    assert took["leave_s"] + took["back_s"] < 600


@pytest.mark.slow
def test_coming_back_to_forty_cases_takes_far_less_than_ten_minutes(tmp_path: Path) -> None:
    took = journey(tmp_path, cases=40, entries=500)
    print(json.dumps(took))  # noqa: T201 - what was measured
    assert took["back_s"] < 120


def test_without_the_words_nothing_happens(tmp_path: Path) -> None:
    with real_relay(tmp_path / "relay") as address, contextlib.closing(RelayClient(address)) as door:
        anna = found(tmp_path / "anna", door)
        mila = newcomer(tmp_path / "mila", anna, door, name="Mila")
        set_relay(mila.vault, address)
        mila.close()
        anna.close()
        leaving = Running("travel", str(mila.vault.folder), "--passphrase-file", "-")
        leaving.type(PASSPHRASE)
        leaving.read_until("exchange the last two")
        code, _, error = leaving.end()
        assert code == 3
        assert "Nothing was removed" in error
        assert (mila.vault.folder / "vault.db").exists()
