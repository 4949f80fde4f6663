"""Testimony, evidence, findings, appeals and figures on a real vault."""

from __future__ import annotations

import datetime as dt
import hashlib
import time

import msgspec
import pytest
from tests.office.record_scene import case, clock, session
from tests.support.record import DAY_MS, As, RecordClock, code, make_case, tell

from leeward.domain.appeals.records import Institution, Reply, Submission
from leeward.domain.cases.case import Case
from leeward.domain.errors import OutOfRange, RuleBroken
from leeward.domain.evidence.records import EvidenceItem
from leeward.domain.findings.records import Claim, Source, Support
from leeward.domain.findings.signing import Standing
from leeward.domain.findings.terms import Access, Element, Grade
from leeward.domain.testimony.records import Account, Act, Paragraph
from leeward.domain.typed import write_new
from leeward.office import appeals, evidence, figures, findings, inquiries, testimony
from leeward.office.casework_base import NotForThisDesk
from leeward.office.files import keep_file
from leeward.office.record_views import look, timeline, told
from leeward.office.session import Session
from leeward.practice.public_record_2017 import load_public_record, record_id

__all__ = ["case", "clock", "session"]


# ---- testimony


def test_an_account_stays_in_its_case_and_its_source_in_the_record_without_words(
    session: Session, case: Case
) -> None:
    account_id = tell(session, case, "Меня держали.", "<b>& \\ #eval</b>")
    account = session.get(Account, account_id)
    assert account is not None
    assert account.compartment == case.compartment
    assert account.paragraphs[1].text == "<b>& \\ #eval</b>"
    source = session.get(Source, account.source_id)
    assert source is not None
    assert source.compartment == session.compartment_of("record")
    assert source.wording == ""
    assert testimony.ensure_source(session, account) == source.id
    assert len(session.find(Source)) == 1


def test_two_accounts_of_one_person_are_one_root(session: Session, case: Case) -> None:
    claim = findings.add_claim(session, {"en": "It happened"}, {Element.WHAT: "it"})
    for _ in range(2):
        findings.support_from_act(session, code(session, tell(session, case)), claim)
    found = session.get(Claim, claim)
    assert found is not None
    assert findings.weighing(session).grade_claim(found)[0] == Grade.REPORTED
    other = make_case(session, "Larch")
    findings.support_from_act(session, code(session, tell(session, other)), claim)
    assert findings.weighing(session).grade_claim(found)[0] == Grade.CORROBORATED


def test_a_paragraph_that_an_act_quotes_cannot_fall_away(session: Session, case: Case) -> None:
    account = tell(session, case, "one", "two")
    act = testimony.code_act(session, account, Act(id="", act_type="threat", quoted=(1,)))
    with pytest.raises(RuleBroken):
        testimony.rewrite_paragraphs(session, account, [Paragraph(text="one")])
    testimony.withdraw_act(session, act, "misread")
    testimony.rewrite_paragraphs(session, account, [Paragraph(text="one, corrected")])
    assert testimony.acts_of(session, account) == []
    assert len(session.vault.history(account)) > 1


def test_a_case_whose_key_is_not_here_says_so(session: Session) -> None:
    with pytest.raises(NotForThisDesk):
        testimony.record_account(session, session.make_id(), [Paragraph(text="x")])


# ---- evidence


def keep(session: Session, case: Case, body: bytes = b"\xff\xd8\xff picture") -> str:
    file = keep_file(session, case.compartment, [body], name="IMG <1>.jpg", media_type="image/jpeg")
    return evidence.attach_evidence(session, case.id, file, EvidenceItem(id="", title="Photo of hands"))


def test_evidence_keeps_its_digest_and_every_touch_of_it(session: Session, case: Case) -> None:
    item_id = keep(session, case)
    item, plain = evidence.open_evidence(session, item_id, "to code it")
    assert b"".join(plain) == b"\xff\xd8\xff picture"
    assert item.sha256 == hashlib.sha256(b"\xff\xd8\xff picture").hexdigest()
    assert evidence.verify_evidence(session, item_id)
    chain = evidence.custody_of(session, item_id)
    assert [event.verb for event in chain] == ["received", "viewed", "verified"]
    assert evidence.broken_link(session, item) is None
    evidence.describe(session, item_id, title="Photo of two hands")
    with pytest.raises(OutOfRange):
        evidence.describe(session, item_id, title=" ")


def test_a_forged_custody_event_is_named(session: Session, case: Case) -> None:
    item_id = keep(session, case)
    evidence.touch(session, item_id, "copied")
    first = evidence.custody_of(session, item_id)[0]
    session.commit(first.compartment, write_new(msgspec.structs.replace(first, why="another reason")))
    item = session.get(EvidenceItem, item_id)
    assert item is not None
    broken = evidence.broken_link(session, item)
    assert broken is not None
    assert (broken.event_id, broken.number) == (first.id, 1)


def test_a_damaged_piece_fails_verification_and_stays_in_the_chain(session: Session, case: Case) -> None:
    item_id = keep(session, case)
    item = session.get(EvidenceItem, item_id)
    assert item is not None
    assert item.file is not None
    forged = msgspec.structs.replace(item.file, sha256="0" * 64)
    session.commit(item.compartment, write_new(EvidenceItem(id=item_id, file=forged)))
    assert not evidence.verify_evidence(session, item_id)
    assert evidence.custody_of(session, item_id)[-1].verb == "failed"


# ---- findings


def test_two_people_sign_and_a_new_denial_takes_the_ground_away(session: Session) -> None:
    load_public_record(session)
    claim = record_id("C1")
    with pytest.raises(RuleBroken):
        findings.sign(session, claim, "grounds", "too much")
    finding = findings.sign(session, claim, "suspicion", "two apart from each other")
    assert findings.needs_now(session) == []  # not for the author
    timur = As(session, "timur")
    waiting = findings.needs_now(timur)
    assert [need.href for need in waiting] == [f"/record/claims/{claim}"]
    with pytest.raises(RuleBroken):
        findings.second_read(session, finding, agrees=True)
    findings.second_read(timur, finding, agrees=True)
    assert findings.signed(session)[0].standing == Standing.STANDS
    for name in ("S4", "S5", "S1", "S2"):
        findings.withdraw_support(session, record_id(f"C1/what/{name}"))
    assert findings.signed(session)[0].standing == Standing.FALLEN
    assert [need.tag.text for need in findings.needs_now(session)] == ["Finding"]


def test_a_finding_asked_of_one_colleague_does_not_ring_at_another(session: Session) -> None:
    load_public_record(session)
    findings.sign(session, record_id("C1"), "suspicion", "", ask="timur")
    assert len(findings.needs_now(As(session, "timur"))) == 1
    assert findings.needs_now(As(session, "mila")) == []


def test_supports_keep_to_the_claim_and_explanations_to_contradictions(session: Session) -> None:
    load_public_record(session)
    wrong = Support(id="", claim_id=record_id("C7"), source_id=record_id("S5"), element=Element.WHEN)
    with pytest.raises(OutOfRange):
        findings.add_support(session, wrong)
    against = findings.add_support(
        session, Support(id="", claim_id=record_id("C3"), source_id=record_id("D1"), against=True)
    )
    claim = session.get(Claim, record_id("C3"))
    assert claim is not None
    assert findings.weighing(session).grade_claim(claim)[0] == Grade.REPORTED
    with pytest.raises(OutOfRange):
        findings.explain_against(session, against, "  ")
    findings.explain_against(session, against, "gives no facts")
    assert findings.weighing(session).grade_claim(claim)[0] == Grade.CORROBORATED
    with pytest.raises(RuleBroken):
        findings.explain_against(session, record_id("C3/what/S5"), "nothing to explain")
    with pytest.raises(RuleBroken):
        findings.verify_trace(session, record_id("C3/what/S5"))


def test_a_verified_trace_raises_the_grade(session: Session) -> None:
    load_public_record(session)
    report = findings.add_source(session, Source(id="", label="Doctor", relation="official"))
    support = findings.add_support(
        session, Support(id="", claim_id=record_id("C1"), source_id=report, access=Access.PHYSICAL)
    )
    claim = session.get(Claim, record_id("C1"))
    assert claim is not None
    assert findings.weighing(session).grade_claim(claim)[0] == Grade.CORROBORATED
    findings.verify_trace(session, support)
    assert findings.weighing(session).grade_claim(claim)[0] == Grade.GROUNDS


def test_loading_the_public_record_twice_gives_one(session: Session) -> None:
    assert load_public_record(session) > 100
    assert load_public_record(session) == 0
    everything = look(session)
    assert len(everything.claims) == 12
    chosen = told(session, everything, record_id("C3"))
    assert {one.account.label for one in chosen} == {"Survivor B", "Testimonies in print"}
    assert [one.day for one in timeline(session, everything)][:1] == ["2017-04-01"]


# ---- appeals


def test_silence_becomes_a_need_when_it_is_overdue_and_ends_with_an_answer(
    session: Session, clock: RecordClock
) -> None:
    where = appeals.add_institution(session, Institution(id="", name="UN special procedures"))
    sent = appeals.send(
        session,
        Submission(
            id="",
            institution_id=where,
            procedure="un-communication",
            title="Letter",
            sent_on="2026-04-07",
            sent_by=session.member_id,
        ),
    )
    asked = appeals.one_asked(session, sent)
    assert (asked.submission.due_on, asked.submission.due_unchecked) == ("2026-06-06", True)
    assert appeals.needs_now(session) == []
    clock.ms += 63 * DAY_MS
    (need,) = appeals.needs_now(session)
    assert str(need.tag) == "3 days late"
    again = Submission(id="", institution_id=where, title="Again", sent_on="2026-06-08", follows_id=sent)
    appeals.send(session, again)
    assert appeals.needs_now(session) == []  # it was asked again
    with pytest.raises(OutOfRange):
        appeals.record_reply(session, Reply(id="", submission_id=sent, on="2026-04-06", reply_kind="denies"))
    with pytest.raises(OutOfRange):
        appeals.record_reply(session, Reply(id="", submission_id=sent, on="2026-06-01", reply_kind="shrugs"))
    appeals.record_reply(session, Reply(id="", submission_id=sent, on="2026-06-09", reply_kind="token"))
    assert appeals.one_asked(session, sent).state.state == "replied"


def test_nothing_is_sent_in_the_future_or_without_a_day(session: Session) -> None:
    where = appeals.add_institution(session, Institution(id="", name="Embassy"))
    for day in ("", "2026-04-09", "soon"):
        with pytest.raises(OutOfRange):
            appeals.send(session, Submission(id="", institution_id=where, sent_on=day))
    with pytest.raises(NotForThisDesk):
        appeals.send(session, Submission(id="", institution_id="nobody", sent_on="2026-04-01"))


# ---- figures and speed


def test_figures_hold_back_small_numbers_even_in_their_sentences(session: Session, case: Case) -> None:
    code(session, tell(session, case))
    shown = {one.key: one for one in figures.figures(session, look(session))}
    assert str(shown["accounts"].sentence) == "Fewer than 5 accounts were told to us"
    assert all(cell.count is None for cell in shown["acts"].table.cells)  # type: ignore[union-attr]
    for number in range(5):
        code(session, tell(session, make_case(session, f"Case {number}")))
    shown = {one.key: one for one in figures.figures(session, look(session))}
    assert str(shown["accounts"].sentence) == "6 accounts were told to us"
    assert [cell.count for cell in shown["acts"].table.cells] == [6]  # type: ignore[union-attr]


def test_the_matrix_of_25_accounts_and_40_claims_is_quick(session: Session) -> None:
    record = session.compartment_of("record")
    claims = [
        Claim(id=f"c{n}", sentence={"en": f"Claim {n}"}, elements={Element.WHAT: "x", Element.WHERE: "y"})
        for n in range(40)
    ]
    sources = [Source(id=f"s{n}", label=f"Account {n}", relation="self") for n in range(25)]
    supports = [
        Support(id=f"{c}-{s}", claim_id=f"c{c}", source_id=f"s{s}", access=Access.PARTICIPANT)
        for c in range(40)
        for s in range(25)
        if (c + s) % 3
    ]
    session.commit(record, *(write_new(one) for one in [*claims, *sources, *supports]))
    spent = []
    for _ in range(3):
        began = time.process_time()
        assert len(look(session).matrix.rows) == 40
        spent.append(time.process_time() - began)
    assert min(spent) < 0.2, spent


def test_the_record_s_days_are_days_of_this_computer(clock: RecordClock) -> None:
    assert dt.datetime.fromtimestamp(clock.now_ms() / 1000, dt.UTC).date().isoformat() == "2026-04-07"


# ---- inquiries


def test_two_inquiries_are_read_apart_and_what_lies_in_none_is_shown_too(session: Session) -> None:
    load_public_record(session)
    ours = inquiries.begin(session, {"en": "Our accounts", "ru": ""})
    loose = findings.add_claim(session, {"en": "Men were held."}, {})
    assert len(look(session, record_id("inquiry")).claims) == 12
    assert [claim.id for claim in look(session, inquiries.UNFILED).claims] == [loose]
    assert look(session, ours).claims == []
    inquiries.file_into(session, loose, ours)
    both = look(session, ours)
    assert [claim.id for claim in both.claims] == [loose]
    assert both.matrix.columns == ()
    assert not both.shelf.unfiled
    assert look(session, claim_id=record_id("C3")).shelf.chosen == record_id("inquiry")
    with pytest.raises(OutOfRange):
        inquiries.begin(session, {"en": " "})
    with pytest.raises(NotForThisDesk):
        inquiries.file_into(session, loose, "nowhere")
    with pytest.raises(RuleBroken):
        inquiries.file_into(session, "nothing", ours)


def test_the_inquiry_that_was_changed_last_is_shown_first(session: Session, clock: RecordClock) -> None:
    assert look(session).shelf.chosen == ""
    load_public_record(session)
    clock.ms += DAY_MS
    ours = inquiries.begin(session, {"en": "Our accounts"})
    assert look(session).shelf.chosen == ours
    clock.ms += DAY_MS
    findings.add_claim(session, {"en": "One more."}, {}, inquiry_id=record_id("inquiry"))
    assert look(session).shelf.chosen == record_id("inquiry")
    assert look(session, "an inquiry of another team").shelf.chosen == record_id("inquiry")


def test_a_new_account_lies_where_the_last_one_went(session: Session, case: Case) -> None:
    ours = inquiries.begin(session, {"en": "Our accounts"})
    first, source = tell(session, case), session.find(Source)[0]
    assert source.inquiry_id == ""
    inquiries.file_into(session, source.id, ours)
    second = tell(session, case)
    assert {one.inquiry_id for one in session.find(Source)} == {ours}
    assert {account.id for account in look(session, ours).accounts} == {first, second}
    shown = {one.key: one for one in figures.figures(session, look(session, ours))}
    assert str(shown["accounts"].sentence) == "Fewer than 5 accounts were told to us"
