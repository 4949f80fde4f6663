"""The donor's report of the whole practice operation holds no pseudonym, no code, no id and nobody's name."""

from __future__ import annotations

from pathlib import Path

import msgspec
from tests.support.relay_simulator import RelaySimulator

from leeward.domain.cases.case import Case, Person
from leeward.domain.cases.work import Expense
from leeward.domain.money import Grant, Payment
from leeward.office import donor_report, expenses
from leeward.practice.cast import GRANT, STAFF
from leeward.practice.team import PracticeTeam


def test_no_pseudonym_no_code_and_no_id_is_in_the_report(tmp_path: Path) -> None:
    passphrases = {"operator": "one", "coordinator": "two", "documenter": "three"}
    with PracticeTeam(tmp_path, passphrases, work_factor=2) as team:
        team.play(RelaySimulator().door(), seed=2017, people=15, language="en", progress=lambda *_: None)
        desk = team.desks["coordinator"]
        made = donor_report.report(desk, GRANT)
        assert made.paid > 0
        assert {one.id for one in desk.find(Grant)} == {GRANT}
        assert made.paid == sum(
            one.amount_cents for one in desk.find(Payment) if one.grant_id == GRANT and not one.struck_at
        )
        booked = [one for case in desk.find(Case) for one in expenses.of_case(desk, case.id)]
        assert booked
        assert all(one.payment is not None for one in booked)
        text = donor_report.as_csv(made, "en").decode() + donor_report.as_csv(made, "ru").decode()
        text += msgspec.json.encode(made).decode()
        words = {one.pseudonym for one in desk.find(Case)} | {one.pseudonym for one in desk.find(Person)}
        words |= {one.code for one in desk.find(Case)} | {one.what for one in desk.find(Expense)}
        words |= {record.id for kind in desk.vault.kinds() for record in desk.vault.find(kind)}
        words |= {one.id for one in desk.vault.compartments()} | {one.name for one in STAFF}
        assert [word for word in words if word and word in text] == []
