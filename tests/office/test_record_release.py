"""A release: consent decides what is in it, nothing leaks, and its bytes are made once."""

from __future__ import annotations

import hashlib

import pytest
from tests.office.record_scene import allow, case, clock, session
from tests.support.record import DAY_MS, As, RecordClock, code, make_case, tell

from leeward.domain.appeals.records import Institution, Submission
from leeward.domain.cases.case import Case, Identity, Person
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.findings.terms import Element
from leeward.domain.release.leaks import LeakFound
from leeward.domain.release.records import Release
from leeward.domain.typed import write_new
from leeward.office import appeals, consent, findings, release
from leeward.office.release_pdf import make_pdf
from leeward.office.session import Session

__all__ = ["case", "clock", "session"]


def draft(
    session: Session, audience: str, *accounts: str, claims: tuple[str, ...] = (), ask: str = ""
) -> str:
    made = release.prepare(session, "Spring", audience, language="en")
    release.choose(session, made, claim_ids=claims, account_ids=accounts, ask=ask)
    return made


def text_of(session: Session, made: str) -> str:
    return "\n".join(release.preview(session, made).composed.document.texts())


def test_consent_decides_what_is_in_the_preview_and_withdrawing_takes_it_out(
    session: Session, case: Case
) -> None:
    account = tell(session, case)
    code(session, account)
    made = draft(session, "un", account)
    assert "Меня держали" not in text_of(session, made)
    assert {one.reason for one in release.preview(session, made).composed.withheld} == {"consent"}
    answer = allow(session, case, "account", "un")
    text = text_of(session, made)
    assert "Меня держали" in text
    assert "Grey warehouse" in text
    assert "Juniper" not in text
    consent.withdraw(session, answer)
    assert "Меня держали" not in text_of(session, made)


def test_an_occupation_is_a_group_for_those_who_may_know_the_person(session: Session, case: Case) -> None:
    person = Person(id=session.make_id(), case_id=case.id, relation="self", occupation="таксист")
    session.commit(case.compartment, write_new(person))
    account = tell(session, case)
    for audience, shown in (("un", "таксист"), ("un-government", "trade and services")):
        assert "Occupation" not in text_of(session, draft(session, audience, account))
        allow(session, case, "account", audience)
        assert f"Occupation: {shown}." in text_of(session, draft(session, audience, account))


def test_a_claim_is_graded_again_on_what_its_audience_may_know(session: Session, case: Case) -> None:
    claim = findings.add_claim(session, {"en": "It happened there"}, {Element.WHAT: "it"})
    findings.support_from_act(session, code(session, tell(session, case)), claim)
    other = make_case(session, "Larch")
    findings.support_from_act(session, code(session, tell(session, other)), claim)
    made = draft(session, "press", claims=(claim,))
    assert "It happened there" not in text_of(session, made)
    allow(session, case, "count", "press")
    assert "It happened there" not in text_of(session, made)
    allow(session, other, "count", "press")
    assert "It happened there" in text_of(session, made)


def test_a_release_is_made_once_sealed_hashed_and_becomes_a_submission(
    session: Session, case: Case, clock: RecordClock
) -> None:
    account = tell(session, case)
    allow(session, case, "account", "un")
    made = draft(session, "un", account, ask="Please raise this.")
    first = release.make(session, made)
    whole = b"".join(release.read_pdf(session, made)[1])
    assert whole.startswith(b"%PDF")
    assert hashlib.sha256(whole).hexdigest() == first.sha256
    with pytest.raises(RuleBroken):
        release.make(session, made)
    with pytest.raises(RuleBroken):
        release.choose(session, made, ask="more")
    with pytest.raises(RuleBroken):
        release.second_look(session, made)
    assert release.needs_now(session) == []
    assert [need.href for need in release.needs_now(As(session, "timur"))] == [f"/release/{made}"]
    release.second_look(As(session, "timur"), made)
    assert release.needs_now(As(session, "timur")) == []
    where = appeals.add_institution(session, Institution(id="", name="UN"))
    sent = release.mark_sent(
        session, made, Submission(id="", institution_id=where, procedure="un-communication")
    )
    assert appeals.one_asked(session, sent).submission.bytes_sha256 == first.sha256
    clock.ms += 5 * DAY_MS
    assert appeals.one_asked(session, sent).state.silent_days == 5
    with pytest.raises(RuleBroken):
        release.mark_sent(session, made, Submission(id="", institution_id=where))
    assert [one.id for one in release.releases_with(session, case.id)] == [made]
    before = text_of(session, made)
    consent.withdraw(session, consent.consents_of(session, case.id)[0].id)
    assert text_of(session, made) == before  # the register shows what left, whatever is taken back afterwards


def test_what_was_taken_back_after_making_cannot_be_sent(session: Session, case: Case) -> None:
    account = tell(session, case)
    answer = allow(session, case, "account", "un")
    made = draft(session, "un", account)
    release.make(session, made)
    assert release.preview(session, made).taken_back == ()
    consent.withdraw(session, answer)
    assert [one.record_id for one in release.preview(session, made).taken_back] == [account]
    where = appeals.add_institution(session, Institution(id="", name="UN"))
    with pytest.raises(RuleBroken, match="has not allowed"):
        release.mark_sent(session, made, Submission(id="", institution_id=where))
    assert session.find(Submission) == []


def test_a_leak_stops_it_and_nothing_is_made(session: Session, case: Case) -> None:
    circle = session.vault.make_compartment("identity").id
    session.commit(
        circle, write_new(Identity(id=session.make_id(), case_id=case.id, legal_name="Заур Пробный"))
    )
    account = tell(session, case, "Потом Заура увезли.")
    allow(session, case, "account", "un")
    made = draft(session, "un", account)
    assert [leak.kind for leak in release.preview(session, made).leaks] == ["name"]
    with pytest.raises(LeakFound):
        release.make(session, made)
    found = session.get(Release, made)
    assert found is not None
    assert (found.state, found.file) == ("draft", None)
    named = draft(session, "un", tell(session, case, "Just words."))
    allow(session, case, "name", "un")
    release.choose(session, named, with_names=True)
    assert "Заур" not in text_of(session, named)
    assert release.preview(session, named).names_to_open == 1
    assert release.open_names(session, named, "They asked to be named.") == 0
    assert "Заур Пробный" in text_of(session, named)
    assert release.preview(session, named).leaks == ()


def test_the_same_release_gives_the_same_bytes_and_hostile_text_is_only_text(
    session: Session, case: Case
) -> None:
    hostile = '#eval("1+1") \\ $x$ *b* _i_ `r` <a> @ref //c /* #import "x" [ ] { } \x00\x07\u202e ﷺ 😀'
    account = tell(session, case, hostile)
    allow(session, case, "account", "un")
    sizes = set()
    for _ in range(2):
        seen = release.preview(session, draft(session, "un", account, ask=hostile))
        pdfs = {make_pdf(seen.composed.document, "2026-04-07") for _ in range(2)}
        assert len(pdfs) == 1
        sizes.add(len(pdfs.pop()))
    assert all(size > 10_000 for size in sizes)


def test_an_empty_release_is_refused_and_a_language_is_one_of_two(session: Session) -> None:
    made = release.prepare(session, "Nothing", "un")
    with pytest.raises(RuleBroken):
        release.make(session, made)
    with pytest.raises(OutOfRange):
        release.prepare(session, "x", "un", language="fr")
    with pytest.raises(OutOfRange):
        release.prepare(session, "x", "team")
    with pytest.raises(OutOfRange):
        release.prepare(session, "  ", "un")
