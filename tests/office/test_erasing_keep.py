"""What stays of somebody who agreed to it, and of a release: the record of abuses, nothing that points at them."""

from __future__ import annotations

import json

import pytest
from tests.support.erasing import MARKERS, Scene, erase
from tests.support.teams import Desk

from leeward.base.say import Code
from leeward.domain.findings.records import Source, Support
from leeward.domain.period import Period
from leeward.domain.release.records import Release
from leeward.domain.testimony.records import Account, Act, Injury
from leeward.ledger.model import put
from leeward.office.consent import set_consent
from leeward.office.erasing import ErasureRefused, ask
from leeward.office.history import history_of
from leeward.office.search import find
from leeward.office.testimony import add_unit, code_act, withdraw_act


def coded(made: Scene) -> tuple[str, str]:
    """Code two acts from the account, withdraw one; return the account's id and the unit's."""
    session = made.anna.session
    [account] = session.find(Account, case_id=made.case_id)
    unit = add_unit(session, "A street patrol", "police")
    for remark in ("kept", "withdrawn"):
        act = code_act(
            session,
            account.id,
            Act(
                id="",
                act_type="detention",
                methods=("blunt",),
                period=Period("2017-03", "2017-03"),
                place_type="police",
                unit_id=unit,
                injuries=(Injury(where="back", what=MARKERS[10]),),
                remark=f"{remark} {MARKERS[11]}",
                quoted=(0,),
            ),
        )
    withdraw_act(session, act, "not so")
    return account.id, unit


def erase_later(made: Scene, *, keep: bool) -> None:
    made.clock.ms += 1000
    erase(made, keep=keep, wait_ms=11 * 60_000)


def everything_about(desk: Desk, made: Scene, account: str) -> list[str]:
    """Return the records outside the team's circle in which an id or a word of the person's stands."""
    found = []
    for kind in desk.vault.kinds():
        for record in desk.vault.find(kind):
            if desk.vault.compartment(record.compartment).kind != "team":
                text = json.dumps(dict(record.fields), default=str)
                found += [f"{kind}: {one}" for one in (made.case_id, account, made.contact_id) if one in text]
    return found


def test_with_their_word_the_record_of_abuses_stays_under_other_ids(made: Scene) -> None:
    account, unit = coded(made)
    session = made.anna.session
    set_consent(session, made.case_id, "keep", "team", "given", risks_explained=True)
    before = {one.id for one in session.find(Act)} | {one.id for one in session.find(Source)}
    quotes = {one.quote for one in session.find(Support)}
    erase_later(made, keep=True)
    for desk in made.desks:
        [act] = desk.session.find(Act)
        assert (act.act_type, act.methods, act.place_type, act.unit_id) == (
            "detention",
            ("blunt",),
            "police",
            unit,
        )
        assert (act.account_id, act.case_id, act.remark, act.injuries, act.quoted) == ("", "", "", (), ())
        assert act.id not in before
        [source] = [one for one in desk.session.find(Source) if not one.case_id]
        assert (source.account_id, source.evidence_id, source.description) == ("", "", "")
        assert source.id not in before
        assert {one.quote for one in desk.session.find(Support)} == quotes
        assert len(desk.session.find(Support, source_id=source.id)) == 1
        assert desk.session.find(Account, case_id=made.case_id) == []
        assert everything_about(desk, made, account) == []


def test_without_their_word_nothing_of_it_can_be_kept(made: Scene) -> None:
    account, _ = coded(made)
    with pytest.raises(ErasureRefused, match="did not agree"):
        ask(made.anna.session, case_id=made.case_id, why="asked", keep_account=True, typed="erase")
    erase_later(made, keep=False)
    for desk in made.desks:
        assert desk.session.find(Act) == []
        assert [one for one in desk.session.find(Source) if not one.case_id] == []
        assert everything_about(desk, made, account) == []


def test_of_a_release_stays_that_it_left_and_not_its_text(made: Scene) -> None:
    session = made.anna.session
    [account] = session.find(Account, case_id=made.case_id)
    release = Release(
        id=session.make_id(),
        title="To the rapporteur",
        audience="un",
        language="en",
        account_ids=(account.id,),
        told_ids=(account.id,),
        with_names=True,
        state="sent",
        made_on="2017-05-01",
        sha256="ab" * 32,
        kept={"text": MARKERS[10]},
    )
    session.save_new(session.compartment_of("record"), release)
    erase_later(made, keep=False)
    for desk in made.desks:
        [left] = desk.session.find(Release)
        assert left.id != release.id
        assert (left.title, left.state, left.made_on, left.sha256) == (
            "To the rapporteur",
            "sent",
            "2017-05-01",
            "ab" * 32,
        )
        assert (left.account_ids, left.told_ids, left.with_names, left.file) == ((), (), False, None)
        assert MARKERS[10] not in json.dumps(left.kept)
        assert "erased" in json.dumps(left.kept)


def test_a_kept_act_is_found_by_its_kind_and_leads_to_what_is_left(made: Scene) -> None:
    """It has no account any more: neither an empty title nor a link to nowhere."""
    session = made.anna.session
    act = put("act", session.make_id(), act_type="beating", account_id="", remark="kingfisher")
    session.commit(session.compartment_of("record"), act)
    [hit] = find(session, "kingfisher").hits
    assert hit.title == Code("act-type/beating")
    assert hit.href == f"/history/{hit.id}"
    assert history_of(session, hit.id).lines
